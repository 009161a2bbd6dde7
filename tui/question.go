package tui

import (
	"errors"
	"fmt"
	"strings"
	"time"

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

// because asks why, before something is done.
func (a *app) because(from screen, title string, about []string, take func(reason string) tea.Cmd) *question {
	return &question{
		app: a, from: from,
		form: form{title: title, about: about, fields: []field{{"reason", "for whoever reads it later", newInput(""), checkReason}}},
		take: func(values []string) (tea.Cmd, error) { return take(values[0]), nil },
	}
}

// accepting asks until when a risk is accepted, and why.
func (a *app) accepting(from screen, what string, take func(until time.Time, reason string) tea.Cmd) *question {
	day := a.day(accepted).Format(dateLayout)
	return &question{
		app: a, from: from,
		form: form{
			title: "Accept the risk of " + what,
			about: []string{"It stays as it is. After the day it is asked about again."},
			fields: []field{
				{"until", "a day, such as " + day, newInput(day), a.checkDay},
				{"reason", "for whoever reads it then", newInput(""), checkReason},
			},
			at: 1,
		},
		take: func(values []string) (tea.Cmd, error) {
			until, err := time.Parse(dateLayout, values[0])
			if err != nil {
				return nil, err
			}
			return take(until, values[1]), nil
		},
	}
}

// checkDay refuses what is no day, or one that is over.
func (a *app) checkDay(text string) error {
	day, err := time.Parse(dateLayout, text)
	switch {
	case err != nil:
		return fmt.Errorf("write the day as %s", a.day(accepted).Format(dateLayout))
	case day.Before(a.day(0)):
		return errors.New("that day is over")
	}
	return nil
}

func checkReason(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("it needs a reason")
	}
	return nil
}

// day is that many days from now.
func (a *app) day(days int) time.Time {
	y, m, d := a.options.Now().Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC)
}
