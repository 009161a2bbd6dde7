package match

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
)

// slow is the reference that a Matcher must equal: each pattern runs over the
// whole text, whatever literals there are.
func slow(t testing.TB, set *rules.Set) *Matcher {
	t.Helper()
	m := compile(t, set)
	all := append(slices.DeleteFunc(m.owners, func(r *rule) bool { return r == nil }), m.always...)
	for _, r := range all {
		r.pattern.searcher, r.pattern.literals = oracle{r.Pattern}, nil
		for i := range r.parts {
			p := &r.parts[i]
			p.pattern.searcher, p.pattern.literals = oracle{p.Pattern}, nil
		}
	}
	return newMatcher(all)
}

// oracle searches with package regexp alone. As no rule is after empty matches, it
// passes over them.
type oracle struct{ pattern *rules.Pattern }

func (o oracle) search(text []byte, _ []*hit, found func([]int) verdict) {
	for _, m := range o.pattern.Regexp().FindAllSubmatchIndex(text, -1) {
		if m[0] < m[1] && found(m) == enough {
			return
		}
	}
}

func compile(t testing.TB, set *rules.Set) *Matcher {
	t.Helper()
	m, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// foundByPointer takes only the same rule for equal.
var foundByPointer = cmp.Options{
	cmp.Comparer(func(a, b *rules.Rule) bool { return a == b }),
	cmp.Comparer(func(a, b *rules.Part) bool { return a == b }),
	cmp.Comparer(func(a, b *rules.Allow) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

// compare fails the test if a matcher and the reference differ on a text, and
// gives the number of matches.
func compare(t testing.TB, fast, slow *Matcher, data []byte) int {
	t.Helper()
	got, want := fast.Find(Text{Data: data}), slow.Find(Text{Data: data})
	if diff := cmp.Diff(want, got, foundByPointer); diff != "" {
		t.Fatalf("the matcher differs from the reference (-want +got):\n%s", diff)
	}
	return len(got)
}

// shapes are patterns of every shape that the search treats differently.
var shapes = []string{
	`\bghp_[0-9A-Za-z]{36}\b`,
	`\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`,
	`(?i)(?P<name>[\w.-]{0,50}?(?:api|key|token|secret|passw(?:or)?d)[\w.-]{0,20})["']?\s{0,3}(?::=|=>|[:=])\s{0,3}["']?(?P<value>[\w.+/=~-]{12,150})`,
	`(?i)[\w.-]{0,30}(?:access|auth)[ \t\w.-]{0,20}[\s'"]{0,3}[=:]`,
	`(?i)\w*secret\w*`,
	`(?i)["']?[a-z_]*(?:sk|kk)_[a-z]+`,
	`[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}`,
	`[a-z+]{2,12}://[^\s:/@]{1,40}:([^\s:/@]{1,60})@[\w.-]+`,
	`-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY-----[\s\S]{64,}?-----END`,
	`(?m)^(?:export )?([A-Z_]{3,30})=(\S+)$`,
	`(?m)^\s*password\s*=\s*(.*)$`,
	`func \w+\(.*?\) error`,
	`\Bing\b`,
	`(?:foo|bar)?baz$`,
	`.{3}Error.{0,5}`,
	`\Apackage|import\z`,
	`(?i)ſtraße|straße`,
	`[^a-z]const[^a-z]`,
	`\w+ing `,
	`return (?:nil|err)??`,
	`(?:a|ab)(?:c|bcd)(?:d*)`,
	`[0-9]{3}-[0-9]{2}`,
	`\w*re(?:s?tu[a-z]|x?cei[a-z])`,
	`\x{fffd}{2}k`,
}

// TestEdges compares on what went wrong once, or nearly.
func TestEdges(t *testing.T) {
	tests := []struct{ pattern, text string }{
		{`\x{fffd}{2}k`, "\U0001f600\ufffdk"},            // a window must not begin inside a rune
		{`\x{fffd}{2}k`, "\xff\xffk \xff\xff\xffk"},      // each byte that is not UTF-8 is a rune
		{`\w*a(?:b?cx|dy)`, "zabcxab acx ady abcady"},    // a literal that stands only near the run before it
		{`\bkey\b`, "keykey key"},                        // the text's own context counts
		{`(?i)sk`, "\u017f\u212a sK \u017fk S\u212a"},    // folds from outside ASCII
		{`[ab]{0,3}?key`, "abababkeyakeyabkey"},          // a lead ends where the last match did
		{`[ak]{0,9}(?:key|kkey)`, "aaakkeykey kkkkkkey"}, // a greedy lead takes what it can
		{`key$`, "key key\n"},
		{`(?m)^key$`, "key\nkey\n key\nkeys\nkey"},
	}
	for _, test := range tests {
		compareSearchers(t, rules.MustPattern(test.pattern), test.text)
	}
}

func shapeRules(patterns []string) *rules.Set {
	set := &rules.Set{}
	for _, p := range patterns {
		set.Rules = append(set.Rules, &rules.Rule{ID: p, Pattern: rules.MustPattern(p)})
	}
	return set
}

// TestEqualsReferenceOnSource compares on Go's own source, with secrets planted.
func TestEqualsReferenceOnSource(t *testing.T) {
	set := shapeRules(shapes)
	fast, slow := compile(t, set), slow(t, set)
	rng := rand.New(rand.NewPCG(1, 1))
	found := 0
	for _, data := range source(t, 1<<20) {
		for range 1 + len(data)/2000 {
			at := rng.IntN(len(data) + 1)
			data = append(data[:at:at], append([]byte(planted(rng)), data[at:]...)...)
		}
		found += compare(t, fast, slow, data)
	}
	if found < 5_000 {
		t.Errorf("compared %d matches, want many more", found)
	}
}

// planted makes a secret, or nearly one.
func planted(rng *rand.Rand) string {
	pick := func(texts ...string) string { return texts[rng.IntN(len(texts))] }
	random := func(n int) string {
		const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[rng.IntN(len(alphabet))]
		}
		return string(b)
	}
	return pick("", "\n", " ", "é", "\xff", "\"") + pick(
		"ghp_"+random(34+rng.IntN(4)),
		"AKIA"+strings.ToUpper(random(16)),
		pick("db.", "MY_", "", "ſ")+pick("secret", "ſecret", "TOKEN", "to\u212aen", "api_key")+pick("", "_id", "s")+pick(" = ", ":", "=>\n")+pick("'", "\"", "")+random(8+rng.IntN(20)),
		random(14)+".atlasv1."+random(66),
		"postgres://"+random(5)+":"+random(12)+"@db.example.org",
		"-----BEGIN RSA PRIVATE KEY-----\n"+random(100)+pick("", "-----END"),
		"\nexport "+strings.ToUpper(random(5))+"="+random(10)+"\n",
		"\npassword = "+random(10),
		"secret"+pick("secret", "")+"secret",
	) + pick("", "\n", " ", "é", "\xff", "x")
}

// source gives files of Go's own source tree, about as many bytes as asked for.
func source(t testing.TB, size int) [][]byte {
	t.Helper()
	var files [][]byte
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(goroot)), "src")
	for _, dir := range []string{"net/http", "crypto/tls", "go/types", "encoding/json", "os", "regexp", "net/url"} {
		names, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if size <= 0 {
				return files
			}
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			size -= len(data)
			files = append(files, data)
		}
	}
	if len(files) == 0 {
		t.Fatalf("no source in %s", root)
	}
	return files
}

