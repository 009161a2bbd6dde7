package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/vault"
)

// transferOptions are those of move and copy.
type transferOptions struct {
	*vaultFlags
	placeFlags
	toProject, toEnv string
}

func (o *transferOptions) register(cmd *cobra.Command) {
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.toEnv, "to-env", "", "to this `environment` (default the same)")
	f.StringVar(&o.toProject, "to-project", "", "to this `project` (default the same)")
	f.SortFlags = false
}

func newSecretMove(sh shell, v *vaultFlags) *cobra.Command {
	o := transferOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:     "move FROM [TO]",
		Aliases: []string{"mv"},
		Short:   "Give a secret another name, or move it to another environment",
		Long: `Gives a secret another name, or moves it to another environment. Within an environment
its history goes with it; to another one only its current value does, and the history
stays with what was removed.`,
		Example: `  secretsweep secret move DB_PASS DATABASE_PASSWORD -e dev
  secretsweep secret move API_KEY -e dev --to-env staging
  secretsweep secret move API_KEY BILLING_KEY -e dev --to-project billing`,
		Args: o.check,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args, (*vault.Session).Move))
		},
	}
	o.register(cmd)
	return cmd
}

func newSecretCopy(sh shell, v *vaultFlags) *cobra.Command {
	o := transferOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:     "copy FROM [TO]",
		Aliases: []string{"cp"},
		Short:   "Give a secret's current value to another one",
		Long: `Gives a secret's current value to another one, which must not have one. From then on
they have nothing to do with each other.`,
		Example: `  secretsweep secret copy API_KEY OTHER_KEY -e dev
  secretsweep secret copy SENTRY_DSN -e dev --to-env staging`,
		Args: o.check,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args, (*vault.Session).Copy))
		},
	}
	o.register(cmd)
	return cmd
}

// check is the argument check: a name may be left out where an environment is named.
func (o *transferOptions) check(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 2, len(args) == 1 && o.toProject+o.toEnv != "":
		return nil
	case len(args) == 1:
		return misuse(fmt.Sprintf("%q needs to know where to", cmd.CommandPath()), "give another name, or --to-env")
	}
	return misuse(fmt.Sprintf("%q takes one or two names, not %d", cmd.CommandPath(), len(args)), fmt.Sprintf("it is used as %q", cmd.UseLine()))
}

func (o *transferOptions) run(ctx context.Context, sh shell, names []string, transfer func(*vault.Session, context.Context, vault.Ref, vault.Ref) (int, error)) (err error) {
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	from, err := o.ref(sh, d, names[0])
	if err != nil {
		return err
	}
	to := vault.Ref{
		Project:     cmp.Or(o.toProject, from.Project),
		Environment: cmp.Or(o.toEnv, from.Environment),
		Name:        names[len(names)-1],
	}
	if to == from {
		return misuse("that is the same secret", "give another name, or --to-env")
	}
	n, err := transfer(d.Session, ctx, from, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: version %d\n", to, n)
	return nil
}
