package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type rotateDueOptions struct {
	rotateFlags
	format, within string
}

func newRotateDue(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateDueOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "due",
		Short: "List what is to have a new value by now, leaked or not",
		Long: `Lists what is to have a new value by now: records that are open, secrets whose time is
over by the policy or by what somebody said of them, and certificates most of whose life
is over. "!" marks what is overdue.`,
		Example: `  secretsweep rotate due
  secretsweep rotate due --within 14d            and what is due in the next two weeks
  secretsweep rotate due -f json`,
		Annotations: map[string]string{"finds": "something is due"},
		Args:        cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return rotateHint(o.run(cmd.Context(), sh))
		},
	}
	o.register(cmd)
	registerTableFormat(cmd, &o.format)
	cmd.Flags().StringVar(&o.within, "within", "", "also what is due before `then`: a day, or a time from now such as 14d")
	return cmd
}

// dueRow is something that is due, and its JSON form.
type dueRow struct {
	Due     time.Time `json:"due"`
	Overdue bool      `json:"overdue"`
	Why     string    `json:"why"`
	Title   string    `json:"title"`
	Record  string    `json:"record,omitempty"` // the ID of its record, if it leaked
	State   string    `json:"state,omitempty"`  // of that
	Secret  *refView  `json:"secret,omitempty"` // if it didn't leak
	Kind    string    `json:"kind,omitempty"`   // of that
	Owner   string    `json:"owner,omitempty"`
}

func (o *rotateDueOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	now := time.Now()
	by := now
	if o.within != "" {
		if by, err = parseEnd("--within", o.within); err != nil {
			return err
		}
	}
	r, err := o.enter(ctx, sh)
	if err != nil {
		return err
	}
	defer r.close(ctx, &err)
	records, err := r.records(ctx)
	if err != nil {
		return err
	}
	all, err := r.Due(ctx, records, r.readable())
	if err != nil {
		return err
	}
	rows := []dueRow{}
	for i := range all {
		if all[i].By.Before(by) {
			rows = append(rows, dueRowOf(&all[i], now))
		}
	}
	if err := o.write(sh, rows); err != nil || len(rows) == 0 {
		return err
	}
	return exitStatus(statusLeaks)
}

// readable gives the environments of the projects that are meant.
func (r *rotating) readable() []vault.Pattern {
	return slices.DeleteFunc(r.Environments(), func(at vault.Pattern) bool {
		return r.project != "*" && at.Project != r.project || !r.CanReadLeaks(at.Project)
	})
}

func dueRowOf(d *rotation.Due, now time.Time) dueRow {
	row := dueRow{Due: d.By.UTC(), Overdue: now.After(d.By), Why: d.Why, Owner: d.Owner()}
	if d.Record != nil {
		row.Title, row.Record, row.State = d.Record.Title(), d.Record.ID(), string(d.Record.State)
		return row
	}
	ref := refView(d.Secret.Ref)
	row.Title, row.Secret, row.Kind = d.Secret.Ref.String(), &ref, d.Secret.Kind
	return row
}

func (o *rotateDueOptions) write(sh shell, rows []dueRow) error {
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	if len(rows) == 0 {
		sh.say("nothing is due")
		return nil
	}
	table := [][]string{{"DUE", "SECRET", "WHY", "OWNER", "RECORD"}}
	overdue := 0
	for _, row := range rows {
		due := day(row.Due)
		if row.Overdue {
			overdue++
			due += "!"
		}
		table = append(table, []string{due, printable.Text(row.Title), printable.Text(row.Why), orDash(printable.Text(row.Owner)), orDash(row.Record)})
	}
	width, _ := sh.terminal(sh.stdout)
	if err := writeFitted(sh.stdout, width, table, 2, 1, 3); err != nil {
		return err
	}
	sh.say("%s due, %d overdue", report.Plural(len(rows), "value"), overdue)
	return nil
}
