package scanner

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
)

// referring is a detector that finds references besides what another one finds.
type referring struct{ detectors.Detector }

func (d referring) Detect(c *detectors.Chunk) detectors.Found {
	found := d.Detector.Detect(c)
	for _, at := range regexp.MustCompile(`ref (\w+)/(\w+)`).FindAllSubmatchIndex(c.Data, -1) {
		found.References = append(found.References, detectors.Reference{
			System: string(c.Data[at[2]:at[3]]), Name: string(c.Data[at[4]:at[5]]), Start: at[0], End: at[1],
		})
	}
	return found
}

// TestScanReferences wants references by system and name, those alone that are live,
// and no allow to be for them.
func TestScanReferences(t *testing.T) {
	d := referring{patterns{rule("key", `key (\w+)`)}}
	live, past := place.Place{Kind: place.File, WorkTree: true}, place.Place{Kind: place.File}
	at := func(p place.Place, path string) place.Place { p.Path = path; return p }
	got := scan(t, placed{texts{workers: 3, content: map[string]string{
		"a": "ref env/B # secretsweep:allow\nref env/B ref env/A",
		"b": "key alpha ref vault/B",
		"c": "ref env/B",
		"d": "ref env/alpha",
		"e": "ref env/C",
	}}, map[string][]place.Place{
		"a": {at(live, "a"), at(live, "a"), at(past, "z")},
		"b": {at(live, "b")},
		"c": {at(live, "c")},
		"d": {at(live, "alpha")},
		"e": {at(past, "e")},
	}}, d)
	want := []string{
		"key high medium alpha also [] name \"\"\n\tb {{1 5} {1 9}} []",
		"reference env A\n\ta {{2 11} {2 19}} []",
		"reference env B\n\ta {{1 1} {1 9}} [{{2 1} {2 9}}]\n\tc {{1 1} {1 9}} []",
		"reference env alpha\n\talpha {{1 1} {1 13}} []",
		"reference vault B\n\tb {{1 11} {1 21}} []",
		"done {Roots:[.] Findings:1 New:1 Known:0 Local:0 References:4 Counts:map[] Problems:0 LeftOut:[] Silenced:[] Unsure:map[] Stale:[] Unused:[]}",
	}
	if diff := cmp.Diff(want, got.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestReferencesHideValues wants no value in what stands in and beside a reference.
func TestReferencesHideValues(t *testing.T) {
	value := "longEnough"
	got := scan(t, placed{texts{content: map[string]string{"a": "key " + value + " ref env/" + value}},
		map[string][]place.Place{"a": {{Kind: place.File, Path: value, Index: true}}},
	}, referring{patterns{rule("key", `key (\w+)`)}})
	r := got.references[0]
	if r.Name != "****" || r.Places[0].Path != "****" {
		t.Errorf("got %q at %q, want both masked", r.Name, r.Places[0].Path)
	}
}
