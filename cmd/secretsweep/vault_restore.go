package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

type restoreOptions struct {
	*vaultFlags
	file, group               string
	replace, recovery, anyway bool
}

func newVaultRestore(sh shell, v *vaultFlags) *cobra.Command {
	o := restoreOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring back a vault from a backup, after checking all of it",
		Long: `Brings back a vault from a backup. It is unpacked beside the place where it belongs,
and all of it is checked, as "vault check" does; only then it takes its place.

What was done since the backup is lost. As a backup is older than what you have seen of
the vault, what you have seen is forgotten. The other users each have to accept it:
secretsweep vault check --accept.`,
		Example: `  secretsweep vault restore vault.backup
  secretsweep vault restore vault.backup --replace      the vault that is there is kept beside it
  secretsweep vault restore vault.backup --recovery     with the recovery key, without an identity`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.file = args[0]
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.replace, "replace", false, "put it in place of a vault, whose folder is kept with .old and the time at its end")
	f.BoolVar(&o.recovery, "recovery", false, "open it with the recovery key, which is asked for, or read from standard input")
	f.BoolVar(&o.anyway, "anyway", false, "bring it back although something is wrong with it, if it can be opened at all")
	f.StringVar(&o.group, "group", "", "let the members of this `group` of the system use the folder, too")
	f.SortFlags = false
	return cmd
}

func (o *restoreOptions) run(ctx context.Context, sh shell) error {
	dir, err := o.folder(sh)
	if err != nil {
		return err
	}
	backup, err := os.Open(o.file)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer backup.Close()
	there, err := o.there(dir)
	if err != nil {
		return err
	}
	me, err := o.identify(ctx, sh)
	if err != nil {
		return err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	fresh, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".restored-*")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer os.RemoveAll(fresh) // there is nothing left of it if it took its place
	found, err := o.unpack(ctx, sh, backup, &me, fresh)
	if err != nil {
		return err
	}
	if there {
		if err := sameVault(ctx, sh, dir, me); err != nil {
			return err
		}
	}
	kept, err := takePlace(fresh, dir, there, time.Now())
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := forgetSeen(sh, me.vaults[0]); err != nil {
		return fmt.Errorf("forget what was seen of the vault: %w", err)
	}
	fmt.Fprintf(sh.stdout, "%s: restored, with %s, and %d entries in the log\n", printable.Text(dir), report.Plural(found.Secrets, "secret"), found.Head.Size)
	if kept != "" {
		fmt.Fprintf(sh.stdout, "%s: what was there before\n", printable.Text(kept))
	}
	if found.lost != nil {
		sh.say("you had seen %s of the log: that is lost, and what was done by it", found.lost)
	}
	sh.say("what you had seen of the vault is forgotten; others who had seen more accept it with: secretsweep vault check --accept")
	return nil
}

// there tells whether there is a vault already, and whether it may be replaced.
func (o *restoreOptions) there(dir string) (bool, error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("restore: %w", err)
	case len(entries) == 0:
		return false, nil
	case !o.replace:
		return false, withHint(fmt.Errorf("there is something in %q already", dir), "--replace puts the backup in its place, and keeps it beside; --vault or $%s names another folder", vaultName)
	}
	return true, nil
}

// identify gives who opens the backup: the user, or who has the recovery key.
func (o *restoreOptions) identify(ctx context.Context, sh shell) (who, error) {
	if !o.recovery {
		return identify(ctx, sh)
	}
	token, err := sh.recoveryKey(ctx)
	return who{Identity: token.Identity, vaults: [][32]byte{token.Vault}}, err
}

// unpack makes a vault of the backup in a fresh folder, and checks it. Of the vaults that
// the identity knows it leaves the one.
func (o *restoreOptions) unpack(ctx context.Context, sh shell, backup *os.File, me *who, fresh string) (found inspection, err error) {
	options := storeOptions(sh)
	options.Group = o.group
	st, err := badger.Create(ctx, fresh, options)
	if err != nil {
		return found, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if _, err := vault.Restore(ctx, backup, me.Identity, st); err != nil {
		return found, restoreHint(err)
	}
	v, err := findVault(ctx, st, *me)
	if err != nil {
		return found, err
	}
	me.vaults = [][32]byte{v.ID()}
	check := sessionOptions(sh, v.ID(), *me)
	found, err = inspect(ctx, v, *me, leniently(sh, check), "", (*vault.Vault).Check)
	if err != nil {
		return found, restoreHint(err)
	}
	// That it is older than what was seen is the point. Another history isn't.
	found.Problems = slices.DeleteFunc(found.Problems, func(p vault.Problem) bool {
		_, back := errors.AsType[*audit.RolledBackError](p.Err)
		return back
	})
	if found.bad() {
		found.writeProblems(sh.stderr)
		if !o.anyway {
			return found, withHint(fmt.Errorf("the backup isn't sound: %s", report.Plural(len(found.Problems), "problem")), "take another one, or bring it back as it is with --anyway")
		}
	}
	return found, nil
}

// restoreHint adds to an error of a backup what to do about it.
func restoreHint(err error) error {
	if errors.Is(err, vault.ErrNotMember) {
		return withHint(err, "an owner of the vault can restore it, or whoever has the recovery key: --recovery")
	}
	if isDamage(err) || errors.Is(err, vault.ErrNoVault) {
		return withHint(err, "take another backup")
	}
	if _, ok := errors.AsType[hinted](err); ok {
		return err
	}
	return withHint(err, `a backup is what "secretsweep vault backup" writes; take another one if there is one`)
}

// sameVault makes sure that what is to be replaced is the same vault, as far as it can be
// read, and that nobody uses it just now.
func sameVault(ctx context.Context, sh shell, dir string, me who) error {
	st, err := badger.Open(ctx, dir, storeOptions(sh))
	if err != nil {
		return nil // no store, or one that can't be opened
	}
	id, err := vault.IDOf(ctx, st)
	closed := st.Close()
	if _, locked := errors.AsType[*store.LockedError](err); locked {
		return err
	}
	if err == nil && id != me.vaults[0] {
		return withHint(fmt.Errorf("the vault in %q is another one than the backup's", dir), "restore it elsewhere, with --vault")
	}
	if err == nil {
		return closed
	}
	return ctx.Err() // what is damaged is what a backup is for
}

// takePlace puts a folder in its place, and what is there aside; it says where.
func takePlace(fresh, dir string, there bool, now time.Time) (kept string, err error) {
	if !there {
		// An empty folder may be in the way.
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		return "", os.Rename(fresh, dir)
	}
	kept = dir + ".old-" + now.UTC().Format("20060102-150405")
	if _, err := os.Lstat(kept); err == nil {
		return "", fmt.Errorf("there is a %q already", kept)
	}
	if err := os.Rename(dir, kept); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, dir); err != nil {
		return "", errors.Join(err, os.Rename(kept, dir))
	}
	return kept, nil
}
