package match

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// NeedleSize is how many bytes a [Needle] has.
const NeedleSize = 6

// Needle is a short text, to be looked for with many others.
type Needle [NeedleSize]byte

// key gives the needle as a number: its first byte is the third lowest, and the lowest
// two are 0.
func (n Needle) key() uint64 {
	var b [8]byte
	copy(b[2:], n[:])
	return binary.LittleEndian.Uint64(b[:])
}

// Needles finds all places where one of any number of needles stands. What it costs
// hardly depends on how many there are: each place of a text is looked up in a filter, and
// nearly all are done with by that. It is safe for concurrent use.
type Needles struct {
	// filter says which keys may be a needle's: each has two bits set in one word.
	filter []uint64
	shift  uint64 // of a hash, to the number of its word
	// table has the keys of all needles, each where its hash says or after that; 0 is
	// none. numbers are theirs; -1 is none.
	table   []uint64
	numbers []int32
	zero    int32 // number of the needle whose key is 0; -1: there is none
}

// NewNeedles prepares a search for needles that all differ.
func NewNeedles(needles []Needle) *Needles {
	const (
		perWord = 4       // needles in a word of the filter: one place in some hundred is looked up in vain
		least   = 1 << 10 // words
	)
	words := ceilPower(max(least, len(needles)/perWord))
	size := ceilPower(2*len(needles) + 1)
	n := &Needles{
		filter:  make([]uint64, words),
		shift:   uint64(bits.LeadingZeros64(uint64(words))) + 1,
		table:   make([]uint64, size),
		numbers: make([]int32, size),
		zero:    -1,
	}
	for i := range n.numbers {
		n.numbers[i] = -1
	}
	for number, needle := range needles {
		key := needle.key()
		h := hashOf(key)
		n.filter[h>>n.shift] |= 1<<firstBit(h) | 1<<secondBit(h)
		if key == 0 {
			n.zero = int32(number)
			continue
		}
		at := n.slot(key, h)
		n.table[at], n.numbers[at] = key, int32(number)
	}
	return n
}

// ceilPower gives the least power of two that is not below n.
func ceilPower(n int) int { return 1 << bits.Len(uint(n-1)) }

// hashOf spreads a key over the upper 48 bits. The topmost say which word of the filter is
// the key's, and others which bits there, and where it stands in the table.
func hashOf(key uint64) uint64 { return key * 0x9e3779b97f4a7c15 }

func firstBit(h uint64) uint64  { return h >> 40 & 63 }
func secondBit(h uint64) uint64 { return h >> 34 & 63 }

// slot gives where in the table a key stands, or is to be, by its hash.
func (n *Needles) slot(key, h uint64) int {
	last := len(n.table) - 1
	at := int(h>>16) & last
	for n.table[at] != 0 && n.table[at] != key {
		at = (at + 1) & last
	}
	return at
}

// number gives the number of the needle that has a key; -1 if none has.
func (n *Needles) number(key, h uint64) int32 {
	if key == 0 {
		return n.zero
	}
	return n.numbers[n.slot(key, h)]
}

// Find calls found for each place where a needle stands, in order, with the needle's
// number. Of the text it reads as much as nobody has read: where Base is known, what lies
// at the seams between copies. It adds what it learns to the text's Trace, so it has
// to come after [Matcher.Find].
func (n *Needles) Find(t Text, found func(needle int32, at int)) {
	var places []int32
	if t.Base == nil || t.Base.needles == nil {
		places = n.scan(nil, t.Data, 0, len(t.Data))
	} else {
		p := pieces{t.Copied, t.Base.size, len(t.Data)}
		places = p.inheritedPlaces(nil, t.Base.needles)
		p.seams(NeedleSize-1, func(from, to int) { places = n.scan(places, t.Data, from, to) })
		slices.Sort(places)
		places = slices.Compact(places)
	}
	if t.Trace != nil && len(places) <= maxTraced {
		t.Trace.size = len(t.Data)
		t.Trace.needles = append(make([]int32, 0, len(places)), places...)
	}
	for _, at := range places {
		key := keyAt(t.Data, int(at))
		found(n.number(key, hashOf(key)), int(at))
	}
}

// scan adds the places in a part of a text at which a needle stands that fits there.
func (n *Needles) scan(into []int32, data []byte, from, to int) []int32 {
	const at8 = 8 - NeedleSize + 1 // places that eight bytes tell all about
	add := func(at int) {
		if key := keyAt(data, at); n.number(key, hashOf(key)) >= 0 {
			into = append(into, int32(at))
		}
	}
	at := from
	for {
		at += n.skip(data[at:max(at, to)])
		if at+8 > to {
			break
		}
		for range at8 {
			add(at)
			at++
		}
	}
	for ; at+NeedleSize <= to; at++ {
		add(at)
	}
	return into
}

// skip gives a place in a text, before which no needle stands: one of eight bytes that the
// filter doesn't reject, or one of the last ones.
func (n *Needles) skip(text []byte) int {
	filter, shift := n.filter, n.shift&63
	at := 0
	for ; at+8 <= len(text); at += 3 {
		bytes := binary.LittleEndian.Uint64(text[at:])
		a, b, c := hashOf(bytes<<16), hashOf(bytes<<8&^0xffff), hashOf(bytes&^0xffff)
		inA, inB, inC := filter[a>>shift], filter[b>>shift], filter[c>>shift]
		if inA>>firstBit(a)&(inA>>secondBit(a))&1|inB>>firstBit(b)&(inB>>secondBit(b))&1|inC>>firstBit(c)&(inC>>secondBit(c))&1 != 0 {
			break
		}
	}
	return at
}

// keyAt is the key of what stands at a place.
func keyAt(data []byte, at int) uint64 { return Needle(data[at : at+NeedleSize]).key() }

// inheritedPlaces adds the places of needles in the base that lie in copied pieces.
func (p *pieces) inheritedPlaces(into, base []int32) []int32 {
	for _, c := range p.copied {
		first, _ := slices.BinarySearch(base, int32(c.From))
		for _, at := range base[first:] {
			if int(at)+NeedleSize > c.From+c.Len {
				break
			}
			into = append(into, at+int32(c.At-c.From))
		}
	}
	return into
}

// Frequency estimates how often a text stands in a byte of source text.
func Frequency(text string) float64 { return word{text: text}.frequency() }
