package match

import (
	"regexp/syntax"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// compareSpelling tells whether an expression that is spelled out compiles to the program
// that it compiles to itself.
func compareSpelling(t interface{ Errorf(string, ...any) }, tree *syntax.Regexp) {
	spelled, err := syntax.Parse(spell(tree), syntax.Perl)
	if err != nil {
		t.Errorf("%s: spelled %s: %v", tree, spell(tree), err)
		return
	}
	got, gotErr := syntax.Compile(spelled.Simplify())
	want, wantErr := syntax.Compile(tree.Simplify())
	if gotErr != nil || wantErr != nil || got.String() != want.String() {
		t.Errorf("%s: spelled %s: another program", tree, spell(tree))
	}
}

func TestSpellBuiltin(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, r := range set.Rules {
		if r.Pattern == nil {
			continue
		}
		compareSpelling(t, r.Pattern.Tree())
		_, rest := cutLead(r.Pattern.Tree())
		compareSpelling(t, rest)
		compared++
	}
	if compared == 0 {
		t.Error("no rule has a pattern")
	}
}

func TestSpell(t *testing.T) {
	for _, pattern := range []string{
		``, `a`, `(?i)k.é`, `(?s).`, `(?m)^a$`, `^a$`, `\Aa\z`, `\ba\B`, `[^\x00-\x{10FFFF}]`, `(?i)[^\s"']{2,}?`,
		`(?P<name>\w*)(b|c|)`, `(?:a*)+?`, `(?U)a{3}b{2,}c?`, `\.\[\]`, `(?:ab|cd)*`, `[[:alpha:]]\pL`,
	} {
		compareSpelling(t, parse(t, pattern))
	}
	rapid.Check(t, func(t *rapid.T) {
		tree, err := syntax.Parse(drawRule.Draw(t, "pattern"), syntax.Perl)
		if err != nil {
			t.Skip()
		}
		compareSpelling(t, tree)
	})
}
