package format

import (
	"iter"
	"slices"
	"strings"
)

// Source reads programs in any language: string literals that are assigned to a name,
// compared with one, or given where one is asked for.
//
//	name = "v"   "name": "v"   :name => 'v'   const name: T = "v"
//	x['name'] = 'v'   define('NAME', 'v')   setName("v")   f(name="v")
//	name == "v"   getenv("NAME", "v")   env.NAME || "v"   IDENTIFIED BY 'v'
//
// It tells words, strings and comments apart, and looks back from a string over a few
// words: it knows no language's grammar. Of a literal that is part of a longer
// expression, nothing is said.
func Source(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := sourceReader{sourceLexer: sourceLexer{text: string(text)}, yield: yield}
		r.read(0)
	}
}

type sourceReader struct {
	sourceLexer
	recent []sourceToken // the tokens before
	yield  func(Entry) bool
}

// sourceBack is how many tokens are looked back.
const sourceBack = 40

// read gives what the text assigns, which stands at a place of a longer one, and tells
// whether to go on.
func (r *sourceReader) read(at int) bool {
	for {
		t := r.next()
		switch t.kind {
		case sourceNone:
			return true
		case sourceComment:
			if r.comment {
				continue
			}
			inner := sourceReader{sourceLexer: sourceLexer{text: r.text[t.start:t.after], comment: true}, yield: r.yield}
			if !inner.read(t.start) {
				return false
			}
			continue
		case sourceString:
			if path := r.assigned(&t); len(path) > 0 && !slices.Contains(path, "") {
				e := Entry{Path: path, Value: t.value(), Start: at + t.start, End: at + t.end, Style: t.style, Comment: r.comment}
				if !r.yield(e) {
					return false
				}
			}
		}
		if len(r.recent) == 2*sourceBack {
			r.recent = r.recent[:copy(r.recent, r.recent[sourceBack:])]
		}
		r.recent = append(r.recent, t)
	}
}

// back gives the token so many before; 0 is the last one.
func (r *sourceReader) back(n int) *sourceToken {
	if n >= len(r.recent) {
		return &sourceToken{}
	}
	return &r.recent[len(r.recent)-1-n]
}

// assigned gives what a string is assigned to.
func (r *sourceReader) assigned(t *sourceToken) (path []string) {
	if r.continues(t) {
		return nil
	}
	if path = r.comparedWith(t.after); path != nil {
		return path
	}
	return r.target(0, t)
}

// target gives what the operator or word so many tokens before a string gives its value.
func (r *sourceReader) target(n int, t *sourceToken) []string {
	switch op := r.back(n); {
	case op.is("="):
		return r.declared(n + 1)
	case op.is(":"):
		return r.key(n + 1)
	case op.is(":=", "=>", "<-", "||=", "??=", "==", "===", "!=", "!==", "||", "??", "?:", "eq", "ne", "or"):
		path, _ := r.name(n + 1)
		return path
	case op.is("->", "to") && r.back(n+1).kind == sourceString:
		path, _ := r.name(n + 1)
		return path
	case op.is(","):
		return r.second(n, t)
	case op.is("("):
		return r.argument(n, t)
	case op.kind == sourceWord:
		return r.beside(n, t)
	}
	return nil
}

// continues tells that a string is part of an expression: that something is added to it,
// or put in.
func (r *sourceReader) continues(t *sourceToken) bool {
	rest := strings.TrimLeft(r.text[t.after:], " \t")
	if len(rest) > 0 && strings.IndexByte("'\"`", rest[0]) >= 0 {
		return true // C and Python put them together
	}
	line := rest
	if rest = strings.TrimLeft(rest[:min(len(rest), 64)], " \t\r\n"); len(rest) < 2 {
		return false
	}
	switch next := rest[1]; rest[0] {
	case '+':
		return true
	case '%', '*', '[', '~':
		return rest[0] == line[0] && next != '/' && next != '>' && next != '}' // else it's a comment's end, a template's
	case '|', '&':
		return next != rest[0]
	case '<':
		return next == '<'
	case '.':
		if next == '\r' || next == '\n' {
			return false // prose
		}
		method := rest[1:]
		n := 0
		for n < len(method) && dotenvIsWord(method[n]) {
			n++
		}
		switch method[:n] {
		case "", "format", "formatted", "replace", "replaceAll", "join", "concat", "split", "sprintf", "strip_prefix", "slice", "substring", "repeat":
			return true
		}
	}
	return false
}

// comparedWith gives the name behind a string: "v" == name, "v".equals(name).
func (r *sourceReader) comparedWith(after int) []string {
	rest := strings.TrimLeft(r.text[after:min(len(r.text), after+128)], " \t")
	for _, op := range []string{"===", "==", "!==", "!=", ".equals(", ".equalsIgnoreCase("} {
		name, ok := strings.CutPrefix(rest, op)
		if !ok {
			continue
		}
		name = strings.TrimLeft(name, " \t")
		n := 0
		for n < len(name) && (sourceIsWord(name[n]) || name[n] == '.' || name[n] == '$') {
			n++
		}
		if n == 0 || name[0] >= '0' && name[0] <= '9' || n < len(name) && name[n] == '(' {
			return nil
		}
		return sourceOwn(strings.FieldsFunc(name[:n], func(c rune) bool { return c == '.' || c == '$' }))
	}
	return nil
}