// TestEqualsReference compares on random patterns and texts over few characters,
// among which everything that can go wrong goes wrong often.
func TestEqualsReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := drawPattern(3).Draw(t, "pattern")
		re, err := rules.ParsePattern(pattern)
		if err != nil {
			t.Skip()
		}
		text := strings.Join(rapid.SliceOfN(drawText, 0, 40).Draw(t, "text"), "")
		compareSearchers(t, re, text)
	})
}

type choice struct {
	searcher searcher
	literals []literal
}

// compareSearchers fails the test if a way to search for a pattern finds anything
// else than the pattern itself.
func compareSearchers(t failer, re *rules.Pattern, text string) {
	var want [][]int
	oracle{re}.search([]byte(text), nil, func(m []int) verdict {
		want = append(want, m)
		return wanted
	})
	for name, s := range searchers(parse(t, re.String())) {
		var got [][]int
		s.searcher.search([]byte(text), s.hits([]byte(text)), func(m []int) verdict {
			got = append(got, slices.Clone(m))
			return wanted
		})
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: %q in %q (-want +got):\n%s", name, re, text, diff)
		}
	}
}

// failer is what tests of testing and of rapid have in common.
type failer interface {
	Fatal(...any)
	Fatalf(string, ...any)
}

// hits finds the literals, as a Matcher does.
func (c choice) hits(text []byte) []*hit {
	var words []word
	for _, l := range c.literals {
		words = append(words, l.word())
	}
	var hits []*hit
	newPrefilter(words).scan(text, func(i int32, at int) {
		if l := &c.literals[i]; l.fits(text, at) {
			h := hitAt(l, at)
			hits = append(hits, &h)
		}
	})
	return hits
}

