package inflate

import (
	"math/bits"
	"sync"
)

// An entry of a table is what the next bits of a stream mean:
//
//	bits 0-7    how many of them: the code, and the extra bits behind it
//	bits 8-11   how many of those are the code
//	bits 13-15  flags
//	bits 16-31  a literal; or the length or distance that the extra bits are added to
//
// A link leads to a subtable: it begins in the same table at what is in bits 16-31,
// and is indexed by as many further bits as bits 8-11 say.
type entry uint32

const (
	literal  entry = 1 << 31
	special  entry = 1 << 15 // a link, the end of a block, or what must not occur
	link     entry = 1 << 14
	endBlock entry = 1 << 13
)

// size is how many bits are to be dropped.
func (e entry) size() uint { return uint(e & 63) }

// value is a length or a distance, given the bits from the code on.
func (e entry) value(bits uint64) int {
	return int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
}

// linked is where a link leads, given the bits behind its own.
func (e entry) linked(bits uint64) uint64 { return uint64(e>>16) + bits&(1<<(e>>8&15)-1) }

// By so many bits the tables are indexed. Longer codes are in subtables. Smaller
// tables were slower, larger ones not faster.
const (
	litRoot     = 10
	distRoot    = 8
	lengthsRoot = 7 // there are no longer codes
)

// tables are the codes of a block. They have room for any codes: zlib's enough.c
// computes that 286 symbols take up to 1332 entries, and 30 take 402. With powers
// of two, indexes need no checks.
type tables struct {
	lit  [2048]entry // literals, the end of the block, and lengths
	dist [512]entry
}

type lengthsTable [1 << lengthsRoot]entry

const (
	maxLits  = 286
	maxDists = 30
	maxBits  = 15 // of a code
)

// The entries of all symbols, without the bits of their codes.
var (
	litSymbols     = makeLitSymbols()
	distSymbols    = makeDistSymbols()
	lengthsSymbols = makeLengthsSymbols()
)

// The last two symbols are in the fixed code alone, and must not occur.
func makeLitSymbols() (symbols [maxLits + 2]entry) {
	for i := range 256 {
		symbols[i] = literal | entry(i)<<16
	}
	symbols[256] = special | endBlock
	withExtra(symbols[257:285], 3, 4)
	symbols[285] = 258 << 16
	symbols[286], symbols[287] = special, special
	return symbols
}

// The last two symbols are in the fixed code alone, and must not occur.
func makeDistSymbols() (symbols [maxDists + 2]entry) {
	withExtra(symbols[:maxDists], 1, 2)
	symbols[30], symbols[31] = special, special
	return symbols
}

// withExtra makes symbols of ranges that follow each other. The first so many are
// of one value, and as many again; then there is one more extra bit for each group.
func withExtra(symbols []entry, from, group int) {
	for i := range symbols {
		extra := max(0, i/group-1)
		symbols[i] = entry(from<<16 | extra)
		from += 1 << extra
	}
}

func makeLengthsSymbols() (symbols [19]entry) {
	for i := range symbols {
		symbols[i] = entry(i) << 16
	}
	return symbols
}

// code is a symbol and the length of its code, which isn't 0.
type code uint16

func newCode(symbol, length int) code { return code(symbol<<4 | length) }

func (c code) symbol() int { return int(c >> 4) }
func (c code) length() int { return int(c & 15) }

// build makes the table of codes that are in the order of their symbols. It reports
// whether compress/flate takes them: if they are complete, or one of a single bit,
// or none at all.
func build(table []entry, root int, codes []code, symbols []entry) bool {
	var count [maxBits + 1]int
	for _, c := range codes {
		count[c.length()]++
	}
	var start [maxBits + 2]int
	used := 0
	for length := 1; length <= maxBits; length++ {
		start[length+1] = start[length] + count[length]
		used += count[length] << (maxBits - length)
	}
	if used != 1<<maxBits {
		for i := range table[:1<<root] {
			table[i] = special
		}
		if len(codes) == 1 && codes[0].length() == 1 {
			for i := 0; i < 1<<root; i += 2 {
				table[i] = symbols[codes[0].symbol()].withCode(1)
			}
			return true
		}
		return len(codes) == 0
	}

	var sorted [maxLits + 2]entry // by length, then by symbol
	for _, c := range codes {
		sorted[start[c.length()]] = symbols[c.symbol()]
		start[c.length()]++
	}
	fill(table, root, sorted[:len(codes)], count[:])
	return true
}

// fill fills the table of complete codes, of which there are so many of each length.
// They are numbered from the shortest on (RFC 1951, 3.2.2).
func fill(table []entry, root int, rest []entry, count []int) {
	next := uint16(0)
	length := 1
	for ; length <= root; length++ {
		// With one bit more, shorter codes mean the same whatever it is. Where there
		// are none, there will be longer ones.
		half := 1 << (length - 1)
		copy(table[half:2*half], table[:half])
		for _, e := range rest[:count[length]] {
			table[reversed(next, length)] = e.withCode(length)
			next++
		}
		rest = rest[count[length]:]
		next <<= 1
	}
	end := 1 << root // of what is used of the table
	var from, prefix, size int
	for ; len(rest) > 0; length++ {
		for i, e := range rest[:count[length]] {
			path := reversed(next, length)
			next++
			if from == 0 || path%(1<<root) != prefix {
				prefix, from = path%(1<<root), end
				size = subtableBits(length-root, count[length]-i, count[length+1:])
				end += 1 << size
				table[prefix] = special | link | entry(from<<16|size<<8|root)
			}
			for at := path >> root; at < 1<<size; at += 1 << (length - root) {
				table[from+at] = e.withCode(length - root)
			}
		}
		rest = rest[count[length]:]
		next <<= 1
	}
}

// withCode adds the bits of a code to a symbol's entry.
func (e entry) withCode(bits int) entry { return e + entry(bits<<8|bits) }

// reversed is a code as it is in a stream, where its first bit is the lowest.
func reversed(code uint16, length int) int {
	return int(bits.Reverse16(code) >> (16 - length))
}

// subtableBits is by how many bits a subtable is indexed that takes the next codes:
// so many that have size bits in it, then as many as there are with each bit more.
func subtableBits(size, codes int, longer []int) int {
	room := 1<<size - codes
	for i := 0; room > 0; i++ {
		room = 2*room - longer[i]
		size++
	}
	return size
}

// fixedTables are for blocks that don't have their own.
var fixedTables = sync.OnceValue(func() *tables {
	var codes [maxLits + 2]code
	for i := range codes {
		length := 8
		switch {
		case i >= 144 && i < 256:
			length = 9
		case i >= 256 && i < 280:
			length = 7
		}
		codes[i] = newCode(i, length)
	}
	var t tables
	build(t.lit[:], litRoot, codes[:], litSymbols[:])
	for i := range distSymbols {
		codes[i] = newCode(i, 5)
	}
	build(t.dist[:], distRoot, codes[:len(distSymbols)], distSymbols[:])
	return &t
})
