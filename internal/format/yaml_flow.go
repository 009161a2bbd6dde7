package format

import "strconv"

// flowAt says whether brackets or braces open at pos that are no template's.
func (r *yamlReader) flowAt() bool {
	c := r.text[r.pos]
	return c == '[' || c == '{' && r.templateAt(r.pos) == ""
}

// flow reads a collection in brackets or braces, over as many lines as it has. They
// should be indented more than indent. If one shows that the collection has not been
// closed it ends before that.
func (r *yamlReader) flow(indent int) {
	base := len(r.levels)
	tooDeep := 0 // collections that have begun beyond maxDepth
	for r.pos < len(r.text) && !r.stopped {
		switch c := r.text[r.pos]; {
		case yamlBlank(c):
			r.pos++
		case yamlBreak(c):
			p, column := r.nextText(r.pos)
			if !r.continues(p, column) {
				r.closeAbove(base)
				return
			}
			r.pos = p
		case c == '#':
			r.pos = r.lineEnd(r.pos)
		case (c == '[' || c == '{') && r.inlineTemplateEnd(r.pos) == r.pos:
			r.pos++
			if len(r.path) == maxDepth {
				tooDeep++
			} else if c == '[' {
				r.push(yamlBrackets, indent, "0")
			} else {
				r.push(yamlBraces, indent, "?")
				r.top().open = false
			}
		case c == ']' || c == '}':
			r.pos++
			if tooDeep > 0 {
				tooDeep--
			} else {
				r.closePair()
				r.close()
			}
			if tooDeep == 0 && len(r.levels) == base {
				return
			}
		case c == ',':
			r.pos++
			r.closePair()
			switch top := r.top(); top.kind {
			case yamlBrackets:
				top.index++
				r.rename(strconv.Itoa(top.index))
			case yamlBraces:
				r.rename("?")
				top.open = false
			}
		case c == ':' && (r.blankAt(r.pos+1) || yamlBracket(r.text[r.pos+1])):
			r.pos++
			r.top().open = true
		case r.indicatorAt(r.pos, '?'):
			r.pos++
		case c == '*' && r.referenceEnd() > r.pos:
			r.pos = r.referenceEnd()
			r.top().open = false
		case c == '!', c == '&' && r.referenceEnd() > r.pos:
			r.properties()
		default:
			r.flowScalar()
		}
	}
}

// flowScalar reads a key and its colon, or a value, between brackets.
func (r *yamlReader) flowScalar() {
	var s yamlScalar
	if c := r.text[r.pos]; c == '"' || c == '\'' {
		s = r.quoted()
	} else {
		s = r.plain(true)
	}
	end := r.pos
	r.skipBlanks()
	top := r.top()
	switch {
	case r.pos < len(r.text) && r.text[r.pos] == ':' &&
		(s.style != Bare || r.blankAt(r.pos+1) || yamlBracket(r.text[r.pos+1])):
		r.pos++
		if top.kind == yamlBrackets && len(r.path) < maxDepth {
			r.push(yamlPair, top.indent, s.value)
		} else {
			r.rename(s.value)
		}
	case top.open || top.kind == yamlBrackets:
		r.pos = end
		r.emit(s)
	}
}

// closePair closes a mapping that ends with its only value.
func (r *yamlReader) closePair() {
	if r.top().kind == yamlPair {
		r.close()
	}
}
