package format

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
)

// yamlScalar is a key or a value that isn't a collection.
type yamlScalar struct {
	value      string
	start, end int
	style      Style
}

// scalar reads a scalar outside of brackets.
func (r *yamlReader) scalar() yamlScalar {
	switch r.text[r.pos] {
	case '"', '\'':
		return r.quoted()
	case '|', '>':
		if h, ok := r.blockHeader(); ok {
			return r.block(h)
		}
	}
	return r.plain(false)
}

// simpleKey reads a key and its colon, if that is what is at pos.
func (r *yamlReader) simpleKey() (name string, ok bool) {
	start := r.pos
	if quote := r.text[start]; quote == '"' || quote == '\'' {
		end, closed := r.closing(start+1, quote)
		if !closed {
			return "", false
		}
		r.pos = end + 1
		r.skipBlanks()
		if r.pos == len(r.text) || r.text[r.pos] != ':' {
			r.pos = start
			return "", false
		}
		r.pos++
		return yamlUnquote(r.text[start+1:end], quote), true
	}
	end, colon, ok := r.plainKey(start)
	if ok {
		name = string(r.text[start:end])
		r.pos = colon + 1
	}
	return name, ok
}

// plainKey gives where a key without quotes ends that begins at p, and where its colon
// is. There may be nothing before that.
func (r *yamlReader) plainKey(p int) (end, colon int, ok bool) {
	switch c := r.text[p]; {
	case c == '"', c == '\'', c == '#', yamlBracket(c) && r.templateAt(p) == "":
		return 0, 0, false
	}
	end, colon = r.stretch(p, false, true)
	return end, colon, colon < len(r.text) && r.text[colon] == ':'
}

// yamlStops has the bytes that may end a plain scalar.
var yamlStops = [256]bool{
	'\n': true, '\r': true, ':': true, '#': true,
	',': true, '[': true, ']': true, '{': true, '}': true,
}

// stretch gives where a plain scalar that begins at p, or goes on there, ends in this
// line, and what follows the blanks behind it. Brackets end it if it is inside some.
// If it may be a key a colon does, too.
func (r *yamlReader) stretch(p int, brackets, key bool) (end, next int) {
	start := p
	p = r.inlineTemplateEnd(p)
scan:
	for ; p < len(r.text); p++ {
		c := r.text[p]
		if !yamlStops[c] {
			continue
		}
		switch c {
		case '\n', '\r':
			break scan
		case ':':
			if key && (r.blankAt(p+1) || brackets && yamlBracket(r.text[p+1])) {
				break scan
			}
		case '#':
			if p > start && yamlBlank(r.text[p-1]) {
				break scan
			}
		default:
			if brackets {
				break scan
			}
		}
	}
	for end = p; end > start && yamlBlank(r.text[end-1]); {
		end--
	}
	return end, p
}

// plain reads a scalar without quotes.
func (r *yamlReader) plain(brackets bool) yamlScalar {
	start := r.pos
	end, next := r.stretch(start, brackets, brackets)
	for r.endAt(next) {
		p, column := r.nextText(next)
		if p == len(r.text) || !brackets && column <= r.top().indent || !r.continues(p, column) ||
			r.text[p] == '#' || r.templateAt(p) != "" {
			break
		}
		e, n := r.stretch(p, brackets, true)
		if e == p || n < len(r.text) && r.text[n] == ':' {
			break // what would be a key is one
		}
		end, next = e, n
	}
	r.pos = next
	return yamlScalar{yamlUnquote(r.text[start:end], 0), start, end, Bare}
}

// quoted reads a scalar in quotes. One that isn't closed has the rest of its line.
func (r *yamlReader) quoted() yamlScalar {
	quote, style := r.text[r.pos], Quoted
	if quote == '\'' {
		style = Literal
	}
	start := r.pos + 1
	end, closed := r.closing(start, quote)
	line := end
	for !closed && end < len(r.text) {
		p, column := r.nextText(end)
		if !r.continues(p, column) {
			break
		}
		end, closed = r.closing(p, quote)
	}
	if closed {
		r.pos = end + 1
	} else {
		r.pos = line
		for end = line; end > start && yamlBlank(r.text[end-1]); {
			end--
		}
	}
	return yamlScalar{yamlUnquote(r.text[start:end], quote), start, end, style}
}

