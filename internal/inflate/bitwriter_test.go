package inflate

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	stdadler "hash/adler32"
	"io"
	"slices"
)

// bitWriter writes a deflate stream by hand, right or wrong.
type bitWriter struct {
	out  []byte
	free int // bits of the last byte
}

// bits writes the n low bits of v, the lowest first.
func (w *bitWriter) bits(v, n int) {
	for i := range n {
		if w.free == 0 {
			w.out, w.free = append(w.out, 0), 8
		}
		w.out[len(w.out)-1] |= byte(v >> i & 1 << (8 - w.free))
		w.free--
	}
}

const (
	storedBlock = iota
	fixedBlock
	ownBlock
)

func (w *bitWriter) block(final bool, kind int) {
	if final {
		w.bits(1, 1)
	} else {
		w.bits(0, 1)
	}
	w.bits(kind, 2)
}

func (w *bitWriter) stored(final bool, data []byte) {
	w.block(final, storedBlock)
	w.free = 0
	w.out = binary.LittleEndian.AppendUint16(w.out, uint16(len(data)))
	w.out = binary.LittleEndian.AppendUint16(w.out, ^uint16(len(data)))
	w.out = append(w.out, data...)
}

// huffman is a code: for each symbol, its length.
type huffman []int

// codes begins a block with codes of its own, up to the code of their lengths.
func (w *bitWriter) codes(final bool, lits, dists int, lengths huffman) {
	w.block(final, ownBlock)
	w.bits(lits-257, 5)
	w.bits(dists-1, 5)
	w.bits(19-4, 4)
	for _, value := range lengthsOrder {
		w.bits(lengths[value], 3)
	}
}

// own begins a block with its own codes. Their lengths are written with four bits each.
func (w *bitWriter) own(final bool, lits, dists huffman) {
	lengths := append(slices.Repeat(huffman{4}, 16), 0, 0, 0)
	w.codes(final, len(lits), len(dists), lengths)
	for _, n := range slices.Concat(lits, dists) {
		w.symbol(lengths, n)
	}
}

// symbol writes a symbol's code, worked out slowly: as RFC 1951 3.2.2 defines it.
func (w *bitWriter) symbol(h huffman, symbol int) {
	code := 0
	for length := 1; length <= h[symbol]; length++ {
		code <<= 1
		for s, n := range h {
			if n == length && (length < h[symbol] || s < symbol) {
				code++
			}
		}
	}
	for i := range h[symbol] {
		w.bits(code>>(h[symbol]-1-i), 1)
	}
}

func (w *bitWriter) symbols(h huffman, symbols ...int) {
	for _, s := range symbols {
		w.symbol(h, s)
	}
}

// stream gives the zlib stream of what was written, with the checksum of what
// compress/flate makes of it, or of nothing.
func (w *bitWriter) stream() []byte {
	data, _ := io.ReadAll(flate.NewReader(bytes.NewReader(w.out)))
	return binary.BigEndian.AppendUint32(append([]byte{0x78, 0x9c}, w.out...), stdadler.Checksum(data))
}

var fixedLits, fixedDists = func() (lits, dists huffman) {
	for i := range 288 {
		n := 8
		if i >= 144 && i < 256 {
			n = 9
		} else if i >= 256 && i < 280 {
			n = 7
		}
		lits = append(lits, n)
	}
	return lits, slices.Repeat(huffman{5}, 32)
}()

// lits makes a code of literals from the lengths of some symbols' codes.
func lits(lengths map[int]int) huffman {
	h := make(huffman, 257)
	for s, n := range lengths {
		h = append(h, make(huffman, max(0, s+1-len(h)))...)
		h[s] = n
	}
	return h
}
