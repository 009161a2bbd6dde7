package vault

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

func inFile(path string) place.Place { return place.Place{Kind: place.File, Path: path} }

// leakOfWeb makes a report on a value of project web.
func leakOfWeb(value string, e LeakEvent) LeakReport {
	return LeakReport{Project: "web", Leaked: Leaked{Value: secret.New(value), Rule: "some-rule", Name: "NAME", Env: "prod"}, LeakEvent: e}
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
	first.Carrier = secret.New("postgres://one")
	if err := b.report(b.owner, first, leakOfWeb("two", LeakEvent{Kind: Found})); err != nil {
		t.Fatal(err)
	}
	if err := b.report(rita, leakOfWeb("one", LeakEvent{Kind: Waiting, Refs: []Ref{{"web", "prod", "ONE"}}, Places: []place.Place{inFile("c"), inFile("a")}})); err != nil {
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
		if l.Carrier.Reveal() != "postgres://one" || l.Refs[0].Name != "ONE" || l.Rule != "some-rule" || !l.Events[0].At.Equal(b.now) {
			t.Errorf("%+v", l)
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
