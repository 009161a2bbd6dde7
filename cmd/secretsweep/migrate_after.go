package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/importers/cleanup"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/tui"
	"github.com/secretsweep/secretsweep/vault"
)

// Steps gives what can be done now that secrets are in the vault.
func (m *migration) Steps(ctx context.Context, plan *importers.Plan) ([]tui.Step, error) {
	held, others, err := m.held(ctx, plan)
	if err != nil {
		return nil, vaultHint(err)
	}
	file, err := m.replacements()
	if err != nil {
		return nil, err
	}
	m.steps, err = cleanup.Steps(ctx, cleanup.Options{
		Roots: onDisk(m.paths), Plan: plan, Secrets: held, Others: others,
		Show: secret.Value.Reveal, Replacements: file, Git: gitKnows,
	})
	if err != nil {
		return nil, fmt.Errorf("what can be done now: %w", err)
	}
	var all []tui.Step
	for i := range m.steps {
		s := &m.steps[i]
		one := tui.Step{Title: s.Title, About: s.About, Text: s.Text, Done: s.Done()}
		for j := range s.Edits {
			before, after := s.Edits[j].Masked()
			one.Edits = append(one.Edits, tui.Edit{Path: s.Edits[j].Path, Old: before, New: after})
		}
		all = append(all, one)
	}
	return all, nil
}

// Do carries out a step.
func (m *migration) Do(ctx context.Context, step tui.Step) error {
	i := slices.IndexFunc(m.steps, func(s cleanup.Step) bool { return s.Title == step.Title })
	if i < 0 {
		return fmt.Errorf("there is no step %q", step.Title)
	}
	if err := m.steps[i].Apply(ctx); err != nil {
		return err
	}
	if text := m.steps[i].Text; text != "" {
		m.texts = append(m.texts, step.Title+"\n\n"+text)
	}
	return nil
}

// held gives those of the plan's secrets that the vault has with that very value, and what
// else it has.
func (m *migration) held(ctx context.Context, plan *importers.Plan) (held, others []importers.Secret, err error) {
	known, err := m.intake.Known(ctx, m.project)
	if err != nil {
		return nil, nil, err
	}
	current := make(map[importers.Ref]secret.Value)
	for _, k := range known {
		if k.State == vault.Current {
			current[refOf(k.Ref)] = k.Value
		}
	}
	for _, s := range plan.Held() {
		if v, ok := current[s.Ref]; ok && v.Equal(s.Value) {
			held = append(held, s)
			delete(current, s.Ref)
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(current), importers.Ref.Compare) {
		others = append(others, importers.Secret{Ref: ref, Value: current[ref]})
	}
	return held, others, nil
}

// replacements is the file for git filter-repo, which has values in it: it lies apart from
// the repositories, in a folder with what else is the person's own.
func (m *migration) replacements() (string, error) {
	data, err := dataFolder(m.sh)
	if err != nil {
		return "", err
	}
	folder := filepath.Join(data, "secretsweep", "replacements")
	return filepath.Join(folder, m.project+".txt"), os.MkdirAll(folder, 0o700)
}

// onDisk leaves out what is no path.
func onDisk(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == "-" || p == slackPath })
}
