package importers

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/format"
)

// dotenv reads .env files. What is commented out isn't imported, nor what is empty, nor
// what is no more than another variable or what a command says.
func dotenv() Format {
	return Format{
		Name:    "dotenv",
		About:   ".env files",
		Accepts: func(path string, _ []byte) bool { return isEnvironmentFile(path) },
		Read:    readDotenv,
	}
}

func readDotenv(path string, text []byte) ([]Item, error) {
	l := &list{path: path, text: text}
	env := dotenvEnvironment(path)
	rest := bytes.Clone(text) // what isn't assigned
	for e := range format.Dotenv(text) {
		if e.Comment {
			continue
		}
		after := lineEnd(text, e.End)
		clear(rest[lineStartAt(text, e.Start):after])
		if e.Style != format.Bare {
			l.checkQuotes(&e, text[e.End:after])
		}
		if e.Value == "" || isReference.MatchString(e.Value) && e.Style != format.Literal {
			continue
		}
		switch {
		case strings.HasPrefix(e.Value, "encrypted:") || strings.HasPrefix(e.Value, "ENC[AES256_GCM,"):
			l.fail(e.Start, "the value of %s is encrypted: decrypt the file first", e.Name())
		case e.Style == format.Bare && strings.Contains(e.Value, "\r"):
			l.fail(e.Start, "a line ends without a newline")
		}
		item := Item{Name: e.Name(), Env: env}
		if e.Style != format.Literal && hasVariable.MatchString(e.Value) {
			item.Note = "refers to other variables, which aren't filled in"
		}
		l.put(listed{Item: item, value: e.Value, start: e.Start, end: e.End})
	}
	if !strings.HasSuffix(path, ".envrc") { // a script, of which the assignments count
		l.checkDotenv(rest)
	}
	return l.done()
}

// checkQuotes tells whether quotes are closed, and a value has no more than them: programs
// differ in what they take for it else.
func (l *list) checkQuotes(e *format.Entry, after []byte) {
	quote := l.text[e.Start-1]
	if len(after) == 0 || after[0] != quote {
		l.fail(e.Start, "the quotes of %s have no end", e.Name())
		return
	}
	if after = bytes.TrimSpace(bytes.TrimLeft(after, string(quote))); len(after) > 0 && after[0] != '#' {
		l.fail(e.Start, "behind the quotes of %s stands something else", e.Name())
	}
}

// checkDotenv tells whether what is left of a file without its assignments is comments, and
// names that are passed on: else it might be the rest of a value.
func (l *list) checkDotenv(rest []byte) {
	at := 0
	for line := range bytes.Lines(rest) {
		left := bytes.Trim(line, " \t\r\n\x00")
		if len(left) > 0 && left[0] != '#' && !isPassedOn.Match(left) {
			l.fail(at, "it is no assignment; a value of several lines stands in quotes")
		}
		at += len(line)
	}
}

// lineStartAt gives where the line of a byte begins.
func lineStartAt(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd gives where the line of a byte ends, before its newline.
func lineEnd(text []byte, at int) int {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(text)
}

var (
	isReference = regexp.MustCompile(`^\$(?:\w+|\{\w+\}|\(.*\))$`) // to a variable, or to what a command says
	isPassedOn  = regexp.MustCompile(`^(?:export\s+)?[A-Z_][A-Z0-9_]*$`)
	hasVariable = regexp.MustCompile(`\$\{\w+\}`)
)

// dotenvEnvironment tells an environment from the path of a .env file: .env.preview,
// staging.env, env/preview/.env. It is "" if that says none, and those that copy a file
// as an example say none.
func dotenvEnvironment(p string) string {
	p = strings.ToLower(strings.ReplaceAll(p, "\\", "/"))
	base, folder := path.Base(p), path.Base(path.Dir(p))
	if rest, ok := strings.CutPrefix(base, ".env."); ok {
		word := ""
		for part := range strings.SplitSeq(rest, ".") {
			switch part {
			case "example", "sample", "template", "dist", "default", "defaults", "vault", "bak", "backup", "old", "enc", "secrets", "secret":
				return ""
			}
			if word == "" || word == "local" { // .env.production.local
				word = part
			}
		}
		return word
	}
	if name := strings.TrimSuffix(base, ".env"); detectors.Environment(name) != "" {
		return name
	}
	switch path.Base(path.Dir(path.Dir(p))) {
	case "env", "envs", "environment", "environments":
		return folder
	}
	return ""
}
