package inflate

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// deflate makes a stream of a level from -2 (no matches) to 9.
func deflate(t rapid.TB, data []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

// reference inflates up to n bytes with compress/zlib, and says whether the stream
// is right up to there: with its end and its checksum, if it ends there.
func reference(src []byte, n int) (data []byte, whole, beginning bool) {
	z, err := zlib.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, false, false
	}
	data = make([]byte, n)
	got, err := io.ReadFull(z, data)
	if got < n {
		return data[:got], false, false
	}
	if n == 0 || err == nil {
		_, err = io.ReadFull(z, make([]byte, 1))
	}
	return data, err == io.EOF, true
}

// compare checks a decoder against compress/zlib: it takes the same streams, but
// for those with a preset dictionary, and makes the same of them. It may not see
// that a beginning is right if it isn't the beginning of a right stream. It gives
// what the decoder took.
func compare(t rapid.TB, d *Decoder, src []byte, n int) (whole, beginning bool) {
	t.Helper()
	want, wantWhole, wantBeginning := reference(src, n)
	// What lies around is to be left alone.
	const margin = 40
	around := bytes.Repeat([]byte{0xa5}, n+2*margin)
	dst := around[margin : margin+n]
	check := func(what string, took, allowed, must bool) {
		t.Helper()
		switch {
		case took && !allowed:
			t.Fatalf("%s took what compress/zlib doesn't: %d bytes from %x", what, n, src)
		case must && !took:
			t.Fatalf("%s didn't take what compress/zlib does: %d bytes from %x", what, n, src)
		case took && !bytes.Equal(dst, want):
			t.Fatalf("%s made another content: %d bytes from %x", what, n, src)
		}
		for i, c := range around {
			if (i < margin || i >= margin+n) && c != 0xa5 {
				t.Fatalf("%s wrote out of bounds: %d bytes from %x", what, n, src)
			}
		}
	}
	plain := len(src) > 1 && src[1]&0x20 == 0
	whole = d.Whole(dst, src)
	check("Whole", whole, wantWhole, wantWhole && plain)
	clear(dst)
	beginning = d.Beginning(dst, src)
	check("Beginning", beginning, wantBeginning, wantWhole && plain)
	return whole, beginning
}

// contents draws what streams may have as content: noise, text of few or many
// different bytes, repetitions, or a mixture.
var contents = rapid.Custom(func(t *rapid.T) []byte {
	rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	size := rapid.SampledFrom([]int{0, 20, 300, 5_000, 300_000}).Draw(t, "size")
	size = rapid.IntRange(0, size).Draw(t, "exact size")
	kinds := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 4).Draw(t, "kinds")
	var data []byte
	for len(data) < size {
		length := 1 + rnd.IntN(min(1+size/2, 70_000))
		switch kinds[rnd.IntN(len(kinds))] {
		case 0:
			for range length {
				data = append(data, byte(rnd.Uint32()))
			}
		case 1: // some bytes are much more frequent, so codes become long
			for range length {
				data = append(data, byte(rnd.ExpFloat64()*5))
			}
		case 2:
			word := make([]byte, 1+rnd.IntN(40))
			for i := range word {
				word[i] = byte('a' + rnd.IntN(26))
			}
			data = append(data, bytes.Repeat(word, 1+length/len(word))...)
		case 3:
			for n := 0; n < length; {
				from := rnd.IntN(len(data) + 1)
				piece := data[from:min(len(data), from+1+rnd.IntN(30))]
				data = append(append(data, piece...), byte(rnd.IntN(8)))
				n += len(piece) + 1
			}
		}
	}
	return data[:size]
})

// TestStreams: every stream that compress/zlib writes is decoded, whatever follows.
func TestStreams(t *testing.T) {
	var d Decoder
	rapid.Check(t, func(t *rapid.T) {
		data := contents.Draw(t, "content")
		level := rapid.IntRange(zlib.HuffmanOnly, zlib.BestCompression).Draw(t, "level")
		var b bytes.Buffer
		z, _ := zlib.NewWriterLevel(&b, level)
		for rest := data; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "write")
			_, _ = z.Write(rest[:n])
			if rapid.Bool().Draw(t, "flush") {
				_ = z.Flush()
			}
			rest = rest[n:]
			if rapid.IntRange(0, 3).Draw(t, "more writes") == 0 {
				_, _ = z.Write(rest)
				break
			}
		}
		_ = z.Close()
		stream := append(b.Bytes(), rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "behind")...)
		src := slices.Clip(stream)
		if whole, beginning := compare(t, &d, src, len(data)); !whole || !beginning {
			t.Fatalf("not taken: whole %v, beginning %v", whole, beginning)
		}
		n := rapid.IntRange(0, len(data)).Draw(t, "beginning")
		if whole, beginning := compare(t, &d, src, n); whole != (n == len(data)) || !beginning {
			t.Fatalf("%d of %d bytes: whole %v, beginning %v", n, len(data), whole, beginning)
		}
		if whole, _ := compare(t, &d, src, len(data)+1); whole {
			t.Fatal("a longer content was taken")
		}
	})
}

// TestDamage: of streams with some bits changed or missing, none is taken that
// compress/zlib doesn't take.
func TestDamage(t *testing.T) {
	var d Decoder
	wholes, beginnings := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		data := contents.Draw(t, "content")
		src := deflate(t, data, rapid.IntRange(zlib.HuffmanOnly, zlib.BestCompression).Draw(t, "level"))
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			// Early ones are in the codes.
			at := rapid.IntRange(0, rapid.SampledFrom([]int{min(80, len(src)-1), len(src) - 1}).Draw(t, "up to")).Draw(t, "at")
			src[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		}
		src = slices.Clip(src[:len(src)-rapid.SampledFrom([]int{0, 0, 1, 4, 5, len(src) / 2}).Draw(t, "missing")])
		whole, beginning := compare(t, &d, src, len(data))
		if whole {
			wholes++
		}
		if beginning {
			beginnings++
		}
		n := rapid.IntRange(0, len(data)+300).Draw(t, "another size")
		compare(t, &d, src, n)
		compare(t, &d, src, min(n, 18))
	})
	if wholes == 0 || beginnings <= wholes {
		t.Errorf("%d streams were taken whole, %d beginnings", wholes, beginnings)
	}
}
