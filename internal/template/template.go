// Package template puts secrets into a text at the places that name them:
//
//	{{secret DB_PASSWORD}}
//	{{secret shop/prod DB_PASSWORD | yaml}}
//	{{secret "{{"}}
//
// The first is the value of a secret, the second that of one in another project and
// environment, quoted by a filter, and the third the text {{ for where one of these is
// meant as it stands. Blanks and tabs may stand within the braces, and line ends may not.
//
// All else stays as it is, byte for byte, other {{ }} too: those of Helm, Jinja, Go or
// GitHub Actions, such as {{ secrets.NAME }} or {{- secret NAME -}}. But where the first
// thing after {{ is the word secret, the text is taken for one of ours, and if it isn't,
// that is a [SyntaxError], so that a slip of the pen isn't let through as text.
//
// The filters, of which a place has one at most:
//
//	json    a JSON string, with its quotes
//	yaml    a YAML scalar, with its quotes
//	sh      a word of a POSIX shell, with its quotes
//	dotenv  what stands after NAME= in a .env file; refused if not all programs read it alike
//	base64  base64 with padding (RFC 4648, 4), as in a Kubernetes Secret's data
//	url     percent-encoded but for letters, digits and - . _ ~ (RFC 3986, 2), for any part of a URL
//
// Without one, the value is put in as it is.
package template

import (
	"bufio"
	"fmt"
	"io"
)

// MaxSize is how large a template can be, in bytes.
const MaxSize = 16 << 20

// Reference is a place in a template that names a secret.
type Reference struct {
	Project, Environment string // both or neither; neither is the caller's own
	Name                 string
	Line, Column         int // where it begins; both from 1, columns in characters
}

// Template is a text with places for secrets. It doesn't change, and is safe for
// concurrent use.
type Template struct {
	file  string
	parts []part
}

// part is text, or a place if there is no text.
type part struct {
	text   string
	ref    Reference
	filter string
}

// References gives the places that name secrets, in the text's order.
func (t *Template) References() []Reference {
	var all []Reference
	for _, p := range t.parts {
		if p.text == "" {
			all = append(all, p.ref)
		}
	}
	return all
}

// Execute writes the text with the secrets in it. It asks lookup for each secret once, for
// the first place that names it, and writes nothing unless it has them all and each filter
// can do its work. Errors begin with the file, line and column.
func (t *Template) Execute(w io.Writer, lookup func(Reference) (string, error)) error {
	values, filled := map[Reference]string{}, map[part]string{}
	for _, p := range t.parts {
		if p.text != "" {
			continue
		}
		at := p.anywhere()
		if _, ok := filled[at]; ok {
			continue
		}
		value, ok := values[at.ref]
		if !ok {
			var err error
			if value, err = lookup(p.ref); err != nil {
				return fmt.Errorf("%s:%d:%d: %w", t.file, p.ref.Line, p.ref.Column, err)
			}
			values[at.ref] = value
		}
		text, err := filters[p.filter](value)
		if err != nil {
			return fmt.Errorf("%s:%d:%d: secret %s %w", t.file, p.ref.Line, p.ref.Column, p.ref.Name, err)
		}
		filled[at] = text
	}
	b := bufio.NewWriter(w)
	for _, p := range t.parts {
		if p.text == "" {
			p.text = filled[p.anywhere()]
		}
		b.WriteString(p.text)
	}
	return b.Flush() // a bufio.Writer keeps its first error
}

// anywhere is the part without its line and column: the same for all places that are to
// have the same.
func (p part) anywhere() part {
	p.ref.Line, p.ref.Column = 0, 0
	return p
}
