package git

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
)

// model is a history as the test made it: what files each commit has.
type model struct {
	parents [][]int
	times   []int
	files   []map[string]string // path → text
	ids     []string            // once git has made them
}

// drawModel makes a random history with forks, merges, octopuses and clocks that
// go wrong.
func drawModel(t *rapid.T) *model {
	paths := []string{"a", "d/a", "d/b", "d/e/a", "z"}
	texts := []string{"", "", "KEY-one", "KEY-two", "KEY-one KEY-two", "KEY-one\n", "plain"}
	m := &model{}
	for n := range rapid.IntRange(1, 12).Draw(t, "commits") {
		var parents []int
		for range min(n, rapid.SampledFrom([]int{0, 1, 1, 1, 1, 2, 2, 3}).Draw(t, "parents")) {
			if p := rapid.IntRange(max(0, n-4), n-1).Draw(t, "parent"); !slices.Contains(parents, p) {
				parents = append(parents, p)
			}
		}
		files := map[string]string{}
		if len(parents) > 0 {
			for path, text := range m.files[rapid.SampledFrom(parents).Draw(t, "like")] {
				files[path] = text
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			path, text := rapid.SampledFrom(paths).Draw(t, "path"), rapid.SampledFrom(texts).Draw(t, "text")
			if text == "" {
				delete(files, path)
			} else {
				files[path] = text
			}
		}
		m.parents = append(m.parents, parents)
		m.files = append(m.files, files)
		m.times = append(m.times, 1000+rapid.IntRange(0, 5).Draw(t, "time"))
	}
	return m
}

// build makes the history with git fast-import, each commit with a branch.
func (m *model) build(t *rapid.T, dir string) {
	git := func(stdin string, args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
		return string(out)
	}
	var b strings.Builder
	for n, files := range m.files {
		fmt.Fprintf(&b, "commit refs/heads/c%d\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 4\n%04d\n", n, n+1, m.times[n], n)
		for i, p := range m.parents[n] {
			fmt.Fprintf(&b, "%s :%d\n", []string{"from", "merge", "merge"}[i], p+1)
		}
		b.WriteString("deleteall\n")
		for path, text := range files {
			fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
		}
	}
	git("", "init", "-q", "--bare", ".")
	git(b.String(), "fast-import", "--quiet", "--force")
	for n := range m.files {
		m.ids = append(m.ids, strings.TrimSpace(git("", "rev-parse", fmt.Sprintf("c%d", n))))
	}
}

// runs works out the places the slow way: for each path and value, the connected
// parts of the commits that have it.
func (m *model) runs() map[string][]string {
	places := map[string][]string{}
	older := func(a, b int) bool {
		return m.times[a] < m.times[b] || m.times[a] == m.times[b] && m.ids[a] < m.ids[b]
	}
	for _, path := range []string{"a", "d/a", "d/b", "d/e/a", "z"} {
		for _, value := range []string{"KEY-one", "KEY-two"} {
			has := func(n int) bool { return strings.Contains(m.files[n][path], value) }
			part := make([]int, len(m.files))
			for n := range part {
				part[n] = n
			}
			for range m.files { // until nothing moves
				for n, parents := range m.parents {
					for _, p := range parents {
						if has(n) && has(p) {
							least := min(part[n], part[p])
							part[n], part[p] = least, least
						}
					}
				}
			}
			first, last := map[int]int{}, map[int]int{}
			for n := range m.files {
				if !has(n) {
					continue
				}
				brought := !slices.ContainsFunc(m.parents[n], has)
				if f, ok := first[part[n]]; brought && (!ok || older(n, f)) {
					first[part[n]] = n
				}
				if l, ok := last[part[n]]; !ok || older(l, n) {
					last[part[n]] = n
				}
			}
			for p, f := range first {
				places[value] = append(places[value], fmt.Sprintf("%s %s..%s", path, m.ids[f], m.ids[last[p]]))
			}
			sort.Strings(places[value])
		}
	}
	for value, p := range places {
		if len(p) == 0 {
			delete(places, value)
		}
	}
	return places
}

func TestRunsEqualModel(t *testing.T) {
	top := t.TempDir()
	count := 0
	rapid.Check(t, func(t *rapid.T) {
		count++
		dir := filepath.Join(top, fmt.Sprint(count))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		m := drawModel(t)
		m.build(t, dir)
		r, err := tryScan(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]string{}
		for value, places := range r.places {
			for _, p := range places {
				if p.Kind == place.File {
					got[value] = append(got[value], fmt.Sprintf("%s %s..%s", p.Path, p.Commit.ID, p.Last.ID))
				}
			}
			sort.Strings(got[value])
		}
		if diff := cmp.Diff(m.runs(), got); diff != "" {
			t.Errorf("places (-model +got):\n%s", diff)
		}
	})
}