// closing finds the quote that closes a scalar, from p on in this line. It gives the
// line's end if there is none.
func (r *yamlReader) closing(p int, quote byte) (end int, closed bool) {
	for ; !r.endAt(p); p++ {
		switch c := r.text[p]; {
		case c == '\\' && quote == '"' && !r.endAt(p+1):
			p++
		case c == quote && quote == '\'' && p+1 < len(r.text) && r.text[p+1] == quote:
			p++
		case c == quote:
			return p, true
		}
	}
	return p, false
}

// yamlUnquote gives what a scalar in these quotes, or in none, says: lines are joined
// and escapes undone.
func yamlUnquote(raw []byte, quote byte) string {
	if !yamlFolded(raw, quote) {
		return string(raw)
	}
	var s strings.Builder
	s.Grow(len(raw))
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '\'' && quote == '\'':
			s.WriteByte(c)
			i += 2
		case c == '\\' && quote == '"':
			i = yamlEscape(&s, raw, i)
		case yamlBlank(c), yamlBreak(c):
			end, breaks := yamlSpace(raw, i)
			switch breaks {
			case 0:
				s.Write(raw[i:end])
			case 1:
				s.WriteByte(' ')
			default:
				yamlBreaks(&s, breaks-1)
			}
			i = end
		default:
			s.WriteByte(c)
			i++
		}
	}
	return s.String()
}

// yamlFolded says whether a scalar has lines or escapes in it.
func yamlFolded(raw []byte, quote byte) bool {
	escape := quote
	if quote == '"' {
		escape = '\\'
	}
	for _, c := range raw {
		if yamlBreak(c) || c == escape {
			return true
		}
	}
	return false
}

// yamlSpace gives where the white space at i ends, and how many lines end in it.
func yamlSpace(raw []byte, i int) (end, breaks int) {
	for ; i < len(raw) && (yamlBlank(raw[i]) || yamlBreak(raw[i])); i++ {
		if raw[i] == '\n' || raw[i] == '\r' && !bytes.HasPrefix(raw[i+1:], []byte("\n")) {
			breaks++
		}
	}
	return i, breaks
}

func yamlBreaks(s *strings.Builder, n int) {
	for range n {
		s.WriteByte('\n')
	}
}

// yamlEscapes has what follows a backslash, and what that means.
var yamlEscapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r",
	'e': "\x1b", ' ': " ", '"': `"`, '\'': "'", '/': "/", '\\': `\`,
	'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// yamlEscape writes what the backslash at i and what follows it stand for, and gives
// where that ends. An escape that there isn't stands for itself.
func yamlEscape(s *strings.Builder, raw []byte, i int) int {
	if i+1 == len(raw) {
		s.WriteByte('\\')
		return i + 1
	}
	c := raw[i+1]
	if yamlBreak(c) {
		end, breaks := yamlSpace(raw, i+1)
		yamlBreaks(s, breaks-1)
		return end
	}
	if char, end := yamlCodePoint(raw, i); end > i {
		// JSON has characters beyond the first 65536 in two halves.
		if low, after := yamlCodePoint(raw, end); utf16.IsSurrogate(char) && after > end && utf16.IsSurrogate(low) {
			char, end = utf16.DecodeRune(char, low), after
		}
		s.WriteRune(char)
		return end
	}
	if meaning, ok := yamlEscapes[c]; ok {
		s.WriteString(meaning)
	} else {
		s.Write(raw[i : i+2])
	}
	return i + 2
}

// yamlCodePoint reads the escape of a code point in hexadecimal digits at i, if there
// is one, and gives where it ends.
func yamlCodePoint(raw []byte, i int) (char rune, end int) {
	if i+1 >= len(raw) || raw[i] != '\\' {
		return 0, i
	}
	digits := 0
	switch raw[i+1] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	}
	end = i + 2 + digits
	if digits == 0 || end > len(raw) {
		return 0, i
	}
	n, err := strconv.ParseUint(string(raw[i+2:end]), 16, 32)
	if err != nil {
		return 0, i
	}
	return rune(n), end
}
