package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// action is what a screen does for some keys. A screen that makes its keys of its actions has
// a help that is true.
type action struct {
	key.Binding
	do func(pressed string) (screen, tea.Cmd)
}

// on makes an action. shown is how the help calls the keys, which need no other names if they
// are called so.
func on(shown, about string, do func(pressed string) (screen, tea.Cmd), keys ...string) action {
	if len(keys) == 0 {
		keys = strings.Fields(shown)
	}
	return action{key.NewBinding(key.WithKeys(keys...), key.WithHelp(shown, about)), do}
}

// when switches an action on or off.
func (a action) when(enabled bool) action {
	a.SetEnabled(enabled)
	return a
}

// bindings gives the keys of actions.
func bindings(actions []action) []key.Binding {
	var all []key.Binding
	for _, a := range actions {
		if a.Enabled() {
			all = append(all, a.Binding)
		}
	}
	return all
}

// carryOut does what a key asks for; false if it is none of the actions'.
func carryOut(actions []action, msg tea.KeyMsg) (next screen, cmd tea.Cmd, ok bool) {
	for _, a := range actions {
		if key.Matches(msg, a.Binding) {
			next, cmd = a.do(msg.String())
			return next, cmd, true
		}
	}
	return nil, nil, false
}

// moving are the actions that move a window's cursor, of a screen that stays.
func moving(s screen, w *window) []action {
	var all []action
	for _, b := range moveKeys() {
		all = append(all, action{b, func(pressed string) (screen, tea.Cmd) {
			w.move(pressed)
			return s, nil
		}}.when(w.length > 1))
	}
	return all
}

// scrolling are the actions that move what is visible, of a screen of text that stays.
func scrolling(s screen, w *window) []action {
	var all []action
	for _, b := range moveKeys() {
		all = append(all, action{b, func(pressed string) (screen, tea.Cmd) {
			w.turn(pressed)
			return s, nil
		}}.when(w.length > w.height))
	}
	return all
}

// wheel moves a window's cursor with the mouse.
func wheel(w *window, msg tea.MouseMsg) { w.to(w.cursor + wheelLines(msg)) }

// wheelLines gives how many lines the mouse's wheel asks to move by.
func wheelLines(msg tea.MouseMsg) int {
	const lines = 3
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		return -lines
	case tea.MouseButtonWheelDown:
		return lines
	}
	return 0
}

// tell shows a notice.
func tell(text string) tea.Cmd { return answerer(notice(text)) }

// complain shows an error.
func complain(err error) tea.Cmd { return answerer(failure{err}) }
