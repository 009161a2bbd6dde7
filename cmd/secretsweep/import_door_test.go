package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// file writes a file for somebody, and gives its path.
func (u *person) file(name, text string) string {
	u.t.Helper()
	path := filepath.Join(u.env["HOME"], name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		u.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		u.t.Fatal(err)
	}
	return path
}

// TestImportInTurn imports from sources in turn: what was decided of one isn't forgotten
// because of the other.
func TestImportInTurn(t *testing.T) {
	u := newPerson(t)
	one, two := u.file("one/.env", "ONE_SECRET=a first value\n"), u.file("two/.env", "TWO_SECRET=a second value\n")
	for _, path := range []string{one, two} {
		u.says(0, []string{"1 secret imported"}, "import", path, "-p", "web", "--yes")
	}
	u.want(0, "vault", "env", "create", "api/dev")
	u.want(0, "secret", "set", "KEY", "-p", "api", "-e", "dev", "--generate", "uuid")
	for _, path := range []string{one, two, one} {
		u.says(0, []string{"there is nothing to import"}, "import", path, "-p", "web", "--yes")
	}
	if got := u.want(0, "audit", "log", "--verb", "match"); !strings.Contains(got, "web/dev") || strings.Contains(got, "api/dev") {
		t.Errorf("it was compared with other projects, or with none:\n%s", got)
	}
}

// TestImportLost has the vault be put back to before an import: what was imported isn't
// taken for being there. What somebody removed is.
func TestImportLost(t *testing.T) {
	u := newPerson(t)
	path := u.file(".env", "LOST_SECRET=a value\n")
	aside := u.dir + ".aside"
	copyFolder(t, u.dir, aside)
	u.says(0, []string{"1 secret imported"}, "import", path, "-p", "web", "--yes")
	copyFolder(t, aside, u.dir)
	u.want(0, "vault", "check", "--accept")
	u.says(0, []string{"1 secret imported"}, "import", path, "-p", "web", "--yes")
	u.want(0, "secret", "rm", "LOST_SECRET", "-e", "dev")
	u.says(0, []string{"there is nothing to import"}, "import", path, "-p", "web", "--yes")
}

// TestImportOnlyLeaks has nothing but leaks go to a project that isn't there.
func TestImportOnlyLeaks(t *testing.T) {
	u := newPerson(t)
	u.open(func(s *vault.Session) error {
		in := &intake{door: &door{Session: s}, project: "new"}
		v := secret.New("a value that nobody uses")
		row := &importers.Row{Key: v.Fingerprint(), Value: v}
		err := in.take(t.Context(), importers.Batch{Leaks: []importers.Leak{{Row: row, Verdict: importers.Verdict{Choice: importers.Revoke}}}}, "a sweep")
		if err == nil || !strings.Contains(advise(err), "there is no project new yet; an owner makes it: secretsweep vault env create new/dev") {
			t.Errorf("it says %v", err)
		}
		return nil
	})
}

// TestImportMeanwhile has somebody else be faster: what they wrote isn't overwritten, and
// an environment that they made is as good.
func TestImportMeanwhile(t *testing.T) {
	u := newPerson(t)
	u.open(func(s *vault.Session) error {
		ctx := t.Context()
		set := func(name, value string) {
			t.Helper()
			if _, err := s.Set(ctx, vault.Change{Ref: vault.Ref{Project: "web", Environment: "dev", Name: name}, Value: secret.New(value)}); err != nil {
				t.Fatal(err)
			}
		}
		set("SAME", "as it was")
		set("OTHER", "as it was")
		me := who{Identity: identity.New()}
		in := &intake{door: &door{Session: s, who: me}, draft: draft{path: filepath.Join(t.TempDir(), "draft"), me: me}, project: "web", current: make(map[vault.Ref]int)}
		var items []importers.Item
		for name, value := range map[string]string{"SAME": "as it was", "OTHER": "is now", "NEW": "is new"} {
			items = append(items, importers.Item{Name: name, Env: "dev", Value: secret.New(value), From: "dotenv"})
		}
		plan, err := in.plan(ctx, items, "")
		if err != nil {
			return err
		}
		for _, c := range plan.Conflicts() {
			for _, row := range c.Rows {
				plan.Resolve(c, row)
			}
		}
		batch := plan.Batch(in.access())
		if len(batch.Secrets) != 3 {
			t.Fatalf("%d secrets", len(batch.Secrets))
		}
		for _, name := range []string{"SAME", "OTHER", "NEW"} {
			one := importers.Batch{}
			for _, sec := range batch.Secrets {
				if sec.Name == name {
					one.Secrets = append(one.Secrets, sec)
				}
			}
			set(name, "rotated meanwhile")
			var conflict *vault.ConflictError
			if err := in.take(ctx, one, "files"); !errors.As(err, &conflict) {
				t.Errorf("%s: %v", name, err)
			}
			got, err := s.Get(ctx, vault.Ref{Project: "web", Environment: "dev", Name: name}, vault.Which{})
			if err != nil || got.Value.Reveal() != "rotated meanwhile" {
				t.Errorf("%s was overwritten, %v", name, err)
			}
		}
		// What was taken once is taken again, as when the grants after it fail.
		fresh := importers.Batch{
			Environments: []importers.Ref{{Project: "web", Env: "qa"}},
			Secrets:      []importers.Secret{{Ref: importers.Ref{Project: "web", Env: "qa", Name: "FRESH"}, Value: secret.New("a value")}},
		}
		if err := s.CreateEnvironment(ctx, "web", "qa"); err != nil {
			return err
		}
		for range 2 {
			if err := in.take(ctx, fresh, "files"); err != nil {
				t.Error(err)
			}
		}
		return nil
	})
}

