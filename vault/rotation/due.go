package rotation

import (
	"context"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

// Due is something that is to be rotated by a time.
type Due struct {
	By     time.Time
	Why    string
	Record *Record      // of a leak; nil for a secret that didn't leak
	Secret vault.Listed // if there is no record
}

// Owner gives who looks after it; "" for nobody.
func (d *Due) Owner() string {
	if d.Record != nil {
		return d.Record.Owner
	}
	return d.Secret.Owner
}

// Due gives what is to be rotated, open records and secrets that didn't leak, by when. Secrets
// are those of environments that are readable.
func (t *Tracker) Due(ctx context.Context, records []*Record, readable []vault.Pattern) ([]Due, error) {
	var all []Due
	tracked := make(map[vault.Ref]bool)
	for _, r := range records {
		if !r.State.Open() {
			continue
		}
		all = append(all, Due{By: r.Due, Why: r.why(), Record: r})
		for _, ref := range r.Refs {
			tracked[ref] = true
		}
	}
	ends := make(map[string]map[vault.Ref]time.Time)
	for _, at := range readable {
		listed, err := t.vault.List(ctx, at.Project, at.Environment)
		if err != nil {
			return nil, err
		}
		if ends[at.Project] == nil {
			if ends[at.Project], err = t.certificates(ctx, at.Project); err != nil {
				return nil, err
			}
		}
		for _, l := range listed {
			if l.Current > 0 && !tracked[l.Ref] {
				by, why := t.secretDue(&l, ends[at.Project])
				all = append(all, Due{By: by, Why: why, Secret: l})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Due) int { return a.By.Compare(b.By) })
	return all, nil
}

// why says why a value is to have a successor, or to die.
func (r *Record) why() string {
	for _, c := range r.History {
		if c.Step != nil && c.Step.Act == Triage && c.Step.Reason != "" && len(r.Sites) == 0 {
			return c.Step.Reason
		}
	}
	return "it leaked"
}

// secretDue gives by when a secret is to have a new value, and why.
func (t *Tracker) secretDue(l *vault.Listed, ends map[vault.Ref]time.Time) (by time.Time, why string) {
	if !l.RotateBy.IsZero() {
		return l.RotateBy, "somebody said so"
	}
	if end, is := ends[l.Ref]; is {
		return end, "most of the certificate's life is over"
	}
	period := t.policy.Period(l.Kind, t.rules)
	made := time.Time{}
	for _, v := range l.Versions {
		if v.Number == l.Current {
			made = v.Created
		}
	}
	return made.Add(period), "policy: every " + Days(period/(24*time.Hour)).String()
}

// certificates gives by when the certificates of a project are to be renewed.
func (t *Tracker) certificates(ctx context.Context, project string) (map[vault.Ref]time.Time, error) {
	ends := make(map[vault.Ref]time.Time)
	if t.lifetime == nil {
		return ends, nil
	}
	known, err := t.vault.Known(ctx, project)
	if err != nil {
		return nil, err
	}
	for _, k := range known {
		if from, to, is := t.lifetime(k.Value); is && k.State == vault.Current {
			ends[k.Ref] = t.policy.renewal(from, to)
		}
	}
	return ends, nil
}

// Lifetime gives from when to when a value is good, if it says so itself, as certificates do.
type Lifetime func(secret.Value) (from, to time.Time, ok bool)
