package main

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

type diffOptions struct {
	*vaultFlags
	placeFlags
	from, to, with, format string
}

func newSecretDiff(sh shell, v *vaultFlags) *cobra.Command {
	o := diffOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "Compare two points of an environment, or two environments",
		Long: `Says which secrets were added, removed or changed between two points of an environment,
or from one environment to another, and whether their values are the same. Values are
compared, which the log says, and never shown.`,
		Example: `  secretsweep secret diff -e prod --from 2026-03-01
  secretsweep secret diff -e prod --from 12 --to 17
  secretsweep secret diff -e dev --with prod`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "what it was `then`: a revision of the environment, a day, or a time ago such as 2d")
	f.StringVar(&o.to, "to", "", "the later `point` (default now)")
	f.StringVar(&o.with, "with", "", "another `environment` of the project")
	registerTableFormat(cmd, &o.format)
	f.SortFlags = false
	return cmd
}

// differenceRow is a difference in a list, and its JSON form.
type differenceRow struct {
	Name   string           `json:"name"`
	From   int              `json:"from_version"` // 0 for none
	To     int              `json:"to_version"`   // 0 for none
	Values vault.Comparison `json:"values"`
}

func (o *diffOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	var from, to vault.Side
	now := time.Now()
	switch {
	case (o.from == "") == (o.with == ""):
		return misuse("one of --from and --with has to say what is compared", "--from is an earlier point, and --with another environment")
	case o.with != "" && o.to != "":
		return misuse("--with and --to make no sense together", "leave one of them out")
	}
	if from.Point, err = parsePoint("--from", o.from, now); err != nil {
		return err
	}
	if to.Point, err = parsePoint("--to", o.to, now); err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if from.Pattern, err = o.of(sh, d); err != nil {
		return err
	}
	to.Pattern = from.Pattern
	to.Environment = cmp.Or(o.with, to.Environment)
	all, err := d.Diff(ctx, from, to)
	if err != nil {
		return err
	}
	rows := []differenceRow{}
	for _, one := range all {
		rows = append(rows, differenceRow(one))
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	if len(rows) == 0 {
		sh.say("there is no difference")
		return nil
	}
	before, after := cmp.Or(o.from, from.Environment), cmp.Or(o.to, o.with, "now")
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "NAME\t%s\t%s\tVALUES\n", before, after)
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.Name, versionOrDash(r.From), versionOrDash(r.To), r.Values)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	sh.say("%s from %s to %s", report.Plural(len(rows), "difference"), before, after)
	return nil
}

func versionOrDash(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint("version ", n)
}
