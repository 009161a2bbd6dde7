package scanner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

// visited keeps what a source gives.
type visited struct {
	mu       sync.Mutex
	chunks   []detectors.Chunk
	problems []Problem
	leftOut  []LeftOut
}

func (v *visited) Chunk(c *detectors.Chunk) {
	v.mu.Lock()
	defer v.mu.Unlock()
	kept := *c
	kept.Data = bytes.Clone(c.Data)
	v.chunks = append(v.chunks, kept)
}
func (v *visited) Problem(p Problem)             { v.problems = append(v.problems, p) }
func (v *visited) Unpack(PackedText) bool        { return false }
func (v *visited) LeftOut(l LeftOut)             { v.leftOut = append(v.leftOut, l) }
func (v *visited) Source(string, Source)         {}
func (v *visited) Count(Counter, int64)          {}
func (v *visited) Progress(string, int64, int64) {}
func (v *visited) cutter(max, overlap int) *cutter {
	k := newCutter(v, detectors.Chunk{At: place.Place{Kind: place.File, Path: "f"}})
	k.max, k.overlap = max, overlap
	return k
}

// hit is an occurrence of a word.
type hit struct {
	at   place.Position
	word string
}

// occurrences is a toy detector: it finds words, and owns what a chunk owns.
func occurrences(c *detectors.Chunk, words []string) []hit {
	var hits []hit
	for i := c.From; i < c.To; i++ {
		for _, w := range words {
			if bytes.HasPrefix(c.Data[i:], []byte(w)) {
				hits = append(hits, hit{c.At.Start.After(c.Data[:i]), w})
			}
		}
	}
	return hits
}

// pieces make texts in which characters, ends of line and words lie on seams.
var pieces = []string{"a", "ab", "aab", "b", "\n", "\r\n", " ", "ä", "€", "𝄞", "\xff", "\x80", "\xe2\x82", "\xf0\x9f"}

func TestPartsEqualWhole(t *testing.T) {
	words := []string{"ab", "aab", "b\na", "äa", "\xff"}
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 200).Draw(t, "text"), ""))
		overlap := 2 * rapid.IntRange(4, 12).Draw(t, "half of the overlap")
		max := overlap + utf8.UTFMax + rapid.IntRange(0, 40).Draw(t, "rest of the part")

		whole, inMemory, read := &visited{}, &visited{}, &visited{}
		whole.cutter(1<<20, overlap).cut(text)
		inMemory.cutter(max, overlap).cut(text)
		r := iotest.OneByteReader(bytes.NewReader(text))
		if err := read.cutter(max, overlap).read(context.Background(), r, int64(rapid.IntRange(-1, 300).Draw(t, "size"))); err != nil {
			t.Fatal(err)
		}

		var want []hit
		for i := range whole.chunks {
			want = append(want, occurrences(&whole.chunks[i], words)...)
		}
		var got []hit
		var owned []byte
		for i := range inMemory.chunks {
			c := &inMemory.chunks[i]
			if len(c.Data) > max {
				t.Fatalf("part of %d bytes, most is %d", len(c.Data), max)
			}
			if c.Whole != (len(text) <= max) {
				t.Fatalf("whole is %v for %d bytes of which a part has %d", c.Whole, len(text), max)
			}
			if i > 0 && c.From < overlap/2 {
				t.Fatalf("part %d has %d bytes before what it owns, want %d", i, c.From, overlap/2)
			}
			if i < len(inMemory.chunks)-1 && len(c.Data)-c.To < overlap/2 {
				t.Fatalf("part %d has %d bytes after what it owns, want %d", i, len(c.Data)-c.To, overlap/2)
			}
			owned = append(owned, c.Data[c.From:c.To]...)
			got = append(got, occurrences(c, words)...)
		}
		if !bytes.Equal(owned, text) {
			t.Fatalf("parts own %q, want %q", owned, text)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(hit{})); diff != "" {
			t.Fatalf("hits in the whole (-), in parts (+):\n%s", diff)
		}
		if diff := cmp.Diff(inMemory.chunks, read.chunks); diff != "" {
			t.Fatalf("parts from memory (-), from a reader (+):\n%s", diff)
		}
	})
}

