package tui

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
)

// after is the screen After: what was imported, what is left, and what can be done now.
type after struct {
	f        *flow
	imported Imported
	steps    []Step
	loading  bool
	failed   bool // to say what can be done
	window   window
	asking   bool // whether to do the step that keys act on
	doing    bool // it is being done
	detail   stepDetail
}

// listed is a message: what can be done.
type listed struct {
	steps []Step
	err   error
}

// stepDone is a message: a step was done, or couldn't be.
type stepDone struct {
	step int
	err  error
}

func newAfter(f *flow, imported Imported) screen {
	return &after{f: f, imported: imported}
}

func (a *after) load() tea.Cmd {
	a.loading, a.failed = true, false
	door, plan := a.f.After, a.f.plan
	return a.f.work(func(ctx context.Context) tea.Msg {
		steps, err := door.Steps(ctx, plan)
		return listed{steps, err}
	})
}

func (a *after) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case started:
		return a, a.load()
	case listed:
		a.loading, a.failed = false, msg.err != nil
		if msg.err != nil {
			return a, a.f.workFailed(msg.err)
		}
		a.steps = msg.steps
		a.window.resize(len(a.steps), a.window.height)
	case stepDone:
		a.doing = false
		if msg.err != nil {
			return a, a.f.workFailed(msg.err)
		}
		a.steps[msg.step].Done = true
		return a, tell("done: " + a.steps[msg.step].Title)
	case tea.MouseMsg:
		a.detail.window.scroll(wheelLines(msg))
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(a.actions(), msg); ok {
			return next, cmd
		}
	}
	return a, nil
}

// step gives the one that keys act on; nil if there is none.
func (a *after) step() *Step {
	if len(a.steps) == 0 {
		return nil
	}
	return &a.steps[a.window.cursor]
}

func (a *after) actions() []action {
	stay := func(do func()) func(string) (screen, tea.Cmd) {
		return func(string) (screen, tea.Cmd) {
			do()
			return a, nil
		}
	}
	if a.asking {
		return []action{
			on("y", "do it", a.do, "y"),
			on("esc n", "don't", stay(func() { a.asking = false }), "esc", "n"),
			a.scrolling(),
		}
	}
	s := a.step()
	open := s != nil && !s.Done && !a.doing
	move := func(pressed string) (screen, tea.Cmd) {
		a.window.move(pressed)
		return a, nil
	}
	return []action{
		on("q", "end", func(string) (screen, tea.Cmd) { return nil, nil }, "q").when(!a.doing), // ctrl+c stops it
		on("enter", "do it", stay(func() { a.asking = true }), "enter").when(open && len(s.Edits) > 0),
		on("enter", "say it once more at the end", a.do, "enter").when(open && len(s.Edits) == 0),
		on("↑ ↓ k j home end", "another step", move, "up", "down", "k", "j", "home", "end").when(len(a.steps) > 1 && !a.doing),
		a.scrolling(),
		on("r", "look again", func(string) (screen, tea.Cmd) { return a, a.load() }, "r").when(a.failed),
	}
}

// scrolling is the action that moves what a step would do.
func (a *after) scrolling() action {
	w := &a.detail.window
	return on("pgup pgdown ctrl+u ctrl+d", "scroll", func(pressed string) (screen, tea.Cmd) {
		w.turn(pressed)
		return a, nil
	}).when(w.length > w.height)
}

func (a *after) do(string) (screen, tea.Cmd) {
	a.asking, a.doing = false, true
	i, door := a.window.cursor, a.f.After
	step := a.steps[i]
	return a, a.f.work(func(ctx context.Context) tea.Msg { return stepDone{i, door.Do(ctx, step)} })
}

func (a *after) title() string { return a.f.titleAt("After") }

func (a *after) keys() []key.Binding { return bindings(a.actions()) }

func (a *after) typing() bool { return false }

// result says what was imported, and what is left to be done.
func (a *after) result() (imported, left string) {
	var done, open tally
	i := a.imported
	done.add(i.Added, "new secret", "new secrets")
	done.add(i.Updated, "new version", "new versions")
	done.add(i.Same, "without change", "without change")
	if len(done) == 0 {
		done = tally{"nothing"}
	}
	revoke, rotate := 0, 0
	for _, row := range a.f.plan.Rows {
		switch {
		case !row.Leaked():
		case row.Choice == importers.Revoke:
			revoke++
		case row.Choice == importers.Import:
			rotate++
		}
	}
	open.add(revoke, "leak is still to be revoked", "leaks are still to be revoked")
	open.add(rotate, "imported value leaked and is still to be rotated", "imported values leaked and are still to be rotated")
	open.add(i.Waiting, "waits for a maintainer", "wait for a maintainer")
	if len(open) == 0 {
		open = tally{"Nothing is left to be done"}
	}
	return "Imported: " + done.String() + ".", open.String() + "."
}
