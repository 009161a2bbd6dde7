package rotation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/rotation"
	"github.com/secretsweep/secretsweep/vault/rotation/drivertest"
	"github.com/secretsweep/secretsweep/vault/store"
)

// shop is a vault with a secret that leaked.
type shop struct {
	t       *testing.T
	session *vault.Session
	tracker *rotation.Tracker
	leaked  vault.Leaked
	ref     vault.Ref
}

// newShop makes a vault. It has the value that leaked, unless it is to have another one.
func newShop(t *testing.T, l vault.Leaked, has secret.Value) *shop {
	t.Helper()
	s := &shop{t: t, leaked: l, ref: vault.Ref{Project: "web", Environment: "prod", Name: "DATABASE_URL"}}
	keys := identity.New()
	v, err := vault.Init(t.Context(), store.NewMemory(), keys, vault.Founding{Name: "olivia", Project: "web", Environments: []string{"dev", "prod"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.session, err = v.Session(t.Context(), keys, vault.Options{Program: "secretsweep rotate"}); err != nil {
		t.Fatal(err)
	}
	if s.tracker, err = rotation.New(t.Context(), s.session, rotation.Options{Rules: &rules.Set{}}); err != nil {
		t.Fatal(err)
	}
	if !has.IsEmpty() {
		s.set(s.ref, has)
	}
	s.must(s.session.Track(t.Context(), "found", vault.LeakReport{Project: "web", Leaked: l, LeakEvent: vault.LeakEvent{Kind: vault.Found}}))
	return s
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) set(ref vault.Ref, value secret.Value) {
	s.t.Helper()
	_, err := s.session.Set(s.t.Context(), vault.Change{Ref: ref, Value: value})
	s.must(err)
}

func (s *shop) get(ref vault.Ref) secret.Value {
	s.t.Helper()
	got, err := s.session.Get(s.t.Context(), ref, vault.Which{})
	s.must(err)
	return got.Value
}

func (s *shop) record() *rotation.Record {
	s.t.Helper()
	all, err := s.tracker.Records(s.t.Context(), "web")
	s.must(err)
	for _, r := range all {
		if r.Value.Equal(s.leaked.Value) {
			return r
		}
	}
	s.t.Fatal("the leak has no record")
	return nil
}

func (s *shop) do(steps ...rotation.Step) {
	s.t.Helper()
	_, err := s.tracker.Do(s.t.Context(), s.record(), rotation.Once(steps...))
	s.must(err)
}

// drive drives the record, of which nobody else is to move.
func (s *shop) drive(d rotation.Driver, passed func(rotation.StageName) error) (*rotation.Record, error) {
	s.t.Helper()
	return s.tracker.Drive(s.t.Context(), s.record(), d, s.session, rotation.Driving{Moved: "nothing reads it", Passed: passed})
}

// upTo stops a drive at a stage.
func upTo(last rotation.StageName) func(rotation.StageName) error {
	return func(name rotation.StageName) error {
		if name == last {
			return errStop
		}
		return nil
	}
}

var errStop = errors.New("stop")

func TestDriveRefused(t *testing.T) {
	value := secret.New("made up")
	own := rotation.Step{Act: rotation.Own, Owner: "ann"}
	triage := rotation.Step{Act: rotation.Triage, Way: rotation.Rotate}
	tests := []struct {
		name    string
		has     secret.Value
		prepare func(s *shop)
		want    string
	}{
		{"no secret", secret.Value{}, func(*shop) {}, "it is no secret of the vault"},
		{"blocked", value, func(s *shop) { s.do(rotation.Step{Act: rotation.Block, Reason: "the vendor is away"}) }, "it is blocked (the vendor is away)"},
		{"over", value, func(s *shop) { s.do(rotation.Step{Act: rotation.Dismiss, Reason: "it is a sample"}) }, "it is over (false positive)"},
		{"only to be revoked", value, func(s *shop) { s.do(rotation.Step{Act: rotation.Triage, Way: rotation.RevokeOnly}) }, "it is only to be revoked"},
		{"replaced by hand", value, func(s *shop) { s.do(triage, own); s.set(s.ref, secret.New("by hand")) }, "a successor already that no driver has made"},
		{"in another project, too", value, func(s *shop) {
			s.must(s.session.CreateEnvironment(s.t.Context(), "api", "prod"))
			s.set(vault.Ref{Project: "api", Environment: "prod", Name: "SHARED"}, value)
		}, "api/prod SHARED would be of no use any more: it has the same value, and is of another project"},
		{"another driver", value, func(s *shop) {
			s.do(triage, own, rotation.Step{Act: rotation.Drive, Stage: &rotation.Stage{Driver: "other", Name: rotation.Intended}})
		}, "another driver is at it: other"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newShop(t, vault.Leaked{Value: value}, tt.has)
			tt.prepare(s)
			f := drivertest.NewFake(true, value)
			events := len(s.record().Events)
			if _, err := s.drive(f, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if f.Count() != 1 || len(s.record().Events) != events {
				t.Error("something was done all the same")
			}
		})
	}
}

// TestDriveMeanwhile has somebody change the vault while a drive is stopped.
func TestDriveMeanwhile(t *testing.T) {
	value := secret.New("made up")
	dev := vault.Ref{Project: "web", Environment: "dev", Name: "DATABASE_URL"}
	t.Run("one of two secrets has another value", func(t *testing.T) {
		s, f := newShop(t, vault.Leaked{Value: value}, value), drivertest.NewFake(true, value)
		s.set(dev, value)
		if _, err := s.drive(f, upTo(rotation.Worked)); !errors.Is(err, errStop) {
			t.Fatal(err)
		}
		s.set(dev, secret.New("by hand"))
		r, err := s.drive(f, nil)
		if err != nil || r.State != rotation.Closed {
			t.Fatalf("%s, %v", r.State, err)
		}
		if a := f.Works(t.Context(), s.get(s.ref)); a.Verdict != provider.Live || !s.get(dev).Equal(secret.New("by hand")) {
			t.Error("the vault doesn't have the next value, or what was set by hand")
		}
	})
	t.Run("nothing has the old value", func(t *testing.T) {
		s, f := newShop(t, vault.Leaked{Value: value}, value), drivertest.NewFake(true, value)
		if _, err := s.drive(f, upTo(rotation.Worked)); !errors.Is(err, errStop) {
			t.Fatal(err)
		}
		s.must(s.session.Remove(t.Context(), s.ref))
		if _, err := s.drive(f, nil); err == nil || !strings.Contains(err.Error(), "so nobody would get the next one") {
			t.Errorf("got %v", err)
		}
		if a := f.Works(t.Context(), value); a.Verdict != provider.Live {
			t.Error("the old value was ended all the same")
		}
	})
	t.Run("it is blocked", func(t *testing.T) {
		s, f := newShop(t, vault.Leaked{Value: value}, value), drivertest.NewFake(true, value)
		if _, err := s.drive(f, upTo(rotation.Intended)); !errors.Is(err, errStop) {
			t.Fatal(err)
		}
		s.do(rotation.Step{Act: rotation.Block, Reason: "a freeze"})
		if _, err := s.drive(f, nil); err == nil || f.Count() != 1 {
			t.Errorf("got %v, and %d values work", err, f.Count())
		}
		s.do(rotation.Step{Act: rotation.Unblock})
		if r, err := s.drive(f, nil); err != nil || r.State != rotation.Closed {
			t.Errorf("%s, %v", r.State, err)
		}
	})
	t.Run("the old value is put back", func(t *testing.T) {
		s, f := newShop(t, vault.Leaked{Value: value}, value), drivertest.NewFake(true, value)
		if r, err := s.drive(f, nil); err != nil || r.State != rotation.Closed {
			t.Fatalf("%s, %v", r.State, err)
		}
		next := s.get(s.ref)
		s.must(f.Make(t.Context(), rotation.Job{Next: value}))
		s.do(rotation.Asked(f.Works(t.Context(), value)))
		if r := s.record(); !r.State.Open() {
			t.Fatalf("it works, and is %s", r.State)
		}
		r, err := s.drive(f, nil)
		if err != nil || r.State != rotation.Closed || f.Count() != 1 || !s.get(s.ref).Equal(next) {
			t.Errorf("%s, %v, and %d values work", r.State, err, f.Count())
		}
	})
}

// TestDriveKeeps has drives begin together: there is one next value.
func TestDriveKeeps(t *testing.T) {
	value := secret.New("made up")
	s, f := newShop(t, vault.Leaked{Value: value}, value), drivertest.NewFake(true, value)
	before := s.record()
	if _, err := s.drive(f, upTo(rotation.Intended)); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	kept := s.record().Kept
	if _, err := s.tracker.Drive(t.Context(), before, f, s.session, rotation.Driving{}); err == nil || !strings.Contains(err.Error(), "another drive has begun just now") {
		t.Errorf("a drive that begins with what it has read before: %v", err)
	}
	// A program that knows nothing of all this writes another one.
	s.must(s.session.Track(t.Context(), "a step", vault.LeakReport{Project: "web", Leaked: s.leaked, LeakEvent: vault.LeakEvent{
		Kind: vault.Tracked, Next: secret.New("another one"), Data: []byte(`[{"act":"drive","stage":{"driver":"fake","name":"intended"}}]`),
	}}))
	s.must(s.session.Track(t.Context(), "a step", vault.LeakReport{Project: "web", Leaked: s.leaked, LeakEvent: vault.LeakEvent{
		Kind: vault.Tracked, Data: []byte(`[{"act":"drive","stage":{"driver":"other","name":"ended"}}]`),
	}}))
	if r := s.record(); !r.Kept.Equal(kept) || len(r.Refused) != 2 || r.Stage.Name != rotation.Intended {
		t.Errorf("the next value is another one, or the stage; refused: %v", r.Refused)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.tracker.Drive(ctx, s.record(), f, s.session, rotation.Driving{Passed: func(rotation.StageName) error { cancel(); return nil }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a drive that is stopped before it asks whether a value works: %v", err)
	}
	if r, err := s.drive(f, upTo(rotation.Ended)); !errors.Is(err, errStop) || r.State != rotation.Revoked {
		t.Errorf("it was ended, and is %s, %v", r.State, err)
	}
	if r, err := s.drive(f, nil); err != nil || r.State != rotation.Closed || !s.get(s.ref).Equal(kept) {
		t.Errorf("%s, %v", r.State, err)
	}
}

// TestDriveOwner has somebody who drives look after the record, and a day of rotation be put off.
func TestDriveOwner(t *testing.T) {
	value := secret.New("made up")
	s, f := newShop(t, vault.Leaked{Value: value}, value), drivertest.NewFake(false, value)
	passed := time.Now().Add(-time.Hour)
	s.must(s.session.SetInfo(t.Context(), s.ref, func(i *vault.Info) { i.RotateBy = passed }))
	r, err := s.drive(f, nil)
	if err != nil || r.Owner != "olivia" {
		t.Fatalf("it is owned by %q, %v", r.Owner, err)
	}
	if r.State == rotation.Closed || r.Evidence == nil || r.Next() != rotation.MoveAll {
		t.Errorf("consumers have to move yet, and it is %s; next: %s", r.State, r.Next())
	}
	listed, err := s.session.Look(t.Context(), s.ref)
	if err != nil || !listed.RotateBy.After(time.Now()) {
		t.Errorf("it is to be rotated by %s, %v", listed.RotateBy, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.tracker.Drive(ctx, r, f, s.session, rotation.Driving{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a drive that was stopped before it began: %v", err)
	}
}

func TestDriverOf(t *testing.T) {
	value := secret.New("made up")
	s := newShop(t, vault.Leaked{Value: value}, value)
	f := drivertest.NewFake(true, value)
	all := append(rotation.Drivers(rotation.DriverOptions{}), f)
	for name, want := range map[string]string{
		"": "fake", "fake": "fake", "other": `there is no driver "other"`,
		"postgres-users": "no driver rotates it: postgres-users: it takes an admin's address",
	} {
		d, err := rotation.DriverOf(all, s.record(), name)
		got := fmt.Sprint(err)
		if err == nil {
			got = d.Name()
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
	if _, err := s.drive(f, upTo(rotation.Intended)); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	if d, err := rotation.DriverOf(all, s.record(), ""); err != nil || d.Name() != "fake" {
		t.Errorf("the one that is at it: %v", err)
	}
}
