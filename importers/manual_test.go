package importers

import (
	"bytes"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestAdd makes an entry by hand, takes it back, and takes it up again in the next run.
func TestAdd(t *testing.T) {
	items := []Item{leaked("KEY", ".env", "a value")}
	p := NewPlan(items, options())
	row, err := p.Add(Ref{"web", "prod", "SIGNING_KEY"}, "in the console")
	if err != nil {
		t.Fatal(err)
	}
	for name, ref := range map[string]Ref{"twice": {"web", "prod", "SIGNING_KEY"}, "another's name": {"web", "dev", "KEY"}} {
		if _, err := p.Add(ref, ""); err == nil {
			t.Errorf("%s: it is made", name)
		}
	}
	b := p.Batch(everywhere("dev", "prod"))
	if len(b.Secrets) != 2 || b.Secrets[1].Change != Blank || b.Secrets[1].Note != "in the console" {
		t.Errorf("the batch has %+v", b.Secrets)
	}
	moved := row.Targets[0]
	moved.Name = "APPLE_KEY"
	if err := p.Send(row, moved); err != nil {
		t.Fatal(err)
	}

	var file bytes.Buffer
	if err := WriteDecisions(&file, p.Decisions(false)); err != nil {
		t.Fatal(err)
	}
	o := options()
	if o.Decided, err = ReadPlan(&file); err != nil {
		t.Fatal(err)
	}
	again := NewPlan(items, o)
	if diff := gocmp.Diff(text(p), text(again)); p.Rows[0].Decided && diff != "" || len(again.Rows) != 2 || again.CanUndo() {
		t.Errorf("taken up again (-want +got):\n%s", diff)
	}
	if got := again.Batch(everywhere("dev", "prod")).Secrets[1]; got.Name != "APPLE_KEY" || got.Note != "in the console" {
		t.Errorf("taken up again, it is %+v", got)
	}

	for range 2 {
		p.Undo()
	}
	if len(p.Rows) != 1 || p.CanUndo() {
		t.Errorf("undone, there are %d rows", len(p.Rows))
	}
}
