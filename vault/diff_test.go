package vault

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/secret"
)

func side(env string, revision int) Side {
	return Side{Pattern{"web", env}, Point{Revision: revision}}
}

func TestDiff(t *testing.T) {
	b := newBench(t)
	b.set("dev", "KEPT", "a")     // revision 1
	b.set("dev", "CHANGED", "a")  // 2
	b.set("dev", "REPEATED", "a") // 3
	b.set("dev", "GONE", "a")     // 4
	b.set("dev", "BURNT", "a")    // 5
	middle := b.now
	b.now = b.now.Add(time.Hour)
	b.set("dev", "CHANGED", "b")
	b.set("dev", "REPEATED", "a")
	b.set("dev", "BURNT", "b")
	b.set("dev", "NEW", "a")
	if err := b.owner.Remove(t.Context(), Ref{"web", "dev", "GONE"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Destroy(t.Context(), Ref{"web", "dev", "BURNT"}, 1); err != nil {
		t.Fatal(err)
	}
	b.set("prod", "KEPT", "a")
	b.set("prod", "CHANGED", "a")
	b.set("prod", "ELSEWHERE", "a")

	points := []Difference{
		{"BURNT", 1, 2, Incomparable},
		{"CHANGED", 1, 2, Different},
		{"GONE", 1, 0, Removed},
		{"NEW", 0, 1, Added},
		{"REPEATED", 1, 2, Same},
	}
	tests := []struct {
		name     string
		from, to Side
		want     []Difference
	}{
		{"since a revision", side("dev", 5), side("dev", 0), points},
		{"since a time", Side{Pattern{"web", "dev"}, Point{Time: middle}}, side("dev", 0), points},
		{"backwards", side("dev", 0), side("dev", 2), []Difference{
			{"BURNT", 2, 0, Removed},
			{"CHANGED", 2, 1, Different},
			{"NEW", 1, 0, Removed},
			{"REPEATED", 2, 0, Removed},
		}},
		{"a point with itself", side("dev", 3), side("dev", 3), nil},
		{"environments", side("dev", 0), side("prod", 0), []Difference{
			{"BURNT", 2, 0, Removed},
			{"CHANGED", 2, 1, Different},
			{"ELSEWHERE", 0, 1, Added},
			{"KEPT", 1, 1, Same},
			{"NEW", 1, 0, Removed},
			{"REPEATED", 2, 0, Removed},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := b.owner.Diff(t.Context(), tt.from, tt.to)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
	b.check()
}

// TestDiffRights shows that comparing takes the right to read, leaves an entry for each
// environment, and lets nobody compare what they may not read.
func TestDiffRights(t *testing.T) {
	b := newBench(t)
	b.set("dev", "KEY", "a")
	b.set("dev", "KEY", "b")
	b.set("prod", "KEY", "b")
	dora, _ := b.person("dora", Developer, "*/dev")
	got, err := dora.Diff(t.Context(), side("dev", 1), side("dev", 0))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Difference{{"KEY", 1, 2, Incomparable}}, got); diff != "" {
		t.Errorf("a developer compares a replaced value (-want +got):\n%s", diff)
	}
	if got, err := dora.Diff(t.Context(), side("dev", 0), side("prod", 0)); err == nil {
		t.Errorf("dora compares with prod: %v", got)
	}
	if _, err := b.owner.Diff(t.Context(), side("dev", 0), side("prod", 0)); err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Who, Env string
		Allowed  bool
	}
	var entries []entry
	err = b.owner.Log(t.Context(), Filter{Verb: verbMatch}, func(l Logged) error {
		entries = append(entries, entry{l.Principal, l.Env, l.Allowed})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []entry{{"dora", "dev", true}, {"dora", "prod", false}, {"olivia", "dev", true}, {"olivia", "prod", true}}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// TestListAt compares lists of the past with what was listed at the time.
func TestListAt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		ctx := context.WithoutCancel(t.Context())
		current := map[string]int{}
		then := []map[string]int{{}} // by revision
		for range rapid.IntRange(1, 8).Draw(rt, "writes") {
			name := rapid.SampledFrom([]string{"A", "B", "C"}).Draw(rt, "name")
			ref := Ref{"web", "dev", name}
			if current[name] > 0 && rapid.Bool().Draw(rt, "remove") {
				if err := b.owner.Remove(ctx, ref); err != nil {
					rt.Fatal(err)
				}
				delete(current, name)
			} else {
				n, err := b.owner.Set(ctx, Change{Ref: ref, Value: secret.New("v")})
				if err != nil {
					rt.Fatal(err)
				}
				current[name] = n
			}
			then = append(then, maps.Clone(current))
		}
		for revision := 1; revision < len(then); revision++ {
			all, err := b.owner.ListAt(ctx, "web", "dev", Point{Revision: revision})
			if err != nil {
				rt.Fatal(err)
			}
			got := map[string]int{}
			for _, l := range all {
				if l.Current > 0 {
					got[l.Name] = l.Current
				}
			}
			if diff := cmp.Diff(then[revision], got); diff != "" {
				rt.Fatalf("at revision %d (-want +got):\n%s", revision, diff)
			}
		}
	})
}
