package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/git"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// TestRepositoryName calls repositories after where they were cloned from, without what else
// an address may have in it.
func TestRepositoryName(t *testing.T) {
	for _, tt := range []struct{ address, want string }{
		{"git@github.com:acme/web.git", "github.com/acme/web"},
		{"github.com:/acme/web", "github.com/acme/web"},
		{"https://github.com/acme/web.git", "github.com/acme/web"},
		{"https://GitHub.com/acme/web/", "github.com/acme/web"},
		{"https://ann:" + strings.Repeat("x", 8) + "@git.example.com:8443/acme/web.git", "git.example.com/acme/web"},
		{"ssh://git@git.example.com:2222/~ann/web", "git.example.com/~ann/web"},
		{"https://example.com/a/../../b.git?token=x", "example.com/b"},
		{"/srv/git/web.git", ""},
		{"../web", ""},
		{"./a:b", ""},
		{`C:\git\web`, ""},
		{"c:/git/web", ""},
		{"file:///srv/git/web.git", ""},
		{"https://", ""},
		{"https://example.com", ""},
		{"https://example.com/\x7f", ""},
		{"", ""},
	} {
		if got := repositoryName(tt.address); got != tt.want {
			t.Errorf("%q is %q, want %q", tt.address, got, tt.want)
		}
	}
}

