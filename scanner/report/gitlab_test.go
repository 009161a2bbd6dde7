package report

import (
	"encoding/json"
	"testing"
)

// gitlabShape is what GitLab's schema for secret detection reports says of the
// parts that are used here.
func gitlabShape() shape {
	tool := object(map[string]shape{
		"id!": text(".+"), "name!": text(".+"), "version!": text(".+"), "vendor!": object(map[string]shape{"name!": text(".+")}),
	})
	stamp := text(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`)
	return object(map[string]shape{
		"version!": text(`\d+\.\d+\.\d+`),
		"scan!": object(map[string]shape{
			"analyzer!": tool, "scanner!": tool, "type!": text("secret_detection"),
			"start_time!": stamp, "end_time!": stamp, "status!": text("success|failure"),
			"messages": list(0, object(map[string]shape{"level!": text("info|warn|fatal"), "value!": text(".+")})),
		}),
		"vulnerabilities!": list(0, object(map[string]shape{
			"id!":                     text("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
			"category":                text("secret_detection"),
			"name":                    text(".{0,255}"),
			"description":             text(".+"),
			"severity":                text("Info|Unknown|Low|Medium|High|Critical"),
			"solution":                text(".+"),
			"raw_source_code_extract": text(".+"),
			"scanner":                 object(map[string]shape{"id!": text(".+"), "name!": text(".+")}),
			"location!": object(map[string]shape{
				"file": text(".+"), "start_line": whole(1), "end_line": whole(1),
				"commit!": object(map[string]shape{"sha!": text("[0-9a-f]{40}"), "author": text(".+"), "date": stampWithZone(), "message": text(".+")}),
			}),
			"identifiers!": list(1, object(map[string]shape{"type!": text(".+"), "name!": text(".+"), "value!": text(".+"), "url": text("https?://.+")})),
			"links":        list(1, object(map[string]shape{"name": text(".+"), "url!": text("https?://.+")})),
		})),
	})
}

func stampWithZone() shape { return text(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`) }

func TestGitLab(t *testing.T) {
	for name, s := range map[string]scan{"full": fullScan(), "clean": cleanScan()} {
		t.Run(name, func(t *testing.T) {
			data := s.write(t, "gitlab", Options{})
			gitlabShape().check(t, data)
			var got gitlabReport
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if got, want := got.Scan.StartTime, "1970-01-01T00:00:00"; got != want {
				t.Errorf("started %s, want %s", got, want)
			}
			if got, want := got.Scan.Status == "success", len(s.problems) == 0; got != want {
				t.Errorf("success is %v, want %v", got, want)
			}
			places, ids := 0, map[string]bool{}
			for _, f := range s.findings {
				places += len(f.Places)
			}
			for _, v := range got.Vulnerabilities {
				ids[v.ID] = true
			}
			if len(got.Vulnerabilities) != places || len(ids) != places {
				t.Errorf("got %d vulnerabilities with %d ids, want %d", len(got.Vulnerabilities), len(ids), places)
			}
		})
	}
}

func TestGitLabSolutionHasLines(t *testing.T) {
	f := &Finding{Provider: &Provider{Rotate: "1. Make a new one.\n2. Delete the old one.\x1b[2K"}}
	got, want := (&Report{}).vulnerability(f).Solution, "1. Make a new one.\n2. Delete the old one."+`\x1b[2K`
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
