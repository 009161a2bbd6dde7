package report

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// hostile is what a repository that wishes us ill may hold in any text: a
// terminal sequence, a reversed file name, a line end, an end of CDATA, a
// formula, invalid UTF-8, an 8-bit control character, and every kind of quote.
const hostile = "=\x1b[2J\u202egnp.exe\n]]><b>'\"`{0}[x](y)\xff\u009b&%41"

// scan is what a sink is given, and the texts that no report of it may hold.
type scan struct {
	texts      []string
	problems   []scanner.Problem
	findings   []scanner.Finding
	references []scanner.Reference
	summary    scanner.Summary
}

// give gives it to a sink, and fails the test if the sink wrote before it was done.
func (s scan) give(t testing.TB, sink scanner.Sink, written *bytes.Buffer) {
	t.Helper()
	for _, p := range s.problems {
		if err := sink.Problem(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range s.findings {
		if err := sink.Finding(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range s.references {
		if err := sink.Reference(r); err != nil {
			t.Fatal(err)
		}
	}
	if written.Len() > 0 {
		t.Fatalf("wrote %q before it was done", written)
	}
	if err := sink.Done(s.summary); err != nil {
		t.Fatal(err)
	}
}

// write gives the scan's report in a format.
func (s scan) write(t testing.TB, format string, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	sink, err := New(format, &b, o)
	if err != nil {
		t.Fatal(err)
	}
	s.give(t, sink, &b)
	return b.Bytes()
}

// cleanScan found nothing and read everything.
func cleanScan() scan {
	return scan{summary: scanner.Summary{
		Roots: []string{"."},
		Counts: map[scanner.Counter]int64{
			scanner.Files: 812, scanner.Bytes: 41_300_000, scanner.Commits: 1203, scanner.Objects: 20_311,
		},
		LeftOut: []scanner.LeftOut{{Reason: scanner.Dependency, What: "node_modules", Count: 3201}},
	}}
}

// samples makes values that are the same in every run and look like no vendor's.
type samples struct {
	*rand.Rand
	made []string
}

func (s *samples) text(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[s.IntN(len(letters))]
	}
	s.made = append(s.made, string(b))
	return string(b)
}

func (s *samples) value() secret.Value { return secret.New(s.text(40)) }

func (s *samples) id() string {
	b := make([]byte, 20)
	for i := range b {
		b[i] = byte(s.UintN(256))
	}
	return fmt.Sprintf("%x", b)
}

func (s *samples) version(day int, name, title string) *place.Version {
	return &place.Version{
		ID: s.id(), Name: name, Email: "dev@example.com", Title: title,
		Date: time.Date(2021, 3, day, 9, 30, 0, 0, time.FixedZone("", 2*60*60)),
	}
}

func span(line, column, length int) place.Span {
	return place.Span{Start: place.Position{Line: line, Column: column}, End: place.Position{Line: line, Column: column + length - 1}}
}

// fullScan found one of everything.
func fullScan() scan {
	s := &samples{Rand: rand.New(rand.NewPCG(1, 2))}
	github := &rules.Provider{
		ID: "github", Name: "GitHub", Console: "https://github.com/settings/tokens",
		Rotate: "Make a new token, put it where the old one was, delete the old one.", Cadence: 90 * 24 * time.Hour,
	}
	aws := &rules.Provider{ID: "aws", Name: "AWS", Console: "https://console.aws.amazon.com/iam"}
	token := &rules.Rule{ID: "github-pat", Provider: github, Description: "GitHub personal access token", Source: "https://docs.github.com/authentication"}
	key := &rules.Rule{ID: "aws-secret-access-key", Provider: aws, Description: "Secret access key", Source: "https://docs.aws.amazon.com/IAM"}
	url := &rules.Rule{ID: "url-password", Description: "Password in a URL"}
	generic := &rules.Rule{ID: "generic-secret", Description: "Secret assigned to a name"}
	user := &rules.Rule{ID: "mine" + hostile, Provider: &rules.Provider{ID: "x", Name: hostile, Console: "javascript:alert(1)", Rotate: hostile}, Description: hostile, Source: hostile}

	var all []scanner.Finding
	add := func(f scanner.Finding) {
		f.Fingerprint = f.Value.Fingerprint()
		all = append(all, f)
	}
	everywhere := []place.Place{
		{Kind: place.File, Root: ".", Path: "config/deploy.yml", Span: span(12, 9, 40), Also: []place.Span{span(40, 9, 40)},
			Commit: s.version(4, "Ann Example", "Add the deploy job"), Last: s.version(28, "Bob Example", "Release"),
			Object: s.id(), Head: true, Index: true, WorkTree: true},
	}
	for i := range 39 {
		everywhere = append(everywhere, place.Place{Kind: place.File, Root: ".", Path: fmt.Sprintf("old/%02d.yml", i), Span: span(i+1, 3, 40),
			Commit: s.version(5+i%3, "Bob Example", "Copy"), Last: s.version(20, "Bob Example", "Clean up"), Object: s.id(), Head: i < 2})
	}
	add(scanner.Finding{Rule: token, Severity: rules.Critical, Confidence: rules.Sure, Value: s.value(), Name: "GITHUB_TOKEN",
		Answer: &scanner.Answer{Verdict: scanner.Live, Why: "status 200, login", Host: "api.github.com"},
		Also:   []string{"generic-secret", "known-secret"}, Places: everywhere, Vault: []detectors.Entry{
			{Project: "web", Env: "dev", Name: "GITHUB_TOKEN", Version: 1, State: "revoked"},
			{Project: "web", Env: "prod", Name: "GITHUB_TOKEN", Version: 4, State: "current"},
			{Project: "web", Env: "prod", Name: "GITHUB_TOKEN", Version: 3, State: "grace"},
			{Project: "web", Env: "prod", Name: "GITHUB_TOKEN", Version: 2, State: "revoked"},
			{Project: "web", Env: "staging", Name: "GITHUB_TOKEN", Version: 1},
		}})
	add(scanner.Finding{Rule: key, Severity: rules.Critical, Confidence: rules.Likely, Value: s.value(), Name: "aws_secret_access_key",
		Parts:  []detectors.Part{{Name: "access key id", Value: secret.New(s.text(20))}},
		Answer: &scanner.Answer{Verdict: scanner.Dead, Why: `status 403, Error.Code is "InvalidClientTokenId"`, Host: "sts.amazonaws.com"},
		Places: []place.Place{{Kind: place.File, Root: ".", Path: "infra/terraform.tfstate", Span: span(210, 31, 40),
			Commit: s.version(1, "Ann Example", "State"), Last: s.version(2, "Ann Example", "State again"), Object: s.id()}}})
	add(scanner.Finding{Rule: token, Severity: rules.High, Confidence: rules.Sure, Value: s.value(),
		Answer: &scanner.Answer{Verdict: scanner.Restricted, Why: "status 403, message", Host: "api.github.com"},
		Places: []place.Place{{Kind: place.File, Root: ".", Path: "new file: a#1?.txt", Span: span(1, 1, 40), Index: true, WorkTree: true}}})
	password := s.text(18)
	add(scanner.Finding{Rule: url, Severity: rules.High, Confidence: rules.Likely, Value: secret.New(password),
		Carrier: secret.New("postgres://app:" + password + "@db.example.com/app"), Name: "DATABASE_URL",
		Places: []place.Place{{Kind: place.File, Root: "modules/api", Path: "settings.py", Span: span(7, 20, 18), WorkTree: true}}})
	short := s.text(8) // too short to show anything of
	add(scanner.Finding{Rule: url, Severity: rules.High, Confidence: rules.Likely, Value: secret.New(short),
		Places: []place.Place{{Kind: place.Commit, Root: ".", Field: "message", Span: span(1, 14, 8), Object: s.id(),
			// As the scanner hides what the title holds.
			Commit: s.version(6, "Ann Example", "Set password "+secret.New(short).Mask()+" on the test server")}}})
	named := s.text(24)
	hidden := secret.New(named).Mask()
	add(scanner.Finding{Rule: generic, Severity: rules.Medium, Confidence: rules.Unlikely, Value: secret.New(named),
		Places: []place.Place{
			{Kind: place.Commit, Root: ".", Field: "author", Span: span(1, 1, 24), Commit: s.version(7, hidden, "Fix")},
			{Kind: place.Note, Root: ".", Ref: "refs/notes/commits", Annotated: s.id(), Span: span(2, 5, 24), Object: s.id()},
			{Kind: place.Object, Root: ".", Object: s.id(), Span: span(3, 1, 24), Local: true},
			{Kind: place.Ref, Root: ".", Ref: "refs/heads/" + hidden, Span: span(1, 12, 24)},
			{Kind: place.Stdin, Span: span(9, 2, 24)},
			{Kind: place.Tag, Root: ".", Ref: "refs/tags/v1.0", Object: s.id(), Field: "message", Span: span(4, 2, 24)},
		}})
	add(scanner.Finding{Rule: user, Severity: rules.Low, Confidence: rules.Unlikely, Value: s.value(), Name: hostile,
		Answer: &scanner.Answer{Verdict: scanner.Unknown, Why: hostile, Host: hostile},
		Vault:  []detectors.Entry{{Project: hostile, Env: hostile, Name: hostile, Version: 1, State: hostile}},
		Places: []place.Place{{Kind: place.File, Root: ".", Path: hostile, Span: span(1, 1, 40),
			Commit: s.version(9, hostile, hostile), Last: s.version(10, hostile, hostile), Object: s.id(), Head: true, WorkTree: true}}})
	endless := s.version(11, "Zed", "In a year that no format knows")
	endless.Date = time.Date(292_277_026, 1, 1, 0, 0, 0, 0, time.FixedZone("", 99*60*60))
	add(scanner.Finding{Rule: generic, Severity: rules.Low, Confidence: rules.Unlikely, Value: s.value(),
		Places: []place.Place{{Kind: place.Object, Root: ".", Object: s.id(), Span: span(3, 1, 40), Commit: endless}}})
	add(scanner.Finding{Rule: generic, Severity: rules.High, Confidence: rules.Likely, Value: s.value(), Name: "API_KEY", Local: true,
		Places: []place.Place{{Kind: place.File, Root: ".", Path: ".env", Span: span(3, 9, 40), WorkTree: true, Local: true}}})
	add(scanner.Finding{Rule: generic, Severity: rules.High, Confidence: rules.Likely, Value: s.value(), Name: "OLD_KEY", Known: true,
		Places: []place.Place{{Kind: place.File, Root: ".", Path: "test/fixtures.py", Span: span(3, 9, 40), Head: true,
			Commit: s.version(12, "Ann Example", "Fixtures")}}})

	said := time.Date(2024, 5, 3, 10, 1, 40, 0, time.UTC)
	add(scanner.Finding{Rule: token, Severity: rules.Critical, Confidence: rules.Sure, Value: s.value(), Places: []place.Place{
		{Kind: place.Chat, Root: "acme.zip", Path: "general/2024-05-03.json", Span: span(1, 9, 40), Message: &place.Message{
			Workspace: "acme", Channel: "#general", ChannelID: "C01AB", User: "Ann Example", UserID: "U01AB", Time: said,
			ID: "1714730500.000200", Thread: "1714730400.000100", Link: "https://acme.slack.com/archives/C01AB/p1714730500000200?thread_ts=1714730400.000100&cid=C01AB"}},
		{Kind: place.Chat, Root: "acme.zip", Path: "channels.json", Field: "topic", Span: span(1, 1, 40), Message: &place.Message{Channel: "#ops", ChannelID: "C02AB"}},
		{Kind: place.Chat, Root: "acme.zip", Path: hostile, Span: span(1, 1, 40), Message: &place.Message{Channel: hostile, User: hostile, Time: said, ID: "1", Link: hostile}},
		{Kind: place.File, Path: "image.tar", Member: "app/.env", Span: span(2, 13, 40), WorkTree: true, Layer: &place.Layer{
			Number: 2, Of: 5, Digest: "sha256:" + s.id(), Command: "COPY . /app", Gone: 4}},
		{Kind: place.File, Path: "backup.zip", Member: "old.tgz!/conf/app.yml", Span: span(3, 5, 40), WorkTree: true},
		{Kind: place.Stdin, Member: hostile, Span: span(1, 1, 40)},
	}})

	// A second value in a commit's title.
	all[1].Places[0].Commit.Title = "State with " + hidden

	problems := []scanner.Problem{
		{What: ".git/objects/pack/pack-1234.pack", Err: errors.New("object at offset 9217: unexpected EOF")},
		{What: "secrets/" + hostile, Err: errors.New("permission denied")},
	}
	stale := s.value().Fingerprint()
	references := []scanner.Reference{
		{System: "env", Name: "DATABASE_PASSWORD", Places: []place.Place{
			{Kind: place.File, Root: ".", Path: "settings.py", Span: span(3, 12, 31), Also: []place.Span{span(9, 1, 31)},
				Commit: s.version(13, "Ann Example", "Settings"), Last: s.version(28, "Bob Example", "Release"), Object: s.id(), Head: true},
			{Kind: place.File, Root: ".", Path: "worker.py", Span: span(1, 1, 31), WorkTree: true, Local: true},
		}},
		{System: "1password", Name: hostile, Places: []place.Place{{Kind: place.File, Root: ".", Path: hostile, Span: span(1, 1, 20), Index: true}}},
	}
	return scan{texts: s.made, problems: problems, findings: all, references: references, summary: scanner.Summary{
		Roots: []string{"."}, Findings: len(all), New: len(all) - 2, Known: 1, Local: 1, References: len(references), Problems: len(problems),
		Counts: map[scanner.Counter]int64{
			scanner.Files: 812, scanner.Bytes: 41_300_000, scanner.Commits: 1203, scanner.Objects: 20_311,
		},
		LeftOut: []scanner.LeftOut{
			{Reason: scanner.Dependency, Count: 3201},
			{Reason: scanner.Submodule, What: "vendor/" + hostile},
			{Reason: scanner.TooLarge, What: "data/dump.sql", Count: 1},
		},
		Silenced: []scanner.Silenced{{By: ".secretsweepignore", Count: 2}, {By: "secretsweep:allow", Count: 1}},
		Unsure:   map[rules.Confidence]int{rules.Unlikely: 31, rules.Likely: 1},
		Stale:    []secret.Fingerprint{stale},
		Unused:   []scanner.Unused{{File: ".secretsweepignore", Line: 7, Text: "path: " + hostile}},
	}}
}