// searchers gives all ways to search for a pattern, not only the best.
func searchers(tree *syntax.Regexp) map[string]choice {
	all := map[string]choice{}
	shapes := analyser{}
	whole := shapes.shape(tree)
	w := newWindowed(tree)
	all["everywhere"] = choice{everywhere{w}, nil}
	for _, set := range whole.required() {
		all[fmt.Sprintf("windowed %v", set)] = choice{w, set.literals(whole.extent)}
	}
	for _, c := range cuts(tree) {
		for _, g := range c.guards(shapes) {
			guarded := w
			guarded.guard = g.guard
			all[fmt.Sprintf("guarded by %s: %v", c.rest, g.set)] = choice{guarded, g.set.literals(whole.extent)}
		}
	}
	lead, rest := cutLead(tree)
	tail := shapes.shape(rest)
	for _, set := range tail.required() {
		if set.fixed() {
			all[fmt.Sprintf("anchored %v", set)] = choice{newAnchored(w, rest, lead, tail.extent), set.literals(whole.extent)}
		}
	}
	return all
}

var drawText = rapid.SampledFrom([]string{
	"a", "b", "k", "s", "K", "S", "\u212a", "ſ", "é", "\xff", "\xc3", "\n", " ", "_", "ab", "key", "sk", "\ufffd", "aaaa",
})

// drawPattern draws patterns of some depth.
func drawPattern(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if depth == 0 {
			return rapid.SampledFrom([]string{
				"a", "b", "k", "s", "ab", "key", "sk", "_", "é", `\n`, ".", `\w`, `\s`, `[ab]`, `[^a]`, `[ks]`, `\b`, `\B`, "^", "$",
				`(?m:^)`, `(?m:$)`, `\A`, `\z`, `(?i:k)`, `(?i:sk)`, `(?i:[a-k])`, `(?s:.)`, `\x{fffd}`,
			}).Draw(t, "atom")
		}
		sub := drawPattern(depth - 1)
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0:
			return sub.Draw(t, "a") + sub.Draw(t, "b")
		case 1:
			return "(?:" + sub.Draw(t, "a") + "|" + sub.Draw(t, "b") + ")"
		case 2:
			return "(" + sub.Draw(t, "a") + ")"
		case 3:
			count := rapid.SampledFrom([]string{"?", "*", "+", "{2}", "{0,3}", "{1,3}", "{2,}", "??", "*?", "+?", "{0,3}?", "{0,2}?"}).Draw(t, "count")
			return "(?:" + sub.Draw(t, "a") + ")" + count
		case 4:
			return "(?i:" + sub.Draw(t, "a") + ")"
		case 5:
			lead := rapid.SampledFrom([]string{`\w{0,3}?`, `\w{0,3}`, `[ab]*`, `([ks]*?`, `(?i)([k_]{0,2}`}).Draw(t, "lead")
			end := ""
			if strings.Contains(lead, "(") && !strings.HasSuffix(lead, ")") && strings.Count(strings.ReplaceAll(lead, "(?i)", ""), "(") > 0 {
				end = ")"
			}
			return lead + sub.Draw(t, "a") + end + sub.Draw(t, "b")
		}
		return sub.Draw(t, "a") + sub.Draw(t, "b") + sub.Draw(t, "c")
	})
}

// FuzzEqualsReference lets the fuzzer choose pattern and text.
func FuzzEqualsReference(f *testing.F) {
	for _, p := range shapes {
		f.Add(p, "secret_key = 'aaaaaaaaaaaaaaaaaaa'\nfoobaz ſecret abcd")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := rules.ParsePattern(pattern)
		if err != nil || len(pattern) > 100 {
			t.Skip()
		}
		compareSearchers(t, re, text)
	})
}