// TestImportHostile has names and notes that are longer than a vault has room for, and a
// name without a value that would have to wait.
func TestImportHostile(t *testing.T) {
	u := newPerson(t)
	u.open(func(s *vault.Session) error {
		in := &intake{door: &door{Session: s}, project: "web", current: make(map[vault.Ref]int)}
		v := secret.New("a value that nobody uses")
		long := strings.Repeat("é", 9_000)
		row := &importers.Row{Key: v.Fingerprint(), Value: v, Items: []importers.Item{{Name: "x" + long, Value: v}}}
		err := in.take(t.Context(), importers.Batch{
			Secrets: []importers.Secret{{Ref: importers.Ref{Project: "web", Env: "dev", Name: "NOTED"}, Value: v, Note: "x" + long, Kind: "x" + long}},
			Leaks:   []importers.Leak{{Row: row, Verdict: importers.Verdict{Choice: importers.Revoke}}},
		}, "a sweep")
		if err != nil {
			t.Error(err)
		}
		l, err := s.Look(t.Context(), vault.Ref{Project: "web", Environment: "dev", Name: "NOTED"})
		if err != nil || !strings.HasSuffix(l.Description, "é…") || len(l.Description) < vault.MaxText/2 {
			t.Errorf("the note is %q, %v", l.Description, err)
		}
		empty := &importers.Row{Key: v.Fingerprint()}
		waiting := []importers.Ref{{Project: "web", Env: "prod", Name: "EMPTY"}}
		err = in.take(t.Context(), importers.Batch{Leaks: []importers.Leak{{Row: empty, Waiting: waiting}}}, "a list")
		if err == nil || !strings.Contains(err.Error(), "web/prod EMPTY has no value yet") {
			t.Errorf("it says %v", err)
		}
		return nil
	})
}

// TestUntil has a leak be accepted until a day, the day included, by the vault as by a draft.
func TestUntil(t *testing.T) {
	day := time.Date(2030, 5, 1, 0, 0, 0, 0, time.UTC)
	in := &intake{project: "web"}
	v := secret.New("a value")
	l := importers.Leak{Row: &importers.Row{Value: v}, Verdict: importers.Verdict{Choice: importers.Accept, Until: day, Reason: "it ends"}}
	r := in.report(&l, true)
	if !r.Until.After(day.Add(23*time.Hour)) || r.Until.Format(time.DateOnly) != "2030-05-01" {
		t.Errorf("the vault has it until %s", r.Until)
	}
	r.Decides = true
	d, ok := decisionOf(rotation.Fold(vault.Leak{Leaked: r.Leaked, Events: []vault.LeakEvent{r.LeakEvent, {Kind: vault.Noted}}}, day))
	if want := fmt.Sprint(l.Verdict); !ok || fmt.Sprint(importers.Verdict{Choice: d.Choice, Until: d.Until, Reason: d.Reason}) != want {
		t.Errorf("the decision is %+v", d)
	}
}

