package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// oneRow gives doors to a plan of one value, which lies in that many files.
func oneRow(value secret.Value, places int) *doors {
	f := found(1, "SLACK_TOKEN")
	f.Value, f.Carrier, f.Fingerprint = value, value, value.Fingerprint()
	for i := 1; i < places; i++ {
		p := f.Places[0]
		p.Path = fmt.Sprintf("f%02d.py", i)
		f.Places = append(f.Places, p)
	}
	f.Namings = nil
	for range f.Places {
		f.Namings = append(f.Namings, scanner.Naming{Name: "SLACK_TOKEN", Carrier: value})
	}
	d := newDoors(0)
	d.swept.Plan = planFrom(importers.Findings{f})
	return d
}

// TestPlaces shows that each place can be looked at, and that what lies around it is read.
func TestPlaces(t *testing.T) {
	d := oneRow(valueOf(1), 20)
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	if got := d.took("Context"); len(got) > 0 {
		t.Fatalf("%v was read, and nobody sees it", got)
	}
	x.press("enter")
	x.sees("Slack bot token", "20 places", "KEY = ****", "since 2026-11-26 by Grace")
	for i := 1; i < 20; i++ {
		x.press("down")
		x.sees(fmt.Sprintf("> shop/f%02d.py:2:7", i), "# before", "KEY = ****", "# after")
	}
	if got := d.took("Context"); len(got) != 20 || got[19] != "Context f19.py 2" {
		t.Errorf("%d places were read, the last as %q", len(got), got[len(got)-1])
	}
	x.press("home")
	x.sees("Slack bot token", "> shop/services/s01/config.py:2:7")
	x.press("end")
	x.sees("> shop/f19.py:2:7")
	x.press("end")
	x.sees("> shop/f19.py:2:7", "https://api.slack.com/apps", "Regenerate the token.")
	x.press("pgup")
	x.seesNo("> shop/f19.py:2:7")
	x.press("pgdown")
	x.sees("> shop/f19.py:2:7")
	x.send(tea.MouseMsg{Button: tea.MouseButtonWheelUp})
	x.press("esc")
	x.sees("sorted by severity")
}

// TestNextRow shows that one goes from detail to detail.
func TestNextRow(t *testing.T) {
	x := newTerminal(t, mixed(), size{80, 24}, plain, newInventory)
	x.settle()
	x.press("g", "down", "enter")
	v := x.now.(*inventory)
	for _, key := range []string{"right", "left"} {
		for range 20 {
			before, at := v.row(), v.window.cursor
			x.press(key)
			last := at == len(v.lines)-1 || at == 1
			if after := v.row(); after == nil || after == before && !last || after != v.detail.row {
				t.Fatalf("after %s the row is %v", key, after)
			}
		}
	}
}

// TestAroundFails shows the error in the lines' stead, and that other places can be read.
func TestAroundFails(t *testing.T) {
	d := oneRow(valueOf(1), 2)
	d.fail = map[string]error{"Context": errors.New("open shop/services/s01/config.py: it is gone")}
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	x.press("enter")
	x.sees("it is gone")
	d.fail = nil
	x.press("down")
	x.sees("KEY = ****")
	x.seesNo("it is gone")
}

// TestAroundIsSlow shows that nobody waits for it, and that of the places that a cursor runs
// over only the last is read.
func TestAroundIsSlow(t *testing.T) {
	d := newDoors(40)
	ask, answer := make(chan string, 40), make(chan bool)
	d.lines = func(p place.Place) []Line {
		ask <- spot(&p)
		<-answer
		return []Line{{1, "around " + p.Path, true}}
	}
	x := newTerminal(t, d, size{160, 40}, plain, newInventory)
	x.take(<-x.came) // the start
	first := <-ask
	for range 20 {
		x.send(keyOf("down"))
		x.sees("reading…")
	}
	close(answer)
	x.settle()
	last := x.now.(*inventory).row().Items[0].At
	x.sees("around " + last.Path)
	if len(ask) != 1 || <-ask == first {
		t.Errorf("%d more places were read, want the last alone", len(ask))
	}
}

func TestReveal(t *testing.T) {
	value := valueOf(1)
	setup := func(t *testing.T, s size) (*doors, *terminal) {
		d := oneRow(value, 2)
		x := newTerminal(t, d, s, plain, newInventory)
		x.settle()
		x.hidesValues(d.swept.Plan)
		return d, x
	}
	t.Run("until a key", func(t *testing.T) {
		for _, key := range []string{"down", "ctrl+r", "esc", "?", "i", "a"} {
			d, x := setup(t, size{80, 24})
			x.press("enter")
			before := x.screen()
			x.press("ctrl+r")
			x.sees(value.Reveal())
			x.press(key)
			x.hidesValues(d.swept.Plan)
			if got := x.screen(); got != before {
				t.Errorf("%s did more than to hide:\n%s", key, got)
			}
			if got := d.took("Show"); len(got) != 1 {
				t.Errorf("it was asked for %d times", len(got))
			}
		}
	})
	t.Run("for some time", func(t *testing.T) {
		d, x := setup(t, size{200, 60}) // where the detail is seen beside the list
		x.press("ctrl+r")
		x.sees(value.Reveal())
		x.press("x") // hides it
		x.press("ctrl+r")
		x.send(x.timers[0]) // of the first time: it isn't this one's
		x.sees(value.Reveal())
		x.send(x.timers[1])
		x.hidesValues(d.swept.Plan)
	})
	t.Run("it doesn't come", func(t *testing.T) {
		d, x := setup(t, size{80, 24})
		d.fail = map[string]error{"Show": errors.New("write the audit log: the disk is full")}
		x.press("enter", "ctrl+r")
		x.sees("write the audit log: the disk is full")
		x.hidesValues(d.swept.Plan)
	})
	t.Run("it comes too late", func(t *testing.T) {
		d, x := setup(t, size{80, 24})
		x.press("enter")
		x.send(keyOf("ctrl+r"))
		x.press("esc", "enter")
		x.hidesValues(d.swept.Plan)
	})
	t.Run("not from the list alone", func(t *testing.T) {
		d, x := setup(t, size{80, 24})
		x.press("ctrl+r")
		if got := d.took("Show"); len(got) > 0 {
			t.Error("a value was shown that is nowhere on the screen")
		}
	})
	t.Run("of many lines", func(t *testing.T) {
		text := strings.Repeat(strings.Repeat("0123456789abcdef", 8)+"\x1b[2J\n", 100)
		d := oneRow(secret.New(text), 1)
		x := newTerminal(t, d, size{60, 16}, plain, newInventory)
		x.settle()
		x.press("enter", "ctrl+r")
		x.sees("The value, until a key is pressed:", "more lines", `\x1b[2J`)
	})
}
