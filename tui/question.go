package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// question is the screen of a form, which takes the place of another one until it is answered
// or left.
type question struct {
	*app
	from screen
	form form
	take func(values []string) (tea.Cmd, error) // after an error the question stays
}

func (q *question) title() string { return q.from.title() }
func (q *question) typing() bool  { return true }

func (q *question) actions() []action {
	return []action{
		on("enter", "that is it", q.enter),
		on("esc", "back, without it", func(string) (screen, tea.Cmd) { return q.from, nil }),
		q.form.walking(q),
	}
}

func (q *question) keys() []key.Binding { return bindings(q.actions()) }

func (q *question) enter(string) (screen, tea.Cmd) {
	if err := q.form.wrong(); err != nil {
		return q, complain(err)
	}
	var values []string
	for i := range q.form.fields {
		values = append(values, q.form.text(i))
	}
	cmd, err := q.take(values)
	if err != nil {
		return q, complain(err)
	}
	return q.from, cmd
}

func (q *question) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(q.actions(), msg); ok {
			return next, cmd
		}
		q.form.key(msg)
	case started:
	default:
		// The screen below may wait for it.
		_, cmd := q.from.update(msg)
		return q, cmd
	}
	return q, nil
}

func (q *question) view(s size) []string { return q.form.view(&q.theme, s) }
