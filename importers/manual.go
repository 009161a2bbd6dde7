package importers

import (
	"fmt"
	"slices"
)

// Manual is an entry that somebody makes by hand, for a secret that no file has: its value
// is in a provider's console, and is to be filled in.
func Manual(name, env, note string) Item {
	return Item{Name: name, Env: env, Note: note, From: FromHand}
}

// FromHand is where [Manual] is from.
const FromHand = "manual"

// byHand tells whether a row was made by hand.
func (r *Row) byHand() bool { return r.Items[0].From == FromHand }

// Add makes an entry by hand, which goes to a name that nothing else has. It can be undone.
func (p *Plan) Add(ref Ref, note string) (*Row, error) {
	if _, kept := p.kept[ref]; kept {
		return nil, fmt.Errorf("the vault has %s already", ref)
	}
	item := Manual(ref.Name, ref.Env, note)
	row := &Row{Key: keyOf(&item), Items: []Item{item}, Targets: []Target{{Ref: ref}}, Verdict: Verdict{Choice: Import}, Decided: true}
	for _, other := range p.Rows {
		if other.Key == row.Key || other.target(ref) != nil {
			return nil, fmt.Errorf("%s is there already", ref)
		}
	}
	if err := p.free(row, &row.Targets[0]); err != nil {
		return nil, err
	}
	p.Rows = append(p.Rows, row)
	p.steps = append(p.steps, step{what: "add", added: row})
	return row, nil
}

// restoreEntry makes an entry again that was made by hand in an earlier run and isn't in
// the vault yet. One whose name something else has now isn't made.
func (p *Plan) restoreEntry(d *Decision) {
	if !d.ByHand || d.Done || d.Choice != Import || len(d.Targets) == 0 {
		return
	}
	to := d.Targets[0]
	row, err := p.Add(Ref{p.Project, to.Env, to.Name}, d.Note)
	if err != nil {
		return
	}
	row.Key = d.Value
	row.Targets = row.destined(p.Project, *d)
	p.steps = p.steps[:len(p.steps)-1]
}

// remove takes a row away.
func (p *Plan) remove(row *Row) {
	p.Rows = slices.DeleteFunc(p.Rows, func(r *Row) bool { return r == row })
}
