package rotation

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
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
	Kept  secret.Value // the successor that a driver has kept, and the vault doesn't have yet

	History []Change  // all that has happened, in order
	Refused []Refusal // what was not possible where it stands in the log, and counts for nothing

	// What Fold doesn't know.
	Checkable bool // somebody can be asked whether it still works
	Blind     bool // who reads it is for auditors to know

	triaged, allMoved, revoked bool
	worked                     bool // its provider said so once
	closed                     bool
	aside                      State  // FalsePositive or Accepted; "" for neither
	derived                    []Step // made by what the vault shows, and in no event yet
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

// Site is where a value lies, and what has become of that.
type Site struct {
	place.Place
	Key    string
	Status SiteStatus
	Why    string // it is left
}

// SiteStatus is what has become of a place.
type SiteStatus string

// What can become of a place.
const (
	Lies SiteStatus = ""     // as far as anyone knows
	Gone SiteStatus = "gone" // the value isn't there any more
	Left SiteStatus = "left" // it stays there, for a reason
)

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

// PlaceKey names a place for [Step.Places]. It stays the same when lines move, and when a
// sweep is given another path to the same thing.
func PlaceKey(p *place.Place) string {
	q := *p
	q.Root = ""
	if q.Path != "" {
		q.Object = ""
	}
	sum := sha256.Sum256([]byte(q.Text()))
	return hex.EncodeToString(sum[:6])
}

// Fold reads what a leak's log comes to.
func Fold(l vault.Leak, now time.Time) *Record {
	r := &Record{Leak: l}
	for i := range l.Events {
		r.event(&l.Events[i])
	}
	if r.aside == Accepted && !r.Until.IsZero() && now.After(r.Until) {
		r.aside, r.Ended = "", time.Time{}
		r.Reopened = &Reopening{At: r.Until, Why: "the time is over for which it was accepted"}
	}
	r.State = r.state()
	return r
}

// event takes an event of the log.
func (r *Record) event(e *vault.LeakEvent) {
	if r.Begun.IsZero() {
		r.Begun = e.At
	}
	if !e.Next.IsEmpty() {
		r.Kept = e.Next
	}
	defer r.found(e)
	all, err := steps(e)
	if err != nil {
		r.refuse(e, nil, err)
		return
	}
	if len(all) == 0 {
		all = implied(e)
	}
	if len(all) == 0 {
		r.note(e, nil)
	}
	for i := range all {
		s := &all[i]
		if err := r.Can(s); err != nil {
			r.refuse(e, s, err)
			continue
		}
		r.take(s, e)
		r.note(e, s)
	}
}

// implied gives the steps that are in a decision which was made before anything was tracked.
func implied(e *vault.LeakEvent) []Step {
	if !e.Decides {
		return nil
	}
	switch e.Kind {
	case vault.Imported:
		return []Step{{Act: Triage, Way: Rotate}}
	case vault.RevokeOnly:
		return []Step{{Act: Triage, Way: RevokeOnly}}
	case vault.FalsePositive:
		return []Step{{Act: Dismiss, Reason: cmp.Or(e.Reason, "no reason was given")}}
	case vault.Accepted:
		return []Step{{Act: Accept, Until: e.Until, Reason: cmp.Or(e.Reason, "no reason was given")}}
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

// clean tells whether nothing is left to be done about any place.
func (r *Record) clean() bool {
	return len(r.lying()) == 0 && (r.MorePlaces == 0 || r.Rest.Status != Lies)
}

// lying gives the places where the value lies as far as anyone knows.
func (r *Record) lying() []Site {
	var all []Site
	for _, s := range r.Sites {
		if s.Status == Lies {
			all = append(all, s)
		}
	}
	return all
}

// found takes what a sweep came upon. A place that is new to a record that was over, or at
// which the value was gone, reopens it.
func (r *Record) found(e *vault.LeakEvent) {
	var back []place.Place
	for _, p := range e.Places {
		if r.site(p) {
			back = append(back, p)
		}
	}
	if len(back) > 0 && r.closed {
		r.reopen(Reopening{e.At, e.By, "it was found again", back})
	}
}

// site makes sure that a place is among the sites, and tells whether the value wasn't known
// to lie there.
func (r *Record) site(p place.Place) bool {
	key := PlaceKey(&p)
	i := slices.IndexFunc(r.Sites, func(s Site) bool { return s.Key == key })
	if i >= 0 {
		back := r.Sites[i].Status == Gone
		if back {
			r.Sites[i].Status = Lies
		}
		r.Sites[i].Place = p
		return back
	}
	if len(r.Sites) >= maxSitesKept {
		return false
	}
	at, _ := slices.BinarySearchFunc(r.Sites, p, func(s Site, p place.Place) int { return place.Compare(s.Place, p) })
	r.Sites = slices.Insert(r.Sites, at, Site{Place: p, Key: key})
	return true
}

const maxSitesKept = 1_000

// clone gives a record that can be changed apart from this one.
func (r *Record) clone() *Record {
	c := *r
	c.Refs, c.Sites, c.Takers = slices.Clone(r.Refs), slices.Clone(r.Sites), slices.Clone(r.Takers)
	c.Ticked, c.Consumers = slices.Clone(r.Ticked), slices.Clone(r.Consumers)
	return &c
}

func (r *Record) reopen(why Reopening) {
	r.Reopened, r.closed, r.aside, r.Ended = &why, false, "", time.Time{}
}

// Title says in few words which value it is: its name, or the kind of thing that it is.
func (r *Record) Title() string {
	var refs []string
	for _, ref := range r.Refs {
		refs = append(refs, ref.String())
	}
	return cmp.Or(strings.Join(refs, ", "), r.Name, r.Rule, "a value")
}
