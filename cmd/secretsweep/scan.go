package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/scanner/source/git"
)

type scanOptions struct {
	reading
	reporting
	narrowing
	slackFlags
	besideFlags
	verifyFlags
	home bool
}

func newScan(sh shell) *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan [PATH…]",
		Short: "Find leaked secrets in repositories, folders, files, images and chats",
		Long: `Finds leaked secrets, one row for each value with every place where it lies.

In a git repository that is the whole object database (every branch, tag, stash,
note, amended or dangling commit, with messages and authors), the index and the
working tree, ignored files included where they look like they hold secrets.
PATH is a repository, a folder, a file, - for standard input, an export of Slack,
or slack:// for the workspace that $SECRETSWEEP_SLACK_TOKEN opens; default is the
current folder. Archives and container images are unpacked.

With --home, and no PATH beside it, that is the places in your home folder where
secrets are known to lie: histories, startup files, logins of command line tools,
settings of editors and AI agents. Each is named when it is read; nothing there is
changed, and without --verify nothing leaves the machine.

With --known, the values of your vault are looked for, too, whatever they look like:
all versions that you may read, also encoded. The audit log of the vault has that they
were compared; none of them counts as read.

With --verify, providers are asked whether what was found still works: the value is sent
to the host that its rule names, over verified TLS, and to no other one that you don't
allow. Nothing but this flag makes a scan do that. Which hosts are asked about how many
values is said before. Values in tests and examples alone, and those in the baseline, are
not asked about; the exit status is the same.

With --track, the vault's records of leaks take in what is found: new leaks get one, a
value that is back reopens its record, and places where a value isn't any more are ticked
off, where all of a repository or a folder was read. What lies in tests, or on this
machine alone, gets no record. "secretsweep rotate" leads on from there.`,
		Example: `  secretsweep scan                              this repository, with its whole history
  secretsweep scan --no-history                 only files that are here now
  secretsweep scan --staged                     what the next commit would add
  secretsweep scan --since origin/main          what this branch adds
  secretsweep scan -o report.sarif              a report for other tools
  secretsweep scan --exclude 'testdata/**' src
  secretsweep scan --home                       what lies around on this laptop
  secretsweep scan --known                      also the values of the vault, whatever they look like
  secretsweep scan --verify                     and ask their providers whether they still work
  secretsweep scan --track                      and the vault has a record of each leak
  secretsweep scan image.tar                    from "docker save", layer by layer
  secretsweep scan slack-export.zip             what was said
  kubectl logs job/build | secretsweep scan -`,
		SuggestFor: []string{"detect", "git", "dir", "directory", "file", "files", "stdin", "protect"},
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.home:
				home, err := homeFolder(cmd.Flags(), args)
				if err != nil {
					return err
				}
				args = []string{home}
			case len(args) == 0:
				args = []string{"."}
			}
			if err := o.reporting.check(cmd.Flags(), report.Formats()); err != nil {
				return err
			}
			if err := o.verifyFlags.check(); err != nil {
				return err
			}
			return o.run(cmd.Context(), sh, args)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.home, "home", false, "the places in your home folder where tools keep secrets")
	o.narrowing.register(f)
	o.slackFlags.register(f)
	f.BoolVar(&o.known, "known", false, "look for the values of the vault, too")
	f.BoolVar(&o.track, "track", false, "the vault's records of leaks take in what is found")
	f.StringVarP(&o.trackFlags.project, "project", "p", "", "the `project` whose records these are (default that of the folder, else the only one)")
	o.vaultFlags.register(cmd)
	f.BoolVar(&o.verify, "verify", false, "ask providers whether what was found still works, which sends it to them")
	o.askFlags.register(f)
	o.reading.register(cmd)
	o.reporting.register(cmd, report.Formats())
	return cmd
}

