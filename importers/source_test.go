package importers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// send edits the targets of the row that has a value, and sends it there.
func send(t *testing.T, p *Plan, value string, edit func(*Row) []Target) error {
	t.Helper()
	row := rowOf(t, p, value)
	return p.Send(row, edit(row)...)
}

func rowOf(t *testing.T, p *Plan, value string) *Row {
	t.Helper()
	for _, row := range p.Rows {
		if row.Value.Equal(secret.New(value)) {
			return row
		}
	}
	t.Fatal("no such row")
	return nil
}

// renamed gives a row's targets with another name and aliases for all.
func renamed(name string, aliases ...string) func(*Row) []Target {
	return func(r *Row) []Target {
		var all []Target
		for _, t := range r.Targets {
			t.Name, t.Aliases = name, aliases
			all = append(all, t)
		}
		return all
	}
}

func TestSendAliases(t *testing.T) {
	tests := []struct {
		name  string
		value string
		edit  func(*Row) []Target
		want  string // of the error; "" for none
	}{
		{"a free alias", "first value", renamed("ONE", "UNO"), ""},
		{"its own name", "first value", renamed("ONE", "ONE"), ""},
		{"another one's name", "first value", renamed("ONE", "TWO"), "web/dev TWO is called TWO"},
		{"another one's alias", "first value", renamed("ONE", "DOS"), "web/dev TWO is called DOS"},
		{"to another one's alias", "first value", renamed("DOS"), "web/dev DOS is an alias of TWO"},
		{"to another one's name", "first value", renamed("TWO"), ""},
		{"nowhere", "first value", func(*Row) []Target { return nil }, "ONE would go nowhere"},
		{"twice, with one text", "first value", func(r *Row) []Target { return append(r.Targets, r.Targets...) }, ""},
		{"twice, with two texts", "first value", func(r *Row) []Target {
			other := r.Targets[0]
			other.Value = secret.New("around it")
			return append(r.Targets, other)
		}, "web/dev ONE would get two texts around one value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := NewPlan([]Item{leaked("ONE", ".env", "first value"), leaked("TWO", ".env", "second value")}, options())
			if err := send(t, p, "second value", renamed("TWO", "DOS")); err != nil {
				t.Fatal(err)
			}
			before := text(p)
			err := send(t, p, tt.value, tt.edit)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got error %v", err)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("got error %v, want %q", err, tt.want)
			case tt.want != "" && text(p) != before:
				t.Errorf("after an error the plan is\n%sbefore it was\n%s", text(p), before)
			}
			for _, target := range rowOf(t, p, tt.value).Targets {
				for _, alias := range target.Aliases {
					if alias == target.Name {
						t.Errorf("%s is an alias of itself", alias)
					}
				}
			}
		})
	}
}

func TestApartTogether(t *testing.T) {
	p := NewPlan([]Item{leaked("ONE", ".env", "a value")}, options())
	if err := send(t, p, "a value", renamed("ONE", "EIN", "UNO")); err != nil {
		t.Fatal(err)
	}
	whole := text(p)
	ref := Ref{"web", "dev", "ONE"}
	apart := func(r *Row) []Target { return r.Apart(ref) }
	together := func(r *Row) []Target { return r.Together(ref) }
	if err := send(t, p, "a value", apart); err != nil {
		t.Fatal(err)
	}
	if want := "a value import  dev/ONE[] dev/EIN[] dev/UNO[] true false\n"; text(p) != want {
		t.Errorf("apart: got %q, want %q", text(p), want)
	}
	if err := send(t, p, "a value", together); err != nil {
		t.Fatal(err)
	}
	if text(p) != whole {
		t.Errorf("together again: got %q, want %q", text(p), whole)
	}
	for p.CanUndo() {
		p.Undo()
	}
	if want := "a value import  dev/ONE[] false false\n"; text(p) != want {
		t.Errorf("undone: got %q, want %q", text(p), want)
	}
}

