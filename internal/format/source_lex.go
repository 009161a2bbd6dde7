package format

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// sourceToken is a word, a string, or an operator of a program in any language.
type sourceToken struct {
	kind        sourceKind
	first       bool   // on its line
	text        string // the word or operator; what is between the quotes
	start, end  int    // where that stands
	after       int    // where the token ends
	quote       byte
	raw, double bool // nothing is escaped; quotes are doubled
	style       Style
}

type sourceKind uint8

const (
	sourceNone sourceKind = iota
	sourceWord
	sourceString
	sourceSign
	sourceComment
)

// is tells that a token is one of some operators or words.
func (t *sourceToken) is(texts ...string) bool {
	if t.kind == sourceWord || t.kind == sourceSign {
		for _, text := range texts {
			if t.text == text {
				return true
			}
		}
	}
	return false
}

// sourceSigns are operators of more than one character, longer ones first.
var sourceSigns = []string{"===", "!==", "||=", "??=", ":=", "=>", "==", "!=", "||", "??", "?:", "->", "::", "<-", "+=", "-=", ".=",
	"?.", "&.", "<=", ">=", "=~", "&&", "<<", ">>", "..", "++", "--"}

// sourceLexer tells apart what programs of most languages have in common. Strings end
// on their line, but for those in backticks and triple quotes, so that a quote that is
// none spoils no other line.
type sourceLexer struct {
	text    string
	pos     int
	comment bool // all of it is one
	// no quote of a kind is closed on the line up to here
	openQuote, openDouble int
	// nor any of these in what follows
	openTick, openTriple, openBlock bool
}

// next reads a token.
func (l *sourceLexer) next() sourceToken {
	first := l.space()
	if l.pos == len(l.text) {
		return sourceToken{}
	}
	t := l.token(first)
	t.first = first
	l.pos = t.after
	return t
}

// space passes over white space, and tells whether a line begins.
func (l *sourceLexer) space() (first bool) {
	for first = l.pos == 0; l.pos < len(l.text); l.pos++ {
		switch l.text[l.pos] {
		case '\n':
			first = true
		case ' ', '\t', '\r', '\f', '\v', 0:
		default:
			return first
		}
	}
	return first
}

func (l *sourceLexer) token(first bool) sourceToken {
	at, rest := l.pos, l.text[l.pos:]
	if length := l.commentMark(first); length > 0 {
		return sourceToken{kind: sourceComment, start: at, after: at + length}
	}
	switch c := rest[0]; {
	case c == '\'' || c == '"' || c == '`':
		if t, ok := l.string(at, ""); ok {
			return t
		}
	case sourceIsWord(c) || c == '$' || c == '@' || strings.HasPrefix(rest, "#define"):
		n := 1
		for n < len(rest) && (sourceIsWord(rest[n]) || rest[n] == '$' || n == 1 && rest[n] == '@' && c == '$') {
			n++
		}
		if n < len(rest) && n < 4 {
			if t, ok := l.string(at+n, rest[:n]); ok {
				return t
			}
		}
		if n < len(rest) && rest[n] == '\'' && !sourceIsPrefix(rest[:n]) && !sourceIsKeyword(rest[:n]) { // don't
			return sourceToken{kind: sourceWord, text: rest[:n], start: at, end: at + n, after: at + n + 1}
		}
		return sourceToken{kind: sourceWord, text: rest[:n], start: at, end: at + n, after: at + n}
	}
	for _, s := range sourceSigns {
		if strings.HasPrefix(rest, s) {
			return sourceToken{kind: sourceSign, text: s, start: at, end: at + len(s), after: at + len(s)}
		}
	}
	return sourceToken{kind: sourceSign, text: rest[:1], start: at, end: at + 1, after: at + 1}
}

// sourceLineEnd gives where the line that has a place ends, before its newline.
func sourceLineEnd(text string, from int) int {
	if n := strings.IndexByte(text[from:], '\n'); n >= 0 {
		return from + n
	}
	return len(text)
}

func sourceIsWord(c byte) bool { return dotenvIsWord(c) || c >= utf8.RuneSelf }

// commentMark gives the length of a comment that begins here, with its mark; 0 if none
// does. In a comment, only the mark counts.
func (l *sourceLexer) commentMark(first bool) int {
	rest := l.text[l.pos:]
	before := byte('\n')
	if l.pos > 0 {
		before = l.text[l.pos-1]
	}
	apart := strings.IndexByte(" \t\r\n;,(){}[]", before) >= 0
	next := byte('\n')
	if len(rest) > 1 {
		next = rest[1]
	}
	mark := 0
	switch c := rest[0]; {
	case c == '/' && next == '*' && !l.openBlock:
		if l.comment {
			return 2
		}
		if n := strings.Index(rest[2:], "*/"); n >= 0 {
			return n + 4
		}
		l.openBlock = true
		return 0
	case c == '/' && next == '/' && before != ':':
		mark = 2
	case c == '#' && apart && next != '[' && next != '{' && !strings.HasPrefix(rest, "#define"):
		mark = 1
	case c == '-' && next == '-' && (first || apart && len(rest) > 2 && strings.IndexByte(" \t\r\n", rest[2]) >= 0):
		mark = 2
	}
	if mark == 0 || l.comment {
		return mark
	}
	return sourceLineEnd(rest, 0)
}

// sourceIsPrefix tells that a word says how the string behind it is read.
func sourceIsPrefix(word string) bool {
	switch strings.ToLower(word) {
	case "r", "b", "u", "f", "c", "l", "n", "e", "s", "x", "u8", "rb", "br", "fr", "rf", "t", "@", "$", "$@", "@$":
		return true
	}
	return false
}

