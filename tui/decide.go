package tui

import (
	"errors"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// dateLayout is how days are typed and shown.
const dateLayout = "2006-01-02"

// accepted is how many days a risk is accepted for, unless somebody says another day.
const accepted = 90

// actions are what can be done now.
func (v *inventory) actions() actions {
	stay := func(do func() tea.Cmd) func() (screen, tea.Cmd) {
		return func() (screen, tea.Cmd) { return v, do() }
	}
	choose := func(c importers.Choice) func() (screen, tea.Cmd) {
		return stay(func() tea.Cmd { return v.choose(importers.Verdict{Choice: c}) })
	}
	change := func(do func()) func() (screen, tea.Cmd) {
		return stay(func() tea.Cmd {
			row := v.row()
			do()
			v.relist(row)
			return v.look()
		})
	}
	switch {
	case v.revealed.text != "":
		return nil
	case v.search != nil:
		return actions{
			on("enter", "search", stay(func() tea.Cmd { v.search = nil; return nil })),
			on("esc", "search for nothing", change(func() { v.search, v.words = nil, "" })),
		}
	}
	var all actions
	add := func(when bool, more ...action) {
		if when {
			all = append(all, more...)
		}
	}
	row, list := v.row(), !v.open
	add(len(v.facts) > 0, on("n", "go on to the map", v.goOn))
	add(len(v.acted()) > 0,
		on("i", "import", choose(importers.Import)),
		on("r", "revoke only", choose(importers.Revoke)),
		on("f", "false positive", choose(importers.False)),
		on("a", "accept until a date", v.accept),
		on("l", "leave", choose(importers.Leave)),
		on("y", "as suggested", stay(func() tea.Cmd { return v.agree(v.acted()) })))
	add(v.undecided > 0, on("Y", "all as suggested", stay(func() tea.Cmd { return v.agree(v.plan.Rows) })))
	add(len(v.facts) > 0, on("u", "undo", stay(v.undo)))
	add(list && len(v.lines) > 0, on("space", "select", change(v.toggle)))
	add(list && row == nil && len(v.lines) > 0, on("enter", "fold or unfold", change(v.fold)))
	add(list && row != nil, on("enter", "places and all else", stay(func() tea.Cmd { v.open = true; return v.look() })))
	add(v.open, on("enter esc", "back to the list", stay(func() tea.Cmd { v.open = false; return nil })),
		on("left", "the row before", stay(func() tea.Cmd { return v.step(-1) })),
		on("right", "the next row", stay(func() tea.Cmd { return v.step(1) })))
	add(row != nil && !row.Value.IsEmpty() && (v.open || v.wide()), on("ctrl+r", "reveal the value for 10 s; that is written down", stay(v.ask)))
	add(list && len(v.facts) > 0, on("/", "search", stay(func() tea.Cmd { v.search = new(newInput(v.words)); return nil })))
	add(list && len(v.shown) > 0,
		on("*", "select all, or none", change(v.toggleAll)),
		on("g", "group by another thing", change(v.groupBy)),
		on("s", "sort by another thing", change(func() { v.order = (v.order + 1) % len(orderings()) })))
	add(list && row != nil,
		on("x", "select all of this rule", change(func() { v.selectLike(row, sameRule) })),
		on("p", "select all of this path", change(func() { v.selectLike(row, samePath) })))
	add(list && v.group > 0 && len(v.lines) > 0, on("z", "fold or unfold all", change(v.foldAll)))
	add(list && (v.hiddenEarlier > 0 || v.earlier), on("e", "show or hide what was decided earlier", change(func() { v.earlier = !v.earlier })))
	add(list && (v.hiddenSettings > 0 || v.settings), on("o", "show or hide settings", change(func() { v.settings = !v.settings })))
	add(list && (v.words != "" || len(v.selected) > 0), on("esc", "search for nothing; select nothing", change(v.clear)))
	add(len(v.swept.Problems) > 0, on("P", "what wasn't read", func() (screen, tea.Cmd) { return newProblems(v.flow, v), nil }))
	return all
}

// acted gives the rows that a choice acts on: the selected ones, else that under the cursor
// or all of its group.
func (v *inventory) acted() []*importers.Row {
	var rows []*importers.Row
	switch {
	case len(v.selected) > 0 && !v.open:
		for _, row := range v.plan.Rows {
			if v.selected[row] {
				rows = append(rows, row)
			}
		}
	case v.row() != nil:
		rows = append(rows, v.row())
	case v.window.cursor < len(v.lines):
		for _, k := range v.lines[v.window.cursor].of {
			rows = append(rows, k.row)
		}
	}
	return rows
}

// choose decides about rows.
func (v *inventory) choose(verdict importers.Verdict) tea.Cmd {
	rows := v.acted()
	if err := v.plan.Choose(verdict, rows...); err != nil {
		return func() tea.Msg { return failure{err} }
	}
	return v.decided(rows, word(verdict.Choice))
}

// agree takes the suggestions for rows that nobody has decided about.
func (v *inventory) agree(rows []*importers.Row) tea.Cmd {
	taken := v.plan.Agree(rows...)
	if len(taken) == 0 {
		return say("all of it is decided already")
	}
	return v.decided(taken, "as suggested")
}

// decided says what was done, and goes to the next row if it was about one.
func (v *inventory) decided(rows []*importers.Row, what string) tea.Cmd {
	to := v.row()
	if len(rows) == 1 && rows[0] == to && !v.open && v.window.cursor+1 < len(v.lines) {
		v.window.to(v.window.cursor + 1)
		to = v.row()
	}
	text := fmt.Sprintf("%s: %s", report.Plural(len(rows), "value"), what)
	if len(rows) == 1 {
		text = fmt.Sprintf("%s: %s", rows[0].Name(), what)
	}
	v.selected = make(map[*importers.Row]bool)
	v.relist(to)
	return tea.Batch(v.keep(), say(text), v.look())
}

// say gives a notice.
func say(text string) tea.Cmd { return func() tea.Msg { return notice(text) } }

func (v *inventory) undo() tea.Cmd {
	what, ok := v.plan.Undo()
	if !ok {
		return say("there is nothing to undo")
	}
	v.gather()
	return tea.Batch(v.keep(), say("undone: "+what), v.look())
}

// accept asks until when and why.
func (v *inventory) accept() (screen, tea.Cmd) {
	rows := v.acted()
	about := report.Plural(len(rows), "value")
	if len(rows) == 1 {
		about = safe(rows[0].Name())
	}
	return &form{
		app: v.app, from: v,
		about: []string{"Accept the risk of " + about + ". It is asked about again after that day."},
		fields: []field{
			{"until", "a day, such as " + v.day(accepted).Format(dateLayout), newInput(v.day(accepted).Format(dateLayout))},
			{"reason", "why that is all right, for who reads it then", newInput("")},
		},
		submit: func(values []string) (tea.Cmd, error) {
			until, err := time.Parse(dateLayout, values[0])
			switch {
			case err != nil:
				return nil, fmt.Errorf("%q is no day: write it as %s", values[0], v.day(accepted).Format(dateLayout))
			case until.Before(v.day(1)):
				return nil, errors.New("that day is over")
			case values[1] == "":
				return nil, errors.New("it needs a reason")
			}
			return v.choose(importers.Verdict{Choice: importers.Accept, Until: until, Reason: values[1]}), nil
		},
	}, nil
}

// day is that many days from now.
func (v *inventory) day(days int) time.Time {
	y, m, d := v.options.Now().Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC)
}

