package rules_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
)

// TestNoMarks shows what vendors say of secrets that may work again, too, such as those of an
// account that is suspended: it is no mark of death.
func TestNoMarks(t *testing.T) {
	for _, tt := range []struct {
		rule   string
		status int
		body   string
	}{
		{"okta-api-token", 401, `{"errorCode": "E0000011", "errorSummary": "Invalid token provided"}`},
		{"slack-user-token", 200, `{"ok": false, "error": "account_inactive"}`},
		{"slack-user-token", 200, `{"ok": false, "error": "invalid_auth"}`},
	} {
		v := builtin(t).VerifyOf(tt.rule)
		if v == nil {
			continue // nobody is asked
		}
		if a, ok := v.Answer(tt.status, http.Header{}, []byte(tt.body)); ok && a.Means == rules.Dead {
			t.Errorf("%s: %s means dead", tt.rule, tt.body)
		}
	}
}

// TestElsewhere shows that those are asked, too, who alone know the secrets of a region, a
// partition or a test environment.
func TestElsewhere(t *testing.T) {
	for rule, address := range map[string]string{
		"aws-secret-access-key": "https://sts.eusc-de-east-1.amazonaws.eu/",
		"sendgrid-api-key":      "https://api.eu.sendgrid.com/v3/scopes",
		"telegram-bot-token":    "https://api.telegram.org/bot{value}/test/getMe",
	} {
		v := builtin(t).VerifyOf(rule)
		if v == nil || !slices.ContainsFunc(v.Elsewhere, func(r rules.Request) bool { return r.URL == address }) {
			t.Errorf("%s: nobody asks at %s", rule, address)
		}
	}
}

// TestRevokesNoMore shows that what would end more than the secret isn't ended with itself.
func TestRevokesNoMore(t *testing.T) {
	for _, rule := range []string{"slack-bot-token", "slack-user-token"} {
		if v := builtin(t).VerifyOf(rule); v == nil || v.Revoke != nil {
			t.Errorf("%s: it would end its app, too", rule)
		}
	}
}
