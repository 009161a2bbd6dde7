package report

import (
	"encoding/json"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
)

// sarifShape is what SARIF 2.1.0 says of the parts that are used here. Every
// object of it is closed but for its property bag.
func sarifShape() shape {
	message := object(map[string]shape{"text!": text(".+")})
	artifact := object(map[string]shape{"uri!": text(`\S+`), "uriBaseId": text("%SRCROOT%")})
	level := text("none|note|warning|error")
	location := object(map[string]shape{
		"physicalLocation!": object(map[string]shape{
			"artifactLocation!": artifact,
			"region": object(map[string]shape{
				"startLine!": whole(1), "startColumn": whole(1), "endLine": whole(1), "endColumn": whole(1),
			}),
		}),
		"message":    message,
		"properties": bag,
	})
	return object(map[string]shape{
		"$schema!": text(`https://.*/sarif-schema-2\.1\.0\.json`),
		"version!": text(`2\.1\.0`),
		"runs!": list(1, object(map[string]shape{
			"tool!": object(map[string]shape{"driver!": object(map[string]shape{
				"name!": text(".+"), "version": text(".+"), "informationUri": text("https://.+"),
				"rules!": list(0, object(map[string]shape{
					"id!": text(".+"), "shortDescription!": message, "fullDescription!": message, "help!": message, "helpUri": text("https?://.+"),
					"defaultConfiguration": object(map[string]shape{"level": level}), "properties": bag,
				})),
			})}),
			"invocations!": list(1, object(map[string]shape{
				"executionSuccessful!": boolean,
				"toolExecutionNotifications!": list(0, object(map[string]shape{
					"level": level, "message!": message,
				})),
			})),
			"columnKind!":         text("unicodeCodePoints"),
			"originalUriBaseIds!": object(map[string]shape{"%SRCROOT%!": object(map[string]shape{"description": message})}),
			"results!": list(0, object(map[string]shape{
				"ruleId!": text(".+"), "ruleIndex!": whole(0), "level": level, "message!": message,
				"locations!":           list(1, location), // GitHub refuses a result without
				"partialFingerprints!": object(map[string]shape{"primaryLocationLineHash!": text("v1:[0-9a-f]{32}"), "secretValue/v1!": text("v1:[0-9a-f]{32}")}),
				"suppressions!":        list(0, object(map[string]shape{"kind!": text("external|inSource"), "status": text("accepted"), "justification": text(".+")})),
				"properties":           bag,
			})),
			"properties": bag,
		})),
	})
}

func TestSARIF(t *testing.T) {
	for name, s := range map[string]scan{"full": fullScan(), "clean": cleanScan()} {
		t.Run(name, func(t *testing.T) {
			data := s.write(t, "sarif", Options{})
			sarifShape().check(t, data)
			var log sarifLog
			if err := json.Unmarshal(data, &log); err != nil {
				t.Fatal(err)
			}
			run := log.Runs[0]
			if got, want := len(run.Results), len(s.findings); got != want {
				t.Fatalf("got %d results, want %d", got, want)
			}
			if got, want := run.Invocations[0].Successful, len(s.problems) == 0; got != want {
				t.Errorf("executionSuccessful is %v, want %v", got, want)
			}
			if got, want := len(run.Invocations[0].Notifications), len(s.problems); got != want {
				t.Errorf("got %d notifications, want %d", got, want)
			}
			seen := map[string]bool{}
			for _, rule := range run.Tool.Driver.Rules {
				if seen[rule.ID] {
					t.Errorf("rule %q is there twice", rule.ID)
				}
				seen[rule.ID] = true
			}
			for i, result := range run.Results {
				f := s.findings[i]
				if got := run.Tool.Driver.Rules[result.RuleIndex].ID; got != result.RuleID {
					t.Errorf("result %d: ruleIndex is that of %q, want %q", i, got, result.RuleID)
				}
				if got, want := len(result.Suppressions) == 0, f.New(); got != want {
					t.Errorf("result %d: not suppressed is %v, want %v", i, got, want)
				}
				if got, want := len(result.Locations), len(f.Places); got != want {
					t.Errorf("result %d: got %d locations, want %d", i, got, want)
				}
			}
		})
	}
}

func TestSARIFLocationsAreBounded(t *testing.T) {
	s := fullScan()
	many := &s.findings[0]
	for len(many.Places) <= sarifLocations {
		many.Places = append(many.Places, many.Places...)
	}
	r := collect(t, s, Options{})
	result := r.sarifResult(&r.Findings[0], 0)
	if got := len(result.Locations); got != sarifLocations {
		t.Errorf("got %d locations, want %d", got, sarifLocations)
	}
	if got, want := result.Properties["places"], any(len(many.Places)); got != want {
		t.Errorf("got %v as the number of places, want %v", got, want)
	}
}

func TestSARIFRegion(t *testing.T) {
	r := &Report{}
	got := r.sarifPlace(&place.Place{Kind: place.File, Path: "a", Span: span(3, 5, 10)}).Physical.Region
	if want := (sarifRegion{StartLine: 3, StartColumn: 5, EndLine: 3, EndColumn: 15}); got == nil || *got != want {
		t.Errorf("got region %+v, want %+v", got, want)
	}
	if got := r.sarifPlace(&place.Place{Kind: place.File, Path: "a"}).Physical.Region; got != nil {
		t.Errorf("got region %+v of a file as a whole", got)
	}
}

func TestSARIFArtifact(t *testing.T) {
	tests := map[string]struct{ path, uri string }{
		"plain":           {"a/b.txt", "a/b.txt"},
		"space and signs": {"new file #1?.txt", "new%20file%20%231%3F.txt"},
		"percent":         {"100%41", "100%2541"},
		"colon":           {"c:/x", "./c:/x"},
		"not UTF-8":       {"a\xff", "a%FF"},
		"beyond ASCII":    {"café", "caf%C3%A9"},
		"control":         {"a\x1b\n", "a%1B%0A"},
		"brackets":        {"[id].js", "%5Bid%5D.js"},
		"absolute":        {"/srv/a b", "file:///srv/a%20b"},
		"two slashes":     {"//host/a", "file:///host/a"},
		"nothing":         {"", "."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := sarifArtifact(test.path)
			if got.URI != test.uri {
				t.Errorf("got %q, want %q", got.URI, test.uri)
			}
			if got, want := got.Base == "", path.IsAbs(test.path); got != want {
				t.Errorf("has no base: %v, want %v", got, want)
			}
			u, err := url.Parse(got.URI)
			if err != nil {
				t.Fatal(err)
			}
			if path.Clean(u.Path) != path.Clean(test.path) {
				t.Errorf("reads back as %q, want %q", u.Path, test.path)
			}
		})
	}
}

func TestSARIFMessage(t *testing.T) {
	if got, want := sarifMessage("{0} [a](b)\x1b").Text, `{{0}} \[a\](b)\x1b`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestNoAddressesFromRules checks that an address that isn't one of the web's
// does not become a link anywhere.
func TestNoAddressesFromRules(t *testing.T) {
	for _, format := range Formats() {
		if format == "json" || format == "jsonl" {
			continue // they say what the rule says
		}
		s := fullScan()
		s.findings[6].Rule.Source = "javascript:alert(2)"
		if out := string(s.write(t, format, Options{})); strings.Contains(out, "javascript") {
			t.Errorf("%s holds the address", format)
		}
	}
}
