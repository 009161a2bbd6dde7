package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// The limits of what is kept of a leak.
const (
	maxLeakEvent  = 256 << 10 // bytes of the JSON of an event, the value included
	maxLeakPlaces = 200       // of an event, and of a leak
	MaxLeakRefs   = 100       // of an event, those that are asked for included; these of a leak
	MaxLeakParts  = 20        // of an event
)

// LeakKind is what has happened to a leak.
type LeakKind string

// What can happen to a leak. What isn't said otherwise takes a reader to say.
const (
	Found      LeakKind = "found"       // by a sweep
	Noted      LeakKind = "noted"       // something is to be known of it, which decides nothing
	Imported   LeakKind = "imported"    // it is in the vault now, at Refs; takes a developer
	Waiting    LeakKind = "waiting"     // somebody who may write there is asked to import it
	RevokeOnly LeakKind = "revoke-only" // nothing needs it: it is to be revoked
	// FalsePositive is no secret; takes a developer.
	FalsePositive LeakKind = "false-positive"
	// Accepted stays as it is until a time, for a reason; takes a developer.
	Accepted LeakKind = "accepted"
	// Closed is over: the value is of no use to anyone any more; takes a developer.
	Closed LeakKind = "closed"
	// Tracked is that a step of its rotation was made, which Data says. It decides nothing;
	// takes a developer, and a maintainer of all of the project for what Data says.
	Tracked LeakKind = "tracked"
	// Reopened is open again, as if nothing had been decided; takes a developer.
	Reopened LeakKind = "reopened"

	Undecided LeakKind = "" // nothing but found
)

// least gives the role that it takes, in some environment of the project, to say that
// something has happened.
func (k LeakKind) least() (Role, error) {
	switch k {
	case Found, Noted, Waiting, RevokeOnly:
		return Reader, nil
	case Imported, FalsePositive, Accepted, Closed, Tracked, Reopened:
		return Developer, nil
	}
	return Owner, fmt.Errorf("a leak to which %q happened, which this program doesn't know", string(k))
}

// decides tells whether an event decides about a leak, of which something was decided. A
// reader doesn't change what a developer has said, nor does who asks for something.
func (k LeakKind) decides(by Role, before LeakKind) bool {
	switch least, _ := before.least(); {
	case k == Found || k == Noted || k == Tracked:
		return false
	case before == Reopened:
		return true
	case least == Developer:
		return by >= Developer && k != Waiting
	}
	return true
}

// Leaked is what leaked.
type Leaked struct {
	Value secret.Value // the credential
	// Carrier is the whole that was around it where it was found, such as an address; zero
	// if it is alone.
	Carrier  secret.Value
	Parts    []LeakPart // what was found near it and belongs to it, at most 20
	Rule     string     // that found it
	Provider string
	Severity string
	Name     string // under which it was found, such as a variable's; proposed if it had none
	Env      string // the environment that it seems to be of
}

// LeakPart is something that belongs to what leaked, such as the other half of a key.
type LeakPart struct {
	Name  string
	Value secret.Value
}

// Asked is a secret that somebody who may not write there wants to have a value.
type Asked struct {
	Ref
	Value secret.Value // that of the leak, or the whole that was around it there
	At    time.Time    // the vault's to say, as is By
	By    string
}

// LeakEvent is something that has happened to a leak.
type LeakEvent struct {
	At         time.Time // by the clock of who said so
	By         string    // who said so
	Kind       LeakKind
	Until      time.Time // of Accepted; zero for no end
	Reason     string
	Refs       []Ref         // where it went, all in the leak's project
	Asked      []Asked       // where it should go, likewise
	Places     []place.Place // where it was found, at most 200
	MorePlaces int           // how many there were beside these
	// Next is the value that is to replace it, kept before anything uses it; zero for none. It
	// takes a maintainer of all of the project: nobody else can read it, or has another use it.
	Next secret.Value
	// Data says what a program that tracks rotations makes of it. Beside a kind that takes a
	// developer it takes a maintainer of all of the project, as nobody else can read what was
	// done before: a driver goes on by it.
	Data json.RawMessage
	// Decides tells whether it decided about the leak when it was said, and Parted whether it
	// brought other parts than those before it. Both are the vault's to say.
	Decides, Parted bool
}

