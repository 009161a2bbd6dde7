package match

import (
	"slices"
	"unicode/utf8"
)

// hit is a place where a literal stands.
type hit struct {
	literal *literal
	at, to  int32
	// rejected is the stretch of text that tells that no match has the literal
	// here. It is empty as long as that isn't known.
	rejected stretch
	// resume, if it isn't 0, is where to go on instead, because that stretch tells that
	// the literal is in a match which the rule doesn't want, or lies behind its start.
	resume int32
}

func hitAt(l *literal, at int) hit {
	return hit{literal: l, at: int32(at), to: int32(at + len(l.text))}
}

// needs is the stretch that tells that the literal stands here, and may.
func (h *hit) needs() stretch { return stretch{h.at - 1, h.to + 1} }

// reject notes that no match has the literal here, and that so much of the text
// says it. From -1 on, it says it as what the text begins with; up to where the
// text ends, as what it ends with.
func (h *hit) reject(text []byte, from, to int) {
	if text[to-1] >= utf8.RuneSelf { // read as a rune that is cut off, perhaps: what follows says so
		to = min(to+utf8.UTFMax-1, len(text))
	}
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
// positions and nothing of the text, some 2 MiB at most. The zero Trace knows nothing. One
// that is no longer written to may be used by several goroutines.
type Trace struct {
	known bool
	size  int   // of the text
	hits  []hit // ordered by end
	// needles are the places of needles, in order; nil if they aren't known.
	needles []int32
}

// maxTraced bounds a trace: to so many hits, of 32 bytes each.
const maxTraced = 1 << 16

// keep makes the trace one of a text with these hits. Those that are soon rejected, which
// most are, are left out: where what rejects them has changed, the search of what is new
// comes upon them again.
func (t *Trace) keep(size int, hits []hit) {
	*t = Trace{}
	kept := 0
	for i := range hits {
		if !hits[i].soonRejected() {
			kept++
		}
	}
	if kept > maxTraced {
		return
	}
	*t = Trace{known: true, size: size, hits: make([]hit, 0, kept)}
	for i := range hits {
		if !hits[i].soonRejected() {
			t.hits = append(t.hits, hits[i])
		}
	}
}

// nearby is how many bytes beside a literal may say that it is rejected soon. What is new
// in a text is searched with as many on either side, and with as many as a literal has.
const nearby = 16

// soonRejected tells whether the bytes nearby say that no match has the literal here.
func (h *hit) soonRejected() bool {
	return !h.rejected.empty() && h.resume == 0 && h.rejected.from >= h.at-nearby && h.rejected.to <= h.to+nearby
}

// pieces are what a text has of its base, and the sizes of both.
type pieces struct {
	copied   []Copy
	from, to int // sizes of base and text
}

// moved gives a stretch of the base where it lies in a copy; the empty one if not
// all of it does.
func (p *pieces) moved(s stretch, c Copy) stretch {
	begins := int(s.from) >= c.From || c.From == 0 && c.At == 0
	ends := int(s.to) <= c.From+c.Len || c.From+c.Len == p.from && c.At+c.Len == p.to
	if !begins || !ends {
		return stretch{}
	}
	by := int32(c.At - c.From)
	return stretch{s.from + by, s.to + by}
}

// inherited adds the base's hits that lie in copied pieces, with what stands beside
// them, in order.
func (p *pieces) inherited(into, base []hit) []hit {
	next, from := 0, 0 // how far the base has been read: hits, and bytes
	for _, c := range p.copied {
		if c.From < from {
			next = 0
		}
		next += endingBy(base[next:], c.From)
		from = c.From + c.Len
		by := int32(c.At - c.From)
		for ; next < len(base) && int(base[next].to) <= from; next++ {
			h := base[next]
			if p.moved(h.needs(), c).empty() {
				continue
			}
			h.at, h.to = h.at+by, h.to+by
			if h.rejected = p.moved(h.rejected, c); h.rejected.empty() {
				h.resume = 0
			} else if h.resume > 0 {
				h.resume += by
			}
			into = append(into, h)
		}
	}
	return into
}

// endingBy gives how many hits end at a place or before it. It takes little time if these
// are few: most pieces of a text stand where those before them end.
func endingBy(hits []hit, place int) int {
	most := 1
	for most < len(hits) && int(hits[most].to) <= place {
		most *= 2
	}
	n, _ := slices.BinarySearchFunc(hits[:min(most, len(hits))], place, func(h hit, place int) int { return int(h.to) - place - 1 })
	return n
}

// seams calls scan for each part of the text in which there can be hits that are
// not inherited: what lies between the pieces, with margin bytes of them on either
// side. Parts that touch are one.
func (p *pieces) seams(margin int, scan func(from, to int)) {
	from, to := 0, 0
	for i, end := 0, 0; i <= len(p.copied); i++ { // end is that of the piece before
		next := p.to
		if i < len(p.copied) {
			next = p.copied[i].At
		}
		// No seam is where the text begins or ends as the base does.
		begins := i < len(p.copied) && next == 0 && p.copied[i].From == 0
		ends := i == len(p.copied) && i > 0 && end == p.to && p.copied[i-1].From+p.copied[i-1].Len == p.from
		if !begins && !ends {
			if start := max(0, end-margin); start > to {
				scan(from, to)
				from = start
			}
			to = min(p.to, next+margin)
		}
		if i < len(p.copied) {
			end = next + p.copied[i].Len
		}
	}
	scan(from, to)
}

// sortHits orders hits by end. They come in the order of the prefilter's windows, so
// none has far to go.
func sortHits(hits []hit) {
	for i := 1; i < len(hits); i++ {
		h := hits[i]
		k := i
		for ; k > 0 && hits[k-1].to > h.to; k-- {
			hits[k] = hits[k-1]
		}
		hits[k] = h
	}
}

// merge gives the hits of two ordered lists as one. A fresh one may have been inherited,
// and then what is known of it counts.
func merge(into, inherited, fresh []hit) []hit {
	for i := range fresh {
		h := &fresh[i]
		for len(inherited) > 0 && inherited[0].to < h.to {
			into, inherited = append(into, inherited[0]), inherited[1:]
		}
		known := false
		for k := 0; k < len(inherited) && inherited[k].to == h.to && !known; k++ {
			known = inherited[k].literal == h.literal
		}
		if !known {
			into = append(into, *h)
		}
	}
	return append(into, inherited...)
}
