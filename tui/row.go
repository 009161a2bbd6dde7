package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// word is how a choice is called in a line.
func word(c importers.Choice) string {
	if c == importers.False {
		return "false"
	}
	return string(c)
}

// columns are the widths of a row's columns. A column of no width isn't shown.
type columns struct{ choice, severity, name, kind, value, where, when int }

// columnsFor shares a width out.
func columnsFor(width int) columns {
	c := columns{choice: 7, severity: 4, value: 10, when: 4}
	const marks, gap = 3, 2
	if width >= 100 {
		c.severity, c.when = 8, 7
	}
	if width < 72 {
		c.when = 0
	}
	rest := width - marks
	for _, w := range []int{c.choice, c.severity, c.value, c.when} {
		if w > 0 {
			rest -= w + gap
		}
	}
	if width >= 80 { // beside the detail, which says it, there may be less
		c.kind = rest / 5
		rest -= c.kind + gap
	}
	rest -= gap
	c.name = rest * 3 / 5
	c.where = rest - c.name
	return c
}

func (c columns) line(choice, severity, name, kind, value, where, when string) string {
	return line(column{choice, c.choice}, column{severity, c.severity}, column{name, c.name},
		column{kind, c.kind}, column{value, c.value}, column{where, c.where}, column{when, c.when})
}

func (c columns) heads() string {
	severity := "sev."
	if c.severity >= len("severity") {
		severity = "severity"
	}
	return "   " + c.line("choice", severity, "name → environment", "kind", "value", "place", "when")
}

// line draws an entry of the list.
func (v *inventory) line(c columns, e entry, here bool, width int) string {
	mark := "  "
	if here {
		mark = "> "
	}
	if e.fact == nil {
		fold := "▾ "
		if e.folded {
			fold = "▸ "
		}
		name, many := mark+fold+e.group, "  "+report.Plural(len(e.of), "value")
		if here {
			return v.theme.chosen.Render(fit(name+many, width))
		}
		return v.theme.bold.Render(name) + v.theme.dim.Render(many)
	}
	row := e.row
	if v.selected[row] {
		mark = mark[:len(mark)-1] + "●"
	}
	mark += " "
	choice, when := word(row.Choice), "live"
	if !row.Decided {
		choice += "?"
	}
	if !row.Live() {
		when = "old"
		if c.when >= len("history") {
			when = "history"
		}
	}
	severity := short(e.severity, c.severity)
	name, value := fitName(e.name, e.env, c.name), row.Value.Mask()
	if row.Value.IsEmpty() {
		value = "(none)"
	}
	where := endOf(e.where, c.where)
	if here {
		return v.theme.chosen.Render(fit(mark+c.line(choice, severity, name, e.kind, value, where, when), width))
	}
	if !row.Decided {
		choice = v.theme.dim.Render(choice)
	}
	if v.selected[row] {
		mark = v.theme.marked.Render(mark)
	}
	if !row.Live() {
		when = v.theme.dim.Render(when)
	}
	return mark + c.line(choice, v.theme.severity(e.severity).Render(severity), name, e.kind, value, where, when)
}

// short gives a severity's word in a width.
func short(s rules.Severity, width int) string {
	if len(s) <= width {
		return string(s)
	}
	return strings.TrimSuffix(string(s)[:width], "i") // crit, med
}

// fitName gives a name with where it goes, of which both can be told if one can't see all.
func fitName(name, env string, width int) string {
	if env == "" {
		return name
	}
	to := " → " + env
	room := max(width-ansi.StringWidth(to), width*2/5)
	return ansi.Truncate(name, room, "…") + to
}
