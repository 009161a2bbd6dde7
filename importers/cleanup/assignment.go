package cleanup

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// pulledFile is the file that secrets are to be written to beside a .env file which has
// settings. It is to have them.
const pulledFile = ".env.secrets"

// isDotenv tells whether a path is that of a .env file that programs read. What direnv
// reads is a script, and none.
func isDotenv(p string) bool {
	base := strings.ToLower(path.Base(p))
	isFile := base == ".env" || base == ".dev.vars" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env")
	return isFile && !isExample(base) && base != pulledFile
}

// isExample tells whether the name of a .env file says that others copy it.
func isExample(base string) bool {
	return slices.ContainsFunc(strings.Split(base, "."), func(part string) bool {
		return slices.Contains([]string{"example", "sample", "template", "dist", "defaults"}, part)
	})
}

// assignment is one of a .env file.
type assignment struct {
	name, value string
	comment     bool
	from, to    int      // its lines, with their ends
	start, end  int      // its value
	others      []string // the variables that the value refers to, perhaps
}

func (a *assignment) refers() bool { return len(a.others) > 0 }

// reference is what may refer to another variable in a value.
var reference = regexp.MustCompile(`\$\{?(\w*)`)

// assignments gives those of a .env file, in order.
func assignments(text []byte) []assignment {
	var all []assignment
	for e := range format.Dotenv(text) {
		a := assignment{name: e.Name(), value: e.Value, comment: e.Comment, start: e.Start, end: e.End}
		if a.from = lineStart(text, e.Start); a.from == 0 && bytes.HasPrefix(text, []byte(byteOrderMark)) {
			a.from = len(byteOrderMark)
		}
		a.to = lineAfter(text, e.End)
		if e.Style != format.Literal {
			for _, m := range reference.FindAllStringSubmatch(e.Value, -1) {
				a.others = append(a.others, m[1])
			}
		}
		all = append(all, a)
	}
	return all
}

// lineStart gives where the line begins that a place is in.
func lineStart(text []byte, at int) int { return bytes.LastIndexByte(text[:at], '\n') + 1 }

// lineAfter gives where the line begins that follows the one that a place is in.
func lineAfter(text []byte, at int) int {
	if n := bytes.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}

// byteOrderMark is what some editors begin a file with.
const byteOrderMark = "\ufeff"
