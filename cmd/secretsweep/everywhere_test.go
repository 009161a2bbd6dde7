package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// hideout is a secret and where it must be found.
type hideout struct {
	where string
	value string
	want  place.Place
}

// TestEverywhere hides a different secret in every corner of a repository.
func TestEverywhere(t *testing.T) {
	needGit(t)
	for _, test := range []struct {
		name string
		pack func(t *testing.T, dir string)
	}{
		{"loose", func(t *testing.T, dir string) {
			if packs := globbed(t, dir, "*.pack"); len(packs) != 0 {
				t.Fatalf("there are packs: %q", packs)
			}
		}},
		{"packed", func(t *testing.T, dir string) {
			for range 2 { // the first one passes some loose objects by
				runGit(t, dir, "repack", "-q", "-a", "-d", "--keep-unreachable")
			}
			runGit(t, dir, "pack-refs", "--all")
			if left := runGit(t, dir, "count-objects"); !strings.HasPrefix(left, "0 ") {
				t.Fatalf("loose objects are left: %s", left)
			}
			if packs := globbed(t, dir, "*.pack"); len(packs) != 1 {
				t.Fatalf("packs: %q, want one", packs)
			}
		}},
		{"collected", func(t *testing.T, dir string) {
			runGit(t, dir, "gc", "-q")
			if packs := globbed(t, dir, "*.pack"); len(packs) == 0 {
				t.Fatal("there is no pack")
			}
		}},
		{"many packs", func(t *testing.T, dir string) {
			for object := range strings.Lines(runGit(t, dir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")) {
				packObjects(t, dir, object)
			}
			runGit(t, dir, "prune-packed")
			if packs := globbed(t, dir, "*.pack"); len(packs) < 20 {
				t.Fatalf("%d packs", len(packs))
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "repo")
			hidden := hideEverywhere(t, dir)
			test.pack(t, dir)
			got, status := scanJSON(t, dir)
			if status != statusLeaks {
				t.Errorf("exit status %d, want %d", status, statusLeaks)
			}
			places := map[secret.Fingerprint][]place.Place{}
			for _, f := range got.Findings {
				places[f.Fingerprint] = f.Places
			}
			if len(got.Findings) != len(hidden) {
				t.Errorf("%d findings, want %d", len(got.Findings), len(hidden))
			}
			ignored := cmp.Options{
				cmpopts.IgnoreFields(place.Place{}, "Root", "Last"),
				cmpopts.IgnoreFields(place.Span{}, "End"),
				cmpopts.IgnoreFields(place.Version{}, "Name", "Email", "Date", "Title"),
			}
			for _, h := range hidden {
				got := places[secret.New(h.value).Fingerprint()]
				if diff := cmp.Diff([]place.Place{h.want}, got, ignored); diff != "" {
					t.Errorf("%s (-want +got):\n%s", h.where, diff)
				}
			}
			checkCounts(t, dir, got)
		})
	}
}

// checkCounts compares what was read with what git says there is.
func checkCounts(t *testing.T, dir string, r *report.Report) {
	t.Helper()
	objects := strings.Count(runGit(t, dir, "cat-file", "--batch-all-objects", "--batch-check")+"\n", "\n")
	commits := runGit(t, dir, "rev-list", "--all", "--count")
	if got := r.Summary.Counts[scanner.Objects]; got != int64(objects) {
		t.Errorf("%d objects read, git has %d", got, objects)
	}
	if got := fmt.Sprint(r.Summary.Counts[scanner.Commits]); got != commits {
		t.Errorf("%s commits reached, git says %s", got, commits)
	}
}

// hideEverywhere makes the repository.
func hideEverywhere(t *testing.T, dir string) []hideout {
	t.Helper()
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) string {
		t.Helper()
		return runGit(t, dir, args...)
	}
	commit := func(message string, more ...string) *place.Version {
		t.Helper()
		git(append([]string{"commit", "-q", "--allow-empty", "-m", message}, more...)...)
		return &place.Version{ID: git("rev-parse", "HEAD")}
	}
	var all []hideout
	hide := func(where string) string {
		t.Helper()
		value, err := newSecret("github-personal-access-token")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, hideout{where: where, value: value})
		return value
	}
	found := func(line, column int, p place.Place) {
		p.Start = place.Position{Line: line, Column: column}
		all[len(all)-1].want = p
	}
	id := func(object string) string { return git("rev-parse", object) }
	const token = "token = " // what stands before every secret
	const column = len(token) + 1

	git("init", "-q")
	write(".gitignore", ".env\n")
	write("a.txt", "one\n")
	git("add", ".")
	commit("begin")

	write("deleted.txt", token+hide("a deleted file")+"\n")
	git("add", ".")
	brought := commit("add a file")
	git("rm", "-q", "deleted.txt")
	commit("delete it again")
	found(1, column, place.Place{Kind: place.File, Path: "deleted.txt", Commit: brought, Object: id(brought.ID + ":deleted.txt")})

	git("checkout", "-q", "-b", "side")
	write("a.txt", "two\n")
	commit("on the side", "-a")
	git("checkout", "-q", "main")
	write("a.txt", "three\n")
	commit("on main", "-a")
	if _, err := gitCommand(t, dir, "merge", "-q", "side").CombinedOutput(); err == nil {
		t.Fatal("the merge has no conflict")
	}
	write("a.txt", token+hide("a merge resolution")+"\n")
	git("add", ".")
	merge := commit("merge the side")
	write("a.txt", "four\n")
	commit("go on", "-a")
	found(1, column, place.Place{Kind: place.File, Path: "a.txt", Commit: merge, Object: id(merge.ID + ":a.txt")})

	write("a.txt", token+hide("an older stash")+"\n")
	git("stash", "-q")
	found(1, column, place.Place{Kind: place.File, Path: "a.txt", Commit: &place.Version{ID: id("stash")}, Object: id("stash:a.txt"), Local: true})
	write("a.txt", "five\n")
	git("stash", "-q")

	write("amended.txt", token+hide("an amended commit")+"\n")
	git("add", ".")
	amended := commit("amend me")
	found(1, column, place.Place{Kind: place.File, Path: "amended.txt", Commit: amended, Object: id(":amended.txt"), Local: true})
	write("amended.txt", "nothing\n")
	git("add", ".")
	git("commit", "-q", "--amend", "-m", "amended")

	write("../dangling.txt", token+hide("a dangling blob")+"\n")
	blob := git("hash-object", "-w", "../dangling.txt")
	found(1, column, place.Place{Kind: place.Object, Object: blob, Local: true})

	told := commit("tell\n\n" + token + hide("a commit message"))
	found(3, column, place.Place{Kind: place.Commit, Field: "message", Commit: told, Object: told.ID})

	git("tag", "-a", "-m", token+hide("a tag message"), "v1")
	found(1, column, place.Place{Kind: place.Tag, Field: "message", Ref: "refs/tags/v1", Commit: told, Object: id("v1")})

	git("notes", "add", "-m", token+hide("a note"), told.ID)
	found(1, column, place.Place{
		Kind: place.Note, Ref: "refs/notes/commits", Annotated: told.ID, Path: told.ID,
		Commit: &place.Version{ID: id("refs/notes/commits")}, Object: git("notes", "list", told.ID),
	})

	name := hide("a ref name")
	git("branch", "fix-"+name)
	found(1, 16, place.Place{Kind: place.Ref, Ref: "refs/heads/fix-" + secret.New(name).Mask()})

	author := commit("by someone", "--author", "Bob <bob+"+hide("an author field")+"@example.org>")
	found(1, 10, place.Place{Kind: place.Commit, Field: "author", Commit: author, Object: author.ID})
	commit("the last") // .git/COMMIT_EDITMSG is this one's now

	write(".env", "TOKEN="+hide("an ignored .env")+"\n")
	found(1, 7, place.Place{Kind: place.File, Path: ".env", WorkTree: true, Local: true})

	write("staged.txt", token+hide("the index")+"\n")
	git("add", "staged.txt")
	write("staged.txt", "nothing\n")
	found(1, column, place.Place{Kind: place.File, Path: "staged.txt", Object: id(":staged.txt"), Index: true})
	return all
}

