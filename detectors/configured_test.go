package detectors

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"
	"github.com/secretsweep/secretsweep/rules"
)

func TestMayAssign(t *testing.T) {
	c := structuredRules().configured
	tests := []struct {
		text string
		want bool
	}{
		{"DB_PASSWORD=abcd1", true},
		{"password:\n  - abcd1", true},
		{"'password' => 'abcd1'", true},
		{"<password>abcd1</password>", true},
		{"<name>db.password</name>\n<value>abcd1</value>", true},
		{`{\"password\": \"abcd1\"}`, true},
		{"- name: TOKEN\n  value: abcd1", true},
		{"variable \"token\" {\n  default = 1", true},
		{"passwords: [abcd1]", true},
		{"jwt:\n  key: abcd1234", true},
		{"basic_auth: a:abcd1", true},
		{"kind: Secret", true},
		{"--password abcd1", true},
		{"--password winter", true},
		{"password winter1", true},
		{"password winter", false},
		{"--password --verbose", false},
		{"echo $(pwd) abcd1", false},
		{"token: process.env.TOKEN", false},
		{"token: ${TOKEN:-abcd1234}", true},
		{"password: <abcd1", true},
		{"password: $abcd1!x", true},
		{"<password><![CDATA[abcd1]]></password>", true},
		{"<key>password</key>\n<string>abcd1</string>", true},
		{"passwords:\n  - $OTHER\n  - abcd1", true},
		{"passwords = [$OTHER, abcd1]", true},
		{"bearer_token: {\"git.corp\": \"abcd1\"}", true},
		{"db:\n  key:\n    value: aaa:AAAA00", true},
		{"password: true,", false},
		{"<password></password>", false},
		{"password: ${OTHER}", false},
		{"password: 123", false},
		{"password: $OTHER", false},
		{"password: <yours>", false},
		{"password: {}", false},
		{"the password.", false},
		{"password_min_length: 12345", false},
		{"keyboard: abcd1", false},
		{"name: abcd1", false},
		{"password:", false},
		{"", false},
	}
	for _, test := range tests {
		if got := c.mayAssign([]byte(test.text)); got != test.want {
			t.Errorf("%q: got %t, want %t", test.text, got, test.want)
		}
	}
}

// drawSetting draws names and values as files have them, some of them secret.
var (
	drawName = rapid.Custom(func(t *rapid.T) string {
		part := rapid.SampledFrom([]string{"db", "api", "key", "Password", "token", "SECRET", "user", "pass", "url", "login", "auth", "keys", "env", "value", "name", "passwords", "x2"})
		mark := rapid.SampledFrom([]string{"_", "-", ".", ""}).Draw(t, "mark")
		return strings.Join(rapid.SliceOfN(part, 1, 3).Draw(t, "name"), mark)
	})
	drawValue = rapid.OneOf(
		rapid.StringMatching(`[A-Za-z0-9!#$%&*@+<][A-Za-z0-9!#$%&*@+,;=/-]{3,40}[A-Za-z0-9]`),
		rapid.StringMatching(`[A-Z][a-z]{4,8}[0-9]{2,4}[!#]?`),
		rapid.StringMatching(`[a-z]{1,8}:[A-Za-z]{4,8}[0-9]{2,4}`),
		rapid.StringMatching(`[0-9a-f]{32}`),
		rapid.SampledFrom([]string{"true", "postgres", "1234", "${A:-Summer2024}", "$A", "a b c", ""}),
	)
)

// TestGate wants no secret in a text that is not read because mayAssign sees none.
func TestGate(t *testing.T) {
	d := structuredRules()
	found := 0
	check := func(path string, draw func(t *rapid.T) string) func(*testing.T) {
		return rapid.MakeCheck(func(t *rapid.T) {
			text := draw(t)
			f := fileOf([]string{path})
			r := newReading(d.configured, f, []byte(text))
			for e := range r.entries() {
				r.take(&e)
			}
			may := d.configured.mayAssign(r.data)
			for _, s := range r.found {
				found++
				if !may && s.confidence != rules.Unlikely {
					t.Fatalf("%s\n%s is %q", text, s.name, s.value)
				}
			}
		})
	}
	t.Run("env", check(".env", func(t *rapid.T) string {
		var out strings.Builder
		for i, value := range rapid.SliceOfN(drawValue, 1, 5).Draw(t, "values") {
			quote := rapid.SampledFrom([]string{"", `"`, "'"}).Draw(t, "quote")
			fmt.Fprintf(&out, "%s_%d=%s%s%s\n", strings.ReplaceAll(drawName.Draw(t, "name"), "-", "_"), i, quote, value, quote)
		}
		return out.String()
	}))
	t.Run("YAML", check("app.yml", func(t *rapid.T) string {
		text, err := yaml.Marshal(drawTree(t, 3))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}))
	t.Run("JSON", check("app.json", func(t *rapid.T) string {
		indent := rapid.SampledFrom([]string{"", "  "}).Draw(t, "indent")
		text, err := json.MarshalIndent(drawTree(t, 3), "", indent)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}))
	if found < 100 {
		t.Errorf("only %d secrets were drawn", found)
	}
}

