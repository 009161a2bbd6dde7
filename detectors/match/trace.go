package match

import "slices"

// hit is a place where a literal stands.
type hit struct {
	literal *literal
	at      int
	// rejected is the stretch of text that tells that no match has the literal
	// here. It is empty as long as that isn't known.
	rejected stretch
}

func (h *hit) end() int { return h.at + len(h.literal.text) }

// reject notes that no match has the literal here, and that so much of the text
// says it. From -1 on, it says it as what the text begins with; up to where the
// text ends, as what it ends with.
func (h *hit) reject(text []byte, from, to int) {
	if to == len(text) {
		to++
	}
	h.rejected = stretch{int32(max(from, -1)), int32(to)}
}

// stretch is a part of a text. It begins at -1 if what lies in it has to be at the
// text's beginning, and ends after the text's length if it has to be at its end.
type stretch struct{ from, to int32 }

func (s stretch) empty() bool { return s.from == s.to }

// Copy is a piece that two texts share.
type Copy struct {
	At, From, Len int // position in the text, in its base, and length
}

// Trace is what a search learns of a text, for searches of texts that share pieces
// with it: where literals stand, and which of these places were rejected. It holds
// positions and nothing of the text. The zero Trace knows nothing.
type Trace struct {
	known bool
	size  int   // of the text
	hits  []hit // ordered by end
}

// maxTraced bounds a trace: to so many hits, of 32 bytes each.
const maxTraced = 1 << 16

// keep makes the trace one of a text with these hits.
func (t *Trace) keep(size int, hits []hit) {
	*t = Trace{}
	if len(hits) <= maxTraced {
		*t = Trace{true, size, slices.Clone(hits)}
	}
}

// inherited adds the hits that lie in copied pieces, in order.
func (t *Trace) inherited(into []hit, size int, copied []Copy) []hit {
	for _, c := range copied {
		first, _ := slices.BinarySearchFunc(t.hits, c.From, func(h hit, from int) int { return h.end() - from - 1 })
		for i := first; i < len(t.hits); i++ {
			h := t.hits[i]
			if h.end() > c.From+c.Len {
				break
			}
			if h.at < c.From {
				continue
			}
			h.at += c.At - c.From
			h.rejected = t.moved(h.rejected, size, c)
			into = append(into, h)
		}
	}
	return into
}

// moved gives a stretch of the text where a copy of it lies in another one of some
// size; the empty one if not all of it is there.
func (t *Trace) moved(s stretch, size int, c Copy) stretch {
	begins := int(s.from) >= c.From || s.from < 0 && c.From == 0 && c.At == 0
	ends := int(s.to) <= c.From+c.Len || c.From+c.Len == t.size && c.At+c.Len == size
	if !begins || !ends {
		return stretch{}
	}
	by := int32(c.At - c.From)
	return stretch{s.from + by, s.to + by}
}

// seams calls scan for each part of a text in which a literal can stand that is in
// no copied piece as a whole: what lies between the pieces, with margin bytes of
// them on either side. Parts that touch are one.
func seams(size int, copied []Copy, margin int, scan func(from, to int)) {
	from, to := 0, 0
	for i, end := 0, 0; i <= len(copied); i++ { // end is that of the piece before
		next := size
		if i < len(copied) {
			next = copied[i].At
		}
		if next > 0 && end < size {
			if start := max(0, end-margin); start > to {
				scan(from, to)
				from = start
			}
			to = min(size, next+margin)
		}
		if i < len(copied) {
			end = next + copied[i].Len
		}
	}
	scan(from, to)
}

// inOne tells whether a hit lies in one copied piece as a whole.
func inOne(copied []Copy, h hit) bool {
	after, _ := slices.BinarySearchFunc(copied, h.at, func(c Copy, at int) int { return c.At - at - 1 })
	return after > 0 && h.end() <= copied[after-1].At+copied[after-1].Len
}

// merge gives two ordered lists of hits as one.
func merge(into, a, b []hit) []hit {
	for len(a) > 0 && len(b) > 0 {
		if a[0].end() <= b[0].end() {
			into, a = append(into, a[0]), a[1:]
		} else {
			into, b = append(into, b[0]), b[1:]
		}
	}
	return append(append(into, a...), b...)
}
