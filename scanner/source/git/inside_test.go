package git

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/secretsweep/secretsweep/scanner"
)

// A .git folder whose config says "bare" is how people keep linked worktrees side
// by side. Their files, and what lies beside them, are files all the same.
func TestBareWithWorkTreesBeside(t *testing.T) {
	w, _ := history(t)
	top := t.TempDir()
	w.git("clone", "-q", "--bare", "--no-local", w.dir, filepath.Join(top, ".git"))
	w.git("-C", top, "worktree", "add", "-q", "--detach", "tree")
	for path, text := range map[string]string{".env": "KEY-beside\n", "tree/.env": "KEY-inside\n"} {
		if err := os.WriteFile(filepath.Join(top, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := scan(t, top, Options{})
	noProblems(t, r)
	if got, want := values(r), []string{"KEY-beside", "KEY-gone", "KEY-inside", "KEY-live"}; !slices.Equal(got, want) {
		t.Errorf("values: got %q, want %q", got, want)
	}
	if got := r.leftOut[scanner.WorkTrees]; got != 0 {
		t.Errorf("files of other worktrees left out: got %d, want none", got)
	}
}

func TestOtherWorkTreesAreLeftOut(t *testing.T) {
	w, _ := history(t)
	linked := filepath.Join(t.TempDir(), "linked")
	w.git("worktree", "add", "-q", "--detach", linked)
	gone := filepath.Join(t.TempDir(), "gone")
	w.git("worktree", "add", "-q", "--detach", gone)
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{w.dir, linked} {
		r := scan(t, path, Options{})
		noProblems(t, r)
		if got := r.leftOut[scanner.WorkTrees]; got != 1 {
			t.Errorf("%s: worktrees left out: got %d, want 1", path, got)
		}
	}
}

// Commits that only a detached HEAD of another working tree reaches.
func TestCommitsOfOtherHeads(t *testing.T) {
	w, _ := history(t)
	linked := filepath.Join(t.TempDir(), "linked")
	w.git("worktree", "add", "-q", "--detach", linked)
	w.git("-C", linked, "commit", "-q", "--allow-empty", "-m", "there")
	w.git("checkout", "-q", "--detach")
	w.git("commit", "-q", "--allow-empty", "-m", "here")
	for _, path := range []string{w.dir, linked} {
		want, err := strconv.ParseInt(w.git("-C", path, "rev-list", "--all", "--count"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if got := scan(t, path, Options{}).counts[scanner.Commits]; got != want || got != 5 {
			t.Errorf("%s: commits: got %d, want %d", path, got, want)
		}
	}
}

func TestModulesOfALinkedWorkTree(t *testing.T) {
	inner, _ := history(t)
	outer := newWork(t)
	outer.git("submodule", "--quiet", "add", inner.dir, "mod")
	outer.git("commit", "-q", "-m", "add module")
	linked := filepath.Join(t.TempDir(), "linked")
	outer.git("worktree", "add", "-q", "--detach", linked)
	outer.git("-C", linked, "submodule", "--quiet", "update", "--init")
	mod := filepath.Join(linked, "mod")
	if err := os.WriteFile(filepath.Join(mod, "mine"), []byte("KEY-mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	outer.git("-C", mod, "add", "mine")
	outer.git("-C", mod, "commit", "-q", "-m", "only here")
	r := scan(t, outer.dir, Options{})
	noProblems(t, r)
	if got, want := values(r), []string{"KEY-gone", "KEY-live", "KEY-mine"}; !slices.Equal(got, want) {
		t.Errorf("values: got %q, want %q", got, want)
	}
	if got := r.leftOut[scanner.Packed]; got != 0 {
		t.Errorf("objects of the module were read as %d files", got)
	}
}

// The git folder of a submodule that was removed still has its config, and that
// the address it came from.
func TestConfigOfAModuleThatIsNotCheckedOut(t *testing.T) {
	inner, _ := history(t)
	outer := newWork(t)
	outer.git("submodule", "--quiet", "add", inner.dir, "mod")
	outer.git("commit", "-q", "-m", "add module")
	outer.git("-C", "mod", "remote", "set-url", "origin", "https://u:KEY-url@example.com/x.git")
	outer.git("submodule", "--quiet", "deinit", "-f", "mod")
	r := scan(t, outer.dir, Options{})
	noProblems(t, r)
	if len(r.places["KEY-url"]) != 1 {
		t.Errorf("KEY-url: got %v, want one place", r.places["KEY-url"])
	}
}

func TestModuleWithItsOwnGitFolderHistoryOnly(t *testing.T) {
	inner, _ := history(t)
	outer := newWork(t)
	outer.git("clone", "-q", inner.dir, "mod")
	outer.git("submodule", "--quiet", "add", inner.dir, "mod")
	outer.git("commit", "-q", "-m", "add module")
	r := scan(t, outer.dir, Options{HistoryOnly: true})
	noProblems(t, r)
	if got, want := values(r), []string{"KEY-gone", "KEY-live"}; !slices.Equal(got, want) {
		t.Errorf("values: got %q, want %q", got, want)
	}
}

func TestRepositoryInsideAFolderOfARepository(t *testing.T) {
	inner, _ := history(t)
	outer := newWork(t)
	outer.commit("sub/README", "KEY-outer\n")
	outer.git("submodule", "--quiet", "add", inner.dir, "sub/mod")
	outer.git("commit", "-q", "-m", "add module")
	r := scan(t, filepath.Join(outer.dir, "sub"), Options{})
	noProblems(t, r)
	if got, want := values(r), []string{"KEY-gone", "KEY-live", "KEY-outer"}; !slices.Equal(got, want) {
		t.Errorf("values: got %q, want %q", got, want)
	}
}

// The way to a repository may be any.
func TestWaysToARepository(t *testing.T) {
	w, names := history(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(w.dir, "sub"), link); err != nil {
		t.Skip("no links here: ", err)
	}
	t.Chdir(filepath.Join(w.dir, "sub"))
	for path, root := range map[string]string{".": "..", "..": "..", "../sub": "..", "../../" + filepath.Base(w.dir): "../../" + filepath.Base(w.dir), link: w.dir} {
		t.Run(path, func(t *testing.T) {
			r := scan(t, path, Options{})
			noProblems(t, r)
			places := r.places["KEY-live"]
			if len(places) != 1 || brief(places[0], names) != "file sub/live live+..live+ head index work" {
				t.Fatalf("places: got %+v", places)
			}
			if got, want := places[0].Root, filepath.FromSlash(root); got != want {
				t.Errorf("root: got %q, want %q", got, want)
			}
		})
	}
	t.Run("inside the git folder", func(t *testing.T) {
		w.write(".git/hooks/mine", "KEY-hook\n")
		r := scan(t, filepath.Join(w.dir, ".git", "hooks"), Options{})
		noProblems(t, r)
		if len(r.places["KEY-hook"]) != 1 {
			t.Errorf("places: got %v, want the hook", r.places)
		}
	})
	t.Run("below a folder that is called .git", func(t *testing.T) {
		top := t.TempDir()
		if err := os.MkdirAll(filepath.Join(top, ".git"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(top, "d"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(top, "d", "f"), []byte("KEY-f\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		r := scan(t, filepath.Join(top, "d"), Options{})
		noProblems(t, r)
		if len(r.places["KEY-f"]) != 1 {
			t.Errorf("places: got %v, want the file", r.places)
		}
	})
}

func TestNoHistoryOfAGitFolder(t *testing.T) {
	w, _ := history(t)
	r := scan(t, filepath.Join(w.dir, ".git"), Options{NoHistory: true})
	noProblems(t, r)
	if got, want := values(r), []string{"KEY-live"}; !slices.Equal(got, want) {
		t.Errorf("values: got %q, want %q", got, want)
	}
}

// What a ref names itself is not this machine's alone.
func TestObjectsThatRefsName(t *testing.T) {
	w, _ := history(t)
	blob, inTree := w.object("blob", "KEY-blob\n"), w.object("blob", "KEY-tree\n")
	w.git("update-ref", "refs/tags/tree", w.object("tree", treeEntryOf(t, "100644", "x", inTree)))
	w.git("tag", "-a", "inner", "-m", "KEY-inner", blob)
	w.git("tag", "-a", "outer", "-m", "KEY-outer", "inner")
	w.git("tag", "-d", "inner")
	w.object("blob", "KEY-dangling\n")
	r := scan(t, w.dir, Options{HistoryOnly: true})
	noProblems(t, r)
	for value, local := range map[string]bool{"KEY-blob": false, "KEY-tree": false, "KEY-inner": false, "KEY-outer": false, "KEY-dangling": true} {
		if p := r.places[value]; len(p) != 1 || p[0].Local != local {
			t.Errorf("%s: got %+v, want one place, local %t", value, p, local)
		}
	}
}

// An author stays when a commit is amended.
func TestAuthorOfAnAmendedCommit(t *testing.T) {
	w, names := history(t)
	w.git("commit", "-q", "--allow-empty", "-m", "x", "--author", "KEY-author <a@example.com>")
	w.git("commit", "-q", "--allow-empty", "--amend", "-m", "y")
	names[w.git("rev-parse", "HEAD")] = "amended"
	r := scan(t, w.dir, Options{HistoryOnly: true})
	if got, want := briefs(r, names)["KEY-author"], []string{"commit  amended..- field=author"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The last commit that has a value is not the stash on top of it.
func TestStashIsNotTheLast(t *testing.T) {
	w, names := history(t)
	w.write("other", "x")
	w.git("stash", "-q", "-u")
	w.write("sub/live", "KEY-live and more\n")
	w.git("stash", "-q")
	r := scan(t, w.dir, Options{HistoryOnly: true})
	if got, want := briefs(r, names)["KEY-live"], []string{"file sub/live live+..live+ head"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Ranges over histories that fork and meet.
func TestRangesWithMerges(t *testing.T) {
	w := newWork(t)
	w.commit("start", "KEY-start\n")
	w.git("checkout", "-q", "-b", "feature")
	w.commit("mine", "KEY-mine\n")
	w.commit("picked", "KEY-picked\n")
	w.git("checkout", "-q", "main")
	w.commit("theirs", "KEY-theirs\n")
	w.commit("picked", "x KEY-picked\n")
	w.commit("picked2", "KEY-other\n")
	w.git("rm", "-q", "picked")
	w.git("commit", "-q", "-m", "no file where the other side has one")
	w.git("checkout", "-q", "feature")
	w.git("merge", "-q", "--no-commit", "main")
	w.write("evil", "KEY-evil\n")
	w.git("add", "evil")
	w.git("commit", "-q", "-m", "merge, KEY-merged")
	w.git("checkout", "-q", "main")
	w.git("merge", "-q", "--no-ff", "-m", "criss", "feature~1")
	w.git("checkout", "-q", "feature")
	w.git("merge", "-q", "-m", "cross", "main")
	w.commit("late", "KEY-late\n")
	w.git("tag", "late")
	w.git("checkout", "-q", "-b", "behind", "main~1")
	w.commit("same", "KEY-late\n") // the base itself has it, the fork point doesn't

	for _, test := range []struct {
		revs string
		want []string
	}{
		{"main..late", []string{"KEY-evil", "KEY-late", "KEY-merged"}},
		{"main~1..late", []string{"KEY-evil", "KEY-late", "KEY-merged", "KEY-mine", "KEY-picked"}},
		{"behind..late", []string{"KEY-evil", "KEY-late", "KEY-merged", "KEY-mine", "KEY-picked"}},
		{"late..main", nil},
	} {
		t.Run(test.revs, func(t *testing.T) {
			r := scan(t, w.dir, Options{Range: test.revs})
			noProblems(t, r)
			if got := values(r); !slices.Equal(got, test.want) {
				t.Errorf("values: got %q, want %q", got, test.want)
			}
		})
	}
}

// The base has the value in the same file as the range, though it got it itself.
func TestRangeWhoseBaseHasItToo(t *testing.T) {
	w := newWork(t)
	w.commit("a", "x\n")
	w.git("checkout", "-q", "-b", "feature")
	w.commit("a", "x\nKEY-both\nKEY-new\n")
	w.git("checkout", "-q", "main")
	w.commit("a", "KEY-both\nx\n")
	r := scan(t, w.dir, Options{Range: "main..feature"})
	noProblems(t, r)
	if got, want := values(r), []string{"KEY-new"}; !slices.Equal(got, want) {
		t.Errorf("values: got %q, want %q", got, want)
	}
}

func TestRangeAuthors(t *testing.T) {
	w, _ := history(t)
	w.git("commit", "-q", "--allow-empty", "-m", "x", "--author", "KEY-before <a@example.com>")
	w.git("tag", "base")
	w.git("commit", "-q", "--allow-empty", "-m", "x", "--author", "KEY-before <a@example.com>")
	w.git("commit", "-q", "--allow-empty", "-m", "y", "--author", "KEY-since <a@example.com>")
	r := scan(t, w.dir, Options{Since: "base"})
	noProblems(t, r)
	if got, want := values(r), []string{"KEY-since"}; !slices.Equal(got, want) {
		t.Errorf("values: got %q, want %q", got, want)
	}
}

// A folder that the range removes is a place that values come from.
func TestRangeThatMovesAFolder(t *testing.T) {
	w := newWork(t)
	w.commit("from/deep/a", "KEY-moved\nmuch\nelse\n")
	w.git("tag", "base")
	w.git("mv", "from/deep", "to")
	w.write("to/a", "KEY-moved\nmore\n")
	w.git("add", "-A")
	w.git("commit", "-q", "-m", "move")
	r := scan(t, w.dir, Options{Since: "base"})
	noProblems(t, r)
	if got := values(r); len(got) != 0 {
		t.Errorf("values: got %q, want none", got)
	}
}

func TestRangeInAPartialClone(t *testing.T) {
	w, _ := history(t)
	w.git("config", "uploadpack.allowFilter", "true")
	to := filepath.Join(t.TempDir(), "partial")
	w.git("clone", "-q", "--filter=blob:none", "file://"+w.dir, to)
	r := scan(t, to, Options{Range: "HEAD~2..HEAD~1"})
	noProblems(t, r)
	for _, o := range []Options{{Range: "HEAD~1..HEAD"}, {Staged: true}} {
		noProblems(t, scan(t, to, o)) // checked out, so fetched
	}
	w.commit("gone", "KEY-again\n")
	w.commit("gone", "")
	w.git("-C", to, "-c", "remote.origin.partialclonefilter=blob:none", "fetch", "-q")
	r = scan(t, to, Options{Range: "HEAD..origin/main"})
	if !said(r, "were never fetched: 1, such as ") {
		t.Errorf("problems: got %v, want one about the file that was never fetched", r.problems)
	}
}
