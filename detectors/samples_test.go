package detectors_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
)

// TestBuiltinSamples runs every sample of every built-in rule through all rules
// at once, with other text around it: what must match is found by its rule, or by
// a more specific one that says so, and what must not is not.
func TestBuiltinSamples(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	detector, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	if slow := detector.Slow(); len(slow) > 0 {
		t.Errorf("rules without a literal: %s", strings.Join(slow, ", "))
	}
	const rounds = 5
	ran := 0
	for _, rule := range set.Rules {
		t.Run(rule.ID, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, 11))
			for range rounds {
				match, noMatch, err := rule.Samples(rng)
				if err != nil {
					t.Fatal(err)
				}
				for i, sample := range match {
					ran++
					if found := detect(detector, rule, sample); !slices.Contains(found, rule.ID) {
						t.Errorf("match sample %d is not found: %s (found: %q)", i, rule.Match[i], found)
					}
				}
				for i, sample := range noMatch {
					ran++
					if found := detect(detector, rule, sample); slices.Contains(found, rule.ID) {
						t.Errorf("no_match sample %d is found: %s", i, rule.NoMatch[i])
					}
				}
				if t.Failed() {
					return
				}
			}
		})
	}
	if least := rounds * 3 * len(set.Rules) / 2; ran < least {
		t.Errorf("ran %d samples, want at least %d", ran, least)
	}
}

// detect gives the ids of the rules that find something in a sample.
func detect(d detectors.Detector, rule *rules.Rule, sample string) []string {
	path := "deploy/settings"
	text := fmt.Sprintf("# how it is set up, 2024-05-01\nversion = 3\n\n%s\n\n# the end\nverbose = true\n", sample)
	switch {
	case rule.Structured: // "-- path --", and the file
		head, body, _ := strings.Cut(sample, "\n")
		path, text = strings.Trim(head, "- "), body+"\n"
	case rule.Pattern == nil:
		path, text = sample, "some content"
	case rule.Path != nil:
		path = pathFor(rule)
	}
	data := []byte(text)
	var ids []string
	for _, m := range d.Detect(&detectors.Chunk{
		Data:  data,
		At:    place.Place{Kind: place.File, Path: path},
		Names: []string{path},
		Whole: true,
		To:    len(data),
	}).Matches {
		ids = append(ids, m.Rule.ID)
		ids = append(ids, m.Also...)
	}
	return ids
}

// pathFor gives a usual path that a rule's own expression takes.
func pathFor(rule *rules.Rule) string {
	usual := []string{"notes.txt", ".npmrc", ".docker/config.json", ".env", "config.yml", "main.tf", ".travis.yml", "terraform.tfstate", "settings.py", ".netrc", "config.xml", "Makefile"}
	i := slices.IndexFunc(usual, rule.Path.MatchString)
	if i < 0 {
		return "no usual path fits"
	}
	return usual[i]
}
