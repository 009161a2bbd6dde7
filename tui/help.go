package tui

import "github.com/charmbracelet/bubbles/key"

// help shows all keys of a screen, as its bindings say what they do.
type help struct {
	window window
	keys   []key.Binding
}

func newHelp(keys []key.Binding) *help {
	h := &help{}
	for _, k := range keys {
		if k.Enabled() {
			h.keys = append(h.keys, k)
		}
	}
	return h
}

func (h *help) view(a *app, s size) []string {
	h.window.resize(len(h.keys)+2, s.height)
	lines := []string{a.theme.bold.Render("Keys"), ""}
	for _, k := range h.keys {
		lines = append(lines, line(column{a.theme.bold.Render(k.Help().Key), 16}, column{k.Help().Desc, s.width - 18}))
	}
	from, to := h.window.visible()
	return lines[from:to]
}
