package match

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// marked gives what each version of mark says of a text's blocks, and the reference:
// one window after the other.
func (s *windowSet) marked(text []byte) (fast, plain, want []uint64) {
	n := max(0, len(text)-beyond) / block
	fast, plain, want = make([]uint64, n), make([]uint64, n), make([]uint64, n)
	for i := range fast {
		fast[i], plain[i] = ^uint64(0), ^uint64(0) // to be cleared
	}
	s.mark(text, fast)
	s.markPlain(text, plain)
	for at := 0; at < n*block; at += 2 {
		if i := index(binary.LittleEndian.Uint32(text[at:])); s[i/32]>>(i%32)&1 != 0 {
			want[at/block] |= 1 << (at % block)
		}
	}
	return fast, plain, want
}

func compareMarks(t failer, s *windowSet, text []byte) (marks int) {
	fast, plain, want := s.marked(text)
	if diff := cmp.Diff(want, fast); diff != "" {
		t.Fatalf("mark of %q (-want +got):\n%s", text, diff)
	}
	if diff := cmp.Diff(want, plain); diff != "" {
		t.Fatalf("markPlain of %q (-want +got):\n%s", text, diff)
	}
	for _, m := range want {
		marks += bits.OnesCount64(m)
	}
	return marks
}

// TestMark compares on sets of a few windows and texts of those, and of others that
// differ from them by a bit.
func TestMark(t *testing.T) {
	marks := 0
	rapid.Check(t, func(t *rapid.T) {
		windows := rapid.SliceOfN(rapid.Uint32(), 1, 8).Draw(t, "windows")
		var s windowSet
		for _, w := range windows {
			s.add(fingerprint{w, ^uint32(0)})
		}
		text := make([]byte, rapid.IntRange(0, 2).Draw(t, "shift"))
		for range rapid.IntRange(0, 80).Draw(t, "length") {
			w := rapid.SampledFrom(windows).Draw(t, "window")
			if bit := rapid.IntRange(0, 64).Draw(t, "bit"); bit < 32 {
				w ^= 1 << bit
			}
			text = binary.LittleEndian.AppendUint32(text, w)
		}
		marks += compareMarks(t, &s, text)
	})
	if marks == 0 {
		t.Error("no window of any text is in a set")
	}
}

// TestMarkOnSource compares with the built-in rules' windows on Go's source.
func TestMarkOnSource(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	text := bytes.Join(source(t, 1<<20), nil)
	if marks := compareMarks(t, &compile(t, set).prefilter.windows, text); marks < 1000 {
		t.Errorf("%d windows of %d bytes may show a fingerprint, want more", marks, len(text))
	}
}

// TestIndexes holds that a fingerprint's indexes are those of all windows that show it.
func TestIndexes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value, window := rapid.Uint32().Draw(t, "value"), rapid.Uint32().Draw(t, "window")
		mask := rapid.SampledFrom([]uint32{0xffffffff, 0xdfffdfff, 0xffffff00, 0x00ffffdf, 0x0000ffff}).Draw(t, "mask")
		f := fingerprint{value & mask, mask}
		window = window&^mask | f.value
		found := 0
		for i := range f.indexes(indexed) {
			if i == index(window) {
				found++
			}
			if shown := (i ^ index(window)) & index(mask); shown != 0 {
				t.Fatalf("%v has index %#x, that of a window that differs from it", f, i)
			}
		}
		if found != 1 {
			t.Fatalf("%v has the index of window %#x, which shows it, %d times", f, window, found)
		}
	})
}
