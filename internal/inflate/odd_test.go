package inflate

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	stdadler "hash/adler32"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"
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

// TestOddStreams are streams that compress/zlib never writes.
func TestOddStreams(t *testing.T) {
	ab := lits(map[int]int{'a': 2, 'b': 2, 256: 2, 257: 2}) // 257 is a match of 3 bytes
	deep := lits(map[int]int{'b': 15, 'a': 15, 256: 14, 257: 13})
	for n := 1; n <= 12; n++ {
		deep['c'+n] = n
	}
	manyDists := make(huffman, 30)
	for n := range manyDists {
		manyDists[n] = min(n+1, 15)
	}
	copy(manyDists[14:], huffman{15, 15})
	clear(manyDists[16:])
	repeated := make(huffman, 19) // lengths of 1 and 2, and repeats of both kinds
	repeated[1], repeated[2], repeated[16], repeated[18] = 2, 2, 2, 2
	for _, test := range []struct {
		name  string
		right bool
		write func(w *bitWriter)
	}{
		{"stored blocks", true, func(w *bitWriter) {
			w.stored(false, nil)
			w.stored(false, []byte("ab"))
			w.stored(false, make([]byte, 1<<16-1))
			w.stored(true, []byte("c"))
		}},
		{"empty stored block", true, func(w *bitWriter) { w.stored(true, nil) }},
		{"stored block with a wrong length", false, func(w *bitWriter) {
			w.stored(true, []byte("ab"))
			w.out[3] ^= 1
		}},
		{"stored block with too little", false, func(w *bitWriter) {
			w.stored(true, []byte("ab"))
			w.out = w.out[:6]
		}},
		{"empty fixed blocks, and stored ones between", true, func(w *bitWriter) {
			for i := range 200 {
				w.block(i == 199, fixedBlock)
				w.symbols(fixedLits, 256)
				if i%7 == 0 {
					w.stored(false, []byte("a"))
				}
			}
		}},
		{"many blocks with their own codes", true, func(w *bitWriter) {
			for i := range 100 {
				w.own(i == 99, ab, huffman{1, 1})
				w.symbols(ab, 'a', 'b', 256)
			}
		}},
		{"no last block", false, func(w *bitWriter) { w.stored(false, []byte("a")) }},
		{"unknown kind of block", false, func(w *bitWriter) { w.block(true, 3) }},
		{"literals of the fixed code", true, func(w *bitWriter) {
			w.block(true, fixedBlock)
			for i := range 256 {
				w.symbol(fixedLits, i)
			}
			w.symbols(fixedLits, 256)
		}},
		{"fixed length that there isn't", false, func(w *bitWriter) {
			w.block(true, fixedBlock)
			w.symbols(fixedLits, 'a', 286)
			w.symbols(fixedDists, 0)
			w.symbols(fixedLits, 256)
		}},
		{"fixed distance that there isn't", false, func(w *bitWriter) {
			w.stored(false, make([]byte, 1<<15))
			w.block(true, fixedBlock)
			w.symbols(fixedLits, 257)
			w.symbols(fixedDists, 30)
			w.symbols(fixedLits, 256)
		}},
		{"longest match from farthest back", true, func(w *bitWriter) {
			w.stored(false, []byte("0123456789"))
			w.stored(false, make([]byte, 1<<15-5))
			w.block(true, fixedBlock)
			for _, length := range []int{285, 284} { // 258, and so with 5 bits more
				w.symbols(fixedLits, length)
				if length == 284 {
					w.bits(31, 5)
				}
				w.symbols(fixedDists, 29)
				w.bits(1<<13-1, 13)
			}
			w.symbols(fixedLits, 256)
		}},
		{"match from before the beginning", false, func(w *bitWriter) {
			w.block(true, fixedBlock)
			w.symbols(fixedLits, 'a', 257)
			w.symbols(fixedDists, 1)
			w.symbols(fixedLits, 256)
		}},
		{"one distance, of one bit", true, func(w *bitWriter) {
			w.own(true, ab, huffman{1})
			w.symbols(ab, 'a', 257)
			w.bits(0, 1)
			w.symbols(ab, 'b', 256)
		}},
		{"the other bit", false, func(w *bitWriter) {
			w.own(true, ab, huffman{1})
			w.symbols(ab, 'a', 257)
			w.bits(1, 1)
			w.symbols(ab, 'b', 256)
		}},
		{"one distance, of two bits", false, func(w *bitWriter) {
			w.own(true, ab, huffman{2})
			w.symbols(ab, 'a', 256)
		}},
		{"two distances that aren't all", false, func(w *bitWriter) {
			w.own(true, ab, huffman{1, 2})
			w.symbols(ab, 'a', 256)
		}},
		{"no distances", true, func(w *bitWriter) {
			w.own(true, ab, huffman{0})
			w.symbols(ab, 'a', 'b', 256)
		}},
		{"no distances, and a match", false, func(w *bitWriter) {
			w.own(true, ab, huffman{0})
			w.symbols(ab, 'a', 257, 'b', 256)
		}},
		{"nothing but an end", true, func(w *bitWriter) {
			end := lits(map[int]int{256: 1})
			w.own(true, end, huffman{0})
			w.symbols(end, 256)
		}},
		{"no end", false, func(w *bitWriter) {
			w.own(true, lits(map[int]int{'a': 1, 'b': 1}), huffman{0})
			w.bits(0, 20)
		}},
		{"no literals", false, func(w *bitWriter) {
			w.own(true, lits(nil), huffman{0})
			w.bits(0, 20)
		}},
		{"literals that aren't all", false, func(w *bitWriter) {
			h := lits(map[int]int{'a': 2, 'b': 2, 256: 2})
			w.own(true, h, huffman{1, 1})
			w.symbols(h, 'a', 256)
		}},
		{"too many literals", false, func(w *bitWriter) {
			h := lits(map[int]int{'a': 1, 'b': 1, 256: 2})
			w.own(true, h, huffman{1, 1})
			w.symbols(h, 'a', 256)
		}},
		{"too many distances", false, func(w *bitWriter) {
			w.own(true, ab, huffman{1, 1, 1})
			w.symbols(ab, 'a', 256)
		}},
		{"codes of all lengths", true, func(w *bitWriter) {
			w.own(true, deep, manyDists)
			for s, n := range deep {
				if n > 0 && s < 256 {
					w.symbol(deep, s)
				}
			}
			for s := range 6 {
				w.symbols(deep, 257)
				w.symbols(manyDists, s)
				w.bits(0, max(0, s/2-1))
			}
			w.symbols(deep, 'b', 'a', 256)
		}},
		{"more literals than there are", false, func(w *bitWriter) {
			h := lits(map[int]int{'a': 1, 256: 2, 286: 2})
			w.own(true, h, huffman{1, 1})
			w.symbols(h, 'a', 256)
		}},
		{"more distances than there are", false, func(w *bitWriter) {
			h := make(huffman, 31)
			h[0], h[30] = 1, 1
			w.own(true, ab, h)
			w.symbols(ab, 'a', 256)
		}},
		{"a repeated length from literals to distances", true, func(w *bitWriter) {
			w.codes(true, 257, 4, repeated)
			w.symbols(repeated, 18)
			w.bits(138-11, 7)
			w.symbols(repeated, 18)
			w.bits(115-11, 7)
			w.symbols(repeated, 2, 16) // of 4 literals, and the first distances
			w.bits(6-3, 2)
			w.symbols(repeated, 2)
			h := lits(map[int]int{253: 2, 254: 2, 255: 2, 256: 2})
			w.symbols(h, 253, 254, 255, 256)
		}},
		{"a repeated length, and none before", false, func(w *bitWriter) {
			w.codes(true, 257, 1, repeated)
			w.symbols(repeated, 16)
			w.bits(0, 2)
			w.symbols(repeated, 18)
			w.bits(138-11, 7)
			w.symbols(repeated, 18)
			w.bits(114-11, 7)
			w.symbols(repeated, 1, 1, 1)
			w.symbols(lits(map[int]int{255: 1, 256: 1}), 255, 256)
		}},
		{"more repeated lengths than there are", false, func(w *bitWriter) {
			w.codes(true, 257, 1, repeated)
			w.symbols(repeated, 18)
			w.bits(138-11, 7)
			w.symbols(repeated, 18)
			w.bits(117-11, 7)
			w.symbols(repeated, 1, 1, 18)
			w.bits(0, 7)
			w.symbols(lits(map[int]int{255: 1, 256: 1}), 255, 256)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w bitWriter
			test.write(&w)
			src := w.stream()
			data, _ := io.ReadAll(flate.NewReader(bytes.NewReader(w.out)))
			var d Decoder
			if whole, _ := compare(t, &d, src, len(data)); whole != test.right {
				t.Errorf("taken: got %v, want %v", whole, test.right)
			}
			// With room for more, a decoder that took what is wrong would show.
			for n := range 400 {
				compare(t, &d, src, n)
				compare(t, &d, src, len(data)+n)
			}
			for n := range src {
				if len(src) > 2000 && n == 100 {
					break
				}
				if whole, _ := compare(t, &d, slices.Clip(src[:n]), len(data)); whole {
					t.Errorf("taken without the last %d bytes", len(src)-n)
				}
			}
		})
	}
}

