package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// mapping is the screen Map: by which name, and for which environment, each value is
// imported.
type mapping struct {
	f      *flow
	table  nameTable
	window window
	env    int // the column that was moved to

	edit     *targetForm // nil unless a target is being edited
	compared *comparison // nil unless a conflict is being looked at
}

func newMapping(f *flow) screen {
	m := &mapping{f: f}
	m.lay()
	return m
}

// lay makes the table anew, after a change.
func (m *mapping) lay() {
	m.table = newNameTable(m.f.plan)
	m.window.resize(len(m.table.lines), m.window.height)
	m.env = max(0, min(m.env, len(m.table.envs)-1))
}

// to moves the cursor to a name, if it is there.
func (m *mapping) to(ref importers.Ref) {
	if line, env, ok := m.table.find(ref); ok {
		m.window.to(line)
		m.env = env
	}
}

// column gives the column that keys act on: that which was moved to, or the first with
// something in it where that one has nothing.
func (m *mapping) column() int {
	cells := m.table.lines[m.window.cursor].cells
	if !cells[m.env].empty() {
		return m.env
	}
	return slices.IndexFunc(cells, func(c nameCell) bool { return !c.empty() })
}

// cell gives the cell that keys act on; an empty one if there is none.
func (m *mapping) cell() nameCell {
	if len(m.table.lines) == 0 {
		return nameCell{}
	}
	return m.table.lines[m.window.cursor].cells[m.column()]
}

// ref gives its name.
func (m *mapping) ref() importers.Ref { return m.table.ref(m.window.cursor, m.column()) }

// target gives where its row goes; nil if it has none.
func (m *mapping) target() *importers.Target {
	if c := m.cell(); c.row != nil {
		return c.row.Target(m.ref())
	}
	return nil
}

func (m *mapping) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case started:
		m.lay()
		return m, m.f.askAccess()
	case tea.MouseMsg:
		if m.edit == nil && m.compared == nil {
			wheel(&m.window, msg)
		}
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(m.actions(), msg); ok {
			return next, cmd
		}
		if m.edit != nil {
			m.edit.key(msg)
		}
	}
	return m, nil
}

func (m *mapping) actions() []action {
	switch {
	case m.edit != nil:
		return m.editActions()
	case m.compared != nil:
		return m.compareActions()
	}
	cell, target := m.cell(), m.target()
	list := []action{
		on("n", "on to Roles", m.goOn, "n"),
		on("enter", "compare", m.compare, "enter").when(cell.conflict != nil),
		on("enter", "edit", m.editCell, "enter").when(cell.conflict == nil && target != nil),
		on("c", "next conflict", m.nextConflict, "c").when(m.table.conflicts > 0),
		on("m", "move", m.move, "m").when(target != nil),
		on("d", "drop", m.drop, "d").when(target != nil),
		on("u", "undo", m.undo, "u").when(m.f.plan.CanUndo()),
		on("+", "an entry to fill", m.addEntry),
		on("a", "split aliases", m.apart, "a").when(target != nil && len(target.Aliases) > 0),
		on("s", "join names", m.together, "s").when(target != nil && len(cell.row.Together(target.Ref)) < len(cell.row.Targets)),
		on("← → h l", "environment", m.sideways, "left", "right", "h", "l").when(m.cells() > 1),
		on("b esc", "back to Decide", func(string) (screen, tea.Cmd) { return newInventory(m.f), nil }, "b", "esc"),
	}
	return append(list, moving(m, &m.window)...)
}

// cells counts those of the line that keys act on that have something in them.
func (m *mapping) cells() int {
	n := 0
	if len(m.table.lines) > 0 {
		for _, c := range m.table.lines[m.window.cursor].cells {
			if !c.empty() {
				n++
			}
		}
	}
	return n
}

func (m *mapping) sideways(pressed string) (screen, tea.Cmd) {
	step := 1
	if pressed == "left" || pressed == "h" {
		step = -1
	}
	cells := m.table.lines[m.window.cursor].cells
	for env := m.column() + step; 0 <= env && env < len(cells); env += step {
		if !cells[env].empty() {
			m.env = env
			break
		}
	}
	return m, nil
}

func (m *mapping) nextConflict(string) (screen, tea.Cmd) {
	unseen := func(ref importers.Ref, c nameCell) bool { return c.conflict != nil && !m.f.looked[ref] }
	line, env, ok := m.table.next(m.window.cursor, m.column(), unseen)
	if !ok {
		line, env, _ = m.table.next(m.window.cursor, m.column(), func(_ importers.Ref, c nameCell) bool { return c.conflict != nil })
	}
	m.window.to(line)
	m.env = env
	return m, nil
}

// changed lays the table anew after a change, and keeps the decisions.
func (m *mapping) changed(format string, args ...any) (screen, tea.Cmd) {
	m.lay()
	return m, tea.Batch(m.f.keep(), tell(fmt.Sprintf(format, args...)))
}

// send sends a row to its targets.
func (m *mapping) send(row *importers.Row, targets []importers.Target, said string) (screen, tea.Cmd) {
	if err := m.f.plan.Send(row, targets...); err != nil {
		return m, complain(err)
	}
	return m.changed("%s", said)
}

func (m *mapping) drop(string) (screen, tea.Cmd) {
	row, ref := m.cell().row, m.ref()
	var rest []importers.Target
	left := false
	for _, t := range row.Targets {
		if t.Ref != ref {
			rest = append(rest, t)
			left = left || !t.Lost
		}
	}
	if left {
		return m.send(row, rest, ref.Name+" isn't imported to "+ref.Env+" any more")
	}
	v, said := importers.Verdict{Choice: importers.Revoke}, "isn't imported any more, but only to be revoked"
	if !row.Leaked() {
		v, said = importers.Verdict{Choice: importers.Leave}, "isn't imported any more, and stays where it is"
	}
	if err := m.f.plan.Choose(v, row); err != nil {
		return m, complain(err)
	}
	return m.changed("%s %s", ref.Name, said)
}

func (m *mapping) apart(string) (screen, tea.Cmd) {
	row, ref := m.cell().row, m.ref()
	names := strings.Join(m.target().Aliases, ", ")
	return m.send(row, row.Apart(ref), "separate secrets now: "+names)
}

func (m *mapping) together(string) (screen, tea.Cmd) {
	row, ref := m.cell().row, m.ref()
	return m.send(row, row.Together(ref), ref.Name+" has the other names as aliases")
}

func (m *mapping) undo(string) (screen, tea.Cmd) {
	what, _ := m.f.plan.Undo()
	return m.changed("undone: %s", what)
}

// goOn goes to Roles. Of conflicts that nobody looked at, what is suggested is taken.
func (m *mapping) goOn(string) (screen, tea.Cmd) {
	unseen := 0
	for line := range m.table.lines {
		for env, c := range m.table.lines[line].cells {
			if c.conflict != nil && !m.f.looked[m.table.ref(line, env)] {
				unseen++
			}
		}
	}
	next := newRoles(m.f, m)
	if unseen == 0 {
		return next, nil
	}
	return next, tell(report.Plural(unseen, "conflict") + " that nobody looked at: the suggestion is taken")
}

func (m *mapping) title() string { return m.f.titleAt("Map") }

func (m *mapping) keys() []key.Binding { return bindings(m.actions()) }

func (m *mapping) typing() bool { return m.edit != nil }
