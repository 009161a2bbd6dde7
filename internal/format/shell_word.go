package format

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// shellWord is a word of a command, with quotes and escapes undone.
type shellWord struct {
	value      string
	out        []byte // the value so far
	start, end int    // where it stands, with its quotes
	pieces     []shellPiece
	commands   [][2]int // where the commands stand whose output is part of it
}

// shellPiece is what a part of a word's value is written as.
type shellPiece struct {
	to         int // it ends here in the value, and begins where the piece before it ends
	start, end int // where it stands in the text
	style      Style
}

// add has a word go on with what stands in the text at a place.
func (w *shellWord) add(value []byte, start, end int, style Style) {
	w.out = append(w.out, value...)
	if n := len(w.pieces) - 1; n >= 0 && len(value) == end-start && w.plain(n) {
		if last := &w.pieces[n]; last.style == style && last.end == start {
			last.to, last.end = len(w.out), end
			return
		}
	}
	w.pieces = append(w.pieces, shellPiece{len(w.out), start, end, style})
}

// close ends a word.
func (w *shellWord) close(end int) { w.value, w.end, w.out = string(w.out), end, nil }

// from is where a piece begins in the value.
func (w *shellWord) from(n int) int {
	if n == 0 {
		return 0
	}
	return w.pieces[n-1].to
}

// plain tells that a piece stands in the text as it is.
func (w *shellWord) plain(n int) bool {
	p := w.pieces[n]
	return p.end-p.start == p.to-w.from(n)
}

// span gives where value[i:j] stands in the text, and how it is written.
func (w *shellWord) span(i, j int) (start, end int, style Style) {
	if len(w.pieces) == 0 {
		return w.start, w.start, Bare
	}
	last := len(w.pieces) - 1
	n := min(last, sort.Search(len(w.pieces), func(n int) bool { return w.pieces[n].to > i }))
	start, style = w.pieces[n].start, w.pieces[n].style
	if w.plain(n) {
		start += i - w.from(n)
	}
	if i >= j {
		return start, start, style
	}
	for ; n < last && w.pieces[n].to < j; n++ {
		if w.pieces[n+1].style != style {
			style = Quoted
		}
	}
	end = w.pieces[n].end
	if w.plain(n) {
		end -= w.pieces[n].to - j
	}
	return start, end, style
}

// entry says that value[i:] is assigned to what the path leads to.
func (w *shellWord) entry(i int, path ...string) Entry {
	e := Entry{Path: path, Value: w.value[i:]}
	e.Start, e.End, e.Style = w.span(i, len(w.value))
	return e
}

// shellLexer tells words apart as POSIX says (2.2 Quoting, 2.3 Token Recognition),
// with what bash adds.
type shellLexer struct {
	text   []byte
	pos    int
	stops  string // what ends a word
	escape byte
	posix  bool // what begins with $ and ` is read, which Docker's words don't have
	// no more of these are closed from here on: don't look again
	openQuote, openDouble, openParen, openTick bool
}

// newShellLexer reads words of POSIX's.
func newShellLexer(text []byte) shellLexer {
	return shellLexer{text: text, stops: " \t\r\n;&|()<>", escape: '\\', posix: true}
}

// maxShellDepth is how many commands, quotes and scripts within one another are told
// apart: each is read again for what is in it.
const maxShellDepth = 8

