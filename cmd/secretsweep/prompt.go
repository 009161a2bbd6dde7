package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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

// confirm asks a question that is answered by yes or no. Only yes is yes.
func (sh shell) confirm(ctx context.Context, question string) (bool, error) {
	if _, ok := sh.asked(); !ok {
		return false, errNobody
	}
	fmt.Fprintf(sh.stderr, "%s [y/N] ", question)
	answer, err := sh.answer(ctx)
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes", err
}

// confirmName says what will be done to something, and asks for its name. Nothing but the
// name is a yes.
func (sh shell) confirmName(ctx context.Context, will, name string) (bool, error) {
	if _, ok := sh.asked(); !ok {
		return false, errNobody
	}
	fmt.Fprintf(sh.stderr, "%s Type %s to go on: ", will, name)
	answer, err := sh.answer(ctx)
	return answer == name, err
}

// answer reads a line that the terminal shows. If it is interrupted, the read goes on until
// the program ends.
func (sh shell) answer(ctx context.Context) (string, error) {
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(sh.stdin).ReadString('\n')
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil && !errors.Is(a.err, io.EOF) {
			return "", a.err
		}
		return strings.TrimSpace(a.line), nil
	case <-ctx.Done():
		fmt.Fprintln(sh.stderr)
		return "", ctx.Err()
	}
}

// readHidden reads a line from a terminal that doesn't show it. If stop is closed before
// the line ends, the terminal shows again what is typed; the read goes on until the
// program ends.
func readHidden(terminal int, stop <-chan struct{}) (string, error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	type line struct {
		text []byte
		err  error
	}
	lines := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(terminal)
		lines <- line{text, err}
	}()
	select {
	case l := <-lines:
		return string(l.text), l.err
	case <-stop:
		return "", cmp.Or(term.Restore(terminal, before), context.Canceled)
	}
}
