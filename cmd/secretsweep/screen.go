package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/tui"
)

// screenFlags say how a screen looks.
type screenFlags struct {
	noColor, mouse bool
}

func (s *screenFlags) register(f *pflag.FlagSet) {
	f.BoolVar(&s.noColor, "no-color", false, "no colours")
	f.BoolVar(&s.mouse, "mouse", false, "the mouse's wheel scrolls (the terminal then selects no text)")
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

// backstage is what happens behind a screen.
type backstage struct {
	sh       shell // that the screen acts through: while it is there, nobody can be asked
	front    shell
	terminal *os.File
	waits    chan string

	mu    sync.Mutex
	drawn bool         // the screen is there
	said  bytes.Buffer // on stderr meanwhile, where it would be drawn over
}

// newBackstage prepares for a screen at a terminal.
func newBackstage(sh shell, terminal *os.File) *backstage {
	b := &backstage{sh: sh, front: sh, terminal: terminal, waits: make(chan string, 1)}
	b.sh.stderr = b
	return b
}

// Write takes what is said on stderr.
func (b *backstage) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn {
		return b.said.Write(p)
	}
	return b.front.stderr.Write(p)
}

// wait says who has the vault that is waited for.
func (b *backstage) wait(holder string) {
	b.mu.Lock()
	drawn := b.drawn
	b.mu.Unlock()
	if !drawn {
		b.sh.say("waiting for %s", printable.Text(holder))
		return
	}
	select {
	case b.waits <- holder:
	default: // it has been said
	}
}

// show shows a screen until it ends, which a terminal that hangs up makes it do, too.
func (b *backstage) show(ctx context.Context, f *screenFlags, screen func(context.Context, tui.Options) error) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	b.draw(true)
	defer b.draw(false)
	err := screen(ctx, tui.Options{
		Input: b.front.stdin, Output: b.terminal, Mouse: f.mouse, NoColor: f.noColor || b.sh.getenv("NO_COLOR") != "",
		Waits: b.waits, Say: advise,
	})
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		b.sh.say("interrupted")
		return exitStatus(statusInterrupted)
	}
	return err
}

func (b *backstage) draw(drawn bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drawn = drawn
	if drawn {
		b.sh.stdin = strings.NewReader("")
		return
	}
	_, _ = b.said.WriteTo(b.front.stderr)
}