// TestZerosBehind: zeros behind a content may have no effect on its checksum.
func TestZerosBehind(t *testing.T) {
	data := append(bytes.Repeat([]byte{0xff}, 256), 0xf0) // 65520 in sum
	dst := append(bytes.Clone(data), 0)
	if stdadler.Checksum(dst) != stdadler.Checksum(data) {
		t.Fatal("they have one here")
	}
	var d Decoder
	if d.Whole(dst, deflate(t, data, 6)) {
		t.Error("a longer content was taken")
	}
}

func TestHeaders(t *testing.T) {
	var d Decoder
	taken := 0
	stream := deflate(t, []byte("some text"), 6)
	for head := range 1 << 16 {
		binary.BigEndian.PutUint16(stream, uint16(head))
		if whole, _ := compare(t, &d, stream, len("some text")); whole {
			taken++
		}
	}
	// Eight sizes of the window, and of four levels one check each.
	if taken != 8*4 {
		t.Errorf("%d headers were taken", taken)
	}
}

// TestMatches: matches of all lengths and of distances that overlap with what they
// make, at the end of the content and before.
func TestMatches(t *testing.T) {
	var d Decoder
	for distance := 1; distance <= 40; distance++ {
		for length := 3; length <= 100; length++ {
			data := make([]byte, distance, distance+length)
			for i := range data {
				data[i] = byte(i)
			}
			for i := range length {
				data = append(data, data[i])
			}
			for behind := range []int{0, 1, 15, 16, 17} {
				all := append(slices.Clip(data), bytes.Repeat([]byte{'x'}, behind)...)
				compare(t, &d, deflate(t, all, zlib.BestCompression), len(all))
			}
		}
	}
}

