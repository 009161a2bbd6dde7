package tui

import (
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
	names := strings.Fields(keys)
	for i, name := range names {
		if name == "space" {
			names[i] = " "
		}
	}
	return action{key.NewBinding(key.WithKeys(names...), key.WithHelp(keys, about)), do}
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
