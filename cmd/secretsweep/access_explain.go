package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

type accessExplainOptions struct {
	*vaultFlags
	placeFlags
	format string
}

func newAccessExplain(sh shell, v *vaultFlags) *cobra.Command {
	o := accessExplainOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "explain [SECRET]",
		Short: "Say who can read a secret, or an environment, and by which grant",
		Example: `  secretsweep access explain DATABASE_URL -e prod
  secretsweep access explain -p web -e prod -f json`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, strings.Join(args, "")))
		},
	}
	o.placeFlags.register(cmd)
	registerTableFormat(cmd, &o.format)
	return cmd
}

func (o *accessExplainOptions) run(ctx context.Context, sh shell, name string) (err error) {
	if err := checkTableFormat(o.format); err != nil {
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
	members, err := d.Members(ctx)
	if err != nil {
		return err
	}
	rows, err := explainRows(ctx, d, at, name)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tKIND\tROLE\tBY GRANT\tUNTIL\tGRANTED BY")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s of %s\t%s\t%s\n", printable.Text(r.Name), kindOf(r.Kind), printable.Text(r.what()),
			r.Grant.ID, printable.Text(r.Grant.On), orDash(moment(r.Grant.Until)), printable.Text(r.Grant.By))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	sh.sayHeld(members, at)
	return nil
}

// explainRows gives who can read a secret, or anything of an environment for no name.
func explainRows(ctx context.Context, d *door, at vault.Pattern, name string) ([]accessRow, error) {
	if name == "" {
		return accessRows(ctx, d, []vault.Pattern{at})
	}
	readings, err := d.Explain(ctx, vault.Ref{Project: at.Project, Environment: at.Environment, Name: name})
	if err != nil {
		return nil, err
	}
	rows := []accessRow{}
	for _, r := range readings {
		row := accessRow{r.Name, r.Kind, at.Project, at.Environment, r.Role, []string{}, grantRowOf(r.Grant)}
		if r.Grant.Secrets > 0 {
			row.Secrets = append(row.Secrets, name)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// sayHeld names those who are refused because their time is past, and still hold keys.
func (sh shell) sayHeld(members []vault.Member, at vault.Pattern) {
	now := time.Now()
	past := func(t time.Time) bool { return !t.IsZero() && !now.Before(t) }
	for _, m := range members {
		for _, g := range m.Grants {
			if !m.Gone && g.Covers(at) && (past(g.Until) || past(m.Until)) {
				sh.say("%s holds keys still, by grant %s, which is past its time: the program refuses them; revoking it makes new keys", printable.Text(m.Name), g.ID)
			}
		}
	}
}
