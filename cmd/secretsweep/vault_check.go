package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

type checkOptions struct {
	*vaultFlags
	against, format string
	accept          bool
}

func newVaultCheck(sh shell, v *vaultFlags) *cobra.Command {
	o := checkOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Verify all of a vault: signatures, records, and that everything opens",
		Long: `Reads all of a vault. Each entry of the audit log has to be signed by someone who was
there; the store has to hold exactly what the log says; what you have keys to has to
open. What is wrong is named, and makes the exit status 2.

That the end of the log is missing, as after an old backup was put back, is found by
what you have seen of the vault before, or by a checkpoint that was kept elsewhere.
--accept says what is lost since, and goes on from what is there.`,
		Example: `  secretsweep vault check
  secretsweep vault check --against monday.checkpoint
  secretsweep vault check --accept            after a backup was put back
  secretsweep vault check -f json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return damageHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.against, "against", "", "a `file` with a checkpoint: nothing that was there then may be missing")
	f.BoolVar(&o.accept, "accept", false, "take the vault as it is for the one to go on from")
	registerTableFormat(cmd, &o.format)
	f.SortFlags = false
	return cmd
}

func (o *checkOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	if o.accept && o.against != "" {
		return misuse("--accept and --against make no sense together", "leave one of them out")
	}
	v, me, st, err := o.find(ctx, sh)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	options := sessionOptions(sh, v.ID(), me)
	if o.accept {
		options = leniently(sh, options)
	}
	found, err := inspect(ctx, v, me, options, o.against, (*vault.Vault).Check)
	if err != nil {
		return err
	}
	if o.accept {
		if err := accept(ctx, sh, v, me); err != nil {
			return fmt.Errorf("accept the vault as it is: %w", err)
		}
		found.accepted = true
	}
	if o.format == "json" {
		err = writeJSON(sh.stdout, found.json())
	} else {
		err = o.write(sh, found)
	}
	if err == nil && found.bad() {
		err = exitStatus(statusError)
	}
	return err
}

func (o *checkOptions) write(sh shell, found inspection) error {
	found.writeLog(sh.stdout)
	fmt.Fprintf(sh.stdout, "records:  %d, as the log has them\n", found.Records)
	fmt.Fprintf(sh.stdout, "opened:   %s, with %s\n", report.Plural(found.Secrets, "secret"), report.Plural(found.Values, "value"))
	if found.Leaks > 0 {
		fmt.Fprintf(sh.stdout, "leaks:    %s, with all that happened to them\n", report.Plural(found.Leaks, "leak"))
	}
	if found.Unopened > 0 {
		fmt.Fprintf(sh.stdout, "unopened: %s that you have no key to\n", report.Plural(found.Unopened, "environment"))
	}
	found.writeProblems(sh.stdout)
	_, err := fmt.Fprintln(sh.stdout, found.verdict())
	return err
}

// damageHint is vaultHint for the commands that look for damage themselves.
func damageHint(err error) error {
	if _, ok := errors.AsType[hinted](err); ok {
		return err
	}
	if isDamage(err) {
		return withHint(err, `"secretsweep vault restore" brings back a backup`)
	}
	return vaultHint(err)
}
