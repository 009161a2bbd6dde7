package format

import (
	"io"
	"strconv"
)

// WriteYAML writes a mapping of strings that readers of YAML 1.1 and of YAML 1.2 read
// alike. Names may be any printable text. All is in quotes: without them, NO is a
// boolean in one of the two, and 0o7 a number in the other.
func WriteYAML(w io.Writer, vars []Var) ([]Warning, error) {
	return nil, layout{"", "\n", "\n", "{}\n", func(v Var) (string, error) {
		return entryOf(v, "", QuoteYAML)
	}}.write(w, vars)
}

// QuoteYAML gives a value as a YAML scalar of one line, in double quotes. A value with a
// NUL byte, or one that isn't UTF-8, is an error.
func QuoteYAML(value string) (string, error) {
	if err := checkText(value); err != nil {
		return "", err
	}
	// Go's escapes are all YAML's too (yaml.org/spec/1.1, 5.6; 1.2.2, 5.7), and what Go
	// holds for printable is that for YAML.
	return strconv.Quote(value), nil
}
