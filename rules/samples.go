package rules

import (
	"fmt"
	"math/rand/v2"

	"github.com/secretsweep/secretsweep/rules/check"
	"github.com/secretsweep/secretsweep/rules/sample"
)

// Samples fills in the rule's samples: texts that must match, and texts that must
// not.
func (r *Rule) Samples(rng *rand.Rand) (match, noMatch []string, err error) {
	kind, _ := check.Lookup(r.Check)
	expand := func(templates []string) (texts []string, err error) {
		for _, t := range templates {
			text, err := sample.Expand(t, rng, kind.Complete)
			if err != nil {
				return nil, fmt.Errorf("rule %q: %w", r.ID, err)
			}
			texts = append(texts, text)
		}
		return texts, nil
	}
	if match, err = expand(r.Match); err != nil {
		return nil, nil, err
	}
	noMatch, err = expand(r.NoMatch)
	return match, noMatch, err
}

// Sample makes a secret of a rule: a text that holds it, which is the first sample
// under match, and the secret itself.
func (s *Set) Sample(id string, rng *rand.Rand) (text, value string, err error) {
	rule, ok := s.Rule(id)
	if !ok {
		return "", "", fmt.Errorf("sample of rule %q: no such rule", id)
	}
	match, _, err := rule.Samples(rng)
	if err != nil {
		return "", "", err
	}
	if len(match) == 0 || rule.Pattern == nil {
		return "", "", fmt.Errorf("sample of rule %q: it has none with a value", id)
	}
	loc := rule.Pattern.Regexp().FindStringSubmatchIndex(match[0])
	if loc == nil {
		return "", "", fmt.Errorf("sample of rule %q: its pattern does not find it", id)
	}
	start, end := ValueSpan(rule.Pattern, loc)
	return match[0], match[0][start:end], nil
}
