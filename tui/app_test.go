package tui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// TestFrame shows that every line of the screen is exactly as wide as the terminal.
func TestFrame(t *testing.T) {
	for _, s := range []size{{80, 24}, {200, 60}, {60, 16}, {40, 10}} {
		var out strings.Builder
		a := newApp(t.Context(), "secretsweep", Options{Output: &out, NoColor: true})
		f := newFlow(a, Migration{})
		f.plan = planOf(0)
		a.now = newMapping(f)
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
