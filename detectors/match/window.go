package match

import "encoding/binary"

const (
	window = 4  // bytes
	block  = 64 // bytes
	beyond = 2  // bytes of the last window of a block that lie past it
)

// windowSet is a set of windows: a bit for each, found by its index.
//
// The index leaves out eleven bits of a window: those of which the loss lets the
// fewest others pass, found on source text with the built-in rules' fingerprints. The
// others keep their places. A hash would spread a word of two bytes, which leaves half
// of its window open, over the whole set.
//
// Vector instructions, where there are some, compute eight indexes at once and load
// their bits (gather). Teddy (Wang et al., Hyperscan, NSDI 2019) loads nothing, since
// its tables fit into vector registers, but those hold some dozens of fingerprints.
// Here are a thousand.
type windowSet [1 << (indexBits - 5)]uint32

const (
	indexBits = 21
	indexed   = 0x1f1f3f1f // the bits of a window that are in its index
)

// index gives the index of a window, as twoIndexes and markAVX2 do for several ones.
func index(bytes uint32) uint32 {
	bytes &= indexed
	return bytes&0x1f | bytes>>8&0x3f<<5 | bytes>>16&0x1f<<11 | bytes>>24<<16
}

// add puts all windows that show a fingerprint into the set.
func (s *windowSet) add(f fingerprint) {
	for i := range f.indexes(indexed) {
		s[i/32] |= 1 << (i % 32)
	}
}

// markPlain sets a bit of marks for each place of a text at which a window stands that
// may be in the set, and clears the others. Only even places count: bit i of marks[n] is
// that of place n*block+i. The text has all their blocks, and beyond bytes more.
func (s *windowSet) markPlain(text []byte, marks []uint64) {
	for n := range marks {
		var m uint64
		for at := 0; at < block; at += 8 {
			// The windows at 0 and 4, and those at 2 and 6, each in half of an integer.
			bytes := (*[8 + beyond]byte)(text[at:])
			a, b := twoIndexes(binary.LittleEndian.Uint64(bytes[:])), twoIndexes(binary.LittleEndian.Uint64(bytes[beyond:]))
			b0, b2, b4, b6 := s.bit(uint32(a)), s.bit(uint32(b)), s.bit(uint32(a>>32)), s.bit(uint32(b>>32))
			m = m>>8 | uint64(b0&1|b2&1<<2|b4&1<<4|b6&1<<6)<<56
		}
		marks[n] = m
		text = text[block:]
	}
}

// twoIndexes gives the indexes of two windows.
func twoIndexes(bytes uint64) uint64 {
	bytes = bytes&0x001f001f001f001f | bytes>>3&0x03e007e003e007e0
	return bytes&0x000007ff000007ff | bytes>>5&0x001ff800001ff800
}

// bit gives in its lowest bit whether the set has an index.
func (s *windowSet) bit(index uint32) uint32 {
	return s[index>>5%uint32(len(s))] >> (index % 32)
}
