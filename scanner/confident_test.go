package scanner

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

func TestConfident(t *testing.T) {
	var all []Finding
	before := Summary{Problems: 1}
	for _, c := range rules.Confidences() {
		all = append(all,
			Finding{Name: string(c) + " new", Confidence: c},
			Finding{Name: string(c) + " known", Confidence: c, Known: true},
			Finding{Name: string(c) + " local", Confidence: c, Local: true})
		before.Findings += 3
		before.New++
		before.Known++
		before.Local++
	}
	for i := range all {
		all[i].Rule, all[i].Value = rule("key", "key"), secret.New(all[i].Name)
	}
	tests := map[rules.Confidence]struct {
		hidden  []string
		summary Summary
	}{
		rules.Unlikely: {nil, Summary{Findings: 9, New: 3, Known: 3, Local: 3, Problems: 1, Unsure: map[rules.Confidence]int{}}},
		rules.Likely: {
			[]string{"low new", "low local"},
			Summary{Findings: 7, New: 2, Known: 3, Local: 2, Problems: 1, Unsure: map[rules.Confidence]int{rules.Unlikely: 2}},
		},
		rules.Sure: {
			[]string{"low new", "low local", "medium new", "medium local"},
			Summary{Findings: 5, New: 1, Known: 3, Local: 1, Problems: 1, Unsure: map[rules.Confidence]int{rules.Unlikely: 2, rules.Likely: 2}},
		},
	}
	for least, test := range tests {
		t.Run(string(least), func(t *testing.T) {
			var got recorder
			sink := Confident(&got, least)
			var want []string
			for _, f := range all {
				if err := sink.Finding(f); err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(test.hidden, f.Name) {
					want = append(want, f.Name)
				}
			}
			if err := sink.Done(before); err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range got.findings {
				names = append(names, f.Name)
			}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(&test.summary, got.summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}
