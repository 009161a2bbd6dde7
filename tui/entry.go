package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/vault"
)

// addEntry asks for an entry that no file has: for a key that only lies in a provider's
// console, and is to be filled in.
func (m *mapping) addEntry(string) (screen, tea.Cmd) {
	q := &question{app: m.f.app, from: m, form: form{
		title: "An entry to fill, for a secret that no file has",
		about: []string{"It is made without a value; vault status says so until somebody sets one."},
		fields: []field{
			{"name", "what programs ask for it by", newInput(""), vault.CheckName},
			{"environment", "such as " + safe(strings.Join(m.table.envs, ", ")), newInput(""), vault.CheckLabel},
			{"note", "what it is, or where to find it; may be empty", newInput(""), checkNote},
		},
	}}
	q.take = func(values []string) (tea.Cmd, error) {
		ref := importers.Ref{Project: m.f.plan.Project, Env: values[1], Name: values[0]}
		if _, err := m.f.plan.Add(ref, values[2]); err != nil {
			return nil, err
		}
		_, cmd := m.changed("%s is to be filled", ref)
		m.to(ref)
		return cmd, nil
	}
	return q, nil
}

// checkNote refuses what the vault has no room for.
func checkNote(text string) error {
	const most = 1000 // bytes
	if len(text) > most {
		return fmt.Errorf("the note has %d bytes, more than %d", len(text), most)
	}
	return nil
}
