package known

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/ascii"
)

// text is what forms are looked for in.
type text struct {
	data   []byte
	goesOn bool // behind data
}

// leastAtEnd is how much of a form has to be there for a match, in bytes of the text, where
// that goes on behind its end. Chunks own no more than what so much follows.
const leastAtEnd = 32 << 10

// spells tells whether a form lies in the text, whose needle begins at an offset and stands at
// a place, and from where to where. Where more than one spelling could be meant, it is the one that comes
// first.
func (t text) spells(form string, offset int, encoded bool, at int) (start, end int, ok bool) {
	if start = at - offset; start >= 0 {
		rest := t.data[start:]
		switch {
		case len(rest) >= len(form) && string(rest[:len(form)]) == form:
			return start, start + len(form), true
		case len(rest) < len(form) && t.goesOn && len(rest) >= leastAtEnd && string(rest) == form[:len(rest)]:
			return start, len(t.data), true
		}
	}
	escapes := []escape{unescaped, percent, inForms, backslash, reference}
	if len(places(form[offset:offset+match.NeedleSize], isSteady)) == 0 {
		escapes = escapes[:1] // the needle itself may begin or end within one
	}
	for _, escape := range escapes {
		w := walk{t, escape, encoded}
		if start, ok := w.back(form[:offset], at); ok {
			if end, ok := w.ahead(form[offset:], at, start); ok {
				return start, end, true
			}
		}
	}
	return 0, 0, false
}

// escape gives the length of an escape that a text begins with and that stands for a
// character, or for bytes that are none; 0 if there is none.
type escape func(text []byte, char string) int

// longestEscape is that of the longest one, in bytes.
const longestEscape = 16

// walk compares a form with a text, in one kind of escapes.
type walk struct {
	text
	escape  escape
	encoded bool // line breaks may stand anywhere in the form
}

// ahead gives where a form ends that begins in the text at a place, or whose beginning is
// at start. It isn't there if ok is false.
func (w walk) ahead(form string, at, start int) (end int, ok bool) {
	for form != "" {
		rest := w.data[at:]
		if w.goesOn && len(rest) < longestEscape && at-start >= leastAtEnd {
			return len(w.data), true
		}
		if n := lineBreak(form); n > 0 && !w.encoded {
			m := w.lineBreak(rest)
			if m == 0 {
				return 0, false
			}
			form, at = form[n:], at+m
			continue
		}
		_, n := utf8.DecodeRuneInString(form)
		m := w.char(rest, form[:n])
		if m == 0 && w.encoded {
			if m = w.lineBreak(rest); m > 0 {
				at += m
				continue
			}
		}
		if m == 0 {
			return 0, false
		}
		form, at = form[n:], at+m
	}
	return at, true
}

// back gives where a form begins that ends in the text at a place.
func (w walk) back(form string, at int) (start int, ok bool) {
	for form != "" {
		rest := w.data[:at]
		if n := lineBreakBefore(form); n > 0 && !w.encoded {
			m := w.lineBreakBefore(rest)
			if m == 0 {
				return 0, false
			}
			form, at = form[:len(form)-n], at-m
			continue
		}
		_, n := utf8.DecodeLastRuneInString(form)
		m := w.charBefore(rest, form[len(form)-n:])
		if m == 0 && w.encoded {
			if m = w.lineBreakBefore(rest); m > 0 {
				at -= m
				continue
			}
		}
		if m == 0 {
			return 0, false
		}
		form, at = form[:len(form)-n], at-m
	}
	return at, true
}

// char gives how long a character is that a text begins with; 0 if it doesn't. It is taken
// for an escape if it can be one.
func (w walk) char(text []byte, char string) int {
	if n := w.escape(text, char); n > 0 {
		return n
	}
	if bytes.HasPrefix(text, []byte(char)) {
		return len(char)
	}
	return 0
}

// charBefore gives how long a character is that a text ends with; 0 if it doesn't.
func (w walk) charBefore(text []byte, char string) int {
	plain := bytes.HasSuffix(text, []byte(char))
	if plain && ascii.IsWord(char[0]) { // what is seldom escaped; %33 ends as the 3 does that it is
		return len(char)
	}
	for n := min(longestEscape, len(text)); n > 0; n-- {
		if w.escape(text[len(text)-n:], char) == n {
			return n
		}
	}
	if plain {
		return len(char)
	}
	return 0
}

