package rotation

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
)

// Vault is what a tracker needs of a vault. A [vault.Session] has it.
type Vault interface {
	Self() string
	Projects() []string
	CanReadLeaks(project string) bool
	Leaks(ctx context.Context, project string) ([]vault.Leak, error)
	Track(ctx context.Context, detail string, reports ...vault.LeakReport) error
	Known(ctx context.Context, project string) ([]vault.Known, error)
	Consumers(ctx context.Context, refs []vault.Ref) ([]vault.Consumer, error)
	Environments() []vault.Pattern
	List(ctx context.Context, project, environment string) ([]vault.Listed, error)
	Policy(ctx context.Context) (json.RawMessage, error)
	SetPolicy(ctx context.Context, policy json.RawMessage) error
}

var _ Vault = (*vault.Session)(nil)

// Tracker keeps the records of a vault. It is safe for concurrent use, also by several
// programs: what was changed meanwhile is read again, and a step is made only where it is
// possible then.
type Tracker struct {
	vault  Vault
	rules  *rules.Set
	policy Policy
	now    func() time.Time
	// checkable tells whether somebody can be asked whether a value of a rule still works.
	checkable func(rule string) bool
	lifetime  Lifetime
}

// Options are what a tracker is told of the world.
type Options struct {
	Rules     *rules.Set
	Checkable func(rule string) bool // somebody can be asked whether such a value works; nil for none
	Lifetime  Lifetime               // of certificates; nil if nobody knows
	Now       func() time.Time       // nil for the machine's clock
}

// New gives the tracker of a vault.
func New(ctx context.Context, v Vault, o Options) (*Tracker, error) {
	t := &Tracker{vault: v, rules: o.Rules, checkable: o.Checkable, lifetime: o.Lifetime, now: o.Now}
	if t.now == nil {
		t.now = time.Now
	}
	if t.checkable == nil {
		t.checkable = func(string) bool { return false }
	}
	text, err := v.Policy(ctx)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	t.policy, err = ReadPolicy(text)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	return t, nil
}

// Records gives the records of a project, or of all for "*" whose leaks the person may read:
// what is most urgent first.
func (t *Tracker) Records(ctx context.Context, project string) ([]*Record, error) {
	projects := []string{project}
	if project == "*" {
		projects = slices.DeleteFunc(t.vault.Projects(), func(p string) bool { return !t.vault.CanReadLeaks(p) })
	}
	var all []*Record
	for _, p := range projects {
		leaks, err := t.vault.Leaks(ctx, p)
		if err != nil {
			return nil, err
		}
		var ofProject []*Record
		for i := range leaks {
			ofProject = append(ofProject, Fold(leaks[i], t.now()))
		}
		if err := t.observe(ctx, p, ofProject); err != nil {
			return nil, err
		}
		all = append(all, ofProject...)
	}
	slices.SortStableFunc(all, t.urgency)
	return all, nil
}

