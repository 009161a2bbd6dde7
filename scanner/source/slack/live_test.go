package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

func TestLiveIsASource(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) (scanner.Source, []sourcetest.Text) {
		f := acme(t)
		names := map[string]string{"C1": "#general", "C2": "#random", "C3": "#ops", "G1": "ann, bob, cleo", "D1": "bob", "D2": "U9"}
		var want []sourcetest.Text
		for _, r := range f.rooms {
			alone := fake{rooms: []*room{r}}
			for _, text := range alone.texts() {
				want = append(want, sourcetest.Text{Path: names[r.id], Text: text})
			}
		}
		return NewLive(f.options()), want
	})
}

func TestPages(t *testing.T) {
	for _, perPage := range []int{1, 2, 15, 1000} {
		t.Run(fmt.Sprint(perPage), func(t *testing.T) {
			f := acme(t)
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
	f := acme(t)
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

func TestChosen(t *testing.T) {
	tests := []struct {
		name     string
		channels []string
		since    time.Time
		want     []string // how texts begin, and how many do
		leftOut  []string
		problems []string
	}{
		{name: "a name", channels: []string{"ops"}, want: []string{"C3 225", "purpose 1"}, leftOut: []string{"6 left out by a filter: acme.slack.com"}},
		{name: "a name with its sign, and an id", channels: []string{"#ops", "D1"}, want: []string{"C3 225", "D1 225", "purpose 1"}, leftOut: []string{"5 left out by a filter: acme.slack.com"}},
		{name: "a person", channels: []string{"bob"}, want: []string{"D1 225"}, leftOut: []string{"6 left out by a filter: acme.slack.com"}},
		{name: "none of that name", channels: []string{"nobody", "empty"}, leftOut: []string{"6 left out by a filter: acme.slack.com"},
			problems: []string{"nobody: the token sees no such conversation"}},
		{name: "since", channels: []string{"D1"}, since: at(4000 + 890).time(), want: []string{"D1 1"},
			leftOut: []string{"6 left out by a filter: acme.slack.com", "1 " + string(scanner.Narrowed) + ": acme.slack.com: messages before 1999-06-21, and their threads"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := acme(t)
			o := f.options()
			o.Channels, o.Since = tt.channels, tt.since
			got, _ := f.sweep(o)
			counts := make(map[string]int)
			for _, text := range got.texts {
				first, _, _ := strings.Cut(text, " ")
				counts[first]++
			}
			var texts []string
			for _, first := range sortedKeys(counts) {
				texts = append(texts, fmt.Sprint(first, " ", counts[first]))
			}
			if diff := gocmp.Diff([][]string{tt.want, tt.leftOut, tt.problems}, [][]string{texts, got.leftOut, got.problems}); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

func (m moment) time() time.Time { return time.UnixMicro(int64(m)) }

func TestNoAccess(t *testing.T) {
	const reason = "1 what the token may not read: "
	tests := []struct {
		name    string
		bot     bool
		answer  func(method string, form url.Values) (refusal, needed string)
		leftOut []string
		without []string // of texts
	}{
		{"no names", false, func(m string, _ url.Values) (string, string) {
			if m == "users.list" {
				return "missing_scope", "users:read"
			}
			return "", ""
		}, []string{reason + "names of users (needs users:read)"}, nil},
		{"a kind that can't be listed", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.list" && form.Get("types") == "im" {
				return "missing_scope", "im:read"
			}
			return "", ""
		}, []string{reason + "direct messages (needs im:read)"}, []string{"D1", "D2"}},
		{"a kind that can't be read", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.history" && form.Get("channel")[0] == 'D' {
				return "missing_scope", "im:history"
			}
			return "", ""
		}, []string{reason + "U9 (needs im:history)", reason + "bob (needs im:history)"}, []string{"D1", "D2"}},
		{"not a member", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.history" && form.Get("channel") == "C1" {
				return "not_in_channel", ""
			}
			return "", ""
		}, []string{reason + "#general"}, []string{"C1"}},
		{"threads that bots can't read", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.replies" && form.Get("channel") == "C1" {
				return "not_allowed_token_type", ""
			}
			return "", ""
		}, []string{
			reason + "#general, replies to the message of 1999-06-21 21:33 UTC",
			reason + "#general, replies to the message of 1999-06-21 21:20 UTC",
		}, []string{"C1 reply"}},
		{"a bot, where it is no member", true, func(m string, form url.Values) (string, string) {
			if form.Get("channel") == "C2" {
				return "asked", "in vain"
			}
			return "", ""
		}, []string{reason + "#random"}, []string{"C2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := acme(t)
			f.bot = tt.bot
			f.rooms[0].keepThreads(at(0), at(810))
			f.answer = func(method string, form url.Values, w http.ResponseWriter) bool {
				why, needed := tt.answer(method, form)
				if why != "" {
					refuse(w, why, needed)
				}
				return why != ""
			}
			got, l := f.sweep(f.options())
			if diff := gocmp.Diff(tt.leftOut, got.leftOut); diff != "" {
				t.Errorf("left out: want (-), got (+):\n%s", diff)
			}
			if len(got.problems) > 0 || !l.done {
				t.Errorf("problems %q, done %t", got.problems, l.done)
			}
			if diff := gocmp.Diff(f.texts(tt.without...), got.sorted()); diff != "" {
				t.Errorf("texts: want (-), got (+):\n%s", diff)
			}
		})
	}
}

