package printable

import (
	"strings"
	"unicode/utf8"
)

// Markdown makes a text stand for itself in Markdown, wherever it comes from.
func Markdown(s string) string {
	var b strings.Builder
	for _, r := range Text(s) {
		// CommonMark 0.31.2, section 2.4: any ASCII punctuation may be escaped.
		if strings.ContainsRune("\\`*_{}[]()<>#+!|~&@:$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Code makes a text fit between the backticks of Markdown, which nothing escapes in there.
func Code(s string) string { return strings.ReplaceAll(Text(s), "`", "'") }

// Cell makes a text one that a spreadsheet shows and does not run. What would
// be read as a formula gets an apostrophe in front (OWASP, "CSV Injection"); the
// full-width forms are what some input methods make of the same signs.
func Cell(s string) string {
	// A tab or a line end in front is no danger any more once it is escaped.
	s = Text(s)
	first, n := utf8.DecodeRuneInString(strings.TrimLeft(s, " "))
	if n > 0 && strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}
