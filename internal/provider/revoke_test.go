package provider

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
)

// revocable is a provider whose tokens end themselves by their ids.
func revocable() *rules.Verify {
	v := vendor()
	v.Revoke = &rules.Revoke{
		Kills:   "this token, and nothing else",
		Request: rules.Request{Method: "DELETE", URL: "https://api.vendor.com/v1/keys/{id}", Headers: v.Headers},
		Done:    []rules.Answer{{Means: rules.Dead, Status: []int{204}}},
	}
	return v
}

func TestRevocation(t *testing.T) {
	c := New(Options{Rules: set(revocable())})
	cred := token(t)
	got, err := c.Revocation(cred)
	if want := (Revocation{"this token, and nothing else", "api.vendor.com"}); got != want || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	cred.Rule = "other-token"
	if got, err := c.Revocation(cred); !errors.Is(err, ErrNoRevocation) {
		t.Errorf("of another rule: got %+v, %v", got, err)
	}
	if got, err := New(Options{Rules: set(vendor())}).Revocation(token(t)); !errors.Is(err, ErrNoRevocation) {
		t.Errorf("of one that can't: got %+v, %v", got, err)
	}
	v := revocable()
	v.FromConfig = true
	if got, err := New(Options{Rules: set(v)}).Revocation(token(t)); err == nil || err.Error() != "api.vendor.com is named by a config, and has to be allowed" {
		t.Errorf("at a host that isn't allowed: got %+v, %v", got, err)
	}
}

func TestRevoke(t *testing.T) {
	const (
		asks    = "GET https://api.vendor.com/v1/me"
		revokes = "DELETE https://api.vendor.com/v1/keys/key-7"
	)
	tests := []struct {
		name    string
		id      any // that the provider names; nil for none
		before  http.HandlerFunc
		revoke  http.HandlerFunc
		keeps   bool // the provider goes on to know the token
		verdict Verdict
		err     string
		seen    []string
	}{
		{name: "done", id: "key-7", verdict: Dead, seen: []string{asks, revokes, asks}},
		{name: "done, with a number", id: 7, verdict: Dead, seen: []string{asks, "DELETE https://api.vendor.com/v1/keys/7", asks}},
		{name: "done, and not over yet", id: "key-7", keeps: true, verdict: Live, seen: []string{asks, revokes, asks}},
		{name: "refused", id: "key-7", revoke: answer(403, "{}"), keeps: true, verdict: Live,
			err: "revoke at api.vendor.com: status 403, without a mark that says what it means", seen: []string{asks, revokes, asks}},
		{name: "an answer that nobody documented", id: "key-7", revoke: answer(200, "{}"), verdict: Dead,
			err: "revoke at api.vendor.com: status 200, without a mark that says what it means", seen: []string{asks, revokes, asks}},
		{name: "no id", id: nil, verdict: Unknown, err: "revoke: nothing was revoked: it is unknown (status 200, without a mark that says what it means)", seen: []string{asks}},
		{name: "an empty id", id: "", verdict: Live, err: "revoke: nothing was revoked: its id is not known", seen: []string{asks}},
		{name: "an id that is a list", id: []string{"key-7", "key-8"}, verdict: Live, err: "revoke: nothing was revoked: its id is not known", seen: []string{asks}},
		{name: "an id that is a way", id: "../accounts/1", verdict: Live, err: "revoke: nothing was revoked: what the provider calls it is no plain id", seen: []string{asks}},
		{name: "an id that is a way up", id: "..", verdict: Live, err: "revoke: nothing was revoked: what the provider calls it is no plain id", seen: []string{asks}},
		{name: "an id with a slash", id: "a/b", verdict: Live, err: "revoke: nothing was revoked: what the provider calls it is no plain id", seen: []string{asks}},
		{name: "an id with a question", id: "a?all=1", verdict: Live, err: "revoke: nothing was revoked: what the provider calls it is no plain id", seen: []string{asks}},
		{name: "an id that is all", id: "*", verdict: Live, err: "revoke: nothing was revoked: what the provider calls it is no plain id", seen: []string{asks}},
		{name: "a long id", id: strings.Repeat("a", 200), verdict: Live, err: "revoke: nothing was revoked: what the provider calls it is no plain id", seen: []string{asks}},
		{name: "restricted, which names no id", before: answer(403, `{"error": "missing_scope"}`), verdict: Restricted, err: "revoke: nothing was revoked: its id is not known", seen: []string{asks}},
		{name: "dead before", before: answer(401, deadBody), verdict: Dead, err: `revoke: nothing was revoked: it is dead (status 401, error is "token_revoked")`, seen: []string{asks}},
		{name: "nobody knows", before: answer(500, ""), verdict: Unknown, err: "revoke: nothing was revoked: it is unknown (status 500, the provider has trouble)", seen: []string{asks}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dead := false
			w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == "DELETE":
					dead = !tt.keeps
					if tt.revoke != nil {
						tt.revoke(w, r)
						return
					}
					w.WriteHeader(204)
				case dead:
					answer(401, deadBody)(w, r)
				case tt.before != nil:
					tt.before(w, r)
				default:
					body, _ := json.Marshal(map[string]any{"me": map[string]any{"id": tt.id}})
					answer(200, string(body))(w, r)
				}
			})
			c, _ := w.client(Options{Rules: set(revocable())})
			got, err := c.Revoke(t.Context(), token(t))
			if got.Verdict != tt.verdict {
				t.Errorf("got %s (%s), want %s", got.Verdict, got.Why, tt.verdict)
			}
			if msg := message(err); msg != tt.err {
				t.Errorf("got error %q, want %q", msg, tt.err)
			}
			if diff := cmp.Diff(tt.seen, w.requests()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
	c := New(Options{Rules: set(vendor())})
	if _, err := c.Revoke(t.Context(), token(t)); message(err) != `revoke: a value of rule "vendor-token" can't revoke itself` {
		t.Errorf("of one that can't: %v", err)
	}
}

// TestRevokeWithoutID is about providers that need none: the request has the token in it.
func TestRevokeWithoutID(t *testing.T) {
	v := revocable()
	v.Answers[0].ID = ""
	v.Revoke.URL = "https://api.vendor.com/v1/keys/self"
	dead := false
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == "DELETE":
			dead = true
			w.WriteHeader(204)
		case dead:
			answer(401, deadBody)(w, r)
		default:
			answer(200, liveBody)(w, r)
		}
	})
	c, _ := w.client(Options{Rules: set(v)})
	if got, err := c.Revoke(t.Context(), token(t)); got.Verdict != Dead || err != nil {
		t.Errorf("got %s (%s), %v", got.Verdict, got.Why, err)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
