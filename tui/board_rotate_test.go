package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// steps gives the acts that somebody at the keys has had written down for a leak.
func (f *fakeBoard) steps(t *testing.T, n int) []string {
	t.Helper()
	var all []string
	for _, l := range f.leaks {
		if !l.Value.Equal(valueOf(n)) {
			continue
		}
		for _, e := range l.Events {
			var steps []rotation.Step
			if len(e.Data) == 0 || !e.At.Equal(today) {
				continue
			}
			if err := json.Unmarshal(e.Data, &steps); err != nil {
				t.Fatal(err)
			}
			for _, s := range steps {
				all = append(all, strings.TrimSpace(s.Told()+" "+s.Reason))
			}
		}
	}
	return all
}

// life is a fake board with one leak, of which the vault has the value.
func life(n int) (*fakeBoard, vault.Ref) {
	f := newFakeBoard()
	ref := vault.Ref{Project: "web", Environment: "prod", Name: "DATABASE_URL"}
	f.leaks = f.leaks[:1]
	f.leaks[0].Rule, f.leaks[0].Value = kinds()[n%4].ID, valueOf(n)
	f.leaks[0].Provider = kinds()[n%4].Provider.ID
	f.leaks[0].Events[0].Refs, f.leaks[0].Refs = []vault.Ref{ref}, []vault.Ref{ref}
	f.known = []vault.Known{{Ref: ref, Version: 1, Value: valueOf(n), State: vault.Current}}
	f.readers = f.readers[:1]
	return f, ref
}

