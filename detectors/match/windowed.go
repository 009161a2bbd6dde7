package match

import (
	"bytes"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// windowed searches in windows around the hits, as wide as a match with that
// literal can be. Windows that touch are one. Every match that begins in a window
// then lies in it, so that the first one found is the first one there is.
type windowed struct {
	reject  func() *automaton // of what can begin anywhere in a window
	pattern resumable
	guard   *guard // asked first; nil if there is none
	lead    extent // of what may stand before what the literals' extents speak of
}

func newWindowed(tree *syntax.Regexp) windowed {
	anything := &syntax.Regexp{Op: syntax.OpStar, Flags: syntax.NonGreedy, Sub: []*syntax.Regexp{{Op: syntax.OpAnyChar}}}
	anywhere := &syntax.Regexp{Op: syntax.OpConcat, Sub: []*syntax.Regexp{anything, tree}}
	return windowed{reject: lazyAutomaton(anywhere, false), pattern: newResumable(tree, false)}
}

func (w windowed) search(text []byte, hits []*hit, found func([]int) verdict) {
	w.searchFrom(0, text, hits, found)
}

// searchFrom gives the matches that begin at pos or later.
func (w windowed) searchFrom(pos int, text []byte, hits []*hit, found func([]int) verdict) {
	type window struct {
		from, to int
		hit      *hit
	}
	windows := make([]window, 0, len(hits))
	around := lines{text: text}
	for _, h := range hits {
		if w.guard.rejects(text, h) {
			continue
		}
		windows = append(windows, window{
			from: around.reachBack(int(h.at), w.lead.add(h.literal.before)),
			to:   around.reach(int(h.to), h.literal.after),
			hit:  h,
		})
	}
	slices.SortFunc(windows, func(a, b window) int { return a.from - b.from })

	for len(windows) > 0 {
		n, from, to, live := 0, windows[0].from, windows[0].to, false
		for ; n < len(windows) && windows[n].from <= to; n++ {
			to = max(to, windows[n].to)
			live = live || windows[n].hit.rejected.empty()
		}
		if !live {
			windows = windows[n:]
			continue
		}
		if pos = w.searchPart(text, max(from, pos), to, found); pos < 0 {
			return
		}
		for _, seen := range windows[:n] {
			if seen.from >= pos { // where no match begins
				seen.hit.reject(text, seen.from-1, seen.to)
			}
		}
		windows = windows[n:]
	}
}

// searchPart gives the matches that begin in a part of the text. It gives where to
// go on, from where on no match begins in the part, or -1 if nothing more is
// wanted. Empty matches, which no rule is after, are passed over.
func (w windowed) searchPart(text []byte, from, to int, found func([]int) verdict) int {
	for limit := to; from < limit; {
		if _, rejected := w.reject().rejects(text[:to], from, to-from); rejected {
			break
		}
		m := w.pattern.find(text, from, to)
		if m == nil || m[0] >= limit {
			break
		}
		if m[1] == to && to < len(text) {
			// No match of a hit ends with its window. This one has a literal that was
			// left out as soon rejected, and takes the window's end for the text's.
			to = min(len(text), 2*to-from)
			continue
		}
		from = m[1]
		if m[0] < m[1] {
			if found(m) == enough {
				return -1
			}
		} else if from < to {
			_, n := utf8.DecodeRune(text[from:])
			from += n
		}
	}
	return from
}

// everywhere searches whole texts.
type everywhere struct{ windowed }

func (e everywhere) search(text []byte, _ []*hit, found func([]int) verdict) {
	e.searchPart(text, 0, len(text), found)
}

// lines finds the line around a position. It keeps the last answer, so that many
// hits in one long line cost one search.
type lines struct {
	text       []byte
	start, end int // end is after the line feed
}

func (l *lines) around(at int) (start, end int) {
	if at < l.start || at >= l.end {
		l.start = bytes.LastIndexByte(l.text[:at], '\n') + 1
		l.end = len(l.text)
		if n := bytes.IndexByte(l.text[at:], '\n'); n >= 0 {
			l.end = at + n + 1
		}
	}
	return l.start, l.end
}

// reach gives how far after a position an extent can go: to the end of the line
// if it is unbounded within lines. One more rune is added as context.
func (l *lines) reach(at int, e extent) int {
	switch {
	case e.max != unbounded:
		return min(len(l.text), at+e.max+utf8.UTFMax)
	case e.newline:
		return len(l.text)
	}
	_, end := l.around(at)
	return end
}

// reachBack gives how far before a position an extent can go.
func (l *lines) reachBack(at int, e extent) int {
	switch {
	case e.max == unbounded && e.newline:
		return 0
	case e.max == unbounded:
		start, _ := l.around(at)
		return start
	}
	at = max(0, at-e.max)
	for at > 0 && !utf8.RuneStart(l.text[at]) {
		at--
	}
	return at
}
