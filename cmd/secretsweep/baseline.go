package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/baseline"
	"github.com/secretsweep/secretsweep/scanner/report"
)

func newBaseline(sh shell) *cobra.Command {
	var o baselineOptions
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Keep a list of the leaks that are known, so that only new ones fail",
		Long: `Keeps a list of the leaks that are known, so that only new ones fail.

The list is .secretsweep-baseline.json at the top of the repository, and is meant
for git: it holds fingerprints, and only those of values that tracked files or
history hold anyway. Scans take it into account where it exists.`,
		Example: `  secretsweep baseline create      what is there now is known
  secretsweep baseline update      forget what is gone, take in what is new
  secretsweep baseline show`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVarP(&o.file, "baseline", "b", "", "the `file` (default "+baseline.File+" at the top of the repository)")
	sub := func(use, short string, do func(context.Context, shell, string) error) *cobra.Command {
		c := &cobra.Command{
			Use:     use + " [PATH]",
			Short:   short,
			Example: "  secretsweep baseline " + use,
			Args:    cobra.MaximumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return do(cmd.Context(), sh, pathOf(args))
			},
		}
		cmd.AddCommand(c)
		return c
	}
	create := sub("create", "Write down every leak that is there now", o.create)
	update := sub("update", "Write down what is there now, forget what is gone; reasons are kept", o.update)
	sub("show", "List what is known", o.show)
	for _, c := range []*cobra.Command{create, update} {
		o.reading.register(c)
	}
	return cmd
}

type baselineOptions struct {
	reading
	file string
}

// path is the baseline's file for what is scanned.
func (o *baselineOptions) path(scanned string) string {
	t := targetOf(scanned)
	return cmp.Or(o.file, t.find(baseline.File), filepath.Join(t.top(), baseline.File))
}

func (o *baselineOptions) create(ctx context.Context, sh shell, scanned string) error {
	path := o.path(scanned)
	if _, err := os.Lstat(path); err == nil {
		return withHint(fmt.Errorf("baseline: %q is there already", path), `"secretsweep baseline update" brings it up to date`)
	}
	return o.write(ctx, sh, scanned, path, nil)
}

func (o *baselineOptions) update(ctx context.Context, sh shell, scanned string) error {
	path := o.path(scanned)
	old, err := baseline.Read(path)
	if err != nil {
		return baselineHint(err)
	}
	return o.write(ctx, sh, scanned, path, old)
}

func (o *baselineOptions) write(ctx context.Context, sh shell, scanned, path string, old *baseline.Baseline) error {
	source, err := o.options()
	if err != nil {
		return err
	}
	var found findings
	j := job{paths: []string{scanned}, source: source, reading: o.reading, noBaseline: true, show: secret.Value.Mask}
	if old != nil {
		j.baseline = path // what is known is found again, however unsure it is
	}
	sum, err := j.do(ctx, sh, &found)
	if err != nil {
		return err
	}
	if len(found.problems) > 0 {
		for _, p := range found.problems {
			sh.say("not read: %s: %s", printable.Text(p.What), printable.Text(p.Err.Error()))
		}
		return withHint(errors.New("baseline: not everything could be read, so it is not written"), "what was not read would be reported as new later")
	}
	b := baseline.From(found.all, old)
	if err := replaceFile(path, b.Write); err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: %s\n", printable.Text(path), changes(old, b))
	if local := len(found.all) - len(b.Entries()); local > 0 {
		fmt.Fprintf(sh.stdout, "%s on this machine alone: not written down, because the file is meant for git\n", report.Plural(local, "secret"))
	}
	for _, c := range slices.Backward(rules.Confidences()) {
		if n := sum.Unsure[c]; n > 0 {
			fmt.Fprintf(sh.stdout, "%s of %s confidence: not written down; --confidence %s takes them in\n", report.Plural(n, "finding"), c, c)
		}
	}
	return nil
}

// changes says what an update did.
func changes(old, b *baseline.Baseline) string {
	now := len(b.Entries())
	if old == nil {
		return report.Plural(now, "known leak")
	}
	added := now
	for _, e := range b.Entries() {
		if old.Has(e.Fingerprint) {
			added--
		}
	}
	return fmt.Sprintf("%s, %d added, %d gone", report.Plural(now, "known leak"), added, len(old.Entries())-(now-added))
}

func (o *baselineOptions) show(_ context.Context, sh shell, scanned string) error {
	b, err := baseline.Read(o.path(scanned))
	if err != nil {
		return baselineHint(err)
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	entries := b.Entries()
	slices.SortStableFunc(entries, func(a, b baseline.Entry) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Path, b.Path))
	})
	for _, e := range entries {
		line := fmt.Sprintf("%s\t%s\t%s", e.Fingerprint, printable.Text(e.Rule), printable.Text(e.Path))
		if e.Reason != "" {
			line += "\t" + printable.Text(e.Reason)
		}
		fmt.Fprintln(w, line)
	}
	return w.Flush()
}

func baselineHint(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return withHint(err, `"secretsweep baseline create" makes one`)
	case errors.Is(err, baseline.ErrGitleaks):
		return withHint(err, "--baseline-path takes it as it is; to change over, make a new one")
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return err
	}
	return withHint(err, "mend the line; where a merge left marks, keep the entries of both sides")
}

// findings keeps what a scan found.
type findings struct {
	all      []scanner.Finding
	problems []scanner.Problem
}

var _ scanner.Sink = (*findings)(nil)

func (f *findings) Problem(p scanner.Problem) error   { f.problems = append(f.problems, p); return nil }
func (f *findings) Finding(x scanner.Finding) error   { f.all = append(f.all, x); return nil }
func (f *findings) Reference(scanner.Reference) error { return nil }
func (f *findings) Done(scanner.Summary) error        { return nil }
