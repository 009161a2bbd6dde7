package match

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestPrefilter compares with a search for each text at each place.
func TestPrefilter(t *testing.T) {
	type place struct {
		Text string
		At   int
	}
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfDistinct(rapid.StringMatching(`[abc_é]{1,5}`), rapid.ID[string]).Draw(t, "texts")
		data := rapid.StringMatching(`([aAbBcC_x]|é|É){0,60}`).Draw(t, "data")
		var got, want []place
		newPrefilter(texts).scan([]byte(data), func(text int32, at int) {
			got = append(got, place{texts[text], at})
		})
		folded := lowerASCII(data)
		for at := range len(data) {
			for _, text := range texts {
				if strings.HasPrefix(folded[at:], text) {
					want = append(want, place{text, at})
				}
			}
		}
		end := func(p place) int { return p.At + len(p.Text) }
		if !slices.IsSortedFunc(got, func(a, b place) int { return end(a) - end(b) }) {
			t.Fatalf("not ordered by end: %v", got)
		}
		order := cmpopts.SortSlices(func(a, b place) bool { return a.At < b.At || a.At == b.At && a.Text < b.Text })
		if diff := cmp.Diff(want, got, order, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q in %q (-want +got):\n%s", texts, data, diff)
		}
	})
}
