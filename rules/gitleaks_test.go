package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
)

func readGitleaks(t testing.TB, text string) *rules.Config {
	t.Helper()
	c, err := rules.ReadGitleaks(".gitleaks.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// gitleaksConfig has all that the format documents.
const gitleaksConfig = `
title = "our rules"
description = "what we look for"
minVersion = "v8.25.0"

[extend]
useDefault = true
disabledRules = ["jwt", "no-such-rule", "nor-this"]

[[rules]]
id = "acme-key"
description = "Acme key"
regex = '''(?i)(acme)[_-]key\s*=\s*"(?P<name>[a-z0-9]{20})"'''
secretGroup = 2
entropy = 3
path = '''\.conf$'''
keywords = ["acme", "ACME_HOST"]
tags = ["acme", "key"]

[[rules.allowlists]]
description = "samples"
condition = "AND"
regexTarget = "line"
regexes = ['''sample''']
paths = ['''^docs/''']
stopwords = ["abc"]
commits = ["0123456789012345678901234567890123456789"]

[[rules.required]]
id = "acme-user"
withinLines = 4
withinColumns = 10

[[rules]]
id = "acme-user"
description = "Acme user"
regex = '''acme_user_(\d+)'''
skipReport = true

[[rules]]
id = "github-personal-access-token"
[rules.allowlist]
regexTarget = "match"
regexes = ['''ghp_0000''']

[[rules]]
id = "key-file"
description = "Key file"
path = '''\.key$'''

[allowlist]
paths = ['''^vendor/''']

[[allowlists]]
targetRules = ["acme-key"]
stopwords = ["dummy"]
`

func TestGitleaks(t *testing.T) {
	base := builtin(t)
	set, warnings := with(t, base, readGitleaks(t, gitleaksConfig), rules.Repository)
	want := []rules.Warning{
		`.gitleaks.toml:10: rule "acme-key": withinColumns is not looked at`,
		".gitleaks.toml: unknown rules can't be disabled: no-such-rule, nor-this",
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if got, want := len(set.Rules), len(base.Rules)-1+2; got != want {
		t.Errorf("%d rules, want %d", got, want)
	}
	if _, there := set.Rule("jwt"); there {
		t.Error("a disabled rule is there")
	}
	if _, there := set.Rule("acme-user"); there {
		t.Error("a rule with skipReport is there")
	}

	key, ok := set.Rule("acme-key")
	if !ok {
		t.Fatal("the rule is not in the set")
	}
	text := `ACME_KEY = "abcdefghij0123456789"`
	start, end := rules.ValueSpan(key.Pattern, key.Pattern.Regexp().FindStringSubmatchIndex(text))
	if got, want := text[start:end], "abcdefghij0123456789"; got != want {
		t.Errorf("value %q, want %q", got, want)
	}
	if key.Pattern.Group("name") >= 0 {
		t.Error("a group is still called name")
	}
	if key.Entropy <= 3 || key.Entropy > 3.000001 {
		t.Errorf("entropy %v, want just over 3", key.Entropy)
	}
	if !key.Path.MatchString("etc/a.conf") {
		t.Error("the path is lost")
	}
	if key.Severity != rules.High || key.Confidence != rules.Likely || key.Provider == nil {
		t.Errorf("severity %q, confidence %q, provider %v", key.Severity, key.Confidence, key.Provider)
	}
	var parts []string
	for _, p := range key.Parts {
		if !p.Required {
			t.Errorf("part %q is not required", p.Name)
		}
		parts = append(parts, p.Name)
	}
	if diff := cmp.Diff([]string{"keyword", "acme-user"}, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if got := key.Parts[1].Within; got != 4 {
		t.Errorf("within %d, want 4", got)
	}
	allow := key.Allow[0]
	if !allow.All || allow.Target != rules.TargetLine || len(allow.Values) != 1 || len(allow.Paths) != 1 ||
		len(allow.StopWords) != 1 || len(allow.Commits) != 1 {
		t.Errorf("allow %+v", allow)
	}

	file, ok := set.Rule("key-file")
	if !ok || file.Pattern != nil || !file.Path.MatchString("a.key") {
		t.Error("the rule about files is not as it was written")
	}
	extended, _ := set.Rule("github-personal-access-token")
	if len(extended.Allow) != 1 || extended.Allow[0].Target != rules.TargetMatch || extended.Check == "" {
		t.Errorf("the built-in rule was not just extended: %+v", extended.Allow)
	}
	if before, _ := base.Rule("github-personal-access-token"); len(before.Allow) != 0 {
		t.Error("the rule of the set that was added to has changed")
	}
	if added := set.Allow[len(base.Allow):]; len(added) != 2 || len(added[1].Rules) != 1 {
		t.Errorf("added allows %+v", added)
	}
}

func TestGitleaksKeywords(t *testing.T) {
	tests := []struct {
		name, rule string
		want       int // parts
	}{
		{"none", `regex = 'acme_\w{20}'`, 0},
		{"in the pattern", `regex = '(?i)ACME_\w{20}'` + "\nkeywords = ['acme']", 0},
		{"elsewhere", `regex = '\b[0-9a-f]{32}\b'` + "\nkeywords = ['acme', 'ac.me']", 1},
		{"empty", `regex = '\b[0-9a-f]{32}\b'` + "\nkeywords = ['']", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, _ := with(t, &rules.Set{}, readGitleaks(t, "[[rules]]\nid = 'a'\n"+tt.rule), rules.User)
			if got := len(set.Rules[0].Parts); got != tt.want {
				t.Fatalf("%d parts, want %d", got, tt.want)
			}
			if tt.want == 1 && (set.Rules[0].Parts[0].Pattern.MatchString("acxme") || !set.Rules[0].Parts[0].Pattern.MatchString("Ac.Me")) {
				t.Error("the keywords are not taken as they are, in any case")
			}
		})
	}
}

func TestGitleaksSameID(t *testing.T) {
	c := readGitleaks(t, "[extend]\nuseDefault = true\n[[rules]]\nid = 'jwt'\ndescription = 'ours'\nregex = 'acme_\\w{20}'")
	set, warnings := with(t, builtin(t), c, rules.Repository)
	own, ok := set.Rule("gitleaks-jwt")
	if jwt, _ := set.Rule("jwt"); !ok || own.Description != "ours" || jwt.Description == "ours" || len(warnings) != 1 {
		t.Errorf("from the repository: both must be there, with a warning; got %q", warnings)
	}
	set, warnings = with(t, builtin(t), c, rules.User)
	if jwt, _ := set.Rule("jwt"); jwt.Description != "ours" || len(warnings) != 0 {
		t.Errorf("from the user: the rule must be replaced; warnings %q", warnings)
	}
}

func TestGitleaksExtend(t *testing.T) {
	c := readGitleaks(t, "[extend]\npath = '../base.toml'\n")
	if c.Extend != "../base.toml" || !c.UseDefault {
		t.Errorf("extend %q, keeps what it extends: %t", c.Extend, c.UseDefault)
	}
	if c := readGitleaks(t, "title = 'alone'"); c.UseDefault || c.Extend != "" {
		t.Error("a config that extends nothing keeps rules")
	}
}

func TestGitleaksUnknown(t *testing.T) {
	c := readGitleaks(t, "colour = 'red'\n[[rules]]\nid = 'a'\nregex = 'b'\nseverity = 'high'\n[[rules]]\nid = 'only-allows'\n[[rules.required]]\nid = 'x'\n[[rules]]\nid = 'c'\nregex = 'd'\n[[rules.required]]\nid = 'nobody'")
	_, warnings := with(t, builtin(t), c, rules.Repository)
	want := []rules.Warning{
		`.gitleaks.toml:1: unknown field "colour" has no effect`,
		`.gitleaks.toml:5: unknown field "rules.severity" has no effect`,
		`.gitleaks.toml:10: rule "c": requires rule "nobody", which there is not; it is reported without`,
		".gitleaks.toml: unknown rule can't be extended: only-allows",
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestGitleaksErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"address", "[extend]\nurl = 'https://example.com/rules.toml'", "a scan makes no requests"},
		{"syntax", "[[rules]\n", ".gitleaks.toml:1: "},
		{"no id", "\n[[rules]]\nregex = 'a'", `.gitleaks.toml:2: rule "": no id`},
		{"broken regex", "[[rules]]\nid = 'a'\nregex = '(a'", `rule "a": error parsing regexp`},
		{"empty match", "[[rules]]\nid = 'a'\nregex = 'a*'", "matches the empty text"},
		{"no such group", "[[rules]]\nid = 'a'\nregex = '(a)'\nsecretGroup = 2", "secretGroup 2: the pattern has 1 groups"},
		{"condition", "[[allowlists]]\ncondition = 'XOR'\npaths = ['a']", `condition "XOR"`},
		{"target", "[[allowlists]]\nregexTarget = 'file'\npaths = ['a']", `regexTarget "file"`},
		{"empty allowlist", "[allowlist]\ndescription = 'x'", "no condition"},
		{"id twice", "[[rules]]\nid = 'a'\nregex = 'a'\n[[rules]]\nid = 'a'\nregex = 'b'", "the id is taken"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := rules.ReadGitleaks(".gitleaks.toml", []byte(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), ".gitleaks.toml:") {
				t.Errorf("got %v, want an error that names the file and says %q", err, tt.want)
			}
		})
	}
}

// FuzzReadGitleaks demands of every config that is read that it can be applied.
func FuzzReadGitleaks(f *testing.F) {
	f.Add(gitleaksConfig)
	f.Add("[extend]\npath = 'a'")
	f.Add("[[rules]]\nid = 'a'\nregex = '((a)|b)c'\nsecretGroup = 2\nkeywords = ['x']")
	set := builtin(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := rules.ReadGitleaks("g.toml", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "g.toml:") {
				t.Errorf("error %q does not begin with the file's name", err)
			}
			return
		}
		for _, trust := range []rules.Trust{rules.Repository, rules.User} {
			res, _, err := set.With(c, trust)
			if err != nil {
				t.Fatalf("it is read but can't be applied: %v", err)
			}
			for _, r := range res.Rules {
				if r.Provider == nil || r.Pattern == nil && r.Path == nil && !r.Structured {
					t.Errorf("rule %q is not complete", r.ID)
				}
			}
		}
	})
}
