package format

import (
	"iter"
	"strings"
)

// JSON reads JSON as RFC 8259 has it, several documents in one text, and what JSONC and
// JSON5 add: comments, trailing commas, single quotes, keys without quotes. Comments may
// begin with # as well. A document that is a scalar has no name, and is passed over.
func JSON(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := jsonReader{tree: newTree(text, yield)}
		r.read()
	}
}

type jsonReader struct {
	tree
	begun bool // the first document has begun
}

var jsonComments = commentSyntax{separators: ":", quoted: jsonString}

// A key is what a colon follows, wherever it stands, so that brackets which are missing
// take no more with them than the path's beginning.
func (r *jsonReader) read() {
	for !r.done && r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\r', '\n', '\x1e', ':':
			r.at++
		case ',':
			r.next()
			r.at++
		case '{', '[':
			r.open(c)
		case '}', ']':
			r.leave(c)
			r.at++
		case '"', '\'':
			if s, ok := jsonString(r.text, r.at); ok {
				r.word(s)
			} else {
				r.skipLine()
			}
		case '#':
			r.lineComment(jsonComments)
		case '/':
			r.slash()
		default:
			r.word(r.bare(r.at, r.bareEnd()))
		}
	}
}

func (r *jsonReader) open(c byte) {
	if placeholder(r.text, r.at) > 0 {
		r.word(r.bare(r.at, r.bareEnd()))
		return
	}
	if c == '{' && !r.named && r.within() == '}' && r.text[r.at-1] == '\n' {
		r.reset() // one of many documents, each on a line, was cut off
	}
	r.value()
	r.enter(closerOf(c))
	r.at++
}

// value notes that a value begins here. Outside of everything it is a document, unless
// it has a name: then the document's brackets are missing.
func (r *jsonReader) value() {
	if len(r.closers) > 0 || r.named {
		return
	}
	if r.begun {
		r.document++
	}
	r.begun = true
}

// word takes a string or a bare word as a key or a value.
func (r *jsonReader) word(s scalar) {
	r.at = whiteSpace.skip(r.text, s.after)
	if r.at < len(r.text) && r.text[r.at] == ':' {
		r.unname()
		r.add(s.value)
		r.at++
		return
	}
	r.value()
	r.assign(s)
}

func (r *jsonReader) slash() {
	switch rest := r.text[r.at+1:]; {
	case strings.HasPrefix(rest, "/"):
		r.lineComment(jsonComments)
	case strings.HasPrefix(rest, "*"):
		r.blockComment(jsonComments)
	default:
		r.word(r.bare(r.at, r.bareEnd()))
	}
}

// bareEnd gives where a bare word ends that begins here.
func (r *jsonReader) bareEnd() int {
	for i := r.at; i < len(r.text); i++ {
		switch r.text[i] {
		case ' ', '\t', '\r', '\n', '\x1e', ',', ':', '}', '[', ']', '"':
			return i
		case '/':
			if i > r.at && i+1 < len(r.text) && (r.text[i+1] == '/' || r.text[i+1] == '*') {
				return i
			}
		case '$', '<', '{':
			if end := placeholder(r.text, i); end > 0 {
				i = end - 1
			} else if r.text[i] == '{' {
				return i
			}
		}
	}
	return len(r.text)
}

// jsonString reads the string that begins at text[at].
func jsonString(text string, at int) (s scalar, ok bool) {
	if at == len(text) || text[at] != '"' && text[at] != '\'' {
		return scalar{}, false
	}
	escapes := false
	for i := at + 1; i < len(text); i++ {
		switch c := text[i]; c {
		case text[at]:
			s = scalar{value: text[at+1 : i], span: span{at + 1, i}, after: i + 1, style: Quoted}
			if escapes {
				s.value = unescape(s.value, newline)
			}
			return s, true
		case '\\':
			escapes = true
			i++
			if i < len(text) && text[i] == '\r' && strings.HasPrefix(text[i+1:], "\n") {
				i++
			}
		case '\n':
			return scalar{}, false
		}
	}
	return scalar{}, false
}
