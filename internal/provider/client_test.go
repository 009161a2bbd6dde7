package provider

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// TestVerify has all that a server can do. Nothing but the two marks of the rule is Dead.
func TestVerify(t *testing.T) {
	tests := []struct {
		name    string
		serve   http.HandlerFunc
		verdict Verdict
		why     string
	}{
		{"live", answer(200, liveBody), Live, `status 200, me.id`},
		{"restricted", answer(403, `{"error": "missing_scope"}`), Restricted, `status 403, error is "missing_scope"`},
		{"dead", answer(401, deadBody), Dead, `status 401, error is "token_revoked"`},
		{"dead by a header", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(401)
		}, Dead, `status 401, header WWW-Authenticate with "invalid_token"`},
		{"a mark of another status", answer(403, deadBody), Unknown, "status 403, without a mark that says what it means"},
		{"bare 401", answer(401, ""), Unknown, "status 401, without a mark that says what it means"},
		{"bare 403", answer(403, "{}"), Unknown, "status 403, without a mark that says what it means"},
		{"bare 404", answer(404, "not found"), Unknown, "status 404, without a mark that says what it means"},
		{"garbage", answer(200, "\x00\xff{]"), Unknown, "status 200, without a mark that says what it means"},
		{"truncated JSON", answer(401, deadBody[:len(deadBody)-1]), Unknown, "status 401, without a mark that says what it means"},
		{"JSON and more", answer(401, deadBody+"{}"), Unknown, "status 401, without a mark that says what it means"},
		{"a name twice", answer(401, `{"error": "other", "error": "token_revoked"}`), Unknown, "status 401, without a mark that says what it means"},
		{"a page of a captive portal", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html><body>Welcome to the hotel</body></html>")
		}, Unknown, "status 200, without a mark that says what it means"},
		{"JSON that says that it is a page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(401)
			_, _ = io.WriteString(w, deadBody)
		}, Unknown, "status 401, without a mark that says what it means"},
		{"the provider has trouble", answer(500, deadBody), Unknown, "status 500, the provider has trouble"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://10.0.0.1/v1/me", http.StatusFound)
		}, Unknown, "status 302, a redirect, which is not followed"},
		{"a redirect to itself", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/v1/me", http.StatusTemporaryRedirect)
		}, Unknown, "status 307, a redirect, which is not followed"},
		{"a huge body", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(401)
			_, _ = io.WriteString(w, deadBody+strings.Repeat(" ", 1<<20))
		}, Unknown, "status 401, with more than 64 KiB"},
		{"huge headers", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Much", strings.Repeat("x", 1<<20))
			answer(401, deadBody)(w, nil)
		}, Unknown, "the connection broke, or what came was no answer"},
		{"packed although nobody asked", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(401)
			packed := gzip.NewWriter(w)
			_, _ = io.WriteString(packed, deadBody)
			_ = packed.Close()
		}, Unknown, "status 401, without a mark that says what it means"},
		{"a connection that ends", func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
			Unknown, "the connection broke, or what came was no answer"},
		{"a body that ends too soon", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(401)
			_, _ = io.WriteString(w, deadBody)
			panic(http.ErrAbortHandler)
		}, Unknown, "the connection broke, or what came was no answer"},
		{"no HTTP", func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(conn, "220 "+r.Header.Get("Authorization")+"\r\n")
			_ = conn.Close()
		}, Unknown, "the connection broke, or what came was no answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.serve)
			now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
			c, _ := w.client(Options{Rules: set(vendor()), Now: func() time.Time { return now }})
			got := c.Verify(t.Context(), token(t))
			got.id = secret.Value{}
			if diff := cmp.Diff(Answer{Verdict: tt.verdict, Why: tt.why, Host: "api.vendor.com", At: now}, got, cmp.AllowUnexported(Answer{})); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if len(w.requests()) != 1 {
				t.Errorf("the server saw %d requests, want 1", len(w.requests()))
			}
		})
	}
}

