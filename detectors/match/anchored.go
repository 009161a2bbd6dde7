package match

import (
	"regexp/syntax"
	"slices"
	"sync"
	"unicode/utf8"
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

func (a anchored) search(text []byte, hits []*hit, found func([]int) bool) {
	if slices.ContainsFunc(hits, func(h *hit) bool { return h.literal.foreign }) {
		a.windowed.search(text, hits, found)
		return
	}
	slices.SortFunc(hits, func(g, h *hit) int { return g.start() - h.start() })
	try := attempt{anchored: a, around: lines{text: text}, budget: maxRereads * len(text)}
	pos := 0 // the last match's end
	for i, h := range hits {
		start := h.start()
		if start < pos {
			continue
		}
		if i > 0 && h.rejected.empty() && hits[i-1].start() == start {
			h.rejected = hits[i-1].rejected
		}
		m := try.at(h)
		if m != nil {
			from := start
			if a.lead != nil {
				from = a.lead.from(text, start, pos)
				if a.lead.greedy {
					m = try.furthest(m, a.lead.to(text, from), hits[i+1:])
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

// at gives the match of the rest that begins where it has to for a hit; nil if
// there is none.
func (t *attempt) at(h *hit) []int {
	if !h.rejected.empty() {
		return nil
	}
	text, start := t.around.text, h.start()
	if read, rejected := t.reject().rejects(text, start, mostRead); rejected {
		h.reject(text, start-1, read)
		return nil
	}
	end := t.around.reach(start, t.extent)
	var m []int
	if t.extent.max != unbounded || end-start <= longPart {
		m = t.pattern.find(text, start, end)
	} else {
		var read int
		m, read = t.pattern.read(text, start, end)
		t.budget -= read
		end = min(end, start+read)
	}
	if m == nil {
		h.reject(text, start-utf8.UTFMax, end)
	}
	return m
}

// furthest gives the match that a greedy lead prefers to m: that of the last of
// the hits which it reaches and where the rest matches.
func (t *attempt) furthest(m []int, end int, hits []*hit) []int {
	reached, _ := slices.BinarySearchFunc(hits, end+1, func(h *hit, end int) int { return h.start() - end })
	for _, h := range slices.Backward(hits[:reached]) {
		if t.budget < 0 {
			break
		}
		if n := t.at(h); n != nil {
			return n
		}
	}
	return m
}

// start is where a match of the rest begins that has the literal here.
func (h *hit) start() int { return h.at - h.literal.before.min }
