package mess

import (
	"archive/zip"
	"encoding/json"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func build(t *testing.T, seed uint64) Mess {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no git")
		}
		t.Skip("no git")
	}
	m, err := Build(t.TempDir(), seed)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (m Mess) git(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = m.Repo, own(os.Environ())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %s: %v", args[0], err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestRepository(t *testing.T) {
	m := build(t, 1)
	wantLog := []string{
		"Priya Nair: Tests of the checkout, and how to begin",
		"Jonas Weber: The token for the changelog had expired",
		"Mara Lindqvist: Production moves to a cluster",
		"Priya Nair: Merge branch 'gitlab-mirror'",
		"Jonas Weber: .env.staging doesn't belong here",
		"Priya Nair: Build images on our own GitLab, too",
		"Jonas Weber: Mail instead of text messages",
		"Mara Lindqvist: Search, half done",
		"Priya Nair: Tests and deployments on GitHub",
		"Jonas Weber: A worker that writes invoices",
		"Mara Lindqvist: Staging works now, and a map of our stores",
		"Jonas Weber: A shop, for a start",
	}
	if diff := cmp.Diff(wantLog, m.git(t, "log", "--all", "--date-order", "--format=%an: %s")); diff != "" {
		t.Errorf("log: want (-), got (+):\n%s", diff)
	}
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"branches that are not merged", []string{"branch", "--no-merged", "main", "--format=%(refname:short)"}, []string{"feature/search"}},
		{"merges", []string{"log", "--merges", "--format=%s"}, []string{"Merge branch 'gitlab-mirror'"}},
		{"changes", []string{"status", "--porcelain"}, []string{""}},
		{"ignored", []string{"ls-files", "--others"}, []string{".env", ".env.production", ".env.staging"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, m.git(t, tt.args...)); diff != "" {
			t.Errorf("%s: want (-), got (+):\n%s", tt.name, diff)
		}
	}
}

func TestExport(t *testing.T) {
	m := build(t, 1)
	z, err := zip.OpenReader(m.Export)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var files []string
	for _, f := range z.File {
		files = append(files, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		var list []any
		if err != nil || json.Unmarshal(data, &list) != nil || len(list) == 0 {
			t.Errorf("%s has no list of anything", f.Name)
		}
	}
	want := []string{"users.json", "channels.json", "general/2026-02-04.json", "deploy/2026-02-11.json", "deploy/2026-02-12.json"}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files: want (-), got (+):\n%s", diff)
	}
}

func TestSeed(t *testing.T) {
	one, again, other := build(t, 1), build(t, 1), build(t, 2)
	// No failure shows a value: with a rule, it looks like a secret.
	if !maps.Equal(one.Values, again.Values) {
		t.Error("the same seed gives other values")
	}
	head := []string{"rev-parse", "HEAD", "feature/search"}
	if !slices.Equal(one.git(t, head...), again.git(t, head...)) {
		t.Error("the same seed gives other commits")
	}
	seen := make(map[string]string)
	for name, value := range one.Values {
		if value == other.Values[name] {
			t.Errorf("%s is the same with another seed", name)
		}
		if twin, ok := seen[value]; ok {
			t.Errorf("%s and %s are the same", name, twin)
		}
		seen[value] = name
	}
}

// TestExpected shows that the files agree: no placeholder without a value, none that
// is not used, and none of which nothing is said.
func TestExpected(t *testing.T) {
	m := build(t, 1)
	e, err := m.Expected()
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Import) != 50 {
		t.Errorf("%d secrets to import, want 50", len(e.Import))
	}

	screaming := regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
	fate := make(map[string]string)
	be := func(name, what string) {
		if was := fate[name]; was != "" && was != what {
			t.Errorf("%s is %s, and %s", name, was, what)
		}
		fate[name] = what
	}
	templates := make(map[[2]string]string)
	for _, s := range e.Import {
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			key := [2]string{s.Env, name}
			if templates[key] != "" {
				t.Errorf("%s in %s is there twice", name, s.Env)
			}
			if templates[key] = s.Template; !screaming.MatchString(name) {
				t.Errorf("%s is no name", name)
			}
		}
		if s.Project != "shop" || !slices.Contains([]string{"dev", "staging", "prod"}, s.Env) {
			t.Errorf("%s is for %s in %s", s.Name, s.Env, s.Project)
		}
		in := placeholders(s.Template)
		if len(in) != 1 || !strings.Contains(s.Value, m.Values[in[0]]) {
			t.Errorf("%s in %s has not one value: %s", s.Name, s.Env, s.Template)
		}
		for _, name := range in {
			be(name, "imported")
		}
	}
	for _, name := range e.Revoke {
		be(name, "revoked")
	}
	for _, name := range e.Stay {
		be(name, "left")
	}
	for _, c := range e.Conflicts {
		if templates[[2]string{c.Env, c.Name}] != "{{"+c.Wins+"}}" || fate[c.Yields] != "revoked" {
			t.Errorf("the conflict about %s in %s comes to something else", c.Name, c.Env)
		}
	}
	if len(e.Revoke) == 0 || len(e.Conflicts) == 0 || len(e.Stay) == 0 {
		t.Error("a section is empty")
	}

	used := used(t)
	defined := slices.Sorted(maps.Keys(m.Values))
	if diff := cmp.Diff(defined, used); diff != "" {
		t.Errorf("placeholders: defined (-), used (+):\n%s", diff)
	}
	if diff := cmp.Diff(defined, slices.Sorted(maps.Keys(fate))); diff != "" {
		t.Errorf("placeholders: defined (-), of which expected.txt says something (+):\n%s", diff)
	}
}

// used gives the placeholders in all archives.
func used(t *testing.T) []string {
	t.Helper()
	data, err := folder()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	err = filepath.WalkDir(data, func(name string, _ os.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".txtar" {
			return err
		}
		archive, err := os.ReadFile(name)
		text.Write(archive)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return placeholders(text.String())
}

func placeholders(text string) []string {
	found := make(map[string]bool)
	for _, p := range placeholder.FindAllStringSubmatch(text, -1) {
		found[p[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}
