package match

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// automaton tells, at a few nanoseconds a byte, that an expression does not match
// at a place: it rejects, and leaves matching to regexp. It is the expression's
// NFA, made deterministic one transition at a time, as texts ask for it, after
// K. Thompson, "Regular Expression Search Algorithm", CACM 11(6), 1968, and
// R. Cox, "Regular Expression Matching in the Wild", 2010.
//
// An automaton is safe for concurrent use.
type automaton struct {
	prog    *syntax.Prog
	onward  bool                 // it never accepts, and so rejects where no match can go on
	class   [utf8.RuneSelf]uint8 // ASCII characters that no instruction tells apart
	example []rune               // one character of each class
	// Each goroutine makes its own states. One table stays: the garbage collector
	// empties pools, and what all know again and again would be found out anew.
	kept   atomic.Pointer[table]
	tables sync.Pool // *table
}

const (
	// mostStates bounds the memory of a table, which begins anew when it is full.
	mostStates = 2000
	// mostRunes bounds its transitions by characters beyond ASCII.
	mostRunes = 10_000
	// mostRead is how far an automaton that is asked at many places of a text
	// should read on before it has no answer.
	mostRead = 4 << 10
)

// newAutomaton compiles an expression.
func newAutomaton(tree *syntax.Regexp, onward bool) (*automaton, error) {
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	a := &automaton{prog: prog, onward: onward}
	a.classify()
	a.tables.New = func() any { return newTable(a) }
	return a, nil
}

// classify sorts characters by which instructions take them and what they mean to
// \b and ^.
func (a *automaton) classify() {
	var takers []*syntax.Inst
	for i := range a.prog.Inst {
		switch inst := &a.prog.Inst[i]; inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if !slices.ContainsFunc(takers, func(t *syntax.Inst) bool {
				return t.Op == inst.Op && t.Arg == inst.Arg && slices.Equal(t.Rune, inst.Rune)
			}) {
				takers = append(takers, inst)
			}
		}
	}
	numbers := map[string]uint8{}
	signature := make([]byte, len(takers)+1)
	for c := range rune(utf8.RuneSelf) {
		signature[0] = byte(kindOf(c))
		for i, t := range takers {
			signature[i+1] = 0
			if t.MatchRune(c) {
				signature[i+1] = 1
			}
		}
		n, ok := numbers[string(signature)]
		if !ok {
			n = uint8(len(numbers))
			numbers[string(signature)] = n
			a.example = append(a.example, c)
		}
		a.class[c] = n
	}
}

// kind is what a character means to \b, ^ and $.
type kind uint8

const (
	otherKind kind = iota
	wordKind
	newlineKind
	noKind // there is none: the text begins or ends here
)

func kindOf(c rune) kind {
	switch {
	case c == '\n':
		return newlineKind
	case syntax.IsWordChar(c):
		return wordKind
	}
	return otherKind
}

// runeOf gives a character of a kind, for syntax.EmptyOpContext.
func (k kind) runeOf() rune {
	return [...]rune{otherKind: ' ', wordKind: 'a', newlineKind: '\n', noKind: -1}[k]
}

// rejects tells that the expression does not match at text[from:], where text[:from]
// counts for what asks what stands before. It reads no more than so many bytes, and
// doesn't reject if it knows no better by then. Read is where it has read to, and is
// past that only if what the text ends with matters.
func (a *automaton) rejects(text []byte, from, most int) (read int, rejected bool) {
	t := a.kept.Swap(nil)
	if t == nil {
		t = a.tables.Get().(*table)
	}
	defer func() {
		if !a.kept.CompareAndSwap(nil, t) {
			a.tables.Put(t)
		}
	}()
	before := noKind
	if from > 0 {
		before = kindOf(rune(text[from-1])) // the last byte of a longer character is of no kind that matters
	}
	s := t.begin(before)
	end := min(len(text), from+most)
	next := t.next
	for i := from; i < end; {
		c := text[i]
		var to int32
		if c < utf8.RuneSelf {
			if to = next[int(s)+int(a.class[c])]; to >= 0 {
				s = to
				i++
				continue
			}
			if to == unknown {
				to = t.step(s, int(a.class[c]))
			}
			i++
		} else {
			r, size := utf8.DecodeRune(text[i:])
			to = t.stepRune(s, r)
			i += size
		}
		if to < 0 {
			return i, to == dead
		}
		s, next = to, t.next
	}
	return end, end == len(text) && !t.ends(s)
}