func (o *scanOptions) run(ctx context.Context, sh shell, paths []string) error {
	source, err := o.options()
	if err != nil {
		return err
	}
	since, err := o.slackFlags.check(&o.narrowing, paths, time.Now())
	if err != nil {
		return err
	}
	if err := o.narrow(&source, paths); err != nil {
		return err
	}
	if o.staged && len(paths) == 1 {
		source.IndexFile = sh.getenv("GIT_INDEX_FILE") // git's word to a hook
	}
	out, err := openOutput(o.output, sh.stdout, o.showSecrets)
	if err != nil {
		return err
	}
	defer out.Discard()
	secrets, tracking, err := o.prepare(ctx, sh, paths)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	sink, err := report.New(o.format, &text, o.look(sh))
	if err != nil {
		return err
	}
	j := job{paths: paths, home: o.home, source: source, reading: o.reading, baseline: o.baseline, show: o.show(), verify: o.verifyFlags, known: secrets, slack: o.slackFlags, since: since}
	sum, err := j.do(ctx, sh, tracking.sink(sink))
	if err != nil {
		return err
	}
	if nothing := sum.New == 0 && sum.Problems == 0; !o.quiet || !nothing || o.format != "text" || !o.toStdout() {
		if _, err := text.WriteTo(out); err != nil {
			return fmt.Errorf("output: %w", err)
		}
		if err := out.Commit(); err != nil {
			return err
		}
	}
	if err := j.commit(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		if tracking != nil {
			sh.say("no record was changed, as not all was read")
		}
		return exitStatus(statusInterrupted)
	}
	if tracking != nil {
		if err := tracking.tell(ctx, sh, &o.vaultFlags, &j, sum); err != nil {
			return vaultHint(err)
		}
	}
	return statusOf(sum.Problems, sum.New, o.exitCode)
}

// statusOf is the end of a scan that was carried out.
func statusOf(problems, leaks, exitCode int) error {
	switch {
	case problems > 0:
		return exitStatus(statusError)
	case leaks > 0 && exitCode != 0:
		return exitStatus(exitCode)
	}
	return nil
}

// show gives what may be seen of a value: the one place where that is decided.
func (r *reporting) show() func(secret.Value) string {
	if r.showSecrets {
		return secret.Value.Reveal
	}
	return secret.Value.Mask
}

// look is how a report is to look where it goes.
func (r *reporting) look(sh shell) report.Options {
	o := report.Options{Show: r.show(), Version: version()}
	if r.toStdout() {
		if width, ok := sh.terminal(sh.stdout); ok {
			o.Width = width
			o.Color = !r.noColor && sh.getenv("NO_COLOR") == ""
		}
	}
	return o
}

// narrowing are the flags that leave out a part of a repository.
type narrowing struct {
	staged, noHistory, historyOnly bool
	since, revs                    string
}

func (n *narrowing) register(f *pflag.FlagSet) {
	f.BoolVar(&n.staged, "staged", false, "only what is staged and new against HEAD")
	f.StringVar(&n.since, "since", "", "only what is new since this `revision`")
	f.StringVar(&n.revs, "range", "", "only what is new in these commits, `A..B`")
	f.BoolVar(&n.noHistory, "no-history", false, "only files that are here now")
	f.BoolVar(&n.historyOnly, "history-only", false, "only what git holds")
}

// narrow checks that the flags make sense together, and for the paths.
func (n *narrowing) narrow(o *git.Options, paths []string) error {
	given := func(flags ...string) []string {
		set := map[string]bool{
			"--staged": n.staged, "--since": n.since != "", "--range": n.revs != "",
			"--no-history": n.noHistory, "--history-only": n.historyOnly,
		}
		var on []string
		for _, f := range flags {
			if set[f] {
				on = append(on, f)
			}
		}
		return on
	}
	for _, apart := range [][]string{
		{"--staged", "--since", "--range", "--no-history"},
		{"--staged", "--history-only"},
		{"--range", "--history-only"},
		{"--since", "--history-only"},
		{"--no-history", "--history-only"},
	} {
		if on := given(apart...); len(on) > 1 {
			return misuse(fmt.Sprintf("%s and %s make no sense together", on[0], on[1]), "leave one of them out")
		}
	}
	if n.revs != "" {
		from, to, ok := strings.Cut(n.revs, "..")
		if !ok || from == "" || to == "" || strings.HasPrefix(to, ".") {
			return misuse(fmt.Sprintf("--range %q is no range", n.revs), "write it as A..B, such as origin/main..HEAD")
		}
	}
	if on := given("--staged", "--since", "--range", "--history-only"); len(on) > 0 {
		for _, path := range paths {
			switch path {
			case "-":
				return misuse(on[0]+" needs a repository, and standard input is none", "leave it out")
			case slackPath:
				return misuse(on[0]+" needs a repository, and "+slackPath+" is none", "leave it out")
			}
		}
	}
	o.Staged, o.Since, o.Range, o.NoHistory, o.HistoryOnly = n.staged, n.since, n.revs, n.noHistory, n.historyOnly
	return nil
}
