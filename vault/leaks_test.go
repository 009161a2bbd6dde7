package vault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

func inFile(path string) place.Place { return place.Place{Kind: place.File, Path: path} }

// leakOfWeb makes a report on a value of project web.
func leakOfWeb(value string, e LeakEvent) LeakReport {
	return LeakReport{Project: "web", Leaked: Leaked{Value: secret.New(value), Rule: "some-rule", Name: "NAME", Env: "prod"}, LeakEvent: e}
}

// asked gives what is asked for in web/prod, of names and values.
func asked(all ...string) (a []Asked) {
	for i := 0; i < len(all); i += 2 {
		a = append(a, Asked{Ref: Ref{"web", "prod", all[i]}, Value: secret.New(all[i+1])})
	}
	return a
}

// askedFor gives what is still asked for, in short.
func askedFor(l *Leak) (all []string) {
	for _, a := range l.Asked {
		all = append(all, a.Name+" "+a.Value.Reveal()+" "+a.By)
	}
	return all
}

func (b *bench) report(s *Session, reports ...LeakReport) error {
	_, err := s.Import(b.t.Context(), Intake{Leaks: reports, Source: "a sweep"})
	return err
}

// leaks gives what the owner sees of the leaks of project web, in short.
func (b *bench) leaks(s *Session) []string {
	b.t.Helper()
	all, err := s.Leaks(b.t.Context(), "web")
	if err != nil {
		b.t.Fatal(err)
	}
	var short []string
	for _, l := range all {
		text := l.Value.Reveal() + ":"
		for _, e := range l.Events {
			text += fmt.Sprintf(" %s by %s", e.Kind, e.By)
		}
		short = append(short, text+"; "+string(l.Decision))
	}
	return short
}

