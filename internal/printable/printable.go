// Package printable makes hostile text harmless to show: what a terminal might act
// on, or what misleads the eye, is written as escapes.
package printable

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text escapes what is not printable: control characters (and with them every
// terminal sequence), marks that reorder or hide text, invalid UTF-8, spaces other
// than the plain one. What is left can be shown anywhere, is one
// line, and has only characters that XML allows.
func Text(s string) string {
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

// Lines is [Text] for a text whose lines stay lines.
func Lines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Text(line)
	}
	return strings.Join(lines, "\n")
}

// JSON escapes in JSON what is not printable, but for line feeds. It reads back as
// what it was.
func JSON(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		i := bytes.IndexFunc(data, func(r rune) bool { return r != '\n' && !strconv.IsPrint(r) })
		if i < 0 {
			return append(out, data...)
		}
		out = append(out, data[:i]...)
		r, n := utf8.DecodeRune(data[i:])
		for _, unit := range utf16.Encode([]rune{r}) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
		data = data[i+n:]
	}
	return out
}
