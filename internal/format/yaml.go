package format

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// YAML reads YAML, and what becomes YAML once a template engine has filled it in.
//
// It tells lines apart by how they begin and are indented, as YAML does, and asks less
// of them: a value goes on to the end of its line whatever it has in it, and what is
// not closed ends before the next line that isn't indented and assigns something. A line
// that is only a template's directive is passed over. An alias is no value: what it
// refers to is given once, where it stands. A key that is a collection is called "?".
//
// A line with # before an assignment gives that, too, with the path that the line would
// have without the #, or with no more than the name if the indentation doesn't tell.
func YAML(text []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		r := yamlReader{text: text, yield: yield, document: -1}
		r.pos = len(text) - len(bytes.TrimPrefix(text, []byte("\ufeff")))
		for r.pos < len(r.text) && !r.stopped {
			r.line()
			r.pos = r.afterLine(r.pos)
		}
	}
}

// yamlReader is at a position in a text, inside collections that have begun before it.
// Its methods that read something begin at pos and leave it behind what they read, in
// the same line.
type yamlReader struct {
	text    []byte
	pos     int
	yield   func(Entry) bool
	stopped bool // yield wants no more

	levels   []yamlLevel // the root and the collections inside one another
	path     []string    // the name of what is read in each of them but the root
	tag      string      // the next value's
	document int
	opened   bool // the document has begun, and not been ended by "..."
	comment  bool // the text is a comment
}

// yamlLevel is a collection, or the root, which is like one with no names.
type yamlLevel struct {
	kind   yamlKind
	indent int  // the column of its lines; with brackets, one that lines are to the right of
	open   bool // what path names has no value yet
	index  int  // the element's number
}

type yamlKind uint8

const (
	yamlRoot yamlKind = iota
	yamlMapping
	yamlSequence
	yamlBraces
	yamlBrackets
	yamlPair // a mapping of one key, without braces inside brackets
)

// line reads the line at pos, and those after it that belong to the same value.
func (r *yamlReader) line() {
	start := r.pos
	r.skipBlanks()
	column := r.pos - start
	switch {
	case r.endAt(r.pos), r.text[r.pos] == '%': // a directive
	case r.text[r.pos] == '#':
		r.commented(column)
	case r.markerAt(start, "---"):
		r.begin()
		r.pos += len("---")
		r.skipBlanks()
		r.node(r.pos - start)
	case r.markerAt(start, "..."):
		r.opened = false
	case r.directives():
	default:
		if !r.opened {
			r.begin()
		}
		r.node(column)
	}
}

// begin begins a document. Before the first one there is none.
func (r *yamlReader) begin() {
	r.levels = append(r.levels[:0], yamlLevel{kind: yamlRoot, indent: -1, open: true})
	r.path, r.tag = r.path[:0], ""
	r.document++
	r.opened = true
}

// node reads what is in the line from the column on, where pos is. Collections may begin
// there, and go on.
func (r *yamlReader) node(column int) {
	for start := r.pos; ; start = r.pos {
		if r.indicatorAt(r.pos, '-') {
			r.element(column)
		} else if r.indicatorAt(r.pos, ':') {
			r.closeTo(column)
		} else {
			break
		}
		r.pos++
		r.skipBlanks()
		column += r.pos - start
	}
	r.properties()
	if r.atEnd() {
		return
	}
	if r.indicatorAt(r.pos, '?') {
		r.explicitKey(column)
		return
	}
	name, ok := r.simpleKey()
	if !ok {
		r.lone(column)
		return
	}
	r.key(column, name)
	r.skipBlanks()
	r.properties()
	if !r.atEnd() {
		r.value()
	}
}

// lone reads a value that has the line for itself. A scalar that nothing waits for is
// part of something broken; a collection may be one of several that lack a marker between.
func (r *yamlReader) lone(column int) {
	depth := len(r.levels)
	for r.levels[depth-1].indent >= column {
		depth--
	}
	switch {
	case r.levels[depth-1].open:
		r.closeAbove(depth)
		r.value()
	case r.flowAt():
		r.closeAbove(depth)
		r.flow(column)
	}
}

// value reads the value of what path names.
func (r *yamlReader) value() {
	switch {
	case r.text[r.pos] == '*' && r.referenceEnd() > r.pos:
		r.pos = r.referenceEnd()
		r.top().open = false
	case r.flowAt():
		r.flow(r.top().indent)
	default:
		r.emit(r.scalar())
	}
}

