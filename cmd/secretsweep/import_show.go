package main

import (
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// show shows what would be written, or is about to be.
func (o *importOptions) show(sh shell, s shown) error {
	switch {
	case o.format == "plan":
		return s.plan.WritePlan(sh.stdout, s.where)
	case o.format == "json":
		return writeJSON(sh.stdout, o.view(s))
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENVIRONMENT\tNAME\tVALUE\tWHAT\tFROM")
	for i := range s.batch.Secrets {
		one := &s.batch.Secrets[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", printable.Text(one.Env), printable.Text(namesOf(one)), masked(one.Value), one.Change, s.from(one))
	}
	for _, l := range s.batch.Leaks {
		if l.Choice == importers.Import && len(l.Waiting) == 0 {
			continue
		}
		what, env := "leak record: "+string(l.Choice), "-"
		if len(l.Waiting) > 0 {
			what, env = "leak record: waits for a maintainer", l.Waiting[0].Env
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", printable.Text(env), printable.Text(l.Row.Name()), masked(l.Row.Value), what, s.where(&l.Row.Items[0].At))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, e := range s.batch.Environments {
		sh.say("new environment: %s/%s", e.Project, e.Env)
	}
	for _, c := range openConflicts(s.plan) {
		sh.say("%s", s.conflict(&c))
	}
	for _, r := range s.batch.Refused {
		sh.say("not written: %s is an entry to fill, and you may not write there", printable.Text(r.String()))
	}
	if n := left(s.plan); n > 0 {
		sh.say("left where it is: %s", report.Plural(n, "value"))
	}
	if o.dryRun {
		sh.say("nothing was written: %s and %s would be, in %s", report.Plural(len(s.batch.Secrets), "secret"), report.Plural(len(s.batch.Leaks), "leak record"), s.plan.Project)
	}
	return nil
}

func namesOf(s *importers.Secret) string {
	text := s.Name
	for _, alias := range s.Aliases {
		text += ", " + alias
	}
	return text
}

// masked is what may be seen of a value; a name that has none is still to be filled in.
func masked(v secret.Value) string {
	if v.IsEmpty() {
		return "-"
	}
	return printable.Text(v.Mask())
}

// shown is what is shown of an import. Places are as reports have them.
type shown struct {
	plan  *importers.Plan
	batch importers.Batch
	where func(*place.Place) string
}

func newShown(plan *importers.Plan, b importers.Batch, paths []string) shown {
	of := &report.Report{Summary: report.Summary{Roots: paths}}
	return shown{plan, b, of.Where}
}

func (s shown) from(of *importers.Secret) string {
	switch {
	case of.From == importers.FromFindings:
		return s.where(&of.At)
	case of.At.Kind == "":
		return of.From
	}
	return of.From + ", " + s.where(&of.At)
}

// firstPlace says in short where a row was first found.
func firstPlace(row *importers.Row) string { return whereAt(&row.Items[0].At) }

// whereAt says in short where a place is: within what was swept.
func whereAt(p *place.Place) string {
	switch {
	case p.Message != nil:
		return p.Message.Channel + " " + day(p.Message.Time)
	case p.Path == "":
		return string(p.Kind)
	}
	return fmt.Sprintf("%s:%d", p.Name(), p.Start.Line)
}

// conflict says which value got a name that several claim, and why.
func (s shown) conflict(c *importers.Conflict) string {
	name := printable.Text(c.Ref.String())
	if c.Won() == nil {
		return name + ": " + c.Why()
	}
	return fmt.Sprintf("%s: %s, and that of %s is taken: %s", name, report.Plural(c.Claims(), "value"), s.taken(c), c.Why())
}

// taken says where the value lies that got a name; "" if the vault's stays.
func (s shown) taken(c *importers.Conflict) string {
	won := c.Won()
	if won == nil {
		return ""
	}
	return s.where(&won.Source(won.Target(c.Ref)).At)
}

// openConflicts gives those of which something was not written earlier.
func openConflicts(plan *importers.Plan) []importers.Conflict {
	return slices.DeleteFunc(plan.Conflicts(), func(c importers.Conflict) bool {
		return !slices.ContainsFunc(c.Rows, func(r *importers.Row) bool { return !r.Earlier })
	})
}

func left(plan *importers.Plan) (n int) {
	for _, row := range plan.Rows {
		if row.Choice == importers.Leave && !row.Earlier {
			n++
		}
	}
	return n
}

// importView is the JSON form of an import.
type importView struct {
	Project      string         `json:"project"`
	Environments []string       `json:"new_environments"`
	Secrets      []importSecret `json:"secrets"`
	Leaks        []importLeak   `json:"leaks"`
	Conflicts    []importClash  `json:"conflicts"`
	Refused      []string       `json:"refused,omitempty"` // entries to fill where one may not write
	Left         int            `json:"left"`              // values that stay where they are
	DryRun       bool           `json:"dry_run"`           // nothing was written
}

type importSecret struct {
	Environment string           `json:"environment"`
	Name        string           `json:"name"`
	Aliases     []string         `json:"aliases,omitempty"`
	Change      importers.Change `json:"change"`
	Kind        string           `json:"kind,omitempty"`
	From        string           `json:"from"` // the format, or findings
	Where       string           `json:"where"`
	Empty       bool             `json:"empty,omitempty"` // it is still to be filled in
}

type importLeak struct {
	Fingerprint secret.Fingerprint `json:"fingerprint"`
	Name        string             `json:"name"`
	Rule        string             `json:"rule"`
	Decision    importers.Choice   `json:"decision"`
	Until       time.Time          `json:"until,omitzero"`
	Reason      string             `json:"reason,omitempty"`
	To          []string           `json:"to,omitempty"`      // PROJECT/ENVIRONMENT NAME
	Waiting     []string           `json:"waiting,omitempty"` // likewise, where a maintainer has to write
}

type importClash struct {
	Environment string `json:"environment"`
	Name        string `json:"name"`
	Values      int    `json:"values"` // the vault's included
	Taken       string `json:"taken"`  // where the one that is taken lies; "" for the vault's, or none
	Why         string `json:"why"`
}

func (o *importOptions) view(s shown) importView {
	v := importView{Project: s.plan.Project, Environments: []string{}, Secrets: []importSecret{}, Leaks: []importLeak{}, Conflicts: []importClash{}, Left: left(s.plan), DryRun: o.dryRun}
	for _, e := range s.batch.Environments {
		v.Environments = append(v.Environments, e.Env)
	}
	for _, r := range s.batch.Refused {
		v.Refused = append(v.Refused, r.String())
	}
	for _, one := range s.batch.Secrets {
		v.Secrets = append(v.Secrets, importSecret{one.Env, one.Name, one.Aliases, one.Change, one.Kind, one.From, s.where(&one.At), one.Value.IsEmpty()})
	}
	for _, l := range s.batch.Leaks {
		one := importLeak{Fingerprint: l.Row.Key, Name: l.Row.Name(), Decision: l.Choice, Until: l.Until, Reason: l.Reason, To: refTexts(l.Refs), Waiting: refTexts(l.Waiting)}
		if l.Row.Finding != nil {
			one.Rule = l.Row.Finding.Rule.ID
		}
		v.Leaks = append(v.Leaks, one)
	}
	for _, c := range openConflicts(s.plan) {
		v.Conflicts = append(v.Conflicts, importClash{Environment: c.Env, Name: c.Name, Values: c.Claims(), Taken: s.taken(&c), Why: c.Why()})
	}
	return v
}

func refTexts(all []importers.Ref) []string {
	var texts []string
	for _, r := range all {
		texts = append(texts, r.String())
	}
	slices.Sort(texts)
	return texts
}
