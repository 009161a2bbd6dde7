package importers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

var token = &rules.Rule{ID: "example-token", Description: "Example token", Provider: &rules.Provider{ID: "example"}}

// leaked makes an item of a value that was found in a file that is in the repository.
func leaked(name, path, value string) Item {
	at := place.Place{Kind: place.File, Path: path, Head: true, WorkTree: true, Span: place.Span{Start: place.Position{Line: 1, Column: 1}, End: place.Position{Line: 1, Column: 9}}}
	v := secret.New(value)
	f := &scanner.Finding{Rule: token, Severity: rules.High, Value: v, Carrier: v, Fingerprint: v.Fingerprint(), Places: []place.Place{at}, Namings: []scanner.Naming{{Name: name, Carrier: v}}}
	return Item{Name: name, Value: v, Finding: f, At: at, From: FromFindings}
}

func options() Options {
	return Options{Project: "web", Environments: []string{"dev", "staging", "prod"}, Now: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
}

// everywhere is the access of someone who may write to the environments that are there.
func everywhere(environments ...string) Access {
	there := func(r Ref) bool { return slices.Contains(environments, r.Env) }
	return Access{Has: there, CanWrite: func(Ref) bool { return true }}
}

// text says what a plan is, row by row.
func text(p *Plan) string {
	var b strings.Builder
	for _, row := range p.Rows {
		fmt.Fprintf(&b, "%s %s %s", row.Value.Reveal(), row.Choice, row.Reason)
		for _, t := range row.Targets {
			fmt.Fprintf(&b, " %s/%s%v", t.Env, t.Name, t.Aliases)
			if t.Lost {
				b.WriteString("(lost)")
			}
		}
		fmt.Fprintf(&b, " %v %v\n", row.Decided, row.Earlier)
	}
	return b.String()
}

func TestBatch(t *testing.T) {
	old := leaked("OLD", "a.py", "old value")
	old.Finding.Places[0] = place.Place{Kind: place.File, Path: "a.py", Commit: &place.Version{ID: "1"}}
	old.At = old.Finding.Places[0]
	o := options()
	o.Kept = []Kept{
		{Ref: Ref{"web", "dev", "SAME"}, Value: secret.New("same value"), Current: true},
		{Ref: Ref{"web", "dev", "GONE"}, Value: secret.New("gone value")},
	}
	p := NewPlan([]Item{
		leaked("SAME", ".env", "same value"),
		leaked("KEY", ".env.production", "key value"),
		leaked("GONE", ".env", "gone value"),
		old,
		{Name: "FILL", Env: "qa", From: "github"},
	}, o)
	b := p.Batch(Access{
		Has:      func(r Ref) bool { return r.Env == "dev" || r.Env == "prod" },
		CanWrite: func(r Ref) bool { return r.Env != "prod" },
	})
	var got []string
	for _, e := range b.Environments {
		got = append(got, "environment "+e.Env)
	}
	for _, s := range b.Secrets {
		got = append(got, fmt.Sprintf("secret %s %q %s %s", s.Ref, s.Value.Reveal(), s.Change, s.Kind))
	}
	for _, l := range b.Leaks {
		got = append(got, fmt.Sprintf("leak %s %s %v waiting %v", l.Row.Value.Reveal(), l.Choice, l.Refs, l.Waiting))
	}
	want := []string{
		`secret web/dev FILL "" to fill `,
		`secret web/dev SAME "same value" no change example`,
		"leak same value import [web/dev SAME] waiting []",
		"leak key value import [] waiting [web/prod KEY]",
		"leak gone value revoke [] waiting []",
		"leak old value revoke [] waiting []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("batch (-want +got):\n%s", diff)
	}
}

// TestBatchSource has one value for two environments: each is from its own file.
func TestBatchSource(t *testing.T) {
	b := NewPlan([]Item{
		{Name: "KEY", Env: "prod", Value: secret.New("a value"), Note: "of prod", From: "csv", At: place.Place{Kind: place.File, Path: "a.csv"}},
		{Name: "KEY", Value: secret.New("a value"), From: "dotenv", At: place.Place{Kind: place.File, Path: ".env"}},
	}, options()).Batch(everywhere())
	var got []string
	for _, s := range b.Secrets {
		got = append(got, fmt.Sprintf("%s of %s, %s: %s", s.Env, s.From, s.At.Path, s.Note))
	}
	if diff := cmp.Diff([]string{"dev of dotenv, .env: of prod", "prod of csv, a.csv: of prod"}, got); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

// TestBatchRefused has an entry to fill where one may not write: it isn't written, and asked
// about again.
func TestBatchRefused(t *testing.T) {
	p := NewPlan([]Item{{Name: "FILL", Env: "prod", From: "github"}, leaked("KEY", ".env", "a value")}, options())
	access := everywhere("dev", "prod")
	access.CanWrite = func(r Ref) bool { return r.Env == "dev" }
	b := p.Batch(access)
	if len(b.Secrets) != 1 || len(b.Leaks) != 1 || len(b.Refused) != 1 || b.Refused[0].Ref != (Ref{"web", "prod", "FILL"}) {
		t.Errorf("the batch is %+v", b)
	}
	p.Written(b)
	if p.Rows[0].Earlier || !p.Rows[1].Earlier {
		t.Error("what was refused counts as written")
	}
}

// TestBatchLocal has a value that lies on this machine alone: nobody else can know it, so
// there is no leak.
func TestBatchLocal(t *testing.T) {
	item := leaked("KEY", ".env", "a value")
	item.Finding.Places[0].Local, item.Finding.Places[0].Head = true, false
	b := NewPlan([]Item{item}, options()).Batch(everywhere("dev"))
	if len(b.Secrets) != 1 || len(b.Leaks) != 0 {
		t.Errorf("%d secrets, %d leaks", len(b.Secrets), len(b.Leaks))
	}
}

func TestWritten(t *testing.T) {
	items := []Item{leaked("KEY", ".env", "one value"), leaked("OTHER", ".env", "other value")}
	p := NewPlan(items, options())
	if err := p.Choose(Verdict{Choice: Leave}, p.Rows[1]); err != nil {
		t.Fatal(err)
	}
	p.Written(Batch{})
	if b := p.Batch(everywhere("dev")); len(b.Secrets)+len(b.Leaks) != 0 {
		t.Errorf("%d secrets and %d leaks would be written twice", len(b.Secrets), len(b.Leaks))
	}
	o := options()
	o.Decided = p.Decisions(false)
	again := NewPlan(append(items, leaked("NEW", ".env", "new value"), leaked("KEY", ".env.staging", "one value")), o)
	var asked []string
	for _, row := range again.Rows {
		if !row.Decided {
			asked = append(asked, row.Value.Reveal())
		}
	}
	if diff := cmp.Diff([]string{"one value", "new value"}, asked); diff != "" {
		t.Errorf("asked about (-want +got):\n%s", diff)
	}
}

// TestWrittenTwice has the vault's record of what was decided, and a note of one's own that is
// older than the writing.
func TestWrittenTwice(t *testing.T) {
	items := []Item{leaked("KEY", ".env", "one value"), leaked("OLD", ".env", "other value")}
	p := NewPlan(items, options())
	if err := p.Choose(Verdict{Choice: Revoke}, p.Rows[1]); err != nil {
		t.Fatal(err)
	}
	p.Agree(p.Rows...)
	own := p.Decisions(false)
	p.Written(Batch{})
	o := options()
	o.Decided = append(p.Decisions(false), own...)
	again := NewPlan(items, o)
	if b := again.Batch(everywhere("dev")); len(b.Secrets)+len(b.Leaks) != 0 {
		t.Errorf("%d secrets and %d leaks would be written twice", len(b.Secrets), len(b.Leaks))
	}
	o.Decided[2].Targets[0].Name, o.Decided[3].Choice = "OTHER_KEY", False
	changed := NewPlan(items, o)
	if b := changed.Batch(everywhere("dev")); len(b.Secrets) != 1 || len(b.Leaks) != 2 {
		t.Errorf("%d secrets and %d leaks would be written, and both were decided anew", len(b.Secrets), len(b.Leaks))
	}
}

// TestTextsRestored keeps which text around a value goes where: a password by itself, and the
// address that it is in, under names of one environment.
func TestTextsRestored(t *testing.T) {
	alone, address := leaked("POSTGRES_PASSWORD", "docker-compose.yml", "a password"), leaked("DATABASE_URL", ".env", "a password")
	address.Value = secret.New("postgres://shop:a password@db/shop")
	p := NewPlan([]Item{alone, address}, options())
	if len(p.Rows) != 1 || len(p.Rows[0].Targets) != 2 {
		t.Fatalf("%d rows", len(p.Rows))
	}
	row := p.Rows[0]
	targets := slices.Clone(row.Targets)
	for i := range targets {
		targets[i].Name += "_RENAMED"
	}
	for _, tt := range []struct {
		name   string
		change func() error
	}{
		{"as suggested", func() error { p.Agree(row); return nil }},
		{"renamed", func() error { return p.Send(row, targets...) }},
	} {
		if err := tt.change(); err != nil {
			t.Fatal(err)
		}
		var file bytes.Buffer
		if err := WriteDecisions(&file, p.Decisions(false)); err != nil {
			t.Fatal(err)
		}
		o := options()
		var err error
		if o.Decided, err = ReadPlan(&file); err != nil {
			t.Fatal(err)
		}
		again := NewPlan([]Item{alone, address}, o)
		for _, want := range row.Targets {
			if got := again.Rows[0].Target(want.Ref); got == nil || !got.Value.Equal(want.Value) {
				t.Errorf("%s: %s gets another text", tt.name, want.Ref)
			}
		}
	}
}

func TestAcceptedAgain(t *testing.T) {
	items := []Item{leaked("KEY", ".env", "one value")}
	for day, decided := range map[int]bool{30: false, 1: true, 2: true} {
		o := options()
		o.Decided = []Decision{{Value: items[0].Finding.Fingerprint, Choice: Accept, Until: time.Date(2030, 5, day%30, 0, 0, 0, 0, time.UTC).AddDate(0, -day/30, 0), Reason: "short"}}
		if got := NewPlan(items, o).Rows[0].Decided; got != decided {
			t.Errorf("accepted until day %d: decided %v", day, got)
		}
	}
}

func TestChooseRefuses(t *testing.T) {
	p := NewPlan([]Item{leaked("KEY", ".env", "one value")}, options())
	before := text(p)
	for name, v := range map[string]Verdict{
		"no such choice": {Choice: "keep"},
		"no date":        {Choice: Accept, Reason: "because"},
		"no reason":      {Choice: Accept, Until: time.Now()},
	} {
		if err := p.Choose(v, p.Rows...); err == nil || text(p) != before {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUndo undoes any number of any changes, one by one.
func TestUndo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []Item
		for i := range rapid.IntRange(1, 8).Draw(t, "items") {
			name := rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "name")
			path := rapid.SampledFrom([]string{".env", ".env.staging", "a.py", "deploy/k8s/x.yaml"}).Draw(t, "path")
			items = append(items, leaked(name, path, fmt.Sprintf("value %d", i)))
		}
		p := NewPlan(items, options())
		var states []string
		for range rapid.IntRange(0, 12).Draw(t, "changes") {
			before := text(p)
			row := p.Rows[rapid.IntRange(0, len(p.Rows)-1).Draw(t, "row")]
			changed := false
			switch rapid.IntRange(0, 3).Draw(t, "change") {
			case 0:
				choice := rapid.SampledFrom([]Choice{Import, Revoke, False, Leave}).Draw(t, "choice")
				changed = p.Choose(Verdict{Choice: choice}, row) == nil
			case 1:
				to := row.Targets
				if len(to) == 0 {
					continue
				}
				one := to[0]
				one.Name = rapid.SampledFrom([]string{"A", "B", "X"}).Draw(t, "to")
				one.Lost = false
				changed = p.Send(row, one) == nil
			case 2:
				if all := p.Conflicts(); len(all) > 0 {
					c := all[0]
					p.Resolve(c, c.Rows[len(c.Rows)-1])
					changed = true
				}
			case 3:
				changed = len(p.Agree(p.Rows...)) > 0
			}
			if changed {
				states = append(states, before)
			} else if text(p) != before {
				t.Fatal("what was refused changed something")
			}
			names := make(map[Ref]string)
			for _, s := range p.Batch(everywhere()).Secrets {
				if names[s.Ref] != "" {
					t.Fatalf("%s would get two values", s.Ref)
				}
				names[s.Ref] = s.Name
			}
		}
		for _, want := range slices.Backward(states) {
			if _, ok := p.Undo(); !ok {
				t.Fatal("there is nothing to undo")
			}
			if diff := cmp.Diff(want, text(p)); diff != "" {
				t.Fatalf("undone (-want +got):\n%s", diff)
			}
		}
		if what, ok := p.Undo(); ok {
			t.Fatalf("%s can be undone, which nobody did", what)
		}
	})
}

// TestAgree takes suggestions, and leaves alone what somebody chose.
func TestAgree(t *testing.T) {
	p := NewPlan([]Item{leaked("A", "a.py", "value 1"), leaked("B", "a.py", "value 2"), leaked("C", "a.py", "value 3")}, options())
	if err := p.Choose(Verdict{Choice: False}, p.Rows[1]); err != nil {
		t.Fatal(err)
	}
	if got := p.Agree(p.Rows[0], p.Rows[1]); !slices.Equal(got, p.Rows[:1]) {
		t.Errorf("%d rows were taken, want the first", len(got))
	}
	for i, want := range []struct {
		Choice
		decided bool
	}{{Import, true}, {False, true}, {Import, false}} {
		if row := p.Rows[i]; row.Choice != want.Choice || row.Decided != want.decided || row.Decided && row.Why != "" {
			t.Errorf("row %d: %s, decided %v, %q", i, row.Choice, row.Decided, row.Why)
		}
	}
	if got := p.Agree(p.Rows[:2]...); len(got) > 0 {
		t.Errorf("%d rows were taken twice", len(got))
	}
	if what, _ := p.Undo(); what != "suggestions" || p.Rows[0].Decided || !p.Rows[1].Decided {
		t.Errorf("undone: %q", what)
	}
}

// TestPlanFile writes a plan, reads it, and obeys it.
func TestPlanFile(t *testing.T) {
	items := []Item{
		leaked("KEY", ".env", "one value\x1b[31m"), leaked("KEY", "deploy/dev/a.yaml", "second value"),
		leaked("API_KEY", "a\nb.py", "third value"), {Name: "FILL", Env: "dev", From: "github"},
	}
	p := NewPlan(items, options())
	if err := p.Choose(Verdict{Choice: Accept, Until: time.Date(2031, 1, 31, 0, 0, 0, 0, time.UTC), Reason: `so "it" is`}, p.Rows[2]); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := p.WritePlan(&file, (*place.Place).Name); err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if v := item.Value.Reveal(); v != "" && strings.Contains(file.String(), v) {
			t.Errorf("a value is in the file:\n%s", file.String())
		}
	}
	if want := "# suggested: another value is used by that name\n# to import it as suggested: dev KEY\n[[secret]]\n"; !strings.Contains(file.String(), want) {
		t.Errorf("the file doesn't say %q:\n%s", want, file.String())
	}
	all, err := ReadPlan(&file)
	if err != nil {
		t.Fatal(err)
	}
	again := NewPlan(items, options())
	again.Obey(all)
	for _, row := range p.Rows {
		row.Decided = true
	}
	if diff := cmp.Diff(text(p), text(again)); diff != "" {
		t.Errorf("obeyed (-want +got):\n%s", diff)
	}
	again = NewPlan(items, options())
	again.Obey(all[:1])
	for _, row := range again.Rows[1:] {
		if row.Choice != Leave {
			t.Errorf("%s isn't named, and it is %s", row.Name(), row.Choice)
		}
	}
}

