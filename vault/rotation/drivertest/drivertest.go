// Package drivertest has the tests that every driver of package rotation passes.
//
// A test gives [Run] a [World]: a driver, a value that it rotates, and a way to look at what
// it acts upon. Run rotates the value from its leak to its end, with a vault in memory and a
// consumer that reads it. It does so once without a disturbance, and then stops the drive once
// at everything that it does, by a context that ends before it and by an error after it, and
// has another program go on. However it was stopped, it has to come to the same: one next
// value, which the log had before anything was touched, and the vault before any consumer
// needed it; an old value that was ended after all that; and nothing that is left over.
package drivertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// World is what a driver acts upon. Each trial has a new one.
type World struct {
	Driver rotation.Driver
	// Leaked is what leaked, and works. Its Carrier, or else its Value, is what the vault has.
	Leaked vault.Leaked
	// Out says what there is out there: who may come in, without a value, and without what is
	// another one each time.
	Out func() string
}

// Run runs the tests, several at the same time. world makes a new world.
func Run(t *testing.T, world func(t *testing.T) World) {
	calm := &stopper{at: never}
	w := world(t)
	if err := w.Driver.Fits(old(w.Leaked)); err != nil {
		t.Fatalf("it doesn't fit its own value: %v", err)
	}
	want, err := try(t.Context(), w, calm)
	if err != nil {
		t.Fatalf("undisturbed: %v", err)
	}
	for _, k := range []kind{fails, ends} {
		for at, point := range calm.points {
			if isBefore := strings.HasPrefix(point, before); isBefore != (k == ends) {
				continue // what is stopped by an error before a step is what was stopped after the last one
			}
			t.Run(fmt.Sprintf("%s %d %s", k, at, point), func(t *testing.T) {
				t.Parallel()
				s := &stopper{at: at, kind: k}
				got, err := try(t.Context(), world(t), s)
				switch {
				case err != nil:
					t.Error(err)
				case !s.stopped:
					t.Error("it was not stopped")
				case got != want:
					t.Errorf("what there is out there:\n%s\nwithout a stop:\n%s", got, want)
				}
			})
		}
	}
	t.Run("in turn", func(t *testing.T) {
		t.Parallel()
		if err := inTurn(t.Context(), world(t)); err != nil {
			t.Error(err)
		}
	})
	t.Run("together", func(t *testing.T) {
		t.Parallel()
		got, err := together(t.Context(), world(t))
		if err != nil {
			t.Error(err)
		} else if got != want {
			t.Errorf("what there is out there:\n%s\nafter one drive alone:\n%s", got, want)
		}
	})
}

// Once rotates a value from its leak to its end, without a disturbance.
func Once(t *testing.T, w World) {
	if _, err := try(t.Context(), w, &stopper{at: never}); err != nil {
		t.Error(err)
	}
}

// old gives what the vault has of a leak.
func old(l vault.Leaked) secret.Value {
	if l.Carrier.IsEmpty() {
		return l.Value
	}
	return l.Carrier
}

// stopper stops a drive at one of the points that it passes.
type stopper struct {
	at      int // which; never for none
	kind    kind
	points  []string // that were passed
	stopped bool
	end     context.CancelFunc // of the drive at hand
}

const never = -1

// kind is how a drive is stopped.
type kind string

const (
	fails kind = "fails" // by an error
	ends  kind = "ends"  // by the end of its context
)

var errStopped = errors.New("stopped")

// pass passes a point.
func (s *stopper) pass(point string) error {
	at := len(s.points)
	s.points = append(s.points, point)
	if at != s.at {
		return nil
	}
	s.stopped = true
	if s.kind == ends {
		s.end()
		return nil
	}
	return errStopped
}

const before = "before "

// around passes a point before and one after something. What was stopped after it was done is
// done all the same.
func (s *stopper) around(what string, do func() error) error {
	if err := s.pass(before + what); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return s.pass("after " + what)
}
