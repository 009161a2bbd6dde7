package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/rules"
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

// TestKeysAtOnce takes several keys that come in one message one by one, and what is pasted
// as a whole.
func TestKeysAtOnce(t *testing.T) {
	x := newTerminal(t, newDoors(50), size{80, 24}, plain, newInventory)
	x.settle()
	v := x.app.now.(*inventory)
	send := func(text string, paste bool) {
		x.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: paste})
		x.settle()
	}
	send("jjj", true)
	if v.window.cursor != 0 {
		t.Errorf("what was pasted moved the cursor to %d", v.window.cursor)
	}
	send("jjj", false)
	if v.window.cursor != 3 {
		t.Errorf("three times j moved the cursor to %d", v.window.cursor)
	}
	send("/ab", false)
	send("cd", true)
	if v.search == nil || v.words != "abcd" {
		t.Errorf("searched for %q", v.words)
	}
}

// TestParagraphs shows a text of several lines as several lines.
func TestParagraphs(t *testing.T) {
	d := newDoors(1)
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	v := x.app.now.(*inventory)
	v.plan.Rows[0].Finding.Rule = &rules.Rule{ID: "two-steps", Provider: &rules.Provider{Name: "Two", Rotate: "1. Make another.\n2. Delete this."}}
	x.press("enter")
	x.sees("1. Make another.", "2. Delete this.")
	x.seesNo(`\n`)
}
