package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

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
