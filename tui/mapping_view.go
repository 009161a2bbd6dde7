package tui

import (
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/scanner/report"
)

func (m *mapping) view(s size) []string {
	switch {
	case m.edit != nil:
		return m.edit.view(&m.f.theme, s)
	case m.compared != nil:
		return m.compared.view(m.f, s)
	case len(m.table.lines) == 0:
		return wrap("Nothing is to be imported. Go back to Decide with b to import something, or on with n: what is to be revoked is written down all the same.", s.width)
	}
	const above, below = 3, 4
	m.window.resize(len(m.table.lines), s.height-above-below)
	c := m.columns(s.width)
	lines := append([]string{m.summary()}, m.header(c)...)
	from, to := m.window.visible()
	for i := from; i < to; i++ {
		lines = append(lines, m.line(i, c))
	}
	for len(lines) < s.height-below {
		lines = append(lines, "")
	}
	return append(lines, m.detail(s.width)...)
}

func (m *mapping) summary() string {
	text := report.Plural(len(m.table.lines), "name") + " in " + report.Plural(len(m.table.envs), "environment")
	if n := m.table.conflicts; n > 0 {
		text += ", " + m.f.theme.warn.Render(report.Plural(n, "conflict"))
	}
	return text
}

// cellWidth is room for a masked value in brackets.
const cellWidth = 12

// mapColumns are the columns of the table: those of environments are visible from one to
// before another.
type mapColumns struct {
	name, aliases, from, why int
	first, end               int
}

// columns shares out a width.
func (m *mapping) columns(width int) mapColumns {
	const mark, gap, least = 2, 2, 20
	c := mapColumns{name: least}
	fit := max(1, (width-mark-least)/(cellWidth+gap))
	if at := m.column(); at >= fit {
		c.first = at - fit + 1
	}
	c.end = min(len(m.table.envs), c.first+fit)
	rest := width - mark - least - (c.end-c.first)*(cellWidth+gap)
	wider := min(rest, 20)
	c.name += wider
	if rest -= wider; rest >= 60 {
		c.aliases, c.from = rest/4-gap, rest/2-gap
		c.why = rest - c.aliases - c.from - 3*gap
	}
	return c
}

// header names the columns, and says below of environments what is special with them.
func (m *mapping) header(c mapColumns) []string {
	top, below := []column{{"  name", c.name + 2}}, []column{{"", c.name + 2}}
	for i := c.first; i < c.end; i++ {
		env := m.table.envs[i]
		note := ""
		switch {
		case !m.f.canWrite(env):
			note = "not yours"
		case m.f.isNew(env):
			note = "new"
		}
		top = append(top, column{envHeading(m.table.envs, i, c.first, c.end, cellWidth), cellWidth})
		below = append(below, column{" " + note, cellWidth})
	}
	top = append(top, column{"aliases", c.aliases}, column{"from", c.from}, column{"why", c.why})
	return []string{m.f.theme.bold.Render(line(top...)), m.f.theme.dim.Render(line(below...))}
}

// envHeading names a column of an environment, of those from first to before end. It has
// arrows where there are more of them.
func envHeading(envs []string, i, first, end, width int) string {
	name := " " + safe(envs[i])
	if i == first && i > 0 {
		name = "‹" + safe(envs[i])
	}
	if i == end-1 && end < len(envs) {
		name = fit(name, width-1) + "›"
	}
	return name
}

// line draws a name's line.
func (m *mapping) line(i int, c mapColumns) string {
	here := i == m.window.cursor
	mark := "  "
	if here {
		mark = "> "
	}
	aliases := m.table.aliases(i)
	name := safe(m.table.lines[i].name)
	if c.aliases == 0 && len(aliases) > 0 {
		name = fit(name, c.name-4) + fmt.Sprintf(" +%d", len(aliases))
	}
	if here {
		name = m.f.theme.bold.Render(name)
	}
	columns := []column{{mark + name, c.name + 2}}
	for env := c.first; env < c.end; env++ {
		columns = append(columns, column{m.cellText(i, env), cellWidth})
	}
	if c.aliases > 0 {
		from, why := m.table.from(i, m.f.from)
		columns = append(columns, column{safe(strings.Join(aliases, ", ")), c.aliases}, column{safe(from), c.from}, column{m.f.theme.dim.Render(safe(why)), c.why})
	}
	return line(columns...)
}

// cellText draws a cell; the one that keys act on is in brackets.
func (m *mapping) cellText(i, env int) string {
	text, style := "-", m.f.theme.dim
	cell := m.table.lines[i].cells[env]
	switch ref := m.table.ref(i, env); {
	case cell.conflict != nil && !m.f.looked[ref]:
		text, style = "conflict", m.f.theme.warn
	case cell.row != nil:
		text, style = masked(cell.row.Target(ref)), m.f.theme.marked
	case cell.conflict != nil && cell.conflict.Kept != nil:
		text = "vault's"
	case cell.conflict != nil:
		text, style = "nobody's", m.f.theme.warn
	}
	if i == m.window.cursor && env == m.column() {
		return m.f.theme.chosen.Render("[" + fit(text, min(len(text), cellWidth-2)) + "]")
	}
	return " " + style.Render(text)
}

// masked shows what a target gets.
func masked(t *importers.Target) string {
	if t.Value.IsEmpty() {
		return "to fill in"
	}
	return t.Value.Mask()
}

// detail says more of the cell that keys act on.
func (m *mapping) detail(width int) []string {
	cell, ref := m.cell(), m.ref()
	lines := []string{"", m.f.theme.bold.Render(safe(ref.Name)) + " in " + safe(ref.Env)}
	if cell.row == nil {
		return append(lines, safe(cell.conflict.Why()), "")
	}
	t := cell.row.Target(ref)
	from := "from " + m.f.from(cell.row.Source(t))
	if len(t.Aliases) > 0 {
		from += "; also called " + strings.Join(t.Aliases, ", ")
	}
	why := ""
	switch {
	case cell.conflict != nil:
		why = fmt.Sprintf("%s; this one gets it: %s", report.Plural(cell.conflict.Claims(), "value"), cell.conflict.Why())
	case t.Why != "":
		why = "why " + ref.Env + ": " + t.Why
	}
	return append(lines, fit(safe(from), width), m.f.theme.dim.Render(safe(why)))
}