// codes draws a complete code of n symbols, of which one must have one.
func codes(t *rapid.T, n, one int) huffman {
	h := make(huffman, n)
	have := []int{one, (one + 1) % n}
	h[have[0]], h[have[1]] = 1, 1
	for range rapid.IntRange(0, n-2).Draw(t, "symbols") {
		old := rapid.SampledFrom(have).Draw(t, "symbol")
		if h[have[len(have)-1]] < 15 && rapid.Bool().Draw(t, "the last again") {
			old = have[len(have)-1] // so that codes become long
		}
		s := rapid.IntRange(0, n-1).Draw(t, "new symbol")
		if h[s] > 0 || h[old] == 15 {
			continue
		}
		h[old]++
		h[s] = h[old]
		have = append(have, s)
	}
	return h
}

// TestRandomCodes: blocks with any codes, and symbols of them at random. Some have
// matches from too far back.
func TestRandomCodes(t *testing.T) {
	var d Decoder
	right := 0
	rapid.Check(t, func(t *rapid.T) {
		var w bitWriter
		w.stored(false, []byte("there is something to match"))
		lits := codes(t, rapid.IntRange(257, maxLits).Draw(t, "lits"), 256)
		dists := codes(t, rapid.IntRange(2, maxDists).Draw(t, "dists"), 0)
		w.own(true, lits, dists)
		for range rapid.IntRange(0, 60).Draw(t, "content") {
			s := rapid.IntRange(0, len(lits)-1).Draw(t, "symbol")
			if lits[s] == 0 || s == 256 {
				continue
			}
			w.symbol(lits, s)
			if s < 256 {
				continue
			}
			w.bits(rapid.IntRange(0, 31).Draw(t, "extra"), int(litSymbols[s]&15))
			dist := rapid.IntRange(0, len(dists)-1).Draw(t, "dist")
			if dists[dist] == 0 || dist > 8 && rapid.IntRange(0, 9).Draw(t, "near") > 0 {
				dist = 0
			}
			w.symbol(dists, dist)
			w.bits(rapid.IntRange(0, 1<<13-1).Draw(t, "extra"), int(distSymbols[dist]&15))
		}
		w.symbol(lits, 256)
		data, err := io.ReadAll(flate.NewReader(bytes.NewReader(w.out)))
		whole, _ := compare(t, &d, w.stream(), len(data))
		if whole != (err == nil) {
			t.Fatalf("taken: %v, and compress/flate says %v", whole, err)
		}
		if whole {
			right++
		}
	})
	if right == 0 {
		t.Error("no stream was right")
	}
}

func TestAdler32(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := contents.Draw(t, "content")
		if rapid.Bool().Draw(t, "the highest sums") {
			data = bytes.Repeat([]byte{0xff}, len(data))
		}
		if got, want := adler32(data), stdadler.Checksum(data); got != want {
			t.Fatalf("got %x, want %x of %d bytes", got, want, len(data))
		}
	})
}

// FuzzInflate compares with compress/zlib what is made of any stream. Because no
// fuzzer finds checksums, the right one is put there if data inflates.
func FuzzInflate(f *testing.F) {
	for level := zlib.HuffmanOnly; level <= zlib.BestCompression; level++ {
		f.Add(deflate(f, bytes.Repeat([]byte("to be or not to be, "), 20), level)[2:], uint(400))
		f.Add(deflate(f, []byte("short"), level)[2:], uint(5))
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, data []byte, n uint) {
		const most = 1 << 20
		stream := slices.Concat([]byte{0x78, 0x9c}, data)
		compare(t, &d, stream, int(n%2000))
		in := bytes.NewReader(data)
		content, err := io.ReadAll(io.LimitReader(flate.NewReader(in), most))
		if err != nil || len(content) == most {
			return
		}
		stream = slices.Concat([]byte{0x78, 0x9c}, data[:len(data)-in.Len()])
		stream = binary.BigEndian.AppendUint32(stream, stdadler.Checksum(content))
		if whole, beginning := compare(t, &d, stream, len(content)); !whole || !beginning {
			t.Fatalf("%d bytes were not taken from %x", len(content), stream)
		}
		compare(t, &d, append(stream, data...), len(content))
		compare(t, &d, stream, int(n%uint(len(content)+1)))
	})
}
