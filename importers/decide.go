package importers

import (
	"cmp"
	"fmt"
	"slices"
)

// step is a change of a plan, with what the rows were before it.
type step struct {
	what   string
	rows   []*Row
	before []Row
}

// change carries out a change of rows that can be undone.
func (p *Plan) change(what string, rows []*Row, do func(*Row)) {
	s := step{what: what, rows: slices.Clone(rows)}
	for _, row := range rows {
		before := *row
		before.Targets = slices.Clone(row.Targets)
		s.before = append(s.before, before)
		do(row)
	}
	p.steps = append(p.steps, s)
}

// Undo takes back the last change, and says which it was; false if there is none.
func (p *Plan) Undo() (what string, ok bool) {
	if len(p.steps) == 0 {
		return "", false
	}
	last := p.steps[len(p.steps)-1]
	p.steps = p.steps[:len(p.steps)-1]
	for i, row := range last.rows {
		*row = last.before[i]
	}
	return last.what, true
}

// CanUndo tells whether there is a change to take back.
func (p *Plan) CanUndo() bool { return len(p.steps) > 0 }

// Choose says what is to become of rows. What is imported gets the names that it claims, but
// for those that another row has got, or the vault has for another value.
func (p *Plan) Choose(v Verdict, rows ...*Row) error {
	if err := v.check(); err != nil {
		return err
	}
	if v.Choice == Import {
		for _, row := range rows {
			if len(row.Targets) == 0 {
				return fmt.Errorf("%s has no place to go to: give it an environment and a name", row.Name())
			}
		}
	}
	var taken map[Ref]bool
	if v.Choice == Import {
		taken = p.taken(rows)
	}
	p.change(string(v.Choice), rows, func(row *Row) {
		row.Verdict, row.Why, row.Decided, row.Earlier = v, "", true, false
		if v.Choice == Import {
			p.claim(row, taken, true)
		}
	})
	return nil
}

// claim gives a row the names that nothing else in the plan has. Those that the vault has for
// another value it gets if that isn't to stay.
func (p *Plan) claim(row *Row, taken map[Ref]bool, keptStays bool) {
	for i := range row.Targets {
		t := &row.Targets[i]
		k, kept := p.kept[t.Ref]
		t.Lost = taken[t.Ref] || keptStays && t.Lost && kept && !k.Value.Equal(t.Value)
		taken[t.Ref] = taken[t.Ref] || !t.Lost
	}
}

// taken gives the names that rows get, but for some of them.
func (p *Plan) taken(but []*Row) map[Ref]bool {
	leave := make(map[*Row]bool)
	for _, row := range but {
		leave[row] = true
	}
	taken := make(map[Ref]bool)
	for _, row := range p.Rows {
		if row.Choice != Import || leave[row] {
			continue
		}
		for i := range row.Targets {
			if t := &row.Targets[i]; !t.Lost {
				taken[t.Ref] = true
			}
		}
	}
	return taken
}

// Agree takes what is suggested for those of the rows that nobody has decided about, and
// gives these.
func (p *Plan) Agree(rows ...*Row) []*Row {
	var undecided []*Row
	for _, row := range rows {
		if !row.Decided {
			undecided = append(undecided, row)
		}
	}
	if len(undecided) > 0 {
		p.change("suggestions", undecided, func(row *Row) { row.Decided, row.Why = true, "" })
	}
	return undecided
}

// Send says where a row goes, which imports it. A name that another row has is a conflict:
// the one that was sent there last gets it. An alias is no such claim: it has to be free.
func (p *Plan) Send(row *Row, targets ...Target) error {
	if len(targets) == 0 {
		return fmt.Errorf("%s would go nowhere", row.Name())
	}
	targets, err := distinct(targets)
	if err != nil {
		return err
	}
	for i := range targets {
		if err := p.free(row, &targets[i]); err != nil {
			return err
		}
	}
	touched := []*Row{row}
	for _, t := range targets {
		for _, other := range p.Rows {
			if other != row && other.target(t.Ref) != nil && !slices.Contains(touched, other) {
				touched = append(touched, other)
			}
		}
	}
	p.change("where "+row.Name()+" goes", touched, func(r *Row) {
		if r == row {
			r.Targets = slices.Clone(targets)
			r.Verdict, r.Why, r.Decided, r.Earlier = Verdict{Choice: Import}, "", true, false
			return
		}
		r.lose(targets)
	})
	return nil
}

