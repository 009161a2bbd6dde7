package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// scope is an environment, and what the person may do in it.
type scope struct {
	vault.Pattern
	reads, writes bool
}

func (s scope) may() string {
	switch {
	case s.writes:
		return "read and set"
	case s.reads:
		return "read"
	}
	return "nothing"
}

// newBrowser makes the tab of all environments, from which one goes to their secrets.
func newBrowser(b *board) *table[scope] {
	t := &table[scope]{
		board: b, tab: "Vault", load: b.scopes,
		none:  "There is no environment yet: \"secretsweep vault env create\" makes one.",
		words: func(s scope) string { return s.String() },
		heads: func(width int) string { return scopeLine(width, "ENVIRONMENT", "YOU MAY") },
		line: func(s scope, width int) string {
			name := safe(s.String())
			if vault.IsProduction(s.Environment) {
				name += b.theme.warn.Render("  production")
			}
			return scopeLine(width, name, s.may())
		},
		detail: func(sc scope, s size) []string {
			return b.pairs(s.width,
				[2]string{"project", b.theme.bold.Render(safe(sc.Project))},
				[2]string{"environment", b.theme.bold.Render(safe(sc.Environment))},
				[2]string{"you may", sc.may()},
			)
		},
	}
	t.self = t
	t.summary = func(int) string { return report.Plural(len(t.all), "environment") + " in " + safe(b.Vault) }
	t.own = func() []action {
		s, _ := t.current()
		return []action{
			on("enter", "open", func(string) (screen, tea.Cmd) { return newSecrets(b, t, s), nil }).when(s.reads),
			on("d", "compare", func(string) (screen, tea.Cmd) { return b.compare(t, t.all, s), nil }).
				when(s.reads && len(others(t.all, s)) > 0),
		}
	}
	return t
}

// scopes gives the environments that the person knows of.
func (b *board) scopes(ctx context.Context) ([]scope, error) {
	me, err := b.me(ctx)
	if err != nil {
		return nil, err
	}
	var all []scope
	for _, p := range b.Secrets.Environments() {
		all = append(all, scope{p, slices.Contains(me.Reads, p.String()), slices.Contains(me.Writes, p.String())})
	}
	return all, nil
}

func scopeLine(width int, name, may string) string {
	const mays = 14
	return line(column{name, width - mays - 2}, column{may, mays})
}

// newSecrets makes the screen of an environment's secrets.
func newSecrets(b *board, back screen, at scope) *table[vault.Listed] {
	removed := false
	t := &table[vault.Listed]{
		board: b, tab: "Vault", what: at.String(), back: back,
		none: "There is no secret here.",
		load: func(ctx context.Context) ([]vault.Listed, error) {
			return b.Secrets.List(ctx, at.Project, at.Environment)
		},
		keep: func(l vault.Listed) bool { return removed || !gone(l) },
		words: func(l vault.Listed) string {
			return strings.Join(append([]string{l.Name, l.Kind, l.Owner, l.Description}, l.Aliases...), " ")
		},
		heads: func(width int) string { return secretLine(width, "NAME", "VERSION", "CHANGED", "BY") },
		line: func(l vault.Listed, width int) string {
			version := fmt.Sprint(l.Current)
			switch {
			case l.Blank():
				version = b.theme.warn.Render("to fill")
			case l.Current == 0:
				version = "removed"
			}
			var changed, by string
			if n := len(l.Versions); n > 0 {
				changed, by = age(l.Versions[n-1].Created, b.options.Now()), safe(l.Versions[n-1].By)
			}
			return secretLine(width, safe(l.Name), version, changed, by)
		},
		detail: func(l vault.Listed, s size) []string { return b.about(l, s.width) },
	}
	t.self = t
	t.summary = func(int) string {
		there, blank := 0, 0
		for _, l := range t.all {
			if !gone(l) {
				there++
			}
			if l.Blank() {
				blank++
			}
		}
		text := report.Plural(there, "secret")
		if blank > 0 {
			text += fmt.Sprintf(", %d without a value yet", blank)
		}
		if over := len(t.all) - there; over > 0 && !removed {
			text += b.theme.dim.Render(fmt.Sprintf(", and %d removed: o shows them", over))
		}
		return text
	}
	t.own = func() []action {
		l, ok := t.current()
		return []action{
			on("enter", "versions, value", func(string) (screen, tea.Cmd) { return newHistory(b, t, l), nil }).when(ok),
			on("s", "set", func(string) (screen, tea.Cmd) { return newSetting(b, t, t.reload, l), nil }).when(ok && at.writes),
			on("n", "new", func(string) (screen, tea.Cmd) {
				return newSetting(b, t, t.reload, vault.Listed{Ref: vault.Ref{Project: at.Project, Environment: at.Environment}}), nil
			}).when(at.writes),
			on("o", "removed ones, too", func(string) (screen, tea.Cmd) {
				removed = !removed
				t.refresh()
				return t, nil
			}).when(slices.ContainsFunc(t.all, gone)),
		}
	}
	return t
}

