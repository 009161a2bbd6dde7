package rotation

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Record is where a value stands that is to be of no use to anyone any more, and how it came
// there. Its Leak's Events are the log that it was read from.
type Record struct {
	vault.Leak
	State State
	Way   Way    // "" as long as that wasn't decided
	Owner string // "" for nobody
	Due   time.Time
	Begun time.Time // when it was first reported
	Ended time.Time // when it was closed, or set aside; zero while it is open

	Successors []Successor
	Consumers  []Consumer // what is known of those who use it, in the order of [Tracker.Records]
	Ticked     []string   // consumers that a person says have moved
	Takers     []Taker    // texts that take it by name from elsewhere
	Sites      []Site     // where it lies, or lay, in the order of [place.Compare]
	Rest       Site       // what stands for the places beyond those that are kept, if MorePlaces isn't 0

	Emergency bool      // it was revoked before its consumers had moved
	Evidence  *Evidence // that it is dead; nil if there is none
	Last      *Answered // what its provider last said
	Blocked   string    // why nothing can be done; "" if something can
	Reopened  *Reopening
	Until     time.Time // of an acceptance

	Stage *Stage       // how far a driver has come; nil if none is at it
	Kept  secret.Value // the successor that a driver has made up, kept before anything uses it

	History []Change  // all that has happened, in order
	Refused []Refusal // what was not possible where it stands in the log, and counts for nothing

	// What Fold doesn't know.
	Checkable bool // somebody can be asked whether it still works
	Revocable bool // it can revoke itself
	Blind     bool // who reads it is for auditors to know

	triaged, allMoved, revoked bool
	worked                     bool // its provider said so, asked with the parts that it has
	asked                      bool // since it was revoked
	closed                     bool
	aside                      State           // FalsePositive or Accepted; "" for neither
	derived                    []Step          // made by what the vault shows, and in no event yet
	former                     []vault.Ref     // those of Refs that are no secret's any more
	aliases                    []vault.Ref     // of Refs
	keys                       map[string]bool // of Sites, and ones that they had
}

// Evidence says why a value is dead.
type Evidence struct {
	Proven bool   // by an answer; else a person says so
	Why    string // the mark in the answer, or the person's reason
	Host   string // who answered
	By     string // who asked, or says so
	At     time.Time
}

// Answered is what a provider said at a time.
type Answered struct {
	Answer
	At time.Time
}

// Reopening says why a record that was over isn't.
type Reopening struct {
	At     time.Time
	By     string
	Why    string
	Places []place.Place // where the value came back, if that is why
}

// Change is something that has happened to a record.
type Change struct {
	At    time.Time
	By    string
	Kind  vault.LeakKind
	Step  *Step // nil for what happened before anything was tracked
	State State // that it has since
}

// Refusal is a step that was not possible.
type Refusal struct {
	Change
	Err error
}

// ID names a record in few letters: the first eight hexadecimal digits of its leak's.
func (r *Record) ID() string { return r.Leak.ID.String()[:8] }

// Fold reads what a leak's log comes to.
func Fold(l vault.Leak, now time.Time) *Record {
	r := &Record{Leak: l}
	r.MorePlaces = 0 // that are neither among the leak's places nor among the sites
	for i := range l.Events {
		r.event(&l.Events[i])
	}
	r.expire(now)
	r.State = r.state()
	return r
}

// expire ends an acceptance whose time is over.
func (r *Record) expire(now time.Time) {
	if r.aside == Accepted && !r.Until.IsZero() && now.After(r.Until) {
		r.reopen(Reopening{At: r.Until, Why: "the time is over for which it was accepted"})
	}
}

