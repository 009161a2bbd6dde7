package cleanup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// checklist lists what leaked and so has to be rotated, as Markdown.
func (w *work) checklist(context.Context) (Step, error) {
	s := Step{
		Kind:  Checklist,
		Title: "Rotate what leaked",
		About: "Everything that leaked, the gravest first, with what its provider says of rotating it. Write down who does it.",
	}
	if len(w.leaks) == 0 {
		return s, nil
	}
	var n notes
	n.add("# What leaked from %s, and has to be rotated", w.Plan.Project)
	n.add("")
	n.add("From the top. For each: issue a new value, store it (`secretsweep secret set`), move what uses it, revoke the old value, and see that it is refused. What is to be revoked only needs no new value.")
	n.add("")
	n.add("| done | severity | what | value | lies in | vault | owner |")
	n.add("|---|---|---|---|---|---|---|")
	words := report.Report{Summary: report.Summary{Roots: w.Roots}}
	var providers []*rules.Provider
	for _, row := range w.leaks {
		f := row.Finding
		n.add("| [ ] | %s | %s | `%s` | %s | %s | |", f.Severity, cell(f.Rule.Description), f.Value.Mask(), cell(lies(&words, f)), cell(fate(row)))
		if p := f.Rule.Provider; p != nil && !slices.Contains(providers, p) {
			providers = append(providers, p)
		}
	}
	for _, p := range providers {
		n.add("")
		n.add("## %s", p.Name)
		n.add("")
		if p.Console != "" {
			n.add("<%s>", p.Console)
			n.add("")
		}
		n.add("%s", strings.TrimSpace(p.Rotate))
	}
	s.Text = n.String()
	return s, nil
}

// cell makes text fit into a table.
func cell(text string) string {
	return strings.ReplaceAll(printable.Text(text), "|", `\|`)
}

// lies says where a value lies, as far as that fits.
func lies(r *report.Report, f *scanner.Finding) string {
	const named = 3
	var all []string
	for i := range f.Places {
		if i == named && len(f.Places) > named+1 {
			all = append(all, fmt.Sprintf("and %d more", len(f.Places)-named))
			break
		}
		where := r.Where(&f.Places[i])
		if !f.Places[i].Live() {
			where += " (history)"
		}
		all = append(all, where)
	}
	return strings.Join(all, "; ")
}

// fate says what has become of a value.
func fate(row *importers.Row) string {
	switch row.Choice {
	case importers.Import:
		var all []string
		for _, t := range row.Targets {
			if !t.Lost {
				all = append(all, t.Ref.String())
			}
		}
		return strings.Join(all, "; ")
	case importers.Revoke:
		return "revoke only"
	case importers.Accept:
		return "accepted until " + row.Until.UTC().Format(time.DateOnly)
	}
	return "undecided"
}
