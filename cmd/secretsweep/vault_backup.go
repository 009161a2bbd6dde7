package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
)

type backupOptions struct {
	*vaultFlags
	file  string
	force bool
}

func newVaultBackup(sh shell, v *vaultFlags) *cobra.Command {
	o := backupOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all of a vault to one file, which its owners can open",
		Long: `Writes all of a vault, with its history and its audit log, to one file. The file is
encrypted: the owners of the whole vault can open it, and the recovery key. It takes an
owner to make one.`,
		Example: `  secretsweep vault backup vault.backup
  secretsweep vault backup /mnt/backups/$(date +%F).backup
  secretsweep vault restore vault.backup      the other way`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	cmd.Flags().BoolVar(&o.force, "force", false, "replace the file if it is there")
	return cmd
}

func (o *backupOptions) run(ctx context.Context, sh shell) (err error) {
	out, err := openPrivate(o.file, o.force)
	if err != nil {
		return err
	}
	defer out.Discard()
	d, err := o.open(ctx, sh)
	if err != nil {
		return err
	}
	defer d.close(ctx, &err)
	if err := d.Backup(ctx, out); err != nil {
		return err
	}
	members, err := d.Members(ctx)
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "%s: a backup of the vault, which can be opened by %s\n", printable.Text(o.file), names(ownersOf(members)))
	return nil
}

// ownersOf gives the names of those who own all of a vault.
func ownersOf(members []vault.Member) []string {
	var all []string
	for _, m := range members {
		for _, g := range m.Grants {
			if !m.Gone && g.Role == vault.Owner && g.Pattern == everything {
				all = append(all, m.Name)
				break
			}
		}
	}
	return all
}

// everything is the pattern of a whole vault.
var everything = vault.Pattern{Project: "*", Environment: "*"}

// openPrivate checks where a file can be written that is for its owner alone, and that
// it doesn't replace one unless it may.
func openPrivate(path string, replaces bool) (*output, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("output: %w", err)
	case !replaces:
		return nil, withHint(fmt.Errorf("there is a %q already", path), "name another file, or replace this one with --force")
	case info.Mode().IsRegular():
		// The file that takes its place has its mode.
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, fmt.Errorf("output: %w", err)
		}
	}
	return openOutput(path, nil, true)
}