// TestRootNames has the same names wherever somebody has cloned to, but for what lies on one
// machine alone.
func TestRootNames(t *testing.T) {
	needGit(t)
	one, two, plain := t.TempDir(), t.TempDir(), t.TempDir()
	for _, dir := range []string{one, two} {
		runGit(t, dir, "init", "-q")
		runGit(t, dir, "remote", "add", "origin", "git@git.example.com:acme/web.git")
	}
	bare := t.TempDir()
	runGit(t, bare, "init", "-q")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(plain, link); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(filepath.Join(one, "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir(one)
	real := func(dir string) string { return filepath.ToSlash(realPath(dir)) }
	for _, tt := range []struct {
		name string
		p    place.Place
		want string
	}{
		{"a clone", place.Place{Kind: place.File, Root: one, Path: "a"}, "git.example.com/acme/web a"},
		{"another clone", place.Place{Kind: place.File, Root: two, Path: "a"}, "git.example.com/acme/web a"},
		{"the folder that one is in", place.Place{Kind: place.File, Root: ".", Path: "a"}, "git.example.com/acme/web a"},
		{"on this machine alone", place.Place{Kind: place.File, Root: one, Path: "a", Local: true}, real(one) + " a"},
		{"cloned from nowhere", place.Place{Kind: place.File, Root: bare, Path: "a"}, real(bare) + " a"},
		{"a folder", place.Place{Kind: place.File, Root: plain, Path: "a"}, real(plain) + " a"},
		{"a link to it", place.Place{Kind: place.File, Root: link, Path: "a"}, real(plain) + " a"},
		{"a file by itself", place.Place{Kind: place.File, Path: filepath.Join(link, "a")}, " " + real(plain) + "/a"},
		{"one of a clone", place.Place{Kind: place.File, Path: filepath.Join(one, "a")}, "git.example.com/acme/web a"},
		{"deeper", place.Place{Kind: place.File, Path: filepath.Join("sub", "a")}, "git.example.com/acme/web sub/a"},
		{"standard input", place.Place{Kind: place.Stdin}, " "},
		{"a message", place.Place{Kind: place.Chat, Message: &place.Message{Channel: "ops"}}, " "},
	} {
		names := make(rootNames)
		got := names.places([]place.Place{tt.p})[0]
		if tt.name == "a file by itself" && got.Path != real(filepath.Join(plain, "a")) && got.Path != real(filepath.Join(link, "a")) {
			t.Errorf("%s: %s", tt.name, got.Path)
		} else if tt.name != "a file by itself" && got.Root+" "+got.Path != tt.want {
			t.Errorf("%s: %s %s, want %s", tt.name, got.Root, got.Path, tt.want)
		}
	}
	if got := make(rootNames).text([]string{one, "-", slackPath, plain}); got != "git.example.com/acme/web - "+slackPath+" "+real(plain) {
		t.Errorf("the log has %q", got)
	}
	if got := git.Origin(filepath.Join(plain, "nowhere")); got != "" {
		t.Errorf("a folder that isn't there was cloned from %q", got)
	}
}

// TestKeptAt tells files of the same path apart that lie in several repositories.
func TestKeptAt(t *testing.T) {
	for root, want := range map[string]string{
		"":                    ".env:3",
		"git.example.com/a/b": "git.example.com/a/b/.env:3",
		"/home/ann/web":       ".env:3",
		"C:/web":              ".env:3",
	} {
		p := place.Place{Kind: place.File, Root: root, Path: ".env", Span: place.Span{Start: place.Position{Line: 3}}}
		if got := keptAt(&p); got != want || p.Path != ".env" {
			t.Errorf("%q: %s, want %s", root, got, want)
		}
	}
}

// TestGone tells of places at which a sweep didn't find a value whether it isn't there.
func TestGone(t *testing.T) {
	needGit(t)
	repo, plain := t.TempDir(), t.TempDir()
	value := secret.New("tangerine harbour 7 south")
	write := func(dir, name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	runGit(t, repo, "init", "-q")
	write(repo, "kept.txt", "it is "+value.Reveal())
	runGit(t, repo, "add", ".")
	runGit(t, repo, "commit", "-qm", "first")
	object := runGit(t, repo, "rev-parse", "HEAD:kept.txt")
	commit := &place.Version{ID: runGit(t, repo, "rev-parse", "HEAD")}
	write(repo, "untracked.txt", value.Reveal())
	write(plain, "there.txt", "x "+value.Reveal())
	write(plain, "encoded.txt", "blob dGFuZ2VyaW5lIGhhcmJvdXIgNyBzb3V0aA==")
	write(plain, "other.txt", "something else")
	at := func(dir, name string) place.Place {
		return place.Place{Kind: place.File, Root: filepath.ToSlash(realPath(dir)), Path: name, WorkTree: true, Span: place.Span{Start: place.Position{Line: 1, Column: 1}}}
	}
	nowhere := at(plain, "none.txt")
	nowhere.Span = place.Span{}
	committed := at(repo, "kept.txt")
	committed.Commit, committed.Object, committed.Head, committed.Index = commit, object, true, true
	rewritten := committed
	rewritten.Object = strings.Repeat("1", 40)
	for _, tt := range []struct {
		name      string
		p         place.Place
		value     secret.Value
		noHistory bool
		want      bool
	}{
		{"still there", at(plain, "there.txt"), value, false, false},
		{"encoded", at(plain, "encoded.txt"), value, false, false},
		{"another text", at(plain, "other.txt"), value, false, true},
		{"no file", at(plain, "none.txt"), value, false, true},
		{"a value that texts have by chance", at(plain, "other.txt"), secret.New("else"), false, false},
		{"nobody says where in it", nowhere, value, false, false},
		{"another folder", at(t.TempDir(), "none.txt"), value, false, false},
		{"committed", committed, value, false, false},
		{"rewritten", rewritten, value, false, true},
		{"rewritten, and nobody looked", rewritten, value, true, false},
		{"untracked", at(repo, "untracked.txt"), value, true, false},
		{"taken out of the folder", at(repo, "none.txt"), value, true, true},
		{"a message", place.Place{Kind: place.Chat, Root: filepath.ToSlash(realPath(plain))}, value, false, false},
	} {
		s := swept{job: job{paths: []string{repo, plain}}}
		if s.job.source.NoHistory = tt.noHistory; tt.noHistory {
			s.summary.LeftOut = []scanner.LeftOut{{Reason: scanner.Narrowed}}
		}
		got, err := s.gone(make(rootNames))(t.Context(), tt.value, tt.p)
		if err != nil || got != tt.want {
			t.Errorf("%s: %v (%v), want %v", tt.name, got, err, tt.want)
		}
	}
	for name, s := range map[string]swept{
		"a problem":     {summary: scanner.Summary{Problems: 1}},
		"a filter":      {summary: scanner.Summary{LeftOut: []scanner.LeftOut{{Reason: scanner.Filtered}}}},
		"what is added": {job: job{source: git.Options{Since: "HEAD~1"}}},
		"staged":        {job: job{source: git.Options{Staged: true}}},
		"history alone": {job: job{source: git.Options{HistoryOnly: true}}},
	} {
		if s.gone(make(rootNames)) != nil {
			t.Errorf("%s: a sweep that isn't whole tells what is gone", name)
		}
	}
}

// TestDecisionOf says what an import makes of records.
func TestDecisionOf(t *testing.T) {
	ref := vault.Ref{Project: "web", Environment: "dev", Name: "KEY"}
	imported := vault.LeakEvent{Kind: vault.Imported, Decides: true, Refs: []vault.Ref{ref}}
	tracked := func(text string) vault.LeakEvent { return vault.LeakEvent{Kind: vault.Tracked, Data: []byte(text)} }
	found := vault.LeakEvent{Kind: vault.Found, Places: []place.Place{{Kind: place.File, Path: "a"}}}
	over := tracked(`[{"act":"own","owner":"ann"},{"act":"revoke","emergency":true},{"act":"ask","answer":{"verdict":"dead"}},{"act":"clean"}]`)
	replaced := tracked(`[{"act":"replace","successor":[{"Project":"web","Environment":"dev","Name":"KEY","version":2}]},{"act":"moved"},{"act":"close"}]`)
	live := tracked(`[{"act":"ask","answer":{"verdict":"live"}}]`)
	for _, tt := range []struct {
		name   string
		events []vault.LeakEvent
		want   string
	}{
		{"found", []vault.LeakEvent{found}, "undecided"},
		{"imported", []vault.LeakEvent{found, imported}, "import dev KEY"},
		{"taken on, and not in the vault", []vault.LeakEvent{found, tracked(`[{"act":"triage","way":"rotate"},{"act":"own","owner":"ann"}]`)}, "undecided"},
		{"to be revoked", []vault.LeakEvent{found, {Kind: vault.RevokeOnly, Decides: true}}, "revoke"},
		{"to be revoked, as a step says", []vault.LeakEvent{found, tracked(`[{"act":"triage","way":"revoke-only"}]`)}, "revoke"},
		{"closed", []vault.LeakEvent{found, imported, over, replaced}, "import dev KEY"},
		{"closed, and back", []vault.LeakEvent{imported, over, replaced, found}, "revoke"},
		{"closed, and it works", []vault.LeakEvent{found, imported, over, replaced, live}, "undecided"},
		{"false", []vault.LeakEvent{found, {Kind: vault.FalsePositive, Decides: true}}, "false-positive"},
		{"false, and it works", []vault.LeakEvent{found, {Kind: vault.FalsePositive, Decides: true}, live}, "undecided"},
		{"accepted until then", []vault.LeakEvent{found, {Kind: vault.Accepted, Decides: true, Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}, "undecided"},
		{"accepted", []vault.LeakEvent{found, {Kind: vault.Accepted, Decides: true, Reason: "for now"}}, "accept for now"},
		{"asked for", []vault.LeakEvent{found, {Kind: vault.Waiting, Decides: true}}, "undecided"},
	} {
		l := vault.Leak{Project: "web", Leaked: vault.Leaked{Value: secret.New("a value")}}
		for i, e := range tt.events {
			e.At, e.By = time.Date(2025, 1, 1, i, 0, 0, 0, time.UTC), "ann"
			if l.Events = append(l.Events, e); e.Decides {
				l.Refs = e.Refs
			}
		}
		r := rotation.Fold(l, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		got := "undecided"
		if d, ok := decisionOf(r); ok {
			got = string(d.Choice)
			for _, to := range d.Targets {
				got += " " + to.Env + " " + to.Name
			}
			if d.Reason != "" {
				got += " " + d.Reason
			}
		}
		if got != tt.want || len(r.Refused) > 0 {
			t.Errorf("%s: %s (%s, refused %v), want %s", tt.name, got, r.State, r.Refused, tt.want)
		}
	}
}

// TestTrackedRows says which findings get a record.
func TestTrackedRows(t *testing.T) {
	rule := &rules.Rule{ID: "a-rule", Description: "a rule"}
	finding := func(name string, places ...place.Place) scanner.Finding {
		v := secret.New("value of " + name)
		f := scanner.Finding{Rule: rule, Severity: rules.High, Value: v, Carrier: v, Fingerprint: v.Fingerprint(), Name: name, Places: places}
		for range places {
			f.Namings = append(f.Namings, scanner.Naming{Name: name})
		}
		return f
	}
	file := func(path string) place.Place {
		return place.Place{Kind: place.File, Path: path, WorkTree: true, Head: true}
	}
	local := file(".env")
	local.Local = true
	old := place.Place{Kind: place.File, Path: "old.py", Commit: &place.Version{ID: "c0ffee"}}
	rows, err := rowsOf(t.Context(), []scanner.Finding{
		finding("USED_KEY", file("app.py")), finding("MY_KEY", local), finding("BOTH_KEY", local, file("deploy.sh")),
		finding("TEST_KEY", file("tests/test_app.py")), finding("OLD_KEY", old),
	}, "web")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		if row.Tracked() {
			l := leakedOf(row)
			got = append(got, fmt.Sprint(l.Name, " ", l.Rule, " ", l.Severity, " ", l.Carrier.IsEmpty()))
		}
	}
	if diff := cmp.Diff([]string{"USED_KEY a-rule high true", "BOTH_KEY a-rule high true", "OLD_KEY a-rule high true"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestNews says what a sweep has changed, without a control character of a hostile path.
func TestNews(t *testing.T) {
	r := &rotation.Record{Leak: vault.Leak{Leaked: vault.Leaked{Name: "KEY"}}}
	file := func(path string) place.Place {
		return place.Place{Kind: place.File, Path: path, Span: place.Span{Start: place.Position{Line: 3}}}
	}
	n := rotation.News{New: 1, Gone: 2, Spread: []*rotation.Record{r}, Reopened: []rotation.Back{{Record: r, Places: []place.Place{file("a\x1b[2J"), file("b")}}, {Record: r}}}
	want := []string{
		"records of web: 1 new record, 2 reopened, 1 found at more places; 2 places gone",
		`reopened: 00000000 KEY: it lies in a\x1b[2J:3 and 1 more place`,
		"reopened: 00000000 KEY: it lies in more places than are kept",
	}
	if diff := cmp.Diff(want, newsText(&n, "web")); diff != "" {
		t.Error(diff)
	}
	for range 30 {
		n.Reopened = append(n.Reopened, n.Reopened[0])
	}
	if all := newsText(&n, "web"); len(all) != 22 || all[21] != "reopened: and 12 more" {
		t.Errorf("%d lines, the last is %q", len(all), all[len(all)-1])
	}
	if got := newsText(&rotation.News{New: 2, Unread: true}, "web"); len(got) != 1 || !strings.Contains(got[0], "2 leaks reported to the maintainers of web") {
		t.Errorf("%q", got)
	}
}

// TestLeakedIn gives a secret of the vault the record that a sweep would give it.
func TestLeakedIn(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	looking, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	stripe, err := newSecret("stripe-live-key")
	if err != nil {
		t.Fatal(err)
	}
	password := strings.Repeat("q7R", 3) + "-" + "zW4k"
	for _, tt := range []struct {
		name, value, kind string
		want              string // rule, provider, whether it is a part of what the secret has
	}{
		{"STRIPE_KEY", stripe, "", "stripe-live-key stripe false"},
		{"DATABASE_URL", "postgres://app:" + password + "@db.internal:5432/app", "database", "database true"},
		{"PHRASE", "juniper fields 41 north", "", " false"},
		{"PHRASE", "juniper fields 41 north", "acme", "acme false"},
		{"EMPTY", "", "", " false"},
	} {
		l := leakedIn(looking, vault.Ref{Project: "web", Environment: "prod", Name: tt.name}, secret.New(tt.value), tt.kind)
		got := fmt.Sprint(l.Provider, " ", !l.Carrier.IsEmpty())
		if strings.HasPrefix(tt.want, "stripe") {
			got = l.Rule + " " + got
		}
		if got != tt.want || l.Name != tt.name || l.Env != "prod" {
			t.Errorf("%s: %q (%s), want %q", tt.name, got, l.Rule, tt.want)
		}
		if !l.Carrier.IsEmpty() && (l.Carrier.Reveal() != tt.value || l.Value.Reveal() != password) {
			t.Errorf("%s: not what a sweep would take", tt.name)
		}
	}
}

// TestExposureRecords says how urgent it is to rotate what somebody may know, and why.
func TestExposureRecords(t *testing.T) {
	seen := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e := exposure{Name: "bob", Seen: []exposedRow{
		{Rotate: 1, Environment: "prod", Times: 3, LastSeen: seen, Name: "A"}, {Rotate: 2, Environment: "dev", Times: 1, LastSeen: seen, Name: "B"}, {Environment: "dev", Times: 1, LastSeen: seen, Name: "OLD"},
	}, CouldHave: []exposedRow{{Rotate: 3, Environment: "prod", Name: "C"}, {Rotate: 4, Environment: "dev", Name: "D"}, {Environment: "dev", Name: "OLD"}}}
	var text bytes.Buffer
	for _, r := range e.current() {
		fmt.Fprintf(&text, "%s %s: %s\n", r.Name, r.urgency(), e.why(r))
	}
	want := `A critical: bob has left, and had read it 3 times, last on 2026-03-01
B high: bob has left, and had read it on 2026-03-01
C medium: bob has left, and could have read it
D low: bob has left, and could have read it
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
}
