package home

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

func TestHomeIsASource(t *testing.T) {
	files := map[string]string{
		".npmrc":                     "one\n",
		".bash_history":              strings.Repeat("no end of line, ", scanner.MaxChunk/12),
		".aws/credentials":           "two\n",
		".aws/sso/cache/abc.json":    "{}\n",
		".ssh/work":                  "three\n",
		".config/Code/User/mcp.json": "four\n",
		"Library/Application Support/Claude/claude_desktop_config.json": "five\n",
		"AppData/Roaming/GitHub CLI/hosts.yml":                          "six\n",
	}
	var want []sourcetest.Text
	for p, text := range files {
		want = append(want, sourcetest.Text{Path: p, Text: text})
	}
	root := t.TempDir()
	write(t, root, files)
	write(t, root, map[string]string{".gnupg/key": "x", "notes.txt": "x", "src/.env": "x", ".aws/sso/cache/abc.txt": "x", ".netrc": ""})
	sourcetest.Run(t, func(*testing.T) (scanner.Source, []sourcetest.Text) {
		return New(Options{Root: root}), want
	})
}

func TestPlacesHaveTheHomeAsRoot(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{".config/gh/hosts.yml": "x"})
	got := sweepAll(t, Options{Root: root})
	want := place.Place{Kind: place.File, Root: root, Path: ".config/gh/hosts.yml", WorkTree: true}
	want.Start = place.Position{Line: 1, Column: 1}
	if diff := cmp.Diff([]place.Place{want}, got.places); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

func TestEachPlaceIsNamedOnce(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		".npmrc": "x", ".config/zsh/.zsh_history": "x", // which two patterns match
		".config/netlify/config.json": "x", // in a folder that an older version had as a file
	})
	want := []string{"~/.config/zsh/.zsh_history (zsh)", "~/.npmrc (npm)", "~/.config/netlify/config.json (Netlify)"}
	if diff := cmp.Diff(want, sweepAll(t, Options{Root: root}).progress); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

func TestLeftOut(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{".npmrc": "12345", ".yarnrc": "1234", ".netrc": "1"})
	filter, err := scanner.NewFilter(nil, []string{".netrc"})
	if err != nil {
		t.Fatal(err)
	}
	got := sweepAll(t, Options{Root: root, Filter: filter, MaxFileSize: 4})
	want := map[scanner.Reason]string{
		scanner.Filtered: filepath.ToSlash(filepath.Join(root, ".netrc")),
		scanner.TooLarge: filepath.ToSlash(filepath.Join(root, ".npmrc")),
	}
	if diff := cmp.Diff(want, got.leftOut); diff != "" {
		t.Errorf("left out: want (-), got (+):\n%s", diff)
	}
	if paths := got.paths(); !slices.Equal(paths, []string{".yarnrc"}) {
		t.Errorf("read %q, want .yarnrc", paths)
	}
}

func TestNothingThere(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{".aws": "a file where there should be a folder"})
	got := sweepAll(t, Options{Root: root})
	if len(got.problems)+len(got.leftOut)+len(got.places) > 0 {
		t.Errorf("problems %q, left out %q, places %v", got.problems, got.leftOut, got.places)
	}
}

func TestNoSuchHome(t *testing.T) {
	root := filepath.Join(t.TempDir(), "none")
	if err := New(Options{Root: root}).Sweep(t.Context(), &noted{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
}

// TestKnownPlaces checks the table, which nothing else does before a user has the
// tool.
func TestKnownPlaces(t *testing.T) {
	seen := make(map[string]string) // by the path in lower case, as macOS and Windows have it
	for _, k := range places {
		if k.tool == "" || len(k.paths) == 0 {
			t.Errorf("%+v has no name, or no path", k)
		}
		for _, p := range k.patterns() {
			if !filepath.IsLocal(p) || path.Clean(p) != p || strings.Contains(p, `\`) || strings.Contains(p, "**") {
				t.Errorf("%s: %q is no path below the home folder", k.tool, p)
			}
			if _, err := path.Match(p, ""); err != nil {
				t.Errorf("%s: %q: %v", k.tool, p, err)
			}
			if first, _, _ := strings.Cut(p, "/"); strings.ContainsAny(first, "*?[") && !strings.HasPrefix(first, ".") {
				t.Errorf("%s: %q would read what no tool has put there", k.tool, p)
			}
			if other, ok := seen[strings.ToLower(p)]; ok {
				t.Errorf("%s: %q is a place of %s too", k.tool, p, other)
			}
			seen[strings.ToLower(p)] = k.tool
		}
	}
	if len(places) < 60 {
		t.Errorf("%d places, want 60 or more", len(places))
	}
	for _, p := range []string{".zsh_history", ".git-credentials", ".npmrc", ".aws/credentials", ".claude.json", "AppData/Roaming/pip/pip.ini", "Library/Application Support/sops/age/keys.txt"} {
		if seen[strings.ToLower(p)] == "" {
			t.Errorf("%s is not known", p)
		}
	}
}

// noted is a visitor that keeps what it is told.
type noted struct {
	places   []place.Place
	progress []string
	problems map[string]error
	leftOut  map[scanner.Reason]string
}

func (n *noted) Chunk(c *detectors.Chunk)             { n.places = append(n.places, c.At) }
func (n *noted) Count(scanner.Counter, int64)         {}
func (n *noted) Progress(what string, _, _ int64)     { n.progress = append(n.progress, what) }
func (n *noted) Source(path string, _ scanner.Source) { n.Problem(scanner.Problem{What: path}) }
func (*noted) Unpack(scanner.PackedText) bool         { return false }

func (n *noted) LeftOut(l scanner.LeftOut) {
	if n.leftOut == nil {
		n.leftOut = make(map[scanner.Reason]string)
	}
	n.leftOut[l.Reason] = l.What
}

func (n *noted) Problem(p scanner.Problem) {
	if n.problems == nil {
		n.problems = make(map[string]error)
	}
	n.problems[p.What] = p.Err
}

func (n *noted) paths() []string {
	paths := make(map[string]bool)
	for _, p := range n.places {
		paths[p.Path] = true
	}
	return slices.Sorted(maps.Keys(paths))
}

// sweepAll sweeps a home folder that can be swept.
func sweepAll(t *testing.T, o Options) *noted {
	t.Helper()
	var n noted
	if err := New(o).Sweep(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return &n
}

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for p, text := range files {
		file := filepath.Join(root, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
