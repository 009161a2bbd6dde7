package odb

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestOffsetTable compares with a search through all items.
func TestOffsetTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.OneOf(rapid.Int64Range(0, 100), rapid.Int64Range(0, 1<<62))
		offsets := rapid.SliceOfN(offset, 0, 30).Draw(t, "offsets")
		table := newOffsetTable(offsets, make([]int32, len(offsets)))
		sorted := slices.Sorted(slices.Values(offsets))
		for _, asked := range append(offsets, append(rapid.SliceOfN(offset, 0, 10).Draw(t, "others"), -1)...) {
			got, ok := table.find(asked)
			want, has := slices.BinarySearch(sorted, asked)
			if ok != has || ok && got != want {
				t.Fatalf("find %d in %v: got %d %v, want %d %v", asked, sorted, got, ok, want, has)
			}
		}
	})
}

// TestSortByOffset compares with slices.SortFunc, on as many items as take the
// other way.
func TestSortByOffset(t *testing.T) {
	for _, most := range []int64{1, 1 << 11, 1 << 30, 1 << 62} {
		rng := rand.New(rand.NewPCG(1, uint64(most)))
		items := make([]offsetItem, 1<<13)
		for i := range items {
			items[i] = offsetItem{rng.Int64N(most), int32(i)}
		}
		want := slices.Clone(items)
		slices.SortStableFunc(want, func(a, b offsetItem) int { return cmp.Compare(a.offset, b.offset) })
		if got := sortByOffset(items); !slices.Equal(got, want) {
			t.Errorf("offsets below %d are out of order", most)
		}
	}
}
