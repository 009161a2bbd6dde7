package rules_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
)

func TestValueSpan(t *testing.T) {
	tests := []struct{ name, pattern, text, want string }{
		{"no group", `a\d+`, "xa12", "a12"},
		{"only group", `a(\d+)`, "xa12", "12"},
		{"named value", `(a)(?P<value>\d+)`, "xa12", "12"},
		{"named name", `(?P<name>a)(\d+)`, "xa12", "12"},
		{"name alone", `(?P<name>a)\d+`, "xa12", "a12"},
		{"carrier", `(?P<carrier>a(\d+))`, "xa12", "12"},
		{"first that matched", `(b)?(c)?a(\d+)`, "xa12", "12"},
		{"first that is not empty", `(b*)a(\d+)`, "xa12", "12"},
		{"value that did not match", `"(?P<value>\w+)"|a(\d+)`, "xa12", "12"},
		{"optional group", `a(b)?`, "xa", "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			re := rules.MustPattern(tt.pattern)
			start, end := rules.ValueSpan(re, re.Regexp().FindStringSubmatchIndex(tt.text))
			if got := tt.text[start:end]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSample(t *testing.T) {
	set := builtin(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for _, id := range []string{"github-personal-access-token", "generic-secret", "ssh-private-key", "database-url"} {
		text, value, err := set.Sample(id, rng)
		if err != nil {
			t.Fatal(err)
		}
		if value == "" || !strings.Contains(text, value) {
			t.Errorf("%s: the sample does not hold its value", id)
		}
	}
	for _, id := range []string{"no-such-rule", "key-store-file"} {
		if _, _, err := set.Sample(id, rng); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("%s: got %v, want an error that names it", id, err)
		}
	}
}

// TestBuiltinIsComplete holds the built-in files to what is easily forgotten.
func TestBuiltinIsComplete(t *testing.T) {
	set := builtin(t)
	if got, least := len(set.Providers), 80; got < least {
		t.Errorf("%d providers, want at least %d", got, least)
	}
	noMatch := 0
	for _, r := range set.Rules {
		if len(r.NoMatch) > 0 {
			noMatch++
		}
		if strings.HasSuffix(r.Description, ".") {
			t.Errorf("rule %q: the description ends with a full stop", r.ID)
		}
	}
	if noMatch*10 < len(set.Rules)*9 {
		t.Errorf("%d of %d rules have a sample that must not match, want nine in ten", noMatch, len(set.Rules))
	}
	if len(set.Allow) < 10 {
		t.Errorf("%d allows for all rules, want at least 10", len(set.Allow))
	}
	for _, allow := range set.Allow {
		if allow.Description == "" {
			t.Errorf("an allow for all rules says not why: %v %v", allow.Values, allow.StopWords)
		}
		if len(allow.Rules) != len(set.Rules) {
			t.Errorf("allow %q is for %d rules, want the %d built-in ones", allow.Description, len(allow.Rules), len(set.Rules))
		}
	}
	for _, p := range set.Providers {
		if steps := strings.Count(p.Rotate, "\n") + 1; p.Rotate == "" || steps < 2 || steps > 5 {
			t.Errorf("provider %q: %d steps to rotate, want two to five", p.ID, steps)
		}
	}
}
