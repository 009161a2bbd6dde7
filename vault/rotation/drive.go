package rotation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Drive rotates the value of a record, and goes on where an earlier drive was stopped. Before
// anything outside the vault is touched, the log has what is intended, and the record the next
// value. The next value is the vault's when it has worked, and the old one is ended when its
// consumers have moved.
//
// Where the two values don't overlap, the old one is of no use from the moment on at which the
// next one is, and who came in with it is put out when the vault has the next one. Its
// consumers move then, and the record is closed when they have.
func (t *Tracker) Drive(ctx context.Context, r *Record, d Driver, v Setter, o Driving) (*Record, error) {
	w := drive{Tracker: t, driver: d, setter: v, Driving: o, record: r}
	for _, stage := range []func(context.Context) error{w.intend, w.make, w.try, w.store, w.wait, w.end, w.prove, w.close} {
		if err := stage(ctx); err != nil {
			return w.record, err
		}
	}
	return w.record, nil
}

// drive is a drive under way.
type drive struct {
	*Tracker
	Driving
	driver Driver
	setter Setter
	record *Record
}

// job gives the job as it is remembered.
func (w *drive) job() Job {
	r := w.record
	return Job{Old: r.whole(), Next: r.Kept, Overlap: r.Stage.Overlap, Memo: r.Stage.Memo, Intent: r.Stage.Intent}
}

// note makes steps.
func (w *drive) note(ctx context.Context, steps func(*Record) ([]Step, error)) error {
	record, err := w.Do(ctx, w.record, steps)
	if err == nil {
		w.record = record
	}
	return err
}

// reach writes down that a stage is reached, unless another drive was faster.
func (w *drive) reach(ctx context.Context, name StageName) error {
	err := w.note(ctx, func(now *Record) ([]Step, error) {
		if now.passed(name) {
			return nil, nil
		}
		stage := *now.Stage
		stage.Name = name
		var steps []Step
		if name == Ended && stage.Overlap && !now.revoked {
			steps = append(steps, Step{Act: Revoke})
		}
		return append(steps, Step{Act: Drive, Stage: &stage}), nil
	})
	if err != nil {
		return err
	}
	return w.passed(name)
}

func (w *drive) passed(name StageName) error {
	if w.Passed == nil {
		return nil
	}
	return w.Passed(name)
}

// intend writes down what is to be done, and keeps the next value.
func (w *drive) intend(ctx context.Context) error {
	r := w.record
	if err := w.may(r); err != nil || r.passed(Intended) {
		return err
	}
	job, err := w.driver.Prepare(ctx, r.whole())
	if err != nil {
		return err
	}
	job.Old = r.whole()
	if err := w.harmless(ctx, job); err != nil {
		return err
	}
	stage := Stage{w.driver.Name(), Intended, job.Overlap, job.Memo, job.Intent}
	err = w.note(ctx, func(now *Record) ([]Step, error) {
		if err := w.may(now); err != nil {
			return nil, err
		}
		if now.Stage != nil {
			return nil, errors.New("another drive has begun just now")
		}
		var steps []Step
		if now.Owner == "" || !now.triaged {
			steps = now.Taking(cmp.Or(w.Owner, w.vault.Self()), Rotate)
		}
		return append(steps, Step{Act: Drive, Stage: &stage, next: job.Next}), nil
	})
	if err != nil {
		return err
	}
	return w.passed(Intended)
}

// may tells why a record can't be driven; nil if it can, or could.
func (w *drive) may(r *Record) error {
	switch {
	case r.Stage != nil && r.Stage.Driver != w.driver.Name():
		return fmt.Errorf("another driver is at it: %s", r.Stage.Driver)
	case r.Blocked != "":
		return fmt.Errorf("it is blocked (%s): unblock it first", r.Blocked)
	case r.State == Closed && r.passed(Ended):
		return nil
	case !r.State.Open():
		return fmt.Errorf("it is over (%s): reopen it first", r.State)
	case r.passed(Intended):
		return nil
	case r.Way == RevokeOnly:
		return errors.New("nothing needs it, so nothing is to replace it: it is only to be revoked")
	case len(r.Refs) == 0:
		return errors.New("it is no secret of the vault, so nobody would get the next value")
	case len(r.Successors) > 0:
		return errors.New("the vault has a successor already that no driver has made")
	}
	return nil
}

// harmless tells why a job would break what it doesn't replace, in any project that is there
// to be read.
func (w *drive) harmless(ctx context.Context, j Job) error {
	known, err := w.vault.Known(ctx, "*")
	if err != nil {
		return err
	}
	for _, k := range known {
		if k.State != vault.Current {
			continue
		}
		next, err := w.driver.After(j, k.Value)
		if err == nil && !next.IsEmpty() && k.Project != w.record.Project {
			err = errors.New("it has the same value, and is of another project: that takes a login of its own first")
		}
		if err != nil {
			return fmt.Errorf("%s would be of no use any more: %w", k.Ref, err)
		}
	}
	return nil
}

