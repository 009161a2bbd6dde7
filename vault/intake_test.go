package vault

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/secret"
)

func change(env, name, value string, aliases ...string) Change {
	c := Change{Ref: Ref{"web", env, name}, Value: secret.New(value)}
	if aliases != nil {
		c.Edit = func(i *Info) { i.Aliases = aliases }
	}
	return c
}

// TestBlank makes an entry that is to be filled, and fills it.
func TestBlank(t *testing.T) {
	b := newBench(t)
	b.set("dev", "THERE", "value")
	blank := []Change{{Ref: Ref{"web", "dev", "KEY"}, Blank: true}, {Ref: Ref{"web", "dev", "THERE"}, Blank: true}}
	for range 2 {
		versions, err := b.owner.Import(t.Context(), Intake{Changes: blank})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{0, 1}, versions); diff != "" {
			t.Error(diff)
		}
	}
	l, err := b.owner.Look(t.Context(), Ref{"web", "dev", "KEY"})
	if err != nil || !l.Blank() || l.Current != 0 {
		t.Errorf("the entry is %+v, %v", l, err)
	}
	if _, err := b.owner.Get(t.Context(), Ref{"web", "dev", "KEY"}, Which{}); err == nil || err.Error() != "there is no value yet of web/dev KEY" {
		t.Errorf("reading it: %v", err)
	}
	got, err := b.owner.GetScope(t.Context(), "web", "dev", Which{}, func(string) bool { return true })
	if err != nil || len(got) != 1 {
		t.Errorf("%d secrets are read, %v", len(got), err)
	}
	if st, err := b.owner.Status(t.Context()); err != nil || len(st.Blank) != 1 || st.Blank[0].Name != "KEY" {
		t.Errorf("status has %+v, %v", st.Blank, err)
	}
	if _, err := b.owner.Import(t.Context(), Intake{Changes: []Change{{Ref: Ref{"web", "dev", "KEY"}, Blank: true, Value: secret.New("x")}}}); err == nil {
		t.Error("an entry to be filled has a value")
	}
	b.set("dev", "KEY", "filled")
	if l, err := b.owner.Look(t.Context(), Ref{"web", "dev", "KEY"}); err != nil || l.Blank() || l.Current != 1 {
		t.Errorf("filled, it is %+v, %v", l, err)
	}
	b.check()
}

func TestImport(t *testing.T) {
	b := newBench(t)
	none := 0
	b.set("dev", "OLD", "same")
	b.set("dev", "CHANGES", "before")
	versions, err := b.owner.Import(t.Context(), Intake{
		Source: "a folder",
		Changes: []Change{
			{Ref: Ref{"web", "dev", "OLD"}, Value: secret.New("same"), If: &none, Edit: func(i *Info) { i.Aliases = []string{"ALSO"} }}, change("dev", "CHANGES", "after"), change("prod", "NEW", "new"),
		},
		Leaks: []LeakReport{leakOfWeb("new", LeakEvent{Kind: Imported, Refs: []Ref{{"web", "prod", "NEW"}}})},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 2, 1}, versions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"new: imported by olivia; imported"}, b.leaks(b.owner)); diff != "" {
		t.Error(diff)
	}
	if l, err := b.owner.Look(t.Context(), Ref{"web", "dev", "OLD"}); err != nil || len(l.Versions) != 1 || len(l.Aliases) != 1 {
		t.Errorf("what had the value already: %+v, %v", l, err)
	}
	var logged []string
	if err := b.owner.Log(t.Context(), Filter{}, func(l Logged) error {
		if l.Verb == verbSet && l.Detail != "" || l.Verb == verbReport {
			logged = append(logged, l.Verb+" "+l.Project+"/"+l.Env+" "+l.Name+", "+l.Detail)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		"set web/dev OLD, import from a folder", "set web/dev CHANGES, import from a folder", "set web/prod NEW, import from a folder",
		"report web/ , import from a folder, 1 of them",
	}, logged); diff != "" {
		t.Error(diff)
	}
	b.check()
}

