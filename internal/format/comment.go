package format

import "strings"

// commentSyntax is what assignments look like that are commented out.
type commentSyntax struct {
	separators string // between key and value
	quoted     func(text string, at int) (scalar, bool)
}

var (
	commentMarks   = newByteSet(" \t#/*")
	assignmentEnds = newByteSet(" \t\r,;")
)

// lineComment goes past the comment that the rest of the line is.
func (c *tree) lineComment(syntax commentSyntax) {
	end := lineEnd(c.text, c.at)
	c.commented(c.at, end, syntax)
	c.at = end
}

// blockComment goes past a comment that begins here with /*. One that doesn't end
// goes to the text's end.
func (c *tree) blockComment(syntax commentSyntax) {
	end := len(c.text)
	if i := strings.Index(c.text[c.at+2:], "*/"); i >= 0 {
		end = c.at + 2 + i
	}
	for line := range strings.Lines(c.text[c.at:end]) {
		if !c.done {
			c.commented(c.at, c.at+len(strings.TrimRight(line, "\r\n")), syntax)
		}
		c.at += len(line)
	}
	c.at = min(end+2, len(c.text))
}

// commented yields what a line of a comment assigns if it is an assignment and
// nothing else. A bare word after a colon is taken for prose unless the key is quoted.
func (c *tree) commented(from, to int, syntax commentSyntax) {
	line := c.text[:to]
	at := commentMarks.skip(line, from)
	key, ok := syntax.quoted(line, at)
	quotedKey := ok
	if !ok {
		key = c.bare(at, wordBytes.skip(line, at))
	}
	at = blanks.skip(line, key.after)
	if key.value == "" || at == to || strings.IndexByte(syntax.separators, line[at]) < 0 {
		return
	}
	prose := line[at] == ':' && !quotedKey
	at = blanks.skip(line, at+1)
	value, ok := syntax.quoted(line, at)
	if !ok {
		value = c.bare(at, assignmentEnds.find(line, at))
		if prose || value.value == "" || strings.IndexByte("{[(<=>\"'", line[at]) >= 0 {
			return
		}
	}
	rest := line[assignmentEnds.skip(line, value.after):]
	if rest == "" || rest[0] == '#' || strings.HasPrefix(rest, "//") {
		c.alone[0] = key.value
		c.give(c.alone[:], value, true)
	}
}
