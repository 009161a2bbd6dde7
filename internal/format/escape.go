package format

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape undoes the escapes in what stands in quotes. lineEnd gives how much of what
// follows a backslash is the end of a line, which then goes with the backslash.
func unescape(s string, lineEnd func(rest string) int) string {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s
	}
	var b strings.Builder
	for ; i >= 0; i = strings.IndexByte(s, '\\') {
		b.WriteString(s[:i])
		s = s[i+1:]
		if n := lineEnd(s); n > 0 {
			s = s[n:]
			continue
		}
		r, n := escaped(s)
		b.WriteRune(r)
		s = s[n:]
	}
	b.WriteString(s)
	return b.String()
}

// escaped gives the character that what follows a backslash stands for, and how much
// of it does. What is no character is U+FFFD.
func escaped(s string) (r rune, size int) {
	if s == "" {
		return utf8.RuneError, 0
	}
	switch s[0] {
	case 'b':
		return '\b', 1
	case 'e':
		return '\x1b', 1
	case 'f':
		return '\f', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'v':
		return '\v', 1
	case '0':
		return 0, 1
	case 'x':
		return hex(s, 2)
	case 'U':
		return hex(s, 8)
	case 'u':
		r, size = hex(s, 4)
		if utf16.IsSurrogate(r) {
			if rest := s[size:]; strings.HasPrefix(rest, `\u`) {
				low, n := hex(rest[1:], 4)
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					return pair, size + 1 + n
				}
			}
			return utf8.RuneError, size
		}
		return r, size
	}
	return utf8.DecodeRuneInString(s)
}

// hex reads so many hexadecimal digits after the first byte.
func hex(s string, digits int) (r rune, size int) {
	if len(s) <= digits {
		return utf8.RuneError, 1
	}
	n, err := strconv.ParseUint(s[1:1+digits], 16, 31)
	if err != nil {
		return utf8.RuneError, 1
	}
	return rune(n), 1 + digits
}
