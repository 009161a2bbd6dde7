package archive

import (
	"archive/tar"
	"archive/zip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/git"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

// repository is a git repository whose commits are numbered by their titles.
type repository struct {
	t    testing.TB
	root string
	now  time.Time
}

func newRepository(t testing.TB) *repository {
	r := &repository{t, t.TempDir(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	r.git("init", "-q", "-b", "main")
	return r
}

func (r *repository) git(args ...string) {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	date := r.now.Format(time.RFC3339)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.autocrlf", "GIT_CONFIG_VALUE_0=false",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_COMMITTER_DATE="+date)
	if out, err := cmd.CombinedOutput(); err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
}

// commit makes a commit whose tree has these files and no others.
func (r *repository) commit(title string, files map[string][]byte) {
	r.t.Helper()
	r.git("rm", "-q", "-r", "--ignore-unmatch", ".")
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(r.root, name), data, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	r.now = r.now.Add(time.Hour)
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", title)
}

func (r *repository) source(o Options) scanner.Source {
	r.t.Helper()
	s, err := git.Open(r.root, git.Options{Workers: 1})
	if err != nil {
		r.t.Fatal(err)
	}
	return Unpacking(s, o)
}

// sweep gives what the source of a repository gives of files.
func sweepFiles(t *testing.T, s scanner.Source) *noted {
	t.Helper()
	n := newNoted()
	if err := s.Sweep(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	isFile := func(h scanner.Hit) bool {
		return (h.At.Kind == place.Object || h.At.Kind == place.File) && !strings.HasPrefix(h.At.Path, ".git/")
	}
	n.hits = slices.DeleteFunc(n.hits, func(h scanner.Hit) bool { return !isFile(h) })
	return n
}

func TestHistory(t *testing.T) {
	r := newRepository(t)
	files, want := map[string][]byte{}, []string{}
	for _, f := range packedFiles(t) {
		files[f.name] = f.data
		for member := range f.want {
			want = append(want, f.name+"!/"+member)
		}
	}
	r.commit("1", files)
	r.commit("2", nil)

	t.Run("unpacked", func(t *testing.T) {
		got := sweepFiles(t, r.source(Options{History: true}))
		var names []string
		for _, all := range got.names {
			names = append(names, all...)
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !strings.Contains(name, "!/") })
		slices.Sort(names)
		slices.Sort(want)
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("names of texts: want (-), got (+):\n%s", diff)
		}
		if len(got.problems)+len(got.leftOut) > 0 {
			t.Errorf("problems %q, left out %q", got.problems, got.leftOut)
		}
	})

	t.Run("not unpacked", func(t *testing.T) {
		got := sweepFiles(t, r.source(Options{}))
		var texts []string
		for _, h := range got.hits {
			if h.At.Member != "" || filepath.Ext(h.At.Path) != ".tar" {
				t.Errorf("got the text %q", h.At.Name())
			}
			texts = append(texts, h.At.Path)
		}
		if !slices.Contains(texts, "ustar.tar") {
			t.Errorf("got %q, want tar archives as they are", texts)
		}
		if root := filepath.ToSlash(r.root); !slices.Contains(got.leftOut, string(scanner.Archived)+": "+root+"/stored.zip") {
			t.Errorf("left out %q, want stored.zip among it", got.leftOut)
		}
	})
}

func TestRepositoryIsASource(t *testing.T) {
	r := newRepository(t)
	r.commit("1", map[string][]byte{"old.zip": zipOf(zip.Deflate, file{"a", "old"})})
	r.commit("2", map[string][]byte{"new.zip": zipOf(zip.Deflate, file{"a", "new"})})
	s := func(t *testing.T) (scanner.Source, []sourcetest.Text) {
		return historyOnly(t, r), []sourcetest.Text{
			{Path: "old.zip!/a", Text: "old"}, {Path: "new.zip!/a", Text: "new"},
			{Text: "1\n"}, {Text: "2\n"}, // messages
			{Text: "Ada <ada@example.org>"}, {Text: "Ada <ada@example.org>"}, // author, committer
			{Text: "HEAD"}, {Text: "refs/heads/main"},
		}
	}
	sourcetest.Run(t, s)
}

func historyOnly(t *testing.T, r *repository) scanner.Source {
	t.Helper()
	s, err := git.Open(r.root, git.Options{Workers: 1, HistoryOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return Unpacking(s, Options{History: true})
}

// TestPresent has archives that are on disk unpacked, whatever is said of history.
func TestPresent(t *testing.T) {
	packed := func(text string) []byte { return zipOf(zip.Deflate, file{"a", text}) }
	r := newRepository(t)
	r.commit("1", map[string][]byte{"kept.zip": packed("old")})
	r.commit("2", map[string][]byte{"kept.zip": packed("kept"), "changed.zip": packed("committed")})
	for name, text := range map[string]string{"changed.zip": "changed", "untracked.zip": "untracked"} {
		if err := os.WriteFile(filepath.Join(r.root, name), packed(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := sweepFiles(t, r.source(Options{}))
	texts := map[string]string{}
	for _, h := range got.hits {
		texts[h.At.Name()] = got.texts[h.At.Name()]
	}
	want := map[string]string{"kept.zip!/a": "kept", "changed.zip!/a": "changed", "untracked.zip!/a": "untracked"}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("texts: want (-), got (+):\n%s", diff)
	}
	if len(got.leftOut) != 2 {
		t.Errorf("left out %q, want the old version and the committed one", got.leftOut)
	}
}

// TestLocate has one value in all texts that have an x.
func TestLocate(t *testing.T) {
	two := zipOf(zip.Deflate, file{"a", "x"}, file{"b.tgz", string(gzipOf(tarOf(tar.FormatUSTAR, file{"c", "x"}, file{"d", "-"})))})
	first, second := zipOf(zip.Deflate, file{"a", "x"}), zipOf(zip.Deflate, file{"a", "x"}, file{"note", "-"})
	plain := []byte("x")
	tests := []struct {
		name    string
		commits []map[string][]byte
		want    []string
	}{
		{"several members", []map[string][]byte{{"f.zip": two}},
			[]string{"f.zip!/a from 1 to 1, there", "f.zip!/b.tgz!/c from 1 to 1, there"}},
		{"several commits have the archive", []map[string][]byte{{"f.zip": two}, {"f.zip": two, "other": []byte("-")}, {}},
			[]string{"f.zip!/a from 1 to 2, gone", "f.zip!/b.tgz!/c from 1 to 2, gone"}},
		{"it is moved", []map[string][]byte{{"f.zip": first}, {"g.zip": first}},
			[]string{"f.zip!/a from 1 to 1, gone", "g.zip!/a from 2 to 2, there"}},
		{"it comes back", []map[string][]byte{{"f.zip": first}, {}, {"f.zip": first}},
			[]string{"f.zip!/a from 1 to 1, gone", "f.zip!/a from 3 to 3, there"}},
		{"it changes, and keeps the value", []map[string][]byte{{"f.zip": first}, {"f.zip": second}},
			[]string{"f.zip!/a from 1 to 2, there"}},
		{"the value is beside it, too", []map[string][]byte{{"f": plain}, {"f": plain, "g.zip": first}},
			[]string{"f from 1 to 2, there", "g.zip!/a from 2 to 2, there"}},
		{"an archive takes a text's name", []map[string][]byte{{"f": plain}, {"f": first}, {"f": []byte("-")}},
			[]string{"f from 1 to 2, gone"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRepository(t)
			for i, files := range tt.commits {
				r.commit(fmt.Sprint(i+1), files)
			}
			s := r.source(Options{History: true})
			hits := slices.DeleteFunc(sweepFiles(t, s).hits, func(h scanner.Hit) bool { return h.Value[0] != 'x' })
			var got []string
			err := s.Locate(t.Context(), hits, func(_ int, p place.Place) {
				state := "gone"
				if p.Head && p.Index && p.WorkTree {
					state = "there"
				}
				got = append(got, fmt.Sprintf("%s from %s to %s, %s", p.Name(), p.Commit.Title, p.Last.Title, state))
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("places: want (-), got (+):\n%s", diff)
			}
		})
	}
}
