package match

import "encoding/binary"

// prefilter finds all places where one of many words stands.
//
// It looks at every second place of a text, at the four bytes there: a window. In
// which windows a word is seen depends on whether it begins at an even place. For
// either case one of them is chosen, the rarest in source text; what the word shows
// there is its fingerprint.
//
// A window is two pairs of bytes. A table says for each pair which buckets have a
// fingerprint with it as the first pair, and which as the second one. Only a window
// whose pairs have a bucket in common can show a fingerprint, and most of those do. The
// loads of the table don't wait for each other, as those of an automaton do.
//
// Buckets come from Teddy (Wang et al., Hyperscan, NSDI 2019), which looks up half
// bytes in vector registers. That is made for some dozens of fingerprints. Here are
// hundreds, of which its small tables know too little, so that what passes them would
// have to be looked up in a table like this one nevertheless.
type prefilter struct {
	pairs pairTable
	// Fingerprints by hash of a window's middle bytes: those of slot i are
	// suspects[slots[i]:slots[i+1]]. One that leaves a middle byte open is in many.
	slots    [slots + 1]int32
	suspects []suspect
	words    []placed
}

const (
	window   = 4 // bytes
	slotBits = 12
	slots    = 1 << slotBits
	buckets  = 32
)

// pairTable has a bit for each bucket, by pair: in the low half if the bucket has it
// as a first pair, in the high half if as a second one.
type pairTable [1 << 16]uint64

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
	var (
		odds   [buckets]pairOdds
		bySlot [slots][]suspect
		last   [slots]fingerprint
	)
	for _, c := range chooseFingerprints(words) {
		p.pairs.add(c.fingerprint, &odds)
		from := len(p.words)
		p.words = append(p.words, c.words...)
		s := suspect{c.fingerprint, int32(from), int32(len(p.words))}
		for middle := range s.pair(8) {
			slot := slotOf(uint32(middle) << 8)
			if last[slot] != s.fingerprint { // cases share slots
				last[slot] = s.fingerprint
				bySlot[slot] = append(bySlot[slot], s)
			}
		}
	}
	for i, all := range bySlot {
		p.suspects = append(p.suspects, all...)
		p.slots[i+1] = int32(len(p.suspects))
	}
	return p
}

// slotOf hashes the middle bytes of a window, whatever the case of letters.
func slotOf(bytes uint32) uint32 {
	return (bytes>>8&0xffff | caseBit<<8 | caseBit) * 0x9e3779b1 >> (32 - slotBits)
}

// scan calls found for each place where a word stands, with the word's number and
// its start, in the order of the words' windows. The text may be of any length.
func (p *prefilter) scan(text []byte, found func(word int32, at int)) {
	const step = 8
	at := 0
	if len(text) >= step+2 {
		e := p.pairs[binary.LittleEndian.Uint16(text)]
		for ; at+step+2 <= len(text); at += step {
			bytes, next := binary.LittleEndian.Uint64(text[at:]), binary.LittleEndian.Uint16(text[at+step:])
			a, b, c, d := e, p.pairs[uint16(bytes>>16)], p.pairs[uint16(bytes>>32)], p.pairs[bytes>>48]
			e = p.pairs[next]
			ab, bc, cd, de := a&(b>>buckets), b&(c>>buckets), c&(d>>buckets), d&(e>>buckets)
			if ab|bc|cd|de == 0 {
				continue
			}
			if ab != 0 {
				p.confirm(text, at, uint32(bytes), found)
			}
			if bc != 0 {
				p.confirm(text, at+2, uint32(bytes>>16), found)
			}
			if cd != 0 {
				p.confirm(text, at+4, uint32(bytes>>32), found)
			}
			if de != 0 {
				p.confirm(text, at+6, uint32(bytes>>48)|uint32(next)<<16, found)
			}
		}
	}
	for ; at < len(text); at += 2 {
		var padded [window]byte // zero past the end
		copy(padded[:], text[at:])
		bytes := binary.LittleEndian.Uint32(padded[:])
		if p.pairs[uint16(bytes)]&(p.pairs[bytes>>16]>>buckets) != 0 {
			p.confirm(text, at, bytes, found)
		}
	}
}

// confirm calls found for each word that stands around a window and shows its
// fingerprint there.
func (p *prefilter) confirm(text []byte, at int, bytes uint32, found func(word int32, at int)) {
	slot := slotOf(bytes)
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
		if b != w.text[i] && !(w.folded && b == w.text[i]^caseBit && isLetter(b)) {
			return false
		}
	}
	return true
}
