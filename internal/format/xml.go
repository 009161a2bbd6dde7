package format

import (
	"iter"
	"slices"
	"strings"
)

// XML reads elements and attributes. A path has the names of the elements, and that of
// the attribute, without namespace prefixes. White space around a text doesn't count;
// a comment splits it.
//
// Of elements that are named by what they hold, the value is given under that name:
//
//	<add key="k" value="v"/>                   add, k
//	<entry key="k">v</entry>                   entry, k
//	<setting name="k"><value>v</value></...>   setting, k
//	<property><name>k</name><value>v</value>   property, k
//	<dict><key>k</key><string>v</string>       dict, k
//
// Elements in comments are commented out. Instructions and declarations are passed over.
func XML(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := xmlReader{cursor: newCursor(text, yield)}
		r.read(r.at)
	}
}

type xmlReader struct {
	cursor
	comment bool // text ends where a comment does
	base    int  // how many elements are open around the comment
	open    []xmlElement
	names   []string // of the open elements
	deep    int      // how many more elements are open than are told apart
	run     []xmlPart
	attrs   []xmlAttr // of a tag
	endless bool      // there is no more ?>
}

// xmlDepth is how many elements are told apart: below the last one is an attribute.
const xmlDepth = maxDepth - 1

// xmlElement is an element that is open.
type xmlElement struct {
	tag string
	key string // names what it holds
}

// xmlPart is a part of an element's text.
type xmlPart struct {
	span
	cdata bool
}

// read reads the text from pos on.
func (r *xmlReader) read(pos int) {
	for pos < len(r.text) && !r.done {
		if n := strings.IndexByte(r.text[pos:], '<'); n != 0 {
			if n < 0 {
				n = len(r.text) - pos
			}
			r.characters(span{pos, pos + n}, false)
			pos += n
			continue
		}
		rest := r.text[pos:]
		switch {
		case strings.HasPrefix(rest, "<!--") && r.comment:
			pos += len("<!--")
		case strings.HasPrefix(rest, "<!--"):
			r.flush()
			content, next := r.until("-->", pos+len("<!--"))
			r.commented(content)
			pos = next
		case strings.HasPrefix(rest, "<![CDATA["):
			content, next := r.until("]]>", pos+len("<![CDATA["))
			r.characters(content, true)
			pos = next
		case strings.HasPrefix(rest, "<!"):
			pos = r.declaration(pos + 2)
		case strings.HasPrefix(rest, "<?"):
			pos = r.instruction(pos + 2)
		case strings.HasPrefix(rest, "</"):
			r.flush()
			pos = r.endTag(pos + 2)
		case len(rest) > 1 && xmlNameStart(rest[1]):
			r.flush()
			pos = r.startTag(pos + 1)
		default:
			r.characters(span{pos, pos + 1}, false)
			pos++
		}
	}
	r.flush()
}

// until gives what lies before an end, or the rest if there is none, and what comes next.
func (r *xmlReader) until(end string, pos int) (content span, next int) {
	if n := strings.Index(r.text[pos:], end); n >= 0 {
		return span{pos, pos + n}, pos + n + len(end)
	}
	return span{pos, len(r.text)}, len(r.text)
}

// commented reads what is in a comment, with the elements around it for a path.
func (r *xmlReader) commented(content span) {
	around := min(len(r.open), xmlDepth-1)
	c := xmlReader{
		cursor: r.cursor, comment: true, base: around,
		open: slices.Clip(r.open[:around]), names: slices.Clip(r.names[:around]),
	}
	c.text = r.text[:content.end]
	c.read(content.start)
	r.done = c.done
}

// declaration passes over a declaration, or the part of it before others in brackets.
func (r *xmlReader) declaration(pos int) (next int) {
	for ; pos < len(r.text); pos++ {
		switch c := r.text[pos]; {
		case c == '>' || c == '[':
			return pos + 1
		case isQuote(c):
			if n := strings.IndexByte(r.text[pos+1:], c); n >= 0 {
				pos += n + 1
			}
		}
	}
	return pos
}

