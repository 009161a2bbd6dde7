package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// near is how long before its time a secret is shown as due.
const near = 30 * 24 * time.Hour

// newDue makes the tab of the secrets that are to have a new value, or soon.
func newDue(b *board) *table[vault.Listed] {
	t := &table[vault.Listed]{
		board: b, tab: "Due", load: b.due,
		none: "Nothing is to have a new value within 30 days. \"secretsweep rotate policy\" says when a secret is, and \"secretsweep secret set NAME --rotate-by 90d\" of a single one.",
		words: func(l vault.Listed) string {
			return strings.Join([]string{l.Project, l.Environment, l.Name, l.Owner, l.Kind}, " ")
		},
		heads: func(width int) string { return dueLine(width, "DUE", "SECRET", "OWNER") },
	}
	t.self = t
	t.summary = func(int) string {
		past := 0
		for _, l := range t.all {
			if l.RotateBy.Before(b.options.Now()) {
				past++
			}
		}
		return fmt.Sprintf("%s overdue, %d within 30 days", report.Plural(past, "secret"), len(t.all)-past)
	}
	t.line = func(l vault.Listed, width int) string {
		style := b.theme.warn
		if l.RotateBy.Before(b.options.Now()) {
			style = b.theme.bad
		}
		return dueLine(width, style.Render(until(b.options.Now(), l.RotateBy)), safe(l.Ref.String()), safe(l.Owner))
	}
	t.detail = func(l vault.Listed, s size) []string { return b.about(l, s.width) }
	t.own = func() []action {
		return []action{
			on("enter", "open", func(string) (screen, tea.Cmd) {
				l, _ := t.current()
				return newHistory(b, t, l), nil
			}).when(len(t.shown) > 0),
			on("s", "set", func(string) (screen, tea.Cmd) {
				l, _ := t.current()
				return newSetting(b, t, t.reload, l), nil
			}).when(len(t.shown) > 0),
		}
	}
	return t
}

// due gives the secrets whose time is past or near, the most urgent first. That is their
// RotateBy, whoever says so.
func (b *board) due(ctx context.Context) ([]vault.Listed, error) {
	scopes, err := b.readable(ctx)
	if err != nil {
		return nil, err
	}
	all, err := b.Records.Due(ctx, nil, scopes)
	if err != nil {
		return nil, err
	}
	var due []vault.Listed
	for _, d := range all {
		if d.By.Before(b.options.Now().Add(near)) {
			d.Secret.RotateBy = d.By
			due = append(due, d.Secret)
		}
	}
	return due, nil
}

// readable gives the environments that the person can read.
func (b *board) readable(ctx context.Context) ([]vault.Pattern, error) {
	me, err := b.me(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(b.Secrets.Environments(), func(p vault.Pattern) bool { return !slices.Contains(me.Reads, p.String()) }), nil
}

// me gives the person at the keys.
func (b *board) me(ctx context.Context) (vault.Member, error) {
	all, err := b.People.Members(ctx)
	if err != nil {
		return vault.Member{}, err
	}
	i := slices.IndexFunc(all, func(m vault.Member) bool { return m.Self })
	if i < 0 {
		return vault.Member{}, vault.ErrNotMember
	}
	return all[i], nil
}

func dueLine(width int, due, name, owner string) string {
	const dues, owners = 18, 16
	return line(column{due, dues}, column{name, width - dues - owners - 2*2}, column{owner, owners})
}

// about is what is known of a secret beside its values.
func (b *board) about(l vault.Listed, width int) []string {
	var last string
	if n := len(l.Versions); n > 0 {
		v := l.Versions[n-1]
		last = fmt.Sprintf("%s, by %s", date(v.Created), safe(v.By))
	}
	current := fmt.Sprint(l.Current)
	switch {
	case l.Blank():
		current = "none yet: somebody is to fill it in"
	case l.Current == 0:
		current = "none: it was removed"
	}
	rotate := ""
	if !l.RotateBy.IsZero() {
		rotate = date(l.RotateBy) + ", " + until(b.options.Now(), l.RotateBy)
	}
	return b.pairs(width,
		[2]string{"secret", b.theme.bold.Render(safe(l.Ref.String()))},
		[2]string{"version", current},
		[2]string{"changed", last},
		[2]string{"new by", rotate},
		[2]string{"also called", safe(strings.Join(l.Aliases, ", "))},
		[2]string{"kind", safe(l.Kind)},
		[2]string{"owner", safe(l.Owner)},
		[2]string{"for", safe(l.Description)},
	)
}
