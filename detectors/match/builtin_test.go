package match

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
)

// TestBuiltinSamples finds the samples of every built-in rule in the midst of
// source text, and compares with the reference.
func TestBuiltinSamples(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	fast, slow := compile(t, set), slow(t, set)
	if ids := fast.Slow(); len(ids) > 0 {
		t.Errorf("slow rules: %s", ids)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	files := source(t, 64<<10)
	around := func() string {
		file := files[rng.IntN(len(files))]
		at := rng.IntN(len(file) - 200)
		return string(file[at : at+200])
	}
	const rounds = 5
	finds := func(id, text string) bool {
		return slices.ContainsFunc(fast.Find(Text{Data: []byte(text)}), func(f Found) bool { return f.Rule.ID == id })
	}
	tried, missed := 0, map[string]int{}
	for _, r := range set.Rules {
		if r.Pattern == nil {
			continue
		}
		for round := range rounds {
			match, noMatch, err := r.Samples(rng)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range match {
				tried++
				if !finds(r.ID, text) {
					missed[r.ID]++
				}
				if round == 0 {
					compare(t, fast, slow, []byte(around()+"\n"+text+"\n"+around()))
				}
			}
			for i, text := range noMatch {
				if finds(r.ID, text) {
					t.Errorf("%s: finds %s, which must not match", r.ID, r.NoMatch[i])
				}
			}
		}
	}
	t.Logf("tried %d samples, missed %v", tried, missed)
	for id, n := range missed {
		// Chance makes a value that looks like words now and then.
		if rule, _ := set.Rule(id); !rule.Random || n > 2 {
			t.Errorf("%s: missed %d samples", id, n)
		}
	}
	if tried < 500 {
		t.Errorf("tried %d samples, want many more", tried)
	}
}