// TestRetry shows when it is asked again: where the provider says when, and that is soon.
func TestRetry(t *testing.T) {
	later := func(status int, after string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(status)
		}
	}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name    string
		answers []http.HandlerFunc // the last again and again
		verdict Verdict
		why     string
		pauses  []time.Duration
	}{
		{"429, then live", []http.HandlerFunc{later(429, "3"), answer(200, liveBody)}, Live, "status 200, me.id", []time.Duration{3 * time.Second}},
		{"429 and 503, then dead", []http.HandlerFunc{later(429, "0"), later(503, "10"), answer(401, deadBody)}, Dead, `status 401, error is "token_revoked"`, []time.Duration{0, 10 * time.Second}},
		{"a date", []http.HandlerFunc{later(429, now.Add(5*time.Second).Format(http.TimeFormat)), answer(200, liveBody)}, Live, "status 200, me.id", []time.Duration{5 * time.Second}},
		{"a date that has passed", []http.HandlerFunc{later(429, now.Add(-time.Hour).Format(http.TimeFormat)), answer(200, liveBody)}, Live, "status 200, me.id", []time.Duration{0}},
		{"429 for ever", []http.HandlerFunc{later(429, "1")}, Unknown, "rate limited", []time.Duration{time.Second, time.Second}},
		{"429 for long", []http.HandlerFunc{later(429, "11")}, Unknown, "rate limited", nil},
		{"429 without a word on when", []http.HandlerFunc{later(429, "")}, Unknown, "rate limited", nil},
		{"429 and a riddle", []http.HandlerFunc{later(429, "soon")}, Unknown, "rate limited", nil},
		{"503 for ever", []http.HandlerFunc{later(503, "1")}, Unknown, "status 503, the provider has trouble", []time.Duration{time.Second, time.Second}},
		{"503 without a word on when", []http.HandlerFunc{later(503, "")}, Unknown, "status 503, the provider has trouble", nil},
		{"others say nothing on when", []http.HandlerFunc{later(401, "1")}, Unknown, "status 401, without a mark that says what it means", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
				serve := tt.answers[min(asked, len(tt.answers)-1)]
				asked++
				serve(w, r)
			})
			c, pauses := w.client(Options{Rules: set(vendor()), Now: func() time.Time { return now }})
			got := c.Verify(t.Context(), token(t))
			if got.Verdict != tt.verdict || got.Why != tt.why {
				t.Errorf("got %s (%s), want %s (%s)", got.Verdict, got.Why, tt.verdict, tt.why)
			}
			if diff := cmp.Diff(tt.pauses, *pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
			if asked != len(tt.pauses)+1 {
				t.Errorf("asked %d times, want %d", asked, len(tt.pauses)+1)
			}
		})
	}
}

// TestSlow has servers that never end, and shows that the limit does, whatever they wait with.
func TestSlow(t *testing.T) {
	stop := make(chan struct{})
	tests := map[string]http.HandlerFunc{
		"no answer": func(_ http.ResponseWriter, r *http.Request) { <-stop },
		"a dripping body": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(401)
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
					_, _ = io.WriteString(w, " ")
					_ = http.NewResponseController(w).Flush()
				}
			}
		},
	}
	for name, serve := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, serve)
			stop = make(chan struct{})
			t.Cleanup(func() { close(stop) })
			c, _ := w.client(Options{Rules: set(vendor()), Timeout: 50 * time.Millisecond})
			got := c.Verify(t.Context(), token(t))
			if got.Verdict != Unknown || got.Why != "no answer within 50ms" {
				t.Errorf("got %s (%s)", got.Verdict, got.Why)
			}
		})
	}
}