func TestConflictWhy(t *testing.T) {
	older, newer := leaked("BILLING", "a.py", "older"), leaked("BILLING", "b.py", "newer")
	for i, item := range []*Item{&older, &newer} {
		at := item.At
		at.Commit = &place.Version{ID: "1", Date: time.Date(2020+i, 1, 1, 0, 0, 0, 0, time.UTC)}
		item.At, item.Finding.Places = at, []place.Place{at}
	}
	kept := options()
	kept.Kept = []Kept{{Ref: Ref{"web", "dev", "BILLING"}, Value: secret.New("kept"), Current: true}}
	tests := []struct {
		name  string
		items []Item
		o     Options
		won   string // its value; "" if nobody does
		want  string
	}{
		{"rank", []Item{leaked("BILLING", "src/dev/a.py", "in code"), leaked("BILLING", ".env", "in file")}, options(), "in file", "a .env file counts more than source code"},
		{"date", []Item{older, newer}, options(), "newer", "it is the newer one"},
		{"local", []Item{leaked("BILLING", ".env", "for all"), leaked("BILLING", ".env.local", "for me")}, options(), "for me", "its file overrides the other one"},
		{"neither", []Item{leaked("BILLING", "a.py", "first"), leaked("BILLING", "b.py", "second")}, options(), "first", "nothing tells which of them counts more"},
		{"the vault's", []Item{leaked("BILLING", ".env", "a value")}, kept, "", "the vault has a value by that name, which stays unless you choose another one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := NewPlan(tt.items, tt.o)
			all := p.Conflicts()
			if len(all) != 1 {
				t.Fatalf("%d conflicts in\n%s", len(all), text(p))
			}
			c := all[0]
			won := ""
			if row := c.Won(); row != nil {
				won = row.Value.Reveal()
			}
			if won != tt.won || c.Why() != tt.want {
				t.Errorf("won %q, as %q; want %q, as %q", won, c.Why(), tt.won, tt.want)
			}
			last := c.Rows[len(c.Rows)-1]
			p.Resolve(c, last)
			c = p.Conflicts()[0]
			if c.Won() != last || c.Why() != "you chose it" && tt.name != "neither" {
				t.Errorf("after choosing the last one: %q", c.Why())
			}
		})
	}
}

// TestConflictOfNobody has a name whose value is sent elsewhere: the other one that claimed
// it can still be chosen.
func TestConflictOfNobody(t *testing.T) {
	p := NewPlan([]Item{leaked("BILLING", ".env", "first"), leaked("BILLING", "src/dev/a.py", "second")}, options())
	if err := send(t, p, "first", renamed("OTHER")); err != nil {
		t.Fatal(err)
	}
	all := p.Conflicts()
	if len(all) != 1 || all[0].Won() != nil || all[0].Claims() != 1 {
		t.Fatalf("conflicts %v in\n%s", all, text(p))
	}
	p.Resolve(all[0], all[0].Rows[0])
	if want := "first import  dev/OTHER[] true false\nsecond import  dev/BILLING[] true false\n"; text(p) != want {
		t.Errorf("got %q, want %q", text(p), want)
	}
	if all := p.Conflicts(); len(all) != 0 {
		t.Errorf("still conflicts: %v", all)
	}
}

func TestConflictOfRevoked(t *testing.T) {
	p := NewPlan([]Item{leaked("BILLING", ".env", "first"), leaked("BILLING", "src/dev/a.py", "second")}, options())
	if err := p.Choose(Verdict{Choice: Revoke}, rowOf(t, p, "first")); err != nil {
		t.Fatal(err)
	}
	all := p.Conflicts()
	if len(all) != 1 || all[0].Won() != nil || all[0].Claims() != 2 {
		t.Errorf("conflicts %v in\n%s", all, text(p))
	}
}

func TestSource(t *testing.T) {
	row := &Row{Items: []Item{
		leaked("JWT", "src/a.py", "a value"),
		leaked("JWT", ".env.staging", "a value"),
		leaked("JWT", ".env", "a value"),
		leaked("JWT", ".env.production", "around a value"),
	}}
	tests := []struct{ env, value, want string }{
		{"staging", "a value", ".env.staging"},
		{"dev", "a value", ".env"},
		{"prod", "around a value", ".env.production"},
		{"prod", "a value", ".env.staging"},
	}
	for _, tt := range tests {
		target := Target{Ref: Ref{"web", tt.env, "JWT"}, Value: secret.New(tt.value)}
		if got := row.Source(&target).At.Path; got != tt.want {
			t.Errorf("%s of %s: got %s, want %s", tt.value, tt.env, got, tt.want)
		}
	}
}

