package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/mess"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/tui"
)

// sweepTo sweeps paths and gives what was found, and what reads it again.
func sweepTo(t *testing.T, g gathering, paths ...string) ([]scanner.Finding, *rereader) {
	t.Helper()
	s := sweep{gathering: &g}
	j, err := s.job(paths)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if _, err := j.do(t.Context(), shell{nil, &stderr, &stderr, noEnvironment}, &s); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if len(s.problems) > 0 {
		t.Fatalf("problems: %q", s.problems)
	}
	items, err := s.items(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan := importers.NewPlan(items, importers.Options{Project: "shop", Environments: []string{"dev", "staging", "prod"}})
	return s.findings, newRereader(&j, paths, valuesOf(plan))
}

// textOf joins lines as a person sees them: marked ones begin with >.
func textOf(lines []tui.Line) string {
	var b strings.Builder
	for _, l := range lines {
		mark := " "
		if l.Marked {
			mark = ">"
		}
		fmt.Fprintf(&b, "%s%d %s\n", mark, l.Number, l.Text)
	}
	return b.String()
}

// TestRereadMess reads every place of the mess again.
func TestRereadMess(t *testing.T) {
	needGit(t)
	m, err := mess.Build(t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := m.Expected()
	if err != nil {
		t.Fatal(err)
	}
	findings, r := sweepTo(t, gathering{}, m.Repo, m.Export)
	kinds := make(map[place.Kind]int)
	for i := range findings {
		f := &findings[i]
		for j, p := range f.Places {
			lines, err := r.context(t.Context(), p, 3)
			if err != nil {
				t.Errorf("%s at %s: %v", f.Rule.ID, scanner.NameOf(&p), err)
				continue
			}
			kinds[p.Kind]++
			text := textOf(lines)
			marked := slices.IndexFunc(lines, func(l tui.Line) bool { return l.Marked })
			if marked < 0 {
				t.Errorf("%s at %s: no line is marked", f.Rule.ID, scanner.NameOf(&p))
			} else if got := lines[marked].Text; !strings.Contains(got, f.Value.Mask()) && !strings.Contains(got, f.Namings[j].Carrier.Mask()) {
				t.Errorf("%s at %s: its mask is not in line %d", f.Rule.ID, scanner.NameOf(&p), lines[marked].Number)
			}
			for name, value := range m.Values {
				if !slices.Contains(expected.Stay, name) && strings.Contains(text, value) {
					t.Errorf("%s at %s: the lines show %s", f.Rule.ID, scanner.NameOf(&p), name)
				}
			}
		}
	}
	for _, kind := range []place.Kind{place.File, place.Chat, place.Commit} {
		if kinds[kind] == 0 {
			t.Errorf("no place is a %s", kind)
		}
	}
}

// TestRereadEverywhere reads what is hidden in every corner of a repository again.
func TestRereadEverywhere(t *testing.T) {
	needGit(t)
	for _, test := range []struct {
		name string
		as   func(t *testing.T, dir string) string // gives the path to sweep
	}{
		{"loose", func(_ *testing.T, dir string) string { return dir }},
		{"packed", func(t *testing.T, dir string) string {
			runGit(t, dir, "repack", "-q", "-a", "-d", "--keep-unreachable")
			return dir
		}},
		{"bare", func(t *testing.T, dir string) string { return filepath.Join(dir, ".git") }},
		{"linked", func(t *testing.T, dir string) string {
			runGit(t, dir, "worktree", "add", "-q", "--detach", "../linked")
			return filepath.Join(dir, "..", "linked")
		}},
		{"shared", func(t *testing.T, dir string) string {
			runGit(t, dir, "clone", "-q", "--shared", ".", "../shared")
			return filepath.Join(dir, "..", "shared")
		}},
		{"within a folder", func(t *testing.T, dir string) string { return filepath.Dir(dir) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "repo")
			hidden := hideEverywhere(t, dir)
			if err := os.Remove(filepath.Join(dir, "..", "dangling.txt")); err != nil {
				t.Fatal(err)
			}
			findings, r := sweepTo(t, gathering{}, test.as(t, dir))
			if len(findings) < 6 {
				t.Errorf("%d findings", len(findings))
			}
			for i := range findings {
				f := &findings[i]
				for _, p := range f.Places {
					lines, err := r.context(t.Context(), p, 1)
					if err != nil {
						t.Errorf("%s %s: %v", p.Kind, scanner.NameOf(&p), err)
						continue
					}
					text := textOf(lines)
					if !strings.Contains(text, fmt.Sprintf(">%d ", p.Start.Line)) || !strings.Contains(text, f.Value.Mask()) {
						t.Errorf("%s %s: no marked line %d with a mask in %d lines", p.Kind, scanner.NameOf(&p), p.Start.Line, len(lines))
					}
					for _, h := range hidden {
						if strings.Contains(text, h.value) {
							t.Errorf("%s %s shows %s", p.Kind, scanner.NameOf(&p), h.where)
						}
					}
				}
			}
		})
	}
}

// TestRereadPacked reads again what is packed where the place has more to it than a path.
func TestRereadPacked(t *testing.T) {
	needGit(t)
	token, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	config := "first\ntoken = " + token + "\nlast\n"
	write := func(t *testing.T, name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		make func(t *testing.T, dir string)
		is   func(p *place.Place) bool // what the place is like
	}{
		{"a layer of an image", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "app.tar"), tarOf(t,
				"sha256:1/layer.tar", tarOf(t, "etc/app.conf", config),
				"sha256:2/layer.tar", tarOf(t, "etc/app.conf", "nothing\n"),
				"config.json", "{}",
				"manifest.json", `[{"Config":"config.json","RepoTags":["app:1"],"Layers":["sha256:1/layer.tar","sha256:2/layer.tar"]}]`))
		}, func(p *place.Place) bool { return p.Layer != nil && p.Layer.Number == 1 }},
		{"an archive in history", func(t *testing.T, dir string) {
			runGit(t, dir, "init", "-q")
			write(t, filepath.Join(dir, "old.zip"), zipOf(t, "app.conf", config))
			runGit(t, dir, "add", ".")
			runGit(t, dir, "commit", "-q", "-m", "add")
			runGit(t, dir, "rm", "-q", "old.zip")
			runGit(t, dir, "commit", "-q", "-m", "remove")
		}, func(p *place.Place) bool { return p.Commit != nil && p.Member != "" }},
		{"UTF-16 in history", func(t *testing.T, dir string) {
			runGit(t, dir, "init", "-q")
			write(t, filepath.Join(dir, "app.conf"), utf16Of(config))
			runGit(t, dir, "add", ".")
			runGit(t, dir, "commit", "-q", "-m", "add")
		}, func(p *place.Place) bool { return p.Commit != nil }},
		{"an export within a folder", func(t *testing.T, dir string) {
			m, err := mess.Build(t.TempDir(), 1)
			if err != nil {
				t.Fatal(err)
			}
			export, err := os.ReadFile(m.Export)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "slack.zip"), string(export))
		}, func(p *place.Place) bool { return p.Kind == place.Chat }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.make(t, dir)
			findings, r := sweepTo(t, gathering{reading: reading{archives: true}}, dir)
			if len(findings) == 0 {
				t.Fatal("nothing is found")
			}
			for i := range findings {
				f := &findings[i]
				for _, p := range f.Places {
					if !tt.is(&p) {
						t.Errorf("%s: another place than it was meant to be", scanner.NameOf(&p))
					}
					lines, err := r.context(t.Context(), p, 1)
					if err != nil {
						t.Error(err)
						continue
					}
					got := textOf(lines)
					if !strings.Contains(got, fmt.Sprintf(">%d ", p.Start.Line)) || !strings.Contains(got, f.Value.Mask()) || strings.Contains(got, token) {
						t.Errorf("%s: no marked line %d with a mask in %d lines", scanner.NameOf(&p), p.Start.Line, len(lines))
					}
				}
			}
		})
	}
}

