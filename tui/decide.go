package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// dateLayout is how days are typed and shown.
const dateLayout = "2006-01-02"

// accepted is how many days a risk is accepted for, unless somebody says another day.
const accepted = 90

// actions are what can be done now.
func (v *inventory) actions() []action {
	stay := func(do func() tea.Cmd) func(string) (screen, tea.Cmd) {
		return func(string) (screen, tea.Cmd) { return v, do() }
	}
	choose := func(c importers.Choice) func(string) (screen, tea.Cmd) {
		return stay(func() tea.Cmd { return v.choose(v.acted(), importers.Verdict{Choice: c}, word(c)) })
	}
	change := func(do func()) func(string) (screen, tea.Cmd) {
		return stay(func() tea.Cmd {
			row := v.row()
			do()
			v.relist(row)
			return v.look()
		})
	}
	switch {
	case v.revealed != nil:
		return nil
	case v.search != nil:
		return []action{
			on("enter", "search", stay(func() tea.Cmd { v.search = nil; return nil })),
			on("esc", "search for nothing", change(func() { v.search, v.words = nil, "" })),
		}
	}
	var all []action
	add := func(when bool, more ...action) {
		if when {
			all = append(all, more...)
		}
	}
	row, list := v.row(), !v.open
	add(v.open, on("enter esc", "back to the list", stay(func() tea.Cmd { v.open = false; return nil })))
	add(len(v.facts) == 0, on("q", "end", func(string) (screen, tea.Cmd) { return nil, nil }))
	add(v.undecided > 0, on("Y", "all as suggested", stay(func() tea.Cmd { return v.agree(v.plan.Rows) })))
	add(len(v.facts) > 0, on("n", "map", v.goOn))
	add(len(v.acted()) > 0,
		on("i", "import", v.bring),
		on("r", "revoke only", choose(importers.Revoke)),
		on("f", "false positive", choose(importers.False)),
		on("a", "accept until a date", v.accept),
		on("l", "leave", choose(importers.Leave)),
		on("y", "as suggested", stay(func() tea.Cmd { return v.agree(v.acted()) })))
	add(v.plan.CanUndo(), on("u", "undo", stay(v.undo)))
	add(list && len(v.lines) > 0, on("space", "select", stay(v.toggle), " "))
	add(list && row == nil && len(v.lines) > 0, on("enter", "fold or unfold", change(v.fold)))
	add(list && row != nil, on("enter", "places and all else", stay(func() tea.Cmd { v.open = true; return v.look() })))
	add(v.open, on("←", "the row before", stay(func() tea.Cmd { return v.step(-1) }), "left"),
		on("→", "the next row", stay(func() tea.Cmd { return v.step(1) }), "right"))
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
	add(len(v.swept.Problems) > 0, on("P", "what wasn't read", func(string) (screen, tea.Cmd) { return newProblems(v.flow, v), nil }))
	for _, b := range moveKeys() {
		add(len(v.lines) > 1 || v.open, action{b, v.move})
	}
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
func (v *inventory) choose(rows []*importers.Row, verdict importers.Verdict, what string) tea.Cmd {
	if err := v.plan.Choose(verdict, rows...); err != nil {
		return complain(err)
	}
	return v.decided(rows, what)
}

// bring decides to import. What lies in old commits alone has no place to go to, so that it
// is asked for.
func (v *inventory) bring(string) (screen, tea.Cmd) {
	all := v.acted()
	rows := slices.DeleteFunc(slices.Clone(all), func(r *importers.Row) bool { return len(r.Targets) == 0 })
	what, left := word(importers.Import), len(all)-len(rows)
	switch {
	case left == 1 && len(all) == 1:
		return v.placeFor(all[0]), nil
	case left == len(all):
		return v, tell("none of them has a place to go to: import each by itself")
	case left > 0:
		what += "; import by itself each of the " + report.Plural(left, "value") + " without a place to go to"
	}
	return v, v.choose(rows, importers.Verdict{Choice: importers.Import}, what)
}

// placeFor asks where a value goes.
func (v *inventory) placeFor(row *importers.Row) screen {
	return &question{
		app: v.app, from: v,
		form: form{
			title: "Where does " + safe(row.Name()) + " go to?",
			about: []string{"It lies in old commits alone, so nothing tells."},
			fields: []field{
				{"environment", "such as " + safe(strings.Join(v.plan.Environments(), ", ")), newInput(""), vault.CheckLabel},
				{"name", "that programs ask for it by", newInput(row.Name()), vault.CheckName},
			},
		},
		take: func(values []string) (tea.Cmd, error) {
			to := importers.Target{Ref: importers.Ref{Project: v.plan.Project, Env: values[0], Name: values[1]}, Value: row.Items[0].Value}
			if err := v.plan.Send(row, to); err != nil {
				return nil, err
			}
			return v.decided([]*importers.Row{row}, word(importers.Import)), nil
		},
	}
}

// agree takes the suggestions for rows that nobody has decided about.
func (v *inventory) agree(rows []*importers.Row) tea.Cmd {
	taken := v.plan.Agree(rows...)
	if len(taken) == 0 {
		return tell("all of it is decided already")
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
	return tea.Batch(v.keep(), tell(text), v.look())
}

func (v *inventory) undo() tea.Cmd {
	what, _ := v.plan.Undo()
	v.gather()
	return tea.Batch(v.keep(), tell("undone: "+what), v.look())
}

// accept asks until when and why.
func (v *inventory) accept(string) (screen, tea.Cmd) {
	rows := v.acted()
	what := report.Plural(len(rows), "value")
	if len(rows) == 1 {
		what = safe(rows[0].Name())
	}
	return v.accepting(v, what, func(until time.Time, reason string) tea.Cmd {
		return v.choose(rows, importers.Verdict{Choice: importers.Accept, Until: until, Reason: reason}, "accept until "+until.Format(dateLayout))
	}), nil
}

// goOn leaves for the next screen.
func (v *inventory) goOn(string) (screen, tea.Cmd) {
	if v.undecided == 0 {
		return newMapping(v.flow), nil
	}
	return newMapping(v.flow), tell(report.Plural(v.undecided, "value") + " undecided: what is suggested is taken")
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
	return p.Root == q.Root && placeName(p) == placeName(q)
}

// selectLike selects the shown rows that are like one.
func (v *inventory) selectLike(row *importers.Row, like func(a, b *importers.Row) bool) {
	for _, k := range v.shown {
		if like(row, k.row) {
			v.selected[k.row] = true
		}
	}
}

// toggle selects what is under the cursor, or doesn't any more, and goes on to the next.
func (v *inventory) toggle() tea.Cmd {
	e := v.lines[v.window.cursor]
	if e.fact == nil {
		v.toggleThese(e.of)
	} else {
		v.toggleThese([]*fact{e.fact})
	}
	v.window.to(v.window.cursor + 1)
	v.follow()
	return v.look()
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