func TestSignInFails(t *testing.T) {
	f := acme(t)
	o := f.options()
	f.token = strings.Repeat("another", 2)
	n := &noted{f: f}
	err := NewLive(o).Sweep(t.Context(), n)
	if err == nil || err.Error() != "sign in to Slack: invalid_auth" {
		t.Errorf("got %v, want invalid_auth", err)
	}
	if len(n.texts)+len(n.problems) > 0 || len(f.calls) != 1 {
		t.Errorf("went on: %d texts, problems %q, calls %q", len(n.texts), n.problems, f.calls)
	}
}

func TestRateLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := acme(t)
		f.perPage = 15
		calls, limited := 0, 0
		f.answer = func(_ string, _ url.Values, w http.ResponseWriter) bool {
			calls++
			if calls%4 != 0 {
				return false
			}
			limited++
			if limited%2 == 0 {
				w.Header().Set("Retry-After", "300")
			} else {
				w.Header().Set("Retry-After", "no number")
			}
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		begin := time.Now()
		got, _ := f.sweep(f.options())
		if diff := gocmp.Diff(f.texts(), got.sorted()); diff != "" {
			t.Errorf("texts: want (-), got (+):\n%s", diff)
		}
		want := time.Duration(limited/2)*300*time.Second + time.Duration(limited-limited/2)*pause
		if took := time.Since(begin); took != want || limited < 10 {
			t.Errorf("waited %s, want %s", took, want)
		}
		if !slices.Contains(got.progress, "#general: waiting 5m0s, as Slack asks 1/7") {
			t.Errorf("nobody was told of the waits: %q", got.progress)
		}
	})
}

