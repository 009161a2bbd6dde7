package rules_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
)

// TestGuides wants steps for every provider, of which the first doesn't end the secret that
// is in use, and an address to go to where it is known whether a secret still works.
func TestGuides(t *testing.T) {
	set := builtin(t)
	ends := regexp.MustCompile(`^(?:Delete|Revoke|Remove|Deactivate|Disable|Expire|Destroy)\b|: (?:delete|revoke|remove) `)
	if len(set.Providers) < 300 {
		t.Errorf("%d providers, want many more", len(set.Providers))
	}
	verified := 0
	for _, p := range set.Providers {
		steps := strings.Split(p.Rotate, "\n")
		if len(steps) < 2 || len(steps) > 5 {
			t.Errorf("%s: %d steps, want two to five", p.ID, len(steps))
		}
		for i, step := range steps {
			if !strings.HasPrefix(step, fmt.Sprintf("%d. ", i+1)) {
				t.Errorf("%s: step %d is %q", p.ID, i+1, step)
			}
		}
		if _, first, _ := strings.Cut(steps[0], ". "); ends.MatchString(first) {
			t.Errorf("%s: the first step is %q, before there is a new secret", p.ID, first)
		}
		asked := slices.ContainsFunc(set.Rules, func(r *rules.Rule) bool { return r.Provider == p && set.VerifyOf(r.ID) != nil })
		if !asked {
			continue
		}
		if verified++; p.Console == "" {
			t.Errorf("%s: no console, and its secrets can be verified", p.ID)
		}
	}
	if verified < 3 {
		t.Errorf("secrets of %d providers can be verified, want more", verified)
	}
}
