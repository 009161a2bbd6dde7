package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// form asks for a few lines of text, and goes back to the screen that it came from.
type form struct {
	*app
	from   screen
	about  []string // what it is for
	fields []field
	at     int   // the field that is typed into
	err    error // what is wrong with what was typed
	// submit takes what was typed, a text for each field. After an error the form stays.
	submit func(values []string) (tea.Cmd, error)
}

// field is a line of a form.
type field struct {
	label string
	hint  string // what may be typed
	input
}

func (f *form) title() string { return f.from.title() }
func (f *form) typing() bool  { return true }

func (f *form) actions() actions {
	all := actions{
		on("enter", "to the next line; after the last it is done", f.enter),
		on("esc", "back, without it", func() (screen, tea.Cmd) { return f.from, nil }),
	}
	if len(f.fields) > 1 {
		all = append(all,
			on("tab down", "to the next line", func() (screen, tea.Cmd) { f.to(f.at + 1); return f, nil }),
			on("shift+tab up", "to the line before", func() (screen, tea.Cmd) { f.to(f.at - 1); return f, nil }))
	}
	return all
}

func (f *form) keys() []key.Binding { return f.actions().keys() }

func (f *form) to(field int) { f.at = (field + len(f.fields)) % len(f.fields) }

func (f *form) enter() (screen, tea.Cmd) {
	if f.at < len(f.fields)-1 {
		f.at++
		return f, nil
	}
	var values []string
	for i := range f.fields {
		values = append(values, f.fields[i].value())
	}
	cmd, err := f.submit(values)
	if err != nil {
		f.err = err
		return f, nil
	}
	return f.from, cmd
}

func (f *form) update(msg tea.Msg) (screen, tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		// What the screen below waits for may come now.
		_, cmd := f.from.update(msg)
		return f, cmd
	}
	if next, cmd, ok := f.actions().do(k); ok {
		return next, cmd
	}
	if f.fields[f.at].update(k) {
		f.err = nil
	}
	return f, nil
}

func (f *form) view(s size) []string {
	const labels = 12
	var lines []string
	for _, text := range f.about {
		lines = append(lines, wrap(text, s.width)...)
	}
	lines = append(lines, "")
	for i := range f.fields {
		d := &f.fields[i]
		mark := "  "
		if i == f.at {
			mark = "› "
		}
		lines = append(lines,
			mark+fit(d.label, labels)+d.view(s.width-labels-2, i == f.at),
			strings.Repeat(" ", labels+2)+f.theme.dim.Render(d.hint), "")
	}
	if f.err != nil {
		for _, text := range wrap(safe(f.err.Error()), s.width) {
			lines = append(lines, f.theme.bad.Render(text))
		}
	}
	return lines
}
