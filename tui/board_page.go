package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// page is a screen of text, which is left for where it was opened.
type page struct {
	*board
	back   screen
	tab    string
	what   string
	text   func(width int) []string
	window window
}

func (p *page) actions() []action {
	all := []action{
		on("esc", "back", func(string) (screen, tea.Cmd) { return p.back, nil }),
		on("q", "leave", func(string) (screen, tea.Cmd) { return nil, nil }),
	}
	return append(append(all, p.switching(p.tab)...), scrolling(p, &p.window)...)
}

func (p *page) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.MouseMsg:
		p.window.scroll(wheelLines(msg))
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(p.actions(), msg); ok {
			return next, cmd
		}
	}
	return p, nil
}

func (p *page) view(s size) []string { return p.window.show(p.text(s.width), s.height) }
func (p *page) title() string        { return p.place(p.tab, p.what) }
func (p *page) keys() []key.Binding  { return bindings(p.actions()) }
func (p *page) typing() bool         { return false }

// sure is a screen that asks whether something is to be done.
type sure struct {
	*board
	back  screen
	head  string
	about []string // what would happen
	yes   string   // what it is called
	do    func() tea.Cmd
}

func (s *sure) actions() []action {
	return []action{
		on("y", s.yes, func(string) (screen, tea.Cmd) { return s.back, s.do() }),
		on("esc n", "don't", func(string) (screen, tea.Cmd) { return s.back, nil }),
	}
}

func (s *sure) update(msg tea.Msg) (screen, tea.Cmd) {
	if k, ok := msg.(tea.KeyMsg); ok {
		if next, cmd, ok := carryOut(s.actions(), k); ok {
			return next, cmd
		}
	}
	return s, nil
}

func (s *sure) view(sz size) []string {
	lines := []string{s.theme.bold.Render(safe(s.head)), ""}
	for _, text := range s.about {
		lines = append(lines, wrap(safe(text), min(sz.width, 76))...)
	}
	return lines
}

func (s *sure) title() string       { return s.back.title() }
func (s *sure) keys() []key.Binding { return bindings(s.actions()) }
func (s *sure) typing() bool        { return false }
