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
	uses   map[vault.Pattern]vault.Use
	logged bool            // the person at the keys may know that
	scopes []vault.Pattern // that there are
}

// matrix is the tab of who has which role where.
type matrix struct {
	*table[reader]
	first   int // column of those that are seen
	columns int // that are seen
}

func newAccess(b *board) *matrix {
	m := &matrix{columns: 1}
	m.table = &table[reader]{
		board: b, self: m, tab: "Access", none: "Nobody is here.", load: b.readers, looks: true,
		words:   func(r reader) string { return r.Name + " " + string(r.Kind) },
		summary: m.said,
		heads: func(width int) string {
			return m.row(width, "WHO", func(p vault.Pattern) string { return safe(p.String()) })
		},
		line:   m.rights,
		detail: m.about,
		own:    m.sideways,
	}
	return m
}

// readers gives who there is and what they have read, people first.
func (b *board) readers(ctx context.Context) ([]reader, error) {
	members, err := b.People.Members(ctx)
	if err != nil {
		return nil, err
	}
	uses, err := b.People.Uses(ctx)
	if _, denied := errors.AsType[*vault.DeniedError](err); err != nil && !denied {
		return nil, err
	}
	scopes := b.Secrets.Environments()
	var all []reader
	for _, m := range members {
		if !m.Gone {
			all = append(all, reader{m, uses[m.Name], err == nil, scopes})
		}
	}
	slices.SortStableFunc(all, func(x, y reader) int { return -strings.Compare(string(x.Kind), string(y.Kind)) })
	return all, nil
}

func (m *matrix) scopes() []vault.Pattern {
	if len(m.all) == 0 {
		return nil
	}
	return m.all[0].scopes
}

const (
	memberWidth = 22 // columns of a name
	rightWidth  = 12 // columns of a role
)

func (m *matrix) row(width int, name string, cell func(vault.Pattern) string) string {
	scopes := m.scopes()
	m.columns = max(1, (width-memberWidth)/(rightWidth+2))
	m.first = max(0, min(m.first, len(scopes)-m.columns))
	all := []column{{name, memberWidth}}
	for _, p := range scopes[m.first:min(m.first+m.columns, len(scopes))] {
		all = append(all, column{cell(p), rightWidth})
	}
	return line(all...)
}

// rights is a line of the matrix.
func (m *matrix) rights(r reader, width int) string {
	name := safe(r.Name)
	switch {
	case r.Self:
		name += " (you)"
	case r.Invited:
		name += " (invited)"
	case r.Kind != vault.Person:
		name += " (" + string(r.Kind) + ")"
	}
	return m.row(width, name, func(p vault.Pattern) string {
		role := m.role(r, p)
		if role == vault.NoRole {
			return m.theme.dim.Render("-")
		}
		return role.String()
	})
}

// role gives what somebody may do in an environment now.
func (m *matrix) role(r reader, p vault.Pattern) vault.Role {
	role := vault.NoRole
	for _, g := range r.Grants {
		if g.Covers(p) && (g.Until.IsZero() || g.Until.After(m.options.Now())) {
			role = max(role, g.Role)
		}
	}
	return role
}

func (m *matrix) said(width int) string {
	text := report.Plural(len(m.all), "member")
	if more := len(m.scopes()) - (width-2-memberWidth)/(rightWidth+2); more > 0 {
		text += m.theme.dim.Render(fmt.Sprintf("; left and right show %s more", report.Plural(more, "environment")))
	}
	return text
}

// about says by what somebody may do what, and what they did.
func (m *matrix) about(r reader, s size) []string {
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
	lines := m.pairs(s.width,
		[2]string{string(r.Kind), m.theme.bold.Render(safe(r.Name))},
		[2]string{"ends", date(r.Until)},
		[2]string{"roles", safe(nameOr(strings.Join(grants, "; "), "none"))},
	)
	if !r.logged {
		return append(lines, m.theme.dim.Render("What was read when is for owners of the vault."))
	}
	for _, p := range r.scopes {
		if u := r.uses[p]; u.Reads > 0 {
			lines = append(lines, fmt.Sprintf("read %s %s, last %s", safe(p.String()), report.Plural(u.Reads, "time"), minute(u.Last)))
		}
	}
	if len(r.uses) == 0 {
		lines = append(lines, "has read nothing yet")
	}
	return lines
}

// sideways are the actions that show other environments.
func (m *matrix) sideways() []action {
	to := func(by int) func(string) (screen, tea.Cmd) {
		return func(string) (screen, tea.Cmd) {
			m.first += by
			return m, nil
		}
	}
	return []action{
		on("left", "environments to the left", to(-1)).when(m.first > 0),
		on("right", "environments to the right", to(1)).when(m.first+m.columns < len(m.scopes())),
	}
}
