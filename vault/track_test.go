package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// theLeak gives the only leak of project web.
func (b *bench) theLeak(s *Session) Leak {
	b.t.Helper()
	all, err := s.Leaks(b.t.Context(), "web")
	if err != nil || len(all) != 1 {
		b.t.Fatalf("%d leaks, %v", len(all), err)
	}
	return all[0]
}

// besideOf gives what a leak has beside its value, in short.
func besideOf(l *Leak) (all []string) {
	all = append(all, l.Carrier.Reveal())
	for _, p := range l.Parts {
		all = append(all, p.Name+"="+p.Value.Reveal())
	}
	for _, e := range l.Events {
		all = append(all, e.Next.Reveal())
	}
	return all
}

// TestBesideLeak keeps what was around a leak, what belongs to it, and what is to replace it.
func TestBesideLeak(t *testing.T) {
	b := newBench(t)
	leak := func(e LeakEvent, carrier string, parts ...LeakPart) LeakReport {
		r := leakOfWeb("leak", e)
		r.Carrier, r.Parts = secret.New(carrier), parts
		return r
	}
	for i, c := range []struct {
		report LeakReport
		want   []string
	}{
		{leakOfWeb("leak", LeakEvent{Kind: Found}), []string{"", ""}},
		{leak(LeakEvent{Kind: Found}, "leak"), []string{"", "", ""}},
		{leak(LeakEvent{Kind: Found}, "x://leak@host", LeakPart{"id", secret.New("one")}, LeakPart{"", secret.New("two\x00")}), []string{"x://leak@host", "id=one", "=two\x00", "", "", ""}},
		{leakOfWeb("leak", LeakEvent{Kind: Tracked, Next: secret.New("next")}), []string{"x://leak@host", "id=one", "=two\x00", "", "", "", "next"}},
		{leak(LeakEvent{Kind: Noted}, "", LeakPart{"id", secret.New("other")}), []string{"x://leak@host", "id=other", "", "", "", "next", ""}},
	} {
		if err := b.report(b.owner, c.report); err != nil {
			t.Fatal(err)
		}
		l := b.theLeak(b.session(b.keys))
		if diff := cmp.Diff(c.want, besideOf(&l)); diff != "" {
			t.Errorf("after report %d:\n%s", i, diff)
		}
	}
	many := make([]LeakPart, MaxLeakParts+1)
	for i := range many {
		many[i].Value = secret.New("x")
	}
	long := strings.Repeat("x", maxLeakEvent)
	for what, r := range map[string]LeakReport{
		"a long carrier":   leak(LeakEvent{Kind: Found}, long),
		"a long part":      leak(LeakEvent{Kind: Found}, "", LeakPart{"id", secret.New(long)}),
		"many parts":       leak(LeakEvent{Kind: Found}, "", many...),
		"a part's name":    leak(LeakEvent{Kind: Found}, "", LeakPart{long[:MaxText+1], secret.New("x")}),
		"a part of naught": leak(LeakEvent{Kind: Found}, "", LeakPart{Name: "id"}),
		"a long next":      leakOfWeb("leak", LeakEvent{Kind: Tracked, Next: secret.New(long)}),
		"a NUL":            leakOfWeb("leak", LeakEvent{Kind: Tracked, Next: secret.New("a\x00")}),
	} {
		if err := b.report(b.owner, r); err == nil {
			t.Errorf("%s: taken in", what)
		}
	}
	if err := b.report(b.owner, leak(LeakEvent{Kind: Found}, "", many[1:]...)); err != nil {
		t.Error(err)
	}
	b.check()
}