// word reads the word that begins here; it is empty if none does.
func (l *shellLexer) word() shellWord {
	w := shellWord{start: l.pos}
	for l.pos < len(l.text) {
		start := l.pos
		switch c := l.text[start]; {
		case strings.IndexByte(l.stops, c) >= 0:
			w.close(start)
			return w
		case c == l.escape:
			if n := shellNewline(l.text, start+1); n > 0 {
				l.pos += 1 + n
			} else if start+1 < len(l.text) {
				l.pos += 2
				w.add(l.text[start+1:l.pos], start, l.pos, Bare)
			} else {
				l.pos++
			}
		case c == '\'':
			if end := l.quote(start + 1); end >= 0 && !l.opens(start, end) {
				w.add(l.text[start+1:end], start+1, end, Literal)
				l.pos = end + 1
				continue
			}
			l.plain(&w, 1)
		case c == '"':
			if end := l.double(start+1, 0); end >= 0 && !l.opens(start, end) {
				l.pos++
				l.inDouble(&w, end)
				continue
			}
			l.plain(&w, 1)
		case c == '$' && l.posix:
			l.dollar(&w)
		case c == '`' && l.posix:
			if n := shellNewline(l.text, start+1); n > 0 { // PowerShell's continuation
				l.pos += 1 + n
			} else {
				l.substitution(&w, Bare, 0)
			}
		default:
			n := bytes.IndexAny(l.text[start+1:min(len(l.text), start+64)], shellSpecial) + 1
			if n == 0 {
				n = min(64, len(l.text)-start)
			}
			l.plain(&w, n)
		}
	}
	w.close(l.pos)
	return w
}

// shellSpecial are characters that may not stand for themselves.
const shellSpecial = " \t\r\n;&|()<>\\'\"$`"

// plain adds characters that stand for themselves.
func (l *shellLexer) plain(w *shellWord, n int) {
	w.add(l.text[l.pos:l.pos+n], l.pos, l.pos+n, Bare)
	l.pos += n
}

// opens tells that a quote on a later line is not the end of one that stands here, but
// begins another: the one here is an apostrophe.
func (l *shellLexer) opens(start, end int) bool {
	if bytes.IndexByte(l.text[start:end], '\n') < 0 || end+1 >= len(l.text) {
		return false
	}
	return strings.IndexByte(" \t=(", l.text[end-1]) >= 0 && (dotenvIsWord(l.text[end+1]) || strings.IndexByte("-./<{[", l.text[end+1]) >= 0)
}

// dollar reads what begins with a dollar sign.
func (l *shellLexer) dollar(w *shellWord) {
	next := byte(0)
	if l.pos+1 < len(l.text) {
		next = l.text[l.pos+1]
	}
	switch next {
	case '\'':
		if end := l.ansi(l.pos + 2); end >= 0 {
			l.pos += 2
			l.inANSI(w, end)
			l.pos = end + 1
			return
		}
	case '"':
		l.pos++ // $"…" is to be translated
		return
	case '(', '{':
		l.substitution(w, Bare, 0)
		return
	}
	l.plain(w, 1)
}

// substitution adds a reference to a variable or a command's output as it is.
func (l *shellLexer) substitution(w *shellWord, style Style, depth int) {
	end, inner := l.skip(l.pos, depth)
	if inner > 0 {
		w.commands = append(w.commands, [2]int{l.pos + inner, end - 1})
	}
	w.add(l.text[l.pos:end], l.pos, end, style)
	l.pos = end
}

// inDouble reads what is in double quotes, and goes past them.
func (l *shellLexer) inDouble(w *shellWord, end int) {
	w.add(nil, l.pos, l.pos, Quoted)
	for l.pos < end {
		start := l.pos
		switch c := l.text[start]; {
		case c == l.escape && shellNewline(l.text, start+1) > 0:
			l.pos += 1 + shellNewline(l.text, start+1)
		case c == l.escape && strings.IndexByte("$`\"\\", l.text[start+1]) >= 0:
			l.pos += 2
			w.add(l.text[start+1:l.pos], start, l.pos, Quoted)
		case l.posix && (c == '$' && strings.IndexByte("({", l.text[start+1]) >= 0 || c == '`'):
			l.substitution(w, Quoted, 1)
		default:
			l.pos++
			w.add(l.text[start:l.pos], start, l.pos, Quoted)
		}
	}
	l.pos = end + 1
}

// inANSI reads what is between $' and a quote.
func (l *shellLexer) inANSI(w *shellWord, end int) {
	w.add(nil, l.pos, l.pos, Literal)
	for l.pos < end {
		start := l.pos
		value, n := l.text[start:start+1], 1
		if value[0] == '\\' {
			value, n = shellEscape(l.text[start:end])
		}
		l.pos += n
		w.add(value, start, l.pos, Literal)
	}
}

