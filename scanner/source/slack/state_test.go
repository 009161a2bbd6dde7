package slack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/scanner"
)

func TestMoment(t *testing.T) {
	for _, good := range []string{"1712345678.000200", "0.000001", "1.000000"} {
		if m, err := parseMoment(good); err != nil || m.String() != good {
			t.Errorf("%s: got %s, %v", good, m, err)
		}
	}
	for _, bad := range []string{"", "1", "1712345678", "1712345678.0002", ".000001", "01.000000", "1712345678.0002000", "-1.000000", "+1.000000", "0.000000", "1.00000x", "99999999999999.000000", "1.000000\n"} {
		if m, err := parseMoment(bad); err == nil {
			t.Errorf("%q: got %s, want an error", bad, m)
		}
	}
}

// TestReach compares what is said to be covered with a set of moments.
func TestReach(t *testing.T) {
	const end = 40
	rapid.Check(t, func(t *rapid.T) {
		var r reach
		var covered [end]bool
		moments := rapid.IntRange(1, end-1)
		for range rapid.IntRange(0, 8).Draw(t, "spans") {
			s := span{moment(moments.Draw(t, "oldest")), moment(moments.Draw(t, "newest"))}
			r.cover(s)
			for m := s.Oldest; m <= s.Newest; m++ {
				covered[m] = true
			}
		}
		for i, s := range r.Read[min(1, len(r.Read)):] {
			if s.Newest+1 >= r.Read[i].Oldest {
				t.Errorf("%v and %v are not apart", r.Read[i], s)
			}
		}
		within := gap{moment(rapid.IntRange(0, end-1).Draw(t, "after")), moment(moments.Draw(t, "before"))}
		var got [end]bool
		last := within.before
		for _, g := range r.gaps(within) {
			if g.before > last || g.after < within.after || g.before-g.after < 2 {
				t.Errorf("gap %v after one that ends at %d, within %v", g, last, within)
			}
			last = g.after
			for m := g.after + 1; m < g.before; m++ {
				got[m] = true
			}
		}
		for m := range moment(end) {
			if want := m > within.after && m < within.before && !covered[m]; got[m] != want {
				t.Errorf("%d of %v, read %v: got %t, want %t", m, within, r.Read, got[m], want)
			}
		}
	})
}

// interruption is how a sweep comes to an end before its time.
type interruption string

const (
	stopped   interruption = "stopped"      // and its findings are reported
	noToken   interruption = "token gone"   // the same
	noNetwork interruption = "network gone" // the same
	noCommit  interruption = "no commit"    // the findings couldn't be reported
	cancelled interruption = "cancelled"
	never     interruption = "never"
)

// TestResume interrupts sweeps of a workspace in which people go on writing, at any
// call, any number of times. What all sweeps have reported is each message once.
func TestResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(untimed{t}, func(rt *rapid.T) {
			state := filepath.Join(t.TempDir(), "state")
			clock := 0
			write := func(r *room) {
				clock++
				p := post{ts: at(clock), user: "U1", text: fmt.Sprint(r.id, " ", clock)}
				replies := rapid.IntRange(0, 4).Draw(rt, "replies")
				for i := range replies {
					p.thread = p.ts
					r.posts = append(r.posts, post{ts: p.ts + 1 + moment(i), thread: p.ts, broadcast: rapid.Bool().Draw(rt, "broadcast"), text: fmt.Sprint(p.text, " reply ", i)})
				}
				r.posts = append(r.posts, p)
			}
			f := &fake{t: t, token: "a token", perPage: rapid.IntRange(1, 3).Draw(rt, "messages in a page")}
			inclusive := rapid.Bool().Draw(rt, "inclusive")
			for i := range rapid.IntRange(1, 3).Draw(rt, "rooms") {
				r := &room{id: fmt.Sprint("C", i), name: fmt.Sprint("room", i), kind: "public_channel", topic: fmt.Sprint("topic of ", i), inclusive: inclusive}
				for range rapid.IntRange(0, 6).Draw(rt, "messages") {
					write(r)
				}
				f.rooms = append(f.rooms, r)
			}
			var reported []string
			interruptions := rapid.IntRange(0, 6).Draw(rt, "interruptions")
			for ; ; interruptions-- {
				how, calls := never, 0
				if interruptions > 0 {
					how = rapid.SampledFrom([]interruption{stopped, noToken, noNetwork, noCommit, cancelled}).Draw(rt, "how")
					calls = rapid.IntRange(1, 25).Draw(rt, "calls")
				}
				texts, done, err := f.interrupted(state, how, calls)
				if err != nil {
					rt.Fatal(err)
				}
				reported = append(reported, texts...)
				if done {
					break
				}
				for range rapid.IntRange(0, 2).Draw(rt, "new messages") {
					write(f.rooms[rapid.IntRange(0, len(f.rooms)-1).Draw(rt, "room")])
				}
			}
			slices.Sort(reported)
			if diff := gocmp.Diff(f.texts(), reported); diff != "" {
				rt.Errorf("texts: want (-), got (+):\n%s", diff)
			}
			if _, err := os.Stat(state); !errors.Is(err, fs.ErrNotExist) {
				rt.Errorf("the state of a sweep that is done: %v", err)
			}
		})
	})
}

