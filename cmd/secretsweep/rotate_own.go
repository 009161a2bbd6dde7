package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

type rotateOwnOptions struct {
	rotateFlags
	due        string
	revokeOnly bool
	decided    bool // revokeOnly was given
}

func newRotateOwn(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateOwnOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "own RECORD [NAME]",
		Short: "Say who looks after a record, and by when the old value is to be dead",
		Long: `Says who of the vault looks after a record: you, if nobody is named. Without --due, the
policy says by when the old value is to be dead.

With --revoke-only nothing needs the value, so that it gets no successor; it can be taken
back with --revoke-only=false as long as nothing was done.`,
		Example: `  secretsweep rotate own STRIPE_KEY
  secretsweep rotate own STRIPE_KEY bob --due 3d
  secretsweep rotate own 1a2b3c4d --revoke-only`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.decided = cmd.Flags().Changed("revoke-only")
			owner := ""
			if len(args) > 1 {
				owner = args[1]
			}
			return rotateHint(o.run(cmd.Context(), sh, args[0], owner))
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.due, "due", "", "`when` the old value is to be dead: a day, or a time from now such as 30d")
	f.BoolVar(&o.revokeOnly, "revoke-only", false, "nothing needs the value: it is only to be revoked")
	return cmd
}

func (o *rotateOwnOptions) run(ctx context.Context, sh shell, name, owner string) error {
	due, err := parseEnd("--due", o.due)
	if err != nil {
		return err
	}
	way := rotation.Rotate
	if o.revokeOnly {
		way = rotation.RevokeOnly
	}
	return o.change(ctx, sh, name, func(r *rotating, now *rotation.Record) ([]rotation.Step, error) {
		if owner == "" {
			owner = r.Self()
		}
		if err := checkOwner(ctx, r.door, owner); err != nil {
			return nil, err
		}
		var steps []rotation.Step
		if now.Way == "" || o.decided && now.Way != way {
			steps = append(steps, rotation.Step{Act: rotation.Triage, Way: way})
		}
		return append(steps, rotation.Step{Act: rotation.Own, Owner: owner, Due: due}), nil
	})
}

// checkOwner makes sure that a person of the vault is named.
func checkOwner(ctx context.Context, d *door, name string) error {
	m, err := memberOf(ctx, d, name)
	switch {
	case err != nil:
		return err
	case m.Gone:
		return fmt.Errorf("%s has left", printable.Text(name))
	case m.Kind != vault.Person:
		return misuse(name+" is no person", "name somebody who can look after it")
	}
	return nil
}