// string reads a string whose quote stands here, or that of a raw string of Rust.
func (l *sourceLexer) string(at int, prefix string) (t sourceToken, ok bool) {
	if prefix != "" && !sourceIsPrefix(prefix) {
		return t, false
	}
	prefix = strings.ToLower(prefix)
	rest := l.text[at:]
	t = sourceToken{kind: sourceString, quote: rest[0], start: at + 1,
		raw: strings.Contains(prefix, "r") || rest[0] == '`', double: strings.Contains(prefix, "@")}
	switch {
	case prefix != "" && strings.IndexByte("'\"#", rest[0]) < 0:
		return t, false
	case rest[0] == '#':
		hashes := strings.IndexByte(rest[:min(len(rest), 8)], '"')
		if prefix != "r" || hashes < 0 || strings.Trim(rest[:hashes], "#") != "" {
			return t, false
		}
		t.start += hashes
		n := strings.Index(l.text[t.start:min(len(l.text), t.start+maxSourceString)], `"`+rest[:hashes])
		if n < 0 {
			return t, false
		}
		t.end, t.after = t.start+n, t.start+n+1+hashes
	default:
		if t.end, t.after = l.lines(at); t.after > 0 {
			t.start += t.after - t.end - 1
		} else if t.end = l.line(&t); t.end >= 0 {
			t.after = t.end + 1
		} else {
			return t, false
		}
	}
	t.style = Quoted
	if t.quote != '`' && !strings.ContainsAny(prefix, "f$") && (t.quote == '\'' || prefix != "" && strings.Trim(prefix, "br@") == "") {
		t.style = Literal
	}
	t.text = l.text[t.start:t.end]
	return t, true
}

// maxSourceString is how long a raw string of Rust may be: that is looked for from each
// place where one may begin.
const maxSourceString = 1 << 14

// lines gives where a string ends if it is one that may have many lines.
func (l *sourceLexer) lines(at int) (end, after int) {
	quote, open := l.text[at:min(at+3, len(l.text))], &l.openTriple
	if quote[0] == '`' {
		quote, open = "`", &l.openTick
	} else if len(quote) < 3 || quote[1] != quote[0] || quote[2] != quote[0] {
		return 0, 0
	}
	if *open {
		return 0, 0
	}
	for i := at + len(quote); i < len(l.text); i++ {
		if l.text[i] == '\\' {
			i++
		} else if strings.HasPrefix(l.text[i:], quote) {
			after = i + len(quote)
			if after < len(l.text) && sourceIsWord(l.text[after]) && strings.IndexByte(l.text[at:i], '\n') >= 0 {
				return 0, 0 // here one begins
			}
			return i, after
		}
	}
	*open = true
	return 0, 0
}

// line gives where a string ends that has one line; -1 if it doesn't.
func (l *sourceLexer) line(t *sourceToken) int {
	open := &l.openQuote
	if t.quote == '"' {
		open = &l.openDouble
	} else if t.quote == '`' || sourceIsLifetime(l.text, t.start) {
		return -1
	}
	if t.start <= *open {
		return -1
	}
	for i := t.start; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '\\' && !t.double:
			i++
		case c == '\n':
			*open = i
			return -1
		case c == t.quote:
			if i+1 < len(l.text) && l.text[i+1] == c && (t.double || c == '\'') {
				t.double = true // as in SQL
				i++
				continue
			}
			return i
		}
	}
	*open = len(l.text)
	return -1
}

// sourceIsLifetime tells that a quote begins a name of Rust's, as in &'a str and <'a>.
func sourceIsLifetime(text string, at int) bool {
	if at < 2 || text[at-2] != '&' && text[at-2] != '<' {
		return false
	}
	n := at
	for n < len(text) && dotenvIsWord(text[n]) {
		n++
	}
	return n > at && n < len(text) && text[n] != '\''
}

// value gives what a program gets to see of a string.
func (t *sourceToken) value() string {
	if t.double {
		q := string(t.quote)
		if t.text = strings.ReplaceAll(t.text, q+q, q); t.quote == '"' {
			return t.text
		}
	}
	if t.raw || strings.IndexByte(t.text, '\\') < 0 {
		return t.text
	}
	out := make([]byte, 0, len(t.text))
	for rest := t.text; rest != ""; {
		if rest[0] != '\\' || len(rest) == 1 {
			out, rest = append(out, rest[0]), rest[1:]
			continue
		}
		n := 2
		switch c := rest[1]; c {
		case 'n', 'r', 't', 'b', 'f', 'v', 'a', '0':
			out = append(out, "\n\r\t\b\f\v\a\x00"[strings.IndexByte("nrtbfva0", c)])
		case '\\', '\'', '"', '`', '$', '/':
			out = append(out, c)
		case '\n':
		case 'x', 'u', 'U':
			var r rune
			if r, n = sourceRune(rest); c == 'x' && n > 2 {
				out = append(out, byte(r))
			} else if n > 2 {
				out = utf8.AppendRune(out, r)
			} else {
				out = append(out, rest[:2]...)
			}
		default:
			out = append(out, rest[:2]...)
		}
		rest = rest[n:]
	}
	return string(out)
}

// sourceRune reads \x41, \u0041, \U00000041 and \u{41}; its length is 2 if there are no
// digits.
func sourceRune(text string) (r rune, length int) {
	digits, after := text[2:], 0
	if strings.HasPrefix(digits, "{") {
		n := strings.IndexByte(digits[:min(len(digits), 10)], '}')
		if n < 0 {
			return 0, 2
		}
		digits, after = digits[1:n], 2
	} else {
		n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[text[1]]
		if len(digits) < n {
			return 0, 2
		}
		digits = digits[:n]
	}
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return 0, 2
	}
	return rune(v), 2 + len(digits) + after
}
