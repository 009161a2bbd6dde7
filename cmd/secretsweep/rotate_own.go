package main

import (
	"context"
	"errors"
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

func newRotateStart(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateFlags{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "start RECORD",
		Short: "Take a record on, and see how its value is replaced",
		Long: `Takes a record on, unless somebody else looks after it already, and shows the whole
guide of its provider with the address of the page where the secret is managed.`,
		Example: `  secretsweep rotate start STRIPE_KEY`,
		Args:    oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.start(cmd.Context(), sh, args[0]))
		},
	}
	o.register(cmd)
	return cmd
}

func (o *rotateFlags) start(ctx context.Context, sh shell, name string) (err error) {
	r, err := o.enter(ctx, sh)
	if err != nil {
		return err
	}
	defer r.close(ctx, &err)
	record, err := r.record(ctx, name)
	if err != nil {
		return err
	}
	record, err = r.Do(ctx, record, func(now *rotation.Record) ([]rotation.Step, error) {
		switch {
		case !now.State.Open():
			return nil, withHint(fmt.Errorf("it is over: %s", now.State), "secretsweep rotate reopen %s --reason TEXT", now.ID())
		case now.Owner != "" && now.Way != "":
			return nil, nil
		}
		return now.Taking(r.Self(), rotation.Rotate), nil
	})
	if err != nil {
		return err
	}
	sh.say("%s looks after it", printable.Text(record.Owner))
	guide := rotation.GuideOf(r.rules, record)
	return writeNext(sh.stdout, record, guide, guide.Steps)
}

type rotateBlockOptions struct {
	rotateFlags
	reason string
	clear  bool
}

func newRotateBlock(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateBlockOptions{rotateFlags: rotateFlags{vaultFlags: v}}
	cmd := &cobra.Command{
		Use:   "block RECORD",
		Short: "Say why nothing can be done about a record, or that something can again",
		Example: `  secretsweep rotate block STRIPE_KEY --reason "waits for the provider's support"
  secretsweep rotate block STRIPE_KEY --clear`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.run(cmd.Context(), sh, args[0]))
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	f.StringVar(&o.reason, "reason", "", "`why` nothing can be done")
	f.BoolVar(&o.clear, "clear", false, "something can be done again")
	return cmd
}

func (o *rotateBlockOptions) run(ctx context.Context, sh shell, name string) error {
	step := rotation.Step{Act: rotation.Block, Reason: o.reason}
	switch {
	case o.clear && o.reason != "":
		return misuse("--clear and --reason make no sense together", "leave one of them out")
	case o.clear:
		step = rotation.Step{Act: rotation.Unblock}
	case o.reason == "":
		return errNoReason()
	}
	return o.change(ctx, sh, name, only(step))
}

// errNoReason is that a change takes a reason, and none was given.
func errNoReason() error {
	return withHint(errors.New("the reason is missing"), "say it with --reason; the log keeps it, so don't put a value there")
}

// only makes one step, wherever the record stands.
func only(step rotation.Step) func(*rotating, *rotation.Record) ([]rotation.Step, error) {
	return func(*rotating, *rotation.Record) ([]rotation.Step, error) { return []rotation.Step{step}, nil }
}