// urgency orders records: open ones first, by when they are due, then by severity.
func (t *Tracker) urgency(a, b *Record) int {
	open := func(r *Record) int {
		if r.State.Open() {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(open(a), open(b)),
		a.Due.Compare(b.Due),
		rules.Severity(b.Severity).Compare(rules.Severity(a.Severity)),
		cmp.Compare(a.Project, b.Project),
		cmp.Compare(a.Title(), b.Title()),
		cmp.Compare(a.Leak.ID.String(), b.Leak.ID.String()),
	)
}

// Find gives the record that a person means: by the beginning of its ID, or the name of the
// secret that it is about, or under which it was found.
func (t *Tracker) Find(ctx context.Context, project, what string) (*Record, error) {
	all, err := t.Records(ctx, project)
	if err != nil {
		return nil, err
	}
	return Pick(all, what)
}

// Pick gives the record of several that a person means.
func Pick(all []*Record, what string) (*Record, error) {
	var found []*Record
	for _, r := range all {
		named := slices.ContainsFunc(r.Refs, func(ref vault.Ref) bool {
			return ref.Name == what || ref.Scope()+"/"+ref.Name == what || ref.String() == what
		})
		if len(what) >= 4 && strings.HasPrefix(r.Leak.ID.String(), strings.ToLower(what)) || named || r.Name == what && what != "" {
			found = append(found, r)
		}
	}
	switch open := slices.DeleteFunc(slices.Clone(found), func(r *Record) bool { return !r.State.Open() }); {
	case len(found) == 0:
		return nil, &vault.NotFoundError{What: "record", Name: what}
	case len(found) == 1:
		return found[0], nil
	case len(open) == 1:
		return open[0], nil
	}
	return nil, &AmbiguousError{what, found}
}

// AmbiguousError says that a person may mean several records.
type AmbiguousError struct {
	What    string
	Records []*Record
}

func (e *AmbiguousError) Error() string {
	var ids []string
	for _, r := range e.Records {
		ids = append(ids, r.ID())
	}
	return fmt.Sprintf("%q may be each of %d records: %s", e.What, len(e.Records), strings.Join(ids, ", "))
}

// attempts is how often a step is tried anew because somebody else was faster.
const attempts = 8

// Do makes steps about a record, together with those that the vault shows to have been made,
// and gives the record as it is then: all of them or, with the reason, none. steps is called
// again with what there is then if somebody else has changed the record meanwhile.
func (t *Tracker) Do(ctx context.Context, r *Record, steps func(*Record) ([]Step, error)) (*Record, error) {
	all, err := t.DoAll(ctx, []*Record{r}, steps)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// DoAll makes steps about several records as Do does about one: all of them or none. The
// records are of the same project or of several.
func (t *Tracker) DoAll(ctx context.Context, all []*Record, steps func(*Record) ([]Step, error)) ([]*Record, error) {
	// Consumers leave no event: who has looked at a record for a while may not know of them.
	if slices.ContainsFunc(all, func(r *Record) bool { return t.now().Sub(r.read) > fresh }) {
		var err error
		if all, err = t.againAll(ctx, all); err != nil {
			return nil, err
		}
	}
	for try := 1; ; try++ {
		failed := t.do(ctx, all, steps)
		if failed != nil && (ctx.Err() != nil || try == attempts) {
			return nil, failed
		}
		now, err := t.againAll(ctx, all)
		same := func(a, b *Record) bool { return a.Newest == b.Newest }
		switch {
		case failed == nil:
			return now, err
		case err != nil || slices.EqualFunc(now, all, same): // nobody has changed one, so it isn't because of that
			return nil, failed
		}
		all = now
	}
}

// fresh is how long a record counts as just read.
const fresh = 5 * time.Second

// again reads a record again.
func (t *Tracker) again(ctx context.Context, r *Record) (*Record, error) {
	all, err := t.againAll(ctx, []*Record{r})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// againAll reads records again.
func (t *Tracker) againAll(ctx context.Context, all []*Record) ([]*Record, error) {
	read := make(map[string]map[vault.ID]*Record) // by project
	var now []*Record
	for _, r := range all {
		if read[r.Project] == nil {
			ofProject, err := t.Records(ctx, r.Project)
			if err != nil {
				return nil, err
			}
			read[r.Project] = make(map[vault.ID]*Record)
			for _, one := range ofProject {
				read[r.Project][one.Leak.ID] = one
			}
		}
		one := read[r.Project][r.Leak.ID]
		if one == nil {
			return nil, &vault.NotFoundError{What: "record", Name: r.ID()}
		}
		now = append(now, one)
	}
	return now, nil
}

func (t *Tracker) do(ctx context.Context, records []*Record, steps func(*Record) ([]Step, error)) error {
	var reports []vault.LeakReport
	var told []string
	for _, r := range records {
		at := r.clone()
		own, err := steps(at)
		if err != nil {
			return err
		}
		if len(own) == 0 {
			continue
		}
		for i := range own {
			if err := at.Can(&own[i]); err != nil {
				return fmt.Errorf("%s: %w", r.ID(), err)
			}
			at.take(&own[i], &vault.LeakEvent{At: t.now(), By: t.vault.Self()})
		}
		all := slices.Concat(r.derived, own)
		report, err := reportOf(r, all)
		if err != nil {
			return err
		}
		reports, told = append(reports, report), append(told, r.ID()+": "+Told(all))
	}
	if len(reports) == 0 {
		return nil
	}
	return t.vault.Track(ctx, cut(strings.Join(told, "; ")), reports...)
}

// cut shortens what is said of steps to what the log has room for.
func cut(text string) string {
	const more = "…"
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText-len(more)], "") + more
}

// Once makes steps that depend on nothing.
func Once(steps ...Step) func(*Record) ([]Step, error) {
	return func(*Record) ([]Step, error) { return steps, nil }
}

// reportOf gives the event that has steps.
func reportOf(r *Record, all []Step) (vault.LeakReport, error) {
	report := vault.LeakReport{Project: r.Project, Leaked: vault.Leaked{Value: r.Value}}
	after := r.Newest
	report.After, report.Kind = &after, vault.Tracked
	for _, s := range all {
		if !s.next.IsEmpty() {
			report.Next = s.next
		}
		kind := kindOf(&s)
		if kind == vault.RevokeOnly && len(all) > 1 {
			kind = vault.Tracked // as a reader may say the other, the rest would count for nothing there
		}
		if kind != vault.Tracked {
			report.Kind, report.Reason, report.Until, report.Refs = kind, s.Reason, s.Until, atMost(r.Refs)
		}
	}
	if report.Kind == vault.RevokeOnly && len(all) > 1 {
		report.Kind = vault.Tracked // who may only report says nothing else beside it
	}
	var err error
	report.Data, err = json.Marshal(all)
	return report, err
}

// atMost gives the secrets for which an event has room. What has the value is found without.
func atMost(refs []vault.Ref) []vault.Ref { return refs[:min(len(refs), vault.MaxLeakRefs)] }

// kindOf gives what the vault calls what a step decides.
func kindOf(s *Step) vault.LeakKind {
	switch s.Act {
	case Triage:
		if s.Way == RevokeOnly {
			return vault.RevokeOnly
		}
	case Close:
		return vault.Closed
	case Dismiss:
		return vault.FalsePositive
	case Accept:
		return vault.Accepted
	case Reopen:
		return vault.Reopened
	}
	return vault.Tracked
}

// Told says in few words what steps do, for the log.
func Told(all []Step) string {
	var words []string
	for _, s := range all {
		words = append(words, s.Told())
	}
	return strings.Join(words, "; ")
}

// Told says in few words what a step does.
func (s *Step) Told() string {
	switch {
	case s.Act == Triage:
		return "triage: " + string(s.Way)
	case s.Act == Own:
		return "owned by " + s.Owner
	case s.Act == Replace:
		return "replacement stored"
	case s.Act == Move:
		return "has moved: " + s.Consumer
	case s.Act == MoveAll:
		return "all have moved"
	case s.Act == Revoking:
		return "about to be revoked"
	case s.Act == Revoke && s.Emergency:
		return "old revoked, in an emergency"
	case s.Act == Revoke:
		return "old revoked"
	case s.Act == Ask && s.Answer.Host != "":
		return fmt.Sprintf("%s says: %s", s.Answer.Host, s.Answer.Verdict)
	case s.Act == Ask:
		return fmt.Sprintf("asked: %s", s.Answer.Verdict)
	case s.Act == Attest:
		return "dead, by a person's word"
	case s.Act == Clean && s.Left:
		return "places left as they are"
	case s.Act == Clean:
		return "places cleaned"
	case s.Act == Sweep:
		return "a sweep found what takes it"
	case s.Act == Drive && s.Stage.Name == Intended:
		return s.Stage.Driver + " intends: " + s.Stage.Intent
	case s.Act == Drive:
		return s.Stage.Driver + ": " + string(s.Stage.Name)
	}
	return string(s.Act)
}
