package format

import "strings"

// cursor is a reader's way through a text.
type cursor struct {
	outline
	text     string
	at       int
	document int
	yield    func(Entry) bool
	done     bool      // nobody wants more
	alone    [1]string // the path of what is commented out
}

func newCursor(text []byte, yield func(Entry) bool) cursor {
	// Names are parts of this copy. Values are not, so that one who keeps a value
	// doesn't keep the text.
	return cursor{outline: newOutline(), text: string(text), yield: yield}
}

// scalar is a value that is no table or list.
type scalar struct {
	value      string
	start, end int
	after      int // where the text goes on: past the closing quote
	style      Style
}

// bare gives a part of the text as it stands, without the blanks at its end.
func (c *cursor) bare(start, end int) scalar {
	after := end
	for start < end && whiteSpace[c.text[end-1]] {
		end--
	}
	return scalar{value: c.text[start:end], start: start, end: end, after: after}
}

// give yields a value, if it is assigned to something, and goes on past it.
func (c *cursor) give(s scalar) {
	if c.locate() {
		c.send(c.path, s, false)
	}
	c.unname()
	c.at = s.after
}

func (c *cursor) send(path []string, s scalar, comment bool) {
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

// lineEnd gives where the line of text[at] ends.
func (c *cursor) lineEnd(at int) int {
	if i := strings.IndexByte(c.text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(c.text)
}

// skipLine gives up what the rest of the line may say.
func (c *cursor) skipLine() {
	c.unname()
	c.at = c.lineEnd(c.at)
}
