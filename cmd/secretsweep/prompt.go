package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"
)

// errNobody is what asking answers where nobody is there to ask.
var errNobody = errors.New("nobody to ask: this is no terminal")

// asked gives the terminal at which somebody can be asked.
func (sh shell) asked() (terminal int, ok bool) {
	f, isFile := sh.stdin.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) || sh.getenv("CI") != "" {
		return 0, false
	}
	return int(f.Fd()), true
}

// ask reads a line that the terminal doesn't show, until stop is closed.
func (sh shell) ask(question string, stop <-chan struct{}) (string, error) {
	terminal, ok := sh.asked()
	if !ok {
		return "", errNobody
	}
	fmt.Fprintf(sh.stderr, "%s (not shown): ", question)
	text, err := readHidden(terminal, stop)
	fmt.Fprintln(sh.stderr)
	return text, err
}

// askValue asks for a value of one line. The shell would take lines that follow it for
// commands, and remember them: they are thrown away, and so is the value.
func (sh shell) askValue(question string, stop <-chan struct{}) (string, error) {
	text, err := sh.ask(question, stop)
	if terminal, ok := sh.asked(); err == nil && ok && discardTyped(terminal) {
		return "", withHint(errors.New("more than one line was typed or pasted, and all of it was thrown away"), "what has several lines, such as a key, comes from a file or from standard input")
	}
	return text, err
}

// confirm asks a question that is answered by yes or no, until stop is closed. Only yes is
// yes.
func (sh shell) confirm(question string, stop <-chan struct{}) (bool, error) {
	if _, ok := sh.asked(); !ok {
		return false, errNobody
	}
	fmt.Fprintf(sh.stderr, "%s [y/N] ", question)
	answer, err := sh.answer(stop)
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// confirmName says what will be done to something, and asks for its name, until stop
// is closed. Nothing but the name is a yes.
func (sh shell) confirmName(will, name string, stop <-chan struct{}) (bool, error) {
	if _, ok := sh.asked(); !ok {
		return false, errNobody
	}
	fmt.Fprintf(sh.stderr, "%s Type %s to go on: ", will, name)
	answer, err := sh.answer(stop)
	return answer == name, err
}

// answer reads a line that the terminal shows, until stop is closed.
func (sh shell) answer(stop <-chan struct{}) (string, error) {
	line, err := untilStopped(stop, func() (string, error) { return bufio.NewReader(sh.stdin).ReadString('\n') })
	if err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintln(sh.stderr)
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// readHidden reads a line from a terminal that doesn't show it. If stop is closed before
// the line ends, the terminal shows again what is typed.
func readHidden(terminal int, stop <-chan struct{}) (string, error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	text, err := untilStopped(stop, func() (string, error) {
		text, err := term.ReadPassword(terminal)
		return string(text), err
	})
	if errors.Is(err, context.Canceled) {
		err = cmp.Or(term.Restore(terminal, before), err)
	}
	if len(text) >= longestTyped() {
		return "", withHint(fmt.Errorf("a terminal passes on no more than %d bytes of a line, and the rest is lost", longestTyped()), "give it by standard input or in a file")
	}
	return text, err
}

// untilStopped gives what reading a terminal gives, or context.Canceled if stop is closed
// first. The reading itself then goes on until the program ends.
func untilStopped(stop <-chan struct{}, read func() (string, error)) (string, error) {
	type line struct {
		text string
		err  error
	}
	lines := make(chan line, 1)
	go func() {
		text, err := read()
		lines <- line{text, err}
	}()
	select {
	case l := <-lines:
		return l.text, l.err
	case <-stop:
		return "", context.Canceled
	}
}

// longestTyped is how many bytes of a line a terminal passes on, at most: Linux drops what
// is beyond 4,095 (termios(3)), and macOS what is beyond 1,023 (MAX_CANON).
func longestTyped() int {
	if runtime.GOOS == "linux" {
		return 4095
	}
	return 1023
}