// TestImportIsWhole has intakes of which a part is refused: nothing remains of them.
func TestImportIsWhole(t *testing.T) {
	b := newBench(t)
	dora, _ := b.person("dora", Developer, "*/dev")
	b.set("dev", "THERE", "there")
	if err := b.owner.SetInfo(t.Context(), Ref{"web", "dev", "THERE"}, func(i *Info) { i.Aliases = []string{"ALIAS"} }); err != nil {
		t.Fatal(err)
	}
	one := change("dev", "ONE", "one")
	found := leakOfWeb("one", LeakEvent{Kind: Found})
	two := 2
	for what, in := range map[string]Intake{
		"an environment that isn't theirs": {Changes: []Change{one, change("prod", "TWO", "two")}},
		"an environment that isn't there":  {Changes: []Change{one, change("nowhere", "TWO", "two")}},
		"a name that there can't be":       {Changes: []Change{one, change("dev", "A B", "two")}},
		"one secret twice":                 {Changes: []Change{one, one}},
		"another version":                  {Changes: []Change{one, {Ref: Ref{"web", "dev", "THERE"}, Value: secret.New("x"), If: &two}}},
		"an alias that is a name":          {Changes: []Change{one, change("dev", "TWO", "two", "THERE")}},
		"an alias that is an alias":        {Changes: []Change{one, change("dev", "TWO", "two", "ALIAS")}},
		"a name that is an alias":          {Changes: []Change{one, change("dev", "ALIAS", "two")}},
		"an alias that is a new name":      {Changes: []Change{one, change("dev", "TWO", "two", "ONE")}},
		"a name that is a new alias":       {Changes: []Change{change("dev", "TWO", "two", "ONE"), one}},
		"one alias twice":                  {Changes: []Change{change("dev", "ONE", "one", "A"), change("dev", "TWO", "two", "A")}},
		"its own name as an alias":         {Changes: []Change{change("dev", "ONE", "one", "ONE")}},
		"a project that isn't there":       {Changes: []Change{one}, Leaks: []LeakReport{found, {Project: "api", Leaked: found.Leaked, LeakEvent: found.LeakEvent}}},
		"a leak twice":                     {Changes: []Change{one}, Leaks: []LeakReport{found, found}},
		"a leak of nothing":                {Changes: []Change{one}, Leaks: []LeakReport{found, leakOfWeb("", LeakEvent{Kind: Found})}},
		"a leak to which nothing happened": {Changes: []Change{one}, Leaks: []LeakReport{found, leakOfWeb("two", LeakEvent{})}},
	} {
		before := records(t, b.store)
		if _, err := dora.Import(t.Context(), in); err == nil {
			t.Errorf("%s: taken in", what)
			continue
		} else if denied := (*DeniedError)(nil); errors.As(err, &denied) {
			continue // which is in the log
		}
		if diff := cmp.Diff(before, records(t, b.store)); diff != "" {
			t.Errorf("%s: something remains", what)
		}
	}
	for _, name := range []string{"ONE", "TWO"} {
		var missing *NotFoundError
		if _, err := b.owner.Get(t.Context(), Ref{"web", "dev", name}, Which{}); !errors.As(err, &missing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := b.leaks(b.owner); got != nil {
		t.Errorf("leaks: %q", got)
	}
	b.check()
}

// TestImportMakesEnvironments has a project come with what is imported into it.
func TestImportMakesEnvironments(t *testing.T) {
	b := newBench(t)
	dora, _ := b.person("dora", Developer, "*/dev")
	pia, keys := b.person("pia", Owner, "web/*")
	to := func(project, env, name string) Change {
		return Change{Ref: Ref{project, env, name}, Value: secret.New(name + " of " + env), Edit: func(i *Info) { i.Aliases = []string{"OTHER_" + name} }}
	}
	leak := leakOfWeb("KEY of qa", LeakEvent{Kind: Imported, Refs: []Ref{{"new", "qa", "KEY"}}})
	leak.Project = "new"
	in := Intake{
		Environments: []Pattern{{"new", "qa"}, {"new", "dev"}, {"web", "dev"}, {"web", "qa"}},
		Changes:      []Change{to("new", "qa", "KEY"), to("new", "dev", "KEY"), to("new", "dev", "ALSO"), to("web", "dev", "KEY"), to("web", "qa", "KEY")},
		Leaks:        []LeakReport{leak},
	}
	for who, s := range map[string]*Session{"dora": dora, "pia": pia} {
		var denied *DeniedError
		if _, err := s.Import(t.Context(), in); !errors.As(err, &denied) || denied.Need != Owner {
			t.Errorf("%s: %v", who, err)
		}
	}
	broken := in
	broken.Changes = append(in.Changes[:len(in.Changes):len(in.Changes)], to("web", "nowhere", "KEY"))
	before := records(t, b.store)
	if _, err := b.owner.Import(t.Context(), broken); err == nil {
		t.Error("an environment that isn't there: taken in")
	}
	if diff := cmp.Diff(before, records(t, b.store)); diff != "" {
		t.Error("something remains of what was refused")
	}
	for range 2 {
		if _, err := b.owner.Import(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range in.Changes {
		for _, s := range []*Session{b.owner, b.session(b.keys)} {
			got, err := s.Get(t.Context(), c.Ref, Which{})
			if err != nil || got.Value.Reveal() != c.Value.Reveal() || got.Version != 1 {
				t.Errorf("%s: version %d, %v", c.Ref, got.Version, err)
			}
		}
	}
	if got := get(t, b.session(keys), Ref{"web", "qa", "KEY"}, Which{}); got != "KEY of qa" {
		t.Errorf("the owner of the project reads %q", got)
	}
	if got := get(t, dora, Ref{"new", "dev", "ALSO"}, Which{}); got != "ALSO of dev" {
		t.Errorf("the developer of each dev reads %q", got)
	}
	if _, err := dora.Get(t.Context(), Ref{"new", "qa", "KEY"}, Which{}); err == nil {
		t.Error("the developer of each dev reads qa")
	}
	if all, err := b.owner.Leaks(t.Context(), "new"); err != nil || len(all) != 1 || all[0].Decision != Imported {
		t.Errorf("leaks: %+v, %v", all, err)
	}
	one := Intake{Environments: []Pattern{{"web", "qa2"}}, Changes: []Change{to("web", "qa2", "KEY")}}
	if _, err := pia.Import(t.Context(), one); err != nil {
		t.Errorf("the owner of a project: %v", err)
	}
	b.check()
}

// TestManyLeaks reports more leaks than one entry of the log is for.
func TestManyLeaks(t *testing.T) {
	b := newBench(t)
	var reports []LeakReport
	for i := range entryWrites + 1 {
		reports = append(reports, leakOfWeb(fmt.Sprint("leak ", i), LeakEvent{Kind: Found}))
	}
	if err := b.report(b.owner, reports...); err != nil {
		t.Fatal(err)
	}
	if got := len(b.leaks(b.owner)); got != len(reports) {
		t.Errorf("%d leaks of %d", got, len(reports))
	}
	entries := 0
	if err := b.owner.Log(t.Context(), Filter{Verb: verbReport}, func(Logged) error { entries++; return nil }); err != nil || entries != 2 {
		t.Errorf("%d entries, %v", entries, err)
	}
	b.check()
}
