package format

import "strings"

// cursor is a reader's way through a text: where it is, and who gets what it reads.
type cursor struct {
	text     string
	at       int
	document int
	yield    func(Entry) bool
	done     bool // nobody wants more
}

// newCursor begins past a byte order mark.
func newCursor(text []byte, yield func(Entry) bool) cursor {
	// Names are parts of this copy. Values are not, so that one who keeps a value
	// doesn't keep the text.
	c := cursor{text: string(text), yield: yield}
	c.at = len(c.text) - len(strings.TrimPrefix(c.text, "\ufeff"))
	return c
}

// give yields a value, unless nobody wants more.
func (c *cursor) give(path []string, s scalar, comment bool) {
	if c.done {
		return
	}
	c.done = !c.yield(Entry{
		Path:     path,
		Value:    strings.Clone(s.value),
		Start:    s.start,
		End:      s.end,
		Style:    s.style,
		Document: c.document,
		Comment:  comment,
	})
}

// lineEnd gives where the line of text[at] ends, before its newline.
func lineEnd(text string, at int) int {
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(text)
}

// lineAt gives the line that begins at text[at], and where the next one does.
func lineAt(text string, at int) (line span, next int) {
	end := lineEnd(text, at)
	return span{at, end}, min(end+1, len(text))
}

// span is where something lies in a text.
type span struct{ start, end int }

func (s span) of(text string) string { return text[s.start:s.end] }

func (s span) empty() bool { return s.start == s.end }

// trim leaves out white space at both ends.
func (s span) trim(text string) span {
	for s.start < s.end && spaces[text[s.start]] {
		s.start++
	}
	for s.end > s.start && spaces[text[s.end-1]] {
		s.end--
	}
	return s
}

// uncomment leaves out the marks that a comment begins with.
func (s span) uncomment(text string) span {
	for s.start < s.end && strings.IndexByte("#; \t", text[s.start]) >= 0 {
		s.start++
	}
	return s
}

// scalar is a value that is no table or list, where it lies, and how it is written.
type scalar struct {
	span
	value string
	after int // where the text goes on: past the closing quote
	style Style
}

// bare gives a value that says what it is.
func bare(text string, s span) scalar {
	return scalar{span: s, value: s.of(text), after: s.end}
}

// quoted reads the quotes that a span begins with; ok is false if it doesn't, or if they
// aren't closed in it. In double quotes, a backslash escapes a quote or another
// backslash, and \n and \t are what they are in C; other backslashes are themselves, as
// those of a path on Windows.
func quoted(text string, s span) (v scalar, ok bool) {
	if s.empty() || !isQuote(text[s.start]) {
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
			v = bare(text, span{s.start + 1, i})
			v.style, v.after = style, i+1
			if escaped {
				v.value = quotedEscapes.Replace(v.value)
			}
			return v, true
		case text[i] == '\\' && style == Quoted:
			escaped = true
			i++
		}
	}
	return v, false
}

var quotedEscapes = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n", `\t`, "\t")
