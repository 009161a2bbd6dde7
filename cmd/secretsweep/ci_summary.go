package main

import (
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// mostRows keeps a summary below what platforms take (GitHub: 1 MiB).
const mostRows = 500

// summary is a job's summary in Markdown: what leaked, what was not read, and
// what the change wants to be passed over.
func summary(r *report.Report, silencing []silencer) string {
	var b strings.Builder
	b.WriteString("## secretsweep\n\n")
	switch {
	case r.Summary.New > 0:
		fmt.Fprintf(&b, "**%s.** Revoke each: taking it out of the branch does not undo the leak.\n\n", report.Plural(r.Summary.New, "new leaked secret"))
		b.WriteString("| Severity | Secret | Value | Where |\n| --- | --- | --- | --- |\n")
		rows := 0
		for _, f := range r.Findings {
			if f.Status != report.StatusNew {
				continue
			}
			if rows++; rows > mostRows {
				fmt.Fprintf(&b, "| | and %d more | | |\n", r.Summary.New-mostRows)
				break
			}
			where := printable.Markdown(r.Where(&f.Places[0]))
			if n := len(f.Places) - 1; n > 0 {
				where += fmt.Sprintf(" and %s", report.Plural(n, "more place"))
			}
			fmt.Fprintf(&b, "| %s | %s | <code>%s</code> | %s |\n", f.Severity, printable.Markdown(f.Rule.Description), printable.Markdown(f.Secret), where)
		}
		b.WriteString("\n")
	case r.Summary.Complete:
		b.WriteString("No new leaked secret.\n\n")
	}
	if !r.Summary.Complete {
		fmt.Fprintf(&b, "**Not everything could be scanned** (%s):\n\n", report.Plural(len(r.Problems), "problem"))
		for _, p := range r.Problems {
			fmt.Fprintf(&b, "- %s: %s\n", printable.Markdown(p.What), printable.Markdown(p.Why))
		}
		b.WriteString("\n")
	}
	if len(silencing) > 0 {
		b.WriteString("This change itself adds what makes secretsweep pass over something:\n\n")
		for _, s := range silencing {
			fmt.Fprintf(&b, "- %s\n", printable.Markdown(s.String()))
		}
		b.WriteString("\n")
	}
	return b.String()
}
