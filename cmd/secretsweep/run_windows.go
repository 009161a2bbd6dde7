package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

// become runs a program to its end, and gives its exit status as an error. Ctrl-C is for
// the program, which gets it from the console as this one does.
func become(path string, args, env []string) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Cmd{Path: path, Args: args, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exitStatus(exit.ExitCode())
	}
	return err
}