// emit gives a value away.
func (r *yamlReader) emit(s yamlScalar) {
	r.top().open = false
	if len(r.path) > 0 && (s.value != "" || s.style != Block) {
		r.stopped = !r.yield(Entry{
			Path: r.path, Value: s.value, Start: s.start, End: s.end, Style: s.style,
			Tag: r.tag, Document: r.document, Comment: r.comment,
		})
	}
	r.tag = ""
}

// key begins a key's value, in a mapping in the column.
func (r *yamlReader) key(column int, name string) {
	r.closeTo(column)
	if r.top().indent < column {
		r.push(yamlMapping, column, name)
	} else {
		r.rename(name)
	}
}

// explicitKey reads what follows a "?".
func (r *yamlReader) explicitKey(column int) {
	r.key(column, "?")
	r.pos++
	r.skipBlanks()
	r.properties()
	if r.atEnd() || r.indicatorAt(r.pos, '-') || r.flowAt() {
		return
	}
	r.rename(r.scalar().value)
}

// element begins a sequence's next element, with its "-" in the column.
func (r *yamlReader) element(column int) {
	for r.top().indent > column {
		r.close()
	}
	if top := r.top(); top.kind == yamlSequence && top.indent == column {
		top.index++
		r.rename(strconv.Itoa(top.index))
	} else {
		r.push(yamlSequence, column, "0")
	}
}

// rename says what the next value in the innermost collection is assigned to.
func (r *yamlReader) rename(name string) {
	r.path[len(r.path)-1] = name
	r.top().open = true
	r.tag = ""
}

// push begins a collection, with its first name. One that is too deep takes the place
// of the one around it.
func (r *yamlReader) push(kind yamlKind, indent int, name string) {
	r.top().open = false
	if len(r.path) == maxDepth {
		r.close()
	}
	r.levels = append(r.levels, yamlLevel{kind: kind, indent: indent, open: true})
	r.path = append(r.path, name)
	r.tag = ""
}

// top is the innermost collection.
func (r *yamlReader) top() *yamlLevel { return &r.levels[len(r.levels)-1] }

// closeTo closes what ends before a key in the column. A sequence may be in the column
// of the key that it is the value of.
func (r *yamlReader) closeTo(column int) {
	for r.top().indent > column || r.top().indent == column && r.top().kind == yamlSequence {
		r.close()
	}
}

// close ends the innermost collection.
func (r *yamlReader) close() { r.closeAbove(len(r.levels) - 1) }

// closeAbove ends the collections beyond a number of levels.
func (r *yamlReader) closeAbove(depth int) {
	r.levels = r.levels[:depth]
	r.path = r.path[:depth-1]
}

// commented reads an assignment behind a "#" in the column.
func (r *yamlReader) commented(column int) {
	c := *r
	c.text = r.text[:r.lineEnd(r.pos)]
	c.comment, c.tag = true, ""
	c.pos++
	start := c.pos
	c.skipBlanks()
	r.pos = len(c.text)
	inside := column + c.pos - start
	listed := c.indicatorAt(c.pos, '-')
	if listed {
		c.pos++
		c.skipBlanks()
	}
	if c.atEnd() {
		return
	}
	name, ok := c.simpleKey()
	if !ok || name == "" || strings.ContainsAny(name, " \t") {
		return
	}
	c.levels, c.path = slices.Clone(c.levels), slices.Clone(c.path)
	if !c.opened {
		c.begin()
	}
	// Who comments a line out puts "# " or "#" before it or its indentation.
	switch before := max(column, inside-1); {
	case !listed && c.fits(before):
		c.key(before, name)
	case !listed && c.fits(inside):
		c.key(inside, name)
	default:
		c.closeAbove(1)
		c.key(0, name)
	}
	c.skipBlanks()
	c.properties()
	if !c.atEnd() {
		c.value()
	}
	r.stopped = c.stopped
}

// fits says whether a key in the column would lie in a mapping that has begun, or
// begin the one that is the value of what path names.
func (r *yamlReader) fits(column int) bool {
	return r.top().open && column > r.top().indent || slices.ContainsFunc(r.levels, func(l yamlLevel) bool {
		return l.kind == yamlMapping && l.indent == column
	})
}
