package judge

import (
	"bytes"
	"regexp"
	"strings"
)

// isPlaceholder tells whether a value stands for one that is put in its place
// later, or is one that somebody made up to show where it goes.
func isPlaceholder(value string) bool {
	if hasForm(template, value) {
		return true
	}
	lower := strings.ToLower(value)
	if len(lower) != len(value) {
		value = lower // it has letters, or bytes that are none, that take another length
	}
	for _, text := range madeUp {
		if strings.Contains(lower, text) {
			return true
		}
	}
	for _, text := range telling {
		if i := strings.Index(lower, text); i >= 0 && !remains(value[:i]) && !remains(value[i+len(text):]) {
			return true
		}
	}
	for w := range strings.FieldsFuncSeq(lower, func(r rune) bool { return r < '0' || '9' < r && r < 'a' || 'z' < r }) {
		if madeUpWords[w] {
			return true
		}
	}
	return false
}

// remains tells whether what stands beside a telling text is enough of a secret.
func remains(s string) bool {
	const enough = 16
	return len(s) >= enough && isSurprising(s)
}

// template has what [Refers] doesn't take for a reference, as it can't tell to what, and
// what stands for text that was left out.
var template = []form{
	{"$", regexp.MustCompile(`\$[{(]`)},                                        // ${NAME}, $(command)
	{"{{", regexp.MustCompile(`\{\{`)},                                         // {{ name }}
	{"}}", regexp.MustCompile(`\}\}`)},                                         // the end of that
	{"{", regexp.MustCompile(`[#%]\{|\{[\w.:-]*\}|\{[A-Za-z]\w*[:(][^{}]*\}`)}, // #{name}, %{name}, {name}, {name(…)}
	{"<", regexp.MustCompile(`^<|<%|<[A-Za-z][\w .:/-]*>`)},                    // <name>, <%= name %>
	{"%", regexp.MustCompile(`%[sdvqxw](?:\W|$)`)},                             // %s
	{"...", regexp.MustCompile(`\.\.\.`)},
	{"…", regexp.MustCompile(`…`)},
	{"***", regexp.MustCompile(`\*\*\*`)},
}

// madeUp are texts that chance doesn't bring forth.
var madeUp = []string{
	"123abc", "1a2b3c", "a1b2c3", "abc123", "badc0de", "c0ffee", "cafebabe", "change-me", "change_me", "changeit",
	"changeme", "deadbeef", "dummy", "example", "foobar", "hunter2", "incorrect", "insert", "invalid", "ipsum",
	"localhost", "lorem", "p4ssw0rd", "p@ssw0rd", "passw0rd", "placeholder", "redacted", "replace", "s3cr3t", "sample",
	"undefined", "xxxx",
}

// telling are texts that say what a value is, as somebody writes who makes one up,
// or as a machine does that puts a random one behind them.
var telling = []string{
	"access_key", "api-key", "api_key", "apikey", "change", "default", "encoded", "encrypted", "missing", "passwd",
	"password", "private", "random", "secret", "testing", "token", "unknown",
}

// madeUpWords are too short to look for inside others: they count between marks.
var madeUpWords = set(`
	bar baz demo fake fixme foo here mock my none null qux stub temp test tests todo wrong your
`)

// isExpression tells whether a value is a piece of code: what stands there is not
// the secret but what gives it.
func isExpression(value string, s Surroundings) bool {
	if strings.ContainsAny(value, " \t") || refers(value) || elsewhere.MatchString(value) || regularExpression.MatchString(value) {
		return true
	}
	if s.quoted() {
		return false
	}
	if before := bytes.TrimRight(s.Text[:s.Start], " \t"); len(before) > 0 && strings.IndexByte("(,[", before[len(before)-1]) >= 0 {
		return true // an argument or an element
	}
	return strings.ContainsAny(value, "()[]{}<>;,|\\\"'`") || strings.Contains(value, "::") || strings.Contains(value, "->") ||
		strings.Contains(value, "==") && !strings.HasSuffix(value, "==") ||
		s.End < len(s.Text) && strings.IndexByte("([", s.Text[s.End]) >= 0
}

// elsewhere matches what reads a value from elsewhere, in ways that [Refers] can't tell
// the system of, and the names of such places.
var elsewhere = regexp.MustCompile(`(?i)\b(?:` +
	`(?:config|data|env|import\.meta|local|module|os\.environ|params|request|secrets|self|settings|this|vars?)\.|` + // members
	`(?:env|getenv)\(|env\[|os\.environ\b|secretsmanager\b|` + // the environment
	`(?:arn|env|file|ref|ssm|vault):)`) // addresses

// regularExpression matches what describes values.
var regularExpression = regexp.MustCompile(`\.[*+](?:\?|\W)|\[\^|\[[a-z0-9]-[a-z0-9]|\\[wdsb(.]|\(\?[:!=P<]`)

// quoted tells whether the value stands in quotes.
func (s Surroundings) quoted() bool {
	return s.Start > 0 && strings.IndexByte("\"'`", s.Text[s.Start-1]) >= 0
}

// Assigned tells whether the value stands in quotes after a sign that assigns: not as
// an argument or an element.
func (s Surroundings) Assigned() bool {
	if !s.quoted() {
		return false
	}
	before := bytes.TrimRight(s.Text[:s.Start-1], " \t@")
	return len(before) > 0 && strings.IndexByte("=:>", before[len(before)-1]) >= 0
}
