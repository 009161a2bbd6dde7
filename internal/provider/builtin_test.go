package provider

import (
	"fmt"
	random "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestBuiltin has a server play every documented answer of every provider: each yields its
// meaning, and none means dead without its mark.
func TestBuiltin(t *testing.T) {
	builtin, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	rng := random.New(random.NewPCG(1, 2))
	var serve http.HandlerFunc
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) { serve(w, r) })
	c, _ := w.client(Options{Rules: builtin})
	asked := 0
	for _, v := range builtin.Verifies {
		for _, rule := range v.Rules {
			cred := credential(t, builtin, v, rule, rng)
			cred.Worked = true
			for i := range v.Answers {
				a := &v.Answers[i]
				t.Run(fmt.Sprintf("%s/%d %s", rule, i, a.Means), func(t *testing.T) {
					status := 0
					status, serve = play(t, a, rng)
					check(t, c, cred, Verdict(a.Means))
					asked++
					if a.Means == rules.Dead {
						unsure := cred
						if unsure.Worked = false; len(cred.Parts) > 0 || v.OwnServers {
							check(t, c, unsure, Unknown)
						}
						serve = answer(status, "")
						check(t, c, cred, Unknown)
					}
				})
			}
			if v.Revoke != nil {
				t.Run(rule+"/revoke", func(t *testing.T) { revokes(t, c, v, cred, &serve, rng) })
			}
			secretAddress := v.Secret || v.Revoke != nil && v.Revoke.Secret
			if !secretAddress && slices.ContainsFunc(w.requests(), func(line string) bool { return strings.Contains(line, cred.Value.Reveal()) }) {
				t.Errorf("%s: the value is in an address", rule)
			}
			w.forget()
		}
	}
	if asked < 10 {
		t.Errorf("found %d answers, too few to be all", asked)
	}
}

// check asks, and says what came instead of what was wanted.
func check(t *testing.T, c *Client, cred Credential, want Verdict) {
	t.Helper()
	got := c.Verify(t.Context(), cred)
	if got.Verdict != want {
		t.Errorf("got %s (%s), want %s", got.Verdict, got.Why, want)
	}
	if strings.Contains(got.Why, cred.Value.Reveal()) {
		t.Error("the reason has the value in it")
	}
}

// play gives the server of an answer's example, and its status.
func play(t *testing.T, a *rules.Answer, rng *random.Rand) (int, http.HandlerFunc) {
	t.Helper()
	status, header, body, err := a.Sample(rng)
	if err != nil {
		t.Fatal(err)
	}
	return status, func(w http.ResponseWriter, _ *http.Request) {
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

// revokes has a server on which a secret ends itself.
func revokes(t *testing.T, c *Client, v *rules.Verify, cred Credential, serve *http.HandlerFunc, rng *random.Rand) {
	meaning := func(m rules.Meaning) http.HandlerFunc {
		i := slices.IndexFunc(v.Answers, func(a rules.Answer) bool { return a.Means == m })
		_, h := play(t, &v.Answers[i], rng)
		return h
	}
	for i := range v.Revoke.Done {
		live, dead := meaning(rules.Live), meaning(rules.Dead)
		_, done := play(t, &v.Revoke.Done[i], rng)
		turn := 0
		*serve = func(w http.ResponseWriter, r *http.Request) {
			turn++
			[]http.HandlerFunc{live, done, dead}[min(turn, 3)-1](w, r)
		}
		if what, err := c.Revocation(cred); err != nil || what.Kills == "" || what.Host == "" {
			t.Errorf("it is not said what ends: %+v", what)
		}
		if got, err := c.Revoke(t.Context(), cred); got.Verdict != Dead || err != nil || turn != 3 {
			t.Errorf("got %s (%s), %v, after %d requests", got.Verdict, got.Why, err, turn)
		}
	}
}

// credential makes one of a rule, from its samples.
func credential(t *testing.T, all *rules.Set, v *rules.Verify, id string, rng *random.Rand) Credential {
	t.Helper()
	rule, ok := all.Rule(id)
	if !ok {
		t.Fatalf("no rule %q", id)
	}
	cred := Credential{Rule: id}
	text, value, err := all.Sample(id, rng)
	if err != nil {
		t.Fatal(err)
	}
	cred.Value, cred.Carrier = secret.New(value), secret.New(value)
	loc := rule.Pattern.Regexp().FindStringSubmatchIndex(text)
	if g := rule.Pattern.Group("carrier"); g > 0 && loc[2*g] >= 0 {
		cred.Carrier = secret.New(text[loc[2*g]:loc[2*g+1]])
	}
	for _, p := range rule.Parts {
		cred.Parts = append(cred.Parts, Part{p.Name, secret.New(part(v, p.Name))})
	}
	return cred
}

// part makes one that is a host of the rule where it is to be one.
func part(v *rules.Verify, name string) string {
	const any = "acme1"
	host, _, _ := strings.Cut(strings.TrimPrefix(v.URL, "https://"), "/")
	before, after, ok := strings.Cut(host, "{part:"+name+"}")
	if !ok || len(v.Hosts) == 0 {
		return any
	}
	name = strings.Replace(v.Hosts[0], "*", any, 1)
	return strings.TrimSuffix(strings.TrimPrefix(name, before), after)
}
