package main

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/creack/pty"
)

// newTerminal gives a terminal, and what types at it.
func newTerminal(t *testing.T) (terminal, keys *os.File) {
	t.Helper()
	keys, terminal, err := pty.Open()
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() {
		terminal.Close()
		keys.Close()
	})
	return terminal, keys
}

func atTerminal(terminal *os.File) shell {
	return shell{terminal, io.Discard, io.Discard, func(string) string { return "" }}
}

// Every question ends when the program is interrupted, and not when the line does.
func TestQuestionsStop(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	for name, ask := range map[string]func(shell) error{
		"ask":         func(sh shell) error { _, err := sh.ask("Value", stop); return err },
		"confirm":     func(sh shell) error { _, err := sh.confirm("Sure?", stop); return err },
		"confirmName": func(sh shell) error { _, err := sh.confirmName("It will be gone.", "KEY", stop); return err },
	} {
		t.Run(name, func(t *testing.T) {
			terminal, keys := newTerminal(t)
			defer io.WriteString(keys, "\n") // ends the reading
			if err := ask(atTerminal(terminal)); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Of a value that is pasted with its line ends, nothing is left for the shell to run.
func TestPastedLines(t *testing.T) {
	terminal, keys := newTerminal(t)
	for text, fails := range map[string]bool{"one line\n": false, "first\nsecond\nthird\n": true} {
		if _, err := io.WriteString(keys, text); err != nil {
			t.Fatal(err)
		}
		got, err := atTerminal(terminal).askValue("Value", nil)
		if (err != nil) != fails || !fails && got+"\n" != text {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
		if discardTyped(int(terminal.Fd())) {
			t.Errorf("%q: something is left", text)
		}
	}
}
