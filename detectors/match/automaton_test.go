package match

import (
	"bytes"
	"regexp"
	"regexp/syntax"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// checkAutomaton compares the automaton with regexp at each place of a text.
func checkAutomaton(t interface {
	Errorf(string, ...any)
	Fatal(...any)
}, pattern string, text []byte,
) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAutomaton(tree, false)
	if err != nil {
		t.Fatal(err)
	}
	start := regexp.MustCompile(`\A(?:` + pattern + `)`)
	later := regexp.MustCompile(`\A(?s:.)(?:` + pattern + `)`)
	for i := 0; ; {
		_, before := utf8.DecodeLastRune(text[:i])
		want := i == 0 && start.Match(text) || i > 0 && later.Match(text[i-before:])
		if _, rejected := a.rejects(text, i, len(text)); rejected == want {
			t.Errorf("pattern %q at %d of %q: rejected %v, want %v", pattern, i, text, rejected, !want)
		}
		if i == len(text) {
			return
		}
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
}

func TestAutomatonEqualsRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`((a|b|[ab]|\\b|\\B|[^a]|\\w|\.|\^|\$|(\(\?m:\^b\))|(\(\?m:a\$\))|(\(a\|ab\))|(\(\?i:k\)))(\*|\+|\?|\{2,3\}|\{0,2\}\?)?){1,6}`).Draw(t, "pattern")
		if _, err := syntax.Parse(pattern, syntax.Perl); err != nil {
			t.Skip("not a pattern")
		}
		text := rapid.StringMatching(`[abkKé\x{212a}\x{fffd}_ \n]{0,12}`).Draw(t, "text")
		// A byte that is not UTF-8 is a character of its own.
		checkAutomaton(t, pattern, bytes.ReplaceAll([]byte(text), []byte("\ufffd"), []byte("\xff")))
	})
}

func TestAutomatonWithFewStates(t *testing.T) {
	// (a|b)*a(a|b){13} has 2¹³ states and more, so the table begins anew.
	text := make([]byte, 0, 60000)
	for i := range cap(text) {
		text = append(text, "aab"[(i%7)*(i%7)%7%3])
	}
	tree, err := syntax.Parse(`(a|b)*a(a|b){13}c`, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAutomaton(tree, false)
	if err != nil {
		t.Fatal(err)
	}
	n := 14 + bytes.LastIndex(text[:50_000], []byte("ab")) // so that an a is where it has to be
	for _, end := range []string{"c", "d"} {
		if _, rejected := a.rejects(append(text[:n:n], end...), 0, len(text)); rejected != (end == "d") {
			t.Errorf("text that ends with %s: rejected %v", end, rejected)
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
		if _, err := newAutomaton(tree, false); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
}