func TestFeedLongText(t *testing.T) {
	line := strings.Repeat("x", 1<<10-1) + "\n"
	for _, size := range []int{MaxChunk - 1, MaxChunk, MaxChunk + 1, 2*MaxChunk + 12345} {
		text := []byte(strings.Repeat(line, size/len(line)+1))[:size]
		var v visited
		if err := Feed(t.Context(), &v, detectors.Chunk{}, bytes.NewReader(text), -1); err != nil {
			t.Fatal(err)
		}
		if got, want := len(v.chunks) == 1, size <= MaxChunk; got != want {
			t.Errorf("%d bytes: given whole: got %v, want %v", size, got, want)
		}
		last := v.chunks[len(v.chunks)-1]
		got, want := last.At.Start.After(last.Data), place.Position{Line: 1, Column: 1}.After(text)
		if got != want {
			t.Errorf("%d bytes: ends at %v, want %v", size, got, want)
		}
	}
}

func TestFeedForms(t *testing.T) {
	const text = "key = ä€𝄞\r\nend"
	utf16With := func(bom string, put func(b []byte, u uint16) []byte) string {
		b := []byte(bom)
		for _, u := range utf16.Encode([]rune(text)) {
			b = put(b, u)
		}
		return string(b)
	}
	little := func(b []byte, u uint16) []byte { return append(b, byte(u), byte(u>>8)) }
	big := func(b []byte, u uint16) []byte { return append(b, byte(u>>8), byte(u)) }
	utf32With := func(bom string, put func(b []byte, u uint32) []byte) string {
		b := []byte(bom)
		for _, r := range text {
			b = put(b, uint32(r))
		}
		return string(b)
	}
	wideLittle := func(b []byte, u uint32) []byte { return append(b, byte(u), byte(u>>8), byte(u>>16), byte(u>>24)) }
	wideBig := func(b []byte, u uint32) []byte { return append(b, byte(u>>24), byte(u>>16), byte(u>>8), byte(u)) }

	const bom = "\ufeff"
	tests := []struct {
		name, data, want string
		binary, packed   bool
	}{
		{name: "empty"},
		{name: "plain", data: text, want: text},
		{name: "Latin-1", data: "m\xf6glich", want: "m\xf6glich"},
		{name: "UTF-16, little-endian", data: utf16With("\xff\xfe", little), want: bom + text},
		{name: "UTF-16, big-endian", data: utf16With("\xfe\xff", big), want: bom + text},
		{name: "UTF-32, little-endian", data: utf32With("\xff\xfe\x00\x00", wideLittle), want: bom + text},
		{name: "UTF-32, big-endian", data: utf32With("\x00\x00\xfe\xff", wideBig), want: bom + text},
		{name: "UTF-16, half a character pair", data: "\xfe\xff\xd8\x34\x00a", want: bom + "\ufffda"},
		{name: "UTF-16, half a pair at the end", data: "\xfe\xff\xd8\x34", want: bom + "\ufffd"},
		{name: "UTF-16, half a unit", data: "\xff\xfea\x00b", want: bom + "a\ufffd"},
		{name: "UTF-16, longer than what is looked at", data: "\xff\xfe" + strings.Repeat("a\x00", sniffed), want: bom + strings.Repeat("a", sniffed)},
		{name: "UTF-16 with a NUL", data: "\xff\xfea\x00\x00\x00", want: bom + "a\x00", binary: true},
		{name: "NUL", data: "a\x00b", want: "a\x00b", binary: true},
		{name: "NUL after what is looked at", data: strings.Repeat("a", sniffed) + "\x00", want: strings.Repeat("a", sniffed) + "\x00"},
		{name: "PNG", data: "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", packed: true},
		{name: "ZIP", data: "PK\x03\x04\x14\x00\x00\x00", packed: true},
		{name: "MP4", data: "\x00\x00\x00\x18ftypmp42", packed: true},
		{name: "PDF", data: "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00", packed: true},
		{name: "a text that begins like packed data", data: "PK\x03\x04 is how a ZIP begins", want: "PK\x03\x04 is how a ZIP begins"},
		{name: "Latin-1 that begins like packed data", data: "RIFF ist m\xf6glich", want: "RIFF ist m\xf6glich"},
		{name: "a character on the edge of what is looked at", data: strings.Repeat("a", sniffed-1) + "ä", want: strings.Repeat("a", sniffed-1) + "ä"},
		{name: "tar holds text as it is", data: ".env" + strings.Repeat("\x00", 253) + "ustar", want: ".env" + strings.Repeat("\x00", 253) + "ustar", binary: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read, inMemory := &visited{}, &visited{}
			c := detectors.Chunk{At: place.Place{Root: "r", Path: "f"}}
			if err := Feed(t.Context(), read, c, strings.NewReader(tt.data), int64(len(tt.data))); err != nil {
				t.Fatal(err)
			}
			FeedBytes(inMemory, c, []byte(tt.data))
			if diff := cmp.Diff(read.chunks, inMemory.chunks); diff != "" {
				t.Errorf("read (-), from memory (+):\n%s", diff)
			}
			var got string
			for _, c := range read.chunks {
				got += string(c.Data)
				if c.Binary != tt.binary {
					t.Errorf("binary: got %v, want %v", c.Binary, tt.binary)
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			var leftOut []LeftOut
			if tt.packed {
				leftOut = []LeftOut{{Reason: Packed, What: "r/f"}}
			}
			if diff := cmp.Diff(leftOut, read.leftOut); diff != "" {
				t.Errorf("left out: want (-), got (+):\n%s", diff)
			}
		})
	}
}

func TestFeedGivesWhatCameBeforeAnError(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{"short", strings.Repeat("long", sniffed)} {
		var v visited
		r := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
		if err := Feed(t.Context(), &v, detectors.Chunk{}, r, 1<<40); !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
		if len(v.chunks) != 1 || string(v.chunks[0].Data) != text {
			t.Errorf("got %d chunks, want one with the %d bytes before the error", len(v.chunks), len(text))
		}
	}
}

func TestFeedStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := readerFunc(func(p []byte) (int, error) {
		cancel()
		return copy(p, bytes.Repeat([]byte{'a'}, len(p))), nil // what p held may look like an image, which is left out
	})
	if err := Feed(ctx, &visited{}, detectors.Chunk{}, endless, -1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func FuzzFeed(f *testing.F) {
	f.Add([]byte("key = value\n"), 10)
	f.Add([]byte("\xff\xfeh\x00i\x00"), 3)
	f.Add([]byte("a\x00b"), 0)
	f.Add([]byte("PK\x03\x04\x00"), 1)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		const max, overlap = 64, 16
		read, inMemory := &visited{}, &visited{}
		if err := read.cutter(max, overlap).read(t.Context(), bytes.NewReader(data), int64(size)); err != nil {
			t.Fatal(err)
		}
		inMemory.cutter(max, overlap).cut(data)
		if diff := cmp.Diff(read.chunks, inMemory.chunks); diff != "" {
			t.Fatalf("read (-), from memory (+):\n%s", diff)
		}
		end := place.Position{Line: 1, Column: 1}
		for _, c := range read.chunks {
			if got := c.At.Start.After(c.Data[:c.From]); got != end {
				t.Fatalf("a part owns from %v, the one before to %v", got, end)
			}
			end = c.At.Start.After(c.Data[:c.To])
		}
	})
}

func BenchmarkFeed(b *testing.B) {
	text := make([]byte, 4*MaxChunk)
	for i := range text {
		text[i] = "abcdefgh\n"[rand.IntN(9)]
	}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := Feed(b.Context(), discard{}, detectors.Chunk{}, bytes.NewReader(text), int64(len(text))); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Chunk(*detectors.Chunk)        {}
func (discard) Problem(Problem)               {}
func (discard) Unpack(PackedText) bool        { return false }
func (discard) LeftOut(LeftOut)               {}
func (discard) Source(string, Source)         {}
func (discard) Count(Counter, int64)          {}
func (discard) Progress(string, int64, int64) {}
