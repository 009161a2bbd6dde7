package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// The exit statuses.
const (
	statusOK          = 0
	statusLeaks       = 1
	statusError       = 2
	statusInterrupted = 130
)

// exitStatus ends a command whose report has said everything already.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// hinted is an error with advice on what to do about it.
type hinted struct {
	error
	hint string
}

func (h hinted) Unwrap() error { return h.error }

// withHint adds advice to an error.
func withHint(err error, format string, args ...any) error {
	return hinted{err, fmt.Sprintf(format, args...)}
}

// misuse is a command line that makes no sense; hint says what would.
func misuse(problem, hint string) error { return hinted{errors.New(problem), hint} }

// advise gives an error's one line: what went wrong, and what to do.
func advise(err error) string {
	line := printable.Text(err.Error())
	if h, ok := errors.AsType[hinted](err); ok {
		return line + "; " + printable.Text(h.hint)
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return line + "; check who may read and write it"
	case errors.Is(err, fs.ErrNotExist):
		return line + "; check the path"
	}
	return line
}

// knownCommand refuses an argument of the root command: it is a mistyped command.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
			if slices.Contains(c.SuggestFor, args[0]) {
				return withHint(fmt.Errorf("unknown command %q", args[0]), "here it is %q", c.CommandPath())
			}
		}
	}
	err := fmt.Errorf("unknown command %q", args[0])
	if near := nearest(args[0], names); near != "" {
		return withHint(err, "did you mean %q?", cmd.CommandPath()+" "+near)
	}
	return withHint(err, "%q lists them", cmd.CommandPath()+" --help")
}

// oneArgument is the number of arguments that some commands take.
func oneArgument(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return misuse(fmt.Sprintf("%q takes one argument, not %d", cmd.CommandPath(), len(args)), fmt.Sprintf("it is used as %q", cmd.UseLine()))
}

// badFlag says what is wrong with a flag, and suggests the one that was meant.
func badFlag(cmd *cobra.Command, err error) error {
	help := fmt.Sprintf("%q lists the flags", cmd.CommandPath()+" --help")
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
			if _, ok := errors.AsType[*strconv.NumError](err); ok {
				err = fmt.Errorf("--%s %q is no number", bad.GetFlag().Name, bad.GetValue())
			}
		}
		return hinted{err, help}
	}
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			flags = append(flags, f.Name)
		}
	})
	if near := nearest(unknown.GetSpecifiedName(), flags); near != "" {
		return withHint(err, "did you mean --%s?", near)
	}
	return hinted{err, help}
}

// nearest gives the word that s was probably meant to be, "" if none is near: a
// third of it may be wrong, or its end missing.
func nearest(s string, words []string) string {
	best, least := "", max(2, len(s)/3)+1
	for _, w := range words {
		d := editDistance(s, w)
		if len(s) >= 3 && strings.HasPrefix(w, s) {
			d = 1
		}
		if d < least {
			best, least = w, d
		}
	}
	return best
}

// editDistance counts the bytes to insert, delete or replace that turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