// TestReopened tracks and reopens a leak: steps decide nothing, and what is open again is as
// if nothing had been decided.
func TestReopened(t *testing.T) {
	b := newBench(t)
	rita, _ := b.person("rita", Reader, "web/dev")
	dora, _ := b.person("dora", Developer, "web/dev")
	for i, c := range []struct {
		by    *Session
		event LeakEvent
		want  string // the decision, where it went, and what is asked for
	}{
		{dora, LeakEvent{Kind: Tracked}, " [] []"},
		{rita, LeakEvent{Kind: Waiting, Asked: asked("ONE", "v")}, "waiting [] [ONE v rita]"},
		{dora, LeakEvent{Kind: Tracked}, "waiting [] [ONE v rita]"},
		{dora, LeakEvent{Kind: Imported, Refs: []Ref{{"web", "dev", "TWO"}}}, "imported [web/dev TWO] [ONE v rita]"},
		{dora, LeakEvent{Kind: Tracked, Refs: []Ref{{"web", "dev", "THREE"}}}, "imported [web/dev TWO] [ONE v rita]"},
		{dora, LeakEvent{Kind: Reopened}, "reopened [] [ONE v rita]"},
		{dora, LeakEvent{Kind: Tracked}, "reopened [] [ONE v rita]"},
		{rita, LeakEvent{Kind: Noted}, "reopened [] [ONE v rita]"},
		{rita, LeakEvent{Kind: RevokeOnly}, "revoke-only [] [ONE v rita]"},
		{dora, LeakEvent{Kind: Closed}, "closed [] []"},
		{rita, LeakEvent{Kind: RevokeOnly}, "closed [] []"},
		{dora, LeakEvent{Kind: Reopened}, "reopened [] []"},
		{rita, LeakEvent{Kind: Waiting, Asked: asked("ONE", "v")}, "waiting [] [ONE v rita]"},
		{b.owner, LeakEvent{Kind: Tracked, Data: json.RawMessage(`[]`)}, "waiting [] [ONE v rita]"},
		{rita, LeakEvent{Kind: RevokeOnly, Refs: []Ref{{"web", "dev", "TWO"}}}, "waiting [] [ONE v rita]"},
		{dora, LeakEvent{Kind: RevokeOnly}, "revoke-only [] []"},
	} {
		if err := b.report(c.by, leakOfWeb("v", c.event)); err != nil {
			t.Fatal(err)
		}
		l := b.theLeak(b.owner)
		if got := fmt.Sprint(l.Decision, " ", l.Refs, " ", askedFor(&l)); got != c.want {
			t.Errorf("after event %d: %s, want %s", i, got, c.want)
		}
	}
	b.check()
}

