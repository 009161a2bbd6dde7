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
func (o *importOptions) show(sh shell, plan *importers.Plan, b importers.Batch) error {
	switch {
	case o.format == "plan":
		return plan.WritePlan(sh.stdout)
	case o.format == "json":
		return writeJSON(sh.stdout, o.view(plan, b))
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ENVIRONMENT\tNAME\tVALUE\tWHAT\tFROM")
	for _, s := range b.Secrets {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", printable.Text(s.Env), printable.Text(namesOf(s)), masked(s.Value), s.Change, printable.Text(whereFrom(s)))
	}
	for _, l := range b.Leaks {
		if l.Choice == importers.Import && len(l.Waiting) == 0 {
			continue
		}
		what, env := "leak record: "+string(l.Choice), "-"
		if len(l.Waiting) > 0 {
			what, env = "leak record: waits for a maintainer", l.Waiting[0].Env
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", printable.Text(env), printable.Text(l.Row.Name()), masked(l.Row.Value), what, printable.Text(firstPlace(l.Row)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, e := range b.Environments {
		sh.say("new environment: %s/%s", e.Project, e.Env)
	}
	for _, c := range openConflicts(plan) {
		sh.say("%s", printable.Text(conflictText(&c)))
	}
	if n := left(plan); n > 0 {
		sh.say("%s left where they are", report.Plural(n, "value"))
	}
	if o.dryRun {
		sh.say("nothing was written: %s and %s would be, in %s", report.Plural(len(b.Secrets), "secret"), report.Plural(len(b.Leaks), "leak record"), plan.Project)
	}
	return nil
}

func namesOf(s importers.Secret) string {
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

func whereFrom(s importers.Secret) string {
	switch {
	case s.From == importers.FromFindings:
		return whereAt(&s.At)
	case s.At.Kind == "":
		return s.From
	}
	return s.From + ", " + whereAt(&s.At)
}

func firstPlace(row *importers.Row) string {
	if len(row.Items) == 0 {
		return ""
	}
	return whereAt(&row.Items[0].At)
}

func whereAt(p *place.Place) string {
	switch {
	case p.Message != nil:
		return "#" + p.Message.Channel + " " + day(p.Message.Time)
	case p.Path == "":
		return string(p.Kind)
	}
	return fmt.Sprintf("%s:%d", p.Name(), p.Start.Line)
}

// conflictText says which value got a name that several claim, and why.
func conflictText(c *importers.Conflict) string {
	if c.Won() == nil {
		return fmt.Sprintf("%s: %s", c.Ref, c.Why())
	}
	return fmt.Sprintf("%s: %s, and that of %s is taken: %s", c.Ref, report.Plural(c.Claims(), "value"), taken(c), c.Why())
}

// taken says where the value lies that got a name; "" if the vault's stays.
func taken(c *importers.Conflict) string {
	won := c.Won()
	if won == nil {
		return ""
	}
	return whereAt(&won.Source(won.Target(c.Ref)).At)
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
	Left         int            `json:"left"`    // values that stay where they are
	DryRun       bool           `json:"dry_run"` // nothing was written
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

func (o *importOptions) view(plan *importers.Plan, b importers.Batch) importView {
	v := importView{Project: plan.Project, Environments: []string{}, Secrets: []importSecret{}, Leaks: []importLeak{}, Conflicts: []importClash{}, Left: left(plan), DryRun: o.dryRun}
	for _, e := range b.Environments {
		v.Environments = append(v.Environments, e.Env)
	}
	for _, s := range b.Secrets {
		v.Secrets = append(v.Secrets, importSecret{s.Env, s.Name, s.Aliases, s.Change, s.Kind, s.From, whereAt(&s.At), s.Value.IsEmpty()})
	}
	for _, l := range b.Leaks {
		one := importLeak{Fingerprint: l.Row.Key, Name: l.Row.Name(), Decision: l.Choice, Until: l.Until, Reason: l.Reason, To: refTexts(l.Refs), Waiting: refTexts(l.Waiting)}
		if l.Row.Finding != nil {
			one.Rule = l.Row.Finding.Rule.ID
		}
		v.Leaks = append(v.Leaks, one)
	}
	for _, c := range openConflicts(plan) {
		v.Conflicts = append(v.Conflicts, importClash{Environment: c.Env, Name: c.Name, Values: c.Claims(), Taken: taken(&c), Why: c.Why()})
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