// LeakReport is an event to be kept of a leak. The leak is told by its project and value:
// who reports the same one appends to the same leak. At and By are the vault's to say.
type LeakReport struct {
	Project string
	Leaked
	LeakEvent
	// After is the entry of the log that must have written the leak's newest event, as
	// [Leak.Newest] has it, -1 for a leak that isn't there yet; nil for any. If it is another
	// one, nothing is written, and the answer is a [ChangedError].
	After *int64
}

// least gives the role that it takes to make a report.
func (r LeakReport) least() (Role, error) {
	least, err := r.Kind.least()
	if whole(r.Kind, !r.Next.IsEmpty(), len(r.Data) > 0) {
		least = max(least, Maintainer)
	}
	return least, err
}

// whole tells whether it takes a maintainer of all of a project to say that something has
// happened, with a next value or with data.
func whole(kind LeakKind, next, data bool) bool {
	least, _ := kind.least()
	return next || data && least >= Developer
}

// Leak is what a project keeps of a value that leaked: all that has happened to it, and
// what that comes to.
type Leak struct {
	ID      ID
	Project string
	Leaked  // as the newest event that says something of it does; a reader's only adds
	// Carriers are other wholes that were around it where it was found, at most 20.
	Carriers []secret.Value
	Places   []place.Place // of all events, in the order of [place.Compare]; at most 200
	// MorePlaces is about how many there are beside these.
	MorePlaces int
	Events     []LeakEvent // in the order of the log
	Newest     int64       // the entry of the log that wrote its newest event, be it one that counts for nothing
	Decision   LeakKind    // what the last event says that decides; an acceptance that has ended doesn't
	Refs       []Ref       // of that event
	// Asked is what was asked for, and nobody has imported since or decided otherwise; at
	// most 100.
	Asked []Asked
}