// lineBreak gives the length of a line's end that a text begins with, with the blanks that
// the next line begins with; 0 if there is none.
func lineBreak(s string) int {
	rest := strings.TrimPrefix(s, "\r")
	if !strings.HasPrefix(rest, "\n") {
		return 0
	}
	return len(s) - len(strings.TrimLeft(rest[len("\n"):], blanks))
}

// lineBreakBefore gives the length of one that a text ends with.
func lineBreakBefore(s string) int {
	rest, ok := strings.CutSuffix(strings.TrimRight(s, blanks), "\n")
	if !ok {
		return 0
	}
	return len(s) - len(strings.TrimSuffix(rest, "\r"))
}

const blanks = " \t"

// lineBreak is the same for the text that is walked in, where any of it may be an escape.
func (w walk) lineBreak(text []byte) int {
	n := w.char(text, "\r")
	m := w.char(text[n:], "\n")
	if m == 0 {
		return 0
	}
	for ; m > 0; m = blank(text[n:], w.char) {
		n += m
	}
	return n
}

func (w walk) lineBreakBefore(text []byte) int {
	rest := text
	for n := 0; ; rest = rest[:len(rest)-n] {
		if n = blank(rest, w.charBefore); n == 0 {
			break
		}
	}
	n := w.charBefore(rest, "\n")
	if n == 0 {
		return 0
	}
	rest = rest[:len(rest)-n]
	return len(text) - len(rest) + w.charBefore(rest, "\r")
}

// blank gives the length of a blank, going by what gives that of a character.
func blank(text []byte, char func([]byte, string) int) int {
	return cmp.Or(char(text, " "), char(text, "\t"))
}

// unescaped is for texts without escapes.
func unescaped([]byte, string) int { return 0 }

// percent is how addresses escape (RFC 3986).
func percent(text []byte, char string) int {
	const each = len("%00")
	if len(text) < each*len(char) || text[0] != '%' {
		return 0
	}
	for i := range len(char) {
		var b [1]byte
		if _, err := hex.Decode(b[:], text[each*i+1:each*(i+1)]); err != nil || text[each*i] != '%' || b[0] != char[i] {
			return 0
		}
	}
	return each * len(char)
}

// inForms is how forms are sent: with a + for a blank.
func inForms(text []byte, char string) int {
	if char == " " && len(text) > 0 && text[0] == '+' {
		return 1
	}
	return percent(text, char)
}

// backslash is how JSON and strings of programs escape. In a string within a string there
// are two or more backslashes for one.
func backslash(text []byte, char string) int {
	run := 0
	for run < len(text) && run < longestEscape/2 && text[run] == '\\' {
		run++
	}
	switch {
	case run == 0, run == len(text):
		return 0
	case char == `\` && run > 1:
		return len(`\\`)
	case char == `\`:
		return 0
	}
	last := text[run-1:]
	if short := shortEscape(char); short != "" && bytes.HasPrefix(last, []byte(short)) {
		return run - 1 + len(short)
	}
	for _, e := range numberEscapes(char) {
		if len(last) >= len(e) && strings.EqualFold(string(last[:len(e)]), e) {
			return run - 1 + len(e)
		}
	}
	return 0
}

// shortEscape gives the escape of a character that is no number; "" if it has none.
func shortEscape(char string) string {
	const controls, letters = "\n\r\t\b\f\v\x00\a", "nrtbfv0a"
	if i := strings.Index(controls, char); i >= 0 {
		return `\` + letters[i:i+1]
	}
	if c := char[0]; c <= ' ' || c >= utf8.RuneSelf || ascii.IsWord(c) {
		return ""
	}
	return `\` + char
}

// numberEscapes gives those that are numbers, with small letters.
func numberEscapes(char string) []string {
	var inHex, inOctal strings.Builder
	for i := range len(char) {
		fmt.Fprintf(&inHex, `\x%02x`, char[i])
		fmt.Fprintf(&inOctal, `\%03o`, char[i])
	}
	all := []string{inHex.String(), inOctal.String()}
	if c, _ := utf8.DecodeRuneInString(char); c != utf8.RuneError {
		all = append(all, unicodeEscape(c), fmt.Sprintf(`\U%08x`, c))
	}
	return all
}

// reference is how HTML and XML escape.
func reference(text []byte, char string) int {
	if len(text) == 0 || text[0] != '&' {
		return 0
	}
	end := bytes.IndexByte(text[:min(longestEscape, len(text))], ';') + 1
	if html.UnescapeString(string(text[:end])) != char {
		return 0
	}
	return end
}
