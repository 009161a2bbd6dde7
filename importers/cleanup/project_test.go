package cleanup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// project is a folder whose secrets are in a vault.
type project struct {
	t testing.TB
	Options
	dir string
}

// newProject makes a folder with files.
func newProject(t testing.TB, files map[string]string) *project {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &project{t: t, dir: filepath.Join(dir, "web")}
	p.Options = Options{
		Roots: []string{p.dir}, Plan: &importers.Plan{Project: "web"},
		Show: secret.Value.Reveal, Replacements: filepath.Join(dir, "replacements.txt"),
	}
	if err := os.Mkdir(p.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		p.write(name, text)
	}
	return p
}

func (p *project) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *project) write(name, text string) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(p.path(name)), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(p.path(name), []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) text(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(p.path(name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// has says that a sweep found a value in a file, on the first line that has its begin.
func (p *project) has(file, name, value string) *importers.Row {
	at := place.Place{Kind: place.File, Root: p.dir, Path: file, WorkTree: true}
	text, _ := os.ReadFile(p.path(file)) // one that isn't there has no lines
	before, _, _ := strings.Cut(string(text), strings.SplitN(value, "\n", 2)[0])
	at.Start = place.Position{Line: 1, Column: 1}.After([]byte(before))
	at.End = at.Start
	v := secret.New(value)
	row := &importers.Row{Key: v.Fingerprint(), Value: v, Items: []importers.Item{{Name: name, Value: v, At: at}}}
	row.Choice = importers.Revoke
	p.Plan.Rows = append(p.Plan.Rows, row)
	return row
}

// keeps says, too, that the vault has it by that name in environments.
func (p *project) keeps(file, name, value string, envs ...string) *importers.Row {
	row := p.has(file, name, value)
	row.Choice = importers.Import
	for _, env := range envs {
		ref := importers.Ref{Project: "web", Env: env, Name: name}
		row.Targets = append(row.Targets, importers.Target{Ref: ref, Value: row.Value})
		p.Secrets = append(p.Secrets, importers.Secret{Ref: ref, Value: row.Value})
	}
	return row
}

// step gives the step of a kind.
func (p *project) step(kind Kind) Step {
	p.t.Helper()
	all, err := Steps(p.t.Context(), p.Options)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, s := range all {
		if s.Kind == kind {
			return s
		}
	}
	p.t.Fatalf("no step %s", kind)
	return Step{}
}

// does makes a step and carries it out, and sees that there is no edit left then.
func (p *project) does(kind Kind) Step {
	p.t.Helper()
	s := p.step(kind)
	if err := s.Apply(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	if again := p.step(kind); len(again.Edits) > 0 {
		p.t.Errorf("%s once more changes %s to:\n%s", kind, again.Edits[0].Path, again.Edits[0].After)
	}
	return s
}

// nameable tells whether the system allows a file's name.
func nameable(t *testing.T, name string) bool {
	path := filepath.Join(t.TempDir(), filepath.Base(name))
	return os.WriteFile(path, nil, 0o644) == nil
}
