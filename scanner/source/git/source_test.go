package git

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// work is a repository made by the real git, with a clock of its own: each commit
// is a minute after the one before.
type work struct {
	t     testing.TB
	dir   string
	clock int
}

func newWork(t testing.TB, initArgs ...string) *work {
	t.Helper()
	w := &work{t: t, dir: t.TempDir()}
	w.git(append([]string{"init", "-q", "-b", "main"}, initArgs...)...)
	return w
}

// git runs git in the working tree and gives its output without the last newline.
func (w *work) git(args ...string) string {
	w.t.Helper()
	w.clock++
	stamp := fmt.Sprintf("2026-01-01T%02d:%02d:00Z", w.clock/60%24, w.clock%60)
	cmd := exec.Command("git", args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=protocol.file.allow", "GIT_CONFIG_VALUE_0=always",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_AUTHOR_DATE="+stamp,
		"GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@example.com", "GIT_COMMITTER_DATE="+stamp,
	)
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (w *work) write(path, text string) {
	w.t.Helper()
	full := filepath.Join(w.dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// commit writes a file, or removes it if text is empty, and commits. It gives the
// commit's id.
func (w *work) commit(path, text string) string {
	w.t.Helper()
	if text == "" {
		w.git("rm", "-q", path)
	} else {
		w.write(path, text)
		w.git("add", "-A")
	}
	w.git("commit", "-q", "-m", "change "+path)
	return w.git("rev-parse", "HEAD")
}

// result is what a sweep with the toy detector found: places by value.
type result struct {
	places   map[string][]place.Place
	problems []scanner.Problem
	leftOut  map[scanner.Reason]int64
	counts   map[scanner.Counter]int64
}

// toy finds words such as KEY-one.
var toy = regexp.MustCompile(`KEY-[a-z0-9]+`)

// found is a source that another one came upon.
type found struct {
	path   string
	source scanner.Source
}

// collector is a visitor that looks for toy keys.
type collector struct {
	mu    sync.Mutex
	hits  []scanner.Hit
	inner []found
	text  map[secret.Fingerprint]string
	result
}

func (c *collector) Chunk(ch *detectors.Chunk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]bool{}
	for _, at := range toy.FindAllIndex(ch.Data, -1) {
		text := string(ch.Data[at[0]:at[1]])
		if seen[text] {
			continue
		}
		seen[text] = true
		f := secret.New(text).Fingerprint()
		c.text[f] = text
		c.hits = append(c.hits, scanner.Hit{At: ch.At, Value: f})
	}
}

func (c *collector) Source(path string, s scanner.Source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inner = append(c.inner, found{path, s})
}

func (c *collector) Problem(p scanner.Problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.problems = append(c.problems, p)
}

func (*collector) Unpack(scanner.PackedText) bool { return false }

func (c *collector) LeftOut(l scanner.LeftOut) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leftOut[l.Reason] += max(1, l.Count)
}

func (c *collector) Count(what scanner.Counter, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[what] += n
}

func (c *collector) Progress(string, int64, int64) {}

// scan sweeps a path and locates what the toy detector finds.
func scan(t *testing.T, path string, o Options) result {
	t.Helper()
	r, err := tryScan(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tryScan(path string, o Options) (result, error) {
	ctx := context.Background()
	s, err := Open(path, o)
	if err != nil {
		return result{}, err
	}
	c := &collector{text: map[secret.Fingerprint]string{}, result: result{
		places: map[string][]place.Place{}, leftOut: map[scanner.Reason]int64{}, counts: map[scanner.Counter]int64{},
	}}
	if err := c.scan(ctx, s); err != nil {
		return result{}, err
	}
	for len(c.inner) > 0 {
		next := c.inner[0]
		c.inner = c.inner[1:]
		if err := c.scan(ctx, next.source); err != nil {
			c.Problem(scanner.Problem{What: next.path, Err: err})
		}
	}
	for _, places := range c.places {
		slices.SortFunc(places, place.Compare)
	}
	return c.result, nil
}

// scan sweeps and locates one source.
func (c *collector) scan(ctx context.Context, s scanner.Source) error {
	c.hits = nil
	err := s.Sweep(ctx, c)
	if err != nil {
		return err
	}
	return s.Locate(ctx, c.hits, func(i int, p place.Place) {
		text := c.text[c.hits[i].Value]
		c.places[text] = append(c.places[text], p)
	})
}

// brief is a place in one line, commits by the names that a test gave them.
func brief(p place.Place, names map[string]string) string {
	name := func(v *place.Version) string {
		if v == nil {
			return "-"
		}
		if n := names[v.ID]; n != "" {
			return n
		}
		return v.ID
	}
	words := []string{string(p.Kind), p.Path, name(p.Commit) + ".." + name(p.Last)}
	for word, is := range map[string]bool{"head": p.Head, "index": p.Index, "work": p.WorkTree, "local": p.Local} {
		if is {
			words = append(words, word)
		}
	}
	slices.Sort(words[3:])
	if p.Field != "" {
		words = append(words, "field="+p.Field)
	}
	if p.Ref != "" {
		words = append(words, "ref="+p.Ref)
	}
	return strings.Join(words, " ")
}

func briefs(r result, names map[string]string) map[string][]string {
	all := map[string][]string{}
	for value, places := range r.places {
		for _, p := range places {
			all[value] = append(all[value], brief(p, names))
		}
		slices.Sort(all[value])
	}
	return all
}

func noProblems(t *testing.T, r result) {
	t.Helper()
	for _, p := range r.problems {
		t.Errorf("problem: %s: %v", p.What, p.Err)
	}
}

// messy makes a repository that hides a key in every corner. It gives the names
// of its commits and what a full scan is to find.
func messy(t *testing.T) (w *work, names map[string]string, want map[string][]string) {
	w = newWork(t)
	names = map[string]string{}
	commit := func(name, path, text string) {
		names[w.commit(path, text)] = name
	}
	commit("first", "README", "hello\n")
	commit("deleted+", "old/config", "x\nKEY-deleted\n")
	commit("deleted-", "old/config", "")
	commit("kept+", "app.yml", "a: 1\nkey: KEY-kept\n")
	commit("kept~", "app.yml", "a: 2\nb: 3\nkey: KEY-kept\n")

	// Two branches and a resolution that is on neither.
	w.git("checkout", "-q", "-b", "side")
	commit("side", "both", "side\n")
	w.git("checkout", "-q", "main")
	commit("main", "both", "main\n")
	cmd := exec.Command("git", "merge", "-q", "side")
	cmd.Dir = w.dir
	_ = cmd.Run() // the conflict that is wanted
	w.write("both", "KEY-merge\n")
	w.git("add", "both")
	w.git("commit", "-q", "-m", "merge")
	names[w.git("rev-parse", "HEAD")] = "merge"

	// Two stashes.
	w.write("README", "hello\nKEY-stash1\n")
	w.git("stash", "-q")
	w.write("README", "hello\nKEY-stash2\n")
	w.git("stash", "-q")

	// An amended commit.
	commit("amended", "amend", "KEY-amended\n")
	w.write("amend", "clean\n")
	w.git("commit", "-q", "-a", "--amend", "-m", "KEY-message is in here")
	names[w.git("rev-parse", "HEAD")] = "message"

	w.write("tmp", "KEY-dangling\n")
	w.git("hash-object", "-w", "tmp")
	w.write("tmp", "")
	w.git("tag", "-a", "v1", "-m", "release\n\nKEY-tag\n")
	w.git("notes", "add", "-m", "KEY-note")
	w.git("branch", "feature/KEY-ref")
	w.git("commit", "-q", "--allow-empty", "-m", "x", "--author", "KEY-author <a@example.com>")
	names[w.git("rev-parse", "HEAD")] = "author"
	w.write(".gitignore", ".env\nbuild/\n")
	w.write(".env", "A=KEY-env\n")
	w.write("new.txt", "KEY-staged\n")
	w.git("add", "new.txt", ".gitignore")
	w.write("loose.txt", "KEY-untracked\n")
	w.write("app.yml", "a: 9\nkey: KEY-kept\nmore: KEY-dirty\n")
	w.git("remote", "add", "origin", "https://u:KEY-remote@example.com/x.git")
	return w, names, map[string][]string{
		"KEY-deleted":   {"file old/config deleted+..deleted+"},
		"KEY-kept":      {"file app.yml kept+..author head index work"},
		"KEY-merge":     {"file both merge..author head index work"},
		"KEY-message":   {"commit  message..- field=message"},
		"KEY-tag":       {"tag  message..- field=message ref=refs/tags/v1"},
		"KEY-author":    {"commit  author..- field=author"},
		"KEY-staged":    {"file new.txt -..- index work"},
		"KEY-env":       {"file .env -..- local work"},
		"KEY-untracked": {"file loose.txt -..- local work"},
		"KEY-dirty":     {"file app.yml -..- work"},
		"KEY-remote":    {"file .git/config -..- local work"},
		"KEY-amended":   {"file amend amended..amended local"},
		"KEY-dangling":  {"object  -..- local"},
	}
}

func TestScanFindsEveryCorner(t *testing.T) {
	for _, form := range []string{"loose", "packed"} {
		t.Run(form, func(t *testing.T) {
			w, names, want := messy(t)
			if form == "packed" {
				w.git("repack", "-q", "-a", "-d", "-k")
				w.git("pack-refs", "--all")
			}
			for _, workers := range []int{1, 4} {
				r := scan(t, w.dir, Options{Workers: workers})
				noProblems(t, r)
				got := briefs(r, names)
				for value, places := range want {
					// The message is in the reflog and in COMMIT_EDITMSG too.
					here := slices.DeleteFunc(got[value], func(p string) bool {
						return strings.HasPrefix(p, "file .git/") && !strings.Contains(p, "config")
					})
					if diff := cmp.Diff(places, here); diff != "" {
						t.Errorf("%d workers, %s (-want +got):\n%s", workers, value, diff)
					}
				}
				for _, value := range []string{"KEY-stash1", "KEY-stash2"} {
					if len(got[value]) != 1 || !strings.HasSuffix(got[value][0], " local") || !strings.HasPrefix(got[value][0], "file README ") {
						t.Errorf("%s: got %q, want one local place in README", value, got[value])
					}
				}
				if n := got["KEY-note"]; len(n) != 1 || !strings.HasPrefix(n[0], "note ") || !strings.HasSuffix(n[0], "ref=refs/notes/commits") {
					t.Errorf("KEY-note: got %q, want one note", n)
				} else if p := r.places["KEY-note"][0]; names[p.Annotated] != "message" {
					t.Errorf("KEY-note: annotates %s, want the commit with the message", p.Annotated)
				}
				if !slices.ContainsFunc(got["KEY-ref"], func(p string) bool { return strings.HasPrefix(p, "ref ") }) {
					t.Errorf("KEY-ref: got %q, want a ref", got["KEY-ref"])
				}
				if got, want := fmt.Sprint(r.counts[scanner.Commits]), w.git("rev-list", "--all", "--count"); got != want {
					t.Errorf("commits: got %s, want %s", got, want)
				}
				listed := strings.Count(w.git("cat-file", "--batch-all-objects", "--batch-check"), "\n") + 1
				if got := r.counts[scanner.Objects]; got != int64(listed) {
					t.Errorf("objects: got %d, want %d", got, listed)
				}
			}
		})
	}
}

func TestScanNoHistory(t *testing.T) {
	w, names, _ := messy(t)
	r := scan(t, w.dir, Options{NoHistory: true})
	noProblems(t, r)
	got := slices.Sorted(maps.Keys(r.places))
	got = slices.DeleteFunc(got, func(v string) bool { return strings.HasPrefix(briefs(r, names)[v][0], "file .git/") })
	want := []string{"KEY-dirty", "KEY-env", "KEY-kept", "KEY-merge", "KEY-staged", "KEY-untracked"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if got, want := briefs(r, names)["KEY-kept"], []string{"file app.yml -..- head index work"}; !slices.Equal(got, want) {
		t.Errorf("KEY-kept: got %q, want %q", got, want)
	}
}
