package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// form is some lines that are typed in a screen. Which keys take it and leave it is the
// screen's business.
type form struct {
	title  string
	about  []string // what it does, before the lines
	fields []field
	at     int // the field that is typed in
}

// field is a line of a form.
type field struct {
	label string
	hint  string // what may be typed
	input input
	check func(text string) error
}

// text gives what is typed in a field.
func (f *form) text(i int) string { return f.fields[i].input.value() }

// wrong gives the first field that has a fault, and moves there.
func (f *form) wrong() error {
	for i := range f.fields {
		if err := f.fields[i].check(f.text(i)); err != nil {
			f.at = i
			return err
		}
	}
	return nil
}

// walking is the action that moves between the fields of a form, of a screen that stays.
func (f *form) walking(s screen) action {
	return on("tab ↑ ↓", "another field", func(pressed string) (screen, tea.Cmd) {
		step := 1
		if pressed == "shift+tab" || pressed == "up" {
			step = len(f.fields) - 1
		}
		f.at = (f.at + step) % len(f.fields)
		return s, nil
	}, "tab", "shift+tab", "down", "up").when(len(f.fields) > 1)
}

// key takes a key that is text.
func (f *form) key(msg tea.KeyMsg) { f.fields[f.at].input.update(msg) }

func (f *form) view(t *theme, s size) []string {
	lines := []string{t.bold.Render(f.title), ""}
	for _, text := range f.about {
		lines = append(lines, wrap(text, s.width)...)
	}
	if len(f.about) > 0 {
		lines = append(lines, "")
	}
	const label = 14
	for i := range f.fields {
		one := &f.fields[i]
		mark, style := "  ", t.dim
		if i == f.at {
			mark, style = "> ", t.bold
		}
		lines = append(lines, mark+fit(style.Render(one.label), label)+one.input.view(s.width-label-2, i == f.at))
		below := t.dim.Render(one.hint)
		if err := one.check(one.input.value()); err != nil && one.input.value() != "" {
			below = t.bad.Render(safe(err.Error()))
		}
		lines = append(lines, fit("", label+2)+below)
	}
	return lines
}