func (w *drive) make(ctx context.Context) error {
	if w.record.passed(Made) {
		return nil
	}
	if err := w.driver.Make(ctx, w.job()); err != nil {
		return err
	}
	return w.reach(ctx, Made)
}

// works asks whether a value works. A drive that is stopped meanwhile has no answer.
func (w *drive) works(ctx context.Context, value secret.Value) (provider.Answer, error) {
	a := w.driver.Works(ctx, value)
	return a, ctx.Err()
}

func (w *drive) try(ctx context.Context) error {
	if w.record.passed(Worked) {
		return nil
	}
	a, err := w.works(ctx, w.record.Kept)
	if err != nil {
		return err
	}
	if a.Verdict != provider.Live {
		return fmt.Errorf("the next value doesn't work yet, so nothing was stored: %s (%s)", a.Verdict, a.Why)
	}
	return w.reach(ctx, Worked)
}

// store makes the next value the vault's, wherever it has the old one.
func (w *drive) store(ctx context.Context) error {
	r := w.record
	if r.passed(Stored) {
		return nil
	}
	known, err := w.vault.Known(ctx, r.Project)
	if err != nil {
		return err
	}
	olds := []secret.Value{r.whole(), r.Value}
	var nexts []secret.Value
	for _, old := range olds {
		next, err := w.driver.After(w.job(), old)
		if err != nil {
			next = secret.Value{} // nothing in the vault has that alone
		}
		nexts = append(nexts, next)
	}
	var changes []vault.Change
	stored := 0
	for _, k := range known {
		if k.State != vault.Current || !slices.Contains(r.Refs, k.Ref) {
			continue
		}
		// What has neither was given another value by somebody, who knows why.
		if i := slices.IndexFunc(olds, k.Value.Equal); i >= 0 && !nexts[i].IsEmpty() {
			changes = append(changes, vault.Change{Ref: k.Ref, Value: nexts[i], If: &k.Version, Grace: w.Grace, Edit: w.postpone})
		} else if slices.ContainsFunc(nexts, k.Value.Equal) { // by a drive that was stopped then
			stored++
		}
	}
	switch {
	case len(changes) > 0:
		if _, err := w.setter.SetAll(ctx, changes); err != nil {
			return err
		}
		if w.record, err = w.again(ctx, r); err != nil {
			return err
		}
	case stored == 0:
		return fmt.Errorf("the vault doesn't have the old value any more (%s), so nobody would get the next one", refsText(r.Refs))
	}
	return w.reach(ctx, Stored)
}

// postpone says anew when a secret is to be rotated whose time somebody had said.
func (w *drive) postpone(i *vault.Info) {
	if !i.RotateBy.IsZero() {
		i.RotateBy = w.now().Add(w.policy.Period(i.Kind, w.rules)).Truncate(24 * time.Hour)
	}
}

// wait goes on when all consumers have moved. Where the old value has no life beside the
// next one, there is nothing to wait for.
func (w *drive) wait(ctx context.Context) error {
	r := w.record
	switch {
	case r.allMoved || r.revoked || !r.Stage.Overlap:
		return nil
	case w.Moved != "":
		return w.note(ctx, Once(Step{Act: MoveAll, Reason: w.Moved}))
	}
	return &WaitsError{r.moveText()}
}

// end ends the old value, and once more if it was found to work after that.
func (w *drive) end(ctx context.Context) error {
	if w.record.passed(Ended) {
		return nil
	}
	if err := w.reach(ctx, Ending); err != nil {
		return err
	}
	if err := w.driver.End(ctx, w.job()); err != nil {
		return err
	}
	return w.reach(ctx, Ended)
}

// prove asks whether the old value is dead.
func (w *drive) prove(ctx context.Context) error {
	if w.record.Evidence != nil && w.record.Evidence.Proven {
		return nil
	}
	a, err := w.works(ctx, w.record.whole())
	if err != nil {
		return err
	}
	if err := w.note(ctx, Once(Asked(a))); err != nil {
		return err
	}
	if a.Verdict != provider.Dead {
		return fmt.Errorf("the old value isn't proven dead: %s (%s)", a.Verdict, a.Why)
	}
	return nil
}

// close closes the record if nothing else is to be done about it.
func (w *drive) close(ctx context.Context) error {
	return w.note(ctx, func(now *Record) ([]Step, error) {
		s := Step{Act: Close}
		if now.Can(&s) != nil {
			return nil, nil
		}
		return []Step{s}, nil
	})
}

// Asked gives the step that has an answer.
func Asked(a provider.Answer) Step {
	return Step{Act: Ask, Answer: &Answer{a.Verdict, a.Why, a.Host}}
}
