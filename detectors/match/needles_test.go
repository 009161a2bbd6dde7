package match

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// stand is a needle, by its number, and where it stands.
type stand struct{ Needle, At int }

// standing gives what Find finds.
func (n *Needles) standing(t Text) (all []stand) {
	n.Find(t, func(needle int32, at int) { all = append(all, stand{int(needle), at}) })
	return all
}

// standingSlowly compares each needle with each place of a text.
func standingSlowly(needles []Needle, text []byte) (all []stand) {
	for at := range text {
		for i, n := range needles {
			if strings.HasPrefix(string(text[at:]), string(n[:])) {
				all = append(all, stand{i, at})
			}
		}
	}
	return all
}

// drawNeedles draws needles of few different characters, NUL among them, that all differ.
func drawNeedles(t *rapid.T) []Needle {
	texts := rapid.SliceOfNDistinct(rapid.StringOfN(rapid.RuneFrom([]rune("ab\x00")), NeedleSize, NeedleSize, NeedleSize), 0, 20, rapid.ID[string]).Draw(t, "needles")
	var needles []Needle
	for _, text := range texts {
		needles = append(needles, Needle([]byte(text)))
	}
	return needles
}

func TestNeedles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		needles := drawNeedles(t)
		text := []byte(rapid.StringOfN(rapid.RuneFrom([]rune("aab\x00")), 0, 200, -1).Draw(t, "text"))
		if diff := cmp.Diff(standingSlowly(needles, text), NewNeedles(needles).standing(Text{Data: text})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	})
}

// TestNeedlesInherited shows that what is known of the text before changes nothing, over
// some versions of a text.
func TestNeedlesInherited(t *testing.T) {
	inherited := 0
	rapid.Check(t, func(t *rapid.T) {
		needles := drawNeedles(t)
		n := NewNeedles(needles)
		own := rapid.StringOfN(rapid.RuneFrom([]rune("aab\x00")), 0, 30, -1)
		text := []byte(own.Draw(t, "first"))
		var trace *Trace
		var copied []Copy
		for range 4 {
			next := &Trace{}
			got := n.standing(Text{Data: text, Base: trace, Copied: copied, Trace: next})
			if diff := cmp.Diff(standingSlowly(needles, text), got); diff != "" {
				t.Fatalf("%q, of which %v is copied (-want +got):\n%s", text, copied, diff)
			}
			if trace != nil {
				inherited += len(got)
			}
			base := text
			var pieces []piece
			for range rapid.IntRange(0, 4).Draw(t, "pieces") {
				p := piece{own: own.Draw(t, "own")}
				if len(base) > 0 {
					p.from = rapid.IntRange(0, len(base)-1).Draw(t, "from")
					p.len = rapid.IntRange(0, len(base)-p.from).Draw(t, "len")
				}
				pieces = append(pieces, p)
			}
			trace = next
			text, copied = assemble(base, pieces)
		}
	})
	if inherited == 0 {
		t.Error("no text had a needle: nothing was tested")
	}
}

// TestNeedlesBeyondTrace shows that a text with more places than a trace holds is
// one that nothing is known of.
func TestNeedlesBeyondTrace(t *testing.T) {
	n := NewNeedles([]Needle{Needle([]byte("needle"))})
	text := []byte(strings.Repeat("needle", maxTraced+1))
	var trace Trace
	if got := len(n.standing(Text{Data: text, Trace: &trace})); got != maxTraced+1 {
		t.Errorf("found %d, want %d", got, maxTraced+1)
	}
	if trace.needles != nil {
		t.Error("the trace is longer than it may be")
	}
}

func BenchmarkNeedles(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 1<<20)
	for i := range text {
		text[i] = byte('a' + r.IntN(26))
	}
	for _, count := range []int{0, 100, 10_000, 1_000_000} {
		needles := map[Needle]bool{}
		for len(needles) < count {
			var n Needle
			for i := range n {
				n[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[r.IntN(62)]
			}
			needles[n] = true
		}
		n := NewNeedles(slices.Collect(maps.Keys(needles)))
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				n.Find(Text{Data: text}, func(int32, int) {})
			}
		})
	}
}
