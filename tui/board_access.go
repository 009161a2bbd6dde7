package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// reader is somebody who uses the vault, and what they did.
type reader struct {
	vault.Member
	uses map[vault.Pattern]vault.Use
}

// newAccess makes the tab of who has which role where.
func newAccess(b *board) *table[reader] {
	var scopes []vault.Pattern // the columns
	first := 0                 // that is seen
	logged := true             // whether the person may know what was used
	const who, each = 22, 12
	fits := func(width int) int { return max(1, (width-2-who)/(each+2)) } // of a list that is so wide
	columns := 1                                                          // that are seen
	t := &table[reader]{
		board: b, tab: "Access",
		none: "Nobody is here.",
		load: func(ctx context.Context) ([]reader, error) {
			members, err := b.People.Members(ctx)
			if err != nil {
				return nil, err
			}
			uses, err := b.People.Uses(ctx)
			if _, denied := errors.AsType[*vault.DeniedError](err); err != nil && !denied {
				return nil, err
			}
			logged = err == nil
			scopes = b.Secrets.Environments()
			var all []reader
			for _, m := range members {
				if !m.Gone {
					all = append(all, reader{m, uses[m.Name]})
				}
			}
			slices.SortStableFunc(all, func(x, y reader) int { return strings.Compare(string(y.Kind), string(x.Kind)) })
			return all, nil
		},
		words: func(r reader) string { return r.Name + " " + string(r.Kind) },
	}
	t.self = t
	row := func(width int, name string, cell func(vault.Pattern) string) string {
		columns = fits(width + 2)
		all := []column{{name, who}}
		for _, p := range scopes[min(first, len(scopes)):min(first+columns, len(scopes))] {
			all = append(all, column{cell(p), each})
		}
		return line(all...)
	}
	t.heads = func(width int) string {
		return row(width, "WHO", func(p vault.Pattern) string { return safe(p.String()) })
	}
	t.line = func(r reader, width int) string {
		name := safe(r.Name)
		switch {
		case r.Self:
			name += " (you)"
		case r.Invited:
			name += " (invited)"
		case r.Kind != vault.Person:
			name += " (" + string(r.Kind) + ")"
		}
		return row(width, name, func(p vault.Pattern) string {
			role := r.role(p, b)
			if role == vault.NoRole {
				return b.theme.dim.Render("-")
			}
			return role.String()
		})
	}
	t.summary = func(width int) string {
		text := report.Plural(len(t.all), "member")
		if more := len(scopes) - fits(width); more > 0 {
			text += b.theme.dim.Render(fmt.Sprintf("; left and right show the other %s", report.Plural(more, "environment")))
		}
		return text
	}
	t.detail = func(r reader, width int) []string {
		var grants []string
		for _, g := range r.Grants {
			one := fmt.Sprintf("%s of %s", g.Role, g.Pattern)
			if g.Secrets > 0 {
				one += ", " + report.Plural(g.Secrets, "secret")
			}
			if !g.Until.IsZero() {
				one += " until " + date(g.Until)
			}
			grants = append(grants, one)
		}
		until := ""
		if !r.Until.IsZero() {
			until = date(r.Until)
		}
		lines := b.pairs(width,
			[2]string{string(r.Kind), b.theme.bold.Render(safe(r.Name))},
			[2]string{"ends", until},
			[2]string{"roles", safe(nameOr(strings.Join(grants, "; "), "none"))},
		)
		if !logged {
			return append(lines, b.theme.dim.Render("What was read when is for owners of the vault."))
		}
		for _, p := range scopes {
			if u := r.uses[p]; u.Reads > 0 {
				lines = append(lines, fmt.Sprintf("read %s %s, last %s", safe(p.String()), report.Plural(u.Reads, "time"), minute(u.Last)))
			}
		}
		if len(r.uses) == 0 {
			lines = append(lines, "has read nothing yet")
		}
		return lines
	}
	t.own = func() []action {
		to := func(by int) func(string) (screen, tea.Cmd) {
			return func(string) (screen, tea.Cmd) {
				first = max(0, min(first+by, len(scopes)-columns))
				return t, nil
			}
		}
		return []action{
			on("left", "environments to the left", to(-1)).when(first > 0),
			on("right", "environments to the right", to(1)).when(first+columns < len(scopes)),
		}
	}
	return t
}

// role gives what somebody may do in an environment now.
func (r reader) role(p vault.Pattern, b *board) vault.Role {
	role := vault.NoRole
	for _, g := range r.Grants {
		if g.Covers(p) && (g.Until.IsZero() || g.Until.After(b.options.Now())) {
			role = max(role, g.Role)
		}
	}
	return role
}
