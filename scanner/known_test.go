package scanner

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/known"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// sought makes a value that looks like no vendor's.
func sought(n int) string {
	random := rand.New(rand.NewPCG(uint64(n), 3))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return string(b)
}

// looking makes a detector that also looks for a value.
func looking(d detectors.Detector, value string, entries ...detectors.Entry) detectors.Detector {
	var all []known.Secret
	for _, e := range entries {
		all = append(all, known.Secret{Value: secret.New(value), Entry: e})
	}
	found, _ := known.New(d, all)
	return found
}

// TestScanKnown shows that a value of a vault is one row, whoever finds it and in whatever
// form it lies, and that the row says both.
func TestScanKnown(t *testing.T) {
	value := sought(20)
	specific := rule("token", `token (\w+)`)
	specific.Provider, specific.Confidence = &rules.Provider{ID: "vendor"}, rules.Likely
	specific.Severity = rules.Medium
	content := map[string]string{
		"bare":    "x=" + value,
		"encoded": base64.StdEncoding.EncodeToString([]byte("user:" + value)),
		"token":   "token " + value,
		"other":   "token other",
		"allowed": value + " // secretsweep:allow",
		value:     "nothing",
	}
	entries := []detectors.Entry{{Project: "web", Env: "dev", Name: "TOKEN", Version: 1}, {Project: "web", Env: "prod", Name: "TOKEN of " + value, Version: 3}}
	got := scan(t, texts{content: content}, looking(patterns{specific}, value, entries...))
	if len(got.findings) != 2 {
		t.Fatalf("got %d findings: %v", len(got.findings), got.calls)
	}
	f := got.findings[0]
	if f.Rule != specific || f.Severity != rules.High || f.Confidence != rules.Sure {
		t.Errorf("got rule %s, severity %s, confidence %s", f.Rule.ID, f.Severity, f.Confidence)
	}
	if diff := cmp.Diff([]string{known.RuleID}, f.Also); diff != "" {
		t.Errorf("also (-want +got):\n%s", diff)
	}
	entries[1].Name = "TOKEN of " + f.Value.Mask()
	if diff := cmp.Diff(entries, f.Vault); diff != "" {
		t.Errorf("vault (-want +got):\n%s", diff)
	}
	var paths []string
	for _, p := range f.Places {
		paths = append(paths, p.Path)
	}
	if diff := cmp.Diff([]string{"bare", "encoded", "token"}, paths); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	if other := got.findings[1]; other.Rule != specific || other.Vault != nil {
		t.Errorf("the other finding: %+v", other)
	}
	if diff := cmp.Diff([]Silenced{{AllowMarker, 1}}, got.summary.Silenced); diff != "" {
		t.Errorf("silenced (-want +got):\n%s", diff)
	}
}

// having says of a value that it is a part of all matches.
type having struct {
	detectors.Detector
	part secret.Value
}

func (d having) Detect(c *detectors.Chunk) detectors.Found {
	found := d.Detector.Detect(c)
	for i := range found.Matches {
		found.Matches[i].Parts = []detectors.Part{{Name: "id", Value: d.part}}
	}
	return found
}

// TestScanKnownPart shows that a value of a vault is not left out for what it belongs to.
func TestScanKnownPart(t *testing.T) {
	id, graver := sought(20), rule("pair", `(key) `)
	graver.Severity = rules.Critical
	d := having{patterns{graver}, secret.New(id)}
	got := scan(t, texts{content: map[string]string{"a": "key " + id}}, looking(d, id, detectors.Entry{Name: "ID"}))
	if len(got.findings) != 2 || got.findings[1].Vault == nil {
		t.Errorf("got %v", got.calls)
	}
}

// TestScanKnownAtSeams shows that the longest value is found once, wherever in a text of
// several chunks it lies, and where.
func TestScanKnownAtSeams(t *testing.T) {
	value := sought(1_000_000)
	d := looking(patterns{}, value, detectors.Entry{Name: "LONG"})
	for _, before := range []int{MaxChunk - len(value), MaxChunk - len(value)/2, MaxChunk - overlap - 1, MaxChunk - overlap/2, MaxChunk - 1} {
		text := strings.Repeat(".", before) + value + "\n"
		got := scan(t, texts{content: map[string]string{"a": text}}, d)
		if len(got.findings) != 1 || len(got.findings[0].Places) != 1 {
			t.Errorf("after %d bytes: got %d findings", before, len(got.findings))
			continue
		}
		if start := got.findings[0].Places[0].Start; start != (place.Position{Line: 1, Column: before + 1}) {
			t.Errorf("after %d bytes: it is at %v", before, start)
		}
	}
}
