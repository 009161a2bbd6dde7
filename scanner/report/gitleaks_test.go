package report

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGitleaks(t *testing.T) {
	any := text(".*")
	elements := list(0, object(map[string]shape{
		"RuleID!": text(".+"), "Description!": text(".+"), "StartLine!": whole(1), "EndLine!": whole(1), "StartColumn!": whole(1),
		"EndColumn!": whole(1), "Match!": text(".+"), "Secret!": text(".+"), "File!": text(".+"), "SymlinkFile!": text(""),
		"Commit!": text("([0-9a-f]{40})?"), "Entropy!": whole(0), "Author!": any, "Email!": any, "Date!": text("(.+Z)?"), "Message!": any,
		"Tags!": list(0, any), "Fingerprint!": text(".+:.+:[0-9]+"),
	}))
	s := fullScan()
	data := s.write(t, "gitleaks", Options{})
	elements.check(t, data)
	var got []gitleaksFinding
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	places := 0
	for _, f := range s.findings {
		if !f.Known {
			places += len(f.Places)
		}
	}
	if len(got) != places {
		t.Fatalf("got %d elements, want %d", len(got), places)
	}

	first := s.findings[0].Places[0].Commit
	want := gitleaksFinding{
		RuleID: "github-pat", Description: "GitHub personal access token", StartLine: 12, EndLine: 12, StartColumn: 9, EndColumn: 48,
		Match: s.findings[0].Value.Mask(), Secret: s.findings[0].Value.Mask(), File: "config/deploy.yml",
		Commit: first.ID, Author: "Ann Example", Email: "dev@example.com", Date: "2021-03-04T07:30:00Z", Message: "Add the deploy job",
		Tags: []string{
			"vault: web/dev GITHUB_TOKEN (version 1, revoked), web/prod GITHUB_TOKEN (version 4, current), web/prod GITHUB_TOKEN (version 3, grace), and 2 more",
			"verdict: live, says api.github.com (status 200, login)",
		},
		Fingerprint: first.ID + ":config/deploy.yml:github-pat:12",
	}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("first element (-want +got):\n%s", diff)
	}
	for _, g := range got {
		if g.File == "new file: a#1?.txt" && g.Fingerprint != "new file: a#1?.txt:github-pat:1" {
			t.Errorf("without a commit: got fingerprint %q", g.Fingerprint)
		}
	}

	if got, want := string(cleanScan().write(t, "gitleaks", Options{})), "[]\n"; got != want {
		t.Errorf("clean: got %q, want %q", got, want)
	}
}
