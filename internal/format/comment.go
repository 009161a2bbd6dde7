package format

import "strings"

// commentSyntax is what assignments look like that are commented out.
type commentSyntax struct {
	separators string // between key and value
	quoted     func(text string, at int) (scalar, bool)
}

// lineComment goes past the comment that the rest of the line is.
func (c *cursor) lineComment(syntax commentSyntax) {
	end := c.lineEnd(c.at)
	c.commented(c.at, end, syntax)
	c.at = end
}

// blockComment goes past a comment that begins here with /*. One that doesn't end
// goes to the text's end.
func (c *cursor) blockComment(syntax commentSyntax) {
	end := len(c.text)
	if i := strings.Index(c.text[c.at+2:], "*/"); i >= 0 {
		end = c.at + 2 + i
	}
	for c.at < end && !c.done {
		line := min(c.lineEnd(c.at), end)
		c.commented(c.at, line, syntax)
		c.at = line + 1
	}
	c.at = min(end+2, len(c.text))
}

// commented yields what a line of a comment assigns if it is an assignment and
// nothing else. A bare word after a colon is taken for prose unless the key is quoted.
func (c *cursor) commented(from, to int, syntax commentSyntax) {
	line := c.text[:to]
	at := skip(line, from, " \t#/*")
	key, ok := syntax.quoted(line, at)
	quotedKey := ok
	if !ok {
		key = c.bare(at, wordEnd(line, at))
	}
	at = skip(line, key.after, " \t")
	if key.value == "" || at == to || strings.IndexByte(syntax.separators, line[at]) < 0 {
		return
	}
	prose := line[at] == ':' && !quotedKey
	at = skip(line, at+1, " \t")
	value, ok := syntax.quoted(line, at)
	if !ok {
		end := at
		for end < to && strings.IndexByte(" \t\r,;", line[end]) < 0 {
			end++
		}
		value = c.bare(at, end)
		if prose || value.value == "" || strings.IndexByte("{[(<=>\"'", line[at]) >= 0 {
			return
		}
	}
	rest := line[skip(line, value.after, " \t\r,;"):]
	if rest == "" || rest[0] == '#' || strings.HasPrefix(rest, "//") {
		c.alone[0] = key.value
		c.send(c.alone[:], value, true)
	}
}

// wordEnd gives where a word ends that a key can be.
func wordEnd(text string, at int) int {
	for at < len(text) && isWord(text[at]) {
		at++
	}
	return at
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}
