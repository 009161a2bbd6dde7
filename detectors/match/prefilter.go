package match

import (
	"encoding/binary"
	"math/bits"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

// prefilter finds all places where one of many words stands.
//
// It looks at every second place of a text, at the four bytes there: a window. In
// which windows a word is seen depends on whether it begins at an even place. For
// either case one of them is chosen, the rarest in source text; what the word shows
// there is its fingerprint. A windowSet says which windows may show one, and most of
// those do.
type prefilter struct {
	windows windowSet
	// Fingerprints by what they show in a window's first three bytes: those of slot i
	// are suspects[slots[i]:slots[i+1]]. One that leaves such a byte open is in many.
	slots    [slots + 1]int32
	suspects []suspect
	words    []placed
}

const (
	slots   = 1 << 16
	slotted = 0xffffff // the bits of a window that count for its slot
)

// slotOf gives the slot of an index: all of it that stems from the first three bytes.
func slotOf(index uint32) uint32 { return index % slots }

// fingerprint is what a word shows in a window: (bytes^value)&mask is 0.
type fingerprint struct{ value, mask uint32 }

// suspect is a fingerprint, and where the words begin and end that have it.
type suspect struct {
	fingerprint
	from, to int32
}

// placed is a word, its number, and where the window begins in it: at -1 if the
// word begins with the window's second byte.
type placed struct {
	word
	number, offset int32
}

// newPrefilter makes a prefilter of words. Empty ones stand nowhere.
func newPrefilter(words []word) *prefilter {
	p := &prefilter{}
	chosen := chooseFingerprints(words)
	for _, c := range chosen {
		p.windows.add(c.fingerprint)
		for i := range c.indexes(slotted) {
			p.slots[slotOf(i)+1]++
		}
	}
	for i := range slots {
		p.slots[i+1] += p.slots[i]
	}
	p.suspects = make([]suspect, p.slots[slots])
	next := p.slots
	for _, c := range chosen {
		s := suspect{c.fingerprint, int32(len(p.words)), int32(len(p.words) + len(c.words))}
		p.words = append(p.words, c.words...)
		for i := range c.indexes(slotted) {
			slot := slotOf(i)
			p.suspects[next[slot]] = s
			next[slot]++
		}
	}
	return p
}

// scan calls found for each place where a word stands, with the word's number and
// its start, in the order of the words' windows. The text may be of any length.
func (p *prefilter) scan(text []byte, found func(word int32, at int)) {
	var marks [16]uint64
	confirm := func(from int, bytes []byte, marks []uint64) {
		for i, m := range marks {
			for ; m != 0; m &= m - 1 {
				at := i*block + bits.TrailingZeros64(m)
				p.confirm(text, from+at, binary.LittleEndian.Uint32(bytes[at:]), found)
			}
		}
	}
	at := 0
	for whole := (len(text) - beyond) / block; whole > 0; {
		n := min(whole, len(marks))
		p.windows.mark(text[at:], marks[:n])
		confirm(at, text[at:], marks[:n])
		at += n * block
		whole -= n
	}
	var rest [2*block + beyond]byte // zero past the text's end
	n := (copy(rest[:], text[at:]) + block - 1) / block
	p.windows.mark(rest[:], marks[:n])
	confirm(at, rest[:], marks[:n])
}

// confirm calls found for each word that stands around a window and shows its
// fingerprint there.
func (p *prefilter) confirm(text []byte, at int, bytes uint32, found func(word int32, at int)) {
	slot := slotOf(index(bytes))
	suspects := p.suspects[p.slots[slot]:p.slots[slot+1]]
	for i := range suspects {
		s := &suspects[i]
		if (bytes^s.value)&s.mask != 0 {
			continue
		}
		words := p.words[s.from:s.to]
		for i := range words {
			w := &words[i]
			if start := at - int(w.offset); w.standsAt(text, start) {
				found(w.number, start)
			}
		}
	}
}

// standsAt tells whether a word stands at a place, which may be outside the text.
func (w *word) standsAt(text []byte, at int) bool {
	if at < 0 || at+len(w.text) > len(text) {
		return false
	}
	for i, b := range text[at : at+len(w.text)] {
		if b != w.text[i] && !(w.folded && b == w.text[i]^caseBit && ascii.IsLetter(b)) {
			return false
		}
	}
	return true
}
