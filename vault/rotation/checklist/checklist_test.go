package checklist

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

var update = flag.Bool("update", false, "write the golden files anew")

var day0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const hostile = "=cmd|'/c x'!A1 </li><script>alert(1)</script> [x](javascript:y) `z` \x1b[31m\u202e @all"

// where says where a place is.
func where(p *place.Place) string {
	if p.Message != nil {
		return p.Message.Channel
	}
	return p.Name()
}

// life makes a record to which events have happened, each with its steps.
func life(t *testing.T, id byte, l vault.Leak, events ...vault.LeakEvent) *rotation.Record {
	t.Helper()
	l.ID[0], l.Project = id, "web"
	for i := range events {
		e := &events[i]
		e.At, e.By = day0.Add(time.Duration(i)*time.Hour), "ann"
		if e.Kind == "" {
			e.Kind = vault.Tracked
		}
		l.Events = append(l.Events, *e)
	}
	r := rotation.Fold(l, day0)
	if len(r.Refused) > 0 {
		t.Fatalf("%s: %v", r.ID(), r.Refused)
	}
	r.Due = day0.AddDate(0, 0, int(id)-2)
	return r
}

// does is an event with steps.
func does(t *testing.T, steps ...rotation.Step) vault.LeakEvent {
	t.Helper()
	data, err := json.Marshal(steps)
	if err != nil {
		t.Fatal(err)
	}
	return vault.LeakEvent{Data: data}
}

// sample gives records of which one is over, and what must not be seen of them.
func sample(t *testing.T) (records []*rotation.Record, values []secret.Value, set *rules.Set) {
	t.Helper()
	value := func() secret.Value {
		v, err := vault.Generate(vault.Generator{Kind: "password", Length: 40})
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
		return v
	}
	file := func(path string) place.Place {
		return place.Place{Kind: place.File, Root: "/home/ann/web", Path: path, WorkTree: true}
	}
	chat := place.Place{Kind: place.Chat, Message: &place.Message{Channel: "ann and bob", ChannelID: "D1", ID: "1"}}
	ref := vault.Ref{Project: "web", Environment: "prod", Name: "ACME_KEY"}
	deploy := file("deploy.sh")

	moving := life(t, 1, vault.Leak{Leaked: vault.Leaked{Value: value(), Rule: "acme-key", Severity: "critical", Name: "ACME_KEY"}},
		vault.LeakEvent{Kind: vault.Found, Places: []place.Place{deploy, file("old/notes.txt"), chat}, MorePlaces: 3},
		does(t, rotation.Step{Act: rotation.Triage, Way: rotation.Rotate}, rotation.Step{Act: rotation.Own, Owner: "ann"}),
		does(t, rotation.Step{Act: rotation.Replace, Successor: []rotation.Successor{{Ref: ref, Version: 2}}}),
		does(t, rotation.Step{Act: rotation.Clean, Places: []string{rotation.PlaceKey(&deploy)}, Left: true, Reason: "the mirror of a customer"}),
	)
	moving.Refs, moving.MorePlaces = []vault.Ref{ref}, 3
	moving.Consumers = []rotation.Consumer{
		{Name: "deploy, by run", Kind: rotation.ByVault, Ref: ref, Version: 2, Status: rotation.Ready},
		{Name: "bundle of edge", Kind: rotation.ByBundle, Ref: ref, Version: 1, Status: rotation.Unknown},
		{Name: "github-actions ACME_KEY in .github/workflows/ci.yml", Kind: rotation.ByName, Status: rotation.Said},
		{Name: "env ACME_KEY in @acme/all", Kind: rotation.ByName, Status: rotation.Unknown},
		{Name: "file /home/ann/web/old/notes.txt", Kind: rotation.ByCopy, Status: rotation.Unknown},
	}
	only := life(t, 2, vault.Leak{Leaked: vault.Leaked{Value: value(), Rule: "other-token", Severity: "high", Name: hostile}},
		vault.LeakEvent{Kind: vault.Found, Places: []place.Place{file(hostile)}},
		does(t, rotation.Step{Act: rotation.Triage, Way: rotation.RevokeOnly}, rotation.Step{Act: rotation.Own, Owner: hostile}),
		does(t, rotation.Step{Act: rotation.Block, Reason: hostile}),
	)
	plain := life(t, 3, vault.Leak{Leaked: vault.Leaked{Value: value(), Rule: "a rule that was", Name: "SESSION"}}, vault.LeakEvent{Kind: vault.Found})
	over := life(t, 4, vault.Leak{Leaked: vault.Leaked{Value: value(), Name: "OVER"}},
		does(t, rotation.Step{Act: rotation.Dismiss, Reason: "an example"}))
	acme := &rules.Provider{ID: "acme", Name: "Acme", Console: "https://console.acme.example/keys?all=1", Rotate: "1. Create a second key.\n2. Put it in place.\n3. Delete the old one."}
	other := &rules.Provider{ID: "other", Name: "Other & Sons", Console: "https://other.example", Rotate: "1. Reset the token, which ends it.\n2. Put the new one in place."}
	set = &rules.Set{
		Providers: []*rules.Provider{acme, other},
		Rules:     []*rules.Rule{{ID: "acme-key", Provider: acme}, {ID: "other-token", Provider: other}},
	}
	return []*rotation.Record{moving, only, plain, over}, values, set
}

