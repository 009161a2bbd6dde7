package main

import (
	"os"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/secretsweep/secretsweep/tui"
)

// screenFlags say how a screen looks.
type screenFlags struct {
	noColor, mouse, accessible bool
}

func (s *screenFlags) register(f *pflag.FlagSet) {
	f.BoolVar(&s.noColor, "no-color", false, "no colours")
	f.BoolVar(&s.mouse, "mouse", false, "the mouse's wheel scrolls (the terminal then selects no text)")
	f.BoolVar(&s.accessible, "accessible", false, "forms that a screen reader can read")
}

// screen gives the terminal that a screen can be drawn on and typed at: stdout if that is
// one, so that what is drawn doesn't end up in a file, else stderr.
func (sh shell) screen() (*os.File, bool) {
	if _, ok := sh.asked(); !ok {
		return nil, false
	}
	for _, w := range []any{sh.stdout, sh.stderr} {
		if f, isFile := w.(*os.File); isFile && term.IsTerminal(int(f.Fd())) && sh.getenv("TERM") != "dumb" {
			return f, true
		}
	}
	return nil, false
}

func (s *screenFlags) screenOptions(sh shell, terminal *os.File) tui.Options {
	return tui.Options{
		Input: sh.stdin, Output: terminal, Mouse: s.mouse, Accessible: s.accessible,
		NoColor: s.noColor || sh.getenv("NO_COLOR") != "",
	}
}
