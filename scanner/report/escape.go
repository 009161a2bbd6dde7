package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Printable escapes what is not printable: control characters (and with them
// every terminal sequence), marks that reorder or hide text, invalid UTF-8,
// spaces other than the plain one. What is left can be shown anywhere, is one
// line, and has only characters that XML allows.
func Printable(s string) string {
	clean := func(r rune) bool { return r != utf8.RuneError && strconv.IsPrint(r) }
	if strings.IndexFunc(s, func(r rune) bool { return !clean(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		s = s[n:]
	}
	return b.String()
}

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
	for _, r := range Printable(s) {
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
func codeSpan(s string) string { return strings.ReplaceAll(Printable(s), "`", "'") }
