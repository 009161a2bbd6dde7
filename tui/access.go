package tui

import (
	"cmp"
	"context"
	"maps"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/vault"
)

// accessed is a message: who may do what in the vault.
type accessed struct {
	access importers.Access
	people []Person
	err    error
}

// askAccess asks the vault who may do what, unless that is known or being asked.
func (f *flow) askAccess() tea.Cmd {
	if f.asking || f.knowsAccess() {
		return nil
	}
	f.asking = true
	return f.work(func(ctx context.Context) tea.Msg {
		access, people, err := f.Vault.Access(ctx)
		return accessed{access, people, err}
	})
}

func (f *flow) knowsAccess() bool { return f.access.Has != nil }

// accessedNow takes the answer of askAccess.
func (f *flow) accessedNow(m accessed) tea.Cmd {
	f.asking = false
	if m.err != nil {
		return f.workFailed(m.err)
	}
	f.access, f.people = m.access, m.people
	return nil
}

// at is an environment of the project.
func (f *flow) at(env string) importers.Ref { return importers.Ref{Project: f.plan.Project, Env: env} }

// isNew tells whether the vault has no such environment yet, as far as that is known.
func (f *flow) isNew(env string) bool { return f.knowsAccess() && !f.access.Has(f.at(env)) }

// canWrite tells whether the person may write to an environment; as long as that isn't known,
// they may.
func (f *flow) canWrite(env string) bool { return !f.knowsAccess() || f.access.CanWrite(f.at(env)) }

// canGrant tells whether the person may give others a role in an environment. Whoever makes
// one owns it.
func (f *flow) canGrant(env string) bool {
	for _, p := range f.people {
		if p.Self {
			return p.Owner || p.Roles[env] == vault.Owner || f.isNew(env) && f.canWrite(env)
		}
	}
	return false
}

// byStage orders environments as values travel: development, tests, others, staging,
// production.
func byStage(a, b string) int {
	return cmp.Or(cmp.Compare(stageOf(a), stageOf(b)), cmp.Compare(a, b))
}

func stageOf(env string) int {
	return slices.Index([]string{"dev", "test", "", "staging", "prod"}, detectors.Environment(env))
}

// sortedEnvs gives the environments that a map is by, in the order of [byStage].
func sortedEnvs[T any](all map[string]T) []string {
	return slices.SortedFunc(maps.Keys(all), byStage)
}