// TestReportBeside keeps with a leak what was around it, and what belongs to it, if there is
// room.
func TestReportBeside(t *testing.T) {
	long, v := secret.New(strings.Repeat("x", maxBeside+1)), secret.New("a value")
	part := detectors.Part{Name: "id", Value: secret.New("half")}
	for _, tt := range []struct {
		name    string
		carrier secret.Value
		parts   []detectors.Part
		want    string
	}{
		{"alone", v, nil, " 0"},
		{"in an address", secret.New("x://a%20value@host"), []detectors.Part{part}, "x://a%20value@host 1"},
		{"in a long text", long, []detectors.Part{{Name: "a", Value: long}, {Name: "b"}, part}, " 1"},
		{"with many parts", v, slices.Repeat([]detectors.Part{part}, 2*vault.MaxLeakParts), fmt.Sprint(" ", vault.MaxLeakParts)},
	} {
		in := &intake{project: "web"}
		found := &scanner.Finding{Rule: &rules.Rule{ID: "a-rule"}, Value: v, Carrier: tt.carrier, Parts: tt.parts}
		r := in.report(&importers.Leak{Row: &importers.Row{Value: v, Finding: found}}, true)
		if got := fmt.Sprint(r.Carrier.Reveal(), " ", len(r.Parts)); got != tt.want {
			t.Errorf("%s: %s", tt.name, got)
		}
		if n := len(r.Parts); n > 0 && (r.Parts[n-1].Name != "id" || !r.Parts[n-1].Value.Equal(part.Value)) {
			t.Errorf("%s: the last part is called %q", tt.name, r.Parts[n-1].Name)
		}
	}
}

// TestImportAsked has somebody who may not write to prod ask for it, with different texts
// around one password: who may gets exactly that, if they look, and is asked once.
func TestImportAsked(t *testing.T) {
	owner, id := newOwner(t)
	owner.env["XDG_DATA_HOME"] = t.TempDir()
	dora := owner.admit(id, "dora", "developer", "*/dev").with("XDG_DATA_HOME", t.TempDir())
	file := func(name, host string) string {
		path := filepath.Join(t.TempDir(), name)
		text := "DATABASE_URL=postgres://app:" + strings.Repeat("9aZ", 9) + "@" + host + "/web\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	prod, staging, nothing := file(".env.production", "prod.internal"), file(".env.staging", "staging.internal"), t.TempDir()
	dora.must("import", prod, staging, "-p", "web", "--yes")
	if status, _, stderr := owner.run("import", nothing, "-p", "web", "--yes"); status != 0 || !strings.Contains(stderr, "others ask for") || !strings.Contains(stderr, "nothing to import") {
		t.Errorf("unseen: status %d, %s", status, stderr)
	}
	plan := owner.must("import", nothing, "-p", "web", "--dry-run", "-f", "plan")
	path := filepath.Join(t.TempDir(), "plan.toml")
	if err := os.WriteFile(path, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := owner.must("import", nothing, "-p", "web", "--dry-run"); strings.Count(got, "asked for by dora") != 2 {
		t.Errorf("it shows\n%s", got)
	}
	owner.must("import", nothing, "-p", "web", "--yes", "--plan", path)
	for env, host := range map[string]string{"prod": "prod.internal", "staging": "staging.internal"} {
		if got := owner.must("secret", "get", "DATABASE_URL", "-e", env); !strings.Contains(got, host) {
			t.Errorf("%s got the text of another environment", env)
		}
	}
	if status, _, stderr := owner.run("import", nothing, "-p", "web", "--yes"); status != 0 || strings.Contains(stderr, "others ask for") {
		t.Errorf("a second time: status %d, %s", status, stderr)
	}
}

// TestLeakCounts has the commands that look a vault over say how many leaks it has.
func TestLeakCounts(t *testing.T) {
	u := newPerson(t)
	u.open(func(s *vault.Session) error {
		_, err := s.Import(t.Context(), vault.Intake{Leaks: []vault.LeakReport{
			{Project: "web", Leaked: vault.Leaked{Value: secret.New("one")}, LeakEvent: vault.LeakEvent{Kind: vault.RevokeOnly}},
			{Project: "web", Leaked: vault.Leaked{Value: secret.New("two")}, LeakEvent: vault.LeakEvent{Kind: vault.Found}},
		}})
		return err
	})
	u.says(0, []string{"leaks:    2 leaks"}, "vault", "check")
	u.says(0, []string{`"leaks": 2`}, "vault", "check", "-f", "json")
	u.says(0, []string{"leaks: web has 1 undecided, 1 revoke only"}, "vault", "status")
	u.says(0, []string{`"decision": "revoke-only"`}, "vault", "status", "-f", "json")
}

// TestImportByToken has a machine import.
func TestImportByToken(t *testing.T) {
	u := newPerson(t)
	path := u.file(".env", "A_SECRET=a value\n")
	token := u.want(0, "token", "create", "ci", "-p", "web", "-e", "dev", "--no-expiry")
	u.env[tokenName] = strings.Fields(token)[0]
	for _, flag := range []string{"--yes", "--dry-run"} {
		u.says(2, []string{"a token only reads; unset $SECRETSWEEP_TOKEN"}, "import", path, "-p", "web", flag)
	}
}