// TestSilentServer is about one that takes connections, and says not even hello.
func TestSilentServer(t *testing.T) {
	w := newWorld(t, answer(200, liveBody))
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	c, _ := w.client(Options{Rules: set(vendor()), Timeout: 50 * time.Millisecond})
	c.way.connect = func(ctx context.Context, _, _ string, _ control) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", silent.Addr().String())
	}
	if got := c.Verify(t.Context(), token(t)); got.Verdict != Unknown || got.Why != "no answer within 50ms" {
		t.Errorf("got %s (%s)", got.Verdict, got.Why)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := newWorld(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	c, _ := w.client(Options{Rules: set(vendor())})
	for _, when := range []string{"while it is asked", "before"} {
		if got := c.Verify(ctx, token(t)); got.Verdict != Unknown || got.Why != "stopped before there was an answer" {
			t.Errorf("cancelled %s: got %s (%s)", when, got.Verdict, got.Why)
		}
	}
	if len(w.requests()) != 1 {
		t.Errorf("the server saw %d requests, want 1", len(w.requests()))
	}
	count := 0
	c.VerifyAll(ctx, make([]Credential, 5), func(int, Answer) { count++ })
	if count != 5 {
		t.Errorf("%d answers after the end, want 5", count)
	}
}

func TestCertificates(t *testing.T) {
	w := newWorld(t, answer(401, deadBody))
	c, _ := w.client(Options{Rules: set(vendor())})
	c.way.roots = nil // the system's, which know nothing of the world's
	if got := c.Verify(t.Context(), token(t)); got.Verdict != Unknown || got.Why != "the host's certificate is not trusted" {
		t.Errorf("of a stranger: got %s (%s)", got.Verdict, got.Why)
	}
	w.mu.Lock()
	w.certified = "api.vendor.org"
	w.mu.Unlock()
	c.way.roots = w.roots
	if got := c.Verify(t.Context(), token(t)); got.Verdict != Unknown || got.Why != "the host's certificate is not trusted" {
		t.Errorf("of another one: got %s (%s)", got.Verdict, got.Why)
	}
	if len(w.requests()) != 0 {
		t.Errorf("the server saw %d requests, want none", len(w.requests()))
	}
}

// TestVerifyAll shows that each is answered for itself, and how many are asked about at a
// time.
func TestVerifyAll(t *testing.T) {
	tests := []struct{ hosts, parallel, most, mostOfOne int }{
		{1, 8, 2, 2},
		{8, 4, 4, 2},
		{8, 1, 1, 1},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d hosts, %d at a time", tt.hosts, tt.parallel), func(t *testing.T) {
			var mu sync.Mutex
			now, most := map[string]int{}, map[string]int{}
			count := func(host string, d int) {
				mu.Lock()
				defer mu.Unlock()
				for _, k := range []string{host, "all"} {
					now[k] += d
					most[k] = max(most[k], now[k])
				}
			}
			w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
				count(r.Host, 1)
				time.Sleep(time.Millisecond)
				count(r.Host, -1)
				answer(200, fmt.Sprintf(`{"me": {"id": %q}}`, r.Header.Get("Authorization")))(w, r)
			})
			var verifies []*rules.Verify
			var creds []Credential
			for i := range 40 {
				cred := token(t)
				cred.Rule = fmt.Sprintf("vendor-%d", i%tt.hosts)
				creds = append(creds, cred)
				if i < tt.hosts {
					v := vendor()
					v.Rules, v.URL = []string{cred.Rule}, fmt.Sprintf("https://api%d.vendor.com/", i)
					verifies = append(verifies, v)
				}
			}
			c, _ := w.client(Options{Rules: set(verifies...), Parallel: tt.parallel})
			var calling atomic.Int32
			answers := map[int]Answer{}
			c.VerifyAll(t.Context(), creds, func(i int, a Answer) {
				if calling.Add(1) != 1 {
					t.Error("called twice at the same time")
				}
				answers[i] = a
				calling.Add(-1)
			})
			for i, cred := range creds {
				if a := answers[i]; a.Verdict != Live || a.id.Reveal() != "Bearer "+cred.Value.Reveal() {
					t.Errorf("%d: got %s (%s), or the answer of another one", i, a.Verdict, a.Why)
				}
			}
			if len(most) != tt.hosts+1 {
				t.Errorf("asked %d hosts, want %d", len(most)-1, tt.hosts)
			}
			for host, m := range most {
				if want := map[bool]int{true: tt.most, false: tt.mostOfOne}[host == "all"]; m > want {
					t.Errorf("%s: %d requests at a time, want %d at most", host, m, want)
				}
			}
		})
	}
}

