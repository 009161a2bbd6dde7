package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/printable"
)

// The exit statuses of shells for a command that isn't run.
const (
	statusNotRun   = 126
	statusNotFound = 127
)

type runOptions struct {
	deliveryFlags
	selection
	preserve bool
}

func newRun(sh shell) *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGUMENT…]",
		Short: "Run a program with the secrets of an environment as its variables",
		Long: `Runs a program that has the secrets of an environment as variables, beside those that
are there. In their names / . and - become _. Each reading is in the audit log, unless
it is from a bundle.

On Unix the program takes this one's place, with its process id: signals and the exit
status are its own. $` + tokenName + ` and $` + passphraseName + `
aren't given to it.`,
		Example: `  secretsweep run -e dev -- ./server --port 8080
  secretsweep run -e prod --only 'DB_*' --only SENTRY_DSN -- ./migrate
  secretsweep run -e dev --prefix billing/ -- env
  secretsweep run --bundle prod.bundle -- ./server`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "" {
				return misuse("there is no command to run", fmt.Sprintf("it is used as %q", cmd.UseLine()))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args))
		},
		DisableFlagsInUseLine: true,
		Annotations:           map[string]string{"keeps": "yes", "runs": "yes"},
	}
	o.deliveryFlags.register(cmd)
	o.selection.register(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.preserve, "preserve-env", false, "leave variables as they are that exist already")
	f.SetInterspersed(false) // what follows the command is its own
	f.SortFlags = false
	return cmd
}

func (o *runOptions) run(ctx context.Context, sh shell, command []string) error {
	path, err := exec.LookPath(command[0])
	if err != nil {
		return sh.notRun(command[0], err)
	}
	vars, allowDumps, err := o.read(ctx, sh)
	if err != nil {
		return err
	}
	allowDumps()
	err = become(path, command, environment(os.Environ(), vars))
	if errors.Is(err, syscall.E2BIG) {
		return tooLarge(vars)
	}
	return sh.notRun(command[0], err)
}

// read reads the variables, and closes the vault again.
func (o *runOptions) read(ctx context.Context, sh shell) (vars []format.Var, allowDumps func(), err error) {
	d, err := o.open(ctx, sh)
	if err != nil {
		return nil, nil, err
	}
	defer d.close(ctx, &err)
	at, err := o.of(sh, d)
	if err != nil {
		return nil, nil, err
	}
	vars, err = o.selection.read(ctx, sh, d, at, func(variable string) bool {
		_, there := os.LookupEnv(variable)
		return there && o.preserve
	})
	return vars, d.who.allowDumps, err
}

// environment adds variables to an environment, and takes away what opens the vault.
func environment(old []string, vars []format.Var) []string {
	gone := map[string]bool{variableKey(tokenName): true, variableKey(passphraseName): true}
	for _, v := range vars {
		gone[variableKey(v.Name)] = true
	}
	var env []string
	for _, kv := range old {
		if name, _, _ := strings.Cut(kv, "="); !gone[variableKey(name)] {
			env = append(env, kv)
		}
	}
	for _, v := range vars {
		env = append(env, v.Name+"="+v.Value)
	}
	return env
}

// notRun says why a command isn't run, and ends as a shell does. It gives nil for nil, and
// the status of a command that was run.
func (sh shell) notRun(command string, err error) error {
	var status exitStatus
	if err == nil || errors.As(err, &status) {
		return err
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		sh.say("run %s: there is no such command; check its name and $PATH", printable.Text(command))
		return exitStatus(statusNotFound)
	}
	if inner, ok := errors.AsType[*exec.Error](err); ok {
		err = inner.Err
	}
	sh.say("run %s: %s; check that it is a program, and who may run it", printable.Text(command), printable.Text(err.Error()))
	return exitStatus(statusNotRun)
}

// tooLarge says what of an environment the system doesn't take. Linux takes 128 KiB for a
// variable (execve(2)), and each system has a limit for all of them.
func tooLarge(vars []format.Var) error {
	var largest format.Var
	for _, v := range vars {
		if len(v.Value) >= len(largest.Value) {
			largest = v
		}
	}
	return withHint(fmt.Errorf("run: the environment is larger than the system allows; the largest variable is %s, with %d bytes", largest.Name, len(largest.Value)),
		"choose others with --only, and write this one to a file: secretsweep secret get")
}
