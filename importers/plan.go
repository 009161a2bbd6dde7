package importers

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

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
}

// Live tells whether some place of it is in the present, as far as that is known.
func (r *Row) Live() bool {
	return r.Finding == nil || r.Finding.Live()
}

// Leaked tells whether others may know the value: it was found, and not on this machine
// alone.
func (r *Row) Leaked() bool {
	return r.Finding != nil && slices.ContainsFunc(r.Finding.Places, func(p place.Place) bool { return !p.Local })
}

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
	earlier := make(map[secret.Fingerprint]Kept) // values of versions that were replaced
	for _, k := range o.Kept {
		if k.Current {
			p.kept[k.Ref] = k
		} else {
			earlier[k.Value.Fingerprint()] = k
		}
	}
	p.gather(items)
	p.locate()
	for _, row := range p.Rows {
		p.advise(row, earlier)
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
		if f := items[i].Finding; f != nil {
			whole[items[i].Value.Fingerprint()] = f.Fingerprint
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
	return item.Value.Fingerprint()
}

// locate suggests where each row goes.
func (p *Plan) locate() {
	var all []claim
	for _, row := range p.Rows {
		for i := range row.Items {
			if item := &row.Items[i]; row.Finding == nil || item.Finding == nil || item.At.Live() {
				all = append(all, p.claimOf(item, row))
			}
		}
	}
	p.strip(all)
	slices.SortStableFunc(all, func(a, b claim) int {
		return cmp.Or(-cmp.Compare(a.rank, b.rank), -a.at.Compare(b.at))
	})
	for i := range all {
		all[i].row.claim(&all[i])
	}
	p.settle(all)
}

// strip cuts the environment's word off names that are left with the name of another
// environment's secret, and keeps the whole as an alias.
func (p *Plan) strip(all []claim) {
	environments := make(map[string]map[string]bool) // of each name, with or without word
	note := func(name, env string) {
		if environments[name] == nil {
			environments[name] = make(map[string]bool)
		}
		environments[name][env] = true
	}
	for i := range all {
		if c := &all[i]; c.bare == "" {
			note(c.Name, c.Env)
		} else {
			note(c.bare, c.Env)
		}
	}
	for i := range all {
		if c := &all[i]; c.bare != "" && len(environments[c.bare]) > 1 {
			c.Name, c.Aliases = c.bare, []string{c.Name}
		}
	}
}

// claim adds a target to a row. Of several names for one environment the first is the name,
// and the others are aliases.
func (r *Row) claim(c *claim) {
	for i := range r.Targets {
		t := &r.Targets[i]
		if t.Project != c.Project || t.Env != c.Env {
			continue
		}
		for _, name := range append([]string{c.Name}, c.Aliases...) {
			if c.given && name != t.Name && !slices.Contains(t.Aliases, name) {
				t.Aliases = append(t.Aliases, name)
			}
		}
		return
	}
	r.Targets = append(r.Targets, c.Target)
}

// settle sees to it that no two rows get one name: a name that was made up gets a number,
// one that is given twice by files of the same rank is told apart by its folder, and of
// others the first claim wins.
func (p *Plan) settle(all []claim) {
	owner := make(map[Ref]*Row)
	for i := range all {
		c := &all[i]
		t := c.row.target(c.Ref)
		if t == nil || owner[c.Ref] == c.row {
			continue // an alias
		}
		first := owner[c.Ref]
		if first == nil {
			owner[c.Ref] = c.row
			continue
		}
		renamed := c.Ref
		switch {
		case !c.given:
			for n := 2; owner[renamed] != nil; n++ {
				renamed.Name = c.Name + "_" + strconv.Itoa(n)
			}
		case first.target(c.Ref).rank == c.rank && c.rank >= inConfiguration && c.project != "":
			renamed.Name = c.project + "_" + c.Name
		}
		if owner[renamed] != nil {
			t.Lost = true
			continue
		}
		t.Ref = renamed
		owner[renamed] = c.row
	}
	for _, row := range p.Rows {
		for i := range row.Targets {
			t := &row.Targets[i]
			t.Aliases = slices.DeleteFunc(t.Aliases, func(alias string) bool {
				ref := Ref{t.Project, t.Env, alias}
				taken := owner[ref] != nil
				owner[ref] = row
				return taken
			})
		}
	}
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

// advise suggests what is to become of a row.
func (p *Plan) advise(row *Row, earlier map[secret.Fingerprint]Kept) {
	for i := range row.Targets {
		t := &row.Targets[i]
		if k, ok := p.kept[t.Ref]; ok && !k.Value.Equal(t.Value) && !t.Value.IsEmpty() {
			t.Lost = true
		}
	}
	_, replaced := earlier[row.Key]
	wins := slices.ContainsFunc(row.Targets, func(t Target) bool { return !t.Lost })
	setting := !slices.ContainsFunc(row.Items, func(i Item) bool { return !i.Setting })
	switch {
	case setting:
		row.Choice, row.Why = Leave, "it looks like no secret"
	case replaced:
		row.Choice, row.Why = Revoke, "the vault had it, and has another value since"
	case !row.Live():
		row.Choice, row.Why = Revoke, "it lies in old commits alone"
	case !wins:
		row.Choice, row.Why = Revoke, "another value is used by that name"
	default:
		row.Choice, row.Why = Import, "it is in use"
	}
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
