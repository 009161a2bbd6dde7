package git

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// TestAgainstGit compares what a scan makes of a history with what git says of
// it: on a history that is generated, on the repository that this file lies in,
// and on the one that SECRETSWEEP_TEST_REPO names.
func TestAgainstGit(t *testing.T) {
	t.Run("generated", func(t *testing.T) { againstGit(t, generate(t)) })
	realRepositories(t, againstGit)
}

// realRepositories tests the repository that this file lies in, and the one that
// SECRETSWEEP_TEST_REPO names.
func realRepositories(t *testing.T, test func(t *testing.T, dir string)) {
	t.Run("this repository", func(t *testing.T) {
		out, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
		if err != nil {
			t.Skip("not in a git checkout")
		}
		test(t, strings.TrimSpace(string(out)))
	})
	t.Run("named", func(t *testing.T) {
		dir := os.Getenv("SECRETSWEEP_TEST_REPO")
		if dir == "" {
			t.Skip("SECRETSWEEP_TEST_REPO is not set to a repository")
		}
		test(t, dir)
	})
}

// generate makes a history of a thousand commits with many forks and merges.
func generate(t testing.TB) string {
	w := newWork(t, "--bare")
	random := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	const commits = 1000
	for n := range commits {
		fmt.Fprintf(&b, "commit refs/heads/b%d\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 0\n", n%7, n+1, 1700000000+n-random.IntN(20))
		if n > 0 {
			from := n - random.IntN(min(n, 12))
			fmt.Fprintf(&b, "from :%d\n", from)
			if other := n - random.IntN(min(n, 12)); other != from && random.IntN(4) == 0 {
				fmt.Fprintf(&b, "merge :%d\n", other)
			}
		}
		for range 1 + random.IntN(4) {
			path := fmt.Sprintf("d%d/e%d/f%d", random.IntN(4), random.IntN(4), random.IntN(4))
			if random.IntN(5) == 0 {
				fmt.Fprintf(&b, "D %s\n", path)
			} else {
				text := fmt.Sprint("text ", random.IntN(300))
				fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
			}
		}
		fmt.Fprintf(&b, "\nreset refs/tags/t%d\nfrom :%d\n\n", n, n+1)
	}
	cmd := exec.Command("git", "fast-import", "--quiet", "--force")
	cmd.Dir, cmd.Stdin = w.dir, &b
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	return w.dir
}

// gitLines gives the lines that git writes.
func gitLines(t *testing.T, dir string, stdin io.Reader, each func(line string), args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "core.quotePath=false"}, args...)...)
	cmd.Stdin = stdin
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		each(lines.Text())
	}
	if err := cmd.Wait(); err != nil || lines.Err() != nil {
		t.Fatalf("git %s: %v, %v", args[0], err, lines.Err())
	}
}

