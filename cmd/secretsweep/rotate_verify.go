package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type rotateVerifyOptions struct {
	rotateFlags
	askFlags
	format   string
	all, yes bool
}

func newRotateVerify(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateVerifyOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "verify [RECORD…]",
		Short: "Ask providers whether old values still work",
		Long: `Asks providers whether old values still work: the value is sent to the host that its rule
names, over verified TLS, and to no other one that you don't allow. Which hosts are asked
about how many values is said before. Each answer is kept with its record: a value whose
provider refuses it is proven dead, and one that works is open again.

Unknown is an answer that proves nothing: nobody could be asked, or what they said may mean
anything. Without a RECORD all open ones are meant that somebody can be asked about.

The vault is closed while providers are asked. The exit status is 2 if no value works, as
far as is known, and one is unknown.`,
		Example: `  secretsweep rotate verify STRIPE_KEY
  secretsweep rotate verify --all                            also what is closed
  secretsweep rotate verify GIT_TOKEN --allow-host git.example.com
  secretsweep rotate verify --yes -f json`,
		Annotations: map[string]string{"finds": "an old value still works"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.run(cmd.Context(), sh, args))
		},
	}
	o.rotateFlags.register(cmd)
	f := cmd.Flags()
	registerTableFormat(cmd, &o.format)
	o.askFlags.register(f)
	f.BoolVar(&o.all, "all", false, "also records that are closed, or accepted")
	f.BoolVarP(&o.yes, "yes", "y", false, "don't ask you")
	return cmd
}

func (o *rotateVerifyOptions) run(ctx context.Context, sh shell, names []string) error {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	if o.all && len(names) > 0 {
		return misuse("--all means all records, and some are named", "leave one of them out")
	}
	if err := o.askFlags.check(); err != nil {
		return err
	}
	records, r, err := o.meant(ctx, sh, names)
	if err != nil {
		return err
	}
	client := o.client(r.rules)
	if len(names) == 0 {
		records = slices.DeleteFunc(records, func(one *rotation.Record) bool { return !o.wants(one, client) })
	}
	var creds []provider.Credential
	for _, one := range records {
		creds = append(creds, one.Credential())
	}
	if text := whom(client, creds); text != "" && len(names) == 0 && len(records) > 1 {
		if err := sh.sure(ctx, o.yes, "Ask "+text+"?"); err != nil {
			return err
		}
	}
	sayWhom(sh, client, creds)
	all := answers(ctx, client, creds, newProgress(sh))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now, fault := o.keep(ctx, sh, r, client, records, all)
	if fault == nil {
		records = now
		for i, one := range now {
			if one.Last != nil && client.Can(one.Rule) { // what the answer comes to for the record
				all[i].Verdict, all[i].Why = one.Last.Verdict, one.Last.Why
			}
		}
	}
	if err := o.write(sh, records, all); err != nil || fault != nil { // what was said is shown in any case
		return errors.Join(fault, err)
	}
	return statusOfAnswers(all)
}

// meant gives the records that are meant, each once. The vault is closed again: others may
// need it while somebody is asked.
func (o *rotateVerifyOptions) meant(ctx context.Context, sh shell, names []string) (records []*rotation.Record, r *rotating, err error) {
	r, err = o.enter(ctx, sh)
	if err != nil {
		return nil, nil, err
	}
	defer r.close(ctx, &err)
	all, err := r.records(ctx)
	if err != nil || len(names) == 0 {
		return all, r, err
	}
	for _, name := range names {
		one, err := rotation.Pick(all, name)
		if err != nil {
			return nil, nil, err
		}
		if !slices.Contains(records, one) {
			records = append(records, one)
		}
	}
	return records, r, nil
}

// wants tells whether a record is meant where none is named.
func (o *rotateVerifyOptions) wants(r *rotation.Record, c *provider.Client) bool {
	return c.Can(r.Rule) && (r.State.Open() || o.all && r.State != rotation.FalsePositive)
}

// keep writes answers into their records, and gives these as they are then. Where nobody knows
// how to ask, nobody was.
func (o *rotateVerifyOptions) keep(ctx context.Context, sh shell, before *rotating, c *provider.Client, records []*rotation.Record, all []provider.Answer) (_ []*rotation.Record, err error) {
	if len(records) == 0 {
		return nil, nil
	}
	r, err := o.reenter(ctx, sh, before)
	if err != nil {
		return nil, err
	}
	defer r.close(ctx, &err)
	return r.DoAll(ctx, records, func(now *rotation.Record) ([]rotation.Step, error) {
		i := slices.IndexFunc(records, func(one *rotation.Record) bool { return one.Leak.ID == now.Leak.ID })
		if !c.Can(now.Rule) {
			return nil, nil
		}
		return []rotation.Step{now.Heard(records[i].Credential(), all[i])}, nil
	})
}

// verdictRow is what is known of the value of a record, and its JSON form.
type verdictRow struct {
	ID      string           `json:"id"`
	Project string           `json:"project"`
	Title   string           `json:"title"`
	Verdict provider.Verdict `json:"verdict"`
	Why     string           `json:"why"`
	Host    string           `json:"host,omitempty"`
	State   rotation.State   `json:"state"` // of the record, since
}

func (o *rotateVerifyOptions) write(sh shell, records []*rotation.Record, all []provider.Answer) error {
	rows := []verdictRow{}
	table := [][]string{{"ID", "SECRET", "VERDICT", "WHY", "HOST"}}
	for i, r := range records {
		row := verdictRow{r.ID(), r.Project, r.Title(), all[i].Verdict, all[i].Why, all[i].Host, r.State}
		rows = append(rows, row)
		table = append(table, []string{row.ID, printable.Text(row.Title), string(row.Verdict), printable.Text(row.Why), orDash(printable.Text(row.Host))})
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	if len(rows) == 0 {
		sh.say("there is no record whose provider can be asked")
		return nil
	}
	width, _ := sh.terminal(sh.stdout)
	return writeFitted(sh.stdout, width, table, 3, 1, 4)
}

// statusOfAnswers is the end of asking: what works is known, whatever else isn't.
func statusOfAnswers(all []provider.Answer) error {
	has := func(verdicts ...provider.Verdict) bool {
		return slices.ContainsFunc(all, func(a provider.Answer) bool { return slices.Contains(verdicts, a.Verdict) })
	}
	switch {
	case has(provider.Live, provider.Restricted):
		return exitStatus(statusLeaks)
	case has(provider.Unknown):
		return exitStatus(statusError)
	}
	return nil
}
