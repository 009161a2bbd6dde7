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
	bound   func() *automaton // tells how far a match can go
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
		reject:   lazyAutomaton(rest, false),
		bound:    lazyAutomaton(rest, true),
		pattern:  newResumable(rest, true),
		lead:     lead,
		extent:   e,
		windowed: whole,
	}
}

// lazyAutomaton compiles an automaton at first use.
func lazyAutomaton(tree *syntax.Regexp, onward bool) func() *automaton {
	return sync.OnceValue(func() *automaton {
		a, err := newAutomaton(tree, onward)
		if err != nil {
			panic("match: " + err.Error()) // package regexp has compiled more
		}
		return a
	})
}

func (a anchored) search(text []byte, hits []*hit, found func([]int) verdict) {
	if slices.ContainsFunc(hits, func(h *hit) bool { return h.literal.foreign }) {
		a.windowed.search(text, hits, found)
		return
	}
	slices.SortFunc(hits, func(g, h *hit) int { return g.start() - h.start() })
	try := attempt{anchored: a, around: lines{text: text}, budget: maxRereads * len(text)}
	pos := 0               // the last match's end
	var unmatched, in *hit // the last hit without a match, and that with the last match if it was dismissed
	for i, h := range hits {
		start := h.start()
		switch {
		case start < pos:
			if in != nil && h.rejected.empty() {
				h.rejected, h.resume = in.rejected, in.resume
			}
			continue
		case h.resume > 0 && pos <= int(h.rejected.from)+1:
			pos, in = int(h.resume), h
			continue
		case h.resume > 0: // what the lead may reach has changed
			h.rejected, h.resume = stretch{}, 0
		case unmatched != nil && unmatched.start() == start && h.rejected.empty():
			h.rejected = unmatched.rejected
		}
		m, read := try.at(h)
		if m == nil {
			unmatched = h
		} else {
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
		in = nil
		switch found(m) {
		case enough:
			return
		case dismissed:
			if try.dismiss(h, m, pos, read) {
				in = h
			}
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
// there is none. Read is how much of the text says so.
func (t *attempt) at(h *hit) (m []int, read int) {
	if !h.rejected.empty() {
		return nil, 0
	}
	text, start := t.around.text, h.start()
	read, rejected := t.reject().rejects(text, start, mostRead)
	if rejected {
		h.reject(text, start-1, read)
		return nil, read
	}
	end := t.around.reach(start, t.extent)
	if read, rejected = t.bound().rejects(text, start, mostRead); rejected {
		end = min(end, read)
	}
	if t.extent.max != unbounded || end-start <= longPart {
		m = t.pattern.find(text, start, end)
	} else {
		m, read = t.pattern.read(text, start, end)
		t.budget -= read
		end = min(end, start+read)
	}
	if m == nil {
		h.reject(text, start-1, end)
	}
	return m, end
}

// dismiss notes that the rule doesn't want a match, wherever the text that was read
// for it and the lines that it lies in are the same, unless other matches there have
// a say in where its lead begins.
func (t *attempt) dismiss(h *hit, m []int, pos, read int) bool {
	from, _ := t.around.around(m[0])
	_, to := t.around.around(m[1])
	to = max(to, read)
	if pos > from || t.lead != nil && t.lead.greedy {
		return false
	}
	h.reject(t.around.text, from-1, to)
	h.resume = int32(m[1])
	return true
}

// furthest gives the match that a greedy lead prefers to m: that of the last of
// the hits which it reaches and where the rest matches.
func (t *attempt) furthest(m []int, end int, hits []*hit) []int {
	reached, _ := slices.BinarySearchFunc(hits, end+1, func(h *hit, end int) int { return h.start() - end })
	for _, h := range slices.Backward(hits[:reached]) {
		if t.budget < 0 {
			break
		}
		if n, _ := t.at(h); n != nil {
			return n
		}
	}
	return m
}

// start is where a match of the rest begins that has the literal here.
func (h *hit) start() int { return int(h.at) - h.literal.before.min }
