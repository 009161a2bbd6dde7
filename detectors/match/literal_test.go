package match

import (
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/ascii"
)

func parse(t failer, pattern string) *syntax.Regexp {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestRequired(t *testing.T) {
	tests := []struct {
		pattern string
		want    []string // the rarest set
	}{
		{`ghp_[0-9A-Za-z]{36}`, []string{"ghp_"}},
		{`(?:sk|rk)_(?:live|test)_\w+`, []string{"sk_live_", "sk_test_", "rk_live_", "rk_test_"}},
		{`(?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z0-9]{16}`, []string{"a3t", "akia", "asia"}},
		{`(?i)sk-`, []string{"sk-"}},
		{`[Aa]pi[_-]?[Kk]ey`, []string{"apikey", "api_key", "api-key"}},
		{`-{5}BEGIN`, []string{"-----begin"}},
		{`\w+`, nil},
		{`(?:foo)?`, nil},
		{`a*|b`, nil},
		{`é\d`, []string{"é"}},
		{`(?i)é\d`, []string{"é", "É"}},
		{`ſ`, []string{"ſ"}},
		{`(?i)\w{0,9}(?:(?:a|b)_?key|pass)[\w-]{0,9}`, []string{"akey", "a_key", "bkey", "b_key", "pass"}},
		{`[^\x00-\x{10FFFF}]`, []string{}},
	}
	for _, test := range tests {
		t.Run(test.pattern, func(t *testing.T) {
			var got []string
			best := rarestOf(analyser{}.shape(parse(t, test.pattern)).required())
			if best != nil {
				got = []string{}
			}
			for _, l := range best.literals(extent{}) {
				if !l.foreign {
					got = append(got, l.text)
				}
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestExtent(t *testing.T) {
	tests := []struct {
		pattern string
		want    extent
	}{
		{`abc`, extent{min: 3, max: 3}},
		{`a?b{2,5}`, extent{min: 2, max: 6}},
		{`(?i)ks`, extent{min: 2, max: 5}},
		{`[^a]`, extent{min: 1, max: 4, newline: true}},
		{`.`, extent{min: 1, max: 4}},
		{`\x{fffd}`, extent{min: 1, max: 3}},
		{`(?:ab|cde)+`, extent{min: 2, max: unbounded}},
		{`\s{0,3}`, extent{min: 0, max: 3, newline: true}},
		{`(?:a{1000}){1000}`, extent{min: 1_000_000, max: 1_000_000}},
		{`(?:(?:a{10}){10}\b){10}`, extent{min: 1000, max: 1000}},
	}
	for _, test := range tests {
		t.Run(test.pattern, func(t *testing.T) {
			tree, err := syntax.Parse(test.pattern, syntax.Perl)
			if err != nil {
				t.Skip(err)
			}
			got := analyser{}.shape(tree).extent
			got.first, got.last = border{}, border{}
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	if got, want := (extent{min: maxExtent - 1, max: maxExtent - 1}).times(1000, 1000), (extent{min: maxExtent, max: unbounded}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// checkLiterals fails the test if a match of a pattern lacks the literals that
// the pattern is said to require.
func checkLiterals(t failer, pattern string, tree *syntax.Regexp, text string) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return
	}
	shape := analyser{}.shape(tree)
	for _, m := range re.FindAllStringIndex(text, -1) {
		match := text[m[0]:m[1]]
		if len(match) < shape.extent.min || len(match) > shape.extent.max {
			t.Fatalf("%q matches %q, whose length is not in %v", pattern, match, shape.extent)
		}
		if !shape.extent.newline && strings.Contains(match, "\n") {
			t.Fatalf("%q matches %q, but is said to match no line feed", pattern, match)
		}
		for _, set := range shape.required() {
			if !slices.ContainsFunc(set.literals(shape.extent), func(l literal) bool { return l.standsIn(match) }) {
				t.Fatalf("%q matches %q, which has none of %v", pattern, match, set)
			}
		}
	}
}

// standsIn tells whether a literal stands in a match, within its extents.
func (l literal) standsIn(match string) bool {
	most := func(e extent) int { return min(e.max, math.MaxInt/2) }
	for i := 0; i+len(l.text) <= len(match); i++ {
		text, after := match[i:i+len(l.text)], len(match)-i-len(l.text)
		if lowerBytes(text) == l.text && (l.exact == "" || l.exact == text) &&
			i >= l.before.min && i <= most(l.before) && after >= l.after.min && after <= most(l.after) {
			return true
		}
	}
	return false
}

// lowerBytes is lowerASCII for text that may not be UTF-8.
func lowerBytes(s string) string {
	b := []byte(s)
	for i, c := range b {
		if ascii.IsUpper(c) {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// TestASCIILiteral holds the shape of a literal against that of its runes in sequence.
func TestASCIILiteral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []rune(rapid.StringMatching(`[ -~\nkKsS_]{1,6}`).Draw(t, "text"))
		fold := rapid.Bool().Draw(t, "fold")
		parts := make([]shape, len(text))
		for i, r := range text {
			parts[i] = runes(orbit(r, fold))
		}
		got, ok := asciiLiteral(text, fold)
		want := sequence(parts)
		if !ok || got.extent != want.extent || !slices.Equal(got.words, want.words) || got.sets != nil {
			t.Errorf("%q, fold %v: got %v %v, want %v %v", string(text), fold, got.extent, got.words, want.extent, want.words)
		}
	})
	if _, ok := asciiLiteral([]rune("é"), false); ok {
		t.Error("takes é for ASCII")
	}
}

// TestLiteralsAreRequired draws patterns and texts.
func TestLiteralsAreRequired(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := drawPattern(3).Draw(t, "pattern")
		tree, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Skip()
		}
		checkLiterals(t, pattern, tree, strings.Join(rapid.SliceOfN(drawText, 0, 40).Draw(t, "text"), ""))
	})
}

// FuzzLiterals lets the fuzzer choose pattern and text.
func FuzzLiterals(f *testing.F) {
	for _, p := range shapes {
		f.Add(p, "secret_key = 'aaaaaaaaaaaaaaaaaaa'\nfoobaz ſecret abcd")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		tree, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil || len(pattern) > 100 {
			t.Skip()
		}
		checkLiterals(t, pattern, tree, text)
	})
}
