package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
)

// slow is a place for decisions that takes its time.
type slow struct {
	*doors
	asked, let chan bool
}

func (s slow) Keep(ctx context.Context, all []importers.Decision) error {
	select {
	case s.asked <- true:
	default:
	}
	<-s.let
	return s.doors.Keep(ctx, all)
}

// TestInterrupted has the program told to end, as a signal does, while decisions are being
// kept: the last ones are kept nevertheless, and nothing is seen any more.
func TestInterrupted(t *testing.T) {
	d := mixed()
	s := slow{d, make(chan bool, 1), make(chan bool)}
	in, keys := io.Pipe()
	defer keys.Close()
	var out bytes.Buffer
	dark := Dark
	ctx, interrupt := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		over <- Migrate(ctx, Migration{Paths: []string{"shop"}, Project: "shop", Sweeper: d, Places: d, Drafts: s, Vault: d, After: d},
			Options{Input: in, Output: &out, NoColor: true, Background: &dark})
	}()
	// Keys that come before the list is there do nothing.
	for asked := false; !asked; {
		if _, err := io.WriteString(keys, "r"); err != nil {
			t.Fatal(err)
		}
		select {
		case asked = <-s.asked:
		default:
		}
	}
	if _, err := io.WriteString(keys, "rrrrrr"); err != nil {
		t.Fatal(err)
	}
	interrupt()
	close(s.let)
	if err := <-over; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	decided := 0
	for _, row := range d.swept.Plan.Rows {
		if row.Decided {
			decided++
		}
	}
	if len(d.kept) != decided || decided < 2 {
		t.Errorf("%d of %d decisions were kept", len(d.kept), decided)
	}
	_, last, _ := strings.Cut(out.String(), "ending")
	if last = last[strings.LastIndex(last, "\x1b[H")+1:]; strings.Contains(last, "values") {
		t.Errorf("at the end there is seen %q", last)
	}
}

// TestEndAfterAnswer leaves while an import is written that can't be stopped any more: the
// program knows of it before it ends.
func TestEndAfterAnswer(t *testing.T) {
	x := story(t, "n", "n")
	d := x.doors(t)
	begun := make(chan struct{})
	x.now.(*confirm).f.Vault = late{d, begun}
	x.send(keyOf("y"))
	<-begun
	x.press("ctrl+c")
	if !x.ended || x.View() != "" {
		t.Fatalf("ended %v, and seen is %q", x.ended, x.View())
	}
	if len(d.kept) == 0 {
		t.Fatal("nothing was kept")
	}
	for _, k := range d.kept {
		if !k.Done {
			t.Errorf("%v isn't done", k.Targets)
		}
	}
	if n := len(d.took("Steps")); n != 0 {
		t.Error("it looks for what can be done, though it ends")
	}
}

// late is a vault that is told too late that nothing is to be imported.
type late struct {
	*doors
	begun chan struct{}
}

func (l late) Import(ctx context.Context, b importers.Batch, grants []Grant) (Imported, error) {
	close(l.begun)
	<-ctx.Done()
	return l.doors.Import(ctx, b, grants)
}

// TestEndUnkept shows that the program tries again at its end to keep what couldn't be kept,
// and ends with the error if it can't.
func TestEndUnkept(t *testing.T) {
	full := errors.New("keep decisions: the disk is full")
	for _, fails := range []bool{true, false} {
		d := mixed()
		d.fail = map[string]error{"Keep": full}
		x := newTerminal(t, d, size{80, 24}, plain, newInventory)
		x.settle()
		x.goTo("MAIL_PASSWORD")
		x.press("r")
		d.kept = nil
		if !fails {
			d.fail = nil
		}
		x.press("ctrl+c")
		if errors.Is(x.err, full) != fails || len(d.kept) == 0 {
			t.Errorf("fails %v: ended with %v, and %d decisions were kept", fails, x.err, len(d.kept))
		}
	}
}

// TestEndTwice leaves while something goes on that doesn't end: a second time one is heard.
func TestEndTwice(t *testing.T) {
	x := newTerminal(t, newDoors(3), size{80, 24}, plain, newInventory)
	x.settle()
	x.Update(keyOf("r")) // keeping it never comes to an end
	x.Update(keyOf("ctrl+c"))
	x.sees("ending …")
	x.press("n")
	if _, stays := x.now.(*inventory); !stays {
		t.Error("another screen is shown, though it ends")
	}
	_, cmd := x.Update(keyOf("ctrl+c"))
	if _, quits := cmd().(tea.QuitMsg); !quits {
		t.Error("it goes on")
	}
}