func TestRankWords(t *testing.T) {
	var words []string
	for r := inHistory; r <= inEnvironmentFile; r++ {
		words = append(words, r.String())
	}
	want := "an old commit, a chat, source code, configuration, a deployment, a .env file"
	if diff := cmp.Diff(want, strings.Join(words, ", ")); diff != "" {
		t.Errorf("ranks (-want +got):\n%s", diff)
	}
}

// TestChooseTaken imports a value again whose name another one has got meanwhile.
func TestChooseTaken(t *testing.T) {
	p := NewPlan([]Item{leaked("BILLING", ".env", "first"), leaked("BILLING", "src/dev/a.py", "second")}, options())
	first := rowOf(t, p, "first")
	for _, v := range []Choice{False, Import} {
		if err := p.Choose(Verdict{Choice: v}, first); err != nil {
			t.Fatal(err)
		}
		if v == False {
			p.Resolve(p.Conflicts()[0], rowOf(t, p, "second"))
		}
	}
	if want := "first import  dev/BILLING[](lost) true false\nsecond import  dev/BILLING[] true false\n"; text(p) != want {
		t.Errorf("got %q, want %q", text(p), want)
	}
	if c := p.Conflicts(); len(c) != 1 || c[0].Won() != rowOf(t, p, "second") {
		t.Errorf("conflicts %v", c)
	}
}

// TestChooseFree imports a value whose name another one had, which isn't imported now.
func TestChooseFree(t *testing.T) {
	o := options()
	o.Kept = []Kept{kept("dev", "SHIPPING", "the vault's")}
	p := NewPlan([]Item{leaked("BILLING", ".env", "first"), leaked("BILLING", "src/dev/a.py", "second"), leaked("SHIPPING", ".env", "third")}, o)
	for _, choose := range []struct {
		value string
		Choice
	}{{"first", Revoke}, {"second", Import}, {"third", Import}} {
		if err := p.Choose(Verdict{Choice: choose.Choice}, rowOf(t, p, choose.value)); err != nil {
			t.Fatal(err)
		}
	}
	want := "first revoke  dev/BILLING[] true false\nsecond import  dev/BILLING[] true false\nthird import  dev/SHIPPING[](lost) true false\n"
	if text(p) != want {
		t.Errorf("got %q, want %q", text(p), want)
	}
	for _, l := range p.Batch(everywhere("dev")).Leaks {
		if l.Choice == Import && len(l.Refs) == 0 {
			t.Errorf("%s is imported to nowhere", l.Row.Value.Reveal())
		}
	}
}

// TestGuessed has conflicts of which somebody has to decide before values are dropped.
func TestGuessed(t *testing.T) {
	csv := func(path, value string) Item {
		return Item{Name: "KEY", Value: secret.New(value), From: "csv", At: place.Place{Kind: place.File, Path: path, WorkTree: true}}
	}
	vault := func(values ...string) (o Options) {
		o = options()
		for i, v := range values {
			o.Kept = append(o.Kept, Kept{Ref: Ref{"web", "prod", "KEY"}, Value: secret.New(v), Current: i == 0})
		}
		return o
	}
	for _, tt := range []struct {
		name  string
		items []Item
		o     Options
		want  bool
	}{
		{"two of a kind", []Item{csv("a.csv", "first"), csv("b.csv", "second")}, options(), true},
		{"one counts more", []Item{csv("a.csv", "first"), csv("prod/.env", "second")}, options(), false},
		{"two that leaked", []Item{leaked("KEY", "a.py", "first"), leaked("KEY", "b.py", "second")}, options(), false},
		{"the vault has another", []Item{csv("a.csv", "first")}, vault("kept"), true},
		{"the vault had it", []Item{csv("a.csv", "first")}, vault("kept", "first"), false},
		{"the vault has another than what leaked", []Item{leaked("KEY", "a.py", "first")}, vault("kept"), false},
		{"the vault has one of them", []Item{csv("a.csv", "first"), csv("b.csv", "kept")}, vault("kept"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := NewPlan(tt.items, tt.o)
			all := p.Conflicts()
			if len(all) != 1 || all[0].Guessed() != tt.want {
				t.Fatalf("%d conflicts in\n%s", len(all), text(p))
			}
			for _, row := range p.Rows {
				row.Decided = true
			}
			if p.Conflicts()[0].Guessed() {
				t.Error("it is guessed once all is decided")
			}
		})
	}
}
