package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/tui"
	"github.com/secretsweep/secretsweep/vault"
)

var (
	_ tui.Founder = (*migration)(nil)
	_ tui.Sweeper = (*migration)(nil)
	_ tui.Places  = (*migration)(nil)
	_ tui.Drafts  = (*migration)(nil)
	_ tui.Vault   = (*migration)(nil)
	_ tui.After   = (*migration)(nil)
)

// Sweep sweeps the paths, and puts a plan together.
func (m *migration) Sweep(ctx context.Context, progress func(tui.Progress)) (*tui.Swept, error) {
	m.quiet, m.unproved = true, false
	watch := watcher{tell: progress, values: make(map[secret.Fingerprint]bool)}
	all, err := m.gather(ctx, m.sh, m.paths, &watch)
	if err != nil {
		return nil, err
	}
	plan, err := m.intake.plan(ctx, all.items, "")
	if err != nil {
		return nil, vaultHint(err)
	}
	m.swept, m.plan = all.swept, plan
	m.rereader = newRereader(all.job(), m.paths, valuesOf(plan))
	return &tui.Swept{Plan: plan, Problems: all.problems, LeftOut: all.leftOut}, nil
}

// watcher tells how far a sweep has come, and what it finds.
type watcher struct {
	tell func(tui.Progress)

	mu     sync.Mutex
	values map[secret.Fingerprint]bool
	found  []string
}

// matched notes what was found. A value that was found before isn't said again.
func (w *watcher) matched(m *detectors.Match, at place.Place) {
	w.mu.Lock()
	defer w.mu.Unlock()
	value := m.Value.Fingerprint()
	if m.Confidence.Compare("medium") < 0 || w.values[value] {
		return
	}
	w.values[value] = true
	hide := secret.Hider([]secret.Value{m.Value, m.Carrier}, secret.Value.Mask)
	w.found = append(w.found, m.Rule.Description+"  "+hide(whereAt(&at)))
}

func (w *watcher) progress(what string, done, total int64) {
	w.mu.Lock()
	p := tui.Progress{What: what, Done: done, Total: total, Values: len(w.values), Found: w.found}
	w.found = nil
	w.mu.Unlock()
	w.tell(p)
}

// Keep keeps what is decided.
func (m *migration) Keep(_ context.Context, all []importers.Decision) error {
	err := m.intake.write(all)
	m.kept = m.kept || err == nil
	return err
}

// Context reads again what lies around a place.
func (m *migration) Context(ctx context.Context, p place.Place) ([]tui.Line, error) {
	const around = 3
	return m.rereader.context(ctx, p, around)
}

// Show gives a value's text, once the log has that it was shown.
func (m *migration) Show(ctx context.Context, row *importers.Row) (string, error) {
	if !slices.Contains(m.intake.Projects(), m.project) {
		return "", errors.New("no value can be shown before something was imported: there is no log yet that would have it")
	}
	if err := m.intake.Shown(ctx, m.project, row.Value, firstPlace(row)); err != nil {
		return "", vaultHint(err)
	}
	return row.Value.Reveal(), nil
}

// Access gives where the person may write, and who else uses the vault.
func (m *migration) Access(ctx context.Context) (importers.Access, []tui.Person, error) {
	members, err := m.intake.Members(ctx)
	if err != nil {
		return importers.Access{}, nil, vaultHint(err)
	}
	var people []tui.Person
	for _, one := range members {
		if one.Kind != vault.Person || one.Gone {
			continue
		}
		p := tui.Person{Name: one.Name, Self: one.Self, Roles: make(map[string]vault.Role)}
		for _, g := range one.Grants {
			everything := vault.Pattern{Project: "*", Environment: "*"}
			p.Owner = p.Owner || g.Role == vault.Owner && g.Pattern == everything
			for _, env := range m.intake.environments() {
				if g.Covers(vault.Pattern{Project: m.project, Environment: env}) {
					p.Roles[env] = max(p.Roles[env], g.Role)
				}
			}
		}
		people = append(people, p)
	}
	return m.intake.access(), people, nil
}

// Import writes a batch, and then the grants.
func (m *migration) Import(ctx context.Context, b importers.Batch, grants []tui.Grant) (tui.Imported, error) {
	var done tui.Imported
	if err := checkBatch(b); err != nil {
		return done, err
	}
	if err := m.intake.take(ctx, b, sourceText(m.paths)); err != nil {
		return done, vaultHint(err)
	}
	m.imported = append(m.imported, summaryOf(b)+leftOf(b))
	news, err := m.swept.tell(ctx, m.sh, m.intake, m.plan)
	if err != nil {
		return done, fmt.Errorf("the secrets are in the vault; tell the records of what was found: %w", vaultHint(err))
	}
	m.imported = append(m.imported, news...)
	for _, s := range b.Secrets {
		switch s.Change {
		case importers.Added, importers.Blank:
			done.Added++
		case importers.Updated:
			done.Updated++
		default:
			done.Same++
		}
	}
	for _, l := range b.Leaks {
		done.Leaks++
		if len(l.Waiting) > 0 {
			done.Waiting++
		}
	}
	for _, g := range grants {
		at := vault.Pattern{Project: m.project, Environment: g.Env}
		if err := m.intake.Grant(ctx, g.Person, vault.Wanted{Pattern: at, Role: g.Role}); err != nil {
			return done, fmt.Errorf("the secrets are in the vault; grant %s %s: %w", g.Person, at, vaultHint(err))
		}
	}
	return done, nil
}

// leftOf says what is left to be done about the leaks of a batch.
func leftOf(b importers.Batch) string {
	todo := make(map[importers.Choice]int)
	for _, l := range b.Leaks {
		if l.Row.Leaked() {
			todo[l.Choice]++
		}
	}
	var all []string
	for _, one := range []struct {
		choice importers.Choice
		what   string
	}{{importers.Import, "rotated"}, {importers.Revoke, "revoked"}} {
		if n := todo[one.choice]; n > 0 {
			all = append(all, report.Number(n)+" to be "+one.what)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "; still " + strings.Join(all, ", ") + `: "secretsweep" lists them`
}
