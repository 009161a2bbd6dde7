package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

func newAccess(sh shell) *cobra.Command {
	var v vaultFlags
	cmd := &cobra.Command{
		Use:   "access",
		Short: "Say who may do what in a vault, and see why",
		Long: `Says who may do what in a vault. A reader reads values; a developer also sets them; a
maintainer also reads replaced ones and destroys them; an owner also grants.

A role is not a rule that the program checks, but keys: who has none can't open a value.`,
		Example: `  secretsweep access grant bob reader web/prod --until 30d
  secretsweep access revoke bob web/prod
  secretsweep access list                       everybody's role, everywhere
  secretsweep access explain DATABASE_URL -e prod
  secretsweep access seen bob                   which values bob has read, or could have`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	v.register(cmd)
	cmd.AddCommand(newAccessGrant(sh, &v), newAccessRevoke(sh, &v), newAccessList(sh, &v), newAccessExplain(sh, &v), newAccessSeen(sh, &v))
	return keeps(cmd)
}

func newAccessGrant(sh shell, v *vaultFlags) *cobra.Command {
	var until string
	cmd := &cobra.Command{
		Use:   "grant NAME ROLE PROJECT/ENVIRONMENT",
		Short: "Give somebody a role",
		Example: `  secretsweep access grant bob developer web/dev
  secretsweep access grant bob reader web/prod --until 30d
  secretsweep access grant carol owner '*/*'`,
		Args: arguments(3, 3),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return roleNames(), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			w, err := parseRight(args[1], args[2], until)
			if err != nil {
				return err
			}
			return vaultHint(grant(cmd.Context(), sh, v, args[0], w))
		},
	}
	cmd.Flags().StringVar(&until, "until", "", "until `when`: a day, or a time from now such as 90d (default no end)")
	return cmd
}

func grant(ctx context.Context, sh shell, v *vaultFlags, name string, w vault.Wanted) (err error) {
	d, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if err := d.Grant(ctx, name, w); err != nil {
		return d.whereHint(err)
	}
	end := ""
	if !w.Until.IsZero() {
		end = " until " + moment(w.Until)
	}
	fmt.Fprintf(sh.stdout, "%s: %s of %s%s\n", name, w.Role, w.Pattern, end)
	sh.sayProduction(d, []vault.Wanted{w})
	return nil
}

func newAccessRevoke(sh shell, v *vaultFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke NAME PROJECT/ENVIRONMENT",
		Short: "Take somebody's role away, and give new keys to what they can't read any more",
		Long: `Ends the grants that somebody has for exactly this PROJECT/ENVIRONMENT, and gives new
keys to what they can't read any more. What they have read stays read.

"secretsweep access list NAME" shows by which grants they have what.`,
		Example: `  secretsweep access revoke bob web/prod
  secretsweep access revoke bob '*/dev'`,
		Args: arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := vault.ParsePattern(args[1])
			if err != nil {
				return withHint(err, "write it as web/dev, web/*, */dev or */*")
			}
			return vaultHint(revoke(cmd.Context(), sh, v, args[0], p))
		},
	}
}

func revoke(ctx context.Context, sh shell, v *vaultFlags, name string, p vault.Pattern) (err error) {
	d, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	m, err := memberOf(ctx, d, name)
	if err != nil {
		return err
	}
	if m.Kind == vault.Machine {
		return misuse(name+" is a token, whose rights are fixed when it is made", `"secretsweep token revoke" ends it`)
	}
	if _, err := d.Revoke(ctx, name, p); err != nil {
		return err
	}
	if m, err = memberOf(ctx, d, name); err != nil {
		return err
	}
	rekeyed := environments(d, func(at vault.Pattern) bool { return p.Covers(at) && !holds(m, at) })
	fmt.Fprintf(sh.stdout, "%s: no role any more by %s\nnew keys:    %s\nstill reads: %s\n", printable.Text(name), p, listOf(rekeyed), listOf(m.Reads))
	if len(rekeyed) > 0 {
		sh.say(`what %s has seen stays seen: "secretsweep access seen %s" lists what to rotate`, name, name)
	}
	return nil
}

// environments gives the names of those that keep wants.
func environments(d *door, keep func(vault.Pattern) bool) []string {
	var all []string
	for _, at := range d.Environments() {
		if keep(at) {
			all = append(all, at.String())
		}
	}
	return all
}

// holds tells whether somebody has keys to an environment, or to something in it. They do,
// too, by a grant that is past its time and wasn't revoked.
func holds(m vault.Member, at vault.Pattern) bool {
	for _, g := range m.Grants {
		if g.Covers(at) {
			return true
		}
	}
	return false
}
