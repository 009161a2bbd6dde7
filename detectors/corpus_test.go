package detectors_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/sample"
)

// label is what a mark of the corpus says of a span.
type label struct {
	sign       byte // '+' a leak, '-' none, '?' either
	start, end int
}

// labelled expands the marks of a file of the corpus (testdata/corpus/README.md).
func labelled(marked string, rng *rand.Rand) (text string, labels []label, err error) {
	const open, end = "⟦", "⟧"
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(marked, open)
		out.WriteString(before)
		if !found {
			return out.String(), labels, nil
		}
		mark, after, found := strings.Cut(rest, end)
		if !found || mark == "" || !strings.Contains("+-?", mark[:1]) {
			return "", nil, fmt.Errorf("%.20q: no mark", mark)
		}
		value, err := sample.Expand(mark[1:], rng, nil)
		if err != nil {
			return "", nil, err
		}
		labels = append(labels, label{mark[0], out.Len(), out.Len() + len(value)})
		out.WriteString(value)
		marked = after
	}
}

// score counts what is found in the corpus, and what is not.
type score struct{ leaks, found, wrong int }

func (s *score) add(t score) { s.leaks += t.leaks; s.found += t.found; s.wrong += t.wrong }

func (s score) recall() float64 { return float64(s.found) / float64(max(1, s.leaks)) }

func (s score) precision() float64 { return float64(s.found) / float64(max(1, s.found+s.wrong)) }

func (s score) String() string {
	return fmt.Sprintf("%4d leaks, recall %5.1f %%, precision %5.1f %%", s.leaks, 100*s.recall(), 100*s.precision())
}

// TestCorpus holds recall and precision on both halves of the labelled corpus, at the
// confidence that is reported by default. No rule was changed for what the second half,
// which is held out, shows.
func TestCorpus(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	detector, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	for _, half := range []struct {
		name, archives string
		leaks          int // at least, as the next
		recall         float64
	}{
		{"known", "../testdata/corpus/*.txtar", 2000, 0.9},
		{"held out", "../testdata/corpus/heldout/*.txtar", 400, 0.8},
	} {
		t.Run(half.name, func(t *testing.T) {
			total, files := scoreOf(t, detector, half.archives)
			if files < 200 || total.leaks < half.leaks {
				t.Errorf("%d leaks in %d files are too few to say anything", total.leaks, files)
			}
			if total.recall() < half.recall || total.precision() < leastPrecision {
				t.Errorf("recall %.3f and precision %.3f, want %.2f and %.2f or more", total.recall(), total.precision(), half.recall, leastPrecision)
			}
		})
	}
}

const leastPrecision = 0.9

// scoreOf scores archives, and logs the score of each area.
func scoreOf(t *testing.T, detector detectors.Detector, archives string) (total score, files int) {
	names, err := filepath.Glob(archives)
	if err != nil {
		t.Fatal(err)
	}
	areas := map[string]*score{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.Base(name)
		area, _, _ := strings.Cut(name, "-")
		if areas[area] == nil {
			areas[area] = &score{}
		}
		for _, f := range txtar.Parse(data).Files {
			files++
			seed := fnv.New64a()
			seed.Write([]byte(name + "\x00" + f.Name))
			text, labels, err := labelled(string(f.Data), rand.New(rand.NewPCG(seed.Sum64(), 1)))
			if err != nil {
				t.Fatalf("%s: %s: %v", name, f.Name, err)
			}
			s := judgeFile(t, detector, name, f.Name, text, labels)
			areas[area].add(s)
			total.add(s)
		}
	}
	for _, area := range slices.Sorted(maps.Keys(areas)) {
		t.Logf("%-10s %v", area, areas[area])
	}
	t.Logf("%-10s %v, in %d files", "all", total, files)
	return total, files
}

// judgeFile compares what is found in a file with its labels.
func judgeFile(t *testing.T, d detectors.Detector, archive, path, text string, labels []label) (s score) {
	line := func(at int) string {
		start := strings.LastIndexByte(text[:at], '\n') + 1
		rest, _, _ := strings.Cut(text[start:], "\n")
		return fmt.Sprintf("%s: %s:%d: %.160s", archive, path, 1+strings.Count(text[:at], "\n"), rest)
	}
	matches := d.Detect(&detectors.Chunk{
		Data: []byte(text), At: place.Place{Kind: place.File, Path: path}, Names: []string{path}, Whole: true, To: len(text),
	}).Matches
	matches = slices.DeleteFunc(matches, func(m detectors.Match) bool { return m.Confidence == rules.Unlikely })
	for _, l := range labels {
		if l.sign != '+' {
			continue
		}
		s.leaks++
		if slices.ContainsFunc(matches, func(m detectors.Match) bool { return m.Start < l.end && l.start < m.End }) {
			s.found++
		} else {
			t.Logf("missed %s", line(l.start))
		}
	}
	for _, m := range matches {
		if !slices.ContainsFunc(labels, func(l label) bool { return l.sign != '-' && m.Start < l.end && l.start < m.End }) {
			s.wrong++
			t.Logf("wrong  %s: %s", m.Rule.ID, line(m.Start))
		}
	}
	return s
}
