package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

type offboardOptions struct {
	*vaultFlags
	exposureFlags
	yes, noRecords bool
}

// newOffboard makes the command; v is nil where it stands at the top.
func newOffboard(sh shell, v *vaultFlags) *cobra.Command {
	o := offboardOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "offboard NAME",
		Short: "Take somebody's access away for good, and list what they may know",
		Long: `Takes somebody's access away for good: everything that they could reach gets new keys,
all of it or nothing, so that they open nothing that is written from then on. Then it
lists the values that they have seen, as the audit log has it, and apart the values
that they could have seen, in the order in which to rotate them. In the projects whose
maintainer you are it opens a record for each of them, which "secretsweep rotate" leads
on from: what they have seen is more urgent, and what is for production.

For somebody who has left already it prints the list again: what was rotated since is
not among what is to be rotated any more. It can be interrupted and run again at any
time.

The tokens that they made, and the people whom they let in, stay: they are listed, too.`,
		Example: `  secretsweep offboard bob
  secretsweep offboard bob --yes -o bob.json
  secretsweep offboard bob --no-records
  secretsweep access seen bob                   the list alone`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return vaultHint(o.run(cmd, sh, args[0]))
		},
	}
	o.exposureFlags.register(cmd)
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "don't ask")
	cmd.Flags().BoolVar(&o.noRecords, "no-records", false, "open no records of what they may know")
	if v == nil {
		o.vaultFlags = new(vaultFlags)
		o.vaultFlags.register(cmd)
		return keeps(cmd)
	}
	return cmd
}

func (o *offboardOptions) run(cmd *cobra.Command, sh shell, name string) error {
	out, err := o.destination(sh, cmd.Flags())
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := sh.sure(cmd.Context(), o.yes, fmt.Sprintf("Take %s's access away for good, and give new keys to all that they could reach?", printable.Text(name))); err != nil {
		return err
	}
	e, unrecorded, err := o.retire(cmd.Context(), sh, name)
	if err != nil {
		return err
	}
	return errors.Join(e.write(out, o.format), unrecorded)
}

// retire takes somebody's access away, unless they have none any more, and gives what they
// may know, and why no records of that were opened, if they should have been.
func (o *offboardOptions) retire(ctx context.Context, sh shell, name string) (e exposure, unrecorded, err error) {
	d, err := o.open(ctx, sh)
	if err != nil {
		return e, nil, err
	}
	defer d.close(ctx, &err)
	m, err := memberOf(ctx, d, name)
	if err != nil {
		return e, nil, err
	}
	if m.Gone {
		sh.say("%s has left already", printable.Text(name))
	} else {
		if err := d.Retire(ctx, name); err != nil {
			return e, nil, err
		}
		sh.say("%s has no access any more; new keys: %s", printable.Text(name), listOf(environments(d, func(at vault.Pattern) bool { return holds(m, at) })))
		if m.Kind == vault.Recovery {
			sh.say("the vault has no recovery key any more")
		}
	}
	e, err = exposureOf(ctx, d, name)
	if _, denied := errors.AsType[*vault.DeniedError](err); denied {
		err = withHint(err, `the access is gone all the same; an owner of the vault lists what they may know: "secretsweep access seen %s"`, name)
	}
	if err != nil || o.noRecords {
		return e, nil, err
	}
	if unrecorded = e.openRecords(ctx, sh, d); unrecorded != nil {
		unrecorded = withHint(fmt.Errorf("open records of what they may know: %w", unrecorded), `the access is gone all the same; "secretsweep offboard %s" tries again`, name)
	}
	return e, unrecorded, nil
}
