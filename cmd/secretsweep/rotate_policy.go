package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type rotatePolicyOptions struct {
	*vaultFlags
	format  string
	restore bool
}

func newRotatePolicy(sh shell, v *vaultFlags) *cobra.Command {
	o := rotatePolicyOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "policy [SUBJECT TEXT]",
		Short: "Show or change by when values are to be rotated",
		Long: `Shows by when values are to be rotated, or changes that for one subject, which takes an
owner of the vault:

  leaked.SEVERITY   how long a value that leaked may go on: critical, high, medium, low
  database          how long a password of a database may be in use
  key               how long anything else may
  provider.ID       how long what a provider issued may, such as provider.stripe
  certificate       how much of its life a certificate may use up, such as 67%`,
		Example: `  secretsweep rotate policy
  secretsweep rotate policy leaked.critical 1d
  secretsweep rotate policy provider.stripe 30d
  secretsweep rotate policy database --default`,
		Args: arguments(0, 2),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return policySubjects(new(rotation.Policy)), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.run(cmd.Context(), sh, args))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	registerTableFormat(cmd, &o.format)
	f.BoolVar(&o.restore, "default", false, "what holds for the subject where nobody says anything")
	return cmd
}

func policySubjects(p *rotation.Policy) []string {
	var all []string
	for _, line := range p.Lines() {
		all = append(all, line.Subject)
	}
	return all
}

// policyRow is what a policy says of a subject, and its JSON form.
type policyRow struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	Default bool   `json:"default"` // nobody said so
}

func (o *rotatePolicyOptions) run(ctx context.Context, sh shell, args []string) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	switch {
	case o.restore && len(args) != 1:
		return misuse("--default is for one subject, and says the time itself", "name the subject alone, such as database")
	case len(args) == 1 && !o.restore:
		return misuse("what the policy is to say of "+args[0]+" is missing", "write it behind, such as 30d, or give --default")
	}
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	text, err := d.Policy(ctx)
	if err != nil {
		return err
	}
	policy, err := rotation.ReadPolicy(text)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	if len(args) > 0 {
		if err := changePolicy(ctx, d, &policy, append(args, "")); err != nil {
			return err
		}
	}
	return o.write(sh, policy.Lines())
}

// changePolicy has a policy say a text of a subject; nothing, if that is empty.
func changePolicy(ctx context.Context, d *door, p *rotation.Policy, said []string) error {
	subject, text := said[0], said[1]
	if err := p.Set(subject, text); err != nil {
		if near := nearest(subject, policySubjects(p)); near != "" && near != subject {
			return withHint(err, "did you mean %s?", near)
		}
		return err
	}
	if id, is := strings.CutPrefix(subject, "provider."); is && text != "" {
		if err := checkProvider(id); err != nil {
			return err
		}
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return d.SetPolicy(ctx, data)
}

// checkProvider makes sure that there is a provider of that name.
func checkProvider(id string) error {
	set, err := rules.Builtin()
	if err != nil {
		return err
	}
	if _, known := set.Provider(id); known {
		return nil
	}
	var all []string
	for _, p := range set.Providers {
		all = append(all, p.ID)
	}
	err = fmt.Errorf("unknown provider %q", id)
	if near := nearest(id, all); near != "" {
		return withHint(err, "did you mean %s?", near)
	}
	return withHint(err, `"secretsweep rules list" shows them`)
}

func (o *rotatePolicyOptions) write(sh shell, lines []rotation.Line) error {
	rows := []policyRow{}
	for _, line := range lines {
		rows = append(rows, policyRow(line))
	}
	if o.format == "json" {
		return writeJSON(sh.stdout, rows)
	}
	w := tabwriter.NewWriter(sh.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SUBJECT\tTEXT\tSAID BY")
	for _, row := range rows {
		by := "an owner"
		if row.Default {
			by = "default"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", printable.Text(row.Subject), row.Text, by)
	}
	return w.Flush()
}
