package format

import "bytes"

// This file has what YAML's reader asks of the text around a position.

func yamlBlank(c byte) bool { return c == ' ' || c == '\t' }
func yamlBreak(c byte) bool { return c == '\n' || c == '\r' }

// skipBlanks goes to what is next in the line.
func (r *yamlReader) skipBlanks() {
	for r.pos < len(r.text) && yamlBlank(r.text[r.pos]) {
		r.pos++
	}
}

// endAt says whether the line ends at p.
func (r *yamlReader) endAt(p int) bool { return p >= len(r.text) || yamlBreak(r.text[p]) }

// blankAt says whether a word ends before p.
func (r *yamlReader) blankAt(p int) bool { return r.endAt(p) || yamlBlank(r.text[p]) }

// atEnd says whether the line has nothing more but perhaps a comment. It is for where
// a "#" would begin one.
func (r *yamlReader) atEnd() bool { return r.endAt(r.pos) || r.text[r.pos] == '#' }

// indicatorAt says whether a character stands at p as a word.
func (r *yamlReader) indicatorAt(p int, c byte) bool {
	return p < len(r.text) && r.text[p] == c && r.blankAt(p+1)
}

// markerAt says whether a document's marker stands at p, where a line begins.
func (r *yamlReader) markerAt(p int, marker string) bool {
	return bytes.HasPrefix(r.text[p:], []byte(marker)) && r.blankAt(p+len(marker))
}

// lineEnd is where the line that p is in ends, before what ends it.
func (r *yamlReader) lineEnd(p int) int {
	for !r.endAt(p) {
		p++
	}
	return p
}

// afterLine is where the line after the one that p is in begins, or the text's end.
func (r *yamlReader) afterLine(p int) int {
	p = r.lineEnd(p)
	if bytes.HasPrefix(r.text[p:], []byte("\r\n")) {
		return p + 2
	}
	return min(p+1, len(r.text))
}

// nextText gives the first character that isn't blank in the lines after the one that
// ends at p, and its column.
func (r *yamlReader) nextText(p int) (at, column int) {
	line := p
	for ; p < len(r.text) && r.blankAt(p); p++ {
		if yamlBreak(r.text[p]) {
			line = p + 1
		}
	}
	return p, p - line
}

// continues says whether the line whose text is at p, in the column, may belong to what
// isn't closed yet. YAML wants such a line to be indented, and others don't, so one that
// isn't belongs to it if it doesn't look like an assignment.
func (r *yamlReader) continues(p, column int) bool {
	if column == 0 && (r.markerAt(p, "---") || r.markerAt(p, "...")) {
		return false
	}
	if column > r.top().indent || p == len(r.text) {
		return true
	}
	_, _, assigns := r.plainKey(p)
	return !assigns && !r.indicatorAt(p, '-')
}

// referenceEnd is where the anchor or alias at pos ends. It is pos if there is none.
func (r *yamlReader) referenceEnd() int {
	p := r.pos + 1
	for p < len(r.text) && yamlWord(r.text[p]) {
		p++
	}
	switch {
	case p == r.pos+1:
		return r.pos
	case r.text[r.pos] == '&' && r.indicatorAt(p, ':'):
		return p + 1 // an anchor's name may end with a colon
	case r.blankAt(p), yamlBracket(r.text[p]), r.text[p] == ':':
		return p
	}
	return r.pos
}

func yamlWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-'
}

// yamlBracket says whether a character means something inside brackets.
func yamlBracket(c byte) bool {
	return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'
}

// properties passes over anchors and takes up a tag.
func (r *yamlReader) properties() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case '&':
			end := r.referenceEnd()
			if end == r.pos {
				return
			}
			r.pos = end
		case '!':
			start := r.pos
			for !r.blankAt(r.pos) && !yamlBracket(r.text[r.pos]) {
				r.pos++
			}
			r.tag = string(r.text[start:r.pos])
		default:
			return
		}
		r.skipBlanks()
	}
}

// templateAt gives what ends the template directive that begins at p, and nothing if none
// does.
func (r *yamlReader) templateAt(p int) string {
	if p+2 > len(r.text) {
		return ""
	}
	switch string(r.text[p : p+2]) {
	case "{{":
		return "}}"
	case "{%":
		return "%}"
	case "{#":
		return "#}"
	case "<%":
		return "%>"
	}
	return ""
}

// templateEnd is where the directive at p ends, be it lines later. It is p if there is
// none, or if another one begins before it ends: then it isn't closed, and to look for
// its end again and again would take long.
func (r *yamlReader) templateEnd(p int) int {
	mark := r.templateAt(p)
	if mark == "" {
		return p
	}
	open, inside := r.text[p:p+2], r.text[p+2:]
	if next := bytes.Index(inside, open); next >= 0 {
		inside = inside[:next]
	}
	if end := bytes.Index(inside, []byte(mark)); end >= 0 {
		return p + 2 + end + 2
	}
	return p
}

// inlineTemplateEnd is templateEnd for a directive that ends in the same line.
func (r *yamlReader) inlineTemplateEnd(p int) int {
	end := r.templateEnd(p)
	if bytes.IndexByte(r.text[p:end], '\n') >= 0 {
		return p
	}
	return end
}

// directives goes to the end of a line that has only template directives in it, or to
// where the last one of them ends. It says whether there are any.
func (r *yamlReader) directives() bool {
	start := r.pos
	for r.pos < len(r.text) {
		end := r.templateEnd(r.pos)
		if end == r.pos {
			break
		}
		r.pos = end
		r.skipBlanks()
	}
	if r.pos > start && r.atEnd() {
		return true
	}
	r.pos = start
	return false
}
