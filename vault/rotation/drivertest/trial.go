package drivertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
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

// watchedVault passes a point around each change of the vault.
type watchedVault struct {
	*vault.Session
	trial *trial
}

func (v *watchedVault) Track(ctx context.Context, detail string, reports ...vault.LeakReport) error {
	return v.trial.stop.around("writing", func() error { return v.Session.Track(ctx, detail, reports...) })
}

func (v *watchedVault) SetAll(ctx context.Context, changes []vault.Change) (versions []int, err error) {
	err = v.trial.stop.around("storing", func() error {
		if err := v.trial.mayStore(ctx, changes); err != nil {
			return err
		}
		versions, err = v.Session.SetAll(ctx, changes)
		return err
	})
	return versions, err
}

// mayStore tells why it is too early for consumers to get the next value.
func (t *trial) mayStore(ctx context.Context, changes []vault.Change) error {
	r, err := t.record(ctx)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if a := t.Driver.Works(ctx, c.Value); a.Verdict != provider.Live {
			return fmt.Errorf("a value is stored that is %s (%s)", a.Verdict, a.Why)
		}
	}
	a := t.Driver.Works(ctx, old(t.leak))
	if want := map[bool]provider.Verdict{true: provider.Live, false: provider.Dead}[r.Stage.Overlap]; a.Verdict != want {
		return fmt.Errorf("the old value is %s (%s) when the next one is stored, want %s", a.Verdict, a.Why, want)
	}
	return nil
}

// watchedDriver passes a point around each call of a driver, and looks whether it may be made.
type watchedDriver struct {
	rotation.Driver
	trial *trial
}

func (d *watchedDriver) Prepare(ctx context.Context, value secret.Value) (job rotation.Job, err error) {
	err = d.trial.stop.around("Prepare", func() error {
		was := d.trial.calmly(d.trial.Out)
		if job, err = d.Driver.Prepare(ctx, value); err != nil {
			return err
		}
		if after := d.trial.calmly(d.trial.Out); after != was {
			return fmt.Errorf("what there is out there is changed by Prepare, from\n%s\nto\n%s", was, after)
		}
		if job.Intent == "" || job.Next.IsEmpty() {
			return errors.New("a job doesn't say all that it is to")
		}
		return nil
	})
	return job, err
}

// calmly looks at what there is out there if nothing is stopped; once is enough.
func (t *trial) calmly(out func() string) string {
	if t.stop.at != never {
		return ""
	}
	return out()
}

func (d *watchedDriver) Make(ctx context.Context, j rotation.Job) error {
	return d.trial.stop.around("Make", func() error {
		if err := d.trial.mayMake(j); err != nil {
			return err
		}
		return d.Driver.Make(ctx, j)
	})
}

func (d *watchedDriver) Works(ctx context.Context, value secret.Value) (a provider.Answer) {
	err := d.trial.stop.around("Works", func() error { a = d.Driver.Works(ctx, value); return nil })
	if err != nil {
		return provider.Answer{Verdict: provider.Unknown, Why: err.Error()}
	}
	return a
}

func (d *watchedDriver) End(ctx context.Context, j rotation.Job) error {
	return d.trial.stop.around("End", func() error {
		if err := d.trial.mayEnd(j); err != nil {
			return err
		}
		return d.Driver.End(ctx, j)
	})
}

// mayMake tells why it is too early to touch anything.
func (t *trial) mayMake(j rotation.Job) error {
	ctx := context.Background() // the drive's may have ended
	r, err := t.record(ctx)
	if err != nil {
		return err
	}
	t.nexts = append(t.nexts, j.Next)
	s, err := t.session(ctx)
	if err != nil {
		return err
	}
	told := false
	err = s.Log(ctx, vault.Filter{}, func(l vault.Logged) error {
		told = told || l.Allowed && l.Detail != "" && r.Stage != nil && strings.Contains(l.Detail, r.Stage.Intent)
		return nil
	})
	switch {
	case err != nil:
		return err
	case r.Stage == nil || r.Stage.Intent != j.Intent || !told:
		return errors.New("something is touched, and the log doesn't tell of it")
	case !r.Kept.Equal(j.Next):
		return errors.New("the next value is used, and the record doesn't have it")
	}
	return nil
}

// mayEnd tells why it is too early to end the old value.
func (t *trial) mayEnd(j rotation.Job) error {
	ctx := context.Background()
	r, err := t.record(ctx)
	if err != nil {
		return err
	}
	s, err := t.session(ctx)
	if err != nil {
		return err
	}
	known, err := s.Known(ctx, where().Project)
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.Ref == where() && k.State == vault.Current && !k.Value.Equal(j.Next) {
			return errors.New("the old value is ended, and the vault doesn't have the next one")
		}
	}
	waits := len(r.Waits())
	a := t.Driver.Works(ctx, j.Next)
	return cmp.Or(
		fault(j.Overlap && waits > 0, "the old value is ended, and a consumer needs it"),
		fault(a.Verdict != provider.Live, "the old value is ended, and the next one is "+string(a.Verdict)+" ("+a.Why+")"),
	)
}

func fault(is bool, what string) error {
	if is {
		return errors.New(what)
	}
	return nil
}
