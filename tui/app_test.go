package tui

import (
	"errors"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// TestFrame shows that every line of the screen is exactly as wide as the terminal.
func TestFrame(t *testing.T) {
	for _, s := range []size{{80, 24}, {200, 60}, {60, 16}, {40, 10}} {
		var out strings.Builder
		a := newApp(t.Context(), "secretsweep", Options{Output: &out, NoColor: true})
		a.now = blank{}
		a.Update(tea.WindowSizeMsg{Width: s.width, Height: s.height})
		lines := strings.Split(a.View(), "\n")
		if len(lines) != s.height {
			t.Errorf("%v: %d lines", s, len(lines))
		}
		for i, l := range lines {
			if ansi.StringWidth(l) != s.width {
				t.Errorf("%v: line %d is %d wide", s, i, ansi.StringWidth(l))
			}
		}
	}
}

// blank is a screen on which nothing is.
type blank struct{}

func (b blank) update(tea.Msg) (screen, tea.Cmd) { return b, nil }
func (b blank) view(size) []string               { return nil }
func (b blank) title() string                    { return "blank" }
func (b blank) keys() []key.Binding              { return nil }
func (b blank) typing() bool                     { return false }

// TestKeysAtOnce types faster than the program reads: no key is lost, and what is pasted is
// no key.
func TestKeysAtOnce(t *testing.T) {
	var out strings.Builder
	a := newApp(t.Context(), "secretsweep", Options{Output: &out, NoColor: true})
	var got keyed
	a.now = &got
	a.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("Ynn")})
	a.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("nny"), Paste: true})
	if want := "Y n n [nny]"; strings.Join(got.keyed, " ") != want {
		t.Errorf("the keys are %q, want %q", got.keyed, want)
	}
}

// keyed is a screen that notes its keys.
type keyed struct {
	blank
	keyed []string
}

func (k *keyed) update(msg tea.Msg) (screen, tea.Cmd) {
	if key, ok := msg.(tea.KeyMsg); ok {
		k.keyed = append(k.keyed, key.String())
	}
	return k, nil
}

// TestHelpScrolls shows help that is longer than the screen, and what a screen's keys are by
// then.
func TestHelpScrolls(t *testing.T) {
	x := newTerminal(t, newDoors(3), size{60, 16}, plain, newInventory)
	x.settle()
	x.press("?")
	x.sees("all as suggested", "↑ ↓ more  any other key back")
	x.press("end")
	x.sees("ctrl+c", "leave; decisions are kept")
	x.send(tea.MouseMsg{Button: tea.MouseButtonWheelUp})
	x.seesNo("leave; decisions are kept")
	x.now = &keyed{} // as where something came to an end meanwhile
	x.seesNo("all as suggested", "↑ ↓ more")
	x.press("down") // is any other key, where there is nothing more
	x.sees("blank")
	x.seesNo("any other key")
}

// TestErrorsInWords shows that errors are told in the program's words, and that one which is
// longer than its room says so.
func TestErrorsInWords(t *testing.T) {
	long := strings.Repeat("a long story, ", 40)
	x := newTerminal(t, newDoors(3), size{80, 24}, Options{NoColor: true, Say: func(err error) string { return err.Error() + "; wait" }}, newInventory)
	x.settle()
	x.send(failure{errBroken})
	x.sees(errBroken.Error() + "; wait")
	x.send(notice("something else"))
	x.sees(errBroken.Error() + "; wait")
	x.send(failure{errors.New(long)})
	x.sees("a long story,", "…\nY all as suggested")
}
