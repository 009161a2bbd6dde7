package format

import "strings"

// yamlHeader is what a block scalar's first line says about those that follow.
type yamlHeader struct {
	folded bool
	chomp  byte // '-' if the value ends with the text, '+' if with the empty lines after it
	indent int  // how much deeper than their collection the lines are indented, or 0
	end    int  // where the line ends
}

// blockHeader reads a header without going behind it.
func (r *yamlReader) blockHeader() (h yamlHeader, ok bool) {
	h.folded = r.text[r.pos] == '>'
	p := r.pos + 1
	for ; !r.blankAt(p); p++ {
		switch c := r.text[p]; {
		case c == '+', c == '-':
			h.chomp = c
		case '1' <= c && c <= '9':
			h.indent = int(c - '0')
		default:
			return h, false
		}
	}
	for p < len(r.text) && yamlBlank(r.text[p]) {
		p++
	}
	h.end = r.lineEnd(p)
	return h, h.end == p || r.text[p] == '#'
}

// block reads the lines that follow a header.
func (r *yamlReader) block(h yamlHeader) yamlScalar {
	around := r.top().indent
	indent := max(around, 0) + h.indent
	known := h.indent > 0

	var s strings.Builder
	first := r.afterLine(h.end)
	start, end := first, first
	began := false  // there has been a line with text
	spaced := false // the last one began with white space
	breaks := 0     // line breaks since it
	r.pos = h.end
	for line := first; line < len(r.text); {
		p := line
		for p < len(r.text) && r.text[p] == ' ' && (!known || p-line < indent) {
			p++
		}
		if r.blankLine(p) && (!known || p-line < indent || r.endAt(p)) {
			line = r.afterLine(p)
			breaks += r.breaksBefore(line)
			if h.chomp == '+' {
				end = line
			}
			continue
		}
		if !known && p-line > around {
			known, indent = true, p-line
		}
		if !known || p-line < indent || r.markerAt(line, "---") || r.markerAt(line, "...") {
			break
		}
		space := yamlBlank(r.text[p])
		switch {
		case !began:
			start, began = p, true
			yamlBreaks(&s, breaks)
		case !h.folded || spaced || space:
			yamlBreaks(&s, breaks)
		case breaks == 1:
			s.WriteByte(' ')
		default:
			yamlBreaks(&s, breaks-1)
		}
		r.pos = r.lineEnd(p)
		s.Write(r.text[p:r.pos])
		line = r.afterLine(r.pos)
		spaced, breaks, end = space, r.breaksBefore(line), r.pos
		if h.chomp != '-' {
			end = line
		}
	}
	switch {
	case h.chomp == '+':
		yamlBreaks(&s, breaks)
	case h.chomp == 0 && began:
		yamlBreaks(&s, min(breaks, 1))
	}
	return yamlScalar{s.String(), start, end, Block}
}

// blankLine says whether the line has nothing but white space from p on.
func (r *yamlReader) blankLine(p int) bool {
	for p < len(r.text) && yamlBlank(r.text[p]) {
		p++
	}
	return r.endAt(p)
}

// breaksBefore is 1 if a line ends before p, and 0 if only the text does.
func (r *yamlReader) breaksBefore(p int) int {
	if yamlBreak(r.text[p-1]) {
		return 1
	}
	return 0
}
