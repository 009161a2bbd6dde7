package detectors

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/ascii"
)

// What decides whether a text is read by its format: reading takes far longer than a search
// for names.

// mayHold tells whether a text may hold a secret that its structure tells of.
func (c *configured) mayHold(r role, text []byte) bool {
	switch r {
	case configures:
		return c.mayAssign(text)
	case tells:
		return c.mayTell(text)
	}
	return true
}

// mayTell tells whether a text for people has a name that means a secret in a line of a
// table.
func (c *configured) mayTell(text []byte) bool {
	for _, mark := range []string{"|", "<t", "<T"} {
		for at := 0; ; {
			i := bytes.Index(text[at:], []byte(mark))
			if i < 0 {
				break
			}
			line, end := lineOf(text, at+i)
			may := false
			c.names.Names(line, func(start, end int) bool {
				may = leastLength(string(line[start:end])) > 0
				return !may
			})
			if may {
				return true
			}
			at = end
		}
	}
	return false
}

// lineOf gives the line around a place, of a long one the middle, and where it ends.
func lineOf(text []byte, at int) (line []byte, end int) {
	const most = 1 << 10
	before, after := text[max(0, at-most):at], text[at:min(len(text), at+most)]
	start := at - len(before) + bytes.LastIndexByte(before, '\n') + 1
	if n := bytes.IndexByte(after, '\n'); n >= 0 {
		after = after[:n+1]
	}
	end = at + len(after)
	return text[start:end], end
}

// mayAssign tells whether a text has a name that means a secret, and beside it what may
// be one.
func (c *configured) mayAssign(text []byte) bool {
	may := false
	c.names.Names(text, func(start, end int) bool {
		name, rest := string(text[start:end]), text[end:min(end+ahead, len(text))]
		switch value := valueAfter(name, rest); {
		case name == "Secret": // of Kubernetes, with names that need not say so
			may = true
		case len(value) >= leastPassword || leadsOn(rest):
			least := leastLength(name)
			may = least > 0 && (len(value) >= least || leadsOn(rest) && (!isBareKey(name) || beginsList(rest)))
		}
		return !may
	})
	return may
}

// ahead is how far behind its name a value is looked for, in bytes.
const ahead = 300

// Values that are shorter are no passwords, or no keys.
const (
	leastPassword = 4
	leastKey      = 8
)

// leastLength gives the length that a secret under a name has at least, alone or with what
// leads to the name; 0 if it means none.
func leastLength(name string) int {
	switch meaning := judge.NameIn(name); {
	case meaning == judge.Password, judge.NamesLogin(name):
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
	if end := bytes.IndexAny(value[min(1, len(value)):], " \t\r\n\"'`<") + 1; end > 0 && !judge.IsScheme(string(value[:end])) {
		value = value[:end]
	}
	if bytes.HasSuffix(value, []byte(":")) { // a name in what is nested
		return nil
	}
	value = bytes.TrimRight(value, ",;)]}")
	isWord := len(bytes.Trim(value, letters[:26])) == 0
	switch {
	case !assigned && (bytes.HasPrefix(value, []byte("-")) || isWord && name[0] != '-'): // the next option or word
		return nil
	case isBareKey(name) && (!assigned || len(bytes.Trim(value, letters+"._/-")) == 0):
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

// isBareKey tells whether a name is no more than key, which is a secret's only with what
// leads to it, and mostly that of something else.
func isBareKey(name string) bool { return strings.EqualFold(strings.TrimSuffix(name, "s"), "key") }

// leadsOn tells whether a value may stand apart from its name, as in name: …, value: …,
// or behind others in a list.
func leadsOn(rest []byte) bool {
	lower := bytes.ToLower(rest)
	return assigns(lower, "value") || assigns(lower, "default") || beginsList(rest)
}

func beginsList(rest []byte) bool { return beginsApart.Match(rest[further(rest):]) }

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// assigns tells whether a word in a text has something assigned to it.
func assigns(text []byte, word string) bool {
	for {
		i := bytes.Index(text, []byte(word))
		if i < 0 {
			return false
		}
		text = text[i+len(word):]
		if after := bytes.TrimLeft(text, " \t\"'`\\"); len(after) > 0 && strings.IndexByte(":=>", after[0]) >= 0 {
			return true
		}
	}
}

// beginsApart matches the beginning of a list, of a table by host or of one that has the
// value as such, the end of a column's name, and that of an element that is a name.
var beginsApart = regexp.MustCompile("^(?:[\"'`]?,|" + `["']?\]?\s*(?::|=>?)\s*(?:\[|- |\{?\s*["']?(?:[\w-]*\.[\w.-]*|value|default)["']?\s*[:=])|</(?:key|[\w-]{0,20}name)>)`)

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
