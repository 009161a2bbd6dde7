package provider

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestPlaces shows how a value arrives from each place that a rule can put it.
func TestPlaces(t *testing.T) {
	const (
		odd     = `a&b=c d/e"f\g:é<%41+`
		plain   = `a&b=c:"d\e<%41+f/g`
		misread = "it has characters that a server might misread"
	)
	header := rules.Request{Method: "GET", URL: "https://api.vendor.com/", Headers: []rules.Field{{Name: "X-Key", Text: "key {value}!"}}}
	basic := rules.Request{Method: "GET", URL: "https://api.vendor.com/", Basic: "{part:sid}:{value}"}
	path := rules.Request{Method: "GET", URL: "https://api.vendor.com/bot{value}/me?x=y", Secret: true}
	query := rules.Request{Method: "GET", URL: "https://api.vendor.com/me?site={part:sid}&x=y", Headers: []rules.Field{{Name: "X", Text: "{value}"}}}
	form := rules.Request{Method: "POST", URL: "https://api.vendor.com/", Form: []rules.Field{{Name: "a b", Text: "{value}"}, {Name: "c", Text: "x&{part:sid}"}}}
	body := rules.Request{Method: "POST", URL: "https://api.vendor.com/", JSON: `{"token":"<{value}>","n":{"x":1}}`}
	tests := []struct {
		name    string
		request rules.Request
		value   string
		sid     string
		want    string // what the server sees
		why     string
	}{
		{"header", header, plain, "", "key " + plain + "!", ""},
		{"header, of lines", header, "a\r\nX-Other: b", "", "", misread},
		{"header, of two lines", header, "a\nb", "", "", misread},
		{"header, not ASCII", header, odd, "", "", misread},
		{"header, with a blank at its end", header, "abc ", "", "", misread},
		{"header, with a NUL", header, "a\x00b", "", "", misread},
		{"no value", header, "", "", "", "its value is not known"},
		{"basic", basic, plain, "AC1", "Basic " + base64.StdEncoding.EncodeToString([]byte("AC1:"+plain)), ""},
		{"basic, with a colon in the name", basic, plain, "AC1:x", "", "the user's name has a colon in it"},
		{"basic, of lines", basic, "a\nb", "AC1", "", misread},
		{"basic, without the part", basic, plain, "", "", "no sid was found near it, which is needed to ask"},
		{"path", path, "12:a&b;c+d?e#f", "", "/bot12:a&b%3Bc+d%3Fe%23f/me?x=y", ""},
		{"path, with a slash", path, "a/b", "", "", misread},
		{"path, with an escaped slash", path, "a%2fb", "", "", misread},
		{"path, with a backslash", path, `a\b`, "", "", misread},
		{"query", query, "v", odd + "#\n", "/me?site=" + url.QueryEscape(odd+"#\n") + "&x=y", ""},
		{"form", form, odd + "\n", odd, "a+b=" + url.QueryEscape(odd+"\n") + "&c=" + url.QueryEscape("x&"+odd), ""},
		{"form, no UTF-8", form, "a\xffb", "x", "", misread},
		{"JSON", body, odd + "\n", "", `{"token":"<a\u0026b=c d/e\"f\\g:é\u003c%41+\n>","n":{"x":1}}`, ""},
		{"JSON, no UTF-8", body, "a\xffb", "", "", misread},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got string
			w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
				b, _ := io.ReadAll(r.Body)
				got = string(b)
				switch {
				case tt.request.Basic != "":
					got = r.Header.Get("Authorization")
				case r.Header.Get("X-Key") != "":
					got = r.Header.Get("X-Key")
				case r.Method == "GET":
					got = r.RequestURI
				}
				answer(200, liveBody)(w, r)
			})
			v := vendor()
			v.Request = tt.request
			c, _ := w.client(Options{Rules: set(v)})
			cred := Credential{Rule: "vendor-token", Value: secret.New(tt.value)}
			if tt.sid != "" {
				cred.Parts = []Part{{"sid", secret.New(tt.sid)}}
			}
			a := c.Verify(t.Context(), cred)
			if tt.why != "" {
				if a.Verdict != Unknown || a.Why != tt.why || len(w.requests()) > 0 {
					t.Errorf("got %s (%s), want %s; the server saw %d requests", a.Verdict, a.Why, tt.why, len(w.requests()))
				}
				return
			}
			if a.Verdict != Live || got != tt.want {
				t.Errorf("got %s (%s)\nserver: %s\nwant:   %s", a.Verdict, a.Why, got, tt.want)
			}
		})
	}
}

func TestSteps(t *testing.T) {
	v := vendor()
	v.URL = "https://api.vendor.com/v1/{part:sid}/me"
	c := New(Options{Rules: set(v)})
	for _, sid := range []string{".", "..", "%2e%2e", "a/../.."} {
		cred := token(t)
		cred.Parts = []Part{{"sid", secret.New(sid)}}
		if q, err := c.question(v, &v.Request, cred, ""); err == nil {
			t.Errorf("%q: asks for %s", sid, q.url)
		}
	}
}