// A record is led from its first day to its last with one key per step.
func TestRotateLife(t *testing.T) {
	f, ref := life(2)
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.sees("take it on")
	x.press("n")
	x.sees("owned by ada. Next: make a new one, and store it as")

	// The new value is set right there.
	x.press("n")
	x.sees("[4 Vault] › web/prod DATABASE_URL", "Its value")
	x.press("down", "enter")
	if len(f.set) != 1 || f.set[0].Ref != ref {
		t.Fatalf("set %v", f.set)
	}
	f.known = []vault.Known{{Ref: ref, Version: 1, Value: valueOf(2), State: vault.Grace}, {Ref: ref, Version: 2, Value: f.set[0].Value, State: vault.Current}}
	x.press("r")
	x.sees("replacement stored", "move 2")

	// Who is behind by the log isn't taken on trust: they are shown, and ticked off for a reason.
	x.press("n")
	x.sees("[1 Rotate] › web/prod DATABASE_URL consumers", "ci, by run", "behind")
	x.press("m")
	x.sees("The log has that ci, by run read version 1 on 2026-11-26.")
	x.press("enter")
	x.sees("it needs a reason")
	x.write("the job is gone")
	x.press("enter")
	x.sees("said", "has moved: ci, by run")
	x.press("esc", "n") // nobody else is behind, and a file leaves no trace
	x.sees("Have all moved?", "file shop/", "unknown")
	x.press("enter")
	x.sees("it needs a reason")
	x.write("I asked around")
	x.press("enter")
	x.sees("all moved", "Next: revoke the old one")

	x.press("n")
	x.sees("Is the old one revoked?")
	x.press("enter")
	x.sees("old revoked. Next: say why it is dead")
	x.press("n", "enter")
	x.sees("it needs a reason")
	x.write("the database is gone")
	x.press("enter", "enter")
	x.sees("attested on 2026-11-27 by ada: the database is gone")
	x.press("esc", "c", "enter")
	x.sees("2 places, 1 to clean up", "gone")
	x.press("down", "l")
	x.write("history stays")
	x.press("enter")
	x.sees("2 places, 0 to clean up", "left: history stays")
	x.press("esc")
	x.sees("places cleaned", "close")
	x.press("n")
	x.sees("close. It is over", "0 open, and 1 settled", "Nothing is to be rotated")
	x.press("s", "g")
	x.sees("[x] close it")
	x.press("esc", "h")
	x.sees("2026-11-27 12:00  ada", "has moved: ci, by run", "the job is gone", "dead, by a person's word", "closed")

	x.press("esc", "o")
	x.write("it is back")
	x.press("enter")
	x.sees("reopen. Next:", "1 open")
	want := []string{
		"triage: rotate", "owned by ada", "replacement stored", "has moved: ci, by run the job is gone",
		"all have moved I asked around", "old revoked", "dead, by a person's word the database is gone",
		"places cleaned", "places left as they are history stays", "close", "reopen it is back",
	}
	if diff := cmp.Diff(want, f.steps(t, 2)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// Nobody is asked before somebody has agreed to that very host.
func TestRotateVerify(t *testing.T) {
	f, _ := life(1)
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.press("v")
	x.sees("Ask api.slack.example whether it still works?", "leaves this machine")
	for _, k := range []string{"esc", "n"} {
		x.press(k)
		x.sees("[1 Rotate]", "web/prod DATABASE_URL", "take it on")
		x.press("v")
	}
	if len(f.asked) > 0 {
		t.Fatalf("asked %v", f.asked)
	}
	x.press("y")
	x.sees("api.slack.example says: dead (status 401,", "take it on")
	x.press("enter")
	x.sees("proven on 2026-11-27, asked by ada: api.slack.example says status", `401, invalid_key\x1b[31m`, "(owned)")
	if diff := cmp.Diff([]string{"api.slack.example"}, f.asked); diff != "" {
		t.Error(diff)
	}
	x.press("esc")
	f.fail["Hosts"] = errors.New("its host has to be allowed")
	x.press("v")
	x.sees("nobody was asked: its host has to be allowed")
	f.fail["Hosts"], f.fail["Ask"] = nil, errors.New("no network")
	x.press("v", "y")
	x.sees("no network", "take it on")
}

// Each key that isn't a step of the way does what it says.
func TestRotateBeside(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string // "=" before what is written
		want []string // steps
		sees string
	}{
		{"owner", []string{"o", "ctrl+u", "=linus", "tab", "=2027-01-02", "tab", "ctrl+u", "=revoke-only", "enter"}, []string{"triage: revoke-only", "owned by linus"}, "in 36d"},
		{"no owner", []string{"o", "ctrl+u", "enter"}, nil, "it needs a name"},
		{"no day", []string{"o", "tab", "=soon", "enter"}, nil, "write the day as"},
		{"no way", []string{"o", "tab", "tab", "=s", "enter"}, nil, "write rotate or revoke-only"},
		{"not at all", []string{"o", "esc"}, nil, "take it on"},
		{"block", []string{"b", "=she is away", "enter"}, []string{"block she is away"}, "blocked: she is away"},
		{"block without a reason", []string{"b", "enter"}, nil, "it needs a reason"},
		{"unblock", []string{"b", "=away", "enter", "b"}, []string{"block away", "unblock"}, "take it on"},
		{"accept", []string{"a", "=it ends soon", "enter"}, []string{"accept it ends soon"}, "1 settled"},
		{"accept until a day that is over", []string{"a", "tab", "ctrl+u", "=2020-01-01", "enter"}, nil, "that day is over"},
		{"false positive", []string{"f", "=an example", "enter"}, []string{"dismiss an example"}, "1 settled"},
		{"emergency", []string{"n", "x", "y"}, []string{"triage: rotate", "owned by ada", "old revoked, in an emergency"}, "→ (replacement stored) →"},
		{"no emergency", []string{"n", "x", "n"}, []string{"triage: rotate", "owned by ada"}, "store new"},
		{"revoke only", []string{"o", "tab", "tab", "ctrl+u", "=revoke-only", "enter", "n", "=in the console", "enter"}, []string{"triage: revoke-only", "owned by ada", "old revoked in the console"}, "verify"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, _ := life(1)
			x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
			for _, k := range tt.keys {
				if text, is := strings.CutPrefix(k, "="); is {
					x.write(text)
				} else {
					x.press(k)
				}
			}
			x.sees(tt.sees)
			if diff := cmp.Diff(tt.want, f.steps(t, 1)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
		})
	}
}

// Where somebody else was faster, nothing is done that wasn't meant, and what there is then
// is shown.
func TestRotateTogether(t *testing.T) {
	f, _ := life(1)
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	meanwhile := func(steps ...rotation.Step) {
		t.Helper()
		all, err := newFakeRecords(f).Tracker.Records(t.Context(), "web")
		if err == nil {
			_, err = newFakeRecords(f).Tracker.Do(t.Context(), all[0], rotation.Once(steps...))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	meanwhile(rotation.Step{Act: rotation.Triage, Way: rotation.RevokeOnly}, rotation.Step{Act: rotation.Own, Owner: "linus"})
	x.press("n") // which was: take it on
	x.sees("somebody else has changed it meanwhile: it is owned now", "linus", "revoke old")
	if got := f.steps(t, 1); len(got) != 2 {
		t.Errorf("steps %q", got)
	}

	// What is possible all the same is done.
	meanwhile(rotation.Step{Act: rotation.Own, Owner: "grace"})
	x.press("b")
	x.write("away")
	x.press("enter")
	x.sees("blocked: away", "grace")

	meanwhile(rotation.Step{Act: rotation.Unblock})
	x.press("b")
	x.sees("it isn't blocked", "revoke old")

	f.fail["Do"] = &vault.ChangedError{What: "the leak"}
	x.press("b")
	x.write("away")
	x.press("enter")
	x.sees("the leak has changed since it was read: look at it as it is now, and try again")

	// The value of a secret was set meanwhile, and the secret removed.
	f, _ = life(1)
	x = newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.press("n")
	f.fail["Look"] = &vault.NotFoundError{What: "secret", Name: "DATABASE_URL"}
	x.press("n")
	x.sees("DATABASE_URL", "[1 Rotate]")
}

// Who may not read the log is told that consumers can't be known.
func TestRotateBlind(t *testing.T) {
	f := newFakeBoard()
	f.fail["Consumers"] = &vault.DeniedError{Verb: "read", What: "the log", Need: vault.Owner, Have: vault.Maintainer}
	x := newBoardTerminal(t, f.board(), size{200, 60}, Options{NoColor: true})
	x.press("down", "down")
	x.sees("Who reads it is for owners of the vault to know.")
}

// Nothing that others have written moves the cursor.
func TestRotateHostile(t *testing.T) {
	const evil = "\x1b[2J\u202e\r\n\x9b31m"
	f, ref := life(1)
	l := &f.leaks[0]
	l.Rule, l.Provider, l.Severity, l.Name = evil, evil, evil, evil
	l.Places = nil
	l.Events[0].By, l.Events[0].Refs, l.Refs = evil, nil, nil
	f.known[0].Value = valueOf(9)
	f.readers[0].Principal, f.readers[0].Program = evil, "secretsweep run "+evil
	for _, s := range []rotation.Step{
		{Act: rotation.Triage, Way: rotation.Rotate},
		{Act: rotation.Own, Owner: evil},
		{Act: rotation.Drive, Stage: &rotation.Stage{Driver: evil, Name: evil, Intent: evil}},
		{Act: rotation.Replace, Successor: []rotation.Successor{{Ref: ref, Version: 2}}},
		{Act: rotation.Move, Consumer: evil, Reason: evil},
		{Act: rotation.Revoke, Emergency: true, Reason: evil},
		{Act: rotation.Ask, Answer: &rotation.Answer{Verdict: "unknown", Why: evil, Host: evil}},
		{Act: rotation.Clean, Left: true, Reason: evil},
		{Act: rotation.Close, Reason: evil},
		{Act: rotation.Block, Reason: evil},
	} {
		data, err := json.Marshal([]rotation.Step{s})
		if err != nil {
			t.Fatal(err)
		}
		f.happens(l, today, evil, vault.LeakEvent{Kind: vault.Tracked, Data: data})
	}
	for _, s := range []size{{80, 24}, {200, 60}, {60, 16}} {
		for _, keys := range [][]string{{}, {"enter"}, {"enter", "end"}, {"g"}, {"h"}, {"h", "end"}, {"m"}, {"c"}, {"c", "l"}, {"o"}, {"a"}, {"f"}, {"b"}, {"v"}, {"v", "y"}, {"b", "x"}} {
			x := newBoardTerminal(t, f.board(), s, Options{NoColor: true})
			x.press(keys...)
			for _, line := range strings.Split(x.screen(), "\n") {
				if got := safe(line); got != line {
					t.Errorf("%v %v: the screen has %q", s, keys, line)
				}
			}
		}
	}
}

// Of a file with a long path the end is seen, which says most.
func TestRotateLongPath(t *testing.T) {
	f, _ := life(1)
	f.leaks[0].Events[0].Places[0].Root = "/home/ada/" + strings.Repeat("team/", 30)
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.press("m")
	x.sees("…", "/team/team/\\x1b[2J.env")
	x.seesNo("file /home")
}

func TestRotateDue(t *testing.T) {
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		after       time.Duration
		short, long string
	}{
		{-9 * 24 * time.Hour, "9d late", "overdue: 9 days"},
		{-13 * time.Hour, "1d late", "overdue: 1 day"},
		{-time.Hour, "today", "due today"},
		{11 * time.Hour, "today", "due today"},
		{13 * time.Hour, "in 1d", "due in 1 day"},
		{40 * 24 * time.Hour, "in 40d", "due in 40 days"},
	} {
		if got := shortly(noon, noon.Add(tt.after)); got != tt.short {
			t.Errorf("%s: %q, want %q", tt.after, got, tt.short)
		}
		if got := dueWords(noon, noon.Add(tt.after)); got != tt.long {
			t.Errorf("%s: %q, want %q", tt.after, got, tt.long)
		}
	}
}

// BenchmarkBoardRotate moves in ten thousand records.
func BenchmarkBoardRotate(b *testing.B) {
	f := newFakeBoard()
	moving := f.leaks[2]
	f.leaks = nil
	for i := range 10_000 {
		l := moving
		l.Value, l.Name, l.Severity = valueOf(1000+i), fmt.Sprintf("KEY_%d", i), string(rules.Severities()[i%4])
		l.ID[0], l.ID[1] = byte(i), byte(i>>8)
		f.leaks = append(f.leaks, l)
	}
	var out strings.Builder
	a := newApp(b.Context(), "secretsweep", Options{NoColor: true, Output: &out, Now: func() time.Time { return today }})
	d := &board{app: a, Board: f.board()}
	t := newRotate(d)
	d.tabs = []tab{t}
	a.now, a.size = t, size{200, 60}
	t.reload()().(worked).answer.(answer)()
	if len(t.shown) != 10_000 {
		b.Fatalf("%d records", len(t.shown))
	}
	for b.Loop() {
		a.Update(keyOf("down"))
		_ = a.View()
	}
}
