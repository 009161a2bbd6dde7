package dir

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// workTree is a git working tree to try patterns in.
type workTree struct {
	root     string
	excludes string // core.excludesFile
	paths    []string
}

// newWorkTree makes a working tree with empty files. A path that ends in a slash
// is an empty folder.
func newWorkTree(t *testing.T, fold bool, paths []string) *workTree {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	w := &workTree{root: t.TempDir(), excludes: filepath.Join(t.TempDir(), "excludes"), paths: paths}
	w.git(t, nil, "init", "-q")
	w.git(t, nil, "config", "core.excludesFile", w.excludes)
	w.git(t, nil, "config", "core.ignoreCase", map[bool]string{true: "true", false: "false"}[fold])
	for _, p := range paths {
		write(t, w.root, map[string]string{p: ""})
	}
	return w
}

// git runs git and gives its output. Status 1 is check-ignore's "none".
func (w *workTree) git(t testing.TB, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", w.root}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

// ignoredByGit asks git which of the paths it ignores.
func (w *workTree) ignoredByGit(t testing.TB) []string {
	t.Helper()
	out := w.git(t, []byte(strings.Join(w.paths, "\x00")), "check-ignore", "--no-index", "--stdin", "-z")
	ignored := strings.FieldsFunc(out, func(r rune) bool { return r == 0 })
	slices.Sort(ignored)
	return ignored
}

// ignoredByWalk tells which of the paths Walk calls ignored.
func (w *workTree) ignoredByWalk(t testing.TB) []string {
	t.Helper()
	ignores := GitIgnores(filepath.Join(w.root, ".git"))
	all, ignored := make(map[string]bool), []string(nil)
	err := Walk(t.Context(), &noted{}, WalkOptions{Root: w.root, Ignores: ignores, AllFiles: true}, func(e Entry) {
		all[e.Path] = true
		if e.Ignored && slices.Contains(w.paths, e.Path) {
			ignored = append(ignored, e.Path)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range w.paths {
		if !all[p] {
			t.Fatalf("the walk did not meet %q, only %q", p, slices.Sorted(maps.Keys(all)))
		}
	}
	slices.Sort(ignored)
	return ignored
}

// trickyPaths are those of the files to try patterns on.
func trickyPaths() []string {
	if runtime.GOOS == "linux" {
		return append(slices.Clone(plainPaths), "a ", "A.LOG", "a\\", "a*", "D/a", "t\tab", "d-/\xff", "\xc3")
	}
	return plainPaths
}

// plainPaths are those that every system can have beside each other.
var plainPaths = []string{
	"a", "b", "ab", "abc", "a b", " a", "a.log", "#a", "!a", "[a]", "a-b", "ä", "ä.log", "x",
	"d/a", "d/b", "d/ab", "d/a.log", "d/e/a", "d/e/b", "d/e/f/a", "d/e/f/b.log", "d/e/f/abc", "d/x/a",
	"ac/a", "ac/d/a", "ac/d/e/b", "abd/e/a", "x.d/a", "foo/bar", "foo/x/bar", "foo/x/y/bar", "foox/y/bar", "build/a", "d/build/a",
	"d ]", "d-/a", "1", "d1/2",
}

func TestIgnoresLikeGit(t *testing.T) {
	const root, nested, exclude, global = ".gitignore", "d/.gitignore", ".git/info/exclude", "global"
	tests := []struct {
		name  string
		fold  bool
		files map[string]string
	}{
		{name: "nothing"},
		{name: "names and folders", files: map[string]string{root: "a\nbuild/\nd/e\n"}},
		{name: "anchored", files: map[string]string{root: "/a\n/d/b\n/*.log\n"}},
		{name: "negation", files: map[string]string{root: "*.log\n!a.log\n/d/\n!d/a\n"}},
		{name: "negation below an entered folder", files: map[string]string{root: "/*\n!/d\n/d/*\n!/d/e\n"}},
		{name: "order in a file", files: map[string]string{root: "!a\na\nb\n!b\n"}},
		{name: "inner file wins", files: map[string]string{root: "a\n!b\n", nested: "!a\nb\n"}},
		{name: "inner file in an ignored folder has no say", files: map[string]string{root: "d/\n", nested: "!a\n"}},
		{name: "exclude and global", files: map[string]string{exclude: "a\n!abc\n", global: "abc\nb\n", root: "!d/b\n"}},
		{name: "slashes in the middle anchor", files: map[string]string{nested: "e/a\n/b\nf/*\n"}},
		{name: "double stars", files: map[string]string{root: "**/a.log\nd/**/b\nfoo/**/bar\nac/**\n"}},
		{name: "double stars that cross no slash", files: map[string]string{root: "d/**.log\nfoo/x**/bar\n"}},
		{name: "double stars after a literal", files: map[string]string{root: "foo**/bar\n"}},
		{name: "double stars after a wildcard", files: map[string]string{root: "f?o**/bar\n"}},
		{name: "many stars", files: map[string]string{root: "foo/***/bar\n****/b\n"}},
		{name: "star and slash", files: map[string]string{root: "*/a\nd/*/b\n*/*/f/\n"}},
		{name: "question mark is a byte", files: map[string]string{root: "?\n??.log\n"}},
		{name: "trailing spaces", files: map[string]string{root: "a  \nb\\ \na\\ \\ \na\\ \n"}},
		{name: "tabs stay", files: map[string]string{root: "a\t\nt\tab\n"}},
		{name: "escapes", files: map[string]string{root: "\\#a\n\\!a\na\\*\n\\[a]\na\\\\\nabc\\\n"}},
		{name: "comments", files: map[string]string{root: "#a\n # a\n\n  \n!\n/\n//\n"}},
		{name: "carriage returns and a byte order mark", files: map[string]string{root: "\ufeffa\r\nb\r\nab"}},
		{name: "sets", files: map[string]string{root: "[ab]\nd/[!a]\n[]d]\nab[^a-b]\na[b-]c\n"}},
		{name: "set with a bracket", files: map[string]string{root: "d []]\nd[-a]\n"}},
		{name: "classes", files: map[string]string{root: "[[:digit:]]\n[[:upper:]].*\nd[[:punct:]]\nt[[:space:]]ab\n"}},
		{name: "sets that are none", files: map[string]string{root: "[a\n[[:nope:]]\n[a-\n[\\\n[!\n[[:digit:\n"}},
		{name: "set does not match a slash", files: map[string]string{root: "d[^a]a\nd[/]a\nfoo[!x]bar\n"}},
		{name: "ignored case", fold: true, files: map[string]string{root: "a.LOG\n/D/A\n[A]B\n[A-B]bc\n[[:UPPER:]]\n[[:upper:]]\n\\A\n"}},
		{name: "folder pattern on a file", files: map[string]string{root: "a/\nd/a/\nabc/\n"}},
		{name: "all", files: map[string]string{root: "*\n"}},
		{name: "all but folders", files: map[string]string{root: "*\n!*/\n!*.log\n"}},
		{name: "escaped slash after stars", files: map[string]string{root: "foo/**\\/bar\n"}},
		{name: "NUL", files: map[string]string{root: "a\x00b\n\x00\nabc\n"}},
	}
	asked := 0
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorkTree(t, tt.fold, trickyPaths())
			for file, text := range tt.files {
				if file == global {
					if err := os.WriteFile(w.excludes, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
					continue
				}
				write(t, w.root, map[string]string{file: text})
			}
			want := w.ignoredByGit(t)
			asked += len(want)
			if diff := cmp.Diff(want, w.ignoredByWalk(t), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("ignored by git (-), by the walk (+):\n%s", diff)
			}
		})
	}
	if asked == 0 {
		t.Error("git ignored nothing at all")
	}
}

// TestIgnoresLikeGitAtRandom puts patterns that were made at random in a
// working tree's files and compares with git.
func TestIgnoresLikeGitAtRandom(t *testing.T) {
	files := []string{".gitignore", "d/.gitignore", "d/e/.gitignore", ".git/info/exclude"}
	trees := map[bool]*workTree{}
	for _, fold := range []bool{false, true} {
		trees[fold] = newWorkTree(t, fold, trickyPaths())
	}
	pieces := []string{
		"a", "b", "ab", "d", "e", "f", "foo", "bar", "x", "A", "D", ".log", "/", "/", "*", "**", "**/", "/**", "?", "[ab]", "[!a]", "[^a-c]", "[]-a]",
		"[[:alpha:]]", "[a-", "]", "-", "\\", "\\*", "\\ ", " ", "!", "#", "\\/", "ä", "\t",
	}
	line := rapid.Custom(func(t *rapid.T) string {
		prefix := rapid.SampledFrom([]string{"", "", "", "/", "!", "!/", "**/"}).Draw(t, "prefix")
		suffix := rapid.SampledFrom([]string{"", "", "/", "/*", "/**", " ", "\r"}).Draw(t, "suffix")
		return prefix + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 5).Draw(t, "pieces"), "") + suffix
	})
	rapid.Check(t, func(rt *rapid.T) {
		fold := rapid.Bool().Draw(rt, "fold")
		w := trees[fold]
		for _, file := range files {
			write(t, w.root, map[string]string{file: strings.Join(rapid.SliceOfN(line, 0, 4).Draw(rt, file), "\n")})
		}
		if diff := cmp.Diff(w.ignoredByGit(t), w.ignoredByWalk(t), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("ignored by git (-), by the walk (+):\n%s", diff)
		}
	})
}

