package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/vault"
)

// founders make vaults, and remember what of.
type founders struct {
	made     []Founding
	recovery []string
	err      error
}

func (f *founders) Found(_ context.Context, made Founding) ([]string, error) {
	f.made = append(f.made, made)
	return f.recovery, f.err
}

func (f *founders) CheckPassphrase(passphrase string) error {
	if len(passphrase) < 10 {
		return errors.New("it has fewer than 10 characters")
	}
	return nil
}

// newFounders gives founders whose recovery key ends with the group that is given.
func newFounders(last string) *founders {
	line := "abcde fghij klmno pqrst uvwxy"
	return &founders{recovery: []string{"a-recovery-key", line, line, line, line, "bcdef ghijk " + last}}
}

var newVault = Founding{Name: "ada", Environments: []string{"dev", "staging", "prod"}}

// openFound opens the screen that makes a vault.
func openFound(t *testing.T, f *founders, s size, o Options) *terminal {
	t.Helper()
	x := newTerminal(t, newDoors(3), s, o, func(fl *flow) screen {
		fl.Founder, fl.Founding = f, newVault
		return newFound(fl)
	})
	x.settle()
	return x
}

func TestFoundScreens(t *testing.T) {
	for name, s := range map[string]size{"80x24": {80, 24}, "200x60": {200, 60}, "60x16": {60, 16}} {
		x := openFound(t, newFounders("zzzzz"), s, Options{NoColor: true})
		x.golden("found-" + name)
		x.press("enter", "enter")
		x.write("some words")
		x.resize(100, 30)
		x.resize(s.width, s.height)
		x.golden("found-passphrase-" + name)
		x.press("enter")
		x.write("some words")
		x.press("enter")
		x.golden("found-recovery-" + name)
		x.press("enter")
		x.golden("found-proof-" + name)
	}
	for name, background := range map[string]Background{"light": Light, "dark": Dark} {
		x := openFound(t, newFounders("zzzzz"), size{80, 24}, Options{Background: &background})
		x.golden("found-" + name)
	}
}

func TestFound(t *testing.T) {
	f := newFounders("zyxwv")
	x := openFound(t, f, size{80, 24}, Options{NoColor: true})
	x.write("lovelace !")
	x.press("enter")
	x.sees(vault.CheckLabel("adalovelace !").Error())
	x.press("backspace", "backspace", "enter")
	x.write(", dev")
	x.press("enter")
	x.sees("dev is there twice")
	x.press("backspace", "backspace", "backspace", "backspace", "backspace", "enter")
	x.write("correct")
	x.press("enter")
	x.sees("it has fewer than 10 characters")
	x.write(" horse")
	x.press("enter")
	x.write("correct mouse")
	x.press("enter")
	x.sees("these are two different passphrases")
	x.seesNo("correct", "horse")
	x.press("backspace", "backspace", "backspace", "backspace", "backspace")
	x.write("horse")
	f.err = errors.New("make the folder: the disk is full")
	x.press("enter")
	x.sees("make the folder: the disk is full", "adalovelace") // and what was typed is there still
	f.err = nil
	x.press("enter", "enter", "enter", "enter")
	want := Founding{Name: "adalovelace", Environments: []string{"dev", "staging", "prod"}, Passphrase: "correct horse"}
	if diff := cmp.Diff([]Founding{want, want}, f.made); diff != "" {
		t.Error(diff)
	}

	x.sees("a-recovery-key", "bcdef ghijk zyxwv")
	x.press("x", "q", "esc") // are no keys here
	x.sees("zyxwv")
	x.press("enter")
	x.seesNo("zyxwv", "abcde")
	x.write("zzzzz")
	x.press("enter")
	x.sees("these are not its last characters")
	x.press("esc")
	x.sees("bcdef ghijk zyxwv")
	x.press("enter")
	x.write("ZYXWV")
	x.press("enter")
	x.seesNo("zyxwv", "recovery")
	if _, ok := x.now.(*foundation); ok {
		t.Error("the flow doesn't go on")
	}
}

// Without a recovery key there is nothing to write down.
func TestFoundWithoutRecovery(t *testing.T) {
	x := openFound(t, &founders{}, size{80, 24}, Options{NoColor: true})
	x.press("enter", "enter", "enter", "enter")
	if _, ok := x.now.(*foundation); ok {
		t.Error("the flow doesn't go on")
	}
}

// Who has an identity already isn't asked for its passphrase.
func TestFoundByTheKnown(t *testing.T) {
	f := newFounders("zyxwv")
	x := newTerminal(t, newDoors(3), size{80, 24}, Options{NoColor: true}, func(fl *flow) screen {
		fl.Founder, fl.Founding, fl.Known = f, newVault, true
		return newFound(fl)
	})
	x.settle()
	x.seesNo("assphrase")
	x.press("enter", "enter")
	x.sees("zyxwv")
}

// Who goes away is not taken to have said yes to everything.
func TestFoundByLineEnds(t *testing.T) {
	f := newFounders("zyxwv")
	o := Options{Input: strings.NewReader(""), Output: io.Discard, NoColor: true}
	if err := foundByLine(t.Context(), Migration{Founder: f, Founding: newVault}, o); !errors.Is(err, io.EOF) || len(f.made) > 0 {
		t.Errorf("got %v, made %v", err, f.made)
	}
	reading, writing := io.Pipe()
	defer writing.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	o.Input = reading
	if err := foundByLine(ctx, Migration{Founder: f, Founding: newVault}, o); !errors.Is(err, context.Canceled) || len(f.made) > 0 {
		t.Errorf("interrupted: got %v, made %v", err, f.made)
	}
}

// TestFoundByLineErases ends before the recovery key is written down: it doesn't stay at the
// terminal.
func TestFoundByLineErases(t *testing.T) {
	f := newFounders("zyxwv")
	var out strings.Builder
	o := Options{Input: iotest.OneByteReader(strings.NewReader("\n\n")), Output: &out, NoColor: true}
	err := foundByLine(t.Context(), Migration{Founder: f, Founding: newVault, Known: true}, o)
	if !errors.Is(err, io.EOF) || !strings.Contains(out.String(), "zyxwv") || !strings.HasSuffix(out.String(), erased) {
		t.Errorf("got %v after\n%q", err, out.String())
	}
}

// TestFoundStays presses ctrl+c while the vault is being made, when it would be too late to
// see its recovery key.
func TestFoundStays(t *testing.T) {
	x := openFound(t, newFounders("zyxwv"), size{80, 24}, Options{NoColor: true})
	n := x.now.(*foundation)
	n.form = nil
	n.setMaking(true)
	x.press("ctrl+c")
	if x.ended {
		t.Fatal("it ends")
	}
	x.send(founded{[]string{"zyxwv"}})
	x.sees("zyxwv")
	x.press("ctrl+c")
	if !x.ended {
		t.Error("nobody can leave")
	}
}
