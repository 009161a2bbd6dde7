// Command secretsweep finds the secrets that leaked into git history, files and
// CI settings.
//
// There is one file per command: it turns flags into an options struct, calls a
// package, writes what came back, and picks the exit status:
//
//	0    nothing new
//	1    new leaks
//	2    an error, or something was not scanned (wins over 1)
//	130  interrupted
//
// Results go to stdout, everything else to stderr.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C kills
	os.Exit(run(ctx, os.Args[1:], shell{os.Stdin, os.Stdout, os.Stderr, os.Getenv}))
}

// shell is what a command has of the world outside, apart from files.
type shell struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

// say writes one line to stderr.
func (sh shell) say(format string, args ...any) {
	fmt.Fprintf(sh.stderr, "secretsweep: "+format+"\n", args...)
}

// terminal gives the width of the terminal that w is; false if it is none, or
// one that can't be drawn on.
func (sh shell) terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) || sh.getenv("TERM") == "dumb" || sh.getenv("CI") != "" {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return width, true
}

// run carries out a command line and gives its exit status.
func run(ctx context.Context, args []string, sh shell) int {
	root := newRoot(sh)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)

	var status exitStatus
	switch {
	case err == nil:
		return statusOK
	case errors.As(err, &status): // the report was written
		return int(status)
	case ctx.Err() != nil && cmd.Annotations["keeps"] != "":
		sh.say("interrupted")
		return statusInterrupted
	case ctx.Err() != nil:
		sh.say("interrupted; nothing was reported")
		return statusInterrupted
	}
	sh.say("%s", advise(err))
	return statusError
}

func newRoot(sh shell) *cobra.Command {
	root := &cobra.Command{
		Use:   "secretsweep",
		Short: "Find the secrets that leaked, and keep them where they don't",
		Example: `  secretsweep scan                    everything in this repository, with its whole history
  secretsweep scan --staged           what the next commit would add
  secretsweep baseline create         from now on, fail on new leaks only
  secretsweep hook install            check every commit before it is made
  secretsweep ci                      check a merge request, on any CI
  secretsweep vault init -p web       make a place for secrets that isn't a .env
  secretsweep run -e dev -- ./server  run a program with the secrets of an environment`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return runAlone(cmd, sh) },
		Version:       version(),
	}
	root.SetIn(sh.stdin)
	root.SetOut(sh.stdout)
	root.SetErr(sh.stderr)
	root.SetUsageTemplate(usageTemplate)
	root.SetHelpTemplate("{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}\n\n{{end}}{{.UsageString}}")
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(badFlag)
	root.AddCommand(
		newScan(sh),
		newBaseline(sh),
		newCI(sh),
		newHook(sh),
		newExplain(sh),
		newRules(sh),
		newDashboard(sh),
		newMigrate(sh),
		newRotate(sh),
		newImport(sh),
		newVault(sh),
		newSecretCommand(sh),
		newRun(sh),
		newPull(sh),
		newInject(sh),
		newUse(sh),
		newUser(sh),
		newToken(sh),
		newAccess(sh),
		newOffboard(sh, nil),
		newAudit(sh),
		newVersion(sh),
		newMan(),
	)
	return root
}

// usageTemplate puts examples first and exit statuses last.
const usageTemplate = `{{if .HasExample}}Examples:
{{.Example}}

{{end}}Usage:
{{if .Runnable}}  {{.UseLine}}
{{end}}{{if .HasAvailableSubCommands}}  {{.CommandPath}} COMMAND
{{end}}{{if .HasAvailableSubCommands}}
{{if .HasParent}}Commands:{{else}}To find leaks, and keep new ones out:{{end}}{{range .Commands}}{{if and .IsAvailableCommand (or $.HasParent (not .Annotations.keeps))}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{if not .HasParent}}
To keep secrets, and give them to programs:{{range .Commands}}{{if and .IsAvailableCommand .Annotations.keeps}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}{{end}}{{if .HasAvailableLocalFlags}}
Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}
Exit status:
{{if .Annotations.runs}}  that of the command, or
  2    an error, or it was refused
  126  the command can't be run
  127  there is no such command
{{else if .Annotations.keeps}}  0    done{{with .Annotations.finds}}
  1    {{.}}{{end}}
  2    an error, or it was refused
{{else}}  0    nothing new
  1    new leaks (--exit-code changes it)
  2    an error, or something was not scanned
{{end}}  130  interrupted
`
