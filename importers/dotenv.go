package importers

import (
	"path"
	"regexp"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/format"
)

// dotenv reads .env files. What is commented out isn't imported, nor what is empty, nor
// what is no more than another variable.
func dotenv() Format {
	return Format{
		Name:    "dotenv",
		About:   ".env files",
		Accepts: func(path string, _ []byte) bool { return isEnvironmentFile(path) },
		Read: func(path string, text []byte) ([]Item, error) {
			l := &list{path: path, text: text}
			env := dotenvEnvironment(path)
			for e := range format.Dotenv(text) {
				if e.Comment || e.Value == "" || isVariable.MatchString(e.Value) && e.Style != format.Literal {
					continue
				}
				if strings.HasPrefix(e.Value, "encrypted:") || strings.HasPrefix(e.Value, "ENC[AES256_GCM,") {
					l.fail(e.Start, "the value of %s is encrypted: decrypt the file first", e.Name())
				}
				if quote := text[e.Start-1]; e.Style != format.Bare && (e.End == len(text) || text[e.End] != quote) {
					l.fail(e.Start, "the quotes of %s have no end", e.Name())
				}
				item := Item{Name: e.Name(), Env: env, Setting: isSetting(e.Name(), e.Value)}
				if e.Style != format.Literal && hasVariable.MatchString(e.Value) {
					item.Note = "refers to other variables, which aren't filled in"
				}
				l.put(listed{Item: item, value: e.Value, start: e.Start, end: e.End})
			}
			return l.done()
		},
	}
}

var (
	isVariable  = regexp.MustCompile(`^\$(?:\w+|\{\w+\})$`)
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
			case "example", "sample", "template", "dist", "default", "defaults", "vault", "bak", "backup", "old", "enc":
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
