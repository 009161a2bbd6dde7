package match

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// sharing is a fingerprint, the words that have it, and how often source text does.
type sharing struct {
	fingerprint
	words     []placed
	frequency float64
}

// chooseFingerprints gives each word two fingerprints: one for even and one for
// odd places. Words share them where that is cheaper: a window that shows one costs
// a look at each of its words, and as much to get there. Short words, which have
// the least choice, choose first; empty ones get none. The most common fingerprints
// come first.
func chooseFingerprints(words []word) []sharing {
	var (
		all   []sharing
		known = map[fingerprint]int{} // index in all
		order = make([]int, len(words))
	)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(words[a].text) - len(words[b].text) })
	for _, number := range order {
		w := words[number]
		if w.text == "" {
			continue
		}
		for odd := range 2 {
			var best, offset int
			least := math.Inf(1)
			for at := -odd; at < len(w.text); at += 2 {
				f, part := w.fingerprint(at)
				i, has := known[f]
				if !has {
					i = len(all)
					known[f] = i
					all = append(all, sharing{fingerprint: f, frequency: part.frequency()})
				}
				cost := all[i].frequency
				if len(all[i].words) == 0 {
					cost *= 2
				}
				if cost < least {
					best, offset, least = i, at, cost
				}
			}
			all[best].words = append(all[best].words, placed{w, int32(number), int32(offset)})
		}
	}
	all = slices.DeleteFunc(all, func(c sharing) bool { return len(c.words) == 0 })
	slices.SortStableFunc(all, func(a, b sharing) int { return cmp.Compare(b.frequency, a.frequency) })
	return all
}

// fingerprint gives what a word shows in a window at an offset, and the part of the
// word that this is.
func (w word) fingerprint(offset int) (f fingerprint, part word) {
	from, to := max(offset, 0), min(offset+window, len(w.text))
	for i := from; i < to; i++ {
		value, mask := uint32(w.text[i]), uint32(0xff)
		if w.folded && ascii.IsLetter(w.text[i]) {
			mask &^= caseBit
		}
		f.value |= value << (8 * (i - offset))
		f.mask |= mask << (8 * (i - offset))
	}
	return f, word{w.text[from:to], w.folded}
}

// caseBit is the bit by which the cases of an ASCII letter differ.
const caseBit = 'a' ^ 'A'

// indexes gives the index of each window that shows the fingerprint and has only bits
// of a mask.
func (f fingerprint) indexes(mask uint32) iter.Seq[uint32] {
	mask &= indexed
	value, free := f.value&f.mask&mask, ^f.mask&mask
	return func(yield func(uint32) bool) {
		for sub := free; yield(index(value|sub)) && sub != 0; { // all subsets of the free bits
			sub = (sub - 1) & free
		}
	}
}
