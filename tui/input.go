package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// input is a line of text that somebody types. Its cursor can be seen without colours.
type input struct {
	text []rune
	at   int // the cursor stands before this one
}

func newInput(text string) input {
	runes := []rune(text)
	return input{runes, len(runes)}
}

func (i *input) value() string { return strings.TrimSpace(string(i.text)) }

// update takes a key that changes the text or moves in it; false for any other one.
func (i *input) update(msg tea.KeyMsg) bool {
	switch msg.String() {
	case "left":
		i.at = max(0, i.at-1)
	case "right":
		i.at = min(len(i.text), i.at+1)
	case "home", "ctrl+a":
		i.at = 0
	case "end", "ctrl+e":
		i.at = len(i.text)
	case "backspace":
		i.cut(max(0, i.at-1), i.at)
	case "delete":
		i.cut(i.at, min(len(i.text), i.at+1))
	case "ctrl+u":
		i.cut(0, i.at)
	default:
		if msg.Type != tea.KeyRunes && msg.Type != tea.KeySpace || msg.Alt {
			return false
		}
		i.text = slices.Insert(i.text, i.at, msg.Runes...)
		i.at += len(msg.Runes)
	}
	return true
}

func (i *input) cut(from, to int) {
	i.text = slices.Delete(i.text, from, to)
	i.at = from
}

// view gives the text with its cursor, or without one, the part around it if there is no
// room for all.
func (i *input) view(width int, cursor bool) string {
	if !cursor {
		return fit(safe(string(i.text)), width)
	}
	before, after := safe(string(i.text[:i.at])), safe(string(i.text[i.at:]))
	if over := ansi.StringWidth(before) + 2 - width; over > 0 {
		before = ansi.TruncateLeft(before, over, "…")
	}
	return fit(before+"▏"+after, width)
}