// gone tells whether a secret was removed.
func gone(l vault.Listed) bool { return l.Current == 0 && !l.Blank() }

func secretLine(width int, name, version, changed, by string) string {
	const versions, changes, bys = 7, 9, 12
	return line(column{name, width - versions - changes - bys - 3*2}, column{version, versions}, column{changed, changes}, column{by, bys})
}

// others gives the environments that one can be compared with.
func others(all []scope, at scope) []scope {
	return slices.DeleteFunc(slices.Clone(all), func(s scope) bool { return !s.reads || s.Pattern == at.Pattern })
}

// compare goes to the screen that compares an environment with another one, by way of
// choosing that if there is a choice.
func (b *board) compare(back screen, all []scope, at scope) screen {
	with := others(all, at)
	if len(with) == 1 {
		return newDifferences(b, back, at.Pattern, with[0].Pattern)
	}
	t := &table[scope]{
		board: b, tab: "Vault", what: at.String(), back: back,
		load: func(ctx context.Context) ([]scope, error) {
			all, err := b.scopes(ctx)
			return others(all, at), err
		},
		words: func(s scope) string { return s.String() },
		heads: func(int) string { return "ENVIRONMENT" },
		line:  func(s scope, _ int) string { return safe(s.String()) },
		detail: func(scope, size) []string {
			return []string{"Names are compared, and whether values are equal; no value is shown."}
		},
	}
	t.self = t
	t.summary = func(int) string { return "Compare " + safe(at.String()) + " with" }
	t.own = func() []action {
		s, ok := t.current()
		return []action{on("enter", "compare", func(string) (screen, tea.Cmd) {
			return newDifferences(b, back, at.Pattern, s.Pattern), nil
		}).when(ok)}
	}
	return t
}

// newDifferences makes the screen of what two environments differ in.
func newDifferences(b *board, back screen, from, to vault.Pattern) *table[vault.Difference] {
	same := false
	say := map[vault.Comparison]string{
		vault.Added: "only in " + to.Environment, vault.Removed: "only in " + from.Environment,
		vault.Same: "the same value", vault.Different: "different values", vault.Incomparable: "can't be compared",
	}
	if from.Environment == to.Environment {
		say[vault.Added], say[vault.Removed] = "only in "+to.Project, "only in "+from.Project
	}
	version := func(n int) string {
		if n == 0 {
			return "-"
		}
		return fmt.Sprint(n)
	}
	t := &table[vault.Difference]{
		board: b, tab: "Vault", what: from.String() + " and " + to.String(), back: back,
		none: "There is nothing in either of them.",
		load: func(ctx context.Context) ([]vault.Difference, error) {
			return b.Values.Diff(ctx, vault.Side{Pattern: from}, vault.Side{Pattern: to})
		},
		keep:  func(d vault.Difference) bool { return !same || d.Values == vault.Same },
		words: func(d vault.Difference) string { return d.Name + " " + say[d.Values] },
		heads: func(width int) string {
			return differenceLine(width, "NAME", safe(strings.ToUpper(from.Environment)), safe(strings.ToUpper(to.Environment)), "VALUES")
		},
		line: func(d vault.Difference, width int) string {
			style := b.theme.dim
			if d.Values == vault.Same {
				style = b.theme.warn // environments are not to share values
			}
			return differenceLine(width, safe(d.Name), version(d.From), version(d.To), style.Render(safe(say[d.Values])))
		},
		detail: func(d vault.Difference, s size) []string {
			return b.pairs(s.width,
				[2]string{"secret", b.theme.bold.Render(safe(d.Name))},
				[2]string{"values", safe(say[d.Values])},
				[2]string{from.Environment, "version " + version(d.From)},
				[2]string{to.Environment, "version " + version(d.To)},
			)
		},
	}
	t.self = t
	t.summary = func(int) string {
		equal := 0
		for _, d := range t.all {
			if d.Values == vault.Same {
				equal++
			}
		}
		return fmt.Sprintf("%s, %d with the same value in both", report.Plural(len(t.all), "name"), equal)
	}
	t.own = func() []action {
		return []action{on("e", "only equal ones", func(string) (screen, tea.Cmd) {
			same = !same
			t.refresh()
			return t, nil
		}).when(slices.ContainsFunc(t.all, func(d vault.Difference) bool { return d.Values != vault.Same }))}
	}
	return t
}

func differenceLine(width int, name, from, to, values string) string {
	const versions, words = 8, 20
	return line(column{name, width - 2*versions - words - 3*2}, column{from, versions}, column{to, versions}, column{values, words})
}
