package format

import (
	"iter"
	"strings"
)

// HCL reads HashiCorp's configuration language in both its versions, as Terraform,
// OpenTofu, Packer, Nomad, Consul and Vault use it. A block's type and labels are names
// on the path. An expression that is more than a literal is given as it stands, but a
// list, object or here document that is an argument of a function is read, and belongs
// to what the function's result is assigned to.
func HCL(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := hclReader{tree: newTree(text, yield), patience: len(text)}
		r.read()
	}
}

type hclReader struct {
	tree
	patience int // how many bytes may still be read in vain
}

var hclComments = commentSyntax{
	separators: "=:",
	quoted:     func(text string, at int) (scalar, bool) { return hclString(text, at, false) },
}

// hclNameEnds can't stand in a name without quotes.
var hclNameEnds = newByteSet(" \t\r\n=:,{}[]()\"#")

func (r *hclReader) read() {
	for !r.done && r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case blanks[c]:
			r.at++
		case c == '\n':
			r.at++
			r.newline()
		case c == ',':
			r.next()
			r.at++
		case c == '}' || c == ']' || c == ')':
			r.close(c)
		case r.atComment(r.at):
			r.comment()
		case r.inTable() && !r.named:
			r.statement()
		default:
			r.value()
		}
	}
}

func (r *hclReader) inTable() bool { return r.within() == 0 || r.within() == '}' }

// newline goes on after the end of a line. A list or call ends there if an assignment
// follows, which can't stand in one.
func (r *hclReader) newline() {
	if !r.inTable() && r.assigns(r.at) {
		for !r.inTable() {
			r.leave(r.within())
		}
	}
	if r.inTable() {
		r.unname()
	}
}

// assigns tells whether a name and an equals sign stand at text[at].
func (r *hclReader) assigns(at int) bool {
	at = blanks.skip(r.text, at)
	end := wordBytes.skip(r.text, at)
	if end == at {
		return false
	}
	end = blanks.skip(r.text, end)
	return r.equals(end)
}

// equals tells whether text[at] is an equals sign and not part of an operator.
func (r *hclReader) equals(at int) bool {
	return strings.HasPrefix(r.text[at:], "=") && !strings.HasPrefix(r.text[at+1:], "=") && !strings.HasPrefix(r.text[at+1:], ">")
}

func (r *hclReader) close(c byte) {
	r.leave(c)
	r.at++
	if r.at < len(r.text) && (r.text[r.at] == '[' || r.text[r.at] == '.') {
		r.at, _ = r.expressionEnd(r.at) // takes an element of what has just been read
	}
}

