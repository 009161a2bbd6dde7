package importers

import (
	"strings"
	"testing"
	"time"
)

// TestObey has plans as people change them: two values claim one name, of which the first
// gets it, a third has another name, and a fourth lies in old commits alone.
func TestObey(t *testing.T) {
	items := []Item{
		leaked("KEY", ".env", "one value"), leaked("KEY", "deploy/dev/a.yaml", "other value"),
		leaked("API_KEY", ".env", "third value"), in("a.py", "OLD").only().as("old value"),
	}
	items[3] = leaked("OLD", "a.py", "old value").only()
	to := func(names ...string) (all []Destination) {
		for _, name := range names {
			all = append(all, Destination{Env: "dev", Name: name})
		}
		return all
	}
	tests := []struct {
		name string
		edit func(d []Decision)
		want string // what is imported as what, or the error
	}{
		{"nothing", func([]Decision) {}, "one value KEY, third value API_KEY"},
		{"the winner is revoked, and keeps its lines", func(d []Decision) {
			d[0].Choice = Revoke
			d[1].Choice, d[1].Targets = Import, to("KEY")
		}, "other value KEY, third value API_KEY"},
		{"the loser is imported where it is suggested to go", func(d []Decision) {
			d[0].Choice, d[1].Choice = Leave, Import
		}, "other value KEY, third value API_KEY"},
		{"both are imported where they are suggested to go", func(d []Decision) {
			d[0].Targets, d[1].Choice = nil, Import
		}, "plan: no name is left for"},
		{"one name for two", func(d []Decision) { d[2].Targets = to("KEY") }, "plan: web/dev KEY would get two values"},
		{"one new name for two", func(d []Decision) { d[0].Targets, d[2].Targets = to("NEW"), to("NEW") }, "plan: web/dev NEW would get two values"},
		{"names changed for one another", func(d []Decision) { d[0].Targets, d[2].Targets = to("API_KEY"), to("KEY") }, "one value API_KEY, third value KEY"},
		{"the loser gets the name, and the winner another", func(d []Decision) {
			d[0].Targets = to("OTHER")
			d[1].Choice, d[1].Targets = Import, to("KEY")
		}, "one value OTHER, other value KEY, third value API_KEY"},
		{"a name is another's alias", func(d []Decision) { d[2].Targets[0].Aliases = []string{"KEY"} }, "plan: web/dev KEY would get two values"},
		{"an alias of two", func(d []Decision) {
			d[0].Targets[0].Aliases, d[2].Targets[0].Aliases = []string{"X"}, []string{"X"}
		}, "plan: web/dev X would get two values"},
		{"an alias twice", func(d []Decision) { d[2].Targets[0].Aliases = []string{"X", "X", "API_KEY"} }, "one value KEY, third value API_KEY"},
		{"nowhere to go", func(d []Decision) { d[3].Choice = Import }, "plan: OLD has no place to go"},
		{"to two environments", func(d []Decision) {
			d[3].Choice, d[3].Targets = Import, []Destination{{Env: "qa", Name: "OLD"}, {Env: "dev", Name: "OLD"}}
		}, "one value KEY, third value API_KEY, old value OLD, old value OLD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := NewPlan(items, options())
			d := p.Decisions(true)
			tt.edit(d)
			got := ""
			unknown, err := p.Obey(d)
			if err != nil {
				got = err.Error()
			} else {
				got = imports(p)
			}
			if unknown != 0 || got != tt.want && (err == nil || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("%s, %d unknown, want %s", got, unknown, tt.want)
			}
		})
	}
}

// imports says which values get which names.
func imports(p *Plan) string {
	var all []string
	for _, row := range p.Rows {
		for _, t := range row.Targets {
			if row.Gets(t.Ref) && !row.Earlier {
				all = append(all, row.Value.Reveal()+" "+t.Name)
			}
		}
	}
	return strings.Join(all, ", ")
}

// TestObeyUnknown tells how many values of a plan aren't in the sources.
func TestObeyUnknown(t *testing.T) {
	d := NewPlan([]Item{leaked("A", ".env", "one value"), leaked("B", ".env", "other value")}, options()).Decisions(true)
	p := NewPlan([]Item{leaked("B", ".env", "other value")}, options())
	if unknown, err := p.Obey(d); unknown != 1 || err != nil || imports(p) != "other value B" {
		t.Errorf("%d unknown, %v, %s", unknown, err, imports(p))
	}
}

// TestObeyAgain changes in a plan what was written earlier, and what wasn't.
func TestObeyAgain(t *testing.T) {
	items := []Item{leaked("A", ".env", "one value"), leaked("B", ".env", "other value")}
	p := NewPlan(items, options())
	p.Written(Batch{})
	o := options()
	o.Decided = p.Decisions(false)
	again := NewPlan(items, o)
	d := again.Decisions(true)
	d[1].Choice, d[1].Until, d[1].Reason = Accept, time.Date(2031, 1, 31, 0, 0, 0, 0, time.UTC), "short"
	if _, err := again.Obey(d); err != nil {
		t.Fatal(err)
	}
	if !again.Rows[0].Earlier || again.Rows[1].Earlier {
		t.Errorf("earlier: %v and %v, want what wasn't changed alone", again.Rows[0].Earlier, again.Rows[1].Earlier)
	}
	fresh := NewPlan(items, options())
	if _, err := fresh.Obey(d); err != nil {
		t.Fatal(err)
	}
	if fresh.Rows[0].Earlier {
		t.Error("a file says that a value was written, and it wasn't")
	}
}
