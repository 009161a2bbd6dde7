package git

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/sourcetest"
)

// values are what was found, without what only the git folder repeats.
func values(r result) []string {
	var found []string
	for value, places := range r.places {
		for _, p := range places {
			if !strings.HasPrefix(p.Path, ".git/") {
				found = append(found, value)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}

// history has a key that was removed and one that is still there.
func history(t *testing.T) (w *work, names map[string]string) {
	w = newWork(t)
	names = map[string]string{}
	names[w.commit("gone", "KEY-gone\n")] = "gone+"
	names[w.commit("gone", "")] = "gone-"
	names[w.commit("sub/live", "KEY-live\n")] = "live+"
	return w, names
}

func TestLayouts(t *testing.T) {
	gone := []string{"file gone gone+..gone+"}
	live := []string{"file sub/live live+..live+ head index work"}
	full := map[string][]string{"KEY-gone": gone, "KEY-live": live}
	bare := map[string][]string{"KEY-gone": gone, "KEY-live": {"file sub/live live+..live+ head"}}
	for _, test := range []struct {
		name string
		make func(t *testing.T, w *work) (path string) // from w, gives the path to scan
		want map[string][]string
	}{
		{"plain", func(_ *testing.T, w *work) string { return w.dir }, full},
		{"git folder", func(_ *testing.T, w *work) string { return filepath.Join(w.dir, ".git") },
			map[string][]string{"KEY-gone": gone, "KEY-live": {"file sub/live live+..live+ head index"}}},
		{"bare", func(t *testing.T, w *work) string {
			to := filepath.Join(t.TempDir(), "x.git")
			w.git("clone", "-q", "--bare", "--no-local", w.dir, to)
			return to
		}, bare},
		{"linked worktree", func(t *testing.T, w *work) string {
			to := filepath.Join(t.TempDir(), "linked")
			w.git("worktree", "add", "-q", "--detach", to)
			return to
		}, full},
		{"shared clone", func(t *testing.T, w *work) string {
			to := filepath.Join(t.TempDir(), "shared")
			w.git("clone", "-q", "--shared", w.dir, to)
			return to
		}, full},
		{"many packs", func(_ *testing.T, w *work) string {
			w.git("repack", "-q", "-d")
			w.commit("other", "x")
			w.git("repack", "-q", "-d")
			w.git("reset", "-q", "--hard", "HEAD~")
			return w.dir
		}, full},
		{"packed refs", func(_ *testing.T, w *work) string {
			w.git("gc", "-q")
			return w.dir
		}, full},
		{"index version 4", func(_ *testing.T, w *work) string {
			w.git("update-index", "--index-version", "4")
			return w.dir
		}, full},
		{"split index", func(_ *testing.T, w *work) string {
			w.git("update-index", "--split-index")
			return w.dir
		}, full},
		{"preciousObjects and worktreeConfig", func(_ *testing.T, w *work) string {
			w.git("config", "core.repositoryformatversion", "1")
			w.git("config", "extensions.preciousObjects", "true")
			w.git("config", "extensions.worktreeConfig", "true")
			return w.dir
		}, full},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, names := history(t)
			r := scan(t, test.make(t, w), Options{})
			noProblems(t, r)
			got := map[string][]string{}
			for value, places := range briefs(r, names) {
				got[value] = slices.DeleteFunc(places, func(p string) bool {
					return strings.HasPrefix(p, "file .git/")
				})
			}
			for _, places := range got {
				for i, p := range places {
					places[i] = withoutLast(p)
				}
			}
			want := map[string][]string{}
			for value, places := range test.want {
				for _, p := range places {
					want[value] = append(want[value], withoutLast(p))
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}

// withoutLast cuts the last commit out of a brief place: further commits, on top
// of the history that all layouts share, are the newest ones then.
func withoutLast(brief string) string {
	before, after, ok := strings.Cut(brief, "..")
	if !ok {
		return brief
	}
	_, marks, _ := strings.Cut(after, " ")
	return strings.TrimSpace(before + " " + marks)
}

func TestShallowCloneIsLeftOutNotAProblem(t *testing.T) {
	w, names := history(t)
	to := filepath.Join(t.TempDir(), "shallow")
	w.git("clone", "-q", "--depth=1", "--no-local", "file://"+w.dir, to)
	r := scan(t, to, Options{})
	noProblems(t, r)
	if got := r.leftOut[scanner.Shallow]; got != 1 {
		t.Errorf("left out as shallow: got %d, want 1", got)
	}
	if diff := cmp.Diff(map[string][]string{"KEY-live": {"file sub/live live+..live+ head index work"}}, briefs(r, names)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	_, err := tryScan(to, Options{Range: w.git("rev-parse", "HEAD~2") + "..HEAD"})
	var unknown *UnknownRevisionError
	if !errors.As(err, &unknown) || !unknown.Shallow {
		t.Errorf("range from beyond the boundary: got error %v, want an unknown revision in a shallow clone", err)
	}
}

func TestPartialCloneIsAProblem(t *testing.T) {
	w, _ := history(t)
	w.git("config", "uploadpack.allowFilter", "true")
	to := filepath.Join(t.TempDir(), "partial")
	w.git("clone", "-q", "--filter=blob:none", "--no-checkout", "file://"+w.dir, to)
	r := scan(t, to, Options{})
	if len(r.problems) != 1 || !strings.Contains(r.problems[0].Err.Error(), "were never fetched: 2, such as ") {
		t.Errorf("problems: got %v, want one about two files that were never fetched", r.problems)
	}
}

func TestSubmodules(t *testing.T) {
	inner, _ := history(t)
	outer := newWork(t)
	outer.commit("README", "KEY-outer\n")
	outer.git("submodule", "--quiet", "add", inner.dir, "mod")
	outer.git("commit", "-q", "-m", "add module")

	checkRoots := func(t *testing.T, r result, want map[string]string) {
		t.Helper()
		noProblems(t, r)
		got := map[string]string{}
		for value, places := range r.places {
			got[value] = places[0].Root
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("roots by value (-want +got):\n%s", diff)
		}
	}
	t.Run("checked out", func(t *testing.T) {
		mod := filepath.Join(outer.dir, "mod")
		checkRoots(t, scan(t, outer.dir, Options{}), map[string]string{"KEY-outer": outer.dir, "KEY-gone": mod, "KEY-live": mod})
	})
	t.Run("only fetched", func(t *testing.T) {
		outer.git("submodule", "--quiet", "deinit", "-f", "mod")
		mod := filepath.Join(outer.dir, ".git", "modules", "mod")
		checkRoots(t, scan(t, outer.dir, Options{}), map[string]string{"KEY-outer": outer.dir, "KEY-gone": mod, "KEY-live": mod})
	})
	t.Run("not here", func(t *testing.T) {
		to := filepath.Join(t.TempDir(), "clone")
		outer.git("clone", "-q", outer.dir, to)
		r := scan(t, to, Options{})
		checkRoots(t, r, map[string]string{"KEY-outer": to})
		if got := r.leftOut[scanner.Submodule]; got != 1 {
			t.Errorf("submodules left out: got %d, want 1", got)
		}
	})
}

func TestRepositoriesInAPlainFolder(t *testing.T) {
	top := t.TempDir()
	w, _ := history(t)
	w.git("clone", "-q", w.dir, filepath.Join(top, "a", "clone"))
	w.git("clone", "-q", "--bare", w.dir, filepath.Join(top, "b.git"))
	w.git("-C", filepath.Join(top, "a", "clone"), "worktree", "add", "-q", "--detach", filepath.Join(top, "linked"))
	if err := os.WriteFile(filepath.Join(top, "note"), []byte("KEY-note"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := scan(t, top, Options{})
	noProblems(t, r)
	var got []string
	for value, places := range r.places {
		for _, p := range places {
			rel, err := filepath.Rel(top, p.Root)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, value+" in "+filepath.ToSlash(rel))
		}
	}
	slices.Sort(got)
	want := []string{
		"KEY-gone in a/clone", "KEY-gone in b.git",
		"KEY-live in a/clone", "KEY-live in b.git", "KEY-live in linked",
		"KEY-note in .",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFolderInsideARepository(t *testing.T) {
	w, names := history(t)
	w.commit("sub/past", "KEY-past\n")
	w.commit("sub/past", "")
	w.commit("subway", "KEY-subway\n")
	r := scan(t, filepath.Join(w.dir, "sub"), Options{})
	noProblems(t, r)
	if diff := cmp.Diff([]string{"KEY-live", "KEY-past"}, values(r)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if got := briefs(r, names)["KEY-live"][0]; !strings.HasPrefix(got, "file sub/live live+..") {
		t.Errorf("place: got %q, want the path from the repository's top", got)
	}
	if r.leftOut[scanner.Filtered] == 0 {
		t.Error("nothing is said to be left out")
	}
}

func TestSHA256(t *testing.T) {
	w := newWork(t, "--object-format=sha256")
	w.commit("gone", "KEY-gone\n")
	w.commit("gone", "KEY-live\n")
	r := scan(t, w.dir, Options{})
	noProblems(t, r)
	if diff := cmp.Diff([]string{"KEY-gone", "KEY-live"}, values(r)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if p := r.places["KEY-gone"][0]; p.Commit == nil || len(p.Commit.ID) != 64 {
		t.Errorf("commit: got %+v, want one with a SHA-256 id", p.Commit)
	}
}

func TestUnknownExtensionWithoutGitIsAnError(t *testing.T) {
	w, _ := history(t)
	w.git("config", "core.repositoryformatversion", "1")
	w.git("config", "extensions.unheardOf", "1")
	t.Setenv("PATH", t.TempDir())
	_, err := tryScan(w.dir, Options{})
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), "extension unheardof") {
		t.Errorf("got error %v, want one that names the extension", err)
	}
}

// Refs that can't be read are no reason to read no objects. The git program is
// asked, and can't read these either: there is no reftable.
func TestRefsThatCannotBeReadAreAProblem(t *testing.T) {
	w, _ := history(t)
	w.git("config", "core.repositoryformatversion", "1")
	w.git("config", "extensions.refStorage", "reftable")
	r := scan(t, w.dir, Options{})
	named := func(p scanner.Problem) bool { return strings.Contains(p.Err.Error(), "refs kept as reftable") }
	if !slices.ContainsFunc(r.problems, named) {
		t.Errorf("problems: got %v, want one about refs kept as reftable", r.problems)
	}
	if diff := cmp.Diff([]string{"KEY-gone", "KEY-live"}, values(r)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestTruncatedPackIsAProblem(t *testing.T) {
	w, _ := history(t)
	w.git("repack", "-q", "-a", "-d")
	packs, err := filepath.Glob(filepath.Join(w.dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs: %v, %v", packs, err)
	}
	if err := os.Chmod(packs[0], 0o644); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(packs[0], info.Size()*2/3); err != nil {
		t.Fatal(err)
	}
	r := scan(t, w.dir, Options{})
	if !slices.ContainsFunc(r.problems, func(p scanner.Problem) bool { return strings.HasSuffix(p.What, ".pack") }) {
		t.Errorf("problems: got %v, want one about the pack", r.problems)
	}
}

func TestNarrowed(t *testing.T) {
	w := newWork(t)
	w.commit("a", "KEY-old\nx\n")
	w.commit("moved", "KEY-moved\n")
	w.git("tag", "base")
	w.commit("a", "x\nKEY-old\nKEY-new\n") // the old one moved, the new one is new
	w.commit("brief", "KEY-brief\n")
	w.commit("brief", "")
	w.git("mv", "moved", "elsewhere")
	w.git("commit", "-q", "-m", "move; KEY-said")
	w.write("b", "KEY-staged\n")
	w.write("a", "x\nKEY-old\nKEY-new KEY-two\n")
	w.git("add", "-A")
	w.write("b", "KEY-unstaged\n")

	for _, test := range []struct {
		name    string
		options Options
		want    []string
	}{
		{"staged", Options{Staged: true}, []string{"KEY-staged", "KEY-two"}},
		{"range", Options{Range: "base..main"}, []string{"KEY-brief", "KEY-new", "KEY-said"}},
		{"range to HEAD", Options{Range: "base.."}, []string{"KEY-brief", "KEY-new", "KEY-said"}},
		{"range of ids", Options{Range: w.git("rev-parse", "base")[:10] + "..HEAD~1"}, []string{"KEY-brief", "KEY-new"}},
		{"range by parents", Options{Range: "HEAD~2^..HEAD~2"}, []string{"KEY-brief"}},
		{"since", Options{Since: "base"}, []string{"KEY-brief", "KEY-new", "KEY-said"}},
		{"empty range", Options{Range: "main..main"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := scan(t, w.dir, test.options)
			noProblems(t, r)
			if diff := cmp.Diff(test.want, slices.Sorted(maps.Keys(r.places))); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
	for _, rev := range []string{"nowhere", "HEAD~99", "HEAD^2", "deadbeef", "main~x"} {
		_, err := tryScan(w.dir, Options{Since: rev})
		var unknown *UnknownRevisionError
		if !errors.As(err, &unknown) {
			t.Errorf("since %s: got error %v, want an unknown revision", rev, err)
		}
	}
	if _, err := tryScan(t.TempDir(), Options{Staged: true}); err == nil {
		t.Error("staged, without a repository: no error")
	}
	bare := filepath.Join(t.TempDir(), "bare")
	w.git("clone", "-q", "--bare", w.dir, bare)
	if _, err := tryScan(bare, Options{Staged: true}); err == nil {
		t.Error("staged, in a bare repository: no error")
	}
}

// TestSuite runs what every source promises.
func TestSuite(t *testing.T) {
	w := newWork(t)
	w.commit("a", "one\n")
	w.commit("d/a", "two\n")
	w.commit("a", "three\n")
	sourcetest.Run(t, func(t *testing.T) (scanner.Source, []sourcetest.Text) {
		s, err := Open(w.dir, Options{HistoryOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		return s, []sourcetest.Text{
			{Path: "a", Text: "one\n"}, {Path: "a", Text: "three\n"}, {Path: "d/a", Text: "two\n"},
			{Text: "change a\n"}, {Text: "change d/a\n"}, {Text: "change a\n"},
			{Text: "Ann <ann@example.com>"}, {Text: "Bob <bob@example.com>"},
			{Text: "HEAD"}, {Text: "refs/heads/main"},
		}
	})
}
