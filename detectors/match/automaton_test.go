package match

import (
	"regexp"
	"regexp/syntax"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// checkAutomaton compares the automaton with regexp at each place of a text. It
// may not reject where there is a match, and, in ASCII, may accept only there.
func checkAutomaton(t interface {
	Errorf(string, ...any)
	Fatal(...any)
}, pattern string, text []byte,
) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAutomaton(tree)
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`\A(?:` + pattern + `)`)
	later := regexp.MustCompile(`\A(?s:.)(?:` + pattern + `)`)
	for i := range len(text) + 1 {
		want := i == 0 && start.Match(text) || i > 0 && later.Match(text[i-1:])
		if got := a.mayMatch(text, i); got != want {
			t.Errorf("pattern %q at %d of %q: got %v, want %v", pattern, i, text, got, want)
		}
	}
}

func TestAutomatonEqualsRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`((a|b|[ab]|\\b|\\B|[^a]|\\w|\.|\^|\$|(\(\?m:\^b\))|(\(\?m:a\$\))|(\(a\|ab\))|(\(\?i:k\)))(\*|\+|\?|\{2,3\}|\{0,2\}\?)?){1,6}`).Draw(t, "pattern")
		if _, err := syntax.Parse(pattern, syntax.Perl); err != nil {
			t.Skip("not a pattern")
		}
		text := rapid.StringMatching(`[abkK_ \n]{0,12}`).Draw(t, "text")
		checkAutomaton(t, pattern, []byte(text))
	})
}

func TestAutomatonHasNoAnswerBeyondASCII(t *testing.T) {
	tree, err := syntax.Parse("a.c", syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAutomaton(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text string
		want bool
	}{{"abc", true}, {"aéc", true}, {"aéx", true}, {"xé", false}, {"ab", false}, {"", false}} {
		if got := a.mayMatch([]byte(test.text), 0); got != test.want {
			t.Errorf("%q: got %v, want %v", test.text, got, test.want)
		}
	}
}

func TestAutomatonWithFewStates(t *testing.T) {
	// (a|b)*a(a|b){13} has 2¹³ states and more, so the table begins anew.
	text := make([]byte, 0, 60000)
	for i := range cap(text) {
		text = append(text, "ab"[i*i%7%2])
	}
	tree, err := syntax.Parse(`(a|b)*a(a|b){13}c`, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAutomaton(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"c", "d"} {
		if got, want := a.mayMatch(append(text[:mostRead-1:mostRead-1], end...), 0), end == "c"; got != want {
			t.Errorf("text that ends with %s: got %v, want %v", end, got, want)
		}
	}
	table := a.tables.Get().(*table)
	if len(table.states) > mostStates {
		t.Errorf("states: got %d, want at most %d", len(table.states), mostStates)
	}
}

func TestAutomatonTakesAllRules(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Rules) == 0 {
		t.Fatal("no rules")
	}
	for _, r := range set.Rules {
		if r.Pattern == nil {
			continue
		}
		tree, err := syntax.Parse(r.Pattern.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newAutomaton(tree); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
}
