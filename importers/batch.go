package importers

import (
	"slices"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// Batch is what a plan comes to: exactly what is to be written, all of it or nothing.
type Batch struct {
	Environments []Ref     // to be made first; without names
	Secrets      []Secret  // ordered by Ref
	Leaks        []Leak    // in the order of the plan
	Refused      []Refusal // what isn't written
}

// Refusal is an entry that whoever imports may not make. There is no value that could wait
// for somebody else.
type Refusal struct {
	Row *Row
	Ref
}

// Secret is a value that a secret is to get.
type Secret struct {
	Ref
	Aliases []string
	Value   secret.Value // empty: an entry that somebody has to fill
	Kind    string       // the provider, or the rule's id
	Note    string
	From    string      // the importer's name
	At      place.Place // where it lies
	Change  Change
}

// Change is what a secret's import does.
type Change string

const (
	Added   Change = "new"
	Blank   Change = "to fill" // there is a name, and no value
	Updated Change = "new version"
	Same    Change = "no change" // the vault has the value
)

// Leak is what becomes of a value that leaked.
type Leak struct {
	Row *Row
	Verdict
	Refs []Ref // where it was imported to
	// Waiting are where it should go and whoever imports may not write: a maintainer has to.
	Waiting []Ref
}

// Access says where somebody may write.
type Access struct {
	Has      func(Ref) bool // whether there is that environment; the name doesn't count
	CanWrite func(Ref) bool // whether they may write there, or make it if it isn't there
}

// Batch gives what is to be written by someone with that access. What was written earlier
// isn't written again.
func (p *Plan) Batch(a Access) Batch {
	var b Batch
	made := make(map[Ref]bool)
	for _, row := range p.Rows {
		if row.Earlier {
			continue
		}
		leak := Leak{Row: row, Verdict: row.Verdict}
		for _, t := range row.Targets {
			if row.Choice != Import || t.Lost {
				continue
			}
			at := Ref{Project: t.Project, Env: t.Env}
			if !a.CanWrite(at) && t.Value.IsEmpty() {
				b.Refused = append(b.Refused, Refusal{row, t.Ref})
				continue
			}
			if !a.CanWrite(at) {
				leak.Waiting = append(leak.Waiting, t.Ref)
				continue
			}
			if !a.Has(at) && !made[at] {
				made[at] = true
				b.Environments = append(b.Environments, at)
			}
			leak.Refs = append(leak.Refs, t.Ref)
			b.Secrets = append(b.Secrets, p.secretOf(row, t))
		}
		if row.Choice == Import && len(leak.Refs)+len(leak.Waiting) == 0 {
			leak.Choice = Revoke // others have all of its names
		}
		if row.Tracked() || len(leak.Waiting) > 0 {
			b.Leaks = append(b.Leaks, leak)
		}
	}
	slices.SortFunc(b.Environments, Ref.Compare)
	slices.SortFunc(b.Secrets, func(x, y Secret) int { return x.Ref.Compare(y.Ref) })
	return b
}

// Written notes that a batch of the plan is in the vault: whoever makes a plan of the same
// sources with its decisions isn't asked again, but about what was refused. It can't be
// undone.
func (p *Plan) Written(b Batch) {
	refused := make(map[*Row]bool)
	for _, r := range b.Refused {
		refused[r.Row] = true
	}
	for _, row := range p.Rows {
		if row.Choice != Leave && !refused[row] {
			row.Decided, row.Earlier = true, true
		}
	}
	p.steps = nil
}

// Held gives the secrets that the rows which were written went to, ordered by Ref. What
// waited for a maintainer is among them.
func (p *Plan) Held() []Secret {
	var all []Secret
	for _, row := range p.Rows {
		for _, t := range row.Targets {
			if row.Earlier && row.Choice == Import && !t.Lost {
				all = append(all, p.secretOf(row, t))
			}
		}
	}
	slices.SortFunc(all, func(x, y Secret) int { return x.Ref.Compare(y.Ref) })
	return all
}

func (p *Plan) secretOf(row *Row, t Target) Secret {
	from := row.Source(&t)
	s := Secret{Ref: t.Ref, Aliases: t.Aliases, Value: t.Value, Change: Added, Note: from.Note, From: from.From, At: from.At}
	k, kept := p.kept[t.Ref]
	switch {
	case kept && (k.Value.Equal(t.Value) || t.Value.IsEmpty()):
		s.Change = Same
	case kept:
		s.Change = Updated
	case t.Value.IsEmpty():
		s.Change = Blank
	}
	for i := range row.Items {
		if s.Note == "" {
			s.Note = row.Items[i].Note
		}
	}
	if f := row.Finding; f != nil {
		if s.Kind = f.Rule.ID; f.Rule.Provider != nil && f.Rule.Provider.ID != "generic" {
			s.Kind = f.Rule.Provider.ID
		}
	}
	return s
}
