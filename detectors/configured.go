package detectors

import (
	"bytes"
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
}

// judged is a rule that the structure of files answers; nil if it is not asked for.
type judged struct {
	*rules.Rule
	allows match.Allows
}

func newConfigured(set *rules.Set) *configured {
	c := &configured{password: newJudged(set, rules.ConfigPassword), key: newJudged(set, rules.ConfigSecret)}
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

// find gives the secrets that a chunk assigns, in the order of its reader, and where it
// assigns what is none; and the values that stand there in an encoded form.
func (c *configured) find(chunk *Chunk) (found []setting, denied []span, decoded []encoded) {
	if c.names == nil || chunk.Binary || !chunk.Whole {
		return nil, nil, nil
	}
	f := fileOf(chunk.paths())
	if f.read == nil || f.role == exemplifies || f.role == configures && !c.mayAssign(chunk.Data) {
		return nil, nil, nil
	}
	r := newReading(c, f, chunk.Data)
	for e := range f.read(chunk.Data) {
		r.take(&e)
	}
	slices.SortFunc(r.denied, span.compare)
	return r.found, r.denied, r.decoded
}

// mayAssign tells whether a text has a name that means a secret, and beside it what may
// be one.
func (c *configured) mayAssign(text []byte) bool {
	may := false
	c.names.Names(text, func(start, end int) bool {
		rest := text[end:min(end+120, len(text))]
		name := string(text[start:end])
		may = tempts(rest) && mayMean(name) || name == "Secret" // of Kubernetes, with names that need not say so
		return !may
	})
	return may
}

// mayMean tells whether a name means a secret, alone or with what leads to it.
func mayMean(name string) bool {
	return judge.NameOf(name) >= judge.Key || judge.NameOf("its_"+strings.TrimSuffix(name, "s")) >= judge.Key || isLogin(name)
}

// tempts tells whether what follows a name may be its value, or lead to it.
func tempts(rest []byte) bool { return mayBeValue(rest) || leadsOn(rest) }

// mayBeValue tells whether what follows a name may be its value: not the rest of a
// sentence, a flag, a number or a reference.
func mayBeValue(rest []byte) bool {
	rest = bytes.TrimLeft(rest[further(rest):], "\"'`])\\")
	value := bytes.TrimLeft(rest, " \t")
	if len(value) > 0 && strings.IndexByte(":=>,;\r\n", value[0]) >= 0 {
		value = bytes.TrimLeft(value, ":=>,; \t\r\n|-[(\"'`\\") // may stand on the next line
	} else if len(value) == len(rest) {
		return false
	}
	value = bytes.TrimLeft(value, "\"'`")
	if end := bytes.IndexAny(value, " \t\r\n\"'`<"); end >= 0 {
		value = value[:end]
	}
	value = bytes.TrimRight(value, ",;)]}")
	return len(value) >= 4 && strings.IndexByte("<{}", value[0]) < 0 && (value[0] != '$' || bytes.ContainsAny(value, ":-")) && string(value) != "true" && string(value) != "false" && string(value) != "null"
}

// leadsOn tells whether a value may stand apart from its name: name: …, value: ….
func leadsOn(rest []byte) bool {
	lower := bytes.ToLower(rest)
	return bytes.Contains(lower, []byte("value")) || bytes.Contains(lower, []byte("default"))
}

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
