package format

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlAttr is an attribute.
type xmlAttr struct {
	name string
	scalar
}

// startTag reads the tag whose name begins at pos.
func (r *xmlReader) startTag(pos int) (next int) {
	tag, pos := r.name(pos)
	next, empty := r.attributes(pos)
	key := r.key(empty)
	r.push(tag, key)
	for _, a := range r.attrs {
		switch {
		case key != "" && a.value == key && xmlKey(a.name):
		case key != "" && strings.EqualFold(a.name, "value"):
			r.give(append(r.names, key), a.scalar, r.comment)
		default:
			r.give(append(r.names, a.name), a.scalar, r.comment)
		}
	}
	if empty {
		r.pop(len(r.open) - 1)
	}
	return next
}

// key is what the attributes name the element's value, if it has one: another attribute,
// or what it holds.
func (r *xmlReader) key(empty bool) (key string) {
	for _, a := range r.attrs {
		if xmlKey(a.name) && (key == "" || strings.EqualFold(a.name, "key")) {
			key = a.value
		}
		if strings.EqualFold(a.name, "value") {
			empty = false
		}
	}
	if empty {
		return ""
	}
	return key
}

// attributes reads a tag's attributes, and tells whether it is an empty element's. A tag
// that isn't closed ends where the next one begins.
func (r *xmlReader) attributes(pos int) (next int, empty bool) {
	r.attrs = r.attrs[:0]
	for pos < len(r.text) {
		switch c := r.text[pos]; {
		case c == '>':
			return pos + 1, empty
		case c == '<':
			return pos, empty
		case spaces[c] || c == '=' || isQuote(c):
			pos++
		case c == '/':
			empty = true
			pos++
		default:
			empty = false
			pos = r.attribute(pos)
		}
	}
	return pos, empty
}

// attribute reads the attribute at pos, which is given only if it has a value.
func (r *xmlReader) attribute(pos int) (next int) {
	prefixed := strings.HasPrefix(r.text[pos:], "xmlns")
	name, pos := r.name(pos)
	for pos < len(r.text) && spaces[r.text[pos]] {
		pos++
	}
	if pos == len(r.text) || r.text[pos] != '=' {
		return pos
	}
	pos++
	for pos < len(r.text) && spaces[r.text[pos]] {
		pos++
	}
	if pos == len(r.text) {
		return pos
	}
	var v scalar
	v.start = pos
	if quote := r.text[pos]; isQuote(quote) {
		v.style = Quoted
		v.start++
		if n := strings.IndexByte(r.text[v.start:], quote); n >= 0 {
			v.end = v.start + n
			next = v.end + 1
		}
	}
	if next == 0 { // without quotes, or without the second one
		v.end = v.start
		for v.end < len(r.text) && !spaces[r.text[v.end]] && r.text[v.end] != '>' && r.text[v.end] != '<' &&
			!strings.HasPrefix(r.text[v.end:], "/>") {
			v.end++
		}
		next = v.end
	}
	if name != "" && !prefixed {
		v.value = xmlDecode(r.text, xmlPart{v.span, false})
		r.attrs = append(r.attrs, xmlAttr{name, v})
	}
	return next
}

// xmlKey tells that an attribute or an element names what is next to it.
func xmlKey(name string) bool {
	return strings.EqualFold(name, "key") || strings.EqualFold(name, "name")
}

func xmlNameStart(c byte) bool { return isLetter(c) || c >= utf8.RuneSelf }

// xmlDecode gives a part of a text as it is meant: with references replaced, and line
// breaks as newlines.
func xmlDecode(text string, p xmlPart) string {
	s := p.of(text)
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if p.cdata || !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for {
		n := strings.IndexByte(s, '&')
		if n < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:n])
		s = s[n:]
		decoded, size := xmlReference(s)
		b.WriteString(decoded)
		s = s[size:]
	}
}

// xmlReference gives what the reference means that a text begins with; one that means
// nothing here is itself.
func xmlReference(s string) (decoded string, size int) {
	const longest = len("&#x0010FFFF;")
	end := strings.IndexByte(s[:min(len(s), longest)], ';')
	if end < 0 {
		return s[:1], 1
	}
	name := s[1:end]
	if c, ok := xmlEntities[name]; ok {
		return c, end + 1
	}
	if number, ok := strings.CutPrefix(name, "#"); ok {
		base := 10
		if strings.HasPrefix(number, "x") {
			number, base = number[1:], 16
		}
		if c, err := strconv.ParseUint(number, base, 21); err == nil {
			return string(rune(c)), end + 1
		}
	}
	return s[:1], 1
}

var xmlEntities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}
