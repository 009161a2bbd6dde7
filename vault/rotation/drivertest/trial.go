package drivertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/rotation"
	"github.com/secretsweep/secretsweep/vault/store"
)

// trial is a vault that has a value which leaked, and a consumer that reads it.
type trial struct {
	World
	vault    *vault.Vault
	keys     *identity.Identity // of who drives
	consumer *vault.Session
	leak     vault.Leaked // that is driven now
	stop     *stopper
	nexts    []secret.Value // that the driver was told to make
}

// where is the secret that has the value.
func where() vault.Ref { return vault.Ref{Project: "web", Environment: "prod", Name: "DATABASE_URL"} }

// grace is how long the old value stays readable.
const grace = time.Hour

// newTrial makes a vault. The consumer has read the value in it.
func newTrial(ctx context.Context, w World, s *stopper) (*trial, error) {
	t := &trial{World: w, keys: identity.New(), leak: w.Leaked, stop: s}
	at := where()
	var err error
	t.vault, err = vault.Init(ctx, store.NewMemory(), t.keys, vault.Founding{
		Name: "olivia", Project: at.Project, Environments: []string{at.Environment}, Options: vault.Options{Program: "drivertest"},
	})
	if err != nil {
		return nil, err
	}
	owner, err := t.session(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := owner.Set(ctx, vault.Change{Ref: at, Value: old(w.Leaked)}); err != nil {
		return nil, err
	}
	token, err := owner.CreateToken(ctx, vault.Token{Name: "app", Project: at.Project, Env: at.Environment})
	if err != nil {
		return nil, err
	}
	t.consumer, err = t.vault.Session(ctx, token.Identity, vault.Options{Program: "secretsweep run", Host: "web-1"})
	if err != nil {
		return nil, err
	}
	if err := t.found(ctx); err != nil {
		return nil, err
	}
	_, err = t.read(ctx)
	return t, err
}

// session opens a session of who drives, as another program would.
func (t *trial) session(ctx context.Context) (*vault.Session, error) {
	return t.vault.Session(ctx, t.keys, vault.Options{Program: "secretsweep rotate", Host: "laptop"})
}

// found reports the leak.
func (t *trial) found(ctx context.Context) error {
	s, err := t.session(ctx)
	if err != nil {
		return err
	}
	return s.Track(ctx, "found", vault.LeakReport{Project: where().Project, Leaked: t.leak, LeakEvent: vault.LeakEvent{Kind: vault.Found}})
}

// read has the consumer read the value.
func (t *trial) read(ctx context.Context) (secret.Value, error) {
	got, err := t.consumer.Get(ctx, where(), vault.Which{})
	return got.Value, err
}

// record reads the record of the leak, as somebody else would.
func (t *trial) record(ctx context.Context) (*rotation.Record, error) {
	s, err := t.session(ctx)
	if err != nil {
		return nil, err
	}
	tracker, err := rotation.New(ctx, s, rotation.Options{Rules: &rules.Set{}})
	if err != nil {
		return nil, err
	}
	return t.recordOf(ctx, tracker)
}

func (t *trial) recordOf(ctx context.Context, tracker *rotation.Tracker) (*rotation.Record, error) {
	all, err := tracker.Records(ctx, where().Project)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Value.Equal(t.leak.Value) {
			return r, nil
		}
	}
	return nil, errors.New("the leak has no record")
}

// drive drives the record once, as a program of its own.
func (t *trial) drive(ctx context.Context) (*rotation.Record, error) {
	ctx, t.stop.end = context.WithCancel(ctx)
	defer t.stop.end()
	s, err := t.session(ctx)
	if err != nil {
		return nil, err
	}
	watched := &watchedVault{s, t}
	tracker, err := rotation.New(ctx, watched, rotation.Options{Rules: &rules.Set{}})
	if err != nil {
		return nil, err
	}
	r, err := t.recordOf(ctx, tracker)
	if err != nil {
		return nil, err
	}
	return tracker.Drive(ctx, r, &watchedDriver{t.Driver, t}, watched, rotation.Driving{
		Grace:  grace,
		Passed: func(name rotation.StageName) error { return t.stop.pass("stage " + string(name)) },
	})
}

