package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/vault/rotation"
)

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
	case strings.TrimSpace(o.reason) == "":
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
