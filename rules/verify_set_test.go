package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
)

const ownVerify = `
[[verify]]
rules = ["acme-key"]
request = "GET http://keys.acme.internal:8080/whoami"
headers = { X-Key = "{value}" }
[[verify.answer]]
means = "live"
status = [204]
example = "HTTP/1.1 204 No Content"
[[verify.answer]]
means = "dead"
status = [401]
contains = ["no such key"]
example = "HTTP/1.1 401 Unauthorized\n\nno such key"
`

func TestConfigVerify(t *testing.T) {
	base := builtin(t)
	c := readConfig(t, ownRule+ownVerify)
	set, warnings := with(t, base, c, rules.User)
	if len(warnings) > 0 {
		t.Errorf("warnings %q, want none", warnings)
	}
	v := set.VerifyOf("acme-key")
	if v == nil || !v.FromConfig || v.URL != "http://keys.acme.internal:8080/whoami" {
		t.Fatalf("got %+v", v)
	}
	if github := set.VerifyOf("github-oauth-token"); github == nil || github.FromConfig {
		t.Errorf("GitHub's is %+v", github)
	}
	if set.VerifyOf("no-such") != nil || base.VerifyOf("acme-key") != nil {
		t.Error("there is one for a rule that isn't there")
	}
	if len(set.Verifies) != len(base.Verifies)+1 {
		t.Errorf("%d of %d", len(set.Verifies), len(base.Verifies))
	}

	// Whoever wrote the repository would have others' secrets sent to him.
	set, warnings = with(t, base, c, rules.Repository)
	want := []rules.Warning{"c.toml:9: verify: a config inside the scanned repository can't say how secrets are verified; put it in your own config"}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if set.VerifyOf("acme-key") != nil || len(set.Verifies) != len(base.Verifies) {
		t.Error("a repository said how secrets are verified")
	}
}

// TestConfigVerifyReplaces wants that a user says how a built-in rule's values are asked
// about, and that the other rules' stay as they were.
func TestConfigVerifyReplaces(t *testing.T) {
	base := builtin(t)
	others := len(base.VerifyOf("github-oauth-token").Rules)
	c := readConfig(t, strings.Replace(ownVerify, "acme-key", "github-oauth-token", 1))
	set, _ := with(t, base, c, rules.User)
	if v := set.VerifyOf("github-oauth-token"); !v.FromConfig {
		t.Errorf("got %+v", v)
	}
	if v := set.VerifyOf("github-personal-access-token"); v == nil || v.FromConfig || len(v.Rules) != others-1 {
		t.Errorf("the other rules have %+v", v)
	}
	if len(base.VerifyOf("github-oauth-token").Rules) != others {
		t.Error("the set that was added to has changed")
	}
}

// TestConfigVerifyOfOthers wants that nothing which another pattern finds is sent to a
// provider that the built-in rule's values go to.
func TestConfigVerifyOfOthers(t *testing.T) {
	base := builtin(t)
	replaced := strings.Replace(ownRule, "acme-key", "sendgrid-api-key", 1)
	tests := []struct {
		name, config string
		trust        rules.Trust
	}{
		{"replaced", replaced, rules.User},
		{"disabled", "disable = ['sendgrid-api-key']", rules.Repository},
		{"disabled and made anew", "disable = ['sendgrid-api-key']" + replaced, rules.Repository},
		{"without the built-in rules", "use_default = false" + replaced, rules.Repository},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set, _ := with(t, base, readConfig(t, tt.config), tt.trust)
			if v := set.VerifyOf("sendgrid-api-key"); v != nil {
				t.Errorf("got %+v", v)
			}
		})
	}
	// What is only allowed in addition is still the built-in rule's.
	c, err := rules.ReadGitleaks(".gitleaks.toml", []byte("[extend]\nuseDefault = true\n[[rules]]\nid = 'sendgrid-api-key'\n[[rules.allowlists]]\npaths = ['^docs/']"))
	if err != nil {
		t.Fatal(err)
	}
	if set, _ := with(t, base, c, rules.Repository); set.VerifyOf("sendgrid-api-key") == nil {
		t.Error("with more that it allows, the rule lost how it is asked about")
	}
}

func TestConfigVerifyErrors(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown rule", "acme-key", "acme-kex", `c.toml:2: verify: there is no rule "acme-kex"`},
		{"unknown part", "{value}", "{value}{part:shop}", `c.toml:2: verify: rule "jwt" has no part "shop"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(ownVerify, tt.old, tt.new, 1)
			c := readConfig(t, strings.Replace(text, "acme-key", "jwt", 1))
			if _, _, err := builtin(t).With(c, rules.User); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	for name, text := range map[string]string{
		"ftp":    strings.Replace(ownVerify, "http:", "ftp:", 1),
		"source": strings.Replace(ownVerify, "request", "source = 'http://docs.acme.internal/'\nrequest", 1),
	} {
		if _, err := rules.ReadConfig("c.toml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "c.toml:2: verify: ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