// TestRereadHome follows a link in the home folder, as a sweep of it does.
func TestRereadHome(t *testing.T) {
	token, err := newSecret("github-personal-access-token")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "dotfile"), []byte("https://user:"+token+"@github.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("dotfile", filepath.Join(dir, ".git-credentials")); err != nil {
		t.Skip("no links:", err)
	}
	var found sweep
	var stderr bytes.Buffer
	j := job{paths: []string{dir}, home: true, reading: reading{quiet: true}, show: secret.Value.Mask}
	if _, err := j.do(t.Context(), shell{nil, &stderr, &stderr, noEnvironment}, &found); err != nil || len(found.findings) != 1 {
		t.Fatalf("%d findings, error %v", len(found.findings), err)
	}
	f := &found.findings[0]
	lines, err := newRereader(&j, j.paths, []secret.Value{f.Value}).context(t.Context(), f.Places[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	if want, got := ">1 https://user:"+f.Value.Mask()+"@github.com\n", textOf(lines); got != want && !strings.Contains(got, token) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestRereadElsewhere reads nothing that wasn't swept, and nothing that can't be read twice.
func TestRereadElsewhere(t *testing.T) {
	dir := t.TempDir()
	inside, outside := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	for _, d := range []string{inside, outside} {
		if err := os.Mkdir(d, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(d, "a.txt"), []byte("nothing\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_, r := sweepTo(t, gathering{}, inside)
	at := place.Span{Start: place.Position{Line: 1, Column: 1}, End: place.Position{Line: 1, Column: 1}}
	for _, test := range []struct {
		p    place.Place
		want string // "" for none
	}{
		{place.Place{Kind: place.File, Root: inside, Path: "a.txt", Span: at}, ""},
		{place.Place{Kind: place.File, Root: outside, Path: "a.txt", Span: at}, "is not in what was swept"},
		{place.Place{Kind: place.File, Root: inside, Path: "../out/a.txt", Span: at}, "is not in what was swept"},
		{place.Place{Kind: place.File, Path: filepath.Join(outside, "a.txt"), Span: at}, "is not in what was swept"},
		{place.Place{Kind: place.Chat, Root: "acme.slack.com", Span: at}, "a workspace isn't asked again"},
		{place.Place{Kind: place.File, Root: inside, Path: "a.txt"}, "nothing says where in"},
		{place.Place{Kind: place.Stdin, Span: at}, "standard input can't be read again"},
		{place.Place{Kind: place.Object, Root: inside, Object: strings.Repeat("0", 40), Span: at}, "not a git repository"},
	} {
		_, err := r.context(t.Context(), test.p, 1)
		switch {
		case err == nil && test.want != "":
			t.Errorf("%s %s: no error", test.p.Kind, test.p.Path)
		case err != nil && (test.want == "" || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s %s: %v, want %q", test.p.Kind, test.p.Path, err, test.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.context(ctx, place.Place{Kind: place.File, Root: inside, Path: "b.txt", Span: at}, 1); err == nil {
		t.Error("it reads on when nobody waits any more")
	}
}

// TestRereadKeeps shows that many places of one file read it once.
func TestRereadKeeps(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	for range 10 {
		token, err := newSecret("github-personal-access-token")
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString("token = " + token + "\n")
	}
	file := filepath.Join(dir, "a.conf")
	if err := os.WriteFile(file, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	findings, r := sweepTo(t, gathering{}, dir)
	if len(findings) != 10 {
		t.Fatalf("%d findings, want 10", len(findings))
	}
	if _, err := r.context(t.Context(), findings[0].Places[0], 3); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for i := range findings {
		if _, err := r.context(t.Context(), findings[i].Places[0], 3); err != nil {
			t.Errorf("place %d: %v", i, err)
		}
	}
	if len(r.texts) != 1 {
		t.Errorf("%d texts are kept, want 1", len(r.texts))
	}
}
