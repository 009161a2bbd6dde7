package detectors

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/sample"
)

func compile(t testing.TB, list ...*rules.Rule) *Rules {
	t.Helper()
	d, err := New(&rules.Set{Rules: list})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rule(id, pattern string) *rules.Rule {
	return &rules.Rule{ID: id, Pattern: rules.MustPattern(pattern), Confidence: rules.Sure}
}

// whole is a chunk of a whole text.
func whole(text string) *Chunk {
	return &Chunk{Data: []byte(text), Whole: true, To: len(text)}
}

// shown is what tests compare of a match. The values of tests are no secrets.
func shown(matches []Match) []string {
	var all []string
	for _, m := range matches {
		all = append(all, fmt.Sprintf("%s %s %v", m.Rule.ID, m.Value.Reveal(), m.Also))
	}
	return all
}

func TestMostSpecificWins(t *testing.T) {
	random := rule("generic", `secret=(\S{8,})`)
	random.Random = true
	checked := rule("checked", `[A-Z]{4}[A-Za-z0-9+/]{39}=`)
	checked.Check = "base64-32"
	value := strings.Repeat("QUJD", 10) + "QUI="
	token, err := sample.Expand("tok_{alnum:16}", rand.New(rand.NewPCG(1, 2)), nil)
	if err != nil {
		t.Fatal(err)
	}
	likely := rule("likely", `k_\w+`)
	likely.Confidence = rules.Likely

	tests := []struct {
		name  string
		rules []*rules.Rule
		text  string
		want  []string
	}{
		{"provider over generic", []*rules.Rule{random, rule("tok", `tok_\w{16}`)}, "secret=" + token, []string{"tok " + token + " [generic]"}},
		{"check over none", []*rules.Rule{checked, rule("plain", `QUJD\S+`)}, value, []string{"checked " + value + " [plain]"}},
		{"confidence", []*rules.Rule{rule("sure", `k_\w`), likely}, "k_abc", []string{"sure k_a [likely]"}},
		{"longer literal", []*rules.Rule{rule("a", `sk-\w+(?:-\w+)?`), rule("b", `sk-proj-\w+`)}, "sk-proj-1", []string{"b sk-proj-1 [a]"}},
		{"longer match", []*rules.Rule{rule("a", `tok_\d`), rule("b", `tok_\d+`)}, "tok_12", []string{"b tok_12 [a]"}},
		{"id", []*rules.Rule{rule("a", `tok_\d`), rule("b", `tok_[0-9]`)}, "tok_1", []string{"a tok_1 [b]"}},
		{"apart", []*rules.Rule{rule("a", `tok_\d`), rule("b", `key_\d`)}, "tok_1key_1", []string{"a tok_1 []", "b key_1 []"}},
		{"one over many", []*rules.Rule{rule("a", `\btok_\d tok_\d\b`), rule("b", `tok_\d`)}, "tok_1 tok_2", []string{"a tok_1 tok_2 [b]"}},
		{"the loser's neighbour stays", []*rules.Rule{rule("long", `aa bb-literal`), rule("mid", `bb-literal cc`), rule("other", `cc dd`)}, "aa bb-literal cc dd", []string{"long aa bb-literal [mid]", "other cc dd []"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, shown(compile(t, test.rules...).Detect(whole(test.text)).Matches)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNothingIsLost wants that every match of the matcher is kept, or named by one
// that it overlaps, and that what is kept does not overlap.
func TestNothingIsLost(t *testing.T) {
	var list []*rules.Rule
	for i, p := range []string{`a\w{1,4}`, `b\w{1,6}`, `\wc\w`, `ab`, `ca+`, `[ab]c[ab]`} {
		list = append(list, rule(fmt.Sprint("r", i), p))
	}
	d := compile(t, list...)
	m, err := match.New(&rules.Set{Rules: list})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	checked := 0
	for range 500 {
		text := make([]byte, rng.IntN(40))
		for i := range text {
			text[i] = "abc "[rng.IntN(4)]
		}
		kept := d.Detect(whole(string(text))).Matches
		for i := 1; i < len(kept); i++ {
			if kept[i].Start < kept[i-1].End {
				t.Fatalf("%q: matches overlap: %v", text, shown(kept))
			}
		}
		for _, f := range m.Find(match.Text{Data: text}) {
			checked++
			named := false
			for _, k := range kept {
				if k.Start < f.End && f.Start < k.End {
					named = named || k.Rule == f.Rule || strings.Contains(fmt.Sprint(k.Also), f.Rule.ID)
				}
			}
			if !named {
				t.Fatalf("%q: %s at %d is lost: %v", text, f.Rule.ID, f.Start, shown(kept))
			}
		}
	}
	if checked < 1000 {
		t.Errorf("checked %d matches, want many more", checked)
	}
}

func TestParts(t *testing.T) {
	d := compile(t, rule("tok", `tok_\d`))
	c := whole("tok_1 tok_2 tok_3")
	c.Whole, c.From, c.To = false, 1, 12
	if diff := cmp.Diff([]string{"tok tok_2 []"}, shown(d.Detect(c).Matches)); diff != "" {
		t.Error(diff)
	}
}

// TestFileAllows wants the allows of a rule about files left to the place, as far
// as they go by that.
func TestFileAllows(t *testing.T) {
	re := []*rules.Pattern{rules.MustPattern(`.`)}
	keystore := &rules.Rule{ID: "keystore", Path: rules.MustPattern(`\.p12$`), Allow: []rules.Allow{
		{Paths: re}, {Values: re}, {All: true, Values: re, Paths: re}, {All: true, Paths: re, Commits: []string{"c"}},
	}}
	d, err := New(&rules.Set{
		Rules: []*rules.Rule{keystore},
		Allow: []rules.Allow{{Commits: []string{"c"}}, {Rules: []string{"other"}, Paths: re}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := whole("data")
	c.Names = []string{"a.p12"}
	found := d.Detect(c).Matches
	if len(found) != 1 || len(found[0].Pending) != 3 {
		t.Errorf("found %+v, want one match with three pending allows", found)
	}
}

// TestFileConfidence wants a rule about files lowered if all its places are those of
// tests.
func TestFileConfidence(t *testing.T) {
	d := compile(t, &rules.Rule{ID: "keystore", Path: rules.MustPattern(`\.p12$`), Confidence: rules.Likely})
	for want, names := range map[rules.Confidence][]string{
		rules.Likely:   {"tests/a.p12", "deploy/a.p12"},
		rules.Unlikely: {"tests/a.p12"},
	} {
		c := whole("data")
		c.Names = names
		found := d.Detect(c).Matches
		if len(found) != 1 || found[0].Confidence != want || (found[0].Why == "") == (want == rules.Unlikely) {
			t.Errorf("%q: found %+v, want one of confidence %s", names, found, want)
		}
	}
}

func TestPaths(t *testing.T) {
	inEnv := rule("env", `tok_\d`)
	inEnv.Path = rules.MustPattern(`\.env$`)
	keystore := &rules.Rule{ID: "keystore", Path: rules.MustPattern(`\.p12$`), Confidence: rules.Likely}
	d := compile(t, inEnv, keystore)
	tests := []struct {
		name  string
		path  string
		names []string
		want  []string
	}{
		{"no path known", "", nil, []string{"env tok_1 []"}},
		{"path", "a/.env", nil, []string{"env tok_1 []"}},
		{"another path", "a/b", nil, nil},
		{"one of its names", "a/b", []string{"a/b", "c/.env"}, []string{"env tok_1 []"}},
		{"about the file", "a/b.p12", nil, []string{"keystore tok_1 []"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := whole("tok_1")
			c.At, c.Names = place.Place{Path: test.path}, test.names
			if diff := cmp.Diff(test.want, shown(d.Detect(c).Matches)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMatch(t *testing.T) {
	url := rule("url", `(?P<carrier>pg://\w+:(?P<value>[\w%]+)@\w+)`)
	url.Parts = []rules.Part{{Name: "host", Pattern: rules.MustPattern(`host=(\w+)`), Within: 1}}
	matches := compile(t, url).Detect(whole("DB = 'pg://u:p%40ss@h'\nhost=x")).Matches
	if len(matches) != 1 {
		t.Fatalf("got %d matches, want 1", len(matches))
	}
	m := matches[0]
	got := []string{m.Value.Reveal(), m.Carrier.Reveal(), m.Name, m.Parts[0].Name, m.Parts[0].Value.Reveal(), string(m.Confidence)}
	want := []string{"p@ss", "pg://u:p%40ss@h", "DB", "host", "x", "high"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWeakLowersConfidence(t *testing.T) {
	r := rule("k", `key_(\w+)`)
	r.Check, r.Lenient = "base64-32", true
	matches := compile(t, r).Detect(whole("key_abcd")).Matches
	if len(matches) != 1 || matches[0].Confidence != rules.Likely {
		t.Errorf("got %v, want one match of medium confidence", shown(matches))
	}
}

func TestTruncatedIsPassedOn(t *testing.T) {
	many := strings.Repeat("tok_1\n", match.MaxFound+1)
	for _, d := range []*Rules{compile(t, rule("tok", `tok_\d`)), compile(t, rule("tok", `tok_\d`), rule("wider", `tok_\d\n?`))} {
		matches := d.Detect(whole(many)).Matches
		n := 0
		for _, m := range matches {
			if m.Truncated {
				n++
			}
		}
		if n == 0 {
			t.Errorf("of %d matches none is truncated", len(matches))
		}
	}
}

func TestAssigned(t *testing.T) {
	tests := []struct{ before, want string }{
		{"NAME=", "NAME"},
		{"export NAME=\"", "NAME"},
		{"\"api-key\": \"", "api-key"},
		{"'k' => '", "k"},
		{"x := `", "x"},
		{"name ||= '", "name"},
		{"NAME ?= ", "NAME"},
		{"config['token'] = '", "token"},
		{"a.b.c: ", "a.b.c"},
		{"first\nsecond=", "second"},
		{"", ""},
		{"call(", ""},
		{"a == ", ""},
		{"first=\n", ""},
		{"postgres://user:", ""},
		{"1=", ""},
		{strings.Repeat("n", maxName+1) + "=", ""},
		{"\xff\x00=", ""},
	}
	for _, test := range tests {
		t.Run(test.before, func(t *testing.T) {
			if got := assigned([]byte(test.before+"value"), len(test.before)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
