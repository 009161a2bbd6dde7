package report

import (
	"strings"
	"unicode/utf8"
)

// clip shortens a text to at most n characters.
func clip(s string, n int) string {
	const dots = "..."
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-len(dots)]) + dots
}

// link gives an address if it is one that a reader may be sent to, else "".
func link(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}
