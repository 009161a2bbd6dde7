package importers

import (
	"maps"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// Plan is what is to become of everything that could be imported. It is changed by one
// goroutine at a time.
type Plan struct {
	Project string
	Rows    []*Row // in the order of their first items, those that lead to a conflict included

	environments []string
	force        string
	kept         map[Ref]Kept
	now          time.Time
	steps        []step // for Undo
}

// Row is a value with all that is known of it.
type Row struct {
	Key     secret.Fingerprint // of the value; of its name where there is no value
	Value   secret.Value       // the credential itself
	Finding *scanner.Finding   // nil if it isn't known to have leaked
	Items   []Item
	Targets []Target // where it goes if it is imported; at most one for an environment and name

	Verdict
	Why     string // why this is suggested; what somebody chose has none
	Decided bool   // somebody chose, now or earlier
	Earlier bool   // and the vault has it since then

	offered []Target // the targets that were suggested
	old     bool     // the vault had the value, and has another one since
}

// Live tells whether some place of it is in the present, as far as that is known.
func (r *Row) Live() bool {
	return r.Finding == nil || r.Finding.Live()
}

// Leaked tells whether others may know the value: it was found, and not on this machine
// alone, or the vault says so.
func (r *Row) Leaked() bool {
	return slices.ContainsFunc(r.Items, func(i Item) bool { return i.Recorded }) ||
		r.Finding != nil && slices.ContainsFunc(r.Finding.Places, func(p place.Place) bool { return !p.Local })
}

// Tracked tells whether a record is kept of it: it leaked, and isn't to be left alone, as what
// lies in tests and examples is.
func (r *Row) Tracked() bool { return r.Leaked() && r.Choice != Leave }

// Name gives what a row is called: where it goes, or what its source calls it.
func (r *Row) Name() string {
	for _, t := range r.Targets {
		return t.Name
	}
	for _, item := range r.Items {
		if item.Name != "" {
			return item.Name
		}
	}
	if r.Finding != nil {
		return r.Finding.Rule.ID
	}
	return ""
}

// Kept is a secret that the vault has.
type Kept struct {
	Ref
	Value   secret.Value
	Current bool // else it is an earlier version's
}

// Options are what a plan is made with besides items.
type Options struct {
	Project      string
	Environments []string // of the project, as it calls them
	Env          string   // that of everything, whatever the sources say; "" for what they say
	Kept         []Kept   // the vault's values of the project
	Decided      []Decision
	Now          time.Time // what was accepted until before is asked about again
}

// NewPlan puts items together and makes suggestions.
func NewPlan(items []Item, o Options) *Plan {
	p := &Plan{Project: o.Project, environments: o.Environments, force: o.Env, now: o.Now, kept: make(map[Ref]Kept)}
	versions := make(map[secret.Fingerprint]bool) // that the vault has, with whether one is current
	for _, k := range o.Kept {
		of := k.Value.Fingerprint()
		if versions[of] = versions[of] || k.Current; k.Current {
			p.kept[k.Ref] = k
		}
	}
	p.gather(items)
	p.locate()
	for _, row := range p.Rows {
		row.advise(versions)
		row.offered = slices.Clone(row.Targets)
	}
	p.Restore(o.Decided)
	return p
}

// gather makes rows of items. What a sweep found within a value and what another importer
// read as that value belong together.
func (p *Plan) gather(items []Item) {
	rows := make(map[secret.Fingerprint]*Row)
	whole := make(map[secret.Fingerprint]secret.Fingerprint) // of what is assigned → of the credential in it
	for i := range items {
		f := items[i].Finding
		if f == nil {
			continue
		}
		of := items[i].fingerprint()
		if known, ok := whole[of]; !ok || f.Fingerprint.Compare(known) < 0 {
			whole[of] = f.Fingerprint
		}
	}
	for _, item := range items {
		key := keyOf(&item)
		if of, ok := whole[key]; ok && item.Finding == nil {
			key = of
		}
		row := rows[key]
		if row == nil {
			row = &Row{Key: key, Value: item.Value}
			rows[key] = row
			p.Rows = append(p.Rows, row)
		}
		if item.Finding != nil && row.Finding == nil {
			row.Finding, row.Value = item.Finding, item.Finding.Value
		}
		row.Items = append(row.Items, item)
	}
}

// keyOf tells items of one value from others; where there is no value, those of one name.
func keyOf(item *Item) secret.Fingerprint {
	switch {
	case item.Finding != nil:
		return item.Finding.Fingerprint
	case item.Value.IsEmpty():
		return secret.New(item.From + "\x00" + item.Env + "\x00" + item.Name).Fingerprint()
	}
	return item.fingerprint()
}

// target gives the row's target of that ref, nil for none.
func (r *Row) target(ref Ref) *Target {
	for i := range r.Targets {
		if r.Targets[i].Ref == ref {
			return &r.Targets[i]
		}
	}
	return nil
}

// advise suggests what is to become of a row, by the values of all versions that the vault
// has.
func (r *Row) advise(versions map[secret.Fingerprint]bool) {
	current, held := versions[r.Key]
	for i := range r.Items {
		is, has := versions[r.Items[i].fingerprint()]
		held, current = held || has, current || is
	}
	r.old = held && !current
	wins := slices.ContainsFunc(r.Targets, func(t Target) bool { return !t.Lost })
	used := slices.ContainsFunc(r.Items, func(i Item) bool { return i.inUse() })
	setting := !slices.ContainsFunc(r.Items, func(i Item) bool { return !i.Setting })
	switch {
	case setting:
		r.Choice, r.Why = Leave, "it looks like no secret"
	case r.Value.IsEmpty() && wins:
		r.Choice, r.Why = Import, "its name is known, and somebody has to fill in its value"
	case r.Value.IsEmpty():
		r.Choice, r.Why = Leave, "the name has a value"
	case r.old:
		r.Choice, r.Why = Revoke, "the vault had it, and has another value since"
	case !used && r.Live():
		r.Choice, r.Why = Revoke, "it lies where nothing reads it"
	case !used:
		r.Choice, r.Why = Revoke, "it lies in old commits alone"
	case r.exemplary():
		r.Choice, r.Why = Leave, "it lies in tests and examples alone"
	case !wins:
		r.Choice, r.Why = Revoke, "another value is used by that name"
	case current:
		r.Choice, r.Why = Import, "the vault has it"
	default:
		r.Choice, r.Why = Import, "it is in use"
	}
}

// exemplary tells whether all that is in use of a row lies in tests and examples.
func (r *Row) exemplary() bool {
	return !slices.ContainsFunc(r.Items, func(i Item) bool { return i.inUse() && !i.exemplary() })
}

// exemplary tells whether an item is from a test or an example, which say nothing of what
// is in use elsewhere.
func (i *Item) exemplary() bool {
	return i.At.Kind == place.File && rankOf(i) < inDeployment && detectors.Exemplary(i.At.Path)
}

// Environments gives those that imported rows go to, in order.
func (p *Plan) Environments() []string {
	all := make(map[string]bool)
	for _, row := range p.Rows {
		if row.Choice != Import {
			continue
		}
		for _, t := range row.Targets {
			if !t.Lost {
				all[t.Env] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}
