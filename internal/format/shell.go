package format

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Shell reads shell scripts, profiles and histories: what they assign, in the dialects
// of POSIX, bash, zsh, fish, csh, PowerShell and cmd, and the options of commands that
// take a secret, whose path is the command and the option.
//
//	export A=x B="y z"          A, B
//	mysql --user=a -px          mysql user, mysql password
//	TOKEN=$(curl -u a:b "$URL") TOKEN, curl password
//
// It also reads here documents, and scripts that are a command's argument.
func Shell(text []byte) iter.Seq[Entry] { return shellRead(text, 0) }

func shellRead(text []byte, depth int) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := shellReader{shellLexer: newShellLexer(text), depth: depth}
		if bytes.HasPrefix(text, []byte("\ufeff")) {
			r.pos = len("\ufeff")
		}
		r.read(yield)
	}
}

type shellReader struct {
	shellLexer
	depth     int // scripts within scripts
	running   int // commands that run commands
	words     []shellWord
	documents []shellDocument // those that begin on the next line
	unclosed  int             // here documents that have no end
	found     []Entry
}

// shellDocument is a here document.
type shellDocument struct {
	end    string // the line that ends it
	tabs   bool   // which may be indented
	reader shellScript
}

// maxShellUnclosed is how often the end of a here document is looked for in vain.
const maxShellUnclosed = 16

// read gives what the text assigns, in its order.
func (r *shellReader) read(yield func(Entry) bool) {
	for r.pos < len(r.text) {
		r.command()
		slices.SortStableFunc(r.found, func(a, b Entry) int { return cmp.Compare(a.Start, b.Start) })
		for _, e := range r.found {
			if !yield(e) {
				return
			}
		}
		r.found = r.found[:0]
	}
}

// command reads up to where the next command begins.
func (r *shellReader) command() {
	r.words = r.words[:0]
	for r.pos < len(r.text) {
		switch c := r.text[r.pos]; c {
		case ' ', '\t', '\r':
			r.pos++
		case '\n':
			r.pos++
			r.end()
			r.hereDocuments()
			return
		case ';', '&', '|', ')':
			r.pos++
			r.end()
			return
		case '(':
			if n := len(r.words) - 1; n >= 0 && r.words[n].end == r.pos && r.array() {
				continue
			}
			r.pos++
			r.end()
			return
		case '<', '>':
			r.redirection()
		case '#':
			r.comment()
		default:
			if w := r.word(); len(w.pieces) > 0 {
				r.words = append(r.words, w)
			}
		}
	}
	r.end()
}

// end finds what the command's words say, and the commands in them.
func (r *shellReader) end() {
	for _, w := range r.words {
		r.within(w)
	}
	r.interpret(r.words, false)
}

// redirection passes over one, and notes a here document.
func (r *shellReader) redirection() {
	rest := r.text[r.pos:]
	here := bytes.HasPrefix(rest, []byte("<<")) && !bytes.HasPrefix(rest, []byte("<<<"))
	for n := 0; n < 3 && r.pos < len(r.text) && strings.IndexByte("<>&|", r.text[r.pos]) >= 0; n++ {
		r.pos++
	}
	tabs := here && r.pos < len(r.text) && r.text[r.pos] == '-'
	if tabs {
		r.pos++
	}
	for r.pos < len(r.text) && (r.text[r.pos] == ' ' || r.text[r.pos] == '\t') {
		r.pos++
	}
	w := r.word()
	if here && w.value != "" && len(r.documents) < maxShellUnclosed {
		r.documents = append(r.documents, shellDocument{w.value, tabs, shellDocumentReader(r.words)})
	}
}

// hereDocuments reads those that begin here.
func (r *shellReader) hereDocuments() {
	for _, d := range r.documents {
		if r.unclosed == maxShellUnclosed {
			break
		}
		end, after := d.find(r.text, r.pos)
		if after < 0 {
			r.unclosed++
			continue
		}
		if r.depth < maxShellDepth {
			start := r.pos
			for e := range d.reader(r.text[start:end], r.depth+1) {
				e.Start, e.End = e.Start+start, e.End+start
				r.found = append(r.found, e)
			}
		}
		r.pos = after
	}
	r.documents = r.documents[:0]
}

// find gives where a document ends, and where the line after it begins.
func (d shellDocument) find(text []byte, from int) (end, after int) {
	for from < len(text) {
		after := dotenvLineEnd(text, from)
		line := bytes.TrimSuffix(text[from:after], []byte("\r"))
		if d.tabs {
			line = bytes.TrimLeft(line, "\t")
		}
		if string(line) == d.end {
			return from, after
		}
		from = after + 1
	}
	return 0, -1
}

// comment reads a comment, which may be a command.
func (r *shellReader) comment() {
	start, end := r.pos, dotenvLineEnd(r.text, r.pos)
	r.pos = end
	for start < end && strings.IndexByte("# \t!", r.text[start]) >= 0 {
		start++
	}
	if r.depth == maxShellDepth || !bytes.ContainsAny(r.text[start:end], "=- ") {
		return
	}
	for e := range shellRead(r.text[start:end], r.depth+1) {
		e.Start, e.End, e.Comment = e.Start+start, e.End+start, true
		r.found = append(r.found, e)
	}
}

// array reads the elements of NAME=(…), and tells whether there is such a list.
func (r *shellReader) array() bool {
	last := len(r.words) - 1
	path, at, ok := shellAssignment(r.words[last].value)
	if !ok || at < len(r.words[last].value) {
		return false
	}
	r.words = r.words[:last]
	r.pos++
	newline := false
	for n := 0; r.pos < len(r.text); {
		switch r.text[r.pos] {
		case '\n':
			newline = true
			r.pos++
		case ' ', '\t', '\r':
			r.pos++
		case '#':
			r.comment()
		case ')':
			r.pos++
			return true
		case ';', '&', '|', '(', '<', '>':
			return true // it is broken
		default:
			w := r.word()
			if _, _, ok := shellAssignment(w.value); ok && newline {
				r.pos = w.start // the list isn't closed, or one of assignments
				return true
			}
			newline = false
			name, at, ok := shellKey(w.value)
			if !ok {
				name, at = strconv.Itoa(n), 0
			}
			r.found = append(r.found, w.entry(at, append(slices.Clone(path), name)...))
			r.within(w)
			n++
		}
	}
	return true
}

// within reads the commands whose output is part of a word.
func (r *shellReader) within(w shellWord) {
	if r.depth == maxShellDepth {
		return
	}
	for _, c := range w.commands {
		for e := range shellRead(r.text[c[0]:c[1]], r.depth+1) {
			e.Start, e.End = e.Start+c[0], e.End+c[0]
			r.found = append(r.found, e)
		}
	}
}
