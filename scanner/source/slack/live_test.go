package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

func TestLiveIsASource(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) (scanner.Source, []sourcetest.Text) {
		f := newFake(t)
		names := map[string]string{"C1": "#general", "C2": "#random", "C3": "#ops", "G1": "ann, bob, cleo", "D1": "bob", "D2": "U9"}
		var want []sourcetest.Text
		for _, r := range f.rooms {
			for _, text := range []string{r.topic, r.purpose} {
				if text != "" {
					want = append(want, sourcetest.Text{Path: names[r.id], Text: text + "\n"})
				}
			}
			for _, p := range r.posts {
				want = append(want, sourcetest.Text{Path: names[r.id], Text: p.given(t)})
			}
		}
		return NewLive(f.options()), want
	})
}

// given is the text that a message is given as.
func (p post) given(t *testing.T) string {
	raw, err := json.Marshal(p.json())
	if err != nil {
		t.Fatal(err)
	}
	n := new(chunks)
	(&workspace{}).give(n, message{channel: &channel{}, raw: raw})
	return string(n.data)
}

// chunks is a visitor that takes nothing but chunks.
type chunks struct {
	scanner.Visitor
	data []byte
}

func (n *chunks) Chunk(c *detectors.Chunk) { n.data = append(n.data, c.Data...) }

