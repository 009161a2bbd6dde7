package format

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
)

// Dockerfile reads what ENV, ARG and LABEL assign, and what Shell finds in the commands
// of RUN, CMD, ENTRYPOINT and HEALTHCHECK, as docs.docker.com/reference/dockerfile has
// them: with continued lines and comments between those, the escape directive, here
// documents, and commands as lists of JSON strings.
func Dockerfile(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := dockerReader{text: text, escape: '\\'}
		if bytes.HasPrefix(text, []byte("\ufeff")) {
			r.pos = len("\ufeff")
		}
		for directives := true; r.pos < len(text); {
			directives = directives && r.directive()
			r.instruction()
			slices.SortStableFunc(r.found, func(a, b Entry) int { return cmp.Compare(a.Start, b.Start) })
			for _, e := range r.found {
				if !yield(e) {
					return
				}
			}
			r.found = r.found[:0]
		}
	}
}

type dockerReader struct {
	text     []byte
	pos      int // where a line begins
	escape   byte
	found    []Entry
	unclosed int // here documents that have no end
}

// directive reads "# escape=`", and tells whether more may follow.
func (r *dockerReader) directive() bool {
	line := r.text[r.pos:dotenvLineEnd(r.text, r.pos)]
	comment, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("#"))
	name, value, isDirective := bytes.Cut(comment, []byte("="))
	if !ok || !isDirective {
		return false
	}
	if value = bytes.TrimSpace(value); strings.EqualFold(string(bytes.TrimSpace(name)), "escape") && string(value) == "`" {
		r.escape = '`'
	}
	return true
}

// instruction reads one, and goes to the line that follows.
func (r *dockerReader) instruction() {
	start, end := r.pos, dotenvLineEnd(r.text, r.pos)
	line := bytes.TrimLeft(r.text[start:end], " \t")
	if bytes.HasPrefix(line, []byte("#")) {
		r.pos = end + 1
		line = bytes.TrimLeft(line, "# \t")
		r.read(line, end-len(line), true)
		return
	}
	text, comments := r.join()
	keyword := r.read(text, start, false)
	for _, c := range comments {
		inner := bytes.TrimLeft(r.text[c[0]:c[1]], "# \t")
		r.arguments(keyword, inner, c[1]-len(inner), true)
	}
}

// join gives an instruction's text in which every byte stands where it does in the file,
// and goes past it. Comments between its lines are blanked out, and given apart.
func (r *dockerReader) join() (text []byte, comments [][2]int) {
	start := r.pos
	for {
		end := dotenvLineEnd(r.text, r.pos)
		text = append(text, r.text[r.pos:end]...)
		r.pos = end + 1
		line := bytes.TrimRight(text, " \t\r")
		if end == len(r.text) || len(line) == 0 || line[len(line)-1] != r.escape {
			break
		}
		if space := text[len(line):]; len(bytes.Trim(space, "\r")) > 0 { // the shell wants none
			text[len(line)-1] = ' '
			text[len(text)-1] = r.escape
		}
		text = append(text, '\n')
		for r.pos < len(r.text) {
			end := dotenvLineEnd(r.text, r.pos)
			line := bytes.TrimLeft(r.text[r.pos:end], " \t\r")
			if len(line) > 0 && line[0] != '#' {
				break
			}
			if len(line) > 0 {
				comments = append(comments, [2]int{end - len(line), end})
			}
			end = min(end+1, len(r.text))
			text = append(text, bytes.Repeat([]byte{' '}, end-r.pos)...)
			r.pos = end
		}
	}
	for _, m := range dockerDocument.FindAllSubmatch(text, maxShellUnclosed) {
		if r.unclosed == maxShellUnclosed || r.pos >= len(r.text) {
			break
		}
		d := shellDocument{end: string(m[2]), tabs: len(m[1]) > 0}
		if _, after := d.find(r.text, r.pos); after < 0 {
			r.unclosed++
		} else {
			text = append(text[:r.pos-1-start], r.text[r.pos-1:after]...)
			r.pos = after + 1
		}
	}
	return text, comments
}

// dockerDocument finds the beginning of a here document.
var dockerDocument = regexp.MustCompile(`<<(-?)["']?([A-Za-z_]\w*)`)

