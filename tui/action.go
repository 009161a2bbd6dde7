package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// action is a key and what it does. A screen that has its keys in a list of actions can't
// say anything of them that isn't true.
type action struct {
	key.Binding
	do func() (screen, tea.Cmd)
}

// on makes an action of keys, which are named as bubbletea names them and have blanks
// between them; the key of blanks is called space.
func on(keys, about string, do func() (screen, tea.Cmd)) action {
	return action{keysFor(keys, about), do}
}

// keysFor makes a binding of keys as on has them. The help has signs for arrows.
func keysFor(keys, about string) key.Binding {
	names := strings.Fields(keys)
	shown := slices.Clone(names)
	for i, name := range names {
		switch name {
		case "space":
			names[i] = " "
		case "up":
			shown[i] = "↑"
		case "down":
			shown[i] = "↓"
		case "left":
			shown[i] = "←"
		case "right":
			shown[i] = "→"
		}
	}
	return key.NewBinding(key.WithKeys(names...), key.WithHelp(strings.Join(shown, " "), about))
}

// actions are those of a screen, the most important first.
type actions []action

func (all actions) keys() []key.Binding {
	var keys []key.Binding
	for _, a := range all {
		keys = append(keys, a.Binding)
	}
	return keys
}

// do carries out the action of a key; false if there is none.
func (all actions) do(msg tea.KeyMsg) (screen, tea.Cmd, bool) {
	for _, a := range all {
		if key.Matches(msg, a.Binding) {
			next, cmd := a.do()
			return next, cmd, true
		}
	}
	return nil, nil, false
}
