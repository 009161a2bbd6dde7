package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/vault"
)

// targetForm is where a person says where a value goes.
type targetForm struct {
	form
	row *importers.Row
	was importers.Ref
}

// The fields of a targetForm.
const (
	nameField = iota
	envField
	aliasesField
)

func (f *flow) newTargetForm(row *importers.Row, t *importers.Target, envs []string, at int) *targetForm {
	return &targetForm{row: row, was: t.Ref, form: form{
		title: "Where " + masked(t) + " goes",
		about: []string{"from " + f.from(row.Source(t))},
		at:    at,
		fields: []field{
			{"name", "what programs ask for it by", newInput(t.Name), vault.CheckName},
			{"environment", "such as " + safe(strings.Join(envs, ", ")) + "; another one is made", newInput(t.Env), vault.CheckLabel},
			{"aliases", "other names, with blanks between them", newInput(strings.Join(t.Aliases, " ")), checkAliases},
		},
	}}
}

func checkAliases(text string) error {
	for _, alias := range aliasesIn(text) {
		if err := vault.CheckName(alias); err != nil {
			return err
		}
	}
	return nil
}

func aliasesIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
}

// targets gives the row's targets as they are then, and the one that was edited.
func (e *targetForm) targets() ([]importers.Target, importers.Ref) {
	ref := importers.Ref{Project: e.was.Project, Env: e.text(envField), Name: e.text(nameField)}
	all := slices.Clone(e.row.Targets)
	for i := range all {
		if t := &all[i]; t.Ref == e.was {
			if t.Ref != ref {
				t.Why, t.Lost = "", false
			}
			t.Ref, t.Aliases = ref, aliasesIn(e.text(aliasesField))
		}
	}
	return all, ref
}

func (m *mapping) editCell(string) (screen, tea.Cmd) { return m.open(m.cell().row, nameField) }

func (m *mapping) move(string) (screen, tea.Cmd) { return m.open(m.cell().row, envField) }

// open opens the form for a row that claims the name that keys act on.
func (m *mapping) open(row *importers.Row, field int) (screen, tea.Cmd) {
	m.edit = m.f.newTargetForm(row, row.Target(m.ref()), m.table.envs, field)
	return m, nil
}

func (m *mapping) editActions() []action {
	return []action{
		on("enter", "take it", m.take, "enter"),
		on("esc", "leave it as it was", func(string) (screen, tea.Cmd) {
			m.edit = nil
			return m, nil
		}, "esc"),
		m.edit.walking(m),
	}
}

// take takes what was typed.
func (m *mapping) take(string) (screen, tea.Cmd) {
	if err := m.edit.wrong(); err != nil {
		return m, complain(err)
	}
	row, was := m.edit.row, m.edit.was
	targets, ref := m.edit.targets()
	claimed := false
	if line, env, ok := m.table.find(ref); ok && ref != was {
		claimed = !m.table.lines[line].cells[env].empty()
	}
	if err := m.f.plan.Send(row, targets...); err != nil {
		return m, complain(err)
	}
	m.edit, m.compared = nil, nil
	said := "it goes to " + ref.String()
	if claimed {
		said = ref.String() + " is a conflict now; this value gets it"
	}
	next, cmd := m.changed("%s", said)
	m.to(ref)
	return next, cmd
}
