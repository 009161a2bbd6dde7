package git

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/known"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// bothWays is a visitor that searches each chunk with what is known of its base,
// and without.
type bothWays struct {
	nobody
	t                *testing.T
	detector         detectors.Detector
	chunks, inherits atomic.Int64 // all, and those that know of a base
	matches, known   atomic.Int64 // in these: all, and those of known values
}

func (b *bothWays) Chunk(c *detectors.Chunk) {
	alone := *c
	alone.Base, alone.Copied, alone.Trace = nil, nil, nil
	found, wanted := b.detector.Detect(c), b.detector.Detect(&alone)
	got, want := found.Matches, wanted.Matches
	// Rules and values are compared by what tells them apart.
	diff := cmp.Diff(describeMatches(want), describeMatches(got))
	if diff != "" {
		b.t.Errorf("%s %s (-alone +inherited):\n%s", c.At.Path, c.At.Object, diff)
	}
	if diff := cmp.Diff(wanted.References, found.References); diff != "" {
		b.t.Errorf("%s %s references (-alone +inherited):\n%s", c.At.Path, c.At.Object, diff)
	}
	b.chunks.Add(1)
	if c.Base != nil {
		b.inherits.Add(1)
		b.matches.Add(int64(len(got)))
		for _, m := range got {
			if m.Vault != nil {
				b.known.Add(1)
			}
		}
	}
}

func describeMatches(matches []detectors.Match) []string {
	var all []string
	for _, m := range matches {
		all = append(all, fmt.Sprint(m.Rule.ID, m.Start, m.End, m.Value.Fingerprint(), m.Name, m.Confidence, m.Also, len(m.Parts), len(m.Pending)))
	}
	return all
}

// TestDeltaScanEqualsFullScan: what is found in a blob does not depend on how it
// is stored. It runs on a history that is generated, on the repository that this
// file lies in, and on the one that SECRETSWEEP_TEST_REPO names.
func TestDeltaScanEqualsFullScan(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	byRules, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	detector, _ := known.New(byRules, sampleSecrets(t, set))
	compare := func(t *testing.T, dir string) *bothWays {
		source, err := Open(dir, Options{HistoryOnly: true, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		v := &bothWays{t: t, detector: detector}
		if err := source.Sweep(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		if err := source.Locate(t.Context(), nil, nil); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d chunks, %d with a base, %d matches in these", v.chunks.Load(), v.inherits.Load(), v.matches.Load())
		return v
	}
	t.Run("generated", func(t *testing.T) {
		v := compare(t, editSecrets(t, set))
		if v.inherits.Load() < 100 || v.matches.Load() < 1000 || v.known.Load() < 1000 {
			t.Errorf("%d chunks have a base, %d matches and %d of these of known values: want many more", v.inherits.Load(), v.matches.Load(), v.known.Load())
		}
	})
	realRepositories(t, func(t *testing.T, dir string) { compare(t, dir) })
}

// sampleSecrets makes a secret of the middle of each sample of the rules.
func sampleSecrets(t *testing.T, set *rules.Set) []known.Secret {
	var all []known.Secret
	for _, line := range sampleLines(t, set) {
		middle := line[len(line)/4 : len(line)*3/4]
		all = append(all, known.Secret{Value: secret.New(middle), Entry: detectors.Entry{Name: "SAMPLE", Version: len(all) + 1}})
	}
	return all
}

// sampleLines makes the same samples of the rules every time.
func sampleLines(t *testing.T, set *rules.Set) []string {
	random := rand.New(rand.NewPCG(5, 8))
	var lines []string
	for _, r := range set.Rules {
		match, noMatch, err := r.Samples(random)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, match...), noMatch...)
	}
	return lines
}

// editSecrets makes a repository, packed, of many versions of a file whose lines
// are samples of the rules, cut, joined, moved and repeated.
func editSecrets(t *testing.T, set *rules.Set) string {
	lines := sampleLines(t, set)
	random := rand.New(rand.NewPCG(5, 8))
	line := func() string { return lines[random.IntN(len(lines))] + "\n" }
	text := ""
	for range 60 {
		text += line()
	}
	w := newWork(t, "--bare")
	var b bytes.Buffer
	const versions = 200
	for n := range versions {
		for range 1 + random.IntN(6) {
			from := random.IntN(len(text))
			to := from + random.IntN(min(200, len(text)-from))
			switch random.IntN(4) {
			case 0:
				text = text[:from] + text[to:]
			case 1:
				text = text[:from] + line() + text[from:]
			case 2:
				text = text[:from] + text[to:] + text[from:to]
			default:
				text = text[:from] + fmt.Sprint(random.IntN(1000)) + text[from:]
			}
		}
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\ndata 0\nM 100644 inline f\ndata %d\n%s\n", 1700000000+n, len(text), text)
	}
	cmd := exec.Command("git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = w.dir, &b
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	w.git("repack", "-adfq", "--depth=50", "--window=50")
	return w.dir
}
