package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/huh"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
)

// dialog is a part of a screen that asks for several things.
type dialog struct {
	form *huh.Form
	size size // that it was laid out for
}

// newDialog makes one, and the command that begins it.
func (a *app) newDialog(groups ...*huh.Group) (*dialog, tea.Cmd) {
	f := &dialog{form: huh.NewForm(groups...).WithTheme(a.theme.form()).WithShowHelp(false).WithShowErrors(false)}
	return f, f.form.Init()
}

// update takes a message, and says whether all was answered.
func (f *dialog) update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if k, ok := msg.(tea.KeyMsg); ok {
		if k.String() == "ctrl+v" {
			return false, nil // would run what reads the clipboard; terminals have a key for that
		}
		if k.Paste {
			// Inputs make blanks of ends of lines, so that a key would be another one.
			text := strings.TrimRight(string(k.Runes), "\r\n")
			if strings.ContainsAny(text, "\r\n\t") {
				return false, complain(errors.New("more than one line was pasted, and nothing was taken: a value of several lines comes from a file (secretsweep secret set --file)"))
			}
			k.Runes = []rune(text)
			msg = k
		}
	}
	_, cmd = f.form.Update(msg)
	return f.form.State == huh.StateCompleted, cmd
}

// view gives the lines of the form, and below them what is wrong with an answer.
func (f *dialog) view(s size, t *theme) []string {
	if s != f.size {
		f.size = s
		f.form.WithWidth(min(s.width, 76)).WithHeight(s.height - 2)
		_, _ = f.form.Update(nil) // lays it out; there is nothing to be done
	}
	lines := strings.Split(strings.TrimRight(f.form.View(), " \n"), "\n")
	for _, err := range f.form.Errors() {
		lines = append(lines, "", t.bad.Render(safe(err.Error())))
	}
	return lines
}

// formKeys are the keys of every form, but for those that a text is typed with.
func formKeys() []key.Binding {
	return []key.Binding{
		key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "next")),
		key.NewBinding(key.WithKeys("shift+tab"), key.WithHelp("shift+tab", "the one before")),
	}
}

// form gives the theme as forms want it.
func (t *theme) form() *huh.Theme {
	f := huh.ThemeBase()
	for _, s := range []*huh.FieldStyles{&f.Focused, &f.Blurred} {
		s.Title = t.bold
		s.Description = t.dim
		s.ErrorIndicator = lipgloss.NewStyle()
		s.ErrorMessage = t.bad
		s.SelectSelector = t.bold.SetString("▸ ")
		s.SelectedOption = t.bold
		s.TextInput.Prompt = t.bold
		s.TextInput.Placeholder = t.dim
		s.TextInput.Cursor = t.cursor
	}
	return f
}

// askByLine asks for what the fields of a form do, line by line on the plain terminal,
// until the context is done.
func askByLine(ctx context.Context, o Options, t theme, fields ...huh.Field) error {
	in := &typed{Reader: o.Input}
	before, notTerminal := term.GetState(in.Fd())
	answered := make(chan error, 1)
	go func() {
		for _, f := range fields {
			f.Init()
			f.Focus()
			err := f.WithTheme(t.form()).RunAccessible(o.Output, in)
			if err := cmp.Or(err, in.err); err != nil {
				answered <- err
				return
			}
		}
		answered <- nil
	}()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done(): // reading goes on until the program ends
		if notTerminal == nil {
			_ = term.Restore(in.Fd(), before) // shows again what is typed
		}
		return ctx.Err()
	}
}

// typed is what is typed at the terminal. It remembers the error that ended it, which forms
// don't tell.
type typed struct {
	io.Reader
	err error
}

func (t *typed) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	if n == 0 {
		t.err = err
	}
	return n, err
}

// Fd gives the terminal, for what isn't shown while it is typed.
func (t *typed) Fd() uintptr {
	if f, ok := t.Reader.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}

// words splits what was typed as a list, at commas and spaces.
func words(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
}

// checkWords makes sure that each word of a list is fine, and none is there twice.
func checkWords(all []string, check func(string) error) error {
	for i, w := range all {
		if err := check(w); err != nil {
			return fmt.Errorf("%s: %w", safe(w), err)
		}
		if slices.Contains(all[:i], w) {
			return fmt.Errorf("%s is there twice", safe(w))
		}
	}
	if len(all) == 0 {
		return errors.New("one is needed at least")
	}
	return nil
}
