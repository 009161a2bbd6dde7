package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/scanner/source/git"
)

type ciOptions struct {
	reading
	reporting
	base, head string
}

func newCI(sh shell) *cobra.Command {
	var o ciOptions
	cmd := &cobra.Command{
		Use:   "ci [PATH]",
		Short: "Check what a merge request or a push brings, on any CI",
		Long: `Checks every commit that a merge request or a push brings, and fails on new
leaks: what is neither in the baseline nor in the base. The range is taken from the
environment of GitHub Actions, GitLab CI, CircleCI, Azure Pipelines, Bitbucket
Pipelines, Jenkins or Buildkite; --base gives it anywhere else. Where the base
cannot be told, the whole history is scanned.

Findings are annotated where the platform has a form for that, and the job's
summary names every ignore, allow and baseline entry that the change itself adds.`,
		Example: `  secretsweep ci
  secretsweep ci -o report.sarif                     and a report for other tools
  secretsweep ci --base origin/main                  on a platform that is not known`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.reporting.check(cmd.Flags(), report.Formats()); err != nil {
				return err
			}
			return o.run(cmd.Context(), sh, pathOf(args))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.base, "base", "", "what is there already: a `revision` (default by the platform)")
	f.StringVar(&o.head, "head", "", "what is checked: a `revision` (default by the platform)")
	o.reading.register(cmd)
	o.reporting.register(cmd, report.Formats())
	return cmd
}

func (o *ciOptions) run(ctx context.Context, sh shell, path string) error {
	on, c, err := o.change(sh)
	if err != nil {
		return err
	}
	if c.Nothing {
		sh.say("%s: the job is about no commit; there is nothing to scan", on.name)
		return nil
	}
	out, err := openOutput(o.output, sh.stdout, o.showSecrets)
	if err != nil {
		return err
	}
	defer out.Discard()

	// What is scanned may hold lines that the platform takes for commands.
	log, notes := &harmless{w: sh.stdout}, &harmless{w: sh.stderr}
	defer notes.Flush()
	safe := shell{stdin: sh.stdin, stdout: log, stderr: notes, getenv: sh.getenv}

	r, revs, err := o.scan(ctx, safe, path, on, c)
	if err != nil {
		return err
	}
	problems := r.Summary.Problems
	added, err := o.silencers(ctx, path, revs)
	if err != nil {
		safe.say("%s", advise(err))
		problems++
	}
	commands := sh.stdout
	switch look := o.look(sh); {
	case !o.toStdout():
		err = errors.Join(r.Write(o.format, out, look), r.Write("text", log, look))
	case o.format == "text":
		err = r.Write("text", log, look)
	default:
		commands = sh.stderr // stdout is the report's
		err = r.Write(o.format, out, look)
	}
	if err = errors.Join(err, log.Flush(), out.Commit()); err != nil {
		return err
	}
	for _, s := range added {
		safe.say("this change adds %s", s)
	}
	on.tell(shell{stdout: commands, stderr: notes, getenv: sh.getenv}, r, added)
	return statusOf(problems, r.Summary.New, o.exitCode)
}

// tell gives the platform what it shows in its own form: annotations, and the
// job's summary. Without them the log still has everything.
func (p platform) tell(sh shell, r *report.Report, added []silencer) {
	if p.annotate != nil {
		for _, a := range annotations(r) {
			fmt.Fprintln(sh.stdout, p.annotate(a))
		}
	}
	if p.summarize != nil {
		if err := p.summarize(sh, summary(r, added)); err != nil {
			sh.say("the job's summary could not be written: %s", printable.Text(err.Error()))
		}
	}
}

// change says what to check: the flags' word, else the platform's.
func (o *ciOptions) change(sh shell) (platform, change, error) {
	on, known := currentPlatform(sh.getenv)
	if !known {
		if o.base == "" {
			return on, change{}, misuse("ci: this is no CI that secretsweep knows", "give the base with --base, such as --base origin/main")
		}
		on = platform{name: "ci", deepen: `"git fetch --unshallow" brings the rest`}
	}
	var c change
	if known {
		var err error
		if c, err = on.change(sh.getenv); err != nil {
			return on, c, withHint(fmt.Errorf("ci: %w", err), "give the base with --base")
		}
	}
	if o.base != "" {
		c.Base, c.Target, c.Nothing = o.base, "", false
	}
	if o.head != "" {
		c.Head = o.head
	}
	if c.Head == "" {
		c.Head = "HEAD"
	}
	return on, c, nil
}

// ranges lists what to try: against the base that the platform tells, else
// against the branch that the change is for.
func (c change) ranges() []string {
	var all []string
	for _, base := range []string{c.Base, c.Target} {
		switch {
		case base == "":
		case base == c.Target:
			all = append(all, "refs/remotes/origin/"+base+".."+c.Head, "refs/heads/"+base+".."+c.Head)
		default:
			all = append(all, base+".."+c.Head)
		}
	}
	return all
}

// scan scans the first range whose base is here. A base that only the platform's
// shallow clone lacks is an error; one that is gone for good (the branch was
// pushed by force) is not. Without any, the whole history is scanned.
func (o *ciOptions) scan(ctx context.Context, sh shell, path string, on platform, c change) (r *report.Report, revs string, err error) {
	for _, revs := range c.ranges() {
		r, err := o.scanRange(ctx, sh, path, revs)
		unknown, ok := errors.AsType[*git.UnknownRevisionError](err)
		switch {
		case !ok && err != nil:
			return nil, "", err
		case !ok:
			return r, revs, nil
		case unknown.Shallow:
			return nil, "", withHint(fmt.Errorf("ci: the clone is shallow and lacks %s", unknown.Revision), "%s", on.deepen)
		case unknown.Revision == c.Head || o.base != "":
			return nil, "", err
		}
	}
	sh.say("%s does not tell what the change is based on: the whole history is scanned", on.name)
	r, err = o.scanRange(ctx, sh, path, "")
	return r, "", err
}

// scanRange scans one range of commits; "" is the whole history.
func (o *ciOptions) scanRange(ctx context.Context, sh shell, path, revs string) (*report.Report, error) {
	source, err := o.options()
	if err != nil {
		return nil, err
	}
	source.Range, source.HistoryOnly = revs, revs == ""
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return nil, misuse(fmt.Sprintf("ci: %q is a file", path), "name the repository, and use --include for a part of it")
	}
	collector := report.NewCollector(o.look(sh))
	j := job{paths: []string{path}, source: source, reading: o.reading, baseline: o.baseline, show: o.show()}
	if _, err := j.do(ctx, sh, collector); err != nil {
		return nil, err
	}
	return collector.Report(), nil
}