// leakRecord is an event as it is sealed.
type leakRecord struct {
	Value      []byte          `json:"value"`
	Carrier    []byte          `json:"carrier,omitempty"` // if it isn't the value
	Parts      []leakPart      `json:"parts,omitempty"`
	Rule       string          `json:"rule,omitempty"`
	Provider   string          `json:"provider,omitempty"`
	Severity   string          `json:"severity,omitempty"`
	Name       string          `json:"name,omitempty"`
	Env        string          `json:"env,omitempty"`
	At         time.Time       `json:"at"`
	Kind       LeakKind        `json:"kind"`
	Until      time.Time       `json:"until,omitzero"`
	Reason     string          `json:"reason,omitempty"`
	Refs       []leakRef       `json:"refs,omitempty"`
	Asked      []leakAsked     `json:"asked,omitempty"`
	Places     []place.Place   `json:"places,omitempty"`
	MorePlaces int             `json:"more_places,omitempty"`
	Next       []byte          `json:"next,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
}

type leakPart struct {
	Name  string `json:"name,omitempty"`
	Value []byte `json:"value"`
}

type leakRef struct {
	Project     string `json:"project"`
	Environment string `json:"environment"`
	Name        string `json:"name"`
}

type leakAsked struct {
	leakRef
	Value []byte `json:"value,omitempty"` // if it isn't the leak's
}

// record gives what is kept of a report.
func (r LeakReport) record(now time.Time) leakRecord {
	rec := leakRecord{
		Value: []byte(r.Value.Reveal()), Rule: r.Rule, Provider: r.Provider, Severity: r.Severity, Name: r.Name, Env: r.Env,
		At: now, Kind: r.Kind, Until: r.Until.UTC(), Reason: r.Reason, MorePlaces: r.MorePlaces, Next: []byte(r.Next.Reveal()), Data: r.Data,
	}
	if !r.Carrier.Equal(r.Value) {
		rec.Carrier = []byte(r.Carrier.Reveal())
	}
	for _, p := range r.Parts {
		rec.Parts = append(rec.Parts, leakPart{p.Name, []byte(p.Value.Reveal())})
	}
	for _, ref := range r.Refs {
		rec.Refs = append(rec.Refs, leakRef(ref))
	}
	for _, a := range r.Asked {
		one := leakAsked{leakRef: leakRef(a.Ref)}
		if !a.Value.Equal(r.Value) {
			one.Value = []byte(a.Value.Reveal())
		}
		rec.Asked = append(rec.Asked, one)
	}
	rec.Places = slices.SortedFunc(slices.Values(r.Places), place.Compare)
	rec.keepPlaces(maxLeakPlaces)
	return rec
}

// keepPlaces counts the places beyond a number, and doesn't keep them.
func (r *leakRecord) keepPlaces(n int) {
	if more := len(r.Places) - n; more > 0 {
		r.Places, r.MorePlaces = r.Places[:n], r.MorePlaces+more
	}
}

// encode gives the bytes that are sealed. Places for which there is no room are counted.
func (r leakRecord) encode() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	for {
		data, err := json.Marshal(r)
		switch {
		case err != nil:
			return nil, err
		case len(data) <= maxLeakEvent:
			return data, nil
		case len(r.Places) == 0:
			return nil, fmt.Errorf("it has %d bytes, more than %d", len(data), maxLeakEvent)
		}
		r.keepPlaces(len(r.Places) / 2)
	}
}

func decodeLeak(data []byte) (leakRecord, error) {
	var r leakRecord
	if len(data) > maxLeakEvent {
		return r, errors.New("an event of a leak that is too large")
	}
	if err := decodeJSON(data, &r); err != nil {
		return r, err
	}
	return r, r.check()
}

func (r leakRecord) check() error {
	if _, err := r.Kind.least(); err != nil {
		return err
	}
	switch {
	case len(r.Value) == 0:
		return errors.New("a leak of nothing")
	case len(r.Refs)+len(r.Asked) > MaxLeakRefs:
		return fmt.Errorf("a leak that goes to %d secrets, more than %d", len(r.Refs)+len(r.Asked), MaxLeakRefs)
	case len(r.Parts) > MaxLeakParts:
		return fmt.Errorf("a leak with %d parts, more than %d", len(r.Parts), MaxLeakParts)
	case slices.ContainsFunc(r.Parts, func(p leakPart) bool { return len(p.Value) == 0 }):
		return errors.New("a leak with a part that is nothing")
	case slices.Contains(r.Next, 0):
		return errors.New("a leak whose next value has a NUL in it")
	case len(r.Places) > maxLeakPlaces || r.MorePlaces < 0 || r.MorePlaces > 1_000_000_000:
		return errors.New("a leak with an impossible number of places")
	case len(r.Data) > 0 && !json.Valid(r.Data):
		return errors.New("a leak with data that is no JSON")
	}
	texts := []string{r.Rule, r.Provider, r.Severity, r.Name, r.Env, r.Reason}
	for _, p := range r.Parts {
		texts = append(texts, p.Name)
	}
	for _, text := range texts {
		if len(text) > MaxText {
			return fmt.Errorf("a leak with a text of %d bytes, more than %d", len(text), MaxText)
		}
	}
	refs := slices.Clone(r.Refs)
	for _, a := range r.Asked {
		if refs = append(refs, a.leakRef); slices.Contains(a.Value, 0) {
			return errors.New("a leak that should be a value with a NUL in it")
		}
	}
	for _, ref := range refs {
		if err := errors.Join(CheckLabel(ref.Project), CheckLabel(ref.Environment), CheckName(ref.Name)); err != nil {
			return fmt.Errorf("a leak that goes to a secret: %w", err)
		}
	}
	return nil
}

// event gives what a record says has happened.
func (r leakRecord) event(by string) LeakEvent {
	e := LeakEvent{At: r.At, By: by, Kind: r.Kind, Until: r.Until, Reason: r.Reason, Places: r.Places, MorePlaces: r.MorePlaces, Data: r.Data}
	if len(r.Next) > 0 {
		e.Next = secret.New(r.Next)
	}
	for _, ref := range r.Refs {
		e.Refs = append(e.Refs, Ref(ref))
	}
	for _, a := range r.Asked {
		value := a.Value
		if value == nil {
			value = r.Value
		}
		e.Asked = append(e.Asked, Asked{Ref(a.leakRef), secret.New(value), r.At, by})
	}
	return e
}

func (r leakRecord) parts() (all []LeakPart) {
	for _, p := range r.Parts {
		all = append(all, LeakPart{p.Name, secret.New(p.Value)})
	}
	return all
}

func samePart(a, b LeakPart) bool { return a.Name == b.Name && a.Value.Equal(b.Value) }

// elsewhere tells whether an event names a secret of another project than this one.
func (r leakRecord) elsewhere(project string) bool {
	return slices.ContainsFunc(r.Refs, func(ref leakRef) bool { return ref.Project != project }) ||
		slices.ContainsFunc(r.Asked, func(a leakAsked) bool { return a.Project != project })
}

// take adds an event by somebody who had a role in the project.
func (l *Leak) take(r leakRecord, by string, role Role, now time.Time) {
	// A reader adds to what is known, and doesn't change what it is that is asked about, or
	// where.
	changes := role >= Developer
	// Nor does a sweep change where what is being rotated is asked about.
	moves := changes && !(r.Kind == Found && l.rotated())
	parted := len(r.Parts) > 0 && (moves || len(l.Parts) == 0)
	e := r.event(by)
	e.Decides = e.Kind.decides(role, l.Decision) && (changes || !l.rotated())
	e.Parted = parted && !slices.EqualFunc(l.Parts, r.parts(), samePart)
	l.Events = append(l.Events, e)
	l.Value = secret.New(r.Value)
	if len(r.Carrier) > 0 && (changes || l.Carrier.IsEmpty()) {
		steps := r.Kind == Tracked || r.Kind == Reopened // which a sweep makes, too
		l.carry(secret.New(r.Carrier), moves && !steps)
	}
	if parted {
		l.Parts = r.parts()
	}
	for _, part := range []struct {
		to   *string
		says string
	}{{&l.Rule, r.Rule}, {&l.Provider, r.Provider}, {&l.Severity, r.Severity}, {&l.Name, r.Name}, {&l.Env, r.Env}} {
		if part.says != "" && (changes || *part.to == "") {
			*part.to = part.says
		}
	}
	l.takePlaces(e)
	if e.Decides {
		l.Decision, l.Refs = e.Kind, e.Refs
		if e.Kind == Accepted && over(e.Until, now) {
			l.Decision = Undecided
		}
		if role >= Developer && e.Kind != Imported && e.Kind != Waiting && e.Kind != Reopened {
			l.Asked = nil
		}
	}
	l.answer(e)
}

// carry takes the whole that is around the value now, or keeps it beside that of before.
func (l *Leak) carry(found secret.Value, moves bool) {
	if l.Carrier.IsEmpty() || moves {
		l.Carrier, found = found, l.Carrier
	}
	l.Carriers = slices.DeleteFunc(l.Carriers, l.Carrier.Equal)
	if !found.IsEmpty() && !found.Equal(l.Carrier) && !slices.ContainsFunc(l.Carriers, found.Equal) && len(l.Carriers) < MaxLeakParts {
		l.Carriers = append(l.Carriers, found)
	}
}

// rotated tells whether a step of a leak's rotation was made. Since then a reader decides
// nothing about it.
func (l *Leak) rotated() bool {
	return slices.ContainsFunc(l.Events, func(e LeakEvent) bool { return whole(e.Kind, false, len(e.Data) > 0) })
}

// answer drops what was asked for that an event has imported, and adds what it asks for.
func (l *Leak) answer(e LeakEvent) {
	l.Asked = slices.DeleteFunc(l.Asked, func(a Asked) bool {
		return e.Kind == Imported && slices.Contains(e.Refs, a.Ref) ||
			slices.ContainsFunc(e.Asked, func(b Asked) bool { return a.Ref == b.Ref })
	})
	l.Asked = append(l.Asked, e.Asked[:min(len(e.Asked), MaxLeakRefs-len(l.Asked))]...)
}

func (l *Leak) takePlaces(e LeakEvent) {
	for _, p := range e.Places {
		at, there := slices.BinarySearchFunc(l.Places, p, place.Compare)
		switch {
		case there:
		case len(l.Places) < maxLeakPlaces:
			l.Places = slices.Insert(l.Places, at, p)
		default:
			l.MorePlaces++
		}
	}
	l.MorePlaces = max(l.MorePlaces, e.MorePlaces)
}