func againstGit(t *testing.T, dir string) {
	commits := int64(0)
	gitLines(t, dir, nil, func(line string) { commits, _ = strconv.ParseInt(line, 10, 64) }, "rev-list", "--all", "--count")
	if commits == 0 {
		t.Skip("no commits here")
	}
	objects := int64(0)
	var ids strings.Builder // of commits, reached or not
	gitLines(t, dir, nil, func(line string) {
		objects++
		if id, kind, _ := strings.Cut(line, " "); kind == "commit" {
			ids.WriteString(id + "\n")
		}
	}, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname) %(objecttype)")
	r := scan(t, dir, Options{HistoryOnly: true})
	for _, p := range r.problems {
		t.Logf("problem: %s: %v", p.What, p.Err) // a copy may lack objects
	}
	if got := r.counts[scanner.Commits]; got != commits {
		t.Errorf("commits: got %d, want %d", got, commits)
	}
	if got := r.counts[scanner.Objects] + r.leftOut[scanner.TooLarge]; got != objects {
		t.Errorf("objects: got %d, want %d", got, objects)
	}

	repo, _, err := find(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &sweep{repository: repo, options: Options{HistoryOnly: true, Workers: runtime.GOMAXPROCS(0)}}
	if err := s.prepare(t.Context(), nobody{}); err != nil {
		t.Fatal(err)
	}
	defer s.db.Close()
	blobs := sampleBlobs(s, 200)
	compareNames(t, s, dir, ids.String(), blobs)
	compareRuns(t, s, dir, blobs)
}

// sampleBlobs draws blobs that have paths.
func sampleBlobs(s *sweep, most int) []int32 {
	var all []int32
	for o, path := range s.names.first {
		if path != none && path != 0 && s.graph.trees.at[o] == 0 {
			all = append(all, int32(o))
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(len(all), most)]
}

// compareNames compares blobs' paths with those in the changes of each commit
// against each of its parents.
func compareNames(t *testing.T, s *sweep, dir, commits string, blobs []int32) {
	want := map[string]map[string]bool{}
	for _, b := range blobs {
		want[s.db.ID(int(b)).String()] = map[string]bool{}
	}
	gitLines(t, dir, strings.NewReader(commits), func(line string) {
		if head, path, ok := strings.Cut(line, "\t"); ok && line[0] == ':' {
			if names := want[strings.Fields(head)[3]]; names != nil {
				names[path] = true
			}
		}
	}, "diff-tree", "--stdin", "-r", "-m", "--root", "--raw", "--no-renames", "--no-abbrev")
	others := len(s.graph.looseTrees()) > 0 || len(s.index.paths) > 0 // which no commit has
	compared := 0
	for _, b := range blobs {
		got := map[string]bool{}
		for _, name := range s.names.of(b) {
			got[name] = true
		}
		id := s.db.ID(int(b)).String()
		if others {
			maps.DeleteFunc(got, func(name string, _ bool) bool { return !want[id][name] })
		}
		if diff := cmp.Diff(want[id], got); diff != "" {
			t.Errorf("paths of %s (-git +got):\n%s", id, diff)
		}
		compared += len(got)
	}
	if compared == 0 {
		t.Error("no names were compared")
	}
}

// compareRuns compares where blobs' content begins with a slow walk. Each blob
// stands for a value of its own.
func compareRuns(t *testing.T, s *sweep, dir string, blobs []int32) {
	type spot struct {
		path string
		blob int32
	}
	var spots []spot
	at := map[string][]int{} // path → its spots
	values := map[int32][]int32{}
	for n, b := range blobs {
		values[b] = []int32{int32(n)}
		for _, path := range s.names.of(b) {
			at[path] = append(at[path], len(spots))
			spots = append(spots, spot{path, b})
		}
	}

	// What each commit has, from what it changes against its first parent.
	type version struct {
		graph   int32
		parents []int
		has     map[int]bool // spots
	}
	var history []version
	number := map[string]int{}
	gitLines(t, dir, nil, func(line string) {
		if line == "" {
			return
		}
		if line[0] != ':' {
			fields := strings.Fields(line)
			v := version{has: map[int]bool{}}
			id, err := odb.ParseID(fields[0])
			if err != nil {
				t.Fatal(err)
			}
			v.graph, _ = s.graph.commitByID(id)
			for i, p := range fields[1:] {
				v.parents = append(v.parents, number[p])
				if i == 0 {
					v.has = maps.Clone(history[number[p]].has)
				}
			}
			number[fields[0]] = len(history)
			history = append(history, v)
			return
		}
		head, path, _ := strings.Cut(line, "\t")
		now := strings.Fields(head)[3]
		for _, n := range at[path] {
			delete(history[len(history)-1].has, n)
			if s.db.ID(int(spots[n].blob)).String() == now {
				history[len(history)-1].has[n] = true
			}
		}
	}, "log", "--all", "--topo-order", "--reverse", "--diff-merges=first-parent", "--root", "--raw", "--no-renames", "--no-abbrev", "--format=%H %P")

	want := map[string]bool{}
	for n, spot := range spots {
		part := make([]int, len(history)) // the run that each commit belongs to: a tree of links
		for i := range part {
			part[i] = i
		}
		whole := func(i int) int {
			for part[i] != i {
				i = part[i]
			}
			return i
		}
		first := map[int]int32{}
		for i, v := range history {
			if !v.has[n] {
				continue
			}
			for _, p := range v.parents {
				if history[p].has[n] {
					part[whole(p)] = whole(i)
				}
			}
		}
		for i, v := range history {
			if !v.has[n] || slices.ContainsFunc(v.parents, func(p int) bool { return history[p].has[n] }) {
				continue
			}
			if old, ok := first[whole(i)]; !ok || s.graph.older(v.graph, old) {
				first[whole(i)] = v.graph
			}
		}
		for _, c := range first {
			want[fmt.Sprintf("%s in %s since %s", s.db.ID(int(spot.blob)), spot.path, s.db.ID(int(s.graph.commits[c].object)))] = true
		}
	}

	var commits []int32 // those that git shows; others are reached by nothing
	for _, v := range history {
		commits = append(commits, v.graph)
	}
	slices.Sort(commits)
	tracer := newTracer(s.graph, s.names.paths, values, nil)
	if err := tracer.follow(t.Context(), commits, func(int32) bool { return false }); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for n, r := range tracer.runs {
		if tracer.whole(int32(n)) == int32(n) {
			got[fmt.Sprintf("%s in %s since %s", s.db.ID(int(r.blob)), s.names.paths.text(r.path), s.db.ID(int(s.graph.commits[r.first].object)))] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-slow walk +got):\n%s", diff)
	}
	if len(got) == 0 {
		t.Error("no runs were compared")
	}
}

// BenchmarkRepository takes the steps of a sweep apart, for the git directory that
// SECRETSWEEP_TEST_REPO names or a history that is generated. Graph, names and tracing
// are what it takes to attribute blobs.
func BenchmarkRepository(b *testing.B) {
	dir := os.Getenv("SECRETSWEEP_TEST_REPO")
	if dir == "" {
		dir = generate(b)
	}
	repo, _, err := find(filepath.Clean(dir))
	if err != nil {
		b.Fatal(err)
	}
	workers := runtime.GOMAXPROCS(0)
	s := &sweep{repository: repo, options: Options{HistoryOnly: true, Workers: workers}}
	if err := s.prepare(b.Context(), nobody{}); err != nil {
		b.Fatal(err)
	}
	defer s.db.Close()

	b.Run("whole sweep", func(b *testing.B) {
		for b.Loop() {
			source, err := Open(dir, s.options)
			if err != nil {
				b.Fatal(err)
			}
			if err := source.Sweep(b.Context(), nobody{}); err != nil {
				b.Fatal(err)
			}
			if err := source.Locate(b.Context(), nil, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("graph", func(b *testing.B) {
		for b.Loop() {
			if _, err := loadGraph(b.Context(), s.db, workers, true, nil, func(int64, int64) {}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("names", func(b *testing.B) {
		for b.Loop() {
			nameBlobs(s.graph)
		}
	})
	b.Run("tracing 1000 blobs", func(b *testing.B) {
		values := map[int32][]int32{}
		for n, blob := range sampleBlobs(s, 1000) {
			values[blob] = []int32{int32(n)}
		}
		var commits []int32
		for n := range s.graph.commits {
			commits = append(commits, int32(n))
		}
		for b.Loop() {
			tracer := newTracer(s.graph, s.names.paths, values, nil)
			if err := tracer.follow(b.Context(), commits, func(int32) bool { return false }); err != nil {
				b.Fatal(err)
			}
			tracer.settle(s.head)
			if len(tracer.runs) == 0 {
				b.Fatal("no runs")
			}
		}
	})
}
