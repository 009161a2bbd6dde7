package inflate

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	stdadler "hash/adler32"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

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

// TestCutOff: compress/flate decodes no literal before it has as many bits as the
// end of a block takes.
func TestCutOff(t *testing.T) {
	h := lits(map[int]int{'a': 1, 256: 15, 257: 15})
	for n := 2; n < 15; n++ {
		h['a'+n] = n
	}
	var w bitWriter
	w.own(true, h, huffman{1})
	w.symbols(h, slices.Repeat([]int{'a'}, 50)...)
	w.symbol(h, 256)
	src := w.stream()
	var d Decoder
	beginnings := 0
	for cut := range src {
		for n := range 50 {
			if _, beginning := compare(t, &d, slices.Clip(src[:cut]), n); beginning && n > 0 {
				beginnings++
			}
		}
	}
	if beginnings == 0 {
		t.Error("no beginning was taken")
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
		for _, length := range []int{3, 4, 8, 15, 16, 17, 31, 32, 33, 100, 258, 300} {
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

// randomCode is a complete code of n symbols, of which one must have one.
func randomCode(rnd *rand.Rand, n, one int) huffman {
	h := make(huffman, n)
	have := []int{one, (one + 1) % n}
	h[have[0]], h[have[1]] = 1, 1
	again := rnd.Float64()
	for range rnd.IntN(2 * n) {
		old := have[rnd.IntN(len(have))]
		if last := have[len(have)-1]; h[last] < maxBits && rnd.Float64() < again {
			old = last // so that codes become long
		}
		if s := rnd.IntN(n); h[s] == 0 && h[old] < maxBits {
			h[old]++
			h[s] = h[old]
			have = append(have, s)
		}
	}
	return h
}

// TestRandomCodes: blocks with any codes, and symbols of them at random. Some have
// matches from too far back.
func TestRandomCodes(t *testing.T) {
	var d Decoder
	right, wrong := 0, 0
	for seed := range uint64(2000) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		var w bitWriter
		w.stored(false, []byte("there is something to match"))
		lits := randomCode(rnd, 257+rnd.IntN(maxLits-256), 256)
		dists := randomCode(rnd, 2+rnd.IntN(maxDists-1), 0)
		w.own(true, lits, dists)
		for range rnd.IntN(100) {
			s := rnd.IntN(len(lits))
			if lits[s] == 0 || s == 256 {
				continue
			}
			w.symbol(lits, s)
			if s < 256 {
				continue
			}
			w.bits(rnd.IntN(32), int(litSymbols[s]&15))
			dist := rnd.IntN(len(dists))
			if dists[dist] == 0 || dist > 8 && rnd.IntN(5) > 0 {
				dist = 0
			}
			w.symbol(dists, dist)
			w.bits(rnd.IntN(1<<13), int(distSymbols[dist]&15))
		}
		w.symbol(lits, 256)
		data, err := io.ReadAll(flate.NewReader(bytes.NewReader(w.out)))
		whole, _ := compare(t, &d, w.stream(), len(data))
		if whole != (err == nil) {
			t.Fatalf("seed %d: taken %v, and compress/flate says %v", seed, whole, err)
		}
		if whole {
			right++
		} else {
			wrong++
		}
	}
	if right < 1000 || wrong < 10 {
		t.Errorf("%d streams were right and %d wrong", right, wrong)
	}
}

func TestAdler32(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rnd := random(t)
		data := content(rnd)
		if rnd.IntN(2) == 0 { // the highest sums
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
