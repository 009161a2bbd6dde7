package format

import (
	"iter"
	"strconv"
	"strings"
)

// TOML reads TOML 1.1.
func TOML(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := tomlReader{tree: newTree(text, yield), arrays: map[string]int{}}
		r.read()
	}
}

type tomlReader struct {
	tree
	arrays map[string]int // how many tables the arrays of tables have, by path
	key    []string       // the parts of the last key
}

var tomlComments = commentSyntax{separators: "=", quoted: tomlString}

// tomlKeyEnds can't stand in a part of a key without quotes.
var tomlKeyEnds = newByteSet(" \t\r\n.=[]{},#\"'")

func (r *tomlReader) read() {
	for !r.done && r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\r':
			r.at++
		case '\n':
			r.at++
			r.newline()
		case '#':
			r.lineComment(tomlComments)
		case ',':
			r.next()
			r.at++
		case ']', '}':
			r.leave(c)
			r.at++
		default:
			if r.named || r.within() == ']' {
				r.value()
			} else {
				r.statement()
			}
		}
	}
}

// newline goes on after the end of a line. A list ends there if what follows can't
// stand in one.
func (r *tomlReader) newline() {
	if r.within() != ']' {
		r.unname()
	} else if r.resumes() {
		r.reset()
	}
}

// resumes tells whether a key or a table's header stands here, and no element.
func (r *tomlReader) resumes() bool {
	line := r.text[blanks.skip(r.text, r.at):]
	rest := strings.TrimPrefix(strings.TrimPrefix(line, "["), "[")
	word := rest[:wordBytes.skip(rest, 0)]
	after := rest[len(word):]
	if len(rest) < len(line) {
		return word != "" && strings.HasPrefix(after, "]") && !isTOMLValue(word)
	}
	return word != "" && strings.HasPrefix(after[blanks.skip(after, 0):], "=")
}

// isTOMLValue tells whether a word may be a value and not only a key.
func isTOMLValue(word string) bool {
	switch word {
	case "true", "false", "inf", "nan":
		return true
	}
	return strings.IndexByte("-0123456789", word[0]) >= 0
}

// statement reads a table's header, or a key and what separates it from its value.
func (r *tomlReader) statement() {
	if r.text[r.at] == '[' {
		r.header()
		return
	}
	end, ok := r.readKey(r.at)
	if !ok || end == len(r.text) || r.text[end] != '=' {
		r.skipLine()
		return
	}
	r.unname()
	for _, part := range r.key {
		r.add(part)
	}
	r.at = end + 1
}

// header reads [table] or [[array of tables]]. In an array of tables, what follows is
// about the last one.
func (r *tomlReader) header() {
	brackets := 1
	if strings.HasPrefix(r.text[r.at:], "[[") {
		brackets = 2
	}
	end, ok := r.readKey(r.at + brackets)
	if !ok || !strings.HasPrefix(r.text[end:], "]]"[:brackets]) {
		r.skipLine()
		return
	}
	r.reset()
	r.top().base = 0
	r.unname()
	for i, part := range r.key {
		r.add(part)
		begins := brackets == 2 && i == len(r.key)-1
		if len(r.arrays) == 0 && !begins {
			continue
		}
		path := strings.Join(r.path, "\x00")
		if begins {
			r.arrays[path]++
		}
		if n := r.arrays[path]; n > 0 {
			r.add(strconv.Itoa(n - 1))
		}
	}
	r.top().base = len(r.path)
	r.unname()
	r.at = end + brackets
}

// readKey reads the parts of the key at text[at], and gives where it ends, with the
// blanks after it.
func (r *tomlReader) readKey(at int) (end int, ok bool) {
	r.key = r.key[:0]
	for {
		at = blanks.skip(r.text, at)
		part, ok := tomlString(r.text, at)
		if !ok {
			end := tomlKeyEnds.find(r.text, at)
			if end == at {
				return at, false
			}
			part = r.bare(at, end)
		}
		r.key = append(r.key, part.value)
		at = blanks.skip(r.text, part.after)
		if at == len(r.text) || r.text[at] != '.' {
			return at, true
		}
		at++
	}
}

// value reads a scalar, or the beginning of a list or table.
func (r *tomlReader) value() {
	switch c := r.text[r.at]; c {
	case '"', '\'':
		if s, ok := tomlString(r.text, r.at); ok {
			r.assign(s)
		} else {
			r.skipLine()
		}
	case '[', '{':
		if placeholder(r.text, r.at) > 0 {
			r.assign(r.bare(r.at, r.bareEnd()))
			return
		}
		r.enter(closerOf(c))
		r.at++
	default:
		r.assign(r.bare(r.at, r.bareEnd()))
	}
}

// bareEnd gives where a value without quotes ends that begins here.
func (r *tomlReader) bareEnd() int {
	for i := r.at; i < len(r.text); i++ {
		switch r.text[i] {
		case ' ':
			if !isDate(r.text[r.at:i]) || i+1 == len(r.text) || r.text[i+1] < '0' || r.text[i+1] > '9' {
				return i
			}
		case '\t', '\r', '\n', ',', ']', '}', '#':
			return i
		case '$', '<', '{':
			if end := placeholder(r.text, i); end > 0 {
				i = end - 1
			}
		}
	}
	return len(r.text)
}

// isDate tells whether a word is a date, after which a time may stand.
func isDate(word string) bool {
	return len(word) == len("2006-01-02") && word[4] == '-' && word[7] == '-' && '0' <= word[0] && word[0] <= '9'
}

// tomlString reads the string that begins at text[at].
func tomlString(text string, at int) (s scalar, ok bool) {
	if at == len(text) || text[at] != '"' && text[at] != '\'' {
		return scalar{}, false
	}
	quote := text[at : at+1]
	start := at + 1
	multi := strings.HasPrefix(text[start:], quote+quote)
	if multi {
		quote = text[at : at+3]
		start = at + 3
		start += newline(text[start:])
	}
	end := tomlStringEnd(text, start, quote)
	if end < 0 {
		return scalar{}, false
	}
	s = scalar{value: text[start:end], span: span{start, end}, after: end + len(quote), style: Literal}
	if text[at] == '"' {
		s.style = Quoted
		s.value = unescape(s.value, continuation)
	}
	return s, true
}

// tomlStringEnd gives where the string ends that begins at text[at], past its opening
// quotes; -1 if it doesn't.
func tomlStringEnd(text string, at int, quote string) int {
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quote[0] == '"':
			i++
			if i < len(text) && text[i] == '\n' && len(quote) == 1 {
				return -1
			}
		case c == '\n' && len(quote) == 1:
			return -1
		case c == quote[0] && strings.HasPrefix(text[i:], quote):
			// Up to two quotes may stand right before the closing ones.
			for n := 0; n < len(quote)-1 && strings.HasPrefix(text[i+1:], quote); n++ {
				i++
			}
			return i
		}
	}
	return -1
}

// continuation gives how much white space a backslash at a line's end takes with it.
func continuation(s string) int {
	blank := blanks.skip(s, 0)
	if blank == len(s) || s[blank] != '\n' {
		return 0
	}
	return whiteSpace.skip(s, blank)
}
