package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
)

var errBroken = errors.New("the store is broken")

// TestConfirmShowsAll scrolls through what is to be written: every name, and every leak, is
// seen.
func TestConfirmShowsAll(t *testing.T) {
	x := story(t, "n", "n")
	c := x.now.(*confirm)
	var want []string
	for _, s := range c.batch.Secrets {
		want = append(want, s.Name)
	}
	for _, l := range c.batch.Leaks {
		want = append(want, l.Row.Value.Mask())
	}
	for _, g := range c.f.grants {
		want = append(want, safe(g.Person))
	}
	if len(want) < 15 {
		t.Fatalf("there are only %d", len(want))
	}
	seen := make(map[string]bool)
	for range len(c.lines) {
		for _, text := range want {
			seen[text] = seen[text] || containsIn(x.screen(), text)
		}
		x.press("down")
	}
	for _, text := range want {
		if !seen[text] {
			t.Errorf("%q was never seen", text)
		}
	}
}

func containsIn(screen, text string) bool {
	return slices.Contains(strings.FieldsFunc(screen, func(r rune) bool { return r == ' ' || r == '\n' }), text)
}

// TestConfirmError has a vault that can't be written to at first: nothing is lost.
func TestConfirmError(t *testing.T) {
	x := story(t, "n", "n")
	d := x.doors(t)
	d.fail = map[string]error{"Import": errBroken}
	x.press("y")
	x.sees(errBroken.Error(), "Your decisions are kept")
	x.press("b", "n")
	d.fail = nil
	x.press("y")
	x.sees("Imported: 7 new secrets.")
	if n := len(d.took("Import")); n != 2 {
		t.Errorf("imported %d times", n)
	}
}

// TestConfirmWrites looks at the screen while an import is written, which no key stops but
// ctrl+c: that cancels it, and waits for what comes of it.
func TestConfirmWrites(t *testing.T) {
	x := story(t, "n", "n")
	d := x.doors(t)
	begun, ended := make(chan struct{}), make(chan struct{})
	x.now.(*confirm).f.Vault = stalled{d, begun, ended}
	x.send(keyOf("y"))
	<-begun
	x.sees("writing …")
	confirming := x.now
	for _, k := range []string{"y", "b", "esc", "n"} {
		x.send(keyOf(k))
	}
	if x.now != confirming {
		t.Error("a key left the screen")
	}
	_, leave := x.Update(tea.KeyMsg{Type: tea.KeyCtrlC})
	x.do(leave)
	x.until("the program ends", func() bool { return x.ended })
	select {
	case <-ended:
	default:
		t.Error("the program ended before the import did")
	}
}

// stalled is a vault whose import goes on until it is cancelled.
type stalled struct {
	Vault
	begun, ended chan struct{}
}

func (s stalled) Import(ctx context.Context, _ importers.Batch, _ []Grant) (Imported, error) {
	close(s.begun)
	<-ctx.Done()
	close(s.ended)
	return Imported{}, ctx.Err()
}

// TestConfirmNothing imports what the vault has already.
func TestConfirmNothing(t *testing.T) {
	d := newDoors(0)
	x := newTerminal(t, d, size{80, 24}, plain, newMapping)
	x.settle()
	x.sees("Nothing is to be imported")
	x.press("n", "n")
	x.sees("There is nothing to write")
	x.press("y")
	x.sees("There is nothing to write")
	x.press("n")
	x.sees("Imported: nothing.", "Nothing is left to be done.", "nothing more to do here")
	if len(d.took("Import")) != 0 || len(d.took("Keep")) != 1 {
		t.Errorf("calls %q", d.calls)
	}
}
