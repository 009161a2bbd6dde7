package slack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// fake plays the Web API for one workspace, as Slack's reference describes the methods.
// It is a transport, so that no call can go anywhere else.
type fake struct {
	t       *testing.T
	token   string
	bot     bool
	users   map[string]string // id → name
	rooms   []*room
	perPage int // most that Slack gives at once

	// answer answers in the workspace's place, if it returns true.
	answer func(method string, form url.Values, w http.ResponseWriter) bool
	calls  []string // methods
}

// room is a conversation.
type room struct {
	id, kind, name, user string
	topic, purpose       string
	member               bool
	inclusive            bool // gives the messages at the ends of what was asked for, too
	posts                []post
}

// keepThreads drops all replies but those to some messages.
func (r *room) keepThreads(begun ...moment) {
	r.posts = slices.DeleteFunc(r.posts, func(p post) bool { return p.isReply() && !slices.Contains(begun, p.thread) })
	for i, p := range r.posts {
		if p.ts == p.thread && !slices.Contains(begun, p.ts) {
			r.posts[i].thread = 0
		}
	}
}

// post is a message. One with a thread that is not its own is a reply.
type post struct {
	ts, thread moment
	broadcast  bool
	user, text string
}

func (p post) isReply() bool { return p.thread != 0 && p.thread != p.ts }

func (p post) json() map[string]any {
	m := map[string]any{"type": "message", "ts": p.ts.String(), "user": p.user, "text": p.text}
	if p.thread != 0 {
		m["thread_ts"] = p.thread.String()
	}
	if p.broadcast {
		m["subtype"] = "thread_broadcast"
	}
	return m
}

