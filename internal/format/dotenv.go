package format

import (
	"bytes"
	"iter"
	"strings"
)

// Dotenv reads .env files as Node's dotenv, Ruby's dotenv, python-dotenv, godotenv,
// phpdotenv, Symfony and docker compose write them, and those of docker run --env-file
// as long as their values have no quotes:
//
//	NAME=value # a comment, after white space
//	export NAME = 'value'
//	NAME: "value\nof lines"
//
// Where dialects disagree, it prefers what loses no part of a value.
func Dotenv(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := dotenvReader{text: text}
		if bytes.HasPrefix(text, []byte("\ufeff")) {
			r.pos = len("\ufeff")
		}
		for r.pos < len(text) {
			if e, ok := r.line(); ok && !yield(e) {
				return
			}
		}
	}
}

type dotenvReader struct {
	text []byte
	pos  int // where a line begins
}

// line reads an assignment, whose value may have several lines, and goes to the line
// that follows.
func (r *dotenvReader) line() (e Entry, ok bool) {
	start, end := r.pos, dotenvLineEnd(r.text, r.pos)
	r.pos = end + 1
	line := r.text[start:end]
	rest := bytes.TrimLeft(line, " \t#\r")
	comment := bytes.IndexByte(line[:len(line)-len(rest)], '#') >= 0
	name, value, ok := dotenvName(rest)
	if !ok {
		return Entry{}, false
	}
	e = Entry{Path: []string{string(name)}, Comment: comment}
	text := r.text
	if comment {
		text = text[:end] // what follows is not commented out
	}
	at := end - len(value)
	if e.Start, e.End, ok = dotenvQuoted(text, at); ok {
		e.Value, e.Style = dotenvUnescape(string(text[e.Start:e.End]), text[at])
		r.pos = max(r.pos, dotenvLineEnd(r.text, e.End)+1)
		return e, true
	}
	value = dotenvBare(value)
	e.Value, e.Start, e.End = string(value), at, at+len(value)
	prose := comment && text[at-1] != '=' && bytes.ContainsAny(value, " \t:")
	return e, !prose
}

// dotenvLineEnd gives where the line that has a place ends, before its newline.
func dotenvLineEnd(text []byte, from int) int {
	if n := bytes.IndexByte(text[from:], '\n'); n >= 0 {
		return from + n
	}
	return len(text)
}

// dotenvName cuts a line where its value begins.
func dotenvName(line []byte) (name, value []byte, ok bool) {
	for _, word := range []string{"export", "set"} {
		if n := len(word); len(line) > n && (line[n] == ' ' || line[n] == '\t') && strings.EqualFold(string(line[:n]), word) {
			if rest := bytes.TrimLeft(line[n:], " \t"); len(rest) > 0 && rest[0] != '=' {
				line = rest
			}
		}
	}
	n := 0
	for n < len(line) && (dotenvIsWord(line[n]) || line[n] == '.' || line[n] == '-') {
		n++
	}
	name, rest := line[:n], line[n:]
	if n == 0 {
		return nil, nil, false
	}
	if len(rest) > 0 && rest[0] == ':' {
		if len(rest) > 1 && rest[1] != ' ' && rest[1] != '\t' {
			return nil, nil, false // a URL, a time
		}
	} else if rest = bytes.TrimLeft(rest, " \t"); len(rest) == 0 || rest[0] != '=' {
		return nil, nil, false
	}
	value = rest[1:]
	if space := bytes.TrimLeft(value, " \t"); len(space) == 0 || space[0] != '#' {
		value = space // else the space makes it a comment
	}
	return name, value, true
}

func dotenvIsWord(c byte) bool {
	return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
}

// dotenvBare cuts off a comment and white space.
func dotenvBare(value []byte) []byte {
	for i := 1; i < len(value); i++ {
		if value[i] == '#' && (value[i-1] == ' ' || value[i-1] == '\t') {
			value = value[:i]
			break
		}
	}
	return bytes.TrimRight(value, " \t\r")
}

// dotenvQuoted tells where what is in quotes lies. A quote that ends a value has nothing
// but a comment after it, so that quotes within quotes need no escape, and one that is
// missing spoils no line but its own.
func dotenvQuoted(text []byte, at int) (start, end int, ok bool) {
	if at >= len(text) || strings.IndexByte("'\"`", text[at]) < 0 {
		return 0, 0, false
	}
	quote := text[at]
	if triple := bytes.Repeat([]byte{quote}, 3); bytes.HasPrefix(text[at:], triple) {
		if n := bytes.Index(text[at+3:], triple); n >= 0 {
			return at + 3, at + 3 + n, true
		}
	}
	start = at + 1
	first := dotenvLineEnd(text, at)
	end = start + len(bytes.TrimRight(text[start:first], " \t\r")) // if it is never closed
	inner := -1
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n' && inner >= 0:
			return start, inner, true
		case c == '\\' && i+1 < len(text) && (text[i+1] == quote || quote == '"' && text[i+1] != '\n'):
			if i++; text[i] == quote && i < first && dotenvEnds(text, i+1) {
				end = i // such as 'C:\'
			}
		case c == quote && dotenvEnds(text, i+1):
			return start, i, true
		case c == quote && i > first:
			return start, end, true
		case c == quote && inner < 0:
			inner = i
		}
	}
	if inner >= 0 {
		end = inner
	}
	return start, end, true
}

// dotenvEnds tells that a line has no more than a comment.
func dotenvEnds(text []byte, from int) bool {
	for ; from < len(text); from++ {
		switch text[from] {
		case ' ', '\t', '\r':
		case '\n', '#':
			return true
		default:
			return false
		}
	}
	return true
}

var (
	dotenvDouble = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\b`, "\b", `\f`, "\f", `\v`, "\v", `\a`, "\a",
		`\\`, `\`, `\"`, `"`, `\'`, `'`, `\$`, `$`, "\\`", "`")
	dotenvSingle = strings.NewReplacer(`\'`, `'`)
)

// dotenvUnescape undoes the escapes that quotes of a kind allow.
func dotenvUnescape(value string, quote byte) (string, Style) {
	switch quote {
	case '"':
		return dotenvDouble.Replace(value), Quoted
	case '\'':
		return dotenvSingle.Replace(value), Literal
	}
	return value, Literal
}
