package rotation

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/store"
)

var update = flag.Bool("update", false, "write golden files")

// golden compares a text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestDue tells by when each thing is to be rotated, and why: leaks, secrets that never
// leaked, and certificates, by policies that say different things.
func TestDue(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, store.NewMemory())
	kind := func(name, value, kind string, by time.Time) {
		t.Helper()
		_, err := b.owner.Set(t.Context(), vault.Change{Ref: key(name), Value: secret.New(value), Edit: func(i *vault.Info) {
			i.Kind, i.RotateBy, i.Owner = kind, by, "olivia"
		}})
		b.must(err)
	}
	kind("DATABASE_PASSWORD", "one", "postgres-password", time.Time{})
	kind("DATABASE_URL", "two", "database", time.Time{})
	kind("STRIPE_KEY", "three", "stripe", time.Time{})
	kind("STRIPE_LIVE", "three and a half", "stripe-live-key", time.Time{})
	kind("OTHER_KEY", "four", "", time.Time{})
	kind("PLANNED", "five", "stripe", day0.Add(5*24*time.Hour))
	kind("CERTIFICATE", "a certificate", "", time.Time{})
	kind("REPLACED_CERTIFICATE", "a certificate", "", time.Time{})
	kind("REPLACED_CERTIFICATE", "six", "", time.Time{})
	kind("LEAKED", "leaked", "stripe", time.Time{})
	for _, severity := range rules.Severities() {
		l := vault.Leaked{Value: secret.New("leak of " + string(severity) + " severity"), Severity: string(severity), Name: string(severity)}
		if _, err := b.tracker().Track(t.Context(), Swept{Project: "web", Leaks: []Sighting{{Leaked: l, Places: []place.Place{at("a")}}}}, "."); err != nil {
			t.Fatal(err)
		}
	}
	b.open("leaked", key("LEAKED"))
	b.do(b.open("closed"), Step{Act: Dismiss, Reason: "it is no secret"})
	all, err := b.tracker().Records(t.Context(), "web")
	b.must(err)
	r, err := Pick(all, "low")
	b.must(err)
	b.do(r, triage, Step{Act: Own, Owner: "ann", Due: day0.Add(12 * time.Hour)})

	var text strings.Builder
	for _, policy := range []string{`{}`, `{"leaked":{"critical":2},"database":30,"key":45,"certificate":50}`, `{"provider":{"stripe":7,"database":14}}`} {
		b.must(b.owner.SetPolicy(t.Context(), []byte(policy)))
		tracker, err := New(t.Context(), b.owner, Options{Now: func() time.Time { return b.now }, Rules: set, Lifetime: func(v secret.Value) (from, to time.Time, ok bool) {
			return day0, day0.Add(90 * 24 * time.Hour), v.Equal(secret.New("a certificate"))
		}})
		b.must(err)
		records, err := tracker.Records(t.Context(), "*")
		b.must(err)
		due, err := tracker.Due(t.Context(), records, b.owner.Environments())
		b.must(err)
		fmt.Fprintf(&text, "%s\n", policy)
		for _, d := range due {
			what := d.Secret.Ref.String()
			if d.Record != nil {
				what = d.Record.Title()
			}
			fmt.Fprintf(&text, "  %s  %s: %s (%s)\n", d.By.Format("01-02 15:04"), what, d.Why, d.Owner())
		}
	}
	golden(t, "due.golden", text.String())
}

