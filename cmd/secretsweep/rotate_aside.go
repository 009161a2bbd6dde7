package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/vault/rotation"
)

func newRotateAccept(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateFlags{vaultFlags: v}
	var until, reason string
	cmd := &cobra.Command{
		Use:   "accept RECORD",
		Short: "Leave a value as it is until a day, for a reason",
		Long: `Leaves a value as it is until a day, for a reason. After that day the record is open
again.`,
		Example: `  secretsweep rotate accept STRIPE_KEY --until 30d --reason "the account is closed next month"`,
		Args:    oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return errNoReason()
			}
			if until == "" {
				return withHint(errors.New("the day until which it may stay is missing"), "say it with --until, such as 30d")
			}
			end, err := parseEnd("--until", until)
			if err != nil {
				return err
			}
			return rotateHint(o.change(cmd.Context(), sh, args[0], only(rotation.Step{Act: rotation.Accept, Until: end, Reason: reason})))
		},
	}
	o.register(cmd)
	f := cmd.Flags()
	f.StringVar(&until, "until", "", "`when` that ends: a day, or a time from now such as 30d")
	f.StringVar(&reason, "reason", "", "`why` it may stay")
	return cmd
}

func newRotateDismiss(sh shell, v *vaultFlags) *cobra.Command {
	return newRotateFor(sh, v, rotation.Dismiss, "why it is no secret", &cobra.Command{
		Use:   "dismiss RECORD",
		Short: "Say that a value is no secret",
		Long: `Says that a value is no secret, which sets its record aside. To keep later scans from
finding it, see "secretsweep explain".`,
		Example: `  secretsweep rotate dismiss 1a2b3c4d --reason "the example key of the documentation"`,
	})
}

func newRotateReopen(sh shell, v *vaultFlags) *cobra.Command {
	return newRotateFor(sh, v, rotation.Reopen, "why it isn't over", &cobra.Command{
		Use:   "reopen RECORD",
		Short: "Open a record again that was closed or set aside",
		Long: `Opens a record again that was closed, accepted or dismissed. A scan that comes upon the
value at a new place, and a provider's answer that it works, do so by themselves.`,
		Example: `  secretsweep rotate reopen STRIPE_KEY --reason "calls with the old key in the provider's log"`,
	})
}

// newRotateFor completes a command that makes one step for a reason, and takes nothing else.
func newRotateFor(sh shell, v *vaultFlags, act rotation.Act, why string, cmd *cobra.Command) *cobra.Command {
	o := rotateFlags{vaultFlags: v}
	var reason string
	cmd.Args = oneArgument
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if strings.TrimSpace(reason) == "" {
			return errNoReason()
		}
		return rotateHint(o.change(cmd.Context(), sh, args[0], only(rotation.Step{Act: act, Reason: reason})))
	}
	o.register(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "`text` that says "+why)
	return cmd
}
