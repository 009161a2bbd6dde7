package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/vault"
)

type historyOptions struct {
	*vaultFlags
	placeFlags
	format string
}

func newSecretHistory(sh shell, v *vaultFlags) *cobra.Command {
	o := historyOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "history NAME",
		Short: "List a secret's versions, without their values",
		Long: `Lists a secret's versions, the newest first: who made each one, when, and who can read
it. Everyone with access reads the current one and those in their grace, maintainers
read those that were replaced, and nobody reads a destroyed one.`,
		Example: `  secretsweep secret history DATABASE_URL -e prod
  secretsweep secret history DATABASE_URL -e prod -f json`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args[0]))
		},
	}
	o.placeFlags.register(cmd)
	registerTableFormat(cmd, &o.format)
	cmd.Flags().SortFlags = false
	return cmd
}

// versionRow is a version in a list, and its JSON form.
type versionRow struct {
	Version  int         `json:"version"`
	State    vault.State `json:"state"`
	Created  time.Time   `json:"created"`
	By       string      `json:"by"`
	Revision int         `json:"revision"` // of the environment, when it was made
	Grace    time.Time   `json:"grace,omitzero"`
}

func (o *historyOptions) run(ctx context.Context, sh shell, name string) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	ref, err := o.ref(sh, d, name)
	if err != nil {
		return err
	}
	l, err := d.Look(ctx, ref)
	if err != nil {
		return err
	}
	var rows []versionRow
	for _, v := range slices.Backward(l.Versions) {
		rows = append(rows, versionRow{v.Number, v.State, v.Created.UTC(), v.By, v.Revision, v.Grace})
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "VERSION\tSTATE\tCREATED\tBY\tREVISION")
	for _, r := range rows {
		state := string(r.State)
		if r.State == vault.Grace {
			state += " until " + r.Grace.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\n", r.Version, state, r.Created.Format(time.RFC3339), r.By, r.Revision)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if l.Current == 0 {
		sh.say("%s was removed; \"secretsweep secret rollback\" brings it back", ref)
	}
	return nil
}

type rollbackOptions struct {
	*vaultFlags
	placeFlags
	to    int
	grace time.Duration
}

func newSecretRollback(sh shell, v *vaultFlags) *cobra.Command {
	o := rollbackOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "rollback NAME",
		Short: "Give a secret an earlier value again, or bring back one that was removed",
		Long: `Gives a secret the value of an earlier version, as a new version: the history stays as
it is. Without --to that is the value that was current before.`,
		Example: `  secretsweep secret rollback DATABASE_URL -e prod
  secretsweep secret rollback DATABASE_URL -e prod --to 3 --grace 1h`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, cmd, args[0]))
		},
	}
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	f.IntVar(&o.to, "to", 0, "the `version` whose value it gets (default the one that was current before)")
	f.DurationVar(&o.grace, "grace", 0, "how `long` everyone who can read it can still read the value that is replaced, such as 24h")
	f.SortFlags = false
	return cmd
}

func (o *rollbackOptions) run(ctx context.Context, sh shell, cmd *cobra.Command, name string) (err error) {
	if cmd.Flags().Changed("to") && o.to < 1 {
		return misuse(fmt.Sprintf("--to %d is no version", o.to), `"secretsweep secret history" lists them`)
	}
	if o.grace < 0 {
		return misuse("--grace is less than nothing", "give a time such as 24h")
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	ref, err := o.ref(sh, d, name)
	if err != nil {
		return err
	}
	n, err := d.Rollback(ctx, ref, o.to, o.grace)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: version %d\n", ref, n)
	return nil
}
