package format

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Properties reads what java.util.Properties loads, as its documentation says. The path
// has the key alone, dots and all. Bytes beyond ASCII are taken for UTF-8.
//
// A comment that has a word and then = or : is taken for an assignment that is
// commented out, with what its line has for a value.
//
// https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html
func Properties(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := propsReader{cursor: newCursor(text, yield)}
		for r.at < len(r.text) && !r.done {
			r.at = r.logical(r.at)
		}
	}
}

type propsReader struct {
	cursor
	path  [1]string
	value []byte // scratch
}

// logical reads the logical line that begins at pos, and gives where it ends.
func (r *propsReader) logical(pos int) (next int) {
	for pos < len(r.text) && (propsSpace(r.text[pos]) || propsBreak(r.text[pos])) {
		pos++
	}
	if joined := r.joined(pos); joined > pos || pos == len(r.text) {
		return joined // a line that has but a backslash is like a blank one
	}
	if c := r.text[pos]; c == '#' || c == '!' {
		return r.comment(pos)
	}
	return r.assignment(pos, false)
}

// comment reads a natural line: a backslash at its end has no meaning.
func (r *propsReader) comment(pos int) (next int) {
	next = pos
	for next < len(r.text) && !propsBreak(r.text[next]) {
		next++
	}
	for pos < next && (propsSpace(r.text[pos]) || r.text[pos] == '#' || r.text[pos] == '!') {
		pos++
	}
	line := r.text[pos:next]
	if n := strings.IndexAny(line, "=:"); n > 0 && !strings.HasPrefix(line[n:], "://") &&
		isName(strings.TrimRight(line[:n], " \t\f")) {
		commented := propsReader{cursor: r.cursor}
		commented.text = r.text[:next]
		commented.assignment(pos, true)
		r.done = commented.done
	}
	return next
}

// assignment reads the key at pos and its value.
func (r *propsReader) assignment(pos int, comment bool) (next int) {
	key, pos, _ := r.read(pos, true)
	r.path[0] = string(key)
	pos = r.space(pos)
	if pos < len(r.text) && (r.text[pos] == '=' || r.text[pos] == ':') {
		pos = r.space(pos + 1)
	}
	value, next, end := r.read(pos, false)
	r.give(r.path[:], scalar{span: span{pos, end}, value: string(value)}, comment)
	return next
}

// read gives a key or a value that begins at pos, with escapes undone, where its last
// character ends, and what comes next, after line breaks that are escaped. What it gives
// is valid until the next call.
func (r *propsReader) read(pos int, key bool) (value []byte, next, end int) {
	value = r.value[:0]
	end = pos
	for pos = r.joined(pos); pos < len(r.text); pos = r.joined(pos) {
		c := r.text[pos]
		if propsBreak(c) || key && (c == '=' || c == ':' || propsSpace(c)) {
			break
		}
		pos++
		if c != '\\' {
			value = append(value, c)
		} else if pos < len(r.text) {
			value, pos = propsEscape(value, r.text, pos)
		}
		end = pos
	}
	r.value = value
	return value, pos, end
}

// space passes over white space and line breaks that are escaped.
func (r *propsReader) space(pos int) int {
	for pos = r.joined(pos); pos < len(r.text) && propsSpace(r.text[pos]); pos = r.joined(pos) {
		pos++
	}
	return pos
}

// joined passes over a line break that is escaped, with the next line's indentation.
func (r *propsReader) joined(pos int) int {
	for pos+1 < len(r.text) && r.text[pos] == '\\' && propsBreak(r.text[pos+1]) {
		pos += 2
		if r.text[pos-1] == '\r' && pos < len(r.text) && r.text[pos] == '\n' {
			pos++
		}
		for pos < len(r.text) && propsSpace(r.text[pos]) {
			pos++
		}
	}
	return pos
}

// propsEscape appends what an escape means, of which text[pos] comes after the backslash.
func propsEscape(value []byte, text string, pos int) (_ []byte, next int) {
	c := text[pos]
	pos++
	switch c {
	case 't':
		c = '\t'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 'f':
		c = '\f'
	case 'u':
		unit, ok := propsUnit(text, pos)
		if !ok {
			break
		}
		pos += 4
		if utf16.IsSurrogate(unit) && strings.HasPrefix(text[pos:], `\u`) {
			if low, ok := propsUnit(text, pos+2); ok {
				if both := utf16.DecodeRune(unit, low); both != utf8.RuneError {
					return utf8.AppendRune(value, both), pos + 6
				}
			}
		}
		return utf8.AppendRune(value, unit), pos
	}
	return append(value, c), pos
}

// propsUnit reads the four hexadecimal digits of a UTF-16 code unit.
func propsUnit(text string, pos int) (unit rune, ok bool) {
	if pos+4 > len(text) {
		return 0, false
	}
	n, err := strconv.ParseUint(text[pos:pos+4], 16, 16)
	return rune(n), err == nil
}

func propsSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\f' }

func propsBreak(c byte) bool { return c == '\n' || c == '\r' }