// matchesSlowly is what glob.matches has to equal: it tries everything.
func matchesSlowly(g glob, s string) bool {
	if len(g) == 0 {
		return s == ""
	}
	switch t := g[0]; t.kind {
	case literal:
		return s != "" && s[0] == t.char && matchesSlowly(g[1:], s[1:])
	case oneOf:
		return s != "" && t.set.has(s[0]) && matchesSlowly(g[1:], s[1:])
	default:
		for i := 0; i <= len(s); i++ {
			if t.kind == star && strings.Contains(s[:i], "/") {
				return false
			}
			if t.kind == folders && i > 0 && s[i-1] != '/' {
				continue
			}
			if matchesSlowly(g[1:], s[i:]) {
				return true
			}
		}
		return false
	}
}

func FuzzGlob(f *testing.F) {
	f.Add("**/a*b/[!c]?", "x/aab/dd")
	f.Add("*a*b*/**/c", "aabb/x/y/c")
	f.Add(`**\/a**`, "x/y/a/b")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 12 || len(s) > 16 {
			return // the slow one is exponential
		}
		g, ok := parseGlob(pattern, false)
		if !ok {
			return
		}
		if got, want := g.matches(s), matchesSlowly(g, s); got != want {
			t.Errorf("%q on %q: got %v, want %v", pattern, s, got, want)
		}
	})
}

