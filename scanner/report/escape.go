package report

import (
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// clip shortens a text to at most n characters.
func clip(s string, n int) string {
	const dots = "..."
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-len(dots)]) + dots
}

// Markdown makes a text stand for itself in Markdown: a rule's description may
// be from a config in the repository that was scanned.
func Markdown(s string) string {
	var b strings.Builder
	for _, r := range printable.Text(s) {
		// CommonMark 0.31.2, section 2.4: any ASCII punctuation may be escaped.
		if strings.ContainsRune("\\`*_{}[]()<>#+!|~&@:$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// link gives an address if it is one that a reader may be sent to, else "".
func link(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}

// codeSpan makes a text fit between backticks, which nothing escapes in there.
func codeSpan(s string) string { return strings.ReplaceAll(printable.Text(s), "`", "'") }