// TestNoAnswer has a workspace that does not answer for a while, or for one channel.
func TestNoAnswer(t *testing.T) {
	inGeneral := func(form url.Values) bool { return form.Get("channel") == "C1" && form.Get("cursor") != "" }
	tests := []struct {
		name   string
		fails  func(call int, form url.Values) bool
		answer func(w http.ResponseWriter)
		want   string // what the problem is, if it lasts
	}{
		{"some statuses", every(3), func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, ""},
		{"some connections", every(3), breakOff, ""},
		{"some answers", every(3), func(w http.ResponseWriter) { refuse(w, "internal_error", "") }, ""},
		{"a channel's statuses", func(_ int, form url.Values) bool { return inGeneral(form) }, func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, "status 502"},
		{"a channel's connections", func(_ int, form url.Values) bool { return inGeneral(form) }, breakOff, "connection reset"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := acme(t)
				f.perPage = 40
				f.rooms[0].keepThreads()
				calls := 0
				f.answer = func(_ string, form url.Values, w http.ResponseWriter) bool {
					calls++
					if !tt.fails(calls, form) {
						return false
					}
					tt.answer(w)
					return true
				}
				got, l := f.sweep(f.options())
				var want, without []string
				if tt.want != "" {
					// The first page is that of the 40 newest of 90 messages.
					want, without = []string{"#general, messages before " + at(500).day() + ": " + tt.want}, []string{"C1"}
				}
				if diff := gocmp.Diff(want, got.problems); diff != "" {
					t.Errorf("problems: want (-), got (+):\n%s", diff)
				}
				if l.done != (want == nil) {
					t.Errorf("done %t, with problems %q", l.done, got.problems)
				}
				given := slices.DeleteFunc(got.sorted(), func(text string) bool { return want != nil && strings.HasPrefix(text, "C1") })
				if diff := gocmp.Diff(f.texts(without...), given); diff != "" {
					t.Errorf("texts: want (-), got (+):\n%s", diff)
				}
			})
		})
	}
}

// every fails one of n calls.
func every(n int) func(int, url.Values) bool {
	return func(call int, _ url.Values) bool { return call%n == 0 }
}

// TestNoNetwork shows that a network that is gone is not waited for again and again.
func TestNoNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := acme(t)
		f.answer = func(method string, _ url.Values, w http.ResponseWriter) bool {
			if method == "conversations.history" {
				breakOff(w)
			}
			return method == "conversations.history"
		}
		begin := time.Now()
		got, _ := f.sweep(f.options())
		if len(got.problems) != len(f.rooms) {
			t.Errorf("problems %q, want one for each of %d conversations", got.problems, len(f.rooms))
		}
		if took := time.Since(begin); took > 2*time.Minute {
			t.Errorf("took %s", took)
		}
	})
}

func TestBrokenAnswers(t *testing.T) {
	page := func(text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.Write([]byte(text)) }
	}
	tests := []struct {
		name   string
		answer func(http.ResponseWriter)
		want   string
	}{
		{"no JSON", page("<html>"), "an answer that is not the Web API's"},
		{"no answer", page(""), "an answer that is not the Web API's"},
		{"nothing", page("null"), "an answer that is not the Web API's"},
		{"no reason", page(`{"ok":false}`), "an answer that is not the Web API's"},
		{"cut off", page(`{"ok":true,"messages":[{"ts"`), "an answer that is not the Web API's"},
		{"messages that are none", page(`{"ok":true,"messages":"x"}`), "an answer that is not the Web API's"},
		{"an unknown reason", page(`{"ok":false,"error":"new_error"}`), "new_error"},
		{"more, and nobody knows where", page(`{"ok":true,"messages":[],"has_more":true}`), "an answer that has more, and does not say where"},
		{"the same again", page(`{"ok":true,"messages":[],"has_more":true,"response_metadata":{"next_cursor":"a"}}`), "pages that lead back to where they came from"},
		{"too much", func(w http.ResponseWriter) { w.Write(make([]byte, maxPage+1)) }, "an answer of more than 64 MiB"},
		{"a redirect", func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://elsewhere.test/")
			w.WriteHeader(http.StatusFound)
		}, "status 302"},
		{"not found", func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, "status 404"},
	}
	for _, tt := range tests {
		for _, method := range []string{"conversations.history", "conversations.replies"} {
			t.Run(tt.name+" "+method, func(t *testing.T) {
				f := acme(t)
				f.rooms[0].posts = []post{{ts: at(0), thread: at(0), text: "C1 message"}, {ts: at(1), thread: at(0), text: "C1 reply"}}
				f.answer = func(m string, form url.Values, w http.ResponseWriter) bool {
					if m != method || form.Get("channel") != "C1" {
						return false
					}
					tt.answer(w)
					return true
				}
				got, l := f.sweep(f.options())
				what := "#general"
				if method == "conversations.replies" {
					what += ", replies to the message of 1999-06-21 21:20 UTC"
				}
				if diff := gocmp.Diff([]string{what + ": " + tt.want}, got.problems); diff != "" {
					t.Errorf("problems: want (-), got (+):\n%s", diff)
				}
				if l.done {
					t.Error("says that all was read")
				}
				given := slices.DeleteFunc(got.sorted(), func(text string) bool { return strings.HasPrefix(text, "C1") })
				if diff := gocmp.Diff(f.texts("C1"), given); diff != "" {
					t.Errorf("texts: want (-), got (+):\n%s", diff)
				}
			})
		}
	}
}