func FuzzParseIgnore(f *testing.F) {
	f.Add([]byte("*.log\n!a\n/d/**/e/\n"), "d/x/e")
	f.Add([]byte("\\ \\\n[a-\r\n"), "a")
	f.Fuzz(func(t *testing.T, text []byte, p string) {
		patterns := parseIgnore(text, false)
		if lines := bytes.Count(text, []byte("\n")) + 1; len(patterns) > lines {
			t.Fatalf("%d patterns of %d lines", len(patterns), lines)
		}
		for i := range patterns {
			if patterns[i].matches(p, p, false) && !patterns[i].matches(p, p, true) {
				t.Errorf("pattern %d matches %q as a file, but not as a folder", i, p)
			}
		}
	})
}

// TestGlobIsBounded would not end if matching tried everything.
func TestGlobIsBounded(t *testing.T) {
	for _, unit := range []string{"*a", "**/", "**/*a", "[a]*", "?*"} {
		g, ok := parseGlob(strings.Repeat(unit, 300)+"b", false)
		if !ok {
			t.Fatalf("%q repeated is no glob", unit)
		}
		for _, s := range []string{strings.Repeat("a", 1000), strings.Repeat("a/", 1000)} {
			if g.matches(s) {
				t.Errorf("%q repeated matches without a b", unit)
			}
		}
	}
}
