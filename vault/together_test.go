package vault

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/store"
)

// staged is a store in which something happens before a View reads, and whose Update can be
// held up, and fail when all that it was to do is done.
type staged struct {
	store.Store
	before func()       // in a View, before it reads; may be nil
	enter  func()       // before an Update; may be nil
	fail   func() error // after an Update's change; may be nil
}

func (s *staged) View(ctx context.Context, read func(store.Reader) error) error {
	return s.Store.View(ctx, func(r store.Reader) error {
		if before := s.before; before != nil {
			s.before = nil
			before()
		}
		return read(r)
	})
}

func (s *staged) Update(ctx context.Context, change func(store.Tx) error) error {
	if s.enter != nil {
		s.enter()
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		err := change(tx)
		if err == nil && s.fail != nil {
			err = s.fail()
		}
		return err
	})
}

// TestAheadOfView has a session learn, by one act, of more than there was when another of
// its acts began to read.
func TestAheadOfView(t *testing.T) {
	b := newBench(t)
	b.set("dev", "ONE", "first")
	st := &staged{Store: b.store}
	v, err := Open(t.Context(), st, b.vault.ID())
	if err != nil {
		t.Fatal(err)
	}
	s, err := v.Session(t.Context(), b.keys, b.options())
	if err != nil {
		t.Fatal(err)
	}
	ref := Ref{"web", "dev", "ONE"}
	st.before = func() {
		if _, err := s.Set(t.Context(), Change{Ref: ref, Value: secret.New("second")}); err != nil {
			t.Error(err)
		}
		if _, err := s.Get(t.Context(), ref, Which{}); err != nil {
			t.Error(err)
		}
	}
	if all, err := s.List(t.Context(), "web", "dev"); err != nil || len(all) != 1 || all[0].Current != 1 {
		t.Errorf("what was there when it began: %v, %v", all, err)
	}
	if got := get(t, s, ref, Which{}); got != "second" {
		t.Errorf("got %q", got)
	}
	st.before = func() {
		if err := b.report(s, leakOfWeb("leak", LeakEvent{Kind: Found})); err != nil {
			t.Error(err)
		}
		b.leaks(s)
	}
	if all, err := s.Leaks(t.Context(), "web"); err != nil || len(all) != 0 {
		t.Errorf("leaks that there were when it began: %v, %v", all, err)
	}
}

// TestFailedTogether has acts share a transaction that fails in the end. What they saw
// in it of each other has never been.
func TestFailedTogether(t *testing.T) {
	b := newBench(t)
	b.set("dev", "ONE", "first")
	b.person("gone", Developer, "web/dev")
	_, doraKeys := b.person("dora", Developer, "web/dev")
	full := errors.New("no room")
	st := &staged{Store: b.store}
	v, err := Open(t.Context(), st, b.vault.ID())
	if err != nil {
		t.Fatal(err)
	}
	open := func(o Options) (*Session, *Session) {
		one, err := v.Session(t.Context(), b.keys, o)
		if err != nil {
			t.Fatal(err)
		}
		other, err := v.Session(t.Context(), doraKeys, o)
		if err != nil {
			t.Fatal(err)
		}
		return one, other
	}
	var seen Seen
	o := b.options()
	o.Remember = func(s Seen) error { seen = s; return nil }
	olivia, dora := open(o)
	ref := Ref{"web", "dev", "ONE"}
	acts := []func() error{
		func() error { return olivia.Retire(t.Context(), "gone") },
		func() error {
			_, err := dora.Set(t.Context(), Change{Ref: ref, Value: secret.New("never")})
			return err
		},
		func() error {
			_, err := dora.Rollback(t.Context(), ref, 1, 0)
			return err
		},
	}
	// The first act holds the others up, so that they come together.
	held, release := make(chan bool), make(chan bool)
	st.enter = func() {
		st.enter = nil
		close(held)
		<-release
		st.fail = func() error { st.fail = func() error { return full }; return nil }
	}
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := olivia.Look(t.Context(), ref); err != nil {
			t.Error(err)
		}
	})
	<-held
	errs := make([]error, len(acts))
	for i, act := range acts {
		all.Go(func() { errs[i] = act() })
		for waiting := 0; waiting <= i; runtime.Gosched() {
			v.mu.Lock()
			waiting = len(v.waiting)
			v.mu.Unlock()
		}
	}
	close(release)
	all.Wait()
	for i, err := range errs {
		if !errors.Is(err, full) {
			t.Errorf("act %d: %v", i, err)
		}
	}
	st.fail = nil
	// Now other entries of the log stand where theirs would have been.
	if err := acts[0](); err != nil {
		t.Errorf("again: %v", err)
	}
	if _, err := dora.Set(t.Context(), Change{Ref: ref, Value: secret.New("second")}); err != nil {
		t.Errorf("again: %v", err)
	}
	for _, s := range []*Session{olivia, dora} {
		if got := get(t, s, ref, Which{}); got != "second" {
			t.Errorf("%s reads %q", s.Self(), got)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	o.Recall = func() (Seen, error) { return seen, nil }
	olivia, _ = open(o)
	if got := get(t, olivia, ref, Which{}); got != "second" {
		t.Errorf("the next session reads %q", got)
	}
	b.check()
}
