package match

import (
	"regexp/syntax"
	"slices"
	"sync"
)

// anchored tries the pattern at the one place where it must begin for the literal
// to stand where it does. The pattern is without its lead.
type anchored struct {
	reject  func() *automaton // asked first: most hits are of words that mean nothing
	pattern resumable
	lead    *lead // nil if there is none
	extent  extent
	// windowed goes on where trying each place costs too much: many hits, and
	// from each the pattern reads on and on, in vain. It also takes texts with
	// foreign folds, which may stand anywhere in a match.
	windowed windowed
}

// A part of a text that is longer than longPart is read as a stream; once that
// has read every byte maxRereads times on average, windowed takes over.
const (
	longPart   = 2 << 10
	maxRereads = 8
)

// newAnchored prepares a search for the rest of a pattern, whose lead is cut off.
// whole searches for all of it.
func newAnchored(whole windowed, rest *syntax.Regexp, lead *lead, e extent) anchored {
	whole.lead = lead.extent()
	return anchored{
		reject:   lazyAutomaton(rest),
		pattern:  newResumable(rest, true),
		lead:     lead,
		extent:   e,
		windowed: whole,
	}
}

// lazyAutomaton compiles an automaton at first use.
func lazyAutomaton(tree *syntax.Regexp) func() *automaton {
	return sync.OnceValue(func() *automaton {
		a, err := newAutomaton(tree)
		if err != nil {
			panic("match: " + err.Error()) // package regexp has compiled more
		}
		return a
	})
}

func (a anchored) search(text []byte, hits []hit, found func([]int) bool) {
	try := attempt{anchored: a, around: lines{text: text}, budget: maxRereads * len(text)}
	var starts []int
	for _, h := range hits {
		if h.literal.foreign {
			a.windowed.search(text, hits, found)
			return
		}
		if start := h.at - h.literal.before.min; start >= 0 {
			starts = append(starts, start)
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	pos := 0 // the last match's end
	for i, start := range starts {
		if start < pos {
			continue
		}
		m := try.at(start)
		if m != nil {
			from := start
			if a.lead != nil {
				from = a.lead.from(text, start, pos)
				if a.lead.greedy {
					m = try.furthest(m, a.lead.to(text, from), starts[i+1:])
				}
				a.lead.extend(m, from)
			}
		}
		if try.budget < 0 {
			a.windowed.searchFrom(pos, text, hits, found)
			return
		}
		if m == nil {
			continue
		}
		if !found(m) {
			return
		}
		pos = m[1]
	}
}

// attempt tries an anchored pattern at places of one text.
type attempt struct {
	anchored
	around lines
	budget int // bytes that may still be read as streams
}

// at gives the match of the rest that begins at a place; nil if there is none.
func (t *attempt) at(start int) []int {
	if !t.reject().mayMatch(t.around.text, start, mostRead) {
		return nil
	}
	end := t.around.reach(start, t.extent)
	if t.extent.max != unbounded || end-start <= longPart {
		return t.pattern.find(t.around.text, start, end)
	}
	m, read := t.pattern.read(t.around.text, start, end)
	t.budget -= read
	return m
}

// furthest gives the match that a greedy lead prefers to m: that of the last of
// the starts which it reaches and where the rest matches.
func (t *attempt) furthest(m []int, end int, starts []int) []int {
	reached, _ := slices.BinarySearch(starts, end+1)
	for _, start := range slices.Backward(starts[:reached]) {
		if t.budget < 0 {
			break
		}
		if n := t.at(start); n != nil {
			return n
		}
	}
	return m
}