// atComment tells whether a comment begins at text[at].
func (r *hclReader) atComment(at int) bool {
	rest := r.text[at:]
	return rest[0] == '#' || rest[0] == '/' && (strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*"))
}

func (r *hclReader) comment() {
	if strings.HasPrefix(r.text[r.at:], "/*") {
		r.blockComment(hclComments)
	} else {
		r.lineComment(hclComments)
	}
}

// statement reads the name of an attribute, or the type and labels of a block, and
// goes past what then begins the value.
func (r *hclReader) statement() {
	for {
		switch {
		case r.at == len(r.text):
			return
		case r.atComment(r.at):
			r.unname()
			return
		case r.text[r.at] == '{':
			r.enter('}')
			r.at++
			return
		case r.named && (r.text[r.at] == ':' || r.equals(r.at)):
			r.at++
			return
		}
		name, ok := r.name()
		if !ok {
			r.unname()
			r.at = name.after
			return
		}
		r.add(name.value)
		r.at = blanks.skip(r.text, name.after)
	}
}

// name reads a name, in quotes or without, or in parentheses the expression that gives
// one. If there is none it gives past what to go on.
func (r *hclReader) name() (s scalar, ok bool) {
	switch r.text[r.at] {
	case '"':
		if s, ok = r.quoted(r.at); !ok {
			s.after = lineEnd(r.text, r.at)
		}
		return s, ok
	case '(':
		if i := strings.IndexAny(r.text[r.at:], ")\n"); i >= 0 && r.text[r.at+i] == ')' {
			return r.bare(r.at, r.at+i+1), true
		}
		return scalar{after: lineEnd(r.text, r.at)}, false
	}
	end := hclNameEnds.find(r.text, r.at)
	if end > r.at {
		return r.bare(r.at, end), true
	}
	if strings.IndexByte("=:[", r.text[r.at]) >= 0 {
		end++ // it begins nothing here
	}
	return scalar{after: end}, false
}

// value reads a scalar or an expression, or the beginning of a list or an object.
func (r *hclReader) value() {
	switch c := r.text[r.at]; {
	case c == '"':
		s, ok := r.quoted(r.at)
		if !ok {
			r.skipLine()
			return
		}
		if r.ends(s.after) {
			r.giveUnlessArgument(s)
			return
		}
	case c == '<':
		if s, ok := r.heredoc(r.at); ok {
			r.assign(s)
			return
		}
	case (c == '[' || c == '{') && !r.isFor(r.at):
		r.enter(closerOf(c))
		r.at++
		return
	}
	end, calls := r.expressionEnd(r.at)
	if calls == 0 {
		r.giveUnlessArgument(r.bare(r.at, end))
		return
	}
	for range calls {
		r.enter(')')
	}
	r.at = end
}

// giveUnlessArgument yields a value unless it is one of many that a function gets.
func (r *hclReader) giveUnlessArgument(s scalar) {
	if r.within() == ')' || s.value == "" && s.style == Bare {
		r.unname()
		r.at = s.after
		return
	}
	r.assign(s)
}

// ends tells whether an expression that has come to text[at] ends there.
func (r *hclReader) ends(at int) bool {
	at = blanks.skip(r.text, at)
	return at == len(r.text) || strings.IndexByte("\n,]})", r.text[at]) >= 0 || r.atComment(at)
}

// isFor tells whether the bracket at text[at] holds a for expression.
func (r *hclReader) isFor(at int) bool {
	at = whiteSpace.skip(r.text, at+1)
	return strings.HasPrefix(r.text[at:], "for ")
}

// expressionEnd gives where the expression at text[at] ends. If a list, object or here
// document is an argument of a call in it, that is where this begins, and calls is how
// many parentheses are open there.
func (r *hclReader) expressionEnd(at int) (end, calls int) {
	var open ['}' + 1]int // by what closes it
	argument := false     // one of a call begins here
	for i := at; i < len(r.text); i++ {
		outside := open[')']+open[']']+open['}'] == 0
		switch c := r.text[i]; c {
		case ' ', '\t', '\r':
			continue
		case '\n':
			if outside || open['}'] == 0 && r.assigns(i+1) {
				return i, 0
			}
			continue
		case '#', '/':
			if !r.atComment(i) {
				break
			}
			if outside {
				return i, 0
			}
			i = r.commentEnd(i) - 1
			continue
		case '"':
			s, ok := r.quoted(i)
			if !ok {
				s.after = lineEnd(r.text, i)
			}
			i = s.after - 1
		case '<':
			if s, ok := r.heredoc(i); ok {
				if argument {
					return i, open[')']
				}
				i = s.after - 1
			}
		case '(', '[', '{':
			if argument && c != '(' && !r.isFor(i) {
				return i, open[')']
			}
			open[closerOf(c)]++
			argument = c == '(' && open[']']+open['}'] == 0
			continue
		case ')', ']', '}':
			if open[c] == 0 {
				return i, 0
			}
			open[c]--
		case ',':
			if outside {
				return i, 0
			}
			argument = open[']']+open['}'] == 0
			continue
		}
		argument = false
	}
	return len(r.text), 0
}

// commentEnd gives where the comment ends that begins at text[at].
func (r *hclReader) commentEnd(at int) int {
	if !strings.HasPrefix(r.text[at:], "/*") {
		return lineEnd(r.text, at)
	}
	if i := strings.Index(r.text[at+2:], "*/"); i >= 0 {
		return at + 2 + i + 2
	}
	return len(r.text)
}