// instruction passes over an instruction, which may not be closed as it should.
func (r *xmlReader) instruction(pos int) (next int) {
	if !r.endless {
		if n := strings.Index(r.text[pos:], "?>"); n >= 0 {
			return pos + n + 2
		}
		r.endless = true
	}
	_, next = r.until(">", pos)
	return next
}

// characters adds to the text of the element that is open.
func (r *xmlReader) characters(s span, cdata bool) {
	if n := len(r.run); n > 0 && r.run[n-1].end == s.start && r.run[n-1].cdata == cdata {
		r.run[n-1].end = s.end
		return
	}
	r.run = append(r.run, xmlPart{s, cdata})
}

// flush gives the text so far.
func (r *xmlReader) flush() {
	run := r.run
	r.run = r.run[:0]
	for len(run) > 0 && run[0].trim(r.text).empty() {
		run = run[1:]
	}
	for len(run) > 0 && run[len(run)-1].trim(r.text).empty() {
		run = run[:len(run)-1]
	}
	if len(run) == 0 || len(r.open) == r.base {
		return
	}
	first, last := &run[0], &run[len(run)-1]
	first.start = first.trim(r.text).start
	last.end = last.trim(r.text).end
	v := scalar{span: span{first.start, last.end}}
	if len(run) == 1 {
		v.value = xmlDecode(r.text, *first)
		if first.cdata {
			v.style = Literal
		}
	} else {
		var b strings.Builder
		for _, p := range run {
			b.WriteString(xmlDecode(r.text, p))
		}
		v.value = b.String()
	}
	r.value(v)
}

// value gives the text of the innermost element, or takes it for the outer one's key.
func (r *xmlReader) value(v scalar) {
	inner := len(r.open) - 1
	path := r.names
	if e := r.open[inner]; e.key != "" {
		path = append(path, e.key)
	} else if inner > r.base && xmlKey(e.tag) {
		outer := &r.open[inner-1]
		outer.key = v.value
		if outer.tag == "dict" {
			return
		}
	}
	r.give(path, v, r.comment)
}

// push opens an element.
func (r *xmlReader) push(tag, key string) {
	name := tag
	if n := len(r.open); n > 0 {
		outer := &r.open[n-1]
		dict := outer.tag == "dict" && tag != "key"
		if outer.key != "" && (dict || tag == "value" || tag == "defaultValue") {
			name = outer.key
			if dict && n > r.base {
				outer.key = ""
			}
		}
	}
	if len(r.open) == xmlDepth {
		r.deep++
		r.open[xmlDepth-1], r.names[xmlDepth-1] = xmlElement{tag, key}, name
		return
	}
	r.open, r.names = append(r.open, xmlElement{tag, key}), append(r.names, name)
}

// pop leaves so many elements open.
func (r *xmlReader) pop(left int) {
	if r.deep > 0 {
		r.deep--
		return
	}
	r.open, r.names = r.open[:left], r.names[:left]
}

// endTag closes the innermost element of its name, if any, and all in it.
func (r *xmlReader) endTag(pos int) (next int) {
	name, pos := r.name(pos)
	for i := len(r.open) - 1; i >= r.base; i-- {
		if r.deep > 0 || r.open[i].tag == name {
			r.pop(i)
			break
		}
	}
	for pos < len(r.text) && r.text[pos] != '<' {
		pos++
		if r.text[pos-1] == '>' {
			break
		}
	}
	return pos
}

// name reads a name without its prefix.
func (r *xmlReader) name(pos int) (name string, next int) {
	start := pos
	for ; pos < len(r.text) && !spaces[r.text[pos]] && strings.IndexByte(`=<>/"'`, r.text[pos]) < 0; pos++ {
		if r.text[pos] == ':' {
			start = pos + 1
		}
	}
	return r.text[start:pos], pos
}
