package detectors

import (
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestWeigh wants the severity lowered of what says that it has ended, or is for tests.
func TestWeigh(t *testing.T) {
	token := func(claims string) string {
		return randomText(`{base64url({{"alg":"HS256"})}.{base64url({` + claims + `)}.{base64url:43}`)
	}
	jwt, random := &rules.Rule{ID: "jwt", Check: "jwt", Severity: rules.Medium}, &rules.Rule{ID: "random", Severity: rules.High}
	for _, test := range []struct {
		rule  *rules.Rule
		value string
		want  rules.Severity
		why   string
	}{
		{jwt, token(`{"sub":"a","exp":1516239022}`), rules.Low, "ended on 2018-01-18"},
		{jwt, token(`{"sub":"a","exp":1893456000}`), rules.Medium, ""},
		{jwt, token(`{"sub":"a","exp":"1516239022"}`), rules.Medium, ""},
		{jwt, token(`{"sub":"a"}`), rules.Medium, ""},
		{random, randomText("sk_test_{alnum:24}"), rules.Low, "for tests"},
		{random, randomText("sandbox_{alnum:8}_{alnum:16}"), rules.Low, "for tests"},
		{random, randomText("ACME_TEST-{alnum:24}"), rules.Low, "for tests"},
		{random, randomText("sk_live_{alnum:24}"), rules.High, ""},
		{random, randomText("{alnum:24}_test_{alnum:24}"), rules.High, ""},
		{random, randomText("testing{alnum:24}"), rules.High, ""},
	} {
		m := Match{Rule: test.rule, Value: secret.New([]byte(test.value))}
		m.weigh(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
		if m.Severity != test.want || !strings.Contains(m.Why, test.why) || test.why == "" && m.Why != "" {
			t.Errorf("%s: %s, because %q; want %s, because %q", test.value, m.Severity, m.Why, test.want, test.why)
		}
	}
}
