package tui

// help shows all keys of a screen as it is now, as its bindings say what they do.
type help struct{ window window }

func (h *help) view(a *app, s size) []string {
	lines := []string{a.theme.bold.Render("Keys"), ""}
	for _, k := range append(a.now.keys(), helpKey, a.quit) {
		if k.Enabled() {
			lines = append(lines, line(column{a.theme.bold.Render(k.Help().Key), 16}, column{k.Help().Desc, s.width - 18}))
		}
	}
	return h.window.show(lines, s.height)
}

// scrolls tells whether there is more than is seen.
func (h *help) scrolls() bool { return h.window.length > h.window.height }
