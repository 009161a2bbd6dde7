package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
)

// sweep is the screen that is seen while the paths are read.
type sweep struct {
	*flow
	at    Progress
	found []string // the last findings
	err   error    // why the sweep ended without a plan
}

func newSweep(f *flow) screen { return &sweep{flow: f} }

// gathered is what a sweep has said since somebody asked. It says it many times a second,
// and nobody looks that fast.
type gathered struct {
	mu   sync.Mutex
	at   Progress
	more chan struct{} // holds one, if there is something
	over chan struct{} // is closed at the end
}

// pause is between two looks at a sweep.
const pause = 50 * time.Millisecond

func (g *gathered) add(p Progress) {
	g.mu.Lock()
	p.Found = append(g.at.Found, p.Found...)
	g.at = p
	g.mu.Unlock()
	select {
	case g.more <- struct{}{}:
	default:
	}
}

func (g *gathered) take() Progress {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.at
	g.at.Found = nil
	return p
}

// advanced is a message: a sweep goes on.
type advanced struct {
	of *gathered
	Progress
}

// swept is a message: a sweep is over.
type swept struct {
	*Swept
	err error
}

// start begins to sweep.
func (s *sweep) start() tea.Cmd {
	s.at, s.found, s.err = Progress{}, nil, nil
	g := &gathered{more: make(chan struct{}, 1), over: make(chan struct{})}
	return tea.Batch(g.look, s.work(func(ctx context.Context) tea.Msg {
		defer close(g.over)
		what, err := s.Sweeper.Sweep(ctx, g.add)
		return swept{what, err}
	}))
}

// look gives what was gathered, once there is something.
func (g *gathered) look() tea.Msg {
	time.Sleep(pause)
	select {
	case <-g.over:
		return nil
	case <-g.more:
		return advanced{g, g.take()}
	}
}

func (s *sweep) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case started:
		return s, s.start()
	case advanced:
		s.at = msg.Progress
		s.found = append(s.found, msg.Found...)
		const last = 100
		s.found = s.found[max(0, len(s.found)-last):]
		return s, msg.of.look
	case swept:
		if errors.Is(msg.err, context.Canceled) {
			return s, nil // the program ends
		}
		if s.err = msg.err; s.err != nil {
			return s, nil
		}
		s.swept, s.plan = msg.Swept, msg.Swept.Plan
		return newInventory(s.flow), nil
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(s.actions(), msg); ok {
			return next, cmd
		}
	}
	return s, nil
}

func (s *sweep) actions() []action {
	if s.err == nil {
		return nil
	}
	return []action{on("r", "try again", func(string) (screen, tea.Cmd) { return s, s.start() })}
}

func (s *sweep) keys() []key.Binding { return bindings(s.actions()) }
func (s *sweep) typing() bool        { return false }
func (s *sweep) title() string       { return s.titleAt("Sweep") }

func (s *sweep) view(z size) []string {
	lines := []string{"Reading " + safe(strings.Join(s.Paths, ", ")), ""}
	if s.err != nil {
		for _, text := range wrap(s.say(s.err), z.width) {
			lines = append(lines, s.theme.bad.Render(text))
		}
		return append(lines, "", "Nothing was changed; r tries again.")
	}
	lines = append(lines, s.bar(z.width), safe(s.at.What), "", s.theme.bold.Render(report.Plural(s.at.Values, "different value")+" so far"), "")
	for _, text := range s.found[max(0, len(s.found)-(z.height-len(lines))):] {
		lines = append(lines, safe(text))
	}
	return lines
}

// bar shows how far it is; where that isn't known, how much was read.
func (s *sweep) bar(width int) string {
	if s.at.Total <= 0 {
		return fmt.Sprintf("%d done", s.at.Done)
	}
	share := min(1, float64(s.at.Done)/float64(s.at.Total))
	percent := fmt.Sprintf(" %3.0f%%", share*100)
	room := min(width, 60) - len(percent)
	full := int(share * float64(room))
	return s.theme.good.Render(strings.Repeat("█", full)) + s.theme.dim.Render(strings.Repeat("░", room-full)) + percent
}
