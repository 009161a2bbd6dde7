package detectors

import (
	"slices"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/rules"
)

// configured finds what files assign, by their formats. Where a pattern sees a line, it
// sees the name with all that leads to it, and the value without quotes and escapes.
//
// A file is read so only if a name in it means a secret and has something beside it
// that may be one.
type configured struct {
	names    *match.Words // nil: no rule asks for what files assign
	password *judged
	key      *judged
	known    *known
}

// judged is a rule that the structure of files answers; nil if it is not asked for.
type judged struct {
	*rules.Rule
	allows match.Allows
}

func newConfigured(set *rules.Set) *configured {
	c := &configured{password: newJudged(set, rules.ConfigPassword), key: newJudged(set, rules.ConfigSecret), known: newKnown()}
	if c.password != nil || c.key != nil {
		c.names = match.NewWords(append(judge.Stems(), "login", "creds")...)
	}
	return c
}

func newJudged(set *rules.Set, id string) *judged {
	r, ok := set.Rule(id)
	if !ok {
		return nil
	}
	return &judged{r, match.AllowsOf(r, set.Allow)}
}

// setting is a secret that a file assigns.
type setting struct {
	match.Found
	naming
	value      string // decoded
	confidence rules.Confidence
	why        string // it is a secret, and that sure
}

// shift moves it by so many bytes.
func (s *setting) shift(by int) {
	s.Start, s.End, s.MatchStart, s.MatchEnd = s.Start+by, s.End+by, s.MatchStart+by, s.MatchEnd+by
}

// find gives the secrets that a chunk assigns, in the order of its reader, and where it
// assigns what is none; and the values that stand there in an encoded form.
func (c *configured) find(chunk *Chunk) (all settings) {
	if c.names == nil || chunk.Binary || !chunk.Whole {
		return all
	}
	f := fileOf(chunk.paths())
	if f.read == nil || f.role == exemplifies {
		return all
	}
	for part := range f.parts(chunk.Data) {
		r := c.readPart(f, chunk.Data[part.start:part.end])
		for _, s := range r.found {
			s.shift(part.start)
			all.found = append(all.found, s)
		}
		for _, s := range r.denied {
			all.denied = append(all.denied, s.shifted(part.start))
		}
		for _, e := range r.decoded {
			e.span = e.shifted(part.start)
			all.decoded = append(all.decoded, e)
		}
	}
	return all
}

// readPart reads a part of a file that stands by itself, unless it is known or has no
// name that means a secret.
func (c *configured) readPart(f file, text []byte) settings {
	key := c.known.keyOf(f.kind(), text)
	if s, ok := c.known.get(key); ok {
		return s
	}
	r := newReading(c, f, text)
	if c.mayHold(f.role, text) {
		for e := range r.entries() {
			r.take(&e)
		}
		slices.SortFunc(r.denied, span.compare)
	}
	c.known.add(key, r.settings)
	return r.settings
}