// untimed keeps rapid from asking for the deadline, which a bubble of synctest's has not.
type untimed struct{ *testing.T }

// interrupted sweeps as far as a number of calls lead. It gives what is reported then,
// and whether all was read.
func (f *fake) interrupted(state string, how interruption, calls int) (reported []string, done bool, err error) {
	ctx, cancel := context.WithCancel(f.t.Context())
	defer cancel()
	stop := make(chan struct{})
	f.answer = func(_ string, _ url.Values, w http.ResponseWriter) bool {
		calls--
		switch {
		case calls == 0 && (how == stopped || how == noCommit):
			close(stop)
		case calls == 0 && how == cancelled:
			cancel()
		case calls < 0 && how == noToken:
			refuse(w, "token_revoked", "")
			return true
		case calls < 0 && how == noNetwork:
			breakOff(w)
			return true
		}
		return false
	}
	o := f.options()
	o.State, o.Stop = state, stop
	n := &heard{f: f}
	l := NewLive(o)
	err = l.Sweep(ctx, n)
	switch {
	case how == cancelled && errors.Is(err, context.Canceled), how == noCommit && err == nil:
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return n.texts, len(n.problems) == 0, l.Commit()
}

// TestResumeIsCheap counts the calls of a sweep that goes on, which are those that were
// left, but for lists and the page at hand.
func TestResumeIsCheap(t *testing.T) {
	f := newFake(t)
	f.perPage = 4
	f.sweep(f.options())
	whole := len(f.calls)
	for _, calls := range []int{20, 60, 150} {
		f.calls = nil
		state := filepath.Join(t.TempDir(), "state")
		for _, how := range []interruption{stopped, never} {
			if _, _, err := f.interrupted(state, how, calls); err != nil {
				t.Fatal(err)
			}
		}
		if more := len(f.calls) - whole; more < 0 || more > 20 {
			t.Errorf("interrupted after %d calls: %d calls more than the %d of a sweep", calls, more, whole)
		}
	}
}

// TestStateFile shows what of a workspace the file tells, and to whom.
func TestStateFile(t *testing.T) {
	f := newFake(t)
	o := f.options()
	o.State = filepath.Join(t.TempDir(), "state")
	other := `{"version":1,"accounts":{"T2/U2":{"C9":{"read":[{"oldest":"1.000000","newest":"2.000000"}],"threads":{"1.500000":"1.600000"}}}}}`
	if err := os.WriteFile(o.State, []byte(other), 0o644); err != nil {
		t.Fatal(err)
	}
	calls := 0
	f.answer = func(_ string, _ url.Values, w http.ResponseWriter) bool {
		if calls++; calls > 15 {
			refuse(w, "token_revoked", "")
		}
		return calls > 15
	}
	_, l := f.sweep(o)
	if text, err := os.ReadFile(o.State); err != nil || string(text) != other {
		t.Errorf("before it was committed, the state is %s, %v", text, err)
	}
	if err := l.Commit(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.State)
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range []string{`"T2/U2"`, `"T1/U1"`, `"C1"`, `"1.500000"`} {
		if !strings.Contains(string(text), kept) {
			t.Errorf("%s is not in the state:\n%s", kept, text)
		}
	}
	for _, private := range []string{f.token, "message", "reply", "general", "ann", "Acme"} {
		if strings.Contains(string(text), private) {
			t.Error("the state has a token, a text or a name")
		}
	}
	if info, err := os.Stat(o.State); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the state: %v, %v, want it for nobody else to read", info.Mode(), err)
	}
	f.answer = nil
	if _, l = f.sweep(o); l.Commit() != nil {
		t.Error("can't be committed")
	}
	if text, err := os.ReadFile(o.State); err != nil || strings.Contains(string(text), "T1") || !strings.Contains(string(text), "T2") {
		t.Errorf("after all was read, the state is %s, %v", text, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(o.State)); err != nil || len(entries) != 1 {
		t.Errorf("files beside the state: %v, %v", entries, err)
	}
}

func TestStatesThatCantBeRead(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":         "{",
		"no version":      "{}",
		"another version": `{"version":2}`,
		"no conversation": `{"version":1,"accounts":{"T1/U1":{"C1":null}}}`,
		"no end":          `{"version":1,"accounts":{"T1/U1":{"C1":{"read":[{"oldest":"1.000000"}]}}}}`,
		"no timestamp":    `{"version":1,"accounts":{"T1/U1":{"C1":{"read":[{"oldest":"x","newest":"2.000000"}]}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			o := f.options()
			o.State = filepath.Join(t.TempDir(), "state")
			if err := os.WriteFile(o.State, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			l := NewLive(o)
			if err := l.Sweep(t.Context(), &heard{f: f}); err == nil || !strings.HasPrefix(err.Error(), "read how far the last scan came: ") {
				t.Errorf("got %v", err)
			}
			if err := l.Commit(); err != nil {
				t.Errorf("commit what was not begun: %v", err)
			}
			if after, err := os.ReadFile(o.State); err != nil || string(after) != text {
				t.Errorf("the state is %s, %v", after, err)
			}
		})
	}
}

// TestGoesOn shows that a sweep says so if it goes on from an earlier one.
func TestGoesOn(t *testing.T) {
	f := newFake(t)
	state := filepath.Join(t.TempDir(), "state")
	if _, _, err := f.interrupted(state, stopped, 20); err != nil {
		t.Fatal(err)
	}
	f.answer = nil
	o := f.options()
	o.State = state
	for _, want := range [][]string{{"1 " + string(scanner.Continued) + ": acme.slack.com"}, nil} {
		got, l := f.sweep(o)
		if diff := gocmp.Diff(want, got.leftOut); diff != "" {
			t.Errorf("left out: want (-), got (+):\n%s", diff)
		}
		if err := l.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAPartDoneKeepsTheRest interrupts a sweep, and has another one of a part of the
// workspace that comes to its end: how far the first one came with the rest is still known.
func TestAPartDoneKeepsTheRest(t *testing.T) {
	f := newFake(t)
	state := filepath.Join(t.TempDir(), "state")
	first, _, err := f.interrupted(state, stopped, 20)
	if err != nil {
		t.Fatal(err)
	}
	f.answer = nil
	o := f.options()
	o.State, o.Channels = state, []string{"ops"}
	part, l := f.sweep(o)
	if err := l.Commit(); err != nil {
		t.Fatal(err)
	}
	o.Channels = nil
	rest, l := f.sweep(o)
	if err := l.Commit(); err != nil {
		t.Fatal(err)
	}
	again := slices.DeleteFunc(rest.sorted(), func(text string) bool { return slices.Contains(part.texts, text) })
	got := slices.Concat(first, part.texts, again)
	slices.Sort(got)
	if diff := gocmp.Diff(f.texts(), got); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
	if _, err := os.Stat(state); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the state of a sweep that is done: %v", err)
	}
}

// TestNoState shows that without a file, nothing is heard.
func TestNoState(t *testing.T) {
	f := newFake(t)
	_, l := f.sweep(f.options())
	if err := l.Commit(); err != nil {
		t.Error(err)
	}
}

// TestAnOlderSince reads what an earlier sweep was told to leave out.
func TestAnOlderSince(t *testing.T) {
	f := newFake(t)
	f.rooms = f.rooms[4:5]
	f.rooms[0].keepThreads()
	o := f.options()
	o.State = filepath.Join(t.TempDir(), "state")
	o.Since = at(4000 + 500).time()
	o.Channels = []string{"bob", "a channel that is missing, so that the state is kept"}
	newer, l := f.sweep(o)
	if err := l.Commit(); err != nil {
		t.Fatal(err)
	}
	if len(newer.texts) != 40 {
		t.Errorf("got %d messages since the 50th of 90, want 40", len(newer.texts))
	}
	o.Since = at(0).time()
	older, _ := f.sweep(o)
	newer.texts = append(newer.texts, older.texts...)
	if diff := gocmp.Diff(f.texts(), newer.sorted()); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
