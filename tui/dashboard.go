package tui

import (
	"context"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// Dashboard shows a vault until the person leaves it: what is to be rotated, what is due, who
// did what, what there is and who may read it. Where there is no vault it says how to begin.
func Dashboard(ctx context.Context, d Board, o Options) error {
	return run(ctx, "secretsweep", o, func(a *app) screen { return newBoard(a, d) })
}

// board is what the screens of the dashboard share.
type board struct {
	*app
	Board
	tabs []tab
}

// tab is one of the screens that all others can go to.
type tab interface {
	screen
	label() string
}

func newBoard(a *app, d Board) screen {
	a.quit = quitKey("leave")
	b := &board{app: a, Board: d}
	a.hear = b.hear
	if d.Vault == "" {
		return &welcome{b}
	}
	b.tabs = []tab{newRotate(b), newDue(b), newAudit(b), newBrowser(b), newAccess(b)}
	return &opening{board: b}
}

// answer is a message: what a door gave, to be taken by who asked, whichever screen is seen
// by then.
type answer func() tea.Cmd

// ask goes through a door in a command, and takes what it gives.
func ask[T any](b *board, door func(context.Context) (T, error), take func(T, error) tea.Cmd) tea.Cmd {
	return b.work(func(ctx context.Context) tea.Msg {
		got, err := door(ctx)
		return answer(func() tea.Cmd { return take(got, err) })
	})
}

// hear takes the messages that are for no screen alone.
func (b *board) hear(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(answer); ok {
		return msg()
	}
	return nil
}

// place says where one is: on which of the tabs, or what is seen of it.
func (b *board) place(at, what string) string {
	var parts []string
	for i, t := range b.tabs {
		label := string(rune('1'+i)) + " " + t.label()
		switch {
		case t.label() == at && what != "":
			return b.theme.bold.Render("["+label+"]") + " › " + safe(what)
		case t.label() == at:
			parts = append(parts, b.theme.bold.Render("["+label+"]"))
		default:
			parts = append(parts, b.theme.dim.Render(label))
		}
	}
	return strings.Join(parts, "  ")
}

// switching are the actions that go to another tab.
func (b *board) switching(from string) []action {
	at := 0
	for i, t := range b.tabs {
		if t.label() == from {
			at = i
		}
	}
	step := func(by int) func(string) (screen, tea.Cmd) {
		return func(string) (screen, tea.Cmd) { return b.tabs[(at+by+len(b.tabs))%len(b.tabs)], nil }
	}
	var all []action
	for i, t := range b.tabs {
		if i != at {
			all = append(all, on(string(rune('1'+i)), t.label(), func(string) (screen, tea.Cmd) { return t, nil }))
		}
	}
	return append(all, on("tab", "the next tab", step(1)), on("shift+tab", "the tab before", step(-1)))
}

// opening is what is seen until it is known whether something leaked.
type opening struct {
	*board
	next screen
}

func (o *opening) update(msg tea.Msg) (screen, tea.Cmd) {
	if _, first := msg.(started); first {
		first := o.tabs[0].(*rotate)
		return o, first.loadThen(func() {
			o.next = first
			if len(first.all) == 0 {
				o.next = o.tabs[3]
			}
		})
	}
	if o.next != nil {
		return o.next, nil
	}
	return o, nil
}

func (o *opening) view(size) []string  { return []string{"Opening the vault…"} }
func (o *opening) title() string       { return o.place("", "") }
func (o *opening) keys() []key.Binding { return nil }
func (o *opening) typing() bool        { return false }

// welcome is what somebody sees who has no vault.
type welcome struct{ *board }

func (w *welcome) actions() []action {
	return []action{on("q esc", "leave", func(string) (screen, tea.Cmd) { return nil, nil })}
}

func (w *welcome) update(msg tea.Msg) (screen, tea.Cmd) {
	if k, ok := msg.(tea.KeyMsg); ok {
		if next, cmd, ok := carryOut(w.actions(), k); ok {
			return next, cmd
		}
	}
	return w, nil
}

func (w *welcome) view(s size) []string {
	var lines []string
	lines = append(lines, wrap("secretsweep finds the secrets that leaked into git history, files, chats and CI settings, and keeps them in a vault that programs and people read from instead.", min(s.width, 76))...)
	lines = append(lines, "", "There is no vault on this machine yet. Three ways to begin:", "")
	for _, c := range [][2]string{
		{"secretsweep scan", "see what leaked, with its whole history; changes nothing"},
		{"secretsweep migrate", "from what leaked to a vault, one decision at a time"},
		{"secretsweep vault init -p web", "an empty vault for the project web"},
	} {
		lines = append(lines, "  "+w.theme.bold.Render(c[0]), "      "+w.theme.dim.Render(c[1]))
	}
	return append(lines, "", "secretsweep --help lists all commands.")
}

func (w *welcome) title() string       { return "" }
func (w *welcome) keys() []key.Binding { return bindings(w.actions()) }
func (w *welcome) typing() bool        { return false }
