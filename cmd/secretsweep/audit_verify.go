package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

type verifyOptions struct {
	*vaultFlags
	against, format string
}

func newAuditVerify(sh shell, v *vaultFlags) *cobra.Command {
	o := verifyOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify the log: that nothing in it was changed, put in or taken out",
		Long: `Verifies each entry of the log: that it is signed by someone who was there, and stands
in the log that its signer saw. What was cut off at the end is found by what you have
seen of the vault before, or by a checkpoint that was kept elsewhere. What is wrong
makes the exit status 2.

"secretsweep vault check" verifies the rest of the vault, too.`,
		Example: `  secretsweep audit verify
  secretsweep audit verify --against monday.checkpoint`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return damageHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.against, "against", "", "a `file` with a checkpoint: nothing that was there then may be missing")
	registerTableFormat(cmd, &o.format)
	f.SortFlags = false
	return cmd
}

func (o *verifyOptions) run(ctx context.Context, sh shell) (err error) {
	if err := checkTableFormat(o.format); err != nil {
		return err
	}
	v, me, st, err := o.find(ctx, sh)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	found, err := inspect(ctx, v, me, sessionOptions(sh, v.ID(), me), o.against, (*vault.Vault).VerifyLog)
	if err != nil {
		return err
	}
	if o.format == "json" {
		err = writeJSON(sh.stdout, found.json())
	} else {
		found.writeLog(sh.stdout)
		found.writeProblems(sh.stdout)
		_, err = fmt.Fprintln(sh.stdout, found.verdict())
	}
	if err == nil && found.bad() {
		err = exitStatus(statusError)
	}
	return err
}

func newAuditCheckpoint(sh shell, v *vaultFlags) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "checkpoint",
		Short: "Print a signed head of the log, to keep elsewhere",
		Long: `Prints the size of the log and a hash of all of it, signed by you. Kept elsewhere, it
proves later that nothing was removed or changed that was there: audit verify --against.
It tells nothing of what is in the log. Its form is https://c2sp.org/tlog-checkpoint.`,
		Example: `  secretsweep audit checkpoint --output monday.checkpoint
  secretsweep audit checkpoint | mail -s checkpoint audit@example.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(writeCheckpoint(cmd.Context(), sh, v, file))
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "write to this `file`, and not to standard output")
	return cmd
}

func writeCheckpoint(ctx context.Context, sh shell, v *vaultFlags, file string) (err error) {
	d, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	text, err := d.Checkpoint(ctx)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
	if file == "" {
		return write(sh.stdout)
	}
	if err := replaceFile(file, write); err != nil {
		return err
	}
	sh.say("%s: keep it where nobody who can write to the vault can change it", printable.Text(file))
	return nil
}