func TestPages(t *testing.T) {
	for _, perPage := range []int{1, 2, 15, 1000} {
		t.Run(fmt.Sprint(perPage), func(t *testing.T) {
			f := newFake(t)
			f.perPage = perPage
			got, _ := f.sweep(f.options())
			if diff := gocmp.Diff(f.texts(), got.sorted()); diff != "" {
				t.Errorf("texts: want (-), got (+):\n%s", diff)
			}
			if len(got.problems)+len(got.leftOut) > 0 {
				t.Errorf("problems %q, left out %q", got.problems, got.leftOut)
			}
			messages := 0
			for _, r := range f.rooms {
				messages += len(r.posts)
			}
			if got.messages != int64(messages) {
				t.Errorf("counted %d messages, want %d", got.messages, messages)
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	f := newFake(t)
	f.rooms = f.rooms[:1]
	f.rooms[0].posts = []post{
		{ts: at(0), thread: at(0), user: "U1", text: "one"},
		{ts: at(5), thread: at(0), user: "U9", text: "two"},
	}
	got, _ := f.sweep(f.options())
	of := func(field string, m place.Message) place.Place {
		m.Workspace, m.Channel, m.ChannelID = "Acme", "#general", "C1"
		p := place.Place{Kind: place.Chat, Root: "acme.slack.com", Path: "#general", Field: field, Message: &m}
		p.Start = place.Position{Line: 1, Column: 1}
		return p
	}
	link := "https://acme.slack.com/archives/C1/p"
	want := []place.Place{
		of("topic", place.Message{}),
		of("purpose", place.Message{}),
		of("", place.Message{User: "ann", UserID: "U1", Time: time.Unix(930000000, 0).UTC(), ID: "930000000.000200", Link: link + "930000000000200"}),
		of("", place.Message{
			UserID: "U9", Time: time.Unix(930000005, 0).UTC(), ID: "930000005.000200", Thread: "930000000.000200",
			Link: link + "930000005000200?thread_ts=930000000.000200&cid=C1",
		}),
	}
	if diff := gocmp.Diff(want, got.places); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

func TestNoLinks(t *testing.T) {
	for address, root := range map[string]string{"https://acme.slack-gov.com/": "acme.slack-gov.com", "not an address": "T1", "": "T1"} {
		f := newFake(t)
		f.answer = func(method string, _ url.Values, w http.ResponseWriter) bool {
			if method == "auth.test" {
				reply(w, map[string]any{"ok": true, "url": address, "team_id": "T1", "user_id": "U1"})
			}
			return method == "auth.test"
		}
		got, _ := f.sweep(f.options())
		for _, p := range got.places {
			if p.Message.Link != "" || p.Root != root {
				t.Fatalf("address %q: a message has the root %q and the link %q", address, p.Root, p.Message.Link)
			}
		}
	}
}

func TestSignInFails(t *testing.T) {
	f := newFake(t)
	o := f.options()
	f.token = strings.Repeat("another", 2)
	n := &heard{f: f}
	err := NewLive(o).Sweep(t.Context(), n)
	if err == nil || err.Error() != "sign in to Slack: invalid_auth" {
		t.Errorf("got %v, want invalid_auth", err)
	}
	if len(n.texts)+len(n.problems) > 0 || len(f.calls) != 1 {
		t.Errorf("went on: %d texts, problems %q, calls %q", len(n.texts), n.problems, f.calls)
	}
}

func TestRevoked(t *testing.T) {
	for _, why := range revoked {
		t.Run(why, func(t *testing.T) {
			f := newFake(t)
			calls := 0
			o := f.options()
			o.State = filepath.Join(t.TempDir(), "state")
			f.answer = func(_ string, _ url.Values, w http.ResponseWriter) bool {
				if calls++; calls > 20 {
					refuse(w, why, "")
				}
				return calls > 20
			}
			got, l := f.sweep(o)
			if diff := gocmp.Diff([]string{"acme.slack.com: " + why}, got.problems); diff != "" {
				t.Errorf("problems: want (-), got (+):\n%s", diff)
			}
			if calls != 21 || len(got.texts) == 0 {
				t.Errorf("%d calls, %d texts", calls, len(got.texts))
			}
			if err := l.Commit(); err != nil {
				t.Fatal(err)
			}
			f.answer = nil
			rest, _ := f.sweep(o)
			got.texts = append(got.texts, rest.texts...)
			if diff := gocmp.Diff(f.texts(), got.sorted()); diff != "" {
				t.Errorf("texts of both sweeps: want (-), got (+):\n%s", diff)
			}
		})
	}
}

func TestStop(t *testing.T) {
	for _, limited := range []bool{false, true} {
		t.Run(fmt.Sprintf("while it waits %t", limited), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				stop := make(chan struct{})
				o := f.options()
				o.Stop, o.State = stop, filepath.Join(t.TempDir(), "state")
				calls := 0
				f.answer = func(_ string, _ url.Values, w http.ResponseWriter) bool {
					if calls++; calls != 10 {
						return false
					}
					if !limited {
						close(stop)
						return false
					}
					time.AfterFunc(time.Second, func() { close(stop) })
					w.Header().Set("Retry-After", "3600")
					w.WriteHeader(http.StatusTooManyRequests)
					return true
				}
				begin := time.Now()
				got, _ := f.sweep(o)
				want := []string{"acme.slack.com: stopped: the same command goes on from there"}
				if diff := gocmp.Diff(want, got.problems); diff != "" {
					t.Errorf("problems: want (-), got (+):\n%s", diff)
				}
				if took := time.Since(begin); calls != 10 || took > time.Second {
					t.Errorf("went on for %d calls and %s", calls-10, took)
				}
			})
		})
	}
}

func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		f.answer = func(method string, _ url.Values, w http.ResponseWriter) bool {
			if method == "conversations.history" {
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return method == "conversations.history"
		}
		n := &heard{f: f}
		if err := NewLive(f.options()).Sweep(ctx, n); !errors.Is(err, context.DeadlineExceeded) || len(n.problems) > 0 {
			t.Errorf("got %v and problems %q, want %v", err, n.problems, context.DeadlineExceeded)
		}
	})
}

// TestCancelledCall shows that a call which ctx has ended is none that had no answer.
func TestCancelledCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFake(t)
	f.answer = func(_ string, _ url.Values, w http.ResponseWriter) bool {
		cancel()
		breakOff(w)
		return true
	}
	w := newVisit(f.options(), &heard{f: f})
	w.client.down = true
	if _, _, err := w.call(ctx, "conversations.history", url.Values{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// TestOverHTTP has a server, and one that it redirects to.
func TestOverHTTP(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	f := newFake(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if r.URL.RawQuery != "" || cmp.Or(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), r.PostForm.Get("token")) != f.token {
			t.Error("the token is not where it should be")
		}
		method := strings.TrimPrefix(r.URL.Path, "/")
		if method == "users.list" {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
			return
		}
		f.serve(method, r.PostForm, w)
	}))
	defer server.Close()
	o := f.options()
	o.API, o.HTTP = server.URL, &http.Client{Transport: new(http.Transport)}
	got, _ := f.sweep(o)
	if diff := gocmp.Diff(f.texts(), got.sorted()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
	if diff := gocmp.Diff([]string{"names of users: status 307"}, got.problems); diff != "" {
		t.Errorf("problems: want (-), got (+):\n%s", diff)
	}
}
