package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

type listOptions struct {
	*vaultFlags
	placeFlags
	format  string
	at      string
	removed bool
}

func newSecretList(sh shell, v *vaultFlags) *cobra.Command {
	o := listOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the secrets of an environment, without their values",
		Example: `  secretsweep secret list -e dev
  secretsweep secret list -e prod --at 2026-03-01
  secretsweep secret list -e prod -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	registerTableFormat(cmd, &o.format)
	f.StringVar(&o.at, "at", "", "those that there were `then`: a revision of the environment, a day, or a time ago such as 2d")
	f.BoolVar(&o.removed, "removed", false, "also those that were removed, which \"secret rollback\" brings back")
	f.SortFlags = false
	return cmd
}

func (o *listOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	if o.at != "" && o.removed {
		return misuse("--at and --removed make no sense together", "leave one of them out")
	}
	then, err := parsePoint("--at", o.at, time.Now())
	if err != nil {
		return err
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	at, err := o.of(sh, d)
	if err != nil {
		return err
	}
	all, err := d.ListAt(ctx, at.Project, at.Environment, then)
	if err != nil {
		return err
	}
	rows := []secretRow{}
	for _, l := range all {
		if l.Current > 0 || l.Blank() || o.removed {
			rows = append(rows, rowOf(l))
		}
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	if len(rows) == 0 {
		sh.say("there is no secret in %s", at)
		return nil
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	aliases := slices.ContainsFunc(rows, func(r secretRow) bool { return len(r.Aliases) > 0 })
	head := "NAME\tVERSION\tSINCE\tBY\tROTATE BY\tOWNER"
	if aliases {
		head += "\tALIASES"
	}
	fmt.Fprintln(w, head)
	for _, r := range rows {
		version := fmt.Sprint(r.Version)
		switch {
		case r.Blank:
			version = "to fill"
		case r.Version == 0:
			version = "removed"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s", r.Name, version, orDash(day(r.Since)), orDash(r.By), orDash(day(r.RotateBy)), orDash(printable.Text(r.Owner)))
		if aliases {
			fmt.Fprintf(w, "\t%s", orDash(strings.Join(r.Aliases, " ")))
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	sh.say("%s in %s", report.Plural(len(rows), "secret"), at)
	return nil
}

// secretRow is a secret in a list, and its JSON form.
type secretRow struct {
	Name        string    `json:"name"`
	Project     string    `json:"project"`
	Environment string    `json:"environment"`
	Version     int       `json:"version"`         // 0 for a removed one, and for one that is blank
	Blank       bool      `json:"blank,omitempty"` // it is still to get a value
	Since       time.Time `json:"since,omitzero"`
	By          string    `json:"by,omitempty"`
	Kind        string    `json:"kind,omitempty"`
	Owner       string    `json:"owner,omitempty"`
	Description string    `json:"description,omitempty"`
	RotateBy    time.Time `json:"rotate_by,omitzero"`
	Aliases     []string  `json:"aliases,omitempty"`
}

func rowOf(l vault.Listed) secretRow {
	r := secretRow{
		Name: l.Name, Project: l.Project, Environment: l.Environment, Version: l.Current,
		Kind: l.Kind, Owner: l.Owner, Description: l.Description, RotateBy: l.RotateBy, Aliases: l.Aliases, Blank: l.Blank(),
	}
	if l.Current > 0 {
		r.Since, r.By = l.Versions[l.Current-1].Created, l.Versions[l.Current-1].By
	}
	return r
}
