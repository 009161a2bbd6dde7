package importers

import (
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// Obey makes decisions that somebody wrote down for this plan, and counts those that are of
// none of its values. What they don't name is left. It is an error if they can't all be
// carried out: two values of one name, or one that has no place to go. The plan is of no use
// then.
func (p *Plan) Obey(all []Decision) (unknown int, err error) {
	rows := make(map[secret.Fingerprint]*Row)
	for _, row := range p.Rows {
		rows[row.Key] = row
	}
	all = slices.Clone(all)
	named := make(map[*Row]bool)
	for i := range all {
		d := &all[i]
		row := rows[d.Value]
		if row == nil {
			unknown++
			continue
		}
		named[row] = true
		d.Done = row.Earlier && row.decision().is(d) // whatever the file says
	}
	for _, row := range p.Rows {
		if !named[row] && !row.Earlier {
			row.Verdict, row.Why = Verdict{Choice: Leave}, "the plan doesn't name it"
		}
	}
	p.Restore(all)
	return unknown, p.obeyed(all, rows)
}

// is tells whether two decisions of a value are the same.
func (d Decision) is(other *Decision) bool {
	same := func(a, b Destination) bool {
		return a.Env == b.Env && a.Name == b.Name && slices.Equal(a.Aliases, b.Aliases)
	}
	return d.Choice == other.Choice && d.Reason == other.Reason && d.Until.Equal(other.Until) &&
		(d.Choice != Import || slices.EqualFunc(d.Targets, other.Targets, same))
}

// obeyed sees to it that each value which is to be imported gets all the names that it is to
// have, and no other value has one of these.
func (p *Plan) obeyed(all []Decision, rows map[secret.Fingerprint]*Row) error {
	var open []*Row // which get what is suggested and free
	for _, d := range all {
		row := rows[d.Value]
		switch {
		case row == nil || d.Choice != Import || d.Done:
			continue
		case len(row.Targets) == 0:
			return fmt.Errorf("plan: %s has no place to go: give it an environment and a name", row.Name())
		case len(d.Targets) == 0:
			open = append(open, row)
		}
	}
	taken := p.taken(open)
	for _, row := range open {
		row.Choice, row.Why = Import, ""
		if p.claim(row, taken, false); row.decision().Targets == nil {
			return fmt.Errorf("plan: no name is left for %s of %s: give it one", row.Name(), row.Key)
		}
	}
	return p.unambiguous(all, rows)
}

// unambiguous tells whether no name or alias of one value is another's.
func (p *Plan) unambiguous(all []Decision, rows map[secret.Fingerprint]*Row) error {
	owner := make(map[Ref]*Row)
	for _, d := range all {
		row := rows[d.Value]
		if row == nil || d.Choice != Import || d.Done {
			continue
		}
		targets := d.Targets
		if len(targets) == 0 {
			targets = row.decision().Targets
		}
		for _, to := range targets {
			for _, name := range append([]string{to.Name}, to.Aliases...) {
				ref := Ref{p.Project, to.Env, name}
				if other := owner[ref]; other != nil && other != row {
					return fmt.Errorf("plan: %s would get two values", ref)
				}
				owner[ref] = row
			}
		}
	}
	return nil
}
