package cleanup

import (
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// word gives text as one word of a shell's command, in quotes if it needs any.
func word(text string) string {
	if isPlain(text) {
		return text
	}
	quoted, _ := format.QuoteShell(text) // the error is of a NUL, which no path or name has
	return quoted
}

// scalar gives text as a YAML scalar, in quotes if it needs any.
func scalar(text string) string {
	if isPlain(text) {
		return text
	}
	quoted, err := format.QuoteYAML(text)
	if err != nil {
		return `""` // an environment's name is text
	}
	return quoted
}

// isPlain tells that a text means itself to a shell and in YAML.
func isPlain(text string) bool {
	other := func(c rune) bool { return !isNameRune(c) && !strings.ContainsRune("./-+", c) }
	return text != "" && text[0] != '-' && !strings.ContainsFunc(text, other)
}
