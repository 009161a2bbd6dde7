package provider

import (
	"net/http"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestElsewhere asks a provider whose parts know nothing of each other's secrets.
func TestElsewhere(t *testing.T) {
	replies := make(map[string]http.HandlerFunc)
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) { replies[r.Host](w, r) })
	v := vendor()
	eu, us := v.Request, v.Request
	eu.URL, us.URL = "https://eu.vendor.com/v1/me", "https://us.vendor.com/v1/me"
	v.Elsewhere = []rules.Request{eu, us}
	c, _ := w.client(Options{Rules: set(v)})
	dead, live, down := answer(401, deadBody), answer(200, liveBody), answer(503, "")
	for _, tt := range []struct {
		name                 string
		first, second, third http.HandlerFunc
		want                 Verdict
		host                 string
	}{
		{"first", live, dead, dead, Live, "api.vendor.com"},
		{"last", dead, dead, live, Live, "us.vendor.com"},
		{"all dead", dead, dead, dead, Dead, "us.vendor.com"},
		{"one is down", dead, down, dead, Unknown, "eu.vendor.com"},
		{"the first is down", down, dead, dead, Unknown, "api.vendor.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			replies["api.vendor.com"], replies["eu.vendor.com"], replies["us.vendor.com"] = tt.first, tt.second, tt.third
			if a := c.Verify(t.Context(), token(t)); a.Verdict != tt.want || a.Host != tt.host {
				t.Errorf("%s (%s) at %s, want %s at %s", a.Verdict, a.Why, a.Host, tt.want, tt.host)
			} else if all := "as at api.vendor.com, eu.vendor.com"; strings.HasSuffix(a.Why, all) != (a.Verdict == Dead) {
				t.Errorf("%s, because %s", a.Verdict, a.Why)
			}
		})
	}
}

// TestElsewhereWithParts shows that a part which may be another secret's keeps nobody from being
// asked: another part of the provider may say that the two work together.
func TestElsewhereWithParts(t *testing.T) {
	replies := make(map[string]http.HandlerFunc)
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) { replies[r.Host](w, r) })
	v := vendor()
	v.Headers = append(v.Headers, rules.Field{Name: "X-Id", Text: "{part:sid}"})
	eu := v.Request
	eu.URL = "https://eu.vendor.com/v1/me"
	v.Elsewhere = []rules.Request{eu}
	c, _ := w.client(Options{Rules: set(v)})
	cred := token(t)
	cred.Parts = []Part{{"sid", secret.New("1")}}
	dead, live := answer(401, deadBody), answer(200, liveBody)
	for _, tt := range []struct {
		name          string
		first, second http.HandlerFunc
		worked        bool
		want          Verdict
		host          string
	}{
		{"live elsewhere", dead, live, false, Live, "eu.vendor.com"},
		{"dead everywhere", dead, dead, false, Unknown, "eu.vendor.com"},
		{"dead everywhere after it worked", dead, dead, true, Dead, "eu.vendor.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			replies["api.vendor.com"], replies["eu.vendor.com"] = tt.first, tt.second
			cred.Worked = tt.worked
			if a := c.Verify(t.Context(), cred); a.Verdict != tt.want || a.Host != tt.host {
				t.Errorf("%s (%s) at %s, want %s at %s", a.Verdict, a.Why, a.Host, tt.want, tt.host)
			}
		})
	}
}