// drawTree draws a document: maps, lists and texts.
func drawTree(t *rapid.T, depth int) any {
	if depth == 0 {
		return drawValue.Draw(t, "value")
	}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		return drawValue.Draw(t, "value")
	case 1:
		var list []any
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, drawTree(t, depth-1))
		}
		return list
	}
	tree := map[string]any{}
	for range rapid.IntRange(1, 4).Draw(t, "size") {
		name := strings.ReplaceAll(drawName.Draw(t, "name"), ".", "_") // of tables by host, the first is a host or none
		tree[name] = drawTree(t, depth-1)
	}
	return tree
}

// TestDisabled wants that a rule that is not asked for finds nothing, and the other one
// what it does.
func TestDisabled(t *testing.T) {
	const text = "DB_PASSWORD=Harvest#2931\nSESSION_SECRET=\"Copper#5512,Willow\"\nSETTINGS='{\"password\": \"Harvest#2931\"}'\n"
	secret := "kind: Secret\nstringData:\n  password: Harvest#2931\n  token: Copper#5512,Willow\n"
	for _, test := range []struct {
		ids  []string
		want int
	}{
		{[]string{rules.ConfigPassword, rules.ConfigSecret}, 2}, {[]string{rules.ConfigPassword}, 1}, {[]string{rules.ConfigSecret}, 1}, {nil, 0},
	} {
		set := &rules.Set{}
		for _, id := range test.ids {
			set.Rules = append(set.Rules, builtinRule(id))
		}
		d, err := New(set)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, c := range []*Chunk{at(".env", text), at("secret.yml", secret), at("notes.txt", text), whole(text)} {
			for _, m := range d.Detect(c).Matches {
				seen[m.Rule.ID] = true
			}
		}
		if len(seen) != test.want {
			t.Errorf("with %q: found of %v", test.ids, seen)
		}
	}
}

// TestNotRead wants files left alone that are binary, a part of a longer one, or examples.
func TestNotRead(t *testing.T) {
	const text = "DB_PASSWORD=Harvest#2931\n"
	tests := map[string]*Chunk{"binary": at(".env", text), "part": at(".env", text), "example": at(".env.example", text), "no file": whole(text)}
	tests["binary"].Binary = true
	tests["part"].Whole = false
	for name, c := range tests {
		if found := structuredRules().Detect(c).Matches; len(found) > 0 {
			t.Errorf("%s: found %v", name, shown(found))
		}
	}
}

// TestDocuments wants the documents of a stream read as they are together, in each of its
// versions, whatever is known of their documents.
func TestDocuments(t *testing.T) {
	d := structuredRules()
	c, found := d.configured, 0
	rapid.Check(t, func(t *rapid.T) {
		document := rapid.Custom(func(t *rapid.T) string {
			if rapid.IntRange(0, 4).Draw(t, "broken") == 0 {
				return rapid.SampledFrom([]string{"a: 'b\n", "[a,\n", "password: |\n  x---\n", "--- x\n", "...\n", "a: \"\n---x\n", ""}).Draw(t, "text")
			}
			text, err := yaml.Marshal(drawTree(t, 2))
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		})
		text := strings.Join(rapid.SliceOfN(document, 1, 4).Draw(t, "documents"), "---\n")
		whole := newReading(c, fileOf([]string{"app.yml"}), []byte(text))
		for e := range whole.entries() {
			whole.take(&e)
		}
		want := map[span]string{}
		for _, s := range whole.found {
			if s.confidence != rules.Unlikely { // others pass the gate or don't
				want[span{s.Start, s.End}] = s.name + " " + s.value
			}
		}
		for range 2 {
			got := map[span]string{}
			for _, s := range c.find(at("app.yml", text)).found {
				if s.confidence != rules.Unlikely {
					got[span{s.Start, s.End}] = s.name + " " + s.value
				}
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(span{})); diff != "" {
				t.Fatalf("%s\n(-whole +parts):\n%s", text, diff)
			}
			found += len(got)
		}
	})
	if found < 50 {
		t.Errorf("only %d secrets were drawn", found)
	}
}