// TestParts shows that a part that may be another secret's doesn't go unsaid, and proves no
// death before the two have worked together.
func TestParts(t *testing.T) {
	w := newWorld(t, answer(401, deadBody))
	v := vendor()
	v.Headers = append(v.Headers, rules.Field{Name: "X-Id", Text: "{part:sid}"}, rules.Field{Name: "X-Site", Text: "{part:site}/{part:sid}"})
	c, _ := w.client(Options{Rules: set(v)})
	part := func(name, text string) Part { return Part{name, secret.New(text)} }
	tests := []struct {
		parts  []Part
		worked bool
		want   Answer
	}{
		{[]Part{part("sid", "1"), part("other", "x"), part("site", "2")}, true, Answer{Verdict: Dead, Why: `status 401, error is "token_revoked" (asked with the sid and the site found near it)`}},
		{[]Part{part("sid", "1"), part("site", "2"), part("sid", "1")}, false, Answer{Verdict: Unknown, Why: `status 401, error is "token_revoked", but the sid and the site found near it may belong to another secret`}},
		{[]Part{part("sid", "1"), part("site", "2"), part("sid", "3")}, true, Answer{Verdict: Unknown, Why: "more than one sid was found near it"}},
		{[]Part{part("sid", ""), part("site", "2")}, true, Answer{Verdict: Unknown, Why: "no sid was found near it, which is needed to ask"}},
	}
	for i, tt := range tests {
		cred := token(t)
		cred.Parts, cred.Worked = tt.parts, tt.worked
		got := c.Verify(t.Context(), cred)
		if got.Verdict != tt.want.Verdict || got.Why != tt.want.Why {
			t.Errorf("%d: got %s (%s), want %s (%s)", i, got.Verdict, got.Why, tt.want.Verdict, tt.want.Why)
		}
	}
}

// FuzzQuestion shows that whatever a value and a part are, a request goes to the host that
// the rule names, arrives with the value as it is, and has nothing more in it.
func FuzzQuestion(f *testing.F) {
	f.Add("token", "part")
	f.Add("a\r\nX: y", "..")
	f.Add("a/b?c#d", "evil.org")
	f.Add("{value}", "{part:sid}")
	f.Fuzz(func(t *testing.T, value, part string) {
		cred := Credential{Rule: "vendor-token", Value: secret.New(value), Parts: []Part{{"sid", secret.New(part)}}}
		v := &rules.Verify{Hosts: []string{"*.vendor.com"}}
		c := New(Options{})
		ask := func(r rules.Request) *question {
			q, err := c.question(v, &r, cred, "")
			if err != nil {
				if len(value) > 8 && strings.Contains(err.Error(), value) {
					t.Errorf("the error has the value in it: %q", err)
				}
				return nil
			}
			if !strings.HasSuffix(q.host, ".vendor.com") || q.url.Hostname() != q.host || q.url.User != nil || q.url.Fragment != "" {
				t.Fatalf("asks %q at %q", q.host, q.url)
			}
			return q
		}
		if q := ask(rules.Request{URL: "https://api.vendor.com/a/{part:sid}/{value}?x=y", Secret: true}); q != nil {
			if diff := cmp.Diff([]string{"", "a", part, value}, strings.Split(q.url.Path, "/")); diff != "" || q.url.RawQuery != "x=y" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
		}
		if q := ask(rules.Request{URL: "https://api.vendor.com/?x={part:sid}&y={value}", Secret: true}); q != nil {
			if diff := cmp.Diff(url.Values{"x": {part}, "y": {value}}, q.url.Query()); diff != "" {
				t.Errorf("query (-want +got):\n%s", diff)
			}
		}
		ask(rules.Request{URL: "https://{part:sid}/{value}", Secret: true})
		ask(rules.Request{URL: "https://{part:sid}.vendor.com/"})
		ask(rules.Request{URL: "{value}", Secret: true})
		if q := ask(rules.Request{URL: "https://api.vendor.com/", Form: []rules.Field{{Name: "x", Text: "{part:sid}"}, {Name: "y", Text: "{value}"}}}); q != nil {
			got, err := url.ParseQuery(string(q.body))
			if diff := cmp.Diff(url.Values{"x": {part}, "y": {value}}, got); err != nil || diff != "" {
				t.Errorf("form (-want +got):\n%s%v", diff, err)
			}
		}
		if q := ask(rules.Request{URL: "https://api.vendor.com/", JSON: `{"x":"{part:sid}","y":["{value}"]}`}); q != nil {
			var got struct {
				X string
				Y []string
			}
			if err := json.Unmarshal(q.body, &got); err != nil || got.X != part || len(got.Y) != 1 || got.Y[0] != value || !utf8.ValidString(value) {
				t.Errorf("JSON: %q, %v", q.body, err)
			}
		}
		if q := ask(rules.Request{URL: "https://api.vendor.com/", Basic: "{part:sid}:{value}"}); q != nil {
			r := http.Request{Header: q.header}
			if user, password, ok := r.BasicAuth(); !ok || user != part || password != value {
				t.Errorf("Basic: %q", q.header)
			}
		}
	})
}
