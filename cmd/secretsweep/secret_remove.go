package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/vault"
)

type removeOptions struct {
	*vaultFlags
	placeFlags
}

func newSecretRemove(sh shell, v *vaultFlags) *cobra.Command {
	o := removeOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:     "rm NAME…",
		Aliases: []string{"remove"},
		Short:   "Remove secrets; their versions stay, and rollback brings them back",
		Long: `Removes secrets, all that are named or none. Their versions stay, and "secretsweep
secret rollback" brings them back.`,
		Example: `  secretsweep secret rm OLD_KEY -e dev
  secretsweep secret rm OLD_KEY OLDER_KEY -e dev`,
		Args: someNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, args))
		},
	}
	o.placeFlags.register(cmd)
	cmd.Flags().SortFlags = false
	return cmd
}

// someNames is the argument check of commands that take one name or more.
func someNames(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return misuse(fmt.Sprintf("%q needs a name", cmd.CommandPath()), fmt.Sprintf("it is used as %q", cmd.UseLine()))
}

func (o *removeOptions) run(ctx context.Context, sh shell, names []string) (err error) {
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	refs := make([]vault.Ref, len(names))
	for i, name := range names {
		if refs[i], err = o.ref(sh, d, name); err != nil {
			return err
		}
	}
	if err := d.Remove(ctx, refs...); err != nil {
		return err
	}
	for _, ref := range refs {
		fmt.Fprintf(sh.stdout, "%s: removed\n", ref)
	}
	return nil
}

type destroyOptions struct {
	*vaultFlags
	placeFlags
	version int
	yes     bool
}

func newSecretDestroy(sh shell, v *vaultFlags) *cobra.Command {
	o := destroyOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "destroy NAME",
		Short: "Make a secret's values unreadable for everyone, for good",
		Long: `Makes a secret's values, or that of one version, unreadable for everyone, for good:
the value and its key are taken out of the vault, whose files are then written anew
without them. The history goes on to say that they were there.

Out of its reach are backups, bundles, copies of the vault's folder, snapshots of the
file system, and whatever has read the value. A value that leaked is to be replaced
where it is used, too.`,
		Example: `  secretsweep secret destroy OLD_KEY -e prod
  secretsweep secret destroy API_KEY -e prod --version 3
  secretsweep secret destroy OLD_KEY -e prod --yes`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd.Context(), sh, cmd, args[0]))
		},
	}
	o.placeFlags.register(cmd)
	f := cmd.Flags()
	f.IntVar(&o.version, "version", 0, "this `version` only (default all of them)")
	f.BoolVarP(&o.yes, "yes", "y", false, "don't ask")
	f.SortFlags = false
	return cmd
}

func (o *destroyOptions) run(ctx context.Context, sh shell, cmd *cobra.Command, name string) (err error) {
	if cmd.Flags().Changed("version") && o.version < 1 {
		return misuse(fmt.Sprintf("--version %d is no version", o.version), `"secretsweep secret history" lists them`)
	}
	if err := vault.CheckName(name); err != nil {
		return withHint(fmt.Errorf("%q: %w", name, err), "a name is such as DATABASE_URL")
	}
	if err := o.confirm(ctx, sh, name); err != nil {
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
	gone, err := d.Destroy(ctx, ref, o.version)
	for _, n := range gone {
		fmt.Fprintf(sh.stdout, "%s: version %d is destroyed\n", ref, n)
	}
	if err != nil {
		return err
	}
	if len(gone) == 0 {
		sh.say("%s: there was nothing left to destroy", ref)
		return nil
	}
	sh.say("backups, bundles and copies of the vault's folder are out of reach, and so is whatever has read it")
	return nil
}

// confirm asks for the name of what is to be destroyed.
func (o *destroyOptions) confirm(ctx context.Context, sh shell, name string) error {
	if o.yes {
		return nil
	}
	what, at := "All versions", o.place(sh)
	if o.version > 0 {
		what = fmt.Sprint("Version ", o.version)
	}
	where := ""
	if at.Project != "" {
		where += " of project " + at.Project
	}
	if at.Environment != "" {
		where += " in " + at.Environment
	}
	ok, err := sh.confirmName(fmt.Sprintf("%s of %s%s will be unreadable for good.", what, name, where), name, ctx.Done())
	switch {
	case errors.Is(err, errNobody):
		return withHint(fmt.Errorf("destroy %s: %w", name, err), "--yes destroys it without asking")
	case err != nil:
		return err
	case !ok:
		return withHint(fmt.Errorf("destroy %s: it was not confirmed, and nothing was destroyed", name), "type the name as it stands there")
	}
	return nil
}
