package format

import (
	"bytes"
	"strings"
)

// What the readers of line-based configuration have in common.

// confSink hands entries on until their receiver has had enough.
type confSink struct {
	yield func(Entry) bool
	done  bool
}

func (s *confSink) give(e Entry) {
	if !s.done {
		s.done = !s.yield(e)
	}
}

// confSpan is where something lies in a text.
type confSpan struct{ start, end int }

func (s confSpan) of(text []byte) []byte { return text[s.start:s.end] }

func (s confSpan) empty() bool { return s.start == s.end }

// trim leaves out white space at both ends.
func (s confSpan) trim(text []byte) confSpan {
	for s.start < s.end && confSpace(text[s.start]) {
		s.start++
	}
	for s.end > s.start && confSpace(text[s.end-1]) {
		s.end--
	}
	return s
}

// uncomment leaves out the marks that a comment begins with.
func (s confSpan) uncomment(text []byte) confSpan {
	for s.start < s.end && strings.IndexByte("#; \t", text[s.start]) >= 0 {
		s.start++
	}
	return s
}

// confValue is a value, where it lies, and how it is written.
type confValue struct {
	confSpan
	value string
	style Style
}

func (v confValue) entry(path []string, comment bool) Entry {
	return Entry{Path: path, Value: v.value, Start: v.start, End: v.end, Style: v.style, Comment: comment}
}

// confBare gives a value that says what it is.
func confBare(text []byte, s confSpan) confValue {
	return confValue{confSpan: s, value: string(s.of(text))}
}

// confQuoted reads the quotes that a span begins with; ok is false if it doesn't, or if
// they aren't closed in it. In double quotes, a backslash escapes a quote or another
// backslash, and \n and \t are what they are in C; other backslashes are themselves, as
// those of a path on Windows.
func confQuoted(text []byte, s confSpan) (v confValue, ok bool) {
	if s.empty() || !confQuote(text[s.start]) {
		return v, false
	}
	quote, style := text[s.start], Literal
	if quote == '"' {
		style = Quoted
	}
	escaped := false
	for i := s.start + 1; i < s.end; i++ {
		switch {
		case text[i] == quote:
			v = confBare(text, confSpan{s.start + 1, i})
			v.style = style
			if escaped {
				v.value = confEscapes.Replace(v.value)
			}
			return v, true
		case text[i] == '\\' && style == Quoted:
			escaped = true
			i++
		}
	}
	return v, false
}

var confEscapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n", `\t`, "\t")

// confLine gives the line that begins at pos, and where the next one does.
func confLine(text []byte, pos int) (line confSpan, next int) {
	if n := bytes.IndexByte(text[pos:], '\n'); n >= 0 {
		return confSpan{pos, pos + n}, pos + n + 1
	}
	return confSpan{pos, len(text)}, len(text)
}

// confStart is where a text begins that may have a byte order mark.
func confStart(text []byte) int {
	return len(text) - len(bytes.TrimPrefix(text, []byte("\uFEFF")))
}

func confSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}

func confQuote(c byte) bool { return c == '"' || c == '\'' }

func confLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func confNameByte(c byte) bool {
	return confLetter(c) || '0' <= c && c <= '9' || strings.IndexByte(".-[]", c) >= 0
}

// confName tells that a name is a word as programs name their settings, and no prose.
func confName(name []byte) bool {
	return len(name) > 0 && confLetter(name[0]) &&
		!bytes.ContainsFunc(name, func(c rune) bool { return c > 0x7f || !confNameByte(byte(c)) })
}
