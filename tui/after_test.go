package tui

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAfterDoes(t *testing.T) {
	x := story(t, "n", "n", "y")
	d := x.doors(t)
	x.press("enter")
	x.sees("Change 2 files as shown?")
	x.press("esc")
	x.press("enter", "n")
	if len(d.took("Do")) != 0 {
		t.Error("done without a yes")
	}
	d.fail = map[string]error{"Do": errBroken}
	x.press("enter", "y")
	x.sees(errBroken.Error(), "[ ] Write .env.example")
	d.fail = nil
	x.press("enter", "y")
	x.sees("[x] Write .env.example", "done: Write .env.example")
	x.press("end", "enter")
	x.sees("[x] Rewrite the history")
	if diff := cmp.Diff([]string{"Do Write .env.example", "Do Write .env.example", "Do Rewrite the history"}, d.took("Do")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	x.press("q")
	if !x.ended {
		t.Error("q doesn't end")
	}
}

func TestAfterLooksAgain(t *testing.T) {
	d := storyDoors()
	d.fail = map[string]error{"Steps": errBroken}
	x := newTerminal(t, d, size{80, 24}, plain, newMapping)
	x.settle()
	x.press("n", "n", "y")
	x.sees("couldn't be found out", errBroken.Error())
	d.fail = nil
	x.press("r")
	x.sees("[ ] Write .env.example")
}

// TestAfterScrolls reads a step's whole change.
func TestAfterScrolls(t *testing.T) {
	x := story(t, "n", "n", "y", "down")
	x.seesNo("-PAYMENT_KEY=****")
	for range 10 {
		x.press("pgdown")
	}
	x.sees("-PAYMENT_KEY=****", "no line end")
	for range 10 {
		x.press("pgup")
	}
	x.sees("What the vault has leaves the file.")
}
