package drivertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

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
