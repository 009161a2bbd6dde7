package slack

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner"
)

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
			f := newFake(t)
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
		refused int // calls
		leftOut []string
		without []string // of texts
	}{
		{"no names", false, func(m string, _ url.Values) (string, string) {
			if m == "users.list" {
				return "missing_scope", "users:read"
			}
			return "", ""
		}, 1, []string{reason + "names of users (needs users:read)"}, nil},
		{"a kind that can't be listed", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.list" && form.Get("types") == "im" {
				return "missing_scope", "im:read"
			}
			return "", ""
		}, 1, []string{reason + "direct messages (needs im:read)"}, []string{"D1", "D2"}},
		{"a kind that can't be read", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.history" && form.Get("channel")[0] == 'D' {
				return "missing_scope", "im:history"
			}
			return "", ""
		}, 1, []string{reason + "U9 (needs im:history)", reason + "bob (needs im:history)"}, []string{"D1", "D2"}},
		{"not a member", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.history" && form.Get("channel") == "C1" {
				return "not_in_channel", ""
			}
			return "", ""
		}, 1, []string{reason + "#general"}, []string{"C1"}},
		{"threads that bots can't read", false, func(m string, form url.Values) (string, string) {
			if m == "conversations.replies" && form.Get("channel") == "C1" {
				return "not_allowed_token_type", ""
			}
			return "", ""
		}, 2, []string{
			reason + "#general, replies to the message of 1999-06-21 21:33 UTC",
			reason + "#general, replies to the message of 1999-06-21 21:20 UTC",
		}, []string{"C1 reply"}},
		{"a bot, where it is no member", true, func(m string, form url.Values) (string, string) {
			if form.Get("channel") == "C2" {
				return "asked", "in vain"
			}
			return "", ""
		}, 0, []string{reason + "#random"}, []string{"C2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.bot = tt.bot
			refused := 0
			f.rooms[0].keepThreads(at(0), at(810))
			f.answer = func(method string, form url.Values, w http.ResponseWriter) bool {
				why, needed := tt.answer(method, form)
				if why != "" {
					refused++
					refuse(w, why, needed)
				}
				return why != ""
			}
			got, l := f.sweep(f.options())
			if diff := gocmp.Diff(tt.leftOut, got.leftOut); diff != "" {
				t.Errorf("left out: want (-), got (+):\n%s", diff)
			}
			if len(got.problems) > 0 || len(l.account) > 0 || refused != tt.refused {
				t.Errorf("problems %q, %d conversations to go on with, %d calls refused, want %d", got.problems, len(l.account), refused, tt.refused)
			}
			if diff := gocmp.Diff(f.texts(tt.without...), got.sorted()); diff != "" {
				t.Errorf("texts: want (-), got (+):\n%s", diff)
			}
		})
	}
}

func TestListsThatBreak(t *testing.T) {
	for _, method := range []string{"users.list", "conversations.list"} {
		t.Run(method, func(t *testing.T) {
			f := newFake(t)
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
