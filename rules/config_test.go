package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
)

const ownRule = `
[[rule]]
id = "acme-key"
description = "Acme key"
severity = "high"
pattern = '\bacme_[0-9a-f]{32}\b'
match = ['acme_{hex:32}']
`

func readConfig(t testing.TB, text string) *rules.Config {
	t.Helper()
	c, err := rules.ReadConfig("c.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func with(t testing.TB, set *rules.Set, c *rules.Config, trust rules.Trust) (*rules.Set, []rules.Warning) {
	t.Helper()
	res, warnings, err := set.With(c, trust)
	if err != nil {
		t.Fatal(err)
	}
	return res, warnings
}

func ids(set *rules.Set) []string {
	var all []string
	for _, r := range set.Rules {
		all = append(all, r.ID)
	}
	return all
}

func TestConfigAddsRules(t *testing.T) {
	base := builtin(t)
	before := ids(base)
	set, warnings := with(t, base, readConfig(t, ownRule+`
provider = "github"
confidence = "low"
[[rule.part]]
name = "id"
pattern = 'acme-id-(\d+)'
within = 3
required = true
[[rule.allow]]
stop_words = ["0000"]
`), rules.Repository)
	if len(warnings) > 0 {
		t.Errorf("warnings %q, want none", warnings)
	}
	rule, ok := set.Rule("acme-key")
	if !ok {
		t.Fatal("the rule is not in the set")
	}
	if rule.Provider.ID != "github" || rule.Severity != rules.High || rule.Confidence != rules.Unlikely {
		t.Errorf("got %s, %s, %s", rule.Provider.ID, rule.Severity, rule.Confidence)
	}
	if len(rule.Parts) != 1 || !rule.Parts[0].Required || rule.Parts[0].Within != 3 || len(rule.Allow) != 1 {
		t.Errorf("parts %v, allows %v", rule.Parts, rule.Allow)
	}
	if got := ids(set); !slices.IsSorted(got) || len(got) != len(before)+1 {
		t.Errorf("%d rules of %d, sorted %t", len(got), len(before)+1, slices.IsSorted(got))
	}
	if diff := cmp.Diff(before, ids(base)); diff != "" {
		t.Errorf("the set that was added to has changed:\n%s", diff)
	}
}

func TestConfigDefaults(t *testing.T) {
	set, _ := with(t, builtin(t), readConfig(t, "use_default = false"+ownRule), rules.Repository)
	if len(set.Allow) != 0 {
		t.Errorf("the built-in allows stayed: %v", set.Allow)
	}
	if diff := cmp.Diff([]string{"acme-key"}, ids(set)); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	rule := set.Rules[0]
	if rule.Provider.ID != "custom" || rule.Confidence != rules.Likely {
		t.Errorf("got provider %q, confidence %q; want custom, medium", rule.Provider.ID, rule.Confidence)
	}
}

func TestConfigScan(t *testing.T) {
	c := readConfig(t, "[scan]\ninclude = ['src']\nexclude = ['*.min.js', 'vendor']\nmax_file_size = '20MB'\nconfidence = 'low'")
	got := fmt.Sprintf("%v %v %d %s %t", c.Include, c.Exclude, c.MaxFileSize, c.Confidence, c.UseDefault)
	if want := "[src] [*.min.js vendor] 20971520 low true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for text, want := range map[string]int64{"0": 0, "7": 7, "1KB": 1 << 10, "3 MiB": 3 << 20, "2g": 2 << 30, "1TB": 1 << 40} {
		if got := readConfig(t, "scan.max_file_size = '"+text+"'").MaxFileSize; got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}

func TestConfigVault(t *testing.T) {
	c := readConfig(t, "[vault]\nproject = 'web'\nenv = 'dev'")
	if want := (rules.Vault{Project: "web", Env: "dev"}); c.Vault != want {
		t.Errorf("got %+v, want %+v", c.Vault, want)
	}
	if c := readConfig(t, ""); c.Vault != (rules.Vault{}) {
		t.Errorf("got %+v of nothing", c.Vault)
	}
	for _, field := range []string{"dir", "vault", "identity"} { // a repository mustn't say which vault
		if _, err := rules.ReadConfig("c.toml", []byte("[vault]\n"+field+" = '/x'")); err == nil || !strings.Contains(err.Error(), "unknown field") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestConfigDisable(t *testing.T) {
	base := builtin(t)
	set, warnings := with(t, base, readConfig(t, `disable = ["jwt", "no-such", "nor-this"]`), rules.Repository)
	if _, there := set.Rule("jwt"); there || len(set.Rules) != len(base.Rules)-1 {
		t.Error("the rule is still there, or others are not")
	}
	want := []rules.Warning{"c.toml: unknown rules can't be disabled: no-such, nor-this"}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestConfigAllow(t *testing.T) {
	base := builtin(t)
	set, warnings := with(t, base, readConfig(t, `
disable = ["jwt"]
[[allow]]
description = "fixtures"
rules = ["generic-secret", "jwt", "no-such"]
paths = ['^testdata/']
`), rules.Repository)
	if added := set.Allow[len(base.Allow):]; len(added) != 1 || len(added[0].Paths) != 1 {
		t.Errorf("added allows %v, want one", added)
	}
	want := []rules.Warning{"c.toml: unknown rule can't be allowed: no-such"}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestTrust(t *testing.T) {
	provider := "[[provider]]\nid = 'github'\nname = 'GitHub'\nconsole = 'https://github.acme.net/settings/tokens'\n"
	replaced := strings.Replace(ownRule, "acme-key", "jwt", 1)
	tests := []struct{ name, config, want string }{
		{"provider", provider, "can't define providers"},
		{"rule with a built-in id", replaced, "can't replace"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := readConfig(t, tt.config)
			if _, _, err := builtin(t).With(c, rules.Repository); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("from the repository: got %v, want an error that says %q", err, tt.want)
			}
			set, _ := with(t, builtin(t), c, rules.User)
			if len(set.Rules) != len(builtin(t).Rules) || len(set.Providers) < len(builtin(t).Providers) {
				t.Error("from the user: something was added rather than replaced")
			}
		})
	}
	set, _ := with(t, builtin(t), readConfig(t, provider+replaced), rules.User)
	github, _ := set.Provider("github")
	if want := "https://github.acme.net/settings/tokens"; github.Console != want {
		t.Errorf("console %q, want %q", github.Console, want)
	}
	if jwt, _ := set.Rule("jwt"); jwt.Description != "Acme key" {
		t.Errorf("the rule was not replaced: %q", jwt.Description)
	}
}

func TestReadConfigErrors(t *testing.T) {
	rule := func(lines string) string {
		return "[[rule]]\nid = 'a'\ndescription = 'A'\nseverity = 'low'\n" + lines
	}
	tests := []struct{ name, text, want string }{
		{"syntax", "use_default = \n", "c.toml:1: "},
		{"unknown field", "\n[scan]\ninclud = []", `c.toml:3: unknown field "scan.includ"`},
		{"unknown field of a rule", rule("patern = 'x'"), `c.toml:5: unknown field "rule.patern"`},
		{"broken pattern", rule("pattern = 'a(b'"), "c.toml:5: error parsing regexp"},
		{"look-around", rule("pattern = '(?<!a)b'"), "c.toml:5: error parsing regexp"},
		{"empty match", rule("pattern = 'a*'"), `c.toml:1: rule "a": the pattern matches the empty text`},
		{"no pattern", rule(""), "neither pattern nor path"},
		{"unknown check", rule("pattern = 'x'\ncheck = 'crc'"), `unknown check "crc": want one of`},
		{"lenient without check", rule("pattern = 'x'\nlenient = true"), "lenient without a check"},
		{"high without source", rule("pattern = 'x'\nconfidence = 'high'"), "confidence high needs a source"},
		{"source", rule("pattern = 'x'\nsource = 'the web'"), "is no https address"},
		{"severity", "[[rule]]\nseverity = 'huge'", `c.toml:2: severity "huge"`},
		{"confidence", "[[rule]]\nconfidence = 'huge'", `c.toml:2: confidence "huge"`},
		{"entropy", rule("pattern = 'x'\nentropy = 9.0"), "entropy 9"},
		{"id", "\n\n[[rule]]\nid = 'Big_Id'\ndescription = 'A'\nseverity = 'low'\npattern = 'x'", "c.toml:3: rule \"Big_Id\": the id must be"},
		{"no severity", "[[rule]]\nid = 'a'\ndescription = 'A'\npattern = 'x'", "no severity"},
		{"no description", "[[rule]]\nid = 'a'\nseverity = 'low'\npattern = 'x'", "no description"},
		{"id twice", rule("pattern = 'x'\n") + rule("pattern = 'y'"), `c.toml:6: rule "a": the id is taken`},
		{"part without name", rule("pattern = 'x'\n[[rule.part]]\npattern = 'y'"), "part: no name"},
		{"part without pattern", rule("pattern = 'x'\n[[rule.part]]\nname = 'y'"), `part "y": no pattern`},
		{"part too far", rule("pattern = 'x'\n[[rule.part]]\nname = 'y'\npattern = 'y'\nwithin = -1"), "within -1"},
		{"allow of nothing", "[[allow]]\ndescription = 'all'", `c.toml:1: allow "all": no condition`},
		{"allow of everything", "[[allow]]\nstop_words = ['']", "empty stop word"},
		{"allow for others", rule("pattern = 'x'\n[[rule.allow]]\nrules = ['b']\npaths = ['c']"), "names other rules"},
		{"target", "[[allow]]\nvalues = ['a']\ntarget = 'file'", `target "file"`},
		{"cadence", "[[provider]]\nid = 'a'\nname = 'A'\ncadence = '3 weeks'", `"3 weeks" is no number of days`},
		{"console", "[[provider]]\nid = 'a'\nname = 'A'\nconsole = 'javascript:alert(1)'", "is no https address"},
		{"size", "scan.max_file_size = 'big'", `"big" is no size`},
		{"confidence", "scan.confidence = 'none'", `confidence "none": want low, medium or high`},
		{"size too large", "scan.max_file_size = '9999999999TB'", "is no size"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := rules.ReadConfig("c.toml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error that says %q", err, tt.want)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), "c.toml:") || strings.Contains(err.Error(), "\n")) {
				t.Errorf("got %q, want one line that begins with the file's name", err)
			}
		})
	}
	c := readConfig(t, strings.Replace(ownRule, "severity", "provider = 'acme'\nseverity", 1))
	if _, _, err := builtin(t).With(c, rules.User); err == nil || !strings.Contains(err.Error(), `unknown provider "acme"`) {
		t.Errorf("unknown provider: got %v", err)
	}
}

