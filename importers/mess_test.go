package importers_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/mess"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/archive"
	"github.com/secretsweep/secretsweep/scanner/source/git"
	"github.com/secretsweep/secretsweep/scanner/source/slack"
)

// TestMess shows that a mess is put in order as somebody would who knows it: expected.txt
// was written by hand. No failure shows a value.
func TestMess(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no git")
		}
		t.Skip("no git")
	}
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			m, err := mess.Build(t.TempDir(), seed)
			if err != nil {
				t.Fatal(err)
			}
			want, err := m.Expected()
			if err != nil {
				t.Fatal(err)
			}
			found := sweep(t, m)
			check(t, m, want, append([]importers.Importer{found}, importers.Beside(found)...)...)
		})
	}
}

// check compares what an import of a mess comes to with what it has to.
func check(t *testing.T, m mess.Mess, want mess.Expected, from ...importers.Importer) {
	t.Helper()
	items, err := importers.Collect(t.Context(), from...)
	if err != nil {
		t.Fatal(err)
	}
	plan := importers.NewPlan(items, importers.Options{Project: "shop", Environments: []string{"dev", "staging", "prod"}})
	called := namesOf(m, want)
	compare(t, "imported", imports(want), imported(plan, called))
	compare(t, "conflicts", conflicts(want), conflicting(plan, called))
	compare(t, "to be revoked", slices.Sorted(slices.Values(want.Revoke)), revoked(plan, called))
	for _, row := range plan.Rows {
		for _, name := range want.Stay {
			if row.Choice == importers.Import && row.Value.Reveal() == m.Values[name] {
				t.Errorf("%s is no secret, and would be imported as %s", name, row.Name())
			}
		}
	}
}

func compare(t *testing.T, what string, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: want (-), got (+):\n%s", what, diff)
	}
}

// sweep gives what is found in a mess.
func sweep(t *testing.T, m mess.Mess) importers.Findings {
	t.Helper()
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	detector, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	repository, err := git.Open(m.Repo, git.Options{})
	if err != nil {
		t.Fatal(err)
	}
	export, ok := slack.OpenExport(m.Export, slack.Options{})
	if !ok {
		t.Fatal("the export is none")
	}
	sources := []scanner.Source{archive.Unpacking(repository, archive.Options{}), archive.Unpacking(export, archive.Options{})}
	var found sink
	if err := scanner.Scan(t.Context(), sources, detector, scanner.Options{}, scanner.Confident(&found, rules.LeastConfidence)); err != nil {
		t.Fatal(err)
	}
	return importers.Findings(found)
}

// sink keeps findings.
type sink []scanner.Finding

func (s *sink) Problem(p scanner.Problem) error     { return fmt.Errorf("%s: %w", p.What, p.Err) }
func (s *sink) Finding(f scanner.Finding) error     { *s = append(*s, f); return nil }
func (s *sink) Reference(r scanner.Reference) error { return nil }
func (s *sink) Done(scanner.Summary) error          { return nil }

// namesOf gives the template of each value that expected.txt has.
func namesOf(m mess.Mess, e mess.Expected) map[string]string {
	names := make(map[string]string)
	for name, value := range m.Values {
		names[value] = name
	}
	for _, s := range e.Import {
		if name, ok := strings.CutPrefix(s.Template, "{{"); !ok || strings.TrimSuffix(name, "}}") != names[s.Value] {
			names[s.Value] = s.Template
		}
	}
	return names
}

func imports(e mess.Expected) []string {
	var all []string
	for _, s := range e.Import {
		value := s.Template
		if name, ok := strings.CutPrefix(value, "{{"); ok {
			value = strings.TrimSuffix(name, "}}")
		}
		all = append(all, line(s.Project, s.Env, s.Name, s.Aliases, value))
	}
	slices.Sort(all)
	return all
}

func line(project, env, name string, aliases []string, value string) string {
	aliases = slices.Sorted(slices.Values(aliases))
	return strings.Join([]string{project, env, name, "(" + strings.Join(aliases, ",") + ")", value}, " ")
}

func imported(p *importers.Plan, called map[string]string) []string {
	var all []string
	everywhere := importers.Access{
		Has:      func(importers.Ref) bool { return true },
		CanWrite: func(importers.Ref) bool { return true },
	}
	for _, s := range p.Batch(everywhere).Secrets {
		all = append(all, line(s.Project, s.Env, s.Name, s.Aliases, called[s.Value.Reveal()]))
	}
	slices.Sort(all)
	return all
}

func revoked(p *importers.Plan, called map[string]string) []string {
	var all []string
	for _, row := range p.Rows {
		if row.Choice == importers.Revoke {
			all = append(all, called[row.Value.Reveal()])
		}
	}
	slices.Sort(all)
	return all
}

func conflicts(e mess.Expected) []string {
	var all []string
	for _, c := range e.Conflicts {
		all = append(all, strings.Join([]string{c.Env, c.Name, c.Wins, c.Yields}, " "))
	}
	slices.Sort(all)
	return all
}

func conflicting(p *importers.Plan, called map[string]string) []string {
	var all []string
	for _, c := range p.Conflicts() {
		text := c.Env + " " + c.Name
		for _, row := range c.Rows {
			text += " " + called[row.Value.Reveal()]
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}
