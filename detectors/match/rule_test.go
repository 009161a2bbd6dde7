package match

import (
	"encoding/base64"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
)

// finds gives the values that one rule finds in a text.
func finds(t *testing.T, r rules.Rule, text string) []string {
	t.Helper()
	var values []string
	for _, f := range findAll(t, &rules.Set{Rules: []*rules.Rule{&r}}, text) {
		values = append(values, text[f.Start:f.End])
	}
	return values
}

func findAll(t *testing.T, set *rules.Set, text string) []Found {
	t.Helper()
	return compile(t, set).Find(Text{Data: []byte(text)})
}

func TestConditions(t *testing.T) {
	re := rules.MustPattern
	tests := []struct {
		name string
		rule rules.Rule
		text string
		want []string
	}{
		{"whole match", rules.Rule{Pattern: re(`tok_\w+`)}, "a tok_1 b", []string{"tok_1"}},
		{"only group", rules.Rule{Pattern: re(`tok_(\w+)`)}, "tok_1", []string{"1"}},
		{"group value", rules.Rule{Pattern: re(`(\w+)=tok_(?P<value>\w+)`)}, "a=tok_1", []string{"1"}},
		{"empty value", rules.Rule{Pattern: re(`tok_(?P<value>\d*)`)}, "tok_ tok_1", []string{"1"}},
		{"entropy too low", rules.Rule{Pattern: re(`tok_(\w+)`), Entropy: 2}, "tok_aabb tok_abcd", []string{"abcd"}},
		{"check fails", rules.Rule{Pattern: re(`key_(\w+)`), Check: "base64-32"}, "key_abcd", nil},
		{"no literal", rules.Rule{Pattern: re(`\b[0-9]{4}\b`)}, "12345 1234", []string{"1234"}},
		{"own literals", rules.Rule{Pattern: re(`\b[0-9]{4}\b`), Literals: []string{"Pin"}}, "1234 PIN", []string{"1234"}},
		{"own literals absent", rules.Rule{Pattern: re(`\b[0-9]{4}\b`), Literals: []string{"Pin"}}, "1234", nil},
		{"stop word", rules.Rule{Pattern: re(`tok_(\w+)`), Allow: []rules.Allow{{StopWords: []string{"Demo"}}}}, "tok_aDEMOb tok_1", []string{"1"}},
		{"allowed value", rules.Rule{Pattern: re(`tok_(\w+)`), Allow: []rules.Allow{{Values: []*rules.Pattern{re(`^a`)}}}}, "tok_a1 tok_1a", []string{"1a"}},
		{"allowed match", rules.Rule{Pattern: re(`(\w)tok_(?P<value>\w+)`), Allow: []rules.Allow{{Target: rules.TargetMatch, Values: []*rules.Pattern{re(`^a`)}}}}, "atok_1 btok_2", []string{"2"}},
		{"allowed line", rules.Rule{Pattern: re(`tok_(\w+)`), Allow: []rules.Allow{{Target: rules.TargetLine, Values: []*rules.Pattern{re(`^#.*!$`)}}}}, "# tok_1 !\n# tok_2\n!", []string{"2"}},
		{"all: one does not hold", rules.Rule{Pattern: re(`tok_(\w+)`), Allow: []rules.Allow{{All: true, StopWords: []string{"a"}, Values: []*rules.Pattern{re(`^b`)}}}}, "tok_ba tok_b tok_a", []string{"b", "a"}},
		{"an empty allow allows nothing", rules.Rule{Pattern: re(`tok_(\w+)`), Allow: []rules.Allow{{}, {All: true}}}, "tok_1", []string{"1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, finds(t, test.rule, test.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGroups(t *testing.T) {
	text := `db = "pg://u:pw@h"`
	r := &rules.Rule{Pattern: rules.MustPattern(`(?P<name>\w+) = "(?P<carrier>pg://\w+:(?P<value>\w+)@\w+)"`)}
	found := findAll(t, &rules.Set{Rules: []*rules.Rule{r}}, text)
	if len(found) != 1 {
		t.Fatalf("got %d matches, want 1", len(found))
	}
	f := found[0]
	got := []string{text[f.MatchStart:f.MatchEnd], text[f.NameStart:f.NameEnd], text[f.CarrierStart:f.CarrierEnd], text[f.Start:f.End]}
	if diff := cmp.Diff([]string{text, "db", "pg://u:pw@h", "pw"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPending(t *testing.T) {
	path, value := []*rules.Pattern{rules.MustPattern(`_test`)}, []*rules.Pattern{rules.MustPattern(`^a`)}
	tests := []struct {
		name         string
		allow        rules.Allow
		text         string
		found, pends bool
	}{
		{"path alone", rules.Allow{Paths: path}, "tok_1", true, true},
		{"commit alone", rules.Allow{Commits: []string{"c"}}, "tok_1", true, true},
		{"any, value holds", rules.Allow{Paths: path, Values: value}, "tok_a", false, false},
		{"any, value does not hold", rules.Allow{Paths: path, Values: value}, "tok_1", true, true},
		{"all, value holds", rules.Allow{All: true, Paths: path, Values: value}, "tok_a", true, true},
		{"all, value does not hold", rules.Allow{All: true, Paths: path, Values: value}, "tok_1", true, false},
		{"another rule's", rules.Allow{Rules: []string{"other"}, Paths: path}, "tok_1", true, false},
		{"this rule's", rules.Allow{Rules: []string{"tok"}, Paths: path}, "tok_1", true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			set := &rules.Set{
				Rules: []*rules.Rule{{ID: "tok", Pattern: rules.MustPattern(`tok_(\w+)`)}},
				Allow: []rules.Allow{test.allow},
			}
			found := findAll(t, set, test.text)
			if got := len(found) == 1; got != test.found {
				t.Fatalf("found: got %t, want %t", got, test.found)
			}
			if got := test.found && len(found[0].Pending) == 1; got != test.pends {
				t.Errorf("pending: got %t, want %t", got, test.pends)
			}
			if test.pends && found[0].Pending[0] != &set.Allow[0] {
				t.Error("pending: not the set's own allow")
			}
		})
	}
}

func TestParts(t *testing.T) {
	rule := func(within int, required bool) rules.Rule {
		return rules.Rule{
			Pattern: rules.MustPattern(`secret=(\w+)`),
			Parts:   []rules.Part{{Name: "id", Pattern: rules.MustPattern(`id=(\w+)`), Within: within, Required: required}},
		}
	}
	tests := []struct {
		name string
		rule rules.Rule
		text string
		want []string // the part of each match; "" if it has none
	}{
		{"same line", rule(0, true), "id=1 secret=a", []string{"1"}},
		{"other line", rule(0, true), "id=1\nsecret=a", nil},
		{"not required", rule(0, false), "id=1\nsecret=a", []string{""}},
		{"within", rule(2, true), "secret=a\n\nid=1", []string{"1"}},
		{"beyond", rule(1, true), "secret=a\n\nid=1", nil},
		{"nearest", rule(9, true), "id=1\nid=2 secret=a  id=3\nid=4", []string{"2"}},
		{"nearer in bytes, farther in lines", rule(9, true), "id=1                      secret=a\nid=2", []string{"1"}},
		{"as near on both sides", rule(9, true), "id=1 secret=a id=2", []string{"1"}},
		{"each its own", rule(9, true), "id=1\nsecret=a\n\n\nsecret=b\nid=2", []string{"1", "2"}},
		{"whole text", rule(rules.WholeText, true), "id=1" + strings.Repeat("\n", 5000) + "secret=a", []string{"1"}},
		{"not the value itself", rules.Rule{
			Pattern: rules.MustPattern(`k:(\w{4})`),
			Parts:   []rules.Part{{Name: "other", Pattern: rules.MustPattern(`\b\w{4}\b`), Required: true}},
		}, "k:aaaa\nk:bbbb cccc", []string{"cccc"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range findAll(t, &rules.Set{Rules: []*rules.Rule{&test.rule}}, test.text) {
				part := ""
				for _, p := range f.Parts {
					part += test.text[p.Start:p.End]
				}
				got = append(got, part)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLenientCheckWeakens(t *testing.T) {
	r := &rules.Rule{Pattern: rules.MustPattern(`key_(\w+)`), Check: "base64-32", Lenient: true}
	found := findAll(t, &rules.Set{Rules: []*rules.Rule{r}}, "key_abcd")
	if len(found) != 1 || !found[0].Weak {
		t.Errorf("got %+v, want one weak match", found)
	}
}

func TestTruncates(t *testing.T) {
	r := &rules.Rule{Pattern: rules.MustPattern(`tok_\d`)}
	set := &rules.Set{Rules: []*rules.Rule{r}}
	for _, n := range []int{MaxFound, MaxFound + 1} {
		found := findAll(t, set, strings.Repeat("tok_1 ", n))
		if len(found) != MaxFound {
			t.Fatalf("of %d: got %d, want %d", n, len(found), MaxFound)
		}
		if got, want := found[MaxFound-1].Truncated, n > MaxFound; got != want {
			t.Errorf("of %d: truncated: got %t, want %t", n, got, want)
		}
	}
}

func TestBinary(t *testing.T) {
	set := &rules.Set{Rules: []*rules.Rule{
		{ID: "checked", Pattern: rules.MustPattern(`c_(\w+=)`), Check: "base64-32"},
		{ID: "long-literal", Pattern: rules.MustPattern(`tok_(\w+)`)},
		{ID: "random", Pattern: rules.MustPattern(`secret=(\w+)`), Random: true},
		{ID: "short-literal", Pattern: rules.MustPattern(`t_(\w+)`)},
	}}
	value := base64.RawStdEncoding.EncodeToString(make([]byte, 32))
	text := "\x00c_" + value + "=\x00tok_1\x00secret=" + value + "\x00 t_1"
	var got []string
	for _, f := range compile(t, set).Find(Text{Data: []byte(text), Binary: true}) {
		got = append(got, f.Rule.ID)
	}
	if diff := cmp.Diff([]string{"checked", "long-literal"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSlow(t *testing.T) {
	m := compile(t, &rules.Set{Rules: []*rules.Rule{
		{ID: "fast", Pattern: rules.MustPattern(`tok_\w+`)},
		{ID: "file", Path: rules.MustPattern(`\.p12$`)},
		{ID: "gated", Pattern: rules.MustPattern(`[0-9a-f]{32}`), Literals: []string{"acme"}},
		{ID: "slow", Pattern: rules.MustPattern(`[0-9a-f]{32}`)},
	}})
	if diff := cmp.Diff([]string{"slow"}, m.Slow()); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownCheck(t *testing.T) {
	_, err := New(&rules.Set{Rules: []*rules.Rule{{ID: "r", Pattern: rules.MustPattern(`a`), Check: "none-such"}}})
	if want := `rule "r": no check is named "none-such"`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestConcurrent wants the same result of many goroutines at once.
func TestConcurrent(t *testing.T) {
	m := compile(t, shapeRules(shapes))
	files := source(t, 100<<10)
	var want [][]Found
	for _, data := range files {
		want = append(want, m.Find(Text{Data: data}))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, data := range files {
				got := m.Find(Text{Data: data})
				if len(got) != len(want[i]) {
					t.Errorf("file %d: got %d matches, want %d", i, len(got), len(want[i]))
				}
			}
		})
	}
	wg.Wait()
}
