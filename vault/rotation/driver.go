package rotation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Driver rotates one kind of secret end to end. Each of its methods may be called again after
// a stop at any moment, with the same job, and comes to the same.
type Driver interface {
	// Name says what it rotates and how, in letters and hyphens.
	Name() string
	// Prepare makes up what comes after a value, and what is to be remembered of how. It looks
	// at what is out there, and changes nothing.
	Prepare(ctx context.Context, old secret.Value) (Job, error)
	// Make makes the next value work: beside the old one, if the job says Overlap, or else
	// instead of it.
	Make(ctx context.Context, j Job) error
	// Works asks whether a value works, old or next.
	Works(ctx context.Context, value secret.Value) provider.Answer
	// End makes the old value useless. It is called for jobs that overlap.
	End(ctx context.Context, j Job) error
}

// Job is a rotation that a driver carries out.
type Job struct {
	Old, Next secret.Value
	Overlap   bool
	Memo      json.RawMessage // what the driver remembers, without a value
	Intent    string          // what will be touched, in words, for the log
}

// Stage is how far a driver has come, as it is kept.
type Stage struct {
	Driver  string          `json:"driver"`
	Name    StageName       `json:"name"`
	Overlap bool            `json:"overlap,omitempty"`
	Memo    json.RawMessage `json:"memo,omitempty"`
	Intent  string          `json:"intent,omitempty"`
}

// StageName is what a driver has come to.
type StageName string

// The stages. What is outside isn't touched before the first of them is in the log.
const (
	Intended StageName = "intended" // the next value is kept in the record
	Made     StageName = "made"     // it was made to work
	Worked   StageName = "worked"   // it did, when that was tried
	Stored   StageName = "stored"   // it is the vault's current one
	Ending   StageName = "ending"   // the old one is to be ended
	Ended    StageName = "ended"    // it was
)

// StageNames gives the stages in their order.
func StageNames() []StageName { return []StageName{Intended, Made, Worked, Stored, Ending, Ended} }

// passed tells whether a record has come to a stage of its driver.
func (r *Record) passed(name StageName) bool {
	return r.Stage != nil && slices.Index(StageNames(), r.Stage.Name) >= slices.Index(StageNames(), name)
}

// Driving is how a driver is to go about it.
type Driving struct {
	Owner string        // who looks after the record, if nobody does yet
	Grace time.Duration // how long the old value stays readable in the vault
	// Moved is why all consumers have moved, as a person says; "" if the vault is to tell.
	Moved string
	// Passed is told of each stage when it is in the log; an error of it ends the drive.
	Passed func(StageName) error
}

// WaitsError says that consumers still need the old value. The drive goes on when they have
// moved.
type WaitsError struct{ For string }

func (e *WaitsError) Error() string { return "the old value isn't ended yet: " + e.For }

// Setter is what a drive needs of a vault beside what a tracker does.
type Setter interface {
	SetAll(ctx context.Context, changes []vault.Change) ([]int, error)
}

// Drive rotates the value of a record, and goes on where an earlier drive was stopped. Before
// anything outside the vault is touched, the log has what is intended, and the record the next
// value. The next value is the vault's when it has worked, and the old one is ended when its
// consumers have moved.
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
func (w *drive) note(ctx context.Context, steps ...Step) error {
	record, err := w.Do(ctx, w.record, Once(steps...))
	if err == nil {
		w.record = record
	}
	return err
}

// reach writes down that a stage is reached.
func (w *drive) reach(ctx context.Context, name StageName, also ...Step) error {
	stage := *w.record.Stage
	stage.Name = name
	if err := w.note(ctx, append(also, Step{Act: Drive, Stage: &stage})...); err != nil {
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

func (w *drive) intend(ctx context.Context) error {
	r := w.record
	switch {
	case r.Stage != nil && r.Stage.Driver != w.driver.Name():
		return fmt.Errorf("another driver is at it: %s", r.Stage.Driver)
	case r.passed(Intended):
		return nil
	case len(r.Refs) == 0:
		return errors.New("it is no secret of the vault, so nobody would get the next value")
	case len(r.Successors) > 0:
		return errors.New("the vault has a successor already that no driver has made")
	}
	job, err := w.driver.Prepare(ctx, r.whole())
	if err != nil {
		return err
	}
	var steps []Step
	if r.Owner == "" || !r.triaged {
		steps = r.Taking(w.Owner, Rotate)
	}
	stage := Stage{w.driver.Name(), Intended, job.Overlap, job.Memo, job.Intent}
	if err := w.note(ctx, append(steps, Step{Act: Drive, Stage: &stage, next: job.Next})...); err != nil {
		return err
	}
	return w.passed(Intended)
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

func (w *drive) try(ctx context.Context) error {
	if w.record.passed(Worked) {
		return nil
	}
	if a := w.driver.Works(ctx, w.record.Kept); a.Verdict != provider.Live {
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
	var changes []vault.Change
	for _, k := range known {
		if k.State != vault.Current || !slices.Contains(r.Refs, k.Ref) {
			continue
		}
		switch {
		case k.Value.Equal(r.Kept): // stored by a drive that was stopped then
		case k.Value.Equal(r.whole()) || k.Value.Equal(r.Value):
			changes = append(changes, vault.Change{Ref: k.Ref, Value: r.Kept, If: &k.Version, Grace: w.Grace, Edit: w.postpone})
		default:
			return fmt.Errorf("%s has another value meanwhile, which nobody expects to be replaced", k.Ref)
		}
	}
	if len(changes) > 0 {
		if _, err := w.setter.SetAll(ctx, changes); err != nil {
			return err
		}
		if w.record, err = w.again(ctx, r); err != nil {
			return err
		}
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
		return w.note(ctx, Step{Act: MoveAll, Reason: w.Moved})
	}
	return &WaitsError{r.moveText()}
}

func (w *drive) end(ctx context.Context) error {
	r := w.record
	if r.passed(Ended) || !r.Stage.Overlap {
		return nil
	}
	if !r.passed(Ending) {
		if err := w.reach(ctx, Ending); err != nil {
			return err
		}
	}
	if err := w.driver.End(ctx, w.job()); err != nil {
		return err
	}
	var also []Step
	if !w.record.revoked {
		also = []Step{{Act: Revoke}}
	}
	return w.reach(ctx, Ended, also...)
}

// prove asks whether the old value is dead.
func (w *drive) prove(ctx context.Context) error {
	if w.record.Evidence != nil {
		return nil
	}
	a := w.driver.Works(ctx, w.record.whole())
	if err := w.note(ctx, Asked(a)); err != nil {
		return err
	}
	if a.Verdict != provider.Dead {
		return fmt.Errorf("the old value isn't proven dead: %s (%s)", a.Verdict, a.Why)
	}
	return nil
}

// close closes the record if nothing else is to be done about it.
func (w *drive) close(ctx context.Context) error {
	s := Step{Act: Close}
	if w.record.Can(&s) != nil {
		return nil
	}
	return w.note(ctx, s)
}

// Asked gives the step that has an answer.
func Asked(a provider.Answer) Step {
	return Step{Act: Ask, Answer: &Answer{a.Verdict, a.Why, a.Host}}
}