// A clean repository says so.
func TestCleanRepository(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	runGit(t, dir, "commit", "-q", "--allow-empty", "-m", "begin")
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), []string{"scan", dir}, shell{nil, &stdout, &stderr, noEnvironment})
	if status != statusOK || !strings.Contains(stdout.String(), "no leaks found") || stderr.Len() > 0 {
		t.Errorf("exit status %d\nstdout:\n%s\nstderr:\n%s", status, &stdout, &stderr)
	}
}

// What can't be read is never clean.
func TestTruncatedPack(t *testing.T) {
	needGit(t)
	dir := t.TempDir()
	runGit(t, dir, "init", "-q")
	for i := range 3 {
		if err := os.WriteFile(filepath.Join(dir, "a.txt"), bytes.Repeat([]byte(fmt.Sprintf("line %d\n", i)), 100), 0o666); err != nil {
			t.Fatal(err)
		}
		runGit(t, dir, "add", ".")
		runGit(t, dir, "commit", "-q", "-m", "change")
	}
	runGit(t, dir, "repack", "-q", "-a", "-d")
	packs := globbed(t, dir, "*.pack")
	if len(packs) != 1 {
		t.Fatalf("packs: %q, want one", packs)
	}
	info, err := os.Stat(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(packs[0], 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(packs[0], info.Size()/2); err != nil {
		t.Fatal(err)
	}
	r, status := scanJSON(t, dir)
	if status != statusError {
		t.Errorf("exit status %d, want %d", status, statusError)
	}
	named := false
	for _, p := range r.Problems {
		named = named || strings.Contains(p.What, filepath.Base(packs[0]))
	}
	if !named {
		t.Errorf("no problem names %s: %+v", filepath.Base(packs[0]), r.Problems)
	}
	if r.Summary.Complete {
		t.Error("the summary calls it complete")
	}
}

// The same input gives the same bytes, however many workers there are.
func TestSameBytes(t *testing.T) {
	needGit(t)
	dir := filepath.Join(t.TempDir(), "repo")
	hideEverywhere(t, dir)
	for _, format := range report.Formats() {
		var want string
		for _, workers := range []string{"1", "2", "7"} {
			var stdout, stderr bytes.Buffer
			run(t.Context(), []string{"scan", "--workers", workers, "-f", format, dir}, shell{nil, &stdout, &stderr, noEnvironment})
			if want == "" {
				want = stdout.String()
			}
			if want == "" || stdout.String() != want {
				t.Errorf("%s with %s workers: %s", format, workers, cmp.Diff(want, stdout.String()))
			}
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	out := filepath.Join(dir, "out.json")
	var stdout, stderr bytes.Buffer
	status := run(ctx, []string{"scan", "-o", out, dir}, shell{nil, &stdout, &stderr, noEnvironment})
	if status != statusInterrupted || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("exit status %d, want %d; stderr: %s", status, statusInterrupted, &stderr)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// scanJSON scans a folder and reads the report.
func scanJSON(t *testing.T, dir string, flags ...string) (*report.Report, int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), append([]string{"scan", "-f", "json", dir}, flags...), shell{nil, &stdout, &stderr, noEnvironment})
	r, err := report.Read(&stdout)
	if err != nil {
		t.Fatalf("exit status %d: %v\n%s", status, err, &stderr)
	}
	return r, status
}

func noEnvironment(string) string { return "" }

// globbed finds files under a folder.
func globbed(t *testing.T, dir, pattern string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if ok, _ := filepath.Match(pattern, d.Name()); ok {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// packObjects puts objects, an id a line, into a pack of their own.
func packObjects(t *testing.T, dir, ids string) {
	t.Helper()
	cmd := gitCommand(t, dir, "pack-objects", "-q", ".git/objects/pack/pack")
	cmd.Stdin = strings.NewReader(ids)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git pack-objects: %v\n%s", err, out)
	}
}