// distinct makes one target of those that send one value to one name.
func distinct(targets []Target) ([]Target, error) {
	var all []Target
	for _, t := range targets {
		t.Aliases = slices.Clone(t.Aliases)
		i := slices.IndexFunc(all, func(other Target) bool { return other.Ref == t.Ref })
		switch {
		case i < 0:
			all = append(all, t)
		case !all[i].Value.Equal(t.Value):
			return nil, fmt.Errorf("%s would get two texts around one value", t.Ref)
		default:
			all[i].Aliases = append(all[i].Aliases, t.Aliases...)
			all[i].Lost = all[i].Lost && t.Lost
		}
	}
	for i := range all {
		t := &all[i]
		slices.Sort(t.Aliases)
		t.Aliases = slices.DeleteFunc(slices.Compact(t.Aliases), func(alias string) bool { return alias == t.Name })
	}
	return all, nil
}

// free tells whether nothing else that is imported is called as a target and its aliases
// are, but for those of the target's own name.
func (p *Plan) free(row *Row, t *Target) error {
	for _, other := range p.Rows {
		if other == row || other.Choice != Import {
			continue
		}
		for i := range other.Targets {
			o := &other.Targets[i]
			if o.Lost || o.Project != t.Project || o.Env != t.Env || o.Name == t.Name {
				continue
			}
			if slices.Contains(o.Aliases, t.Name) {
				return fmt.Errorf("%s is an alias of %s", t.Ref, o.Name)
			}
			for _, alias := range t.Aliases {
				if alias == o.Name || slices.Contains(o.Aliases, alias) {
					return fmt.Errorf("%s is called %s", o.Ref, alias)
				}
			}
		}
	}
	return nil
}

// lose takes from a row the names that another one gets.
func (r *Row) lose(targets []Target) {
	left := false
	for i := range r.Targets {
		t := &r.Targets[i]
		if slices.ContainsFunc(targets, func(other Target) bool { return other.Ref == t.Ref && !other.Lost }) {
			t.Lost = true
		}
		left = left || !t.Lost
	}
	if !left && r.Choice == Import {
		r.Verdict, r.Why = Verdict{Choice: Revoke}, "another value is used by that name"
	}
}

// Gets tells whether a row is imported by a name.
func (r *Row) Gets(ref Ref) bool {
	t := r.target(ref)
	return r.Choice == Import && t != nil && !t.Lost
}

// Conflict is a name that several values claim, or one that gets it no more.
type Conflict struct {
	Ref
	Rows []*Row // that claim it; the one that gets it first, if one does
	Kept *Kept  // the vault's value, if it has another one by that name
}

// Won gives the row that gets the name; nil if none does, and the vault's value stays if
// there is one.
func (c *Conflict) Won() *Row {
	if !c.Rows[0].Gets(c.Ref) {
		return nil
	}
	return c.Rows[0]
}

// Conflicts gives all of them, by project, environment and name.
func (p *Plan) Conflicts() []Conflict {
	first := make(map[Ref]*Row, len(p.Rows)) // that claims a name,
	others := make(map[Ref][]*Row)           // and those that do, too
	for _, row := range p.Rows {
		if row.Choice == False || row.Choice == Leave {
			continue
		}
		for i := range row.Targets {
			if ref := row.Targets[i].Ref; first[ref] == nil {
				first[ref] = row
			} else {
				others[ref] = append(others[ref], row)
			}
		}
	}
	var all []Conflict
	for ref, row := range first {
		k, kept := p.kept[ref]
		if others[ref] == nil && !kept && !row.target(ref).Lost {
			continue
		}
		c := Conflict{Ref: ref, Rows: append([]*Row{row}, others[ref]...)}
		if kept && slices.ContainsFunc(c.Rows, func(r *Row) bool { return !r.target(ref).Value.Equal(k.Value) }) {
			c.Kept = &k
		}
		if len(c.Rows) < 2 && c.Kept == nil && !row.target(ref).Lost {
			continue
		}
		slices.SortStableFunc(c.Rows, func(a, b *Row) int {
			return cmp.Compare(btoi(b.Gets(ref)), btoi(a.Gets(ref)))
		})
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Conflict) int { return a.Ref.Compare(b.Ref) })
	return all
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Resolve gives the name of a conflict to one of its rows, or leaves it to the vault's value
// for nil. No other row gets the name, even one that isn't to be imported now and may be
// later.
func (p *Plan) Resolve(c Conflict, to *Row) {
	var rows []*Row
	for _, row := range p.Rows {
		if row.target(c.Ref) != nil {
			rows = append(rows, row)
		}
	}
	p.change("which value "+c.Ref.String()+" gets", rows, func(row *Row) {
		row.target(c.Ref).Lost = row != to
		if row == to {
			row.Verdict, row.Why, row.Decided, row.Earlier = Verdict{Choice: Import}, "", true, false
			return
		}
		row.lose(nil)
	})
}