// goOn leaves for the next screen.
func (v *inventory) goOn() (screen, tea.Cmd) {
	if v.undecided == 0 {
		return newMapping(v.flow), nil
	}
	return newMapping(v.flow), say(report.Plural(v.undecided, "value") + " undecided: what is suggested is taken")
}

// step shows the detail of the next row, or of the one before.
func (v *inventory) step(by int) tea.Cmd {
	for at := v.window.cursor + by; at >= 0 && at < len(v.lines); at += by {
		if v.lines[at].fact != nil {
			v.window.to(at)
			v.follow()
			return v.look()
		}
	}
	return nil
}

func sameRule(a, b *importers.Row) bool {
	return a.Finding != nil && b.Finding != nil && a.Finding.Rule.ID == b.Finding.Rule.ID || a.Finding == nil && b.Finding == nil
}

func samePath(a, b *importers.Row) bool {
	p, q := &a.Items[0].At, &b.Items[0].At
	return p.Root == q.Root && fileOf(p) == fileOf(q)
}

// selectLike selects the shown rows that are like one.
func (v *inventory) selectLike(row *importers.Row, like func(a, b *importers.Row) bool) {
	for _, k := range v.shown {
		if like(row, k.row) {
			v.selected[k.row] = true
		}
	}
}

// toggle selects what is under the cursor, or doesn't any more, and goes on.
func (v *inventory) toggle() {
	e := v.lines[v.window.cursor]
	if e.fact == nil {
		v.toggleThese(e.of)
		return
	}
	v.toggleThese([]*fact{e.fact})
}

func (v *inventory) toggleAll() { v.toggleThese(v.shown) }

func (v *inventory) toggleThese(these []*fact) {
	all := true
	for _, k := range these {
		all = all && v.selected[k.row]
	}
	for _, k := range these {
		if all {
			delete(v.selected, k.row)
		} else {
			v.selected[k.row] = true
		}
	}
}

func (v *inventory) fold() {
	name := v.lines[v.window.cursor].group
	v.folded[name] = !v.folded[name]
}

// foldAll folds all groups, or unfolds them if one is folded.
func (v *inventory) foldAll() {
	fold := true
	for _, e := range v.lines {
		fold = fold && !e.folded
	}
	for _, e := range v.lines {
		if e.fact == nil {
			v.folded[e.group] = fold
		}
	}
}

// clear ends what was asked for last: the selection, then the search.
func (v *inventory) clear() {
	if len(v.selected) > 0 {
		v.selected = make(map[*importers.Row]bool)
		return
	}
	v.words = ""
}
