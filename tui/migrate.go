package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
)

// Migrate shows the flow of migrate until the person leaves it. Decisions are kept whenever
// one changes, so it may end at any moment.
func Migrate(ctx context.Context, m Migration, o Options) error {
	if m.Founder != nil && o.Accessible {
		if err := foundByLine(ctx, m, o); err != nil {
			return err
		}
		m.Founder = nil
	}
	return run(ctx, "secretsweep migrate", o, func(a *app) screen {
		f := newFlow(a, m)
		if m.Founder != nil {
			return newFound(f)
		}
		return newSweep(f)
	})
}

// flow is what the screens of migrate share.
type flow struct {
	*app
	Migration

	swept     *Swept
	plan      *importers.Plan // nil until the sweep is over
	inventory *inventory      // nil until it was seen first
	access    importers.Access
	people    []Person
	grants    []Grant // that are wanted

	looked  map[importers.Ref]bool // conflicts that the person has seen
	offered map[string]bool        // environments that grants were suggested for

	keeping bool // decisions are being kept,
	changed bool // and there are others since
	asking  bool // the vault is being asked for access

	reading sync.Mutex // is held while Places is asked
}

func newFlow(a *app, m Migration) *flow {
	f := &flow{app: a, Migration: m, looked: make(map[importers.Ref]bool), offered: make(map[string]bool)}
	a.hear, a.last = f.hear, f.keepLast
	return f
}

// hear takes the answers that any of the screens may be there for.
func (f *flow) hear(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case kept:
		return f.keptNow(msg)
	case accessed:
		return f.accessedNow(msg)
	}
	return nil
}

// stages are the flow's, in order. Each has a screen.
var stages = []string{"Sweep", "Decide", "Map", "Roles", "Confirm", "After"}

// titleAt says where in the flow a stage is.
func (f *flow) titleAt(stage string) string {
	if f.size.width < 80 {
		return fmt.Sprintf("%s  %s (%d of %d)", safe(f.Project), f.theme.bold.Render(stage), slices.Index(stages, stage)+1, len(stages))
	}
	var parts []string
	for _, s := range stages {
		style := f.theme.dim
		if s == stage {
			style = f.theme.bold
			s = "[" + s + "]"
		}
		parts = append(parts, style.Render(s))
	}
	return safe(f.Project) + "  " + strings.Join(parts, " › ")
}

// kept is a message: decisions were kept, or couldn't be.
type kept struct{ err error }

// keep keeps the decisions as they are now. It is called after each change, from update, and
// its answer goes to keptNow.
func (f *flow) keep() tea.Cmd {
	if f.keeping {
		f.changed = true
		return nil
	}
	f.keeping = true
	all := f.plan.Decisions(false)
	return f.work(func(ctx context.Context) tea.Msg { return kept{f.Drafts.Keep(ctx, all)} })
}

// keptNow takes the answer of keep. What couldn't be kept is tried again with what is
// decided next, or at the end.
func (f *flow) keptNow(k kept) tea.Cmd {
	f.keeping = false
	if k.err != nil {
		f.changed = true
		return f.workFailed(k.err)
	}
	if f.changed {
		f.changed = false
		return f.keep()
	}
	return nil
}

// keepLast keeps what hasn't been kept, before the program ends.
func (f *flow) keepLast() tea.Cmd {
	if f.plan == nil || !f.keeping && !f.changed {
		return nil
	}
	all := f.plan.Decisions(false)
	return func() tea.Msg {
		if err := f.Drafts.Keep(context.WithoutCancel(f.ctx), all); err != nil {
			return failure{err}
		}
		return nil
	}
}
