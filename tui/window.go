package tui

import "github.com/charmbracelet/bubbles/key"

// window is the visible part of a list, and the line in it that keys act on. It knows
// numbers only: what a line looks like is its screen's business, which draws the visible
// ones alone, so that a list may be of any length.
type window struct {
	length int // lines of the list
	height int // lines that are visible
	top    int // the first visible one
	cursor int // the line that keys act on
}

// resize tells the window its list's length and its own height. The cursor stays where it is
// as far as it can.
func (w *window) resize(length, height int) {
	w.length, w.height = length, max(height, 1)
	w.to(w.cursor)
}

// to moves the cursor to a line, or to the nearest that there is.
func (w *window) to(line int) {
	w.cursor = max(0, min(line, w.length-1))
	if w.cursor < w.top {
		w.top = w.cursor
	}
	if w.cursor >= w.top+w.height {
		w.top = w.cursor - w.height + 1
	}
	w.top = max(0, min(w.top, w.length-w.height))
}

// scroll moves what is visible, and the cursor with it.
func (w *window) scroll(lines int) {
	w.top = max(0, min(w.top+lines, w.length-w.height))
	w.cursor = w.top
}

// visible gives the first visible line and the one after the last.
func (w *window) visible() (from, to int) { return w.top, min(w.length, w.top+w.height) }

// show gives the visible ones of a text's lines, in a height.
func (w *window) show(lines []string, height int) []string {
	w.resize(len(lines), height)
	from, to := w.visible()
	return lines[from:to]
}

// moveKeys are the keys that [window.move] knows.
func moveKeys() []key.Binding {
	return []key.Binding{
		key.NewBinding(key.WithKeys("up", "k"), key.WithHelp("↑ k", "up")),
		key.NewBinding(key.WithKeys("down", "j"), key.WithHelp("↓ j", "down")),
		key.NewBinding(key.WithKeys("pgup", "ctrl+u"), key.WithHelp("pgup ctrl+u", "a page up")),
		key.NewBinding(key.WithKeys("pgdown", "ctrl+d"), key.WithHelp("pgdown ctrl+d", "a page down")),
		key.NewBinding(key.WithKeys("home"), key.WithHelp("home", "to the first")),
		key.NewBinding(key.WithKeys("end"), key.WithHelp("end", "to the last")),
	}
}

// move carries out a key that moves the cursor; false for any other one.
func (w *window) move(key string) bool {
	switch key {
	case "up", "k":
		w.to(w.cursor - 1)
	case "down", "j":
		w.to(w.cursor + 1)
	case "pgup", "ctrl+u":
		w.to(w.cursor - w.height)
	case "pgdown", "ctrl+d":
		w.to(w.cursor + w.height)
	case "home":
		w.to(0)
	case "end":
		w.to(w.length - 1)
	default:
		return false
	}
	return true
}

// turn carries out a key that moves what is visible, of a text that has no cursor; false for
// any other one.
func (w *window) turn(key string) bool {
	switch key {
	case "up", "k":
		w.scroll(-1)
	case "down", "j":
		w.scroll(1)
	case "pgup", "ctrl+u":
		w.scroll(-w.height)
	case "pgdown", "ctrl+d":
		w.scroll(w.height)
	case "home":
		w.scroll(-w.length)
	case "end":
		w.scroll(w.length)
	default:
		return false
	}
	return true
}
