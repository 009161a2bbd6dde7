package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// newLeaks makes the tab of what leaked. What is settled is shown if it is asked for.
func newLeaks(b *board) *table[Leak] {
	settled := false
	t := &table[Leak]{
		board: b, tab: "Leaks", load: b.Leaks.Leaks, looks: true,
		none: "No leak is open. \"secretsweep migrate\" finds what leaked, and brings it here.",
		keep: func(l Leak) bool { return settled || l.Open },
		words: func(l Leak) string {
			words := []string{l.Project, l.Rule, string(l.Severity), l.Name, l.Decision, wentTo(l.Refs)}
			return strings.Join(append(words, l.Places...), " ")
		},
		heads: func(width int) string { return leakLine(width, "DECISION", "VALUE", "RULE", "WENT TO", "AGE") },
	}
	t.self = t
	t.summary = func(int) string {
		open := 0
		for _, l := range t.all {
			if l.Open {
				open++
			}
		}
		text := report.Plural(open, "leak") + " open"
		if over := len(t.all) - open; over > 0 && !settled {
			text += b.theme.dim.Render(fmt.Sprintf(", and %d settled: s shows them", over))
		}
		return text
	}
	t.line = func(l Leak, width int) string {
		return leakLine(width, b.theme.severity(l.Severity).Render(safe(l.Decision)), safe(l.Value.Mask()), safe(l.Rule), safe(wentTo(l.Refs)), age(l.Found, b.options.Now()))
	}
	t.detail = func(l Leak, s size) []string {
		decision := l.Decision
		if !l.Until.IsZero() {
			decision += " until " + date(l.Until)
		}
		if l.Reason != "" {
			decision += ": " + l.Reason
		}
		lines := b.pairs(s.width,
			[2]string{"value", safe(l.Value.Mask()) + "  " + safe(l.Name)},
			[2]string{"rule", safe(string(l.Severity) + "  " + l.Rule)},
			[2]string{"decision", safe(decision)},
			[2]string{"went to", safe(wentTo(l.Refs))},
			[2]string{"found", date(l.Found) + ", in " + report.Plural(len(l.Places)+l.More, "place")},
		)
		for _, p := range l.Places {
			lines = append(lines, "  "+safe(p))
		}
		return lines
	}
	t.own = func() []action {
		return []action{on("s", "settled ones, too", func(string) (screen, tea.Cmd) {
			settled = !settled
			t.refresh()
			return t, nil
		}).when(slices.ContainsFunc(t.all, func(l Leak) bool { return !l.Open }))}
	}
	return t
}

func leakLine(width int, decision, value, rule, went, age string) string {
	const decisions, values = 14, 12
	ages := 9
	if width < 70 {
		ages = 0
	}
	rest := width - decisions - values - ages - 4*2
	return line(column{decision, decisions}, column{value, values}, column{rule, rest / 2}, column{went, rest - rest/2}, column{age, ages})
}

// wentTo says in which secrets a value is, or is to be.
func wentTo(refs []vault.Ref) string {
	var all []string
	for _, r := range refs {
		all = append(all, r.String())
	}
	return strings.Join(all, ", ")
}