// TestPolicy changes what a policy says, and reads it again.
func TestPolicy(t *testing.T) {
	var p Policy
	for _, tt := range []struct{ subject, text, bad string }{
		{"leaked.critical", "2d", ""},
		{"leaked.low", "3650d", ""},
		{"database", "30d", ""},
		{"key", "1d", ""},
		{"certificate", "50%", ""},
		{"provider.stripe", "14d", ""},
		{"provider.aws", "14d", ""},
		{"provider.aws", "", ""},
		{"leaked.low", "", ""},
		{"leaked.dire", "2d", "a policy says nothing of"},
		{"leaked", "2d", "a policy says nothing of"},
		{"provider.", "2d", "a policy says nothing of"},
		{"", "2d", "a policy says nothing of"},
		{"key", "2", `key: "2" isn't one of 1d to 3650d`},
		{"key", "0d", "isn't one of"},
		{"key", "-1d", "isn't one of"},
		{"key", "3651d", "isn't one of"},
		{"key", "50%", "isn't one of"},
		{"certificate", "2d", "isn't one of 1% to 100%"},
		{"certificate", "101%", "isn't one of"},
	} {
		before := fmt.Sprint(p)
		err := p.Set(tt.subject, tt.text)
		if tt.bad == "" && err != nil || tt.bad != "" && (err == nil || !strings.Contains(err.Error(), tt.bad)) {
			t.Errorf("%s %q: %v", tt.subject, tt.text, err)
		}
		if err != nil && fmt.Sprint(p) != before {
			t.Errorf("%s %q is refused, and changes something", tt.subject, tt.text)
		}
	}
	var text strings.Builder
	for _, l := range p.Lines() {
		fmt.Fprintln(&text, l.Subject, l.Text, l.Default)
	}
	golden(t, "policy.golden", text.String())
	b := newBench(t, store.NewMemory())
	kept, err := json.Marshal(p)
	b.must(err)
	b.must(b.owner.SetPolicy(t.Context(), kept))
	if diff := cmp.Diff(p, b.tracker().policy); diff != "" {
		t.Errorf("read again:\n%s", diff)
	}
	for _, text := range []string{`{"leaked":{"dire":1}}`, `{"database":-1}`, `{"key":4000}`, `{"certificate":101}`, `{"other":1}`, `[]`, `{"provider":{"x":-2}}`, `{"key":"30d"}`} {
		if p, err := ReadPolicy([]byte(text)); err == nil {
			t.Errorf("%s is a policy: %+v", text, p)
		}
	}
}

// TestReport counts records, by who looks after them and who issued them.
func TestReport(t *testing.T) {
	var all []*Record
	add := func(provider string, steps ...Step) {
		l := born(t)
		l.Provider, l.Rule = provider, "a-rule"
		for _, s := range steps {
			if r := l.do(s); len(r.Refused) > 0 {
				t.Fatalf("%s: %v", s.Act, r.Refused[0].Err)
			}
		}
		r := Fold(l.Leak, l.now())
		r.Due = day0.Add(24 * time.Hour)
		all = append(all, r)
	}
	due := Step{Act: Own, Owner: "bob"}
	through := []Step{triage, own, keep, moved, revoke}
	end := func(by Step) []Step { return append(append([]Step{}, through...), by, clean, shut) }
	add("stripe", end(refuse)...)
	add("stripe", end(attest)...)
	add("stripe", append([]Step{silent, silent, silent}, end(refuse)...)...)
	add("stripe", append(end(refuse), open)...)
	add("aws", triage, due)
	add("aws", triage, due, Step{Act: Block, Reason: "nobody knows how"})
	add("aws")
	add("")
	add("", Step{Act: Dismiss, Reason: "it is no secret"})
	add("aws", Step{Act: Accept, Until: day0.Add(1000 * time.Hour), Reason: "it is for a test"})
	var text strings.Builder
	for _, now := range []time.Time{day0.Add(20 * time.Hour), day0.Add(50 * time.Hour)} {
		s := Summarize(all, now)
		fmt.Fprintf(&text, "after %s\n", now.Sub(day0))
		line := func(kind string, t Total) {
			fmt.Fprintf(&text, "  %s %q: open %d, overdue %d, blocked %d, closed %d (proven %d, attested %d), aside %d, to close %s, oldest %s\n",
				kind, t.Name, t.Open, t.Overdue, t.Blocked, t.Closed, t.Proven, t.Attested, t.Aside, t.ToClose, t.Oldest)
		}
		line("all", s.Total)
		for _, o := range s.Owners {
			line("owner", o)
		}
		for _, p := range s.Providers {
			line("provider", p)
		}
		open := 0
		for _, o := range s.Owners {
			open += o.Open
		}
		if open != s.Open || s.Open+s.Closed+s.Aside != len(all) {
			t.Errorf("%d of %d are open, and %d by owners", s.Open, len(all), open)
		}
	}
	golden(t, "report.golden", text.String())
	if s := Summarize(nil, day0); s.Open+s.Closed+s.Aside != 0 || len(s.Owners) != 0 {
		t.Errorf("of nothing: %+v", s)
	}
}