// shellEscape undoes the escape that a text begins with, as bash does in $'…'.
func shellEscape(text []byte) (value []byte, length int) {
	if len(text) < 2 {
		return text, len(text)
	}
	c := text[1]
	if i := strings.IndexByte("abefnrtv", c); i >= 0 {
		return []byte{"\a\b\x1b\f\n\r\t\v"[i]}, 2
	}
	digits, base, begin := 0, 16, 2
	switch {
	case c == 'x':
		digits = 2
	case c == 'u':
		digits = 4
	case c == 'U':
		digits = 8
	case c >= '0' && c <= '7':
		digits, base, begin = 3, 8, 1
	case c == 'E':
		return []byte{0x1b}, 2
	default:
		if strings.IndexByte(`\'"?`, c) >= 0 {
			return text[1:2], 2
		}
		return text[:2], 2
	}
	for n := min(digits, len(text)-begin); n > 0; n-- {
		if v, err := strconv.ParseUint(string(text[begin:begin+n]), base, 32); err == nil {
			if digits > 3 {
				return utf8.AppendRune(nil, rune(v)), begin + n
			}
			return []byte{byte(v)}, begin + n
		}
	}
	return text[:2], 2
}

// shellNewline gives the length of the newline that stands here.
func shellNewline(text []byte, at int) int {
	switch {
	case bytes.HasPrefix(text[at:], []byte("\n")):
		return 1
	case bytes.HasPrefix(text[at:], []byte("\r\n")):
		return 2
	}
	return 0
}

// quote gives where a single quote is closed.
func (l *shellLexer) quote(from int) int {
	if l.openQuote {
		return -1
	}
	n := bytes.IndexByte(l.text[from:], '\'')
	if n < 0 {
		l.openQuote = true
		return -1
	}
	return from + n
}

// ansi gives where $' is closed.
func (l *shellLexer) ansi(from int) int {
	if l.openQuote {
		return -1
	}
	for i := from; i < len(l.text); i++ {
		switch l.text[i] {
		case '\\':
			i++
		case '\'':
			return i
		}
	}
	l.openQuote = true
	return -1
}

// double gives where a double quote is closed.
func (l *shellLexer) double(from, depth int) int {
	if l.openDouble {
		return -1
	}
	for i := from; i < len(l.text); i++ {
		switch c := l.text[i]; c {
		case l.escape:
			i++
		case '"':
			return i
		case '$', '`':
			end, _ := l.skip(i, depth+1)
			i = end - 1
		}
	}
	l.openDouble = true
	return -1
}

// skip gives where a substitution ends that begins here, and how far in it a command
// begins if it has one. What is not closed ends after its first character.
func (l *shellLexer) skip(at, depth int) (end, inner int) {
	rest := l.text[at:]
	switch {
	case depth >= maxShellDepth || !l.posix:
	case rest[0] == '`' && !l.openTick:
		for i := 1; i < len(rest); i++ {
			switch rest[i] {
			case '\\':
				i++
			case '`':
				return at + i + 1, 1
			}
		}
		l.openTick = true
	case bytes.HasPrefix(rest, []byte("$(")) && !l.openParen:
		if end := l.parenthesis(at+2, depth); end >= 0 {
			return end + 1, 2
		}
		l.openParen = true
	case bytes.HasPrefix(rest, []byte("${")):
		level := 0
		for i, c := range rest[:min(len(rest), 256)] {
			switch c {
			case '{':
				level++
			case '}':
				if level--; level == 0 {
					return at + i + 1, 0
				}
			case '\n':
				return at + 1, 0
			}
		}
	}
	return at + 1, 0
}

// parenthesis gives where one is closed.
func (l *shellLexer) parenthesis(from, depth int) int {
	level := 1
	for i := from; i < len(l.text); i++ {
		switch l.text[i] {
		case '\\':
			i++
		case '\'':
			if end := l.quote(i + 1); end >= 0 {
				i = end
			}
		case '"':
			if end := l.double(i+1, depth+1); end >= 0 {
				i = end
			}
		case '$', '`':
			end, _ := l.skip(i, depth+1)
			i = end - 1
		case '(':
			level++
		case ')':
			if level--; level == 0 {
				return i
			}
		}
	}
	return -1
}