// FuzzReadConfig demands of every config that is read that it can be applied, and
// of every other an error that names the file.
func FuzzReadConfig(f *testing.F) {
	f.Add("use_default = false" + ownRule)
	f.Add("disable = ['jwt']\n[scan]\nmax_file_size = '1MB'\n[[allow]]\npaths = ['a']")
	f.Add("[[provider]]\nid = 'a'\nname = 'A'\ncadence = '3d'")
	f.Add(ownRule + ownVerify)
	f.Add(ownRule + strings.Replace(ownVerify, "GET http://keys.acme.internal:8080/whoami", "POST {value}", 1) + "[verify.revoke]\nkills = 'it'\nrequest = 'DELETE https://a.test/{id}'")
	f.Add("[[verify]]\nrules = ['aws-secret-access-key']\nsign = 'aws4 sts us-east-1'\njson = '{}'\nform = {a = ''}\nhosts = ['*.a.test']")
	set := builtin(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := rules.ReadConfig("c.toml", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "c.toml:") {
				t.Errorf("error %q does not begin with the file's name", err)
			}
			return
		}
		for _, trust := range []rules.Trust{rules.Repository, rules.User} {
			res, _, err := set.With(c, trust)
			if err != nil {
				continue
			}
			for _, r := range res.Rules {
				if r.Provider == nil || r.Pattern == nil && r.Path == nil && !r.Structured {
					t.Errorf("rule %q is not complete", r.ID)
				}
			}
			for _, v := range res.Verifies {
				if v.FromConfig && trust == rules.Repository {
					t.Errorf("a repository says how rules %q are verified", v.Rules)
				}
				for _, id := range v.Rules {
					if _, there := res.Rule(id); !there || res.VerifyOf(id) != v {
						t.Errorf("rule %q is verified in two ways, or isn't there", id)
					}
				}
			}
		}
	})
}
