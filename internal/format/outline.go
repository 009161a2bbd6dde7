package format

import (
	"bytes"
	"strconv"
)

// outline is where in a document a reader is: what is open around it, and what the
// next value is assigned to. Its zero value is not ready; see newOutline.
type outline struct {
	path    []string // the names of what is open, and then those of the next value
	named   bool     // the next value has got names
	closers []byte   // the brackets that would close what is open
	levels  []level  // the document, and what is open in it, as far as told apart
}

// level is a table or list.
type level struct {
	base  int // how many names lead to it
	index int // the number of its next element
}

func newOutline() outline { return outline{levels: make([]level, 1)} }

func (o *outline) top() *level { return &o.levels[len(o.levels)-1] }

// within gives the bracket that closes the innermost of what is open, or 0.
func (o *outline) within() byte {
	if len(o.closers) == 0 {
		return 0
	}
	return o.closers[len(o.closers)-1]
}

// add adds to the names of the next value.
func (o *outline) add(name string) {
	if len(o.path) == maxDepth {
		o.path = o.path[:maxDepth-1]
	}
	o.path = append(o.path, name)
	o.named = true
}

// unname takes the next value's names away.
func (o *outline) unname() {
	o.path = o.path[:o.top().base]
	o.named = false
}

// locate makes path that of the next value, and tells whether it has one. An element
// is named by its number; an argument of a call stands for the call.
func (o *outline) locate() bool {
	switch {
	case o.named:
	case o.within() == ']':
		o.add(strconv.Itoa(o.top().index))
	case o.within() != ')':
		return false
	}
	return true
}

// enter opens the next value.
func (o *outline) enter(closer byte) {
	o.locate()
	o.closers = append(o.closers, closer)
	if len(o.levels) <= maxDepth {
		o.levels = append(o.levels, level{base: len(o.path)})
	}
	o.unname()
}

// leave closes what a bracket closes, and what has been left open inside. A bracket
// that closes nothing near is passed over.
func (o *outline) leave(closer byte) {
	near := max(0, len(o.closers)-maxDepth)
	if i := bytes.LastIndexByte(o.closers[near:], closer); i >= 0 {
		o.closers = o.closers[:near+i]
		o.levels = o.levels[:min(len(o.levels), 1+len(o.closers))]
		o.unname()
	}
}

// closerOf gives the bracket that closes what another opens.
func closerOf(opener byte) byte {
	if opener == '(' {
		return ')'
	}
	return opener + 2 // in ASCII
}

// next goes on to the next element.
func (o *outline) next() {
	o.top().index++
	o.unname()
}

// reset closes everything.
func (o *outline) reset() {
	o.closers = o.closers[:0]
	o.levels = o.levels[:1]
	o.unname()
}

// tree is a reader's way through a document whose values lie in tables and lists.
type tree struct {
	cursor
	outline
	alone [1]string // the path of what is commented out
}

func newTree(text []byte, yield func(Entry) bool) tree {
	return tree{cursor: newCursor(text, yield), outline: newOutline()}
}

// bare gives a part of the text as it stands, without the blanks at its end.
func (t *tree) bare(start, end int) scalar {
	s := bare(t.text, span{start, end})
	for s.start < s.end && whiteSpace[t.text[s.end-1]] {
		s.end--
	}
	s.value = s.of(t.text)
	return s
}

// assign gives a value, if it is assigned to something, and goes on past it.
func (t *tree) assign(s scalar) {
	if t.locate() {
		t.give(t.path, s, false)
	}
	t.unname()
	t.at = s.after
}

// skipLine gives up what the rest of the line may say.
func (t *tree) skipLine() {
	t.unname()
	t.at = lineEnd(t.text, t.at)
}