// finish drives until the record is closed. The consumer moves when it is waited for.
func (t *trial) finish(ctx context.Context) error {
	for range 6 {
		was := t.stop.stopped
		r, err := t.drive(ctx)
		_, waits := errors.AsType[*rotation.WaitsError](err)
		switch {
		case waits, err == nil && r.State != rotation.Closed:
			if value, err := t.read(ctx); err != nil {
				return err
			} else if a := t.Driver.Works(ctx, value); a.Verdict != provider.Live {
				return fmt.Errorf("the consumer got a value that is %s (%s)", a.Verdict, a.Why)
			}
		case err == nil:
			return t.judge(ctx)
		case t.stop.stopped == was: // not we have stopped it
			return err
		}
	}
	return errors.New("the drive comes to no end")
}

// judge tells what is wrong when the record is closed.
func (t *trial) judge(ctx context.Context) error {
	r, err := t.record(ctx)
	if err != nil {
		return err
	}
	current, err := t.read(ctx)
	if err != nil {
		return err
	}
	s, err := t.session(ctx)
	if err != nil {
		return err
	}
	listed, err := s.Look(ctx, where())
	if err != nil {
		return err
	}
	last := listed.Versions[len(listed.Versions)-2]
	oldAnswer, nextAnswer := t.Driver.Works(ctx, old(t.leak)), t.Driver.Works(ctx, current)
	switch {
	case r.State != rotation.Closed || r.Evidence == nil || !r.Evidence.Proven:
		return fmt.Errorf("the record is %s, with the evidence %+v", r.State, r.Evidence)
	case len(r.Refused) > 0:
		return fmt.Errorf("the log has a step that was not possible: %w", r.Refused[0].Err)
	case oldAnswer.Verdict != provider.Dead:
		return fmt.Errorf("the old value is %s in the end (%s)", oldAnswer.Verdict, oldAnswer.Why)
	case nextAnswer.Verdict != provider.Live:
		return fmt.Errorf("the next value is %s in the end (%s)", nextAnswer.Verdict, nextAnswer.Why)
	case last.Number != listed.Current-1 || last.State != vault.Grace:
		return fmt.Errorf("the version before the current one (%d) is %d, and %s", listed.Current, last.Number, last.State)
	}
	for _, next := range t.nexts {
		if !next.Equal(current) {
			return errors.New("another value was made than the one that the vault has")
		}
	}
	return nil
}

// try rotates a value, and gives what there is out there in the end.
func try(ctx context.Context, w World, s *stopper) (out string, err error) {
	t, err := newTrial(ctx, w, s)
	if err != nil {
		return "", err
	}
	if err := t.finish(ctx); err != nil {
		return "", err
	}
	return w.Out(), nil
}

// inTurn rotates a value, and then what comes after it, several times.
func inTurn(ctx context.Context, w World) error {
	t, err := newTrial(ctx, w, &stopper{at: never})
	if err != nil {
		return err
	}
	outs := make(map[string]int)
	for turn := range 4 {
		if turn > 0 {
			value, err := t.read(ctx)
			if err != nil {
				return err
			}
			t.leak = vault.Leaked{Value: value}
			t.nexts = nil
			if err := t.found(ctx); err != nil {
				return err
			}
		}
		if err := t.finish(ctx); err != nil {
			return fmt.Errorf("turn %d: %w", turn, err)
		}
		outs[w.Out()]++
	}
	if len(outs) > 2 {
		return fmt.Errorf("each turn leaves something else out there: %v", outs)
	}
	return nil
}

// together has several programs rotate a value at the same time.
func together(ctx context.Context, w World) (out string, err error) {
	t, err := newTrial(ctx, w, &stopper{at: never})
	if err != nil {
		return "", err
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			one := &trial{World: t.World, vault: t.vault, keys: t.keys, leak: t.leak, stop: &stopper{at: never}}
			_, _ = one.drive(ctx) // most are told that another one was faster
		})
	}
	all.Wait()
	if err := t.finish(ctx); err != nil {
		return "", err
	}
	return w.Out(), nil
}
