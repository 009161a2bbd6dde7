package rotation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Driver rotates one kind of secret end to end. Each of its methods may be called again after
// a stop at any moment, with the same job, and comes to the same. Package drivertest has the
// tests that every driver passes.
type Driver interface {
	// Name says what it rotates and how, in letters and hyphens.
	Name() string
	// Fits tells by the looks of a value why it can't rotate that; nil if it may.
	Fits(old secret.Value) error
	// Prepare makes up what comes after a value, and what is to be remembered of how. It looks
	// at what is out there, and changes nothing. Job.Old needn't be said.
	Prepare(ctx context.Context, old secret.Value) (Job, error)
	// After gives what comes after a value that the vault has: for the old one the next one,
	// and for a part of the old one that part of the next. It is zero for what the job leaves
	// as it is, and an error for what would be of no use after it, and has no such successor.
	// It touches nothing.
	After(j Job, value secret.Value) (secret.Value, error)
	// Make makes the next value work: beside the old one, if the job says Overlap, or else
	// instead of it.
	Make(ctx context.Context, j Job) error
	// Works asks whether a value works, old or next.
	Works(ctx context.Context, value secret.Value) provider.Answer
	// End makes the old value useless, also to who has come in with it already.
	End(ctx context.Context, j Job) error
}

// DriverOf gives the driver of several that rotates the value of a record: the one that is at
// it, or is called name, or else the first that fits.
func DriverOf(all []Driver, r *Record, name string) (Driver, error) {
	if r.Stage != nil && name == "" {
		name = r.Stage.Driver
	}
	var why []string
	for _, d := range all {
		if name != "" && d.Name() != name {
			continue
		}
		err := d.Fits(r.whole())
		if err == nil {
			return d, nil
		}
		why = append(why, fmt.Sprintf("%s: %v", d.Name(), err))
	}
	if len(why) == 0 {
		return nil, fmt.Errorf("there is no driver %q", name)
	}
	return nil, fmt.Errorf("no driver rotates it: %s", strings.Join(why, "; "))
}

// Job is a rotation that a driver carries out.
type Job struct {
	Old, Next secret.Value
	Overlap   bool            // both work until the old one is ended
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

// canDrive keeps a driver from coming to a stage twice, or to an earlier one, which would
// forget what was done: drives may be under way at the same time.
func (r *Record) canDrive(s *Step) error {
	switch {
	case r.Stage == nil:
		return nil
	case r.Stage.Driver != s.Stage.Driver:
		return fmt.Errorf("another driver is at it: %s", r.Stage.Driver)
	case r.passed(s.Stage.Name):
		return fmt.Errorf("its driver has come there before: %s", r.Stage.Name)
	}
	return nil
}

// Driving is how a driver is to go about it.
type Driving struct {
	Owner string        // who looks after the record, if nobody does yet; "" for oneself
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