// read reads an instruction that stands at a place of the file, and gives its keyword.
func (r *dockerReader) read(text []byte, at int, comment bool) (keyword string) {
	rest := bytes.TrimLeft(text, " \t")
	n := bytes.IndexAny(rest, " \t")
	if n < 0 {
		return ""
	}
	keyword = string(rest[:n])
	if !comment { // else it may be prose
		keyword = strings.ToUpper(keyword)
	}
	if keyword != "COPY" && keyword != "ADD" { // here documents are theirs, not the shell's
		rest = rest[n:]
	}
	at += len(text) - len(rest)
	if keyword == "ONBUILD" {
		return r.read(rest, at, comment)
	}
	r.arguments(keyword, rest, at, comment)
	return keyword
}

// arguments reads what follows an instruction's keyword.
func (r *dockerReader) arguments(keyword string, text []byte, at int, comment bool) {
	first := len(r.found)
	switch keyword {
	case "ENV", "LABEL", "ARG":
		r.pairs(text, keyword == "ARG" || comment)
	case "RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK":
		r.command(text)
	case "COPY", "ADD":
		if dockerDocument.Match(text) {
			r.command(text)
		}
	}
	for i := range r.found[first:] {
		e := &r.found[first+i]
		e.Start, e.End, e.Comment = e.Start+at, e.End+at, e.Comment || comment
	}
}

// pairs reads NAME=value, again and again, or NAME and the value that is the rest, which
// ARG doesn't have.
func (r *dockerReader) pairs(text []byte, strict bool) {
	l := shellLexer{text: text, stops: " \t\r\n", escape: r.escape}
	for l.pos < len(text) {
		w := l.word()
		name, value, ok := strings.Cut(w.value, "=")
		switch {
		case len(w.pieces) == 0:
			l.pos++
		case ok && name != "":
			r.found = append(r.found, w.entry(len(w.value)-len(value), name))
		case !ok && !strict && name != "":
			l.pos = len(text) - len(r.trimLeft(text[l.pos:]))
			l.text = bytes.TrimRight(text, " \t\r\n")
			l.stops = "\n"
			if l.pos < len(l.text) {
				value := l.word()
				r.found = append(r.found, value.entry(0, name))
			}
			return
		}
	}
}

// trimLeft cuts off white space and a line's end.
func (r *dockerReader) trimLeft(text []byte) []byte {
	for {
		text = bytes.TrimLeft(text, " \t")
		if len(text) == 0 || text[0] != r.escape || shellNewline(text, 1) == 0 {
			return text
		}
		text = text[1+shellNewline(text, 1):]
	}
}

// command reads a command, which may be a list of JSON strings.
func (r *dockerReader) command(text []byte) {
	rest := r.trimLeft(text)
	for bytes.HasPrefix(rest, []byte("--")) || bytes.HasPrefix(rest, []byte("CMD ")) { // RUN's options, HEALTHCHECK's
		n := bytes.IndexAny(rest, " \t")
		if n < 0 {
			return
		}
		rest = r.trimLeft(rest[n:])
	}
	s := shellReader{shellLexer: newShellLexer(rest)}
	s.escape = r.escape
	at, first := len(text)-len(rest), len(r.found)
	if words, ok := dockerExec(rest); ok {
		s.interpret(words, false)
		r.found = append(r.found, s.found...)
	} else {
		s.read(func(e Entry) bool {
			r.found = append(r.found, e)
			return true
		})
	}
	for i := range r.found[first:] {
		r.found[first+i].Start += at
		r.found[first+i].End += at
	}
}

// dockerExec reads a list of JSON strings.
func dockerExec(text []byte) (words []shellWord, ok bool) {
	if !bytes.HasPrefix(text, []byte("[")) {
		return nil, false
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case ' ', '\t', '\r', '\n', ',', '\\':
		case '"':
			w, end := dockerString(text, i+1)
			if end < 0 {
				return nil, false
			}
			words = append(words, w)
			i = end
		case ']':
			return words, len(words) > 0
		default:
			return nil, false
		}
	}
	return nil, false
}

// dockerString reads a JSON string, and gives where its quote is closed.
func dockerString(text []byte, at int) (w shellWord, end int) {
	w.start = at
	w.add(nil, at, at, Literal)
	for i := at; i < len(text); {
		switch text[i] {
		case '"':
			w.close(i)
			return w, i
		case '\\':
			n := 2
			if bytes.HasPrefix(text[i:], []byte(`\u`)) {
				n = 6
			}
			n = min(n, len(text)-i)
			var value string
			if json.Unmarshal(fmt.Appendf(nil, `"%s"`, text[i:i+n]), &value) != nil {
				value = string(text[i : i+n])
			}
			w.add([]byte(value), i, i+n, Literal)
			i += n
		default:
			w.add(text[i:i+1], i, i+1, Literal)
			i++
		}
	}
	return w, -1
}
