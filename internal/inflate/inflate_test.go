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

// random draws a source of numbers that aren't mostly small, as rapid's are.
func random(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
}

// content is what a stream may have as such: noise, text of bytes that are more and
// less frequent, repetitions, or a mixture.
func content(rnd *rand.Rand) []byte {
	size := rnd.IntN([]int{20, 300, 5_000, 300_000}[rnd.IntN(4)])
	kinds := rnd.Perm(4)[:1+rnd.IntN(4)]
	var data []byte
	for len(data) < size {
		length := 1 + rnd.IntN(min(1+size/2, 70_000))
		switch kinds[rnd.IntN(len(kinds))] {
		case 0:
			for range length {
				data = append(data, byte(rnd.Uint32()))
			}
		case 1: // codes become long
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
}

func level(rnd *rand.Rand) int {
	return zlib.HuffmanOnly + rnd.IntN(zlib.BestCompression-zlib.HuffmanOnly+1)
}

// TestStreams: every stream that compress/zlib writes is decoded, whatever follows.
func TestStreams(t *testing.T) {
	var d Decoder
	rapid.Check(t, func(t *rapid.T) {
		rnd := random(t)
		data := content(rnd)
		var b bytes.Buffer
		z, _ := zlib.NewWriterLevel(&b, level(rnd))
		for rest := data; len(rest) > 0; {
			n := len(rest)
			if rnd.IntN(4) > 0 {
				n = 1 + rnd.IntN(n)
			}
			_, _ = z.Write(rest[:n])
			_ = z.Flush()
			rest = rest[n:]
		}
		_ = z.Close()
		src := slices.Clip(append(b.Bytes(), make([]byte, rnd.IntN(20))...))
		if whole, beginning := compare(t, &d, src, len(data)); !whole || !beginning {
			t.Fatalf("not taken: whole %v, beginning %v", whole, beginning)
		}
		n := rnd.IntN(len(data) + 1)
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
		rnd := random(t)
		data := content(rnd)
		src := deflate(t, data, level(rnd))
		for range rnd.IntN(4) {
			at := rnd.IntN(len(src))
			if rnd.IntN(2) == 0 {
				at = rnd.IntN(min(80, len(src))) // in the codes
			}
			src[at] ^= 1 << rnd.IntN(8)
		}
		missing := []int{0, 0, 1, 4, 5, len(src) / 2}[rnd.IntN(6)]
		src = slices.Clip(src[:len(src)-missing])
		whole, beginning := compare(t, &d, src, len(data))
		if whole {
			wholes++
		}
		if beginning {
			beginnings++
		}
		n := rnd.IntN(len(data) + 300)
		compare(t, &d, src, n)
		compare(t, &d, src, min(n, 18))
	})
	if wholes == 0 || beginnings <= wholes {
		t.Errorf("%d streams were taken whole, %d beginnings", wholes, beginnings)
	}
}
