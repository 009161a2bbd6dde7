package tui

import (
	"context"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// confirm is the screen Confirm: exactly what is to be written.
type confirm struct {
	f       *flow
	back    screen
	batch   importers.Batch
	lines   []confirmLine
	window  window
	writing bool
	err     error // of the last try
}

// written is a message: an import was written, or couldn't be.
type written struct {
	imported Imported
	err      error
}

func newConfirm(f *flow, back screen) screen {
	c := &confirm{f: f, back: back, batch: f.plan.Batch(f.access)}
	c.lines = f.linesOf(&c.batch)
	c.window.resize(len(c.lines), 1)
	return c
}

// nothing tells whether there is nothing to write.
func (c *confirm) nothing() bool {
	for i := range c.batch.Secrets {
		if c.batch.Secrets[i].Change != importers.Same {
			return false
		}
	}
	return len(c.batch.Environments)+len(c.batch.Leaks)+len(c.f.grants) == 0
}

func (c *confirm) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case written:
		c.writing, c.err = false, msg.err
		if msg.err != nil {
			return c, c.f.workFailed(msg.err)
		}
		return c.done(msg.imported)
	case tea.MouseMsg:
		wheel(&c.window, msg)
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(c.actions(), msg); ok {
			return next, cmd
		}
	}
	return c, nil
}

func (c *confirm) actions() []action {
	idle := !c.writing
	return append([]action{
		on("y", "write all of it", c.write, "y").when(idle && !c.nothing()),
		on("n", "on to After", c.goOn, "n").when(c.nothing()),
		on("b esc", "back to Roles", func(string) (screen, tea.Cmd) { return c.back, nil }, "b", "esc").when(idle),
	}, moving(c, &c.window)...)
}

// write has the import written. It is one transaction: nothing stops it half-way, and what
// ends the program before it is committed leaves nothing of it.
func (c *confirm) write(string) (screen, tea.Cmd) {
	c.writing, c.err = true, nil
	batch, grants, door := c.batch, c.f.grants, c.f.Vault
	return c, c.f.work(func(ctx context.Context) tea.Msg {
		imported, err := door.Import(ctx, batch, grants)
		return written{imported, err}
	})
}

// goOn goes on where there is nothing to write. Somebody may have been stopped right after
// writing it: that it is there is noted now.
func (c *confirm) goOn(string) (screen, tea.Cmd) { return c.done(Imported{}) }

// done notes that all of it is in the vault.
func (c *confirm) done(imported Imported) (screen, tea.Cmd) {
	c.f.plan.Written(c.batch)
	return newAfter(c.f, imported), c.f.keep()
}

func (c *confirm) title() string { return c.f.titleAt("Confirm") }

func (c *confirm) keys() []key.Binding { return bindings(c.actions()) }

func (c *confirm) typing() bool { return false }

func (c *confirm) view(s size) []string {
	var lines []string
	switch {
	case c.nothing() && len(c.batch.Secrets) == 0:
		return wrap("There is nothing to write. Go on with n.", s.width)
	case c.nothing():
		lines = wrap("There is nothing to write: the vault has all of it already. Go on with n.", s.width)
	case c.writing:
		lines = []string{c.f.theme.warn.Render("writing …")}
	default:
		lines = []string{c.f.theme.bold.Render("This is written, all of it or nothing, once you press y.")}
	}
	lines = append(lines, c.totals(s.width)...)
	if c.err != nil {
		lines = append(lines, wrap(c.f.theme.bad.Render(c.f.say(c.err)), s.width)...)
		lines = append(lines, wrap("Your decisions are kept. y tries again; if others have changed the vault meanwhile, leave and begin anew.", s.width)...)
	}
	lines = append(lines, "")
	c.window.resize(len(c.lines), s.height-len(lines))
	from, to := c.window.visible()
	for i := from; i < to; i++ {
		mark := "  "
		if i == c.window.cursor {
			mark = "> "
		}
		lines = append(lines, mark+c.lines[i].view(&c.f.theme, s.width-2))
	}
	return lines
}

// totals counts what is written.
func (c *confirm) totals(width int) []string {
	changes := make(map[importers.Change]int)
	waiting := 0
	for i := range c.batch.Secrets {
		changes[c.batch.Secrets[i].Change]++
	}
	for i := range c.batch.Leaks {
		waiting += len(c.batch.Leaks[i].Waiting)
	}
	var secrets, rest tally
	secrets.add(changes[importers.Added], "new", "new")
	secrets.add(changes[importers.Blank], "to fill", "to fill")
	secrets.add(changes[importers.Updated], "new version", "new versions")
	secrets.add(changes[importers.Same], "without change", "without change")
	rest.add(len(c.batch.Environments), "environment to be made", "environments to be made")
	rest.add(len(c.batch.Leaks), "leak record", "leak records")
	rest.add(len(c.f.grants), "role to be granted", "roles to be granted")
	rest.add(waiting, "waits for a maintainer", "wait for a maintainer")
	text := report.Plural(len(c.batch.Secrets), "secret")
	if len(secrets) > 0 {
		text += ": " + secrets.String()
	}
	if len(rest) > 0 {
		text += "; " + rest.String()
	}
	return wrap(text+".", width)
}