func TestReadPlanErrors(t *testing.T) {
	print := secret.New("x").Fingerprint().String()
	for name, tt := range map[string]struct{ file, want string }{
		"no TOML":           {"version = 1\n[[secret]\n", "line 2"},
		"no such field":     {"version = 1\n[[secret]]\nchioce = 'import'\n", "line 3: there is no field \"secret.chioce\""},
		"another version":   {"version = 2\n", "version 2; this program knows 1"},
		"no version":        {"", "version 0"},
		"no such choice":    {"version = 1\n[[secret]]\nvalue = '" + print + "'\nchoice = 'keep'\n", "there is no choice \"keep\""},
		"no date":           {"version = 1\n[[secret]]\nvalue = '" + print + "'\nchoice = 'accept'\nreason = 'x'\n", "until a date"},
		"no fingerprint":    {"version = 1\n[[secret]]\nvalue = 'x'\nchoice = 'import'\n", "fingerprint"},
		"no value":          {"version = 1\n[[secret]]\nchoice = 'leave'\n", "secret 1 of 1 says of no value"},
		"its line":          {"version = 1\n\n[[secret]]\nchoice = 'keep'\nvalue = '" + print + "'\n", "line 5: there is no choice"},
		"no table":          {"version = 1\n[[secret]]\nvalue = '" + print + "'\nto = 'x'\n", "line 4, column 6: "},
		"no Go types":       {"version = 'x'\n", "line 1, column 11: version has a value of another kind"},
		"no list":           {"version = 1\nsecret = [1]\n", "line 2, column 11: "},
		"large":             {"version = 1\n#" + strings.Repeat("x", 64<<20), "larger than 64 MB"},
		"twice":             {"version = 1\n" + strings.Repeat("[[secret]]\nvalue = '"+print+"'\nchoice = 'import'\n", 2), "line 6: the value of line 3 is there twice"},
		"target that isn't": {"version = 1\n[[secret]]\nvalue = '" + print + "'\nchoice = 'import'\n[[secret.to]]\nname = 'A'\n", "environment"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ReadPlan(strings.NewReader(tt.file)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %q", err, tt.want)
			}
		})
	}
}

