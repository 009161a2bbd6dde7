package slack

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestRateLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
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
		{"a channel's connections, and some", func(call int, form url.Values) bool { return inGeneral(form) || call%7 == 0 }, breakOff, "connection reset"},
		{"a channel's connections", func(_ int, form url.Values) bool { return inGeneral(form) }, breakOff, "connection reset"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
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
				if left := len(l.account); (left == 0) != (want == nil) {
					t.Errorf("%d conversations to go on with, with problems %q", left, got.problems)
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
		f := newFake(t)
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
				f := newFake(t)
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
				if len(l.account) == 0 {
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