// table is the part of the deterministic automaton that has been needed so far. A
// state's number is where its transitions begin in next.
type table struct {
	*automaton
	states []dstate // by number / len(example)
	next   []int32  // by state + class
	number map[string]int32
	start  [noKind + 1]int32
	runes  map[runeStep]int32 // transitions by characters beyond ASCII

	// Scratch for closures: the instructions reached, and those yet to follow.
	reached, todo []uint32
	seen          []bool
}

// runeStep is a state and the character that comes next.
type runeStep struct {
	state int32
	next  rune
}

// dstate is a set of instructions, and what stood before them.
type dstate struct {
	pending []uint32 // in order
	before  kind
}

// Transitions that lead to no state.
const (
	unknown = -1 - iota // not worked out yet
	dead                // no match is possible any more
	matched             // there is a match
)

func newTable(a *automaton) *table {
	t := &table{automaton: a, seen: make([]bool, len(a.prog.Inst))}
	t.clear()
	return t
}

func (t *table) clear() {
	t.states, t.next, t.number, t.runes = nil, nil, map[string]int32{}, map[runeStep]int32{}
	for k := range t.start {
		t.start[k] = unknown
	}
}

// begin gives the state before the first character.
func (t *table) begin(before kind) int32 {
	if t.start[before] == unknown {
		t.start[before] = t.state([]uint32{uint32(t.prog.Start)}, before)
	}
	return t.start[before]
}

func (t *table) state(pending []uint32, before kind) int32 {
	key := make([]byte, 0, 1+4*len(pending))
	key = append(key, byte(before))
	for _, pc := range pending {
		key = binary.LittleEndian.AppendUint32(key, pc)
	}
	n, ok := t.number[string(key)]
	if !ok {
		n = int32(len(t.next))
		for range t.example {
			t.next = append(t.next, unknown)
		}
		t.states = append(t.states, dstate{slices.Clone(pending), before})
		t.number[string(key)] = n
	}
	return n
}

// step works out the transition of a state for a class of ASCII characters.
func (t *table) step(s int32, class int) int32 {
	next := t.after(s, t.example[class])
	t.next[int(s)+class] = next
	return t.bounded(next)
}

// stepRune gives the transition of a state for a character beyond ASCII.
func (t *table) stepRune(s int32, r rune) int32 {
	next, ok := t.runes[runeStep{s, r}]
	if !ok {
		next = t.after(s, r)
		t.runes[runeStep{s, r}] = next
		next = t.bounded(next)
	}
	return next
}

// bounded begins the table anew with one state if it is full.
func (t *table) bounded(s int32) int32 {
	if s < 0 || len(t.states) <= mostStates && len(t.runes) <= mostRunes {
		return s
	}
	kept := t.at(s)
	t.clear()
	return t.state(kept.pending, kept.before)
}

// after works out what comes after a state and a character.
func (t *table) after(s int32, c rune) int32 {
	if t.follow(t.at(s), kindOf(c)) {
		return matched
	}
	var pending []uint32
	for _, pc := range t.reached {
		if inst := &t.prog.Inst[pc]; inst.MatchRune(c) {
			pending = append(pending, inst.Out)
		}
	}
	if len(pending) == 0 {
		return dead
	}
	slices.Sort(pending)
	return t.state(slices.Compact(pending), kindOf(c))
}

// ends tells whether there is a match if the text ends at a state.
func (t *table) ends(s int32) bool { return t.follow(t.at(s), noKind) }

func (t *table) at(s int32) dstate { return t.states[int(s)/len(t.example)] }

// follow finds the instructions that wait for a character and can be reached from
// a state if a character of kind after comes next. It tells whether a match is
// reached.
func (t *table) follow(s dstate, after kind) bool {
	flags := syntax.EmptyOpContext(s.before.runeOf(), after.runeOf())
	t.reached, t.todo = t.reached[:0], append(t.todo[:0], s.pending...)
	clear(t.seen)
	for len(t.todo) > 0 {
		pc := t.todo[len(t.todo)-1]
		t.todo = t.todo[:len(t.todo)-1]
		if t.seen[pc] {
			continue
		}
		t.seen[pc] = true
		switch inst := &t.prog.Inst[pc]; inst.Op {
		case syntax.InstMatch:
			if !t.onward {
				return true
			}
		case syntax.InstAlt, syntax.InstAltMatch:
			t.todo = append(t.todo, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			t.todo = append(t.todo, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^flags == 0 {
				t.todo = append(t.todo, inst.Out)
			}
		case syntax.InstFail:
		default:
			t.reached = append(t.reached, pc)
		}
	}
	return false
}