func (f *fake) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if req.URL.Host != "slack.test" || req.URL.Scheme != "https" {
		f.t.Errorf("a call goes to %s", req.URL.Host)
	}
	if strings.Contains(req.URL.String(), f.token) {
		f.t.Error("the token is in an address")
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	method := strings.TrimPrefix(req.URL.Path, "/api/")
	f.calls = append(f.calls, method)
	w := httptest.NewRecorder()
	token := cmp.Or(strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "), form.Get("token"))
	switch {
	case f.answer != nil && f.answer(method, form, w):
	case token != f.token:
		refuse(w, "invalid_auth", "")
	default:
		f.serve(method, form, w)
	}
	if w.Code == 0 {
		return nil, errors.New("connection reset")
	}
	return w.Result(), nil
}

func (f *fake) serve(method string, form url.Values, w http.ResponseWriter) {
	limit, err := strconv.Atoi(cmp.Or(form.Get("limit"), "100"))
	if err != nil || limit < 1 || limit > 999 {
		refuse(w, "invalid_limit", "")
		return
	}
	if f.perPage > 0 {
		limit = min(limit, f.perPage)
	}
	switch method {
	case "auth.test":
		who := map[string]any{"ok": true, "url": "https://acme.slack.com/", "team": "Acme", "team_id": "T1", "user_id": "U1"}
		if f.bot {
			who["bot_id"] = "B1"
		}
		reply(w, who)
	case "users.list":
		var members []any
		for _, id := range sortedKeys(f.users) {
			members = append(members, map[string]any{"id": id, "name": strings.ToLower(id), "profile": map[string]any{"display_name": f.users[id]}})
		}
		list(w, "members", members, limit, form)
	case "conversations.list":
		var channels []any
		for _, r := range f.rooms {
			if !slices.Contains(strings.Split(form.Get("types"), ","), r.kind) {
				continue
			}
			channels = append(channels, map[string]any{
				"id": r.id, "name": r.name, "user": r.user, "is_im": r.kind == "im", "is_mpim": r.kind == "mpim", "is_member": r.member,
				"topic": map[string]any{"value": r.topic}, "purpose": map[string]any{"value": r.purpose},
			})
		}
		list(w, "channels", channels, limit, form)
	case "conversations.history", "conversations.replies":
		i := slices.IndexFunc(f.rooms, func(r *room) bool { return r.id == form.Get("channel") })
		if i < 0 {
			refuse(w, "channel_not_found", "")
			return
		}
		f.rooms[i].serve(method, form, limit, w)
	default:
		refuse(w, "unknown_method", "")
	}
}

// serve gives messages between "oldest" and "latest", without them: those of a channel
// from the newest on, those of a thread from the oldest on and with the one that began it.
func (r *room) serve(method string, form url.Values, limit int, w http.ResponseWriter) {
	oldest, _ := parseMoment(form.Get("oldest"))
	latest, err := parseMoment(form.Get("latest"))
	forward := err != nil
	if forward {
		latest = 1 << 52
	}
	thread, _ := parseMoment(form.Get("ts"))
	var found []post
	for _, p := range r.posts {
		inside := p.ts > oldest && p.ts < latest || r.inclusive && (p.ts == oldest || p.ts == latest)
		if method == "conversations.history" && inside && (!p.isReply() || p.broadcast) || thread != 0 && inside && p.thread == thread && p.isReply() {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b post) int {
		if forward {
			a, b = b, a
		}
		return cmp.Compare(b.ts, a.ts)
	})
	if cursor := form.Get("cursor"); cursor != "" {
		next, err := parseMoment(strings.TrimPrefix(cursor, "next_ts:"))
		if err != nil {
			refuse(w, "invalid_cursor", "")
			return
		}
		found = found[slices.IndexFunc(found, func(p post) bool { return p.ts == next }):]
	}
	answer := map[string]any{"ok": true, "has_more": len(found) > limit}
	if len(found) > limit {
		answer["response_metadata"] = map[string]any{"next_cursor": "next_ts:" + found[limit].ts.String()}
		found = found[:limit]
	}
	messages := []any{}
	if i := slices.IndexFunc(r.posts, func(p post) bool { return p.ts == thread }); i >= 0 {
		messages = append(messages, r.posts[i].json())
	} else if thread != 0 {
		refuse(w, "thread_not_found", "")
		return
	}
	for _, p := range found {
		messages = append(messages, p.json())
	}
	answer["messages"] = messages
	reply(w, answer)
}

// list gives a page of what is not messages.
func list(w http.ResponseWriter, name string, all []any, limit int, form url.Values) {
	from, _ := strconv.Atoi(strings.TrimPrefix(form.Get("cursor"), "from:"))
	to, next := min(from+limit, len(all)), ""
	if to < len(all) {
		next = fmt.Sprintf("from:%d", to)
	}
	reply(w, map[string]any{"ok": true, name: all[from:to], "response_metadata": map[string]any{"next_cursor": next}})
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func reply(w http.ResponseWriter, answer map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		panic(err)
	}
}

func refuse(w http.ResponseWriter, why, needed string) {
	answer := map[string]any{"ok": false, "error": why}
	if needed != "" {
		answer["needed"], answer["provided"] = needed, "identify"
	}
	reply(w, answer)
}

// breakOff makes the answer a connection that breaks off.
func breakOff(w http.ResponseWriter) { w.(*httptest.ResponseRecorder).Code = 0 }

// texts gives all that a sweep of the workspace has to give, but for those that contain
// one of some words.
func (f *fake) texts(without ...string) []string {
	var all []string
	for _, r := range f.rooms {
		for _, text := range []string{r.topic, r.purpose} {
			if text != "" {
				all = append(all, text)
			}
		}
		for _, p := range r.posts {
			all = append(all, p.text)
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(all, func(text string) bool {
		return slices.ContainsFunc(without, func(word string) bool { return strings.Contains(text, word) })
	})
}

// options are those of a sweep of the workspace.
func (f *fake) options() LiveOptions {
	return LiveOptions{Token: secret.New(f.token), API: "https://slack.test/api", HTTP: &http.Client{Transport: f, Timeout: time.Minute}}
}

// heard is a visitor that keeps what it is told, and looks for the token in it.
type heard struct {
	f *fake

	mu       sync.Mutex
	places   []place.Place
	texts    []string
	problems []string
	leftOut  []string
	progress []string
	messages int64
	onChunk  func()
}

func (n *heard) Chunk(c *detectors.Chunk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.places = append(n.places, c.At)
	n.texts = append(n.texts, strings.TrimSuffix(string(c.Data), "\n"))
	if n.onChunk != nil {
		n.onChunk()
	}
}

func (n *heard) Problem(p scanner.Problem) { n.note(&n.problems, p.What+": "+p.Err.Error()) }
func (n *heard) LeftOut(l scanner.LeftOut) {
	n.note(&n.leftOut, fmt.Sprintf("%d %s: %s", max(l.Count, 1), l.Reason, l.What))
}
func (n *heard) Progress(what string, done, total int64) {
	n.note(&n.progress, fmt.Sprintf("%s %d/%d", what, done, total))
}
func (n *heard) Count(_ scanner.Counter, k int64)     { n.messages += k }
func (n *heard) Source(path string, _ scanner.Source) { n.f.t.Errorf("a source at %s", path) }
func (*heard) Unpack(scanner.PackedText) bool         { return false }

func (n *heard) note(notes *[]string, line string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if strings.Contains(line, n.f.token) {
		n.f.t.Error("the token is told to the visitor")
	}
	*notes = append(*notes, line)
}

// sorted gives the texts in order.
func (n *heard) sorted() []string {
	slices.Sort(n.texts)
	return n.texts
}

// sweep sweeps a workspace that can be swept.
func (f *fake) sweep(o LiveOptions) (*heard, *Live) {
	f.t.Helper()
	n := &heard{f: f}
	l := NewLive(o)
	if err := l.Sweep(f.t.Context(), n); err != nil {
		f.t.Fatal(err)
	}
	return n, l
}

// at is when a message may have been written: some seconds after a day in 1999, which is
// past even to the clock of testing/synctest.
func at(seconds int) moment { return moment(930_000_000+seconds)*1e6 + 200 }

// newFake makes a workspace with a conversation of each kind, and some hundred messages.
func newFake(t *testing.T) *fake {
	f := &fake{
		t:     t,
		token: strings.Join([]string{"xoxp", "1", "2", strings.Repeat("ab", 16)}, "-"),
		users: map[string]string{"U1": "ann", "U2": "bob", "U3": "cleo", "U4": "dan"},
		rooms: []*room{
			{id: "C1", kind: "public_channel", name: "general", member: true, topic: "topic of general", purpose: "purpose of general"},
			{id: "C2", kind: "public_channel", name: "random", topic: "topic of random"},
			{id: "C3", kind: "private_channel", name: "ops", member: true, purpose: "purpose of ops"},
			{id: "G1", kind: "mpim", name: "mpdm-ann--bob--cleo-1", member: true},
			{id: "D1", kind: "im", user: "U2"},
			{id: "D2", kind: "im", user: "U9"},
			{id: "C4", kind: "public_channel", name: "empty", member: true},
		},
	}
	for n, r := range f.rooms[:6] {
		for i := range 90 {
			p := post{ts: at(1000*n + 10*i), user: []string{"U1", "U2", "U3"}[i%3], text: fmt.Sprintf("%s message %d", r.id, i)}
			if i%9 == 0 {
				p.thread = p.ts
				for k := range i / 3 {
					answer := post{ts: p.ts + moment(1+k)*1e6 + moment(k), thread: p.ts, user: "U4", text: fmt.Sprintf("%s reply %d to %d", r.id, k, i)}
					if k%5 == 4 {
						answer.broadcast, answer.text = true, fmt.Sprintf("%s broadcast %d to %d", r.id, k, i)
					}
					r.posts = append(r.posts, answer)
				}
			}
			r.posts = append(r.posts, p)
		}
	}
	return f
}