// TestTrack has steps of a rotation in the log, with what the caller says, if whoever makes
// them may.
func TestTrack(t *testing.T) {
	b := newBench(t)
	if err := b.owner.CreateEnvironment(t.Context(), "api", "dev"); err != nil {
		t.Fatal(err)
	}
	rita, _ := b.person("rita", Reader, "web/dev")
	dora, _ := b.person("dora", Developer, "*/dev")
	mia, _ := b.person("mia", Maintainer, "*/*")
	step := leakOfWeb("leak", LeakEvent{Kind: Tracked, Data: json.RawMessage(`{"step":1}`)})
	other := step
	other.Project = "api"
	if err := mia.Track(t.Context(), "took it on", step, other); err != nil {
		t.Fatal(err)
	}
	var denied *DeniedError
	for _, kind := range []LeakKind{Tracked, Reopened} {
		if err := rita.Track(t.Context(), "hers", leakOfWeb("leak", LeakEvent{Kind: kind})); !errors.As(err, &denied) || denied.Need != Developer || denied.Verb != verbRotate {
			t.Errorf("a reader says %s: %v", kind, err)
		}
	}
	mara, _ := b.person("mara", Maintainer, "web/dev")
	for _, s := range []*Session{rita, dora, mara} {
		if err := s.Track(t.Context(), "theirs", leakOfWeb("leak", LeakEvent{Kind: Tracked, Next: secret.New("next")})); !errors.As(err, &denied) || denied.Need != Maintainer {
			t.Errorf("%s says what is to replace it: %v", s.Self(), err)
		}
		for _, kind := range []LeakKind{Tracked, Imported, Closed} {
			if err := s.Track(t.Context(), "theirs", leakOfWeb("leak", LeakEvent{Kind: kind, Data: step.Data})); !errors.As(err, &denied) || denied.Need != Maintainer {
				t.Errorf("%s makes a step, %s: %v", s.Self(), kind, err)
			}
		}
	}
	if err := rita.Track(t.Context(), "saw it", leakOfWeb("leak", LeakEvent{Kind: Found})); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{
		"a long detail":              mia.Track(t.Context(), strings.Repeat("x", MaxText+1), step),
		"a leak twice":               mia.Track(t.Context(), "", step, step),
		"a project that isn't there": mia.Track(t.Context(), "", step, LeakReport{Project: "new", Leaked: step.Leaked, LeakEvent: step.LeakEvent}),
	} {
		if err == nil {
			t.Errorf("%s: taken in", what)
		}
	}
	var logged []string
	if err := b.owner.Log(t.Context(), Filter{Verb: verbRotate}, func(l Logged) error {
		logged = append(logged, fmt.Sprintf("%s, %s, %s: %v", l.Principal, l.Project, l.Detail, l.Allowed))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(
		[]string{"mia, web, took it on: true", "mia, api, took it on: true"},
		slices.Repeat([]string{"rita, web, : false"}, 2+4),
		slices.Repeat([]string{"dora, web, : false"}, 4),
		slices.Repeat([]string{"mara, web, : false"}, 4),
		[]string{"rita, web, saw it: true"},
	)
	if diff := cmp.Diff(want, logged); diff != "" {
		t.Error(diff)
	}
	l := b.theLeak(b.owner)
	if string(l.Events[0].Data) != `{"step":1}` || l.Events[0].By != "mia" || len(l.Events) != 2 {
		t.Errorf("%+v", l)
	}
	b.check()
}

// TestTrackAfter has steps be made after what somebody knew of.
func TestTrackAfter(t *testing.T) {
	s := newStage(t)
	mia, _ := s.person("mia", Maintainer, "web/*")
	dora := s.victims["dora"]
	step := func(value string, after int64) LeakReport {
		r := leakOfWeb(value, LeakEvent{Kind: Tracked})
		r.After = &after
		return r
	}
	refused := func(what string, reports ...LeakReport) {
		t.Helper()
		before := records(t, s.store)
		var changed *ChangedError
		if err := dora.Track(t.Context(), "a step", reports...); !errors.As(err, &changed) || !strings.HasSuffix(err.Error(), "the leak has changed since it was read") {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := dora.Import(t.Context(), Intake{Leaks: reports}); !errors.As(err, &changed) {
			t.Errorf("%s, imported: %v", what, err)
		}
		if diff := cmp.Diff(before, records(t, s.store)); diff != "" {
			t.Errorf("%s: something was written", what)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	refused("a leak that isn't there", step("leak", 3))
	must(dora.Track(t.Context(), "a step", step("leak", -1)))
	refused("a leak that is there", step("leak", -1))
	newest := s.theLeak(mia).Newest
	refused("one of two", step("leak", newest), step("other", newest))
	must(dora.Track(t.Context(), "a step", step("leak", newest), step("other", -1)))
	refused("one that somebody went on with", step("leak", newest))
	if one, other := s.newestOf(mia, "leak"), s.newestOf(mia, "other"); one <= newest || one != other {
		t.Errorf("the newest events are of entries %d and %d, after %d", one, other, newest)
	}
	newest = s.newestOf(mia, "leak")
	must(s.report(s.rita, leakOfWeb("leak", LeakEvent{Kind: Found})))
	refused("one that was found again", step("leak", newest))
	must(dora.Track(t.Context(), "a step", step("other", newest)))

	// An event of somebody who may report, and which says nothing, is a change to everyone.
	newest = s.newestOf(mia, "leak")
	f := s.forgers["reader"]
	key := leakKey(s.prod.project, s.owner.leakID(s.prod.project, secret.New("leak")), f.next())
	f.sign(map[string][]byte{string(key): s.forgedLeak(key, f.next(), []byte("{}"))})
	refused("one with an event that counts for nothing", step("leak", newest))
	must(dora.Track(t.Context(), "a step", step("leak", s.newestOf(mia, "leak"))))

	// What somebody wrote who may not is none.
	newest = s.newestOf(mia, "leak")
	f = s.forgers["retired"]
	key = leakKey(s.prod.project, s.owner.leakID(s.prod.project, secret.New("leak")), f.next())
	f.sign(map[string][]byte{string(key): s.forgedLeak(key, f.next(), []byte("{}"))})
	if got := s.newestOf(mia, "leak"); got != newest {
		t.Errorf("the newest event is of entry %d, want %d", got, newest)
	}
	must(dora.Track(t.Context(), "a step", step("leak", newest)))
}

// newestOf gives the entry that wrote the newest event of a leak, -1 for none.
func (b *bench) newestOf(s *Session, value string) int64 {
	b.t.Helper()
	all, err := s.Leaks(b.t.Context(), "web")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, l := range all {
		if l.Value.Reveal() == value {
			return l.Newest
		}
	}
	return -1
}

// TestTrackAtOnce has many go on with one leak at once, with sessions of one program and of
// several: each step comes after the one that its maker knew of, and none is lost.
func TestTrackAtOnce(t *testing.T) {
	const programs, sessions, steps = 3, 3, 4
	b := newBench(t)
	var all sync.WaitGroup
	for range programs {
		v, err := Open(t.Context(), b.store, b.vault.ID())
		if err != nil {
			t.Fatal(err)
		}
		for range sessions {
			s, err := v.Session(t.Context(), b.keys, b.options())
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				for made, tries := 0, 0; made < steps; tries++ {
					if tries == 50*programs*sessions*steps {
						t.Error("others are always faster")
						return
					}
					leaks, err := s.Leaks(t.Context(), "web")
					if err != nil {
						t.Error(err)
						return
					}
					after, before := int64(-1), 0
					if len(leaks) > 0 {
						after, before = leaks[0].Newest, len(leaks[0].Events)
					}
					r := leakOfWeb("leak", LeakEvent{Kind: Tracked, Data: fmt.Append(nil, before)})
					r.After = &after
					err = s.Track(t.Context(), "a step", r)
					if _, changed := errors.AsType[*ChangedError](err); changed {
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					made++
				}
			})
		}
	}
	all.Wait()
	l := b.theLeak(b.owner)
	if len(l.Events) != programs*sessions*steps {
		t.Errorf("%d steps", len(l.Events))
	}
	for i, e := range l.Events {
		if string(e.Data) != fmt.Sprint(i) {
			t.Errorf("step %d was made after %s others", i, e.Data)
		}
	}
	b.check()
}

// TestTrackModel has sessions go on with leaks as they know them, in any order.
func TestTrackModel(t *testing.T) {
	taken, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		dora, _ := b.person("dora", Developer, "web/dev")
		sessions := []*Session{b.owner, dora, b.session(b.keys)}
		values := []string{"one", "two"}
		steps, known := make(map[string]int), make(map[string]int) // how many were made, and were known of
		newest := map[string]int64{"one": -1, "two": -1}
		rt.Repeat(map[string]func(*rapid.T){
			"read": func(rt *rapid.T) {
				all, err := b.owner.Leaks(t.Context(), "web")
				if err != nil {
					rt.Fatal(err)
				}
				for _, l := range all {
					value := l.Value.Reveal()
					if newest[value], known[value] = l.Newest, len(l.Events); known[value] != steps[value] {
						rt.Fatalf("%d steps of %s, want %d", known[value], value, steps[value])
					}
				}
			},
			"track": func(rt *rapid.T) {
				var reports []LeakReport
				fresh := true
				for _, value := range values {
					if !rapid.Bool().Draw(rt, value) {
						continue
					}
					r := leakOfWeb(value, LeakEvent{Kind: Tracked})
					if after := newest[value]; rapid.Bool().Draw(rt, "after what is known") {
						r.After = &after
						fresh = fresh && known[value] == steps[value]
					}
					reports = append(reports, r)
				}
				err := rapid.SampledFrom(sessions).Draw(rt, "session").Track(t.Context(), "a step", reports...)
				if _, changed := errors.AsType[*ChangedError](err); changed == fresh || err != nil && !changed {
					rt.Fatalf("what is known is all: %v; it says %v", fresh, err)
				}
				if !fresh {
					refused++
					return
				}
				taken++
				for _, r := range reports {
					steps[r.Value.Reveal()]++
				}
			},
		})
	})
	if taken == 0 || refused == 0 {
		t.Fatalf("%d steps were taken, %d refused", taken, refused)
	}
}