func TestLeaks(t *testing.T) {
	b := newBench(t)
	rita, _ := b.person("rita", Reader, "web/dev")
	mia, _ := b.person("mia", Maintainer, "web/*")
	prod, _ := b.person("prod", Maintainer, "web/prod")
	other, _ := b.person("other", Owner, "*/dev")
	first := leakOfWeb("one", LeakEvent{Kind: Found, Places: []place.Place{inFile("b"), inFile("a")}})
	if err := b.report(b.owner, first, leakOfWeb("two", LeakEvent{Kind: Found})); err != nil {
		t.Fatal(err)
	}
	if err := b.report(rita, leakOfWeb("one", LeakEvent{Kind: Waiting, Asked: asked("ONE", "postgres://one", "ALSO", "one"), Places: []place.Place{inFile("c"), inFile("a")}})); err != nil {
		t.Fatal(err)
	}
	if err := b.report(other, leakOfWeb("two", LeakEvent{Kind: FalsePositive, Reason: "a test"})); err != nil {
		t.Fatal(err)
	}
	want := []string{"one: found by olivia waiting by rita; waiting", "two: found by olivia false-positive by other; false-positive"}
	for _, s := range []*Session{b.owner, mia, b.session(b.keys)} {
		got := b.leaks(s)
		if len(got) == 2 && got[0] != want[0] {
			got[0], got[1] = got[1], got[0] // of one entry, in the order of their IDs
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	all, err := mia.Leaks(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if l.Value.Reveal() != "one" {
			continue
		}
		if diff := cmp.Diff([]place.Place{inFile("a"), inFile("b"), inFile("c")}, l.Places); diff != "" {
			t.Error(diff)
		}
		if l.Rule != "some-rule" || !l.Events[0].At.Equal(b.now) {
			t.Errorf("%+v", l)
		}
		want := []string{"ONE postgres://one rita", "ALSO one rita"}
		if diff := cmp.Diff(want, askedFor(&l)); diff != "" {
			t.Error(diff)
		}
	}
	var denied *DeniedError
	for _, s := range []*Session{rita, prod, other} {
		if _, err := s.Leaks(t.Context(), "web"); !errors.As(err, &denied) || denied.Need != Maintainer {
			t.Errorf("%s: %v", s.Self(), err)
		}
	}
	if err := b.report(rita, leakOfWeb("one", LeakEvent{Kind: Closed})); !errors.As(err, &denied) {
		t.Errorf("a reader closes a leak: %v", err)
	}
	b.check()
}

// TestLeakLimits keeps what there is room for, and says what was left out.
func TestLeakLimits(t *testing.T) {
	b := newBench(t)
	many := func(prefix string, n, size int) (all []place.Place) {
		for i := range n {
			all = append(all, inFile(fmt.Sprintf("%s%0*d", prefix, size, i)))
		}
		return all
	}
	if err := b.report(b.owner,
		leakOfWeb("many", LeakEvent{Kind: Found, Places: many("a", 450, 4)}),
		leakOfWeb("long", LeakEvent{Kind: Found, Places: many("b", 180, 4000), MorePlaces: 3}),
	); err != nil {
		t.Fatal(err)
	}
	if err := b.report(b.owner, leakOfWeb("many", LeakEvent{Kind: Found, Places: many("c", 10, 4)})); err != nil {
		t.Fatal(err)
	}
	all, err := b.owner.Leaks(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		switch l.Value.Reveal() {
		case "many":
			if len(l.Places) != maxLeakPlaces || l.MorePlaces != 260 || len(l.Events[0].Places) != maxLeakPlaces || l.Events[0].MorePlaces != 250 {
				t.Errorf("many: %d and %d", len(l.Places), l.MorePlaces)
			}
		case "long":
			if len(l.Places) < 20 || len(l.Places)+l.MorePlaces != 183 {
				t.Errorf("long: %d and %d", len(l.Places), l.MorePlaces)
			}
		}
	}
	long := strings.Repeat("x", MaxText+1)
	for what, r := range map[string]LeakReport{
		"a value":      leakOfWeb(strings.Repeat("x", maxLeakEvent), LeakEvent{Kind: Found}),
		"a reason":     leakOfWeb("one", LeakEvent{Kind: Found, Reason: long}),
		"a name":       {Project: "web", Leaked: Leaked{Value: secret.New("one"), Name: long}, LeakEvent: LeakEvent{Kind: Found}},
		"secrets":      leakOfWeb("one", LeakEvent{Kind: Imported, Refs: slices.Repeat([]Ref{{"web", "dev", "A"}}, MaxLeakRefs), Asked: asked("B", "one")}),
		"a secret":     leakOfWeb("one", LeakEvent{Kind: Imported, Refs: []Ref{{"web", "dev", "A B"}}}),
		"a wish":       leakOfWeb("one", LeakEvent{Kind: Waiting, Asked: asked("A B", "one")}),
		"a NUL":        leakOfWeb("one", LeakEvent{Kind: Waiting, Asked: asked("A", "one\x00")}),
		"elsewhere":    leakOfWeb("one", LeakEvent{Kind: Imported, Refs: []Ref{{"api", "dev", "A"}}}),
		"for there":    leakOfWeb("one", LeakEvent{Kind: Waiting, Asked: []Asked{{Ref: Ref{"api", "dev", "A"}, Value: secret.New("one")}}}),
		"data":         leakOfWeb("one", LeakEvent{Kind: Noted, Data: []byte(`{`)}),
		"a long time":  leakOfWeb("one", LeakEvent{Kind: Accepted, Until: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}),
		"another kind": leakOfWeb("one", LeakEvent{Kind: "lost"}),
		"less places":  leakOfWeb("one", LeakEvent{Kind: Found, MorePlaces: -1}),
	} {
		if err := b.report(b.owner, r); err == nil {
			t.Errorf("%s: taken in", what)
		}
	}
	b.check()
}

// TestAcceptedEnds has a leak accepted until a time.
func TestAcceptedEnds(t *testing.T) {
	b := newBench(t)
	until := b.now.Add(time.Hour)
	if err := b.report(b.owner, leakOfWeb("one", LeakEvent{Kind: Accepted, Until: until, Reason: "it ends on its own"})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one: accepted by olivia; accepted"}, b.leaks(b.owner)); diff != "" {
		t.Error(diff)
	}
	want := []LeakStatus{{"web", Accepted, 1}}
	if st, err := b.owner.Status(t.Context()); err != nil || !slices.Equal(st.Leaks, want) {
		t.Errorf("status: %+v, %v", st.Leaks, err)
	}
	b.now = until
	if diff := cmp.Diff([]string{"one: accepted by olivia; "}, b.leaks(b.owner)); diff != "" {
		t.Error(diff)
	}
}

// TestLeaksRights has those ask and report who may not.
func TestLeaksRights(t *testing.T) {
	b := newBench(t)
	if err := b.owner.CreateEnvironment(t.Context(), "api", "dev"); err != nil {
		t.Fatal(err)
	}
	token, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy", Project: "web", Env: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	stranger, _ := b.person("stranger", Owner, "api/*")
	rita, _ := b.person("rita", Reader, "web/prod")
	if err := b.report(b.owner, leakOfWeb("one", LeakEvent{Kind: Found})); err != nil {
		t.Fatal(err)
	}
	var denied *DeniedError
	for _, s := range []*Session{stranger, b.session(token.Identity)} {
		if _, err := s.Leaks(t.Context(), "web"); !errors.As(err, &denied) {
			t.Errorf("%s reads leaks: %v", s.Self(), err)
		}
		if err := b.report(s, leakOfWeb("one", LeakEvent{Kind: Found})); !errors.As(err, &denied) {
			t.Errorf("%s reports a leak: %v", s.Self(), err)
		}
		if err := s.Shown(t.Context(), "web", secret.New("one"), "a sweep"); !errors.As(err, &denied) {
			t.Errorf("%s was shown a leak: %v", s.Self(), err)
		}
	}
	for _, kind := range []LeakKind{Imported, FalsePositive, Accepted, Closed} {
		if err := b.report(rita, leakOfWeb("one", LeakEvent{Kind: kind})); !errors.As(err, &denied) || denied.Need != Developer {
			t.Errorf("a reader says %s: %v", kind, err)
		}
	}
	refused := 0
	if err := b.owner.Log(t.Context(), Filter{Denied: true}, func(Logged) error { refused++; return nil }); err != nil || refused != 10 {
		t.Errorf("%d refusals are in the log, %v", refused, err)
	}
	var missing *NotFoundError
	for _, project := range []string{"nothing", "*", ""} {
		if _, err := b.owner.Leaks(t.Context(), project); !errors.As(err, &missing) {
			t.Errorf("leaks of %q: %v", project, err)
		}
	}
	for at, want := range map[string][3]bool{ // for rita, the stranger and the owner
		"web/prod": {false, false, true}, "web/new": {false, false, true}, "api/dev": {false, true, true},
		"api/new": {false, true, true}, "new/dev": {false, false, true},
	} {
		p, _ := ParsePattern(at)
		for i, s := range []*Session{rita, stranger, b.owner} {
			if got := s.CanWrite(p.Project, p.Environment); got != want[i] {
				t.Errorf("%s can write in %s: %v", s.Self(), at, got)
			}
		}
	}
	if diff := cmp.Diff([]string{"api", "web"}, rita.Projects()); diff != "" {
		t.Error(diff)
	}
}

// TestLeaksOfReaders has a reader say otherwise what a value is, and where it is of use.
func TestLeaksOfReaders(t *testing.T) {
	b := newBench(t)
	rita, _ := b.person("rita", Reader, "web/prod")
	say := func(by *Session, rule, host string) {
		t.Helper()
		report := LeakReport{Project: "web", LeakEvent: LeakEvent{Kind: Found}}
		report.Value, report.Rule = secret.New("one"), rule
		if host != "" {
			report.Carrier, report.Parts = secret.New("one@"+host), []LeakPart{{"host", secret.New(host)}}
		}
		if err := b.report(by, report); err != nil {
			t.Fatal(err)
		}
		leaks, err := b.owner.Leaks(t.Context(), "web")
		if err != nil {
			t.Fatal(err)
		}
		l := leaks[0]
		got := l.Rule + " " + l.Carrier.Reveal()
		for _, p := range l.Parts {
			got += " " + p.Value.Reveal()
		}
		want := map[string]string{"guess": "guess one@first first", "rule": "rule one@first first", "mine": "rule one@first first", "last": "last one@ours ours", "mine2": "last one@ours ours"}[rule]
		if got != want {
			t.Errorf("after %s: %q, want %q", rule, got, want)
		}
	}
	say(rita, "guess", "first")
	say(b.owner, "rule", "")
	say(rita, "mine", "evil")
	say(b.owner, "last", "ours")
	say(rita, "mine2", "evil")
}

// TestShown has a value be shown to somebody before it is in the vault.
func TestShown(t *testing.T) {
	b := newBench(t)
	rita, _ := b.person("rita", Reader, "web/dev")
	if err := rita.Shown(t.Context(), "web", secret.New("was shown"), "a sweep of a folder"); err != nil {
		t.Fatal(err)
	}
	if err := rita.Shown(t.Context(), "new", secret.New("was new"), "a sweep for a project that isn't there"); err != nil {
		t.Fatal(err)
	}
	job, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "dev"})
	if err != nil {
		t.Fatal(err)
	}
	for project, by := range map[string]*Session{"new": b.session(job.Identity), "*": rita, "a b": rita} {
		if err := by.Shown(t.Context(), project, secret.New("x"), "a sweep"); err == nil {
			t.Errorf("%s looks at what is for %q", by.Self(), project)
		}
	}
	b.set("prod", "NEW", "was new")
	b.set("prod", "SHOWN", "was shown")
	b.set("prod", "NOT", "was not")
	b.set("dev", "COULD", "could have")
	exposed, err := b.owner.Exposure(t.Context(), "rita")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range exposed {
		got = append(got, fmt.Sprint(e.Ref, " ", e.Times, " ", e.Seen.Equal(b.now)))
	}
	if diff := cmp.Diff([]string{"web/prod NEW 1 true", "web/prod SHOWN 1 true", "web/dev COULD 0 false"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestAsked has several people ask for a value in several places, decide about it, and
// import it: each place waits until somebody who may has done something about it.
func TestAsked(t *testing.T) {
	b := newBench(t)
	rita, _ := b.person("rita", Reader, "web/dev")
	dora, _ := b.person("dora", Developer, "web/dev")
	one, two := Ref{"web", "prod", "ONE"}, Ref{"web", "prod", "TWO"}
	for i, c := range []struct {
		by    *Session
		event LeakEvent
		want  string // the decision, and what is asked for
	}{
		{rita, LeakEvent{Kind: Waiting, Asked: asked("ONE", "url of one", "TWO", "v")}, "waiting [ONE url of one rita TWO v rita]"},
		{dora, LeakEvent{Kind: Imported, Refs: []Ref{{"web", "dev", "ONE"}}}, "imported [ONE url of one rita TWO v rita]"},
		{rita, LeakEvent{Kind: RevokeOnly}, "imported [ONE url of one rita TWO v rita]"},
		{dora, LeakEvent{Kind: Waiting, Asked: asked("ONE", "v")}, "imported [TWO v rita ONE v dora]"},
		{b.owner, LeakEvent{Kind: Imported, Refs: []Ref{one}}, "imported [TWO v rita]"},
		{dora, LeakEvent{Kind: Imported, Refs: []Ref{two}, Asked: asked("ONE", "v")}, "imported [ONE v dora]"},
		{b.owner, LeakEvent{Kind: RevokeOnly}, "revoke-only []"},
		{rita, LeakEvent{Kind: Noted}, "revoke-only []"},
		{rita, LeakEvent{Kind: Waiting, Asked: asked("ONE", "v")}, "waiting [ONE v rita]"},
		{rita, LeakEvent{Kind: RevokeOnly}, "revoke-only [ONE v rita]"},
		{dora, LeakEvent{Kind: FalsePositive}, "false-positive []"},
		{rita, LeakEvent{Kind: Waiting, Asked: asked("ONE", "v")}, "false-positive [ONE v rita]"},
	} {
		if err := b.report(c.by, leakOfWeb("v", c.event)); err != nil {
			t.Fatal(err)
		}
		all, err := b.owner.Leaks(t.Context(), "web")
		if err != nil || len(all) != 1 {
			t.Fatal(len(all), err)
		}
		if got := fmt.Sprint(all[0].Decision, " ", askedFor(&all[0])); got != c.want {
			t.Errorf("after event %d: %s, want %s", i, got, c.want)
		}
	}
	many := func(prefix string) (e LeakEvent) {
		e.Kind = Waiting
		for i := range MaxLeakRefs {
			e.Asked = append(e.Asked, asked(fmt.Sprint(prefix, i), "v")...)
		}
		return e
	}
	for _, prefix := range []string{"A", "B"} {
		if err := b.report(rita, leakOfWeb("v", many(prefix))); err != nil {
			t.Fatal(err)
		}
	}
	all, err := b.owner.Leaks(t.Context(), "web")
	if err != nil || len(all[0].Asked) != MaxLeakRefs || all[0].Asked[0].Name != "ONE" || all[0].Asked[99].Name != "A98" {
		t.Errorf("%d are asked for, %v", len(all[0].Asked), err)
	}
	b.check()
}
