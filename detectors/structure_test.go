package detectors

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/growth"
	"github.com/secretsweep/secretsweep/rules"
)

// withPatterns are the rules that files answer by their structure, and some more.
func withPatterns(t testing.TB, more ...*rules.Rule) *Rules {
	t.Helper()
	return compile(t, append([]*rules.Rule{builtinRule(rules.ConfigPassword), builtinRule(rules.ConfigSecret)}, more...)...)
}

// TestStructureAndPatterns wants a provider's rule over structure, structure over what
// only looks random, and the name and environment of structure for either.
func TestStructureAndPatterns(t *testing.T) {
	key := randomText("{alnum:32}")
	anyValue := rule("any", `[=:] ?"?(\w{32})`)
	anyValue.Random, anyValue.Confidence = true, rules.Likely
	d := withPatterns(t, rule("tok", `tok_\w{16}`), anyValue)
	tok := randomText("tok_{alnum:16}")
	tests := []struct {
		name, path, text string
		want             []string
	}{
		{"provider", "prod.env", "ACME_TOKEN=" + tok, []string{"tok ACME_TOKEN  high [config-secret] " + tok}},
		{"looks random", "prod.env", "ACME_TOKEN=" + key, []string{"config-secret ACME_TOKEN  medium [any] " + key}},
		{"no structure", "notes.txt", "ACME_TOKEN=" + key, []string{"any ACME_TOKEN  medium [] " + key}},
		{"denied", "app.yml", "token: abcd1234\nencryptedData:\n  other: " + key, nil},
		{"denied by its name", "app.yml", "token: abcd1234\ntoken_hash: " + key, nil},
		{"denied as an example", "app.yml", "example:\n  token: " + key, []string{"config-secret token  low [] " + key}},
		{"provider's is not denied", "app.yml", "token: abcd1234\nencryptedData:\n  other: " + tok, []string{"tok other  high [] " + tok}},
		{"both in one value", "app.env", `X='{"password": "Harvest#2931", "token": "` + key + `"}'`, []string{"config-password password  medium [] Harvest#2931", "config-secret token  medium [any] " + key}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, m := range d.Detect(at(test.path, test.text)).Matches {
				got = append(got, fmt.Sprintf("%s %s %s %s %v %s", m.Rule.ID, m.Name, m.Env, m.Confidence, m.Also, m.Value.Reveal()))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLowerRandom wants only what a pattern does not tell lowered in examples and tests.
func TestLowerRandom(t *testing.T) {
	random, chosen := rule("random", `r=(\w+)`), rule("chosen", `c=(\w+)`)
	random.Random, chosen.Chosen = true, true
	text := "r=" + randomText("{alnum:24}") + "\nc=Qx71LmZw\nt=tok_1\n"
	for path, want := range map[string]string{
		"a.txt":       "high high high",
		"tests/a.txt": "medium medium high",
	} {
		var got []string
		for _, m := range compile(t, random, chosen, rule("tok", `tok_\d`)).Detect(at(path, text)).Matches {
			got = append(got, string(m.Confidence))
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

// TestTwoWays wants what two ways of decoding lead to told once.
func TestTwoWays(t *testing.T) {
	d := withPatterns(t, rule("tok", `tok_\w{16}`))
	in := base64.StdEncoding.EncodeToString([]byte("https://ci:" + randomText("tok_{alnum:16}") + "@a.corp/"))
	matches := d.Detect(at("secret.yml", "kind: Secret\ndata:\n  url: "+in+"\n")).Matches
	if len(matches) != 1 {
		t.Errorf("found %v, want one", shown(matches))
	}
}

// manySettings are lines of a table, and how much settingsRules find in a thousand of
// them, below a header and a line in which they find one thing each.
var manySettings = []struct {
	name, line string
	want       int
}{
	{"secrets", "%d,Harvest#%[1]d\n", 1000},
	{"references", "%d,$REF%[1]d\n", 1000},
	{"within others", "%d,\"pg://u:Harvest%[1]d@h/?\"\"a\"\n", 2000},
}

// settings gives a table of so many lines.
func tableOf(line string, many int) string {
	var text strings.Builder
	text.WriteString("user,password\n0,Harvest#1\n")
	for i := range many {
		fmt.Fprintf(&text, line, i)
	}
	return text.String()
}

// TestManySettings wants all of a file's many secrets found, each once.
func TestManySettings(t *testing.T) {
	d := settingsRules(t)
	for _, test := range manySettings {
		if got := len(d.Detect(at("users.csv", tableOf(test.line, 1000))).Matches); got != 2+test.want {
			t.Errorf("%s: found %d, want %d", test.name, got, 2+test.want)
		}
	}
}

// settingsRules have a secret in a value, and one that is anything after a comma.
func settingsRules(t testing.TB) *Rules {
	return withPatterns(t, rule("url", `pg://\w+:(?P<value>\w+)@`), rule("any", `,"?(\S+)`))
}

func BenchmarkManySettings(b *testing.B) {
	d := settingsRules(b)
	for _, test := range manySettings {
		b.Run(test.name, func(b *testing.B) {
			growth.Report(b, 1000, []string{test.line}, func(line string, many int) func() {
				c := at("users.csv", tableOf(line, many))
				return func() { d.Detect(c) }
			})
		})
	}
}