// checkGolden compares with a file of testdata, or writes it. git keeps no CRLF there.
func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	got = bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// checkSilent looks for values, and for what a terminal might act on.
func checkSilent(t *testing.T, got []byte, values []secret.Value) {
	t.Helper()
	for _, v := range values {
		for _, text := range []string{v.Reveal(), v.Mask()} {
			if bytes.Contains(got, []byte(text)) {
				t.Error("it shows a value")
			}
		}
	}
	if at := bytes.IndexAny(got, "\x1b\u202e"); at >= 0 {
		t.Errorf("byte %d isn't printable", at)
	}
}

func TestFormats(t *testing.T) {
	records, values, set := sample(t)
	list := Of(records, set, where, day0)
	if list.Open != 3 || list.Overdue != 1 || len(list.Items) != 3 {
		t.Fatalf("%d open, %d overdue, %d items", list.Open, list.Overdue, len(list.Items))
	}
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var got bytes.Buffer
			if err := f.Write(&got, list); err != nil {
				t.Fatal(err)
			}
			checkGolden(t, "list."+f.Name, got.Bytes())
			checkSilent(t, got.Bytes(), values)
		})
	}
}

// TestEmpty writes lists of nothing.
func TestEmpty(t *testing.T) {
	list := Of(nil, new(rules.Set), where, day0)
	for _, f := range Formats() {
		var got bytes.Buffer
		if err := f.Write(&got, list); err != nil || got.Len() == 0 || strings.Contains(got.String(), "null") {
			t.Errorf("%s: %q, %v", f.Name, got.String(), err)
		}
	}
}

func TestJSONRoundTrip(t *testing.T) {
	records, _, set := sample(t)
	list := Of(records, set, where, day0)
	var got bytes.Buffer
	if err := writeJSON(&got, list); err != nil {
		t.Fatal(err)
	}
	var again List
	if err := json.Unmarshal(got.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(list, again, cmpopts.IgnoreUnexported(Consumer{}, Place{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCSVRuns has no cell that a spreadsheet would run.
func TestCSVRuns(t *testing.T) {
	records, _, set := sample(t)
	var got bytes.Buffer
	if err := writeCSV(&got, Of(records, set, where, day0)); err != nil {
		t.Fatal(err)
	}
	if text := got.String(); strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Error("a line doesn't end as RFC 4180 wants it")
	}
	rows, err := csv.NewReader(&got).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	guarded := 0
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(cell, "'=") {
				guarded++
			}
			if strings.HasPrefix(strings.TrimLeft(cell, " "), "=") {
				t.Errorf("the cell %q is a formula", cell)
			}
		}
	}
	if guarded == 0 {
		t.Error("no cell had to be guarded")
	}
}

// TestHTMLIsStill runs nothing, loads nothing, and leads nowhere but to the console.
func TestHTMLIsStill(t *testing.T) {
	records, _, set := sample(t)
	var page bytes.Buffer
	if err := writeHTML(&page, Of(records, set, where, day0)); err != nil {
		t.Fatal(err)
	}
	got := page.String()
	if bad := regexp.MustCompile(`(?i)<script|<img|<link|<iframe|\son\w+=|src=`).FindString(got); bad != "" {
		t.Errorf("it has %q", bad)
	}
	links := regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(got, -1)
	if len(links) != 2 {
		t.Errorf("%d links, want two", len(links))
	}
	for _, l := range links {
		if !strings.HasPrefix(l[1], "https://") {
			t.Errorf("it leads to %q", l[1])
		}
	}
}

// TestIssue has what a public tracker may see, and nothing that people or the log have told.
func TestIssue(t *testing.T) {
	records, values, set := sample(t)
	list := Of(records, set, where, day0)
	var all bytes.Buffer
	for _, item := range list.Items {
		issue := item.Issue()
		if strings.Contains(issue.Title, "\n") {
			t.Errorf("a title of several lines: %q", issue.Title)
		}
		all.WriteString(issue.Title + "\n\n" + issue.Body + "\n")
	}
	checkGolden(t, "issues.md", all.Bytes())
	checkSilent(t, all.Bytes(), values)
	for _, private := range []string{"ann", "deploy, by run", "edge", "/home", "mirror"} {
		if strings.Contains(all.String(), private) {
			t.Errorf("it tells %q", private)
		}
	}
	// An @ that is escaped mentions somebody all the same: what reads names comes after Markdown.
	for line := range strings.Lines(all.String()) {
		if strings.Contains(line, "@acme") && !strings.Contains(line, "`env ACME_KEY in @acme/all`") {
			t.Errorf("it mentions somebody: %s", line)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://example.com/a?b=c":  "<https://example.com/a?b=c>",
		"https://example.com/> [x](": "`https://example.com/> [x](`",
		"https://example.com/`":      "`https://example.com/'`",
		"https://example.com/\u202e": "`https://example.com/\\u202e`",
	} {
		if got := address(in); got != want {
			t.Errorf("address(%q) = %q, want %q", in, got, want)
		}
	}
}
