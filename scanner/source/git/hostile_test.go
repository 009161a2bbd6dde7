package git

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/scanner"
)

// object stores an object as it is, well-formed or not, and gives its id.
func (w *work) object(kind, content string) string {
	w.t.Helper()
	cmd := exec.Command("git", "hash-object", "-w", "--literally", "-t", kind, "--stdin")
	cmd.Dir, cmd.Stdin = w.dir, strings.NewReader(content)
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// forge stores an object under an id that isn't its own.
func (w *work) forge(id, kind, content string) {
	w.t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	fmt.Fprintf(z, "%s %d\x00%s", kind, len(content), content)
	if err := z.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.write(".git/objects/"+id[:2]+"/"+id[2:], b.String())
}

func treeEntryOf(t testing.TB, mode, name, id string) string {
	t.Helper()
	raw, err := hex.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	return mode + " " + name + "\x00" + string(raw)
}

const people = "author Ann <ann@example.com> 1700000000 +0000\ncommitter Ann <ann@example.com> 1700000000 +0000\n"

// said tells whether a problem has all the words.
func said(r result, words ...string) bool {
	return slices.ContainsFunc(r.problems, func(p scanner.Problem) bool {
		text := p.What + ": " + p.Err.Error()
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
}

func TestCommitWithoutTree(t *testing.T) {
	w := newWork(t)
	id := w.object("commit", people+"\nKEY-treeless\n")
	w.write(".git/refs/heads/odd", id+"\n")
	r := scan(t, w.dir, Options{})
	if !said(r, id, "malformed") {
		t.Errorf("problems: got %v, want one with commit %s", r.problems, id)
	}
	places := r.places["KEY-treeless"]
	if len(places) != 1 || places[0].Commit == nil || places[0].Commit.ID != id {
		t.Errorf("places: got %+v, want the commit", places)
	}
}

// Objects are not hashed, so someone can make a cycle.
func TestCycles(t *testing.T) {
	w := newWork(t)
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	blob := w.object("blob", "KEY-tree\n")
	w.forge(a, "tree", treeEntryOf(t, "40000", "x", a)+treeEntryOf(t, "40000", "y", a)+treeEntryOf(t, "100644", "z", blob))
	one, two := strings.Repeat("1", 40), strings.Repeat("2", 40)
	w.forge(one, "commit", "tree "+a+"\nparent "+two+"\n"+people+"\nKEY-commit\n")
	w.forge(two, "commit", "tree "+a+"\nparent "+one+"\n"+people+"\n\n")
	w.forge(b, "tag", "object "+b+"\ntype tag\ntag b\ntagger Ann <a@example.com> 1 +0000\n\nKEY-tag\n")
	top := w.object("commit", "tree "+a+"\n"+people+"\nkey\n")
	for name, id := range map[string]string{"heads/main": top, "heads/cycle": one, "tags/b": b} {
		w.write(".git/refs/"+name, id+"\n")
	}
	t.Run("all", func(t *testing.T) {
		r := scan(t, w.dir, Options{HistoryOnly: true})
		if got, want := values(r), []string{"KEY-commit", "KEY-tag", "KEY-tree"}; !slices.Equal(got, want) {
			t.Errorf("values: got %q, want %q", got, want)
		}
		if !said(r, "paths") || !said(r, one, "malformed") {
			t.Errorf("problems: got %v, want one about the paths and one about commit %s", r.problems, one)
		}
	})
	for name, o := range map[string]Options{"staged": {Staged: true}, "no history": {NoHistory: true}} {
		t.Run(name, func(t *testing.T) {
			if r := scan(t, w.dir, o); !said(r, "paths") {
				t.Errorf("problems: got %v, want one about the paths", r.problems)
			}
		})
	}
}

// bomb makes a tree of trees that each hold the same tree ten times: 10¹⁰ paths
// and a dozen objects.
func (w *work) bomb(text string) (tree string) {
	w.t.Helper()
	tree = w.object("tree", treeEntryOf(w.t, "100644", "x", w.object("blob", text)))
	for range 10 {
		var b strings.Builder
		for n := range 10 {
			b.WriteString(treeEntryOf(w.t, "40000", fmt.Sprint("d", n), tree))
		}
		tree = w.object("tree", b.String())
	}
	return tree
}

// A tree that names the same trees over and over stops no scan of less than
// everything either.
func TestTreesThatMultiplyPathsNarrowed(t *testing.T) {
	w := newWork(t)
	base := w.commit("a", "x\n")
	bomb := w.git("commit-tree", "-m", "bomb", "-p", base, w.bomb("KEY-bomb\n"))
	w.git("update-ref", "refs/heads/main", bomb)
	w.git("update-ref", "refs/heads/clean", w.git("commit-tree", "-m", "clean", "-p", bomb, base+"^{tree}"))
	for name, test := range map[string]struct {
		options Options
		found   bool
	}{
		"added":      {Options{Range: base + ".." + bomb}, true},
		"removed":    {Options{Range: bomb + "..clean"}, false},
		"both":       {Options{Range: base + "..clean"}, true},
		"staged":     {Options{Staged: true}, false},
		"no history": {Options{NoHistory: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := scan(t, w.dir, test.options)
			if got := len(r.places["KEY-bomb"]) > 0; got != test.found {
				t.Errorf("found: got %t, want %t", got, test.found)
			}
			if !said(r, "paths") {
				t.Errorf("problems: got %v, want one about the paths", r.problems)
			}
		})
	}
}

func TestManyPathsOfOneFileAreNoProblem(t *testing.T) {
	w := newWork(t)
	var b strings.Builder
	blob := w.object("blob", "KEY-many\n")
	for n := range 3000 {
		b.WriteString(treeEntryOf(t, "100644", fmt.Sprintf("f%04d", n), blob))
	}
	w.git("update-ref", "refs/heads/main", w.git("commit-tree", "-m", "many", w.object("tree", b.String())))
	filter, err := scanner.NewFilter([]string{"f2999"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := scan(t, w.dir, Options{HistoryOnly: true, Filter: filter})
	noProblems(t, r)
	if got := len(r.places["KEY-many"]); got != 1 {
		t.Errorf("places: got %d, want 1", got)
	}
}

// A tree may name a thing twice, or by what no path can hold.
func TestOddTrees(t *testing.T) {
	w := newWork(t)
	one, two := w.object("blob", "KEY-one\n"), w.object("blob", "KEY-two\n")
	sub := w.object("tree", treeEntryOf(t, "100644", "x", two))
	tree := w.object("tree", treeEntryOf(t, "100644", "same", one)+treeEntryOf(t, "100644", "same", two)+
		treeEntryOf(t, "40000", "same", sub)+treeEntryOf(t, "100644", "a/b", one)+
		treeEntryOf(t, "40000", "..", sub)+treeEntryOf(t, "40000", ".git", sub)+treeEntryOf(t, "100777", "mode", one))
	w.git("update-ref", "refs/heads/main", w.git("commit-tree", "-m", "odd", tree))
	var first map[string][]string
	for _, workers := range []int{1, 2, 4, 8} {
		r := scan(t, w.dir, Options{HistoryOnly: true, Workers: workers})
		noProblems(t, r)
		got := briefs(r, nil)
		if len(got["KEY-one"]) == 0 || len(got["KEY-two"]) == 0 {
			t.Errorf("values: got %v, want both", got)
		}
		if first == nil {
			first = got
		} else if !maps.EqualFunc(first, got, slices.Equal) {
			t.Errorf("%d workers: got %v, want %v", workers, got, first)
		}
	}
}

func TestTimesBeyondTheCalendar(t *testing.T) {
	for _, seconds := range []string{"99999999999999", "9223372036854775807", "99999999999999999999", "-99999999999999", "x", ""} {
		t.Run(seconds, func(t *testing.T) {
			w := newWork(t)
			tree := w.object("tree", treeEntryOf(t, "100644", "x", w.object("blob", "KEY-x\n")))
			who := "Ann <ann@example.com> " + seconds + " +0000\n"
			w.git("update-ref", "refs/heads/main", w.object("commit", "tree "+tree+"\nauthor "+who+"committer "+who+"\nodd\n"))
			r := scan(t, w.dir, Options{HistoryOnly: true})
			noProblems(t, r)
			if len(r.places["KEY-x"]) != 1 {
				t.Fatalf("places: got %v, want one", r.places)
			}
			if _, err := json.Marshal(r.places["KEY-x"]); err != nil {
				t.Error(err)
			}
		})
	}
}

// What a ref names and the database lacks is history that was not scanned.
func TestMissingObjectsAreProblems(t *testing.T) {
	absent := strings.Repeat("ab", 20)
	for name, test := range map[string]struct {
		make func(w *work)
		want []string
	}{
		"ref": {func(w *work) { w.write(".git/refs/heads/gone", absent+"\n") }, []string{"refs/heads/gone", absent}},
		"tag": {func(w *work) {
			w.write(".git/refs/tags/gone", w.object("tag", "object "+absent+"\ntype commit\ntag gone\n\nm\n")+"\n")
		}, []string{": tag ", "missing"}},
		"index": {func(w *work) {
			w.git("update-index", "--add", "--info-only", "--cacheinfo", "100644,"+absent+",gone")
		}, []string{"1 file", "index"}},
		"tree": {func(w *work) {
			tree := w.object("tree", treeEntryOf(w.t, "100644", "gone", absent))
			w.git("update-ref", "refs/heads/main", w.git("commit-tree", "-m", "x", tree))
		}, []string{"missing from the object database: 1, such as gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := history(t)
			test.make(w)
			if r := scan(t, w.dir, Options{}); !said(r, test.want...) {
				t.Errorf("problems: got %v, want one with %q", r.problems, test.want)
			}
		})
	}
}

func TestIntentToAddIsNoProblem(t *testing.T) {
	w, _ := history(t)
	w.write("later", "KEY-later\n")
	w.git("add", "-N", "later")
	for _, o := range []Options{{}, {NoHistory: true}} {
		r := scan(t, w.dir, o)
		noProblems(t, r)
		if got := briefs(r, nil)["KEY-later"]; !slices.Equal(got, []string{"file later -..- work"}) {
			t.Errorf("places: got %q, want the working tree", got)
		}
	}
}

func TestEmptyRepository(t *testing.T) {
	for name, o := range map[string]Options{"all": {}, "staged": {Staged: true}, "no history": {NoHistory: true}, "history only": {HistoryOnly: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWork(t)
			w.write("a", "KEY-a\n")
			w.git("add", "a")
			w.git("checkout", "-q", "-b", "unborn")
			r := scan(t, w.dir, o)
			noProblems(t, r)
			if len(r.places["KEY-a"]) != 1 {
				t.Errorf("places: got %v, want one", r.places["KEY-a"])
			}
		})
	}
}

// A ref that can't be read must not hide the others.
func TestBrokenRefs(t *testing.T) {
	for name, test := range map[string]struct{ path, text string }{
		"empty":          {".git/refs/heads/broken", ""},
		"garbage":        {".git/refs/heads/broken", "garbage\n"},
		"short":          {".git/refs/heads/broken", "abcdef\n"},
		"packed garbage": {".git/packed-refs", "garbage\nx y z\n"},
		"worktree HEAD":  {".git/worktrees/broken/HEAD", "garbage\n"},
	} {
		t.Run(name, func(t *testing.T) {
			w, names := history(t)
			w.write(test.path, test.text)
			r := scan(t, w.dir, Options{})
			if len(r.problems) != 1 {
				t.Errorf("problems: got %v, want one", r.problems)
			}
			if got := briefs(r, names)["KEY-gone"]; !slices.Equal(got, []string{"file gone gone+..gone+"}) {
				t.Errorf("KEY-gone: got %q, want a place that a ref reaches", got)
			}
		})
	}
	t.Run("stray file among worktrees", func(t *testing.T) {
		w, _ := history(t)
		w.write(".git/worktrees/.DS_Store", "x")
		noProblems(t, scan(t, w.dir, Options{}))
	})
	t.Run("loop", func(t *testing.T) {
		w, _ := history(t)
		w.write(".git/refs/heads/x", "ref: refs/heads/y\n")
		w.write(".git/refs/heads/y", "ref: refs/heads/x\n")
		noProblems(t, scan(t, w.dir, Options{}))
	})
}

// What git accepts in a config, we accept.
func TestConfigSyntax(t *testing.T) {
	for name, text := range map[string]string{
		"byte order mark":  "\ufeff[core]\n\tbare = false\n",
		"old subsection":   "[core]\n\tbare = false\n[branch.main]\n\tremote = x\n",
		"no value":         "[core]\n\tbare = false\n[x]\n\tflag\n",
		"one line":         "[core] bare = false\n[x \"y\"] a = b ; c\n",
		"line ends":        "[core]\r\n\tbare = false\r\n",
		"continued":        "[core]\n\tbare = false\n[x]\n\ta = b\\\nc\n",
		"escapes":          "[core]\n\tbare = false\n[x]\n\ta = \"q\\\"\\t\\b\\n\" # c\n",
		"quoted section":   "[core]\n\tbare = false\n[x \"a\\\"b\\\\c\"]\n\ta = b\n",
		"include":          "[core]\n\tbare = false\n[include]\n\tpath = nowhere\n",
		"no spaces":        "[core]\nbare=false\n[x]\na=b\n",
		"empty":            "",
		"empty subsection": "[core]\n\tbare = false\n[x \"\"]\n\ta = b\n",
		"alias":            "[core]\n\tbare = false\n[alias]\n\ta = \"!f() { echo \\\"$1\\\"; }; f\"\n\tb = !echo 'x' | sed s/\\\\./x/\n",
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := history(t)
			w.write(".git/config", text)
			if out, err := exec.Command("git", "-C", w.dir, "config", "--list").CombinedOutput(); err != nil {
				t.Fatalf("git itself does not accept it: %v\n%s", err, out)
			}
			r := scan(t, w.dir, Options{})
			noProblems(t, r)
			if got := values(r); !slices.Equal(got, []string{"KEY-gone", "KEY-live"}) {
				t.Errorf("values: got %q", got)
			}
		})
	}
}

// An index that only the git program can read is the same from every folder.
func TestSplitIndexFromASubfolder(t *testing.T) {
	w, _ := history(t)
	w.write("top", "KEY-top\n")
	w.write("sub/deep", "KEY-deep\n")
	w.git("add", "-A")
	w.git("update-index", "--split-index")
	t.Chdir(filepath.Join(w.dir, "sub"))
	r := scan(t, "..", Options{Staged: true})
	noProblems(t, r)
	got := briefs(r, nil)
	for value, want := range map[string]string{"KEY-top": "file top -..- index", "KEY-deep": "file sub/deep -..- index"} {
		if !slices.Equal(got[value], []string{want}) {
			t.Errorf("%s: got %q, want %q", value, got[value], want)
		}
	}
}

func TestSweepEndsWithItsContext(t *testing.T) {
	w, _ := history(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s, err := Open(w.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(ctx, nobody{}); err == nil {
		t.Error("no error")
	}
}

// A broken repository among others is a problem, and hides nothing of them.
func TestBrokenRepositoriesInside(t *testing.T) {
	for name, breakIt := range map[string]func(dir string) error{
		".git file that leads nowhere": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, ".git"), []byte("gitdir: nowhere\n"), 0o644)
		},
		".git file that leads to itself": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, ".git"), []byte("gitdir: .git\n"), 0o644)
		},
		".git file that is none": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, ".git"), []byte("x"), 0o644)
		},
		"objects is a file": func(dir string) error {
			if err := os.MkdirAll(filepath.Join(dir, ".git", "refs"), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, ".git", "objects"), nil, 0o644); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, ".git", "HEAD"), []byte("ref: refs/heads/main\n"), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			w, _ := history(t)
			w.git("clone", "-q", w.dir, filepath.Join(top, "good"))
			bad := filepath.Join(top, "bad")
			if err := os.Mkdir(bad, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := breakIt(bad); err != nil {
				t.Fatal(err)
			}
			r := scan(t, top, Options{})
			if got := values(r); !slices.Equal(got, []string{"KEY-gone", "KEY-live"}) {
				t.Errorf("values: got %q", got)
			}
			if len(r.problems) != 1 || !strings.HasPrefix(r.problems[0].What, bad) {
				t.Errorf("problems: got %v, want one about %s", r.problems, bad)
			}
		})
	}
}
