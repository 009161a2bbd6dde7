package git

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// noObjects is a database of as many trees as are asked for, with nothing in them.
type noObjects struct{ objects }

func (noObjects) Len() int                            { return 10 }
func (noObjects) ID(int) odb.ID                       { return odb.ID(strings.Repeat("x", 20)) }
func (noObjects) FindAs([]byte, odb.Type) (int, bool) { return 0, false }

// TestTreeOfPieces: which entries a tree has does not depend on what is known of
// the one that it is stored as a delta of, wherever copies begin and end.
func TestTreeOfPieces(t *testing.T) {
	inherited := 0
	rapid.Check(t, func(t *rapid.T) {
		var table treeTable
		table.init(noObjects{})
		entry := rapid.Custom(func(t *rapid.T) string {
			id := strings.Repeat(rapid.SampledFrom([]string{"a", "b", "\x00", " "}).Draw(t, "id"), 20)
			return fmt.Sprintf("%s %s\x00%s", rapid.SampledFrom([]string{"100644", "40000", "160000"}).Draw(t, "mode"), rapid.StringMatching(`[a-c]{1,3}`).Draw(t, "name"), id)
		})
		data := []byte(strings.Join(rapid.SliceOfN(entry, 0, 6).Draw(t, "entries"), ""))
		trace := &treeTrace{}
		table.add(0, data, nil, nil, trace)
		for generation := range 3 {
			var next []byte
			var copied []odb.Copy
			for range rapid.IntRange(0, 4).Draw(t, "pieces") {
				next = append(next, rapid.OneOf(entry, rapid.Just("")).Draw(t, "own")...)
				if len(data) == 0 {
					continue
				}
				near := rapid.Custom(func(t *rapid.T) int { // where an entry begins, or nearly
					return rapid.SampledFrom(trace.starts).Draw(t, "start") + rapid.IntRange(-1, 1).Draw(t, "by")
				})
				from := min(max(near.Draw(t, "from"), 0), len(data)-1)
				to := min(max(near.Draw(t, "to"), from+1), len(data))
				copied = append(copied, odb.Copy{At: len(next), From: from, Len: to - from})
				next = append(next, data[from:to]...)
			}
			var alone, made treeTrace
			want := table.add(1, next, nil, nil, &alone)
			got := table.add(2, next, trace, copied, &made)
			if diff := cmp.Diff(alone, made, cmp.AllowUnexported(treeTrace{})); diff != "" || got != want {
				t.Fatalf("generation %d, %q of which %v is copied: well-formed %v, want %v (-alone +made):\n%s", generation, next, copied, got, want, diff)
			}
			raw, _ := table.parse(nil, next, trace, copied)
			if slices.ContainsFunc(raw, func(e rawEntry) bool { return e.known }) {
				inherited++
			}
			data, trace = next, &made
		}
	})
	if inherited == 0 {
		t.Error("no entry was taken over from a base")
	}
}