// TestOddMessages has messages that can't be put in order. They are read all the same.
func TestOddMessages(t *testing.T) {
	f := acme(t)
	f.rooms = f.rooms[:1]
	f.answer = func(method string, _ url.Values, w http.ResponseWriter) bool {
		if method != "conversations.history" {
			return false
		}
		w.Write([]byte(`{"ok":true,"messages":[{"text":"one"},{"text":"two","ts":5},{"text":"three","ts":"930000000.000200","subtype":{}}]}`))
		return true
	}
	got, _ := f.sweep(f.options())
	if diff := gocmp.Diff([]string{"one", "purpose of general", "three", "topic of general", "two"}, got.sorted()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
	odd := "#general, order of messages: a timestamp that is not Slack's"
	if diff := gocmp.Diff([]string{odd, odd}, got.problems); diff != "" {
		t.Errorf("problems: want (-), got (+):\n%s", diff)
	}
}

func TestADeletedThread(t *testing.T) {
	f := acme(t)
	f.answer = func(method string, form url.Values, w http.ResponseWriter) bool {
		gone := method == "conversations.replies" && form.Get("channel") == "C1"
		if gone {
			refuse(w, "thread_not_found", "")
		}
		return gone
	}
	if got, l := f.sweep(f.options()); len(got.problems) > 0 || !l.done {
		t.Errorf("problems %q, done %t", got.problems, l.done)
	}
}

func TestListsThatBreak(t *testing.T) {
	for _, method := range []string{"users.list", "conversations.list"} {
		t.Run(method, func(t *testing.T) {
			f := acme(t)
			f.perPage = 1
			f.answer = func(m string, form url.Values, w http.ResponseWriter) bool {
				again := m == method && form.Get("types") != "private_channel" && form.Get("types") != "im" && form.Get("cursor") == "from:1"
				if again {
					reply(w, map[string]any{"ok": true, "response_metadata": map[string]any{"next_cursor": "from:1"}})
				}
				return again
			}
			got, _ := f.sweep(f.options())
			want := map[string]string{"users.list": "names of users", "conversations.list": "public channels"}[method] + ": pages that lead back to where they came from"
			if diff := gocmp.Diff([]string{want}, got.problems); diff != "" {
				t.Errorf("problems: want (-), got (+):\n%s", diff)
			}
			if _, found := slices.BinarySearch(got.sorted(), "C1 message 0"); !found {
				t.Error("what was listed before is not read")
			}
		})
	}
}

func TestRevoked(t *testing.T) {
	for _, why := range revoked {
		t.Run(why, func(t *testing.T) {
			f := acme(t)
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
				f := acme(t)
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
		f := acme(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		f.answer = func(method string, _ url.Values, w http.ResponseWriter) bool {
			if method == "conversations.history" {
				w.Header().Set("Retry-After", "3600")
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return method == "conversations.history"
		}
		n := &noted{f: f}
		if err := NewLive(f.options()).Sweep(ctx, n); !errors.Is(err, context.DeadlineExceeded) || len(n.problems) > 0 {
			t.Errorf("got %v and problems %q, want %v", err, n.problems, context.DeadlineExceeded)
		}
	})
}

// TestOverHTTP has a server, and one that it redirects to.
func TestOverHTTP(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	f := acme(t)
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