// event takes an event of the log.
func (r *Record) event(e *vault.LeakEvent) {
	if r.Begun.IsZero() {
		r.Begun = e.At
	}
	r.expire(e.At)
	if e.Parted { // it worked with others
		r.worked = false
	}
	before := len(r.History)
	defer func() {
		r.found(e)
		if n := len(r.History); n > before {
			r.History[n-1].State = r.state() // which the places of the same event may have changed
		}
	}()
	all, err := steps(e)
	if err != nil {
		r.refuse(e, nil, err)
		return
	}
	can := r.Can
	if len(all) == 0 {
		all, can = r.implied(e), r.possible
	}
	if len(all) == 0 {
		r.note(e, nil)
	}
	for i := range all {
		s := &all[i]
		if err := can(s); err != nil {
			r.refuse(e, s, err)
			continue
		}
		r.take(s, e)
		r.note(e, s)
	}
}

// implied gives the steps that are in a decision which was made by somebody who tracks
// nothing. What was decided so already is none.
func (r *Record) implied(e *vault.LeakEvent) []Step {
	reason := cmp.Or(e.Reason, "no reason was given")
	way := Rotate
	switch {
	case !e.Decides:
	case e.Kind == vault.RevokeOnly || e.Kind == vault.Imported:
		if e.Kind == vault.RevokeOnly {
			way = RevokeOnly
		}
		if !r.triaged || r.Way != way {
			return []Step{{Act: Triage, Way: way}}
		}
	case e.Kind == vault.FalsePositive:
		return []Step{{Act: Dismiss, Reason: reason}}
	case e.Kind == vault.Accepted:
		return []Step{{Act: Accept, Until: e.Until, Reason: reason}}
	case e.Kind == vault.Reopened && r.over():
		return []Step{{Act: Reopen, Reason: reason}}
	}
	return nil
}

func (r *Record) note(e *vault.LeakEvent, s *Step) {
	r.State = r.state()
	r.History = append(r.History, Change{e.At, e.By, e.Kind, s, r.State})
}

func (r *Record) refuse(e *vault.LeakEvent, s *Step, err error) {
	r.Refused = append(r.Refused, Refusal{Change{e.At, e.By, e.Kind, s, r.State}, err})
}

// state gives the furthest state that what is known comes to.
func (r *Record) state() State {
	switch {
	case r.closed:
		return Closed
	case r.aside != "":
		return r.aside
	case r.Evidence != nil && r.clean():
		return Cleaned
	case r.Evidence != nil:
		return Dead
	case r.revoked:
		return Revoked
	case r.allMoved:
		return Moved
	case len(r.Successors) > 0 && r.moving():
		return Moving
	case len(r.Successors) > 0:
		return Replaced
	case r.Owner != "" && r.triaged:
		return Owned
	case r.triaged:
		return Triaged
	}
	return Found
}

// moving tells whether some consumer has moved.
func (r *Record) moving() bool {
	return len(r.Ticked) > 0 || slices.ContainsFunc(r.Consumers, func(c Consumer) bool { return c.Status == Ready && c.Kind != ByCopy })
}

// clone gives a record that can be changed apart from this one.
func (r *Record) clone() *Record {
	c := *r
	c.Refs, c.Sites, c.Takers = slices.Clone(r.Refs), slices.Clone(r.Sites), slices.Clone(r.Takers)
	c.Ticked, c.Consumers, c.derived = slices.Clone(r.Ticked), slices.Clone(r.Consumers), slices.Clone(r.derived)
	return &c
}

// reopen makes a record one that isn't over. What was proven of it stays; by when it was to
// be done was said of what is over.
func (r *Record) reopen(why Reopening) {
	r.Reopened, r.closed, r.aside, r.Ended, r.Due = &why, false, "", time.Time{}, time.Time{}
}

// over tells whether a record was closed, or set aside.
func (r *Record) over() bool { return r.closed || r.aside != "" }

// Title says in few words which value it is: its name, or the kind of thing that it is.
func (r *Record) Title() string {
	var refs []string
	for _, ref := range r.Refs {
		refs = append(refs, ref.String())
	}
	return cmp.Or(strings.Join(refs, ", "), r.Name, r.Rule, "a value")
}
