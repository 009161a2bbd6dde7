package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// confirmLine is a line of what is to be written: a heading, or a thing with a note.
type confirmLine struct {
	heading bool
	text    string
	note    string
	shown   string // a masked value
}

func (l *confirmLine) view(t *theme, width int) string {
	if l.heading {
		return t.bold.Render(safe(l.text))
	}
	const note, shown = 24, 10
	return "  " + line(column{safe(l.text), width - note - shown - 6}, column{t.marked.Render(l.shown), shown}, column{t.dim.Render(safe(l.note)), note})
}

// linesOf gives a line for everything that is to be written.
func (f *flow) linesOf(b *importers.Batch) []confirmLine {
	var all []confirmLine
	heading := func(format string, args ...any) {
		if len(all) > 0 {
			all = append(all, confirmLine{})
		}
		all = append(all, confirmLine{heading: true, text: fmt.Sprintf(format, args...)})
	}
	if len(b.Environments) > 0 {
		heading("%s to be made", report.Plural(len(b.Environments), "environment"))
		for _, ref := range b.Environments {
			all = append(all, confirmLine{text: ref.Project + "/" + ref.Env})
		}
	}
	secrets := secretLines(b)
	for _, env := range sortedEnvs(secrets) {
		heading("%s of %s/%s", report.Plural(len(secrets[env]), "secret"), f.plan.Project, env)
		all = append(all, secrets[env]...)
	}
	leaks, waiting := leakLines(b, f.where)
	for _, choice := range importers.Choices() {
		if lines := leaks[choice]; len(lines) > 0 {
			heading("%s: %s", report.Plural(len(lines), "leak record"), becomes(choice))
			all = append(all, lines...)
		}
	}
	if len(waiting) > 0 {
		heading("%s for a maintainer, as you may not write there", report.Plural(len(waiting), "value"))
		all = append(all, waiting...)
	}
	if len(b.Refused) > 0 {
		heading("%s to fill that aren't written, as you may not write there", entries(len(b.Refused)))
		for _, r := range b.Refused {
			all = append(all, confirmLine{text: r.Env + " " + r.Name})
		}
	}
	if len(f.grants) > 0 {
		heading("%s to be granted", report.Plural(len(f.grants), "role"))
		for _, g := range slices.SortedFunc(slices.Values(f.grants), compareGrants) {
			all = append(all, confirmLine{text: g.Person, note: g.Role.String() + " of " + g.Env})
		}
	}
	return all
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// secretLines gives a line for each secret, by environment.
func secretLines(b *importers.Batch) map[string][]confirmLine {
	all := make(map[string][]confirmLine)
	for i := range b.Secrets {
		s := &b.Secrets[i]
		l := confirmLine{text: s.Name, note: string(s.Change), shown: s.Value.Mask()}
		if len(s.Aliases) > 0 {
			l.text += " (" + strings.Join(s.Aliases, ", ") + ")"
		}
		if s.Value.IsEmpty() {
			l.note, l.shown = "an entry to fill in", ""
		}
		all[s.Env] = append(all[s.Env], l)
	}
	return all
}

// leakLines gives a line for each leak record, by what becomes of the value, and one for each
// name that waits for a maintainer.
func leakLines(b *importers.Batch, where func(*place.Place) string) (leaks map[importers.Choice][]confirmLine, waiting []confirmLine) {
	leaks = make(map[importers.Choice][]confirmLine)
	for i := range b.Leaks {
		l := &b.Leaks[i]
		for _, ref := range l.Waiting {
			waiting = append(waiting, confirmLine{text: ref.String(), shown: l.Row.Value.Mask()})
		}
		f := l.Row.Finding
		if f == nil {
			continue
		}
		one := confirmLine{text: f.Rule.Description + ", " + where(&f.Places[0]), shown: l.Row.Value.Mask(), note: report.Plural(len(f.Places), "place")}
		if l.Choice == importers.Accept {
			one.note = "until " + l.Until.Format(time.DateOnly)
		}
		leaks[l.Choice] = append(leaks[l.Choice], one)
	}
	return leaks, waiting
}

// becomes says what becomes of a value that leaked.
func becomes(c importers.Choice) string {
	switch c {
	case importers.Import:
		return "imported, still to be rotated"
	case importers.Revoke:
		return "to be revoked"
	case importers.False:
		return "false positive"
	case importers.Accept:
		return "the risk is accepted"
	}
	return string(c)
}

func compareGrants(a, b Grant) int {
	return cmp.Or(strings.Compare(a.Person, b.Person), byStage(a.Env, b.Env))
}
