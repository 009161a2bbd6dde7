package detectors

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/ascii"
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
	name, env  string
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
	key := c.known.keyOf(f.path, text)
	if s, ok := c.known.get(key); ok {
		return s
	}
	r := newReading(c, f, text)
	if f.role != configures || c.mayAssign(text) {
		for e := range r.entries() {
			r.take(&e)
		}
		slices.SortFunc(r.denied, span.compare)
	}
	c.known.add(key, r.settings)
	return r.settings
}

// mayAssign tells whether a text has a name that means a secret, and beside it what may
// be one.
func (c *configured) mayAssign(text []byte) bool {
	may := false
	c.names.Names(text, func(start, end int) bool {
		name, rest := string(text[start:end]), text[end:min(end+120, len(text))]
		switch value := valueAfter(name, rest); {
		case name == "Secret": // of Kubernetes, with names that need not say so
			may = true
		case len(value) >= leastPassword || leadsOn(rest):
			least := leastLength(name)
			may = least > 0 && (len(value) >= least || leadsOn(rest))
		}
		return !may
	})
	return may
}

// Values that are shorter are no passwords, or no keys.
const (
	leastPassword = 4
	leastKey      = 8
)

// leastLength gives the length that a secret under a name has at least, alone or with what
// leads to the name; 0 if it means none.
func leastLength(name string) int {
	meaning := judge.NameOf(name)
	if meaning < judge.Key {
		meaning = judge.NameOf("its_" + strings.TrimSuffix(name, "s"))
	}
	switch {
	case meaning == judge.Password, isLogin(name):
		return leastPassword
	case meaning == judge.Key:
		return leastKey
	}
	return 0
}

// valueAfter gives the beginning of what follows a name, if it may be its value: not the
// rest of a sentence, a flag or a reference.
func valueAfter(name string, rest []byte) []byte {
	rest = bytes.TrimLeft(rest[further(rest):], "\"'`])\\")
	value := bytes.TrimLeft(rest, " \t")
	assigned := len(value) > 0 && strings.IndexByte(":=>,;\r\n", value[0]) >= 0
	switch {
	case assigned:
		value = bytes.TrimLeft(value, ":=>,; \t\r\n|-[(\"'`\\") // may stand on the next line
	case len(value) == len(rest), name == "pwd": // the command
		return nil
	}
	value = bytes.TrimPrefix(bytes.TrimLeft(value, "\"'`"), []byte("<![CDATA["))
	if end := bytes.IndexAny(value[min(1, len(value)):], " \t\r\n\"'`<") + 1; end > 0 && !isScheme(string(value[:end])) {
		value = value[:end]
	}
	value = bytes.TrimRight(value, ",;)]}")
	isWord := len(bytes.Trim(value, "abcdefghijklmnopqrstuvwxyz")) == 0
	switch {
	case !assigned && (bytes.HasPrefix(value, []byte("-")) || isWord && name[0] != '-'): // the next option or word
		return nil
	case len(value) == 0, strings.IndexByte("{}", value[0]) >= 0 && bytes.IndexByte(value, '}') <= 0, value[0] == '<' && bytes.IndexByte(value, '>') > 0,
		bytes.Contains(value, []byte("${{")), string(value) == "true", string(value) == "false", string(value) == "null":
		return nil
	}
	if _, refers := judge.Refers(string(value)); refers && (value[0] != '$' || !bytes.ContainsAny(value, ":-")) { // and has no default
		return nil
	}
	return value
}

// leadsOn tells whether a value may stand apart from its name, as in name: …, value: …,
// or behind others in a list.
func leadsOn(rest []byte) bool {
	lower := bytes.ToLower(rest)
	return bytes.Contains(lower, []byte("value")) || bytes.Contains(lower, []byte("default")) || beginsApart.Match(rest[further(rest):])
}

// beginsApart matches the beginning of a list, or of a table by host, the end of a column's
// name, and that of an element that is a name.
var beginsApart = regexp.MustCompile("^(?:[\"'`]?,|" + `["']?\]?\s*(?::|=>?)\s*(?:\[|- |\{?\s*["']?[\w-]*\.[\w.-]*["']?\s*[:=])|</(?:key|[\w-]{0,20}name)>)`)

// further gives the length of the parts of a name that follow one which means a secret.
func further(rest []byte) int {
	at := 0
	for at+1 < len(rest) && rest[at] == '.' && isNamePart(rest[at+1]) {
		for at++; at < len(rest) && isNamePart(rest[at]); at++ {
		}
	}
	return at
}

func isNamePart(c byte) bool { return ascii.IsWord(c) || c == '-' }
