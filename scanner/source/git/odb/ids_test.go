package odb

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestMerge compares with a set of all ids. Some stand in several lists, or several
// times in one, as in the index of a pack that was put together badly.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const width = 20
		id := rapid.Custom(func(t *rapid.T) string {
			lead := rapid.StringMatching(`[a-c]{2}|\x00\x00|[a-z]{2}`).Draw(t, "lead")
			return lead + strings.Repeat("-", width-3) + rapid.StringMatching(`[a-c]`).Draw(t, "last")
		})
		var lists []list
		distinct := map[string]bool{}
		for _, ids := range rapid.SliceOfN(rapid.SliceOfN(id, 0, 20), 1, 3).Draw(t, "lists") {
			slices.Sort(ids)
			lists = append(lists, list{ids: []byte(strings.Join(ids, ""))})
			for _, id := range ids {
				distinct[id] = true
			}
		}
		var table idTable
		places := table.merge(width, lists)
		if table.len() != len(distinct) {
			t.Fatalf("%d ids, want %d", table.len(), len(distinct))
		}
		for k, l := range lists {
			for i, place := range places[k] {
				id := l.ids[i*width : (i+1)*width]
				if n, ok := table.find(id); !ok || n != int(place) || !bytes.Equal(table.at(n), id) {
					t.Fatalf("id %d of list %d, %q: found at %d %v, placed at %d", i, k, id, n, ok, place)
				}
			}
		}
	})
}
