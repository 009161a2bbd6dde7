package rules_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/check"
)

func builtin(t testing.TB) *rules.Set {
	t.Helper()
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestSamples runs every sample of every built-in rule, many times over, through
// all that the rule itself says of a value.
func TestSamples(t *testing.T) {
	const rounds = 50
	ran := 0
	set := builtin(t)
	for _, rule := range set.Rules {
		if rule.Structured {
			continue // it takes a reader of files: package detectors runs its samples
		}
		t.Run(rule.ID, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			for range rounds {
				match, noMatch, err := rule.Samples(rng)
				if err != nil {
					t.Fatal(err)
				}
				for i, text := range match {
					ran++
					if why := refuses(set, rule, text); why != "" {
						t.Fatalf("match sample %d, %s: %s", i, rule.Match[i], why)
					}
				}
				for i, text := range noMatch {
					ran++
					// What looks random, or chosen, is for the matcher to say.
					if refuses(set, rule, text) == "" && !rule.Random && !rule.Chosen {
						t.Fatalf("no_match sample %d matches: %s", i, rule.NoMatch[i])
					}
				}
			}
		})
	}
	if ran < rounds*100 {
		t.Errorf("ran %d samples, want many more: are the rules embedded?", ran)
	}
}

// refuses tells why a rule of a set does not report a text, or "".
func refuses(set *rules.Set, rule *rules.Rule, text string) string {
	if rule.Pattern == nil {
		if rule.Path.MatchString(text) {
			return ""
		}
		return "the path does not match"
	}
	why := "the pattern does not match"
	for _, loc := range rule.Pattern.Regexp().FindAllStringSubmatchIndex(text, -1) {
		start, end := rules.ValueSpan(rule.Pattern, loc)
		value := text[start:end]
		kind, checked := check.Lookup(rule.Check)
		switch {
		case entropy(value) < rule.Entropy:
			why = "too little entropy"
		case checked && !rule.Lenient && kind.Verify(value) == check.Fail:
			why = "the check fails"
		case allowed(slices.Concat(set.Allow, rule.Allow), value, text[loc[0]:loc[1]]):
			why = "allowed"
		case partMissing(rule, text):
			why = "a required part is missing"
		default:
			return ""
		}
	}
	return why
}

func allowed(allows []rules.Allow, value, match string) bool {
	return slices.ContainsFunc(allows, func(allow rules.Allow) bool {
		target := value
		if allow.Target == rules.TargetMatch {
			target = match
		}
		byValue := slices.ContainsFunc(allow.Values, func(re *rules.Pattern) bool { return re.MatchString(target) })
		byWord := slices.ContainsFunc(allow.StopWords, func(word string) bool {
			return strings.Contains(strings.ToLower(value), strings.ToLower(word))
		})
		if allow.All {
			return byValue && byWord
		}
		return byValue || byWord
	})
}

func partMissing(rule *rules.Rule, text string) bool {
	for _, part := range rule.Parts {
		if part.Required && !part.Pattern.MatchString(text) {
			return true
		}
	}
	return false
}

func entropy(text string) float64 {
	counts := map[rune]float64{}
	n := 0.0
	for _, r := range text {
		counts[r]++
		n++
	}
	bits := 0.0
	for _, c := range counts {
		bits -= c / n * math.Log2(c/n)
	}
	return bits
}