func TestCan(t *testing.T) {
	c := New(Options{Rules: set(vendor())})
	if !c.Can("vendor-token") || c.Can("other-token") {
		t.Error("Can doesn't tell which rules have a check")
	}
	cred := token(t)
	cred.Rule = "other-token"
	if got := c.Verify(t.Context(), cred); got.Verdict != Unknown || got.Host != "" {
		t.Errorf("got %+v", got)
	}
}

// TestWhom shows that who would be asked is told without asking anybody.
func TestWhom(t *testing.T) {
	w := newWorld(t, answer(200, liveBody))
	from := vendor()
	from.FromConfig = true
	several := vendor()
	several.Elsewhere = []rules.Request{several.Request, several.Request}
	several.Elsewhere[0].URL = "https://api.vendor.cn/v1/me"
	database, mysql := Credential{Rule: DatabaseURL}, Credential{Rule: DatabaseURL}
	database.Carrier = secret.New(made(t, "postgres://app:{alnum:20}@db.example.com/app"))
	mysql.Carrier = secret.New(made(t, "mysql://app:{alnum:20}@db.example.com/app"))
	other := token(t)
	other.Rule = "other-token"
	odd := token(t)
	odd.Value = secret.New(odd.Value.Reveal() + "\n")
	tests := []struct {
		name        string
		verify      *rules.Verify
		allow       []Allowed
		cred        Credential
		hosts, want string
	}{
		{"a provider's own", vendor(), nil, token(t), "api.vendor.com", ""},
		{"several", several, nil, token(t), "api.vendor.com api.vendor.cn", ""},
		{"a database", vendor(), nil, database, "", "db.example.com is named by the address itself, and has to be allowed"},
		{"a database that is allowed", vendor(), allowed(t, "db.example.com"), database, "db.example.com", ""},
		{"another database", vendor(), nil, mysql, "", "no check for mysql yet"},
		{"a config's", from, nil, token(t), "", "api.vendor.com is named by a config, and has to be allowed"},
		{"a config's that is allowed", from, allowed(t, "api.vendor.com:443"), token(t), "api.vendor.com", ""},
		{"of another rule", vendor(), nil, other, "", "nobody knows how to ask about values of this rule"},
		{"what can't be sent", vendor(), nil, odd, "", "it has characters that a server might misread"},
	}
	for _, tt := range tests {
		c, _ := w.client(Options{Rules: set(tt.verify), Allow: tt.allow})
		hosts, err := c.Hosts(tt.cred)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if strings.Join(hosts, " ") != tt.hosts || got != tt.want {
			t.Errorf("%s: got %q, %q, want %q, %q", tt.name, hosts, got, tt.hosts, tt.want)
		}
	}
	if len(w.requests())+len(w.dialed) != 0 {
		t.Error("somebody was asked")
	}
}

func TestUserAgent(t *testing.T) {
	var got http.Header
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header; answer(200, liveBody)(w, r) })
	c, _ := w.client(Options{Rules: set(vendor()), Version: "1.2"})
	cred := token(t)
	c.Verify(t.Context(), cred)
	want := http.Header{"User-Agent": {"secretsweep/1.2"}, "Accept-Encoding": {"identity"}, "Authorization": {"Bearer " + cred.Value.Reveal()}, "Connection": {"close"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}
