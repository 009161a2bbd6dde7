package drivertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// inMemory gives the world of a fake, whose driver is made something else of.
func inMemory(overlap bool, driver func(*Fake) rotation.Driver) World {
	f := NewFake(overlap, secret.New("made up"))
	return World{
		Driver: driver(f),
		Leaked: vault.Leaked{Value: secret.New("made up")},
		Out:    func() string { return fmt.Sprintf("%d values", f.Count()) },
	}
}

func TestFake(t *testing.T) {
	for _, overlap := range []bool{true, false} {
		t.Run(fmt.Sprintf("overlap %t", overlap), func(t *testing.T) {
			Run(t, func(*testing.T) World {
				return inMemory(overlap, func(f *Fake) rotation.Driver { return f })
			})
		})
	}
}

// faulty is a driver that doesn't do what it has to.
type faulty struct {
	*Fake
	prepare func(*Fake, *rotation.Job)
	make    func(context.Context, *Fake, rotation.Job) error
	works   func(provider.Answer) provider.Answer
	end     func(*Fake, rotation.Job) error
}

func (f *faulty) Prepare(ctx context.Context, old secret.Value) (rotation.Job, error) {
	j, err := f.Fake.Prepare(ctx, old)
	if f.prepare != nil {
		f.prepare(f.Fake, &j)
	}
	return j, err
}

func (f *faulty) Make(ctx context.Context, j rotation.Job) error {
	if f.make != nil {
		return f.make(ctx, f.Fake, j)
	}
	return f.Fake.Make(ctx, j)
}

func (f *faulty) Works(ctx context.Context, value secret.Value) provider.Answer {
	a := f.Fake.Works(ctx, value)
	if f.works != nil {
		a = f.works(a)
	}
	return a
}

func (f *faulty) End(ctx context.Context, j rotation.Job) error {
	if f.end != nil {
		return f.end(f.Fake, j)
	}
	return f.Fake.End(ctx, j)
}

// TestFaulty shows that the suite finds what a driver does wrong.
func TestFaulty(t *testing.T) {
	tests := []struct {
		name   string
		driver faulty
		want   string
	}{
		{"Prepare changes something", faulty{prepare: func(f *Fake, j *rotation.Job) { _ = f.Make(t.Context(), *j) }}, "changed by Prepare"},
		{"no intent", faulty{prepare: func(_ *Fake, j *rotation.Job) { j.Intent = "" }}, "doesn't say all"},
		{"no next value", faulty{prepare: func(_ *Fake, j *rotation.Job) { j.Next = secret.Value{} }}, "doesn't say all"},
		{"nothing is made", faulty{make: func(context.Context, *Fake, rotation.Job) error { return nil }}, "doesn't work yet, so nothing was stored: dead"},
		{"the old one ends too early", faulty{make: func(ctx context.Context, f *Fake, j rotation.Job) error {
			return errors.Join(f.Make(ctx, j), f.End(ctx, j))
		}}, "the old value is dead (it isn't in the list) when the next one is stored"},
		{"the old one stays", faulty{end: func(*Fake, rotation.Job) error { return nil }}, "the old value isn't proven dead: live"},
		{"all ends", faulty{end: func(f *Fake, j rotation.Job) error { f.works = nil; return nil }}, "the next value is dead in the end"},
		{"nobody can tell", faulty{works: func(a provider.Answer) provider.Answer {
			if a.Verdict == provider.Dead {
				a.Verdict = provider.Unknown
			}
			return a
		}}, "the old value isn't proven dead: unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := inMemory(true, func(f *Fake) rotation.Driver { tt.driver.Fake = f; return &tt.driver })
			if _, err := try(t.Context(), w, &stopper{at: never}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	t.Run("something is left over after a stop", func(t *testing.T) {
		made := func() World {
			return inMemory(true, func(f *Fake) rotation.Driver {
				return &faulty{Fake: f, make: func(ctx context.Context, f *Fake, j rotation.Job) error {
					next := j.Next
					j.Next = secret.New(fmt.Sprint("left over ", f.Count()))
					err := f.Make(ctx, j)
					j.Next = next
					return errors.Join(err, f.Make(ctx, j))
				}}
			})
		}
		calm := &stopper{at: never}
		want, err := try(t.Context(), made(), calm)
		if err != nil {
			t.Fatal(err)
		}
		different := 0
		for at := range calm.points {
			if got, err := try(t.Context(), made(), &stopper{at: at}); err != nil || got != want {
				different++
			}
		}
		if different == 0 {
			t.Error("it is the same after each stop")
		}
	})
}