// TestUntil has a day as people write it: it is the same day everywhere.
func TestUntil(t *testing.T) {
	print := secret.New("x").Fingerprint().String()
	for _, day := range []string{"2031-01-31", "2031-01-31T00:00:00Z", "2031-01-31 00:00:00+09:00", "2031-01-31T23:00:00-05:00"} {
		all, err := ReadPlan(strings.NewReader("version = 1\n[[secret]]\nvalue = '" + print + "'\nchoice = 'accept'\nreason = 'x'\nuntil = " + day + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Date(2031, 1, 31, 0, 0, 0, 0, time.UTC); !all[0].Until.Equal(want) {
			t.Errorf("%s: got %s, want %s", day, all[0].Until, want)
		}
	}
}

// FuzzReadPlan reads files of decisions: what is read is written and read again as it was.
func FuzzReadPlan(f *testing.F) {
	print := secret.New("x").Fingerprint().String()
	f.Add([]byte("version = 1\n"))
	f.Add([]byte("version = 1\n[[secret]]\nvalue = '" + print + "'\nchoice = 'accept'\nuntil = 2031-01-31T00:00:00Z\nreason = 'x'\n"))
	f.Add([]byte("version = 1\n[[secret]]\nvalue = '" + print + "'\nchoice = 'import'\n[[secret.to]]\nenvironment = 'dev'\nname = 'A'\naliases = ['B']\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		all, err := ReadPlan(bytes.NewReader(file))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "plan: ") {
				t.Errorf("the error is %v", err)
			}
			return
		}
		var b bytes.Buffer
		if err := WriteDecisions(&b, all); err != nil {
			t.Fatal(err)
		}
		again, err := ReadPlan(&b)
		if err != nil {
			t.Fatalf("what was written can't be read: %v", err)
		}
		if diff := cmp.Diff(fmt.Sprint(all), fmt.Sprint(again)); diff != "" {
			t.Errorf("read again (-want +got):\n%s", diff)
		}
	})
}
