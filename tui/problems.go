package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
)

// problems is the screen that lists what a sweep didn't read.
type problems struct {
	*flow
	from   screen
	window window
}

func newProblems(f *flow, from screen) screen {
	p := &problems{flow: f, from: from}
	p.window.resize(len(f.swept.Problems), 1)
	return p
}

func (p *problems) title() string { return p.from.title() }
func (p *problems) typing() bool  { return false }

func (p *problems) actions() []action {
	back := on("esc enter P", "back", func(string) (screen, tea.Cmd) { return p.from, nil })
	return append([]action{back}, moving(p, &p.window)...)
}

func (p *problems) keys() []key.Binding { return bindings(p.actions()) }

func (p *problems) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(p.actions(), msg); ok {
			return next, cmd
		}
	case tea.MouseMsg:
		wheel(&p.window, msg)
	case started:
	default:
		_, cmd := p.from.update(msg)
		return p, cmd
	}
	return p, nil
}

func (p *problems) view(s size) []string {
	lines := []string{p.theme.bold.Render(report.Plural(len(p.swept.Problems), "part") + " not read")}
	lines = append(lines, wrap("A secret in there isn't in the list. Besides, "+report.Plural(p.swept.LeftOut, "place")+" left out on purpose.", s.width)...)
	lines = append(lines, "")
	const most = 4 // lines of the one under the cursor, which is shown as a whole
	whole := wrap(safe(p.swept.Problems[p.window.cursor]), s.width)
	whole = append([]string{""}, whole[:min(len(whole), most)]...)
	if len(whole) == 2 {
		whole = nil
	}
	height := s.height - len(lines) - len(whole)
	p.window.resize(len(p.swept.Problems), height)
	from, to := p.window.visible()
	for i := from; i < to; i++ {
		mark := "  "
		if i == p.window.cursor {
			mark = "> "
		}
		lines = append(lines, mark+safe(p.swept.Problems[i]))
	}
	return append(block(lines, s.width, s.height-len(whole)), whole...)
}
