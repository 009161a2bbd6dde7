package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
)

type recoverOptions struct {
	*vaultFlags
	name    string
	replace bool
}

func newVaultRecover(sh shell, v *vaultFlags) *cobra.Command {
	o := recoverOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "recover",
		Short: "Make a new identity with the recovery key, where yours was lost",
		Long: `Asks for the recovery key that "vault init" showed, makes a new identity for you, and
adds it to the vault as an owner of everything. The key can come from standard input;
it is never an argument.

The lost identity keeps its rights until "secretsweep offboard" takes it away. The
recovery key stays valid.`,
		Example: `  secretsweep vault recover --name alice-2
  secretsweep vault recover --name alice-2 --replace     the old identity file is there, and of no use`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.name, "name", "", "the new identity's `name` in the vault, which nobody there has (required)")
	f.BoolVar(&o.replace, "replace", false, "put the new identity in place of one that is there, which is kept beside it with .old at its end")
	f.SortFlags = false
	return cmd
}

func (o *recoverOptions) run(ctx context.Context, sh shell) (err error) {
	if err := vault.CheckLabel(o.name); err != nil {
		return withHint(fmt.Errorf("--name %q: %w", o.name, err), "give the new identity a name that nobody in the vault has, such as --name alice-2")
	}
	path, err := identityFile(sh)
	if err != nil {
		return err
	}
	old, err := o.makeWay(path)
	if err != nil {
		return err
	}
	recovery, err := sh.recoveryKey(ctx)
	if err != nil {
		return err
	}
	st, err := o.openStore(ctx, sh)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	v, err := vault.Open(ctx, st, recovery.Vault)
	if err != nil {
		return err
	}
	options := sessionOptions(sh, recovery.Vault, who{Identity: recovery.Identity})
	options.Recall, options.Remember = nil, nil // the key was never here, and nothing of it stays
	s, err := v.Session(ctx, recovery.Identity, options)
	if err != nil {
		return recoveryHint(err)
	}
	me := identity.Contents{Name: o.name, Identity: identity.New(), Vaults: [][32]byte{recovery.Vault}}
	err = o.add(ctx, s, me, path, old)
	if err := errors.Join(err, s.Close(ctx)); err != nil {
		return err
	}
	if err := accept(ctx, sh, v, who{Identity: me.Identity}); err != nil {
		return fmt.Errorf("open the vault with the new identity: %w", err)
	}
	fmt.Fprintf(sh.stdout, "you are:  %s, an owner of everything\nidentity: %s\n", o.name, printable.Text(path))
	if old != "" {
		fmt.Fprintf(sh.stdout, "the old:  %s, which you may need for other vaults\n", printable.Text(old))
	}
	sh.say(`the identity that was lost has its rights still: "secretsweep user list" shows who there is, "secretsweep offboard NAME" takes it away`)
	sh.say(`the new one has no passphrase: "secretsweep vault passphrase" gives it one; the recovery key stays valid, and secret`)
	return nil
}

// makeWay says where an identity file is to be moved that is there, "" if none is.
func (o *recoverOptions) makeWay(path string) (string, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if _, err := identity.ReadFile(path); err == nil && !o.replace {
		return "", withHint(fmt.Errorf("there is an identity in %q", path),
			"--replace makes a new one, and keeps this one as %s; $%s names another file", path+".old", identityName)
	}
	old := path + ".old"
	if _, err := os.Lstat(old); err == nil {
		return "", withHint(fmt.Errorf("there is a %q already", old), "move it elsewhere: it may have keys that are needed")
	}
	return old, nil
}

// add saves an identity and makes it an owner of the vault. What fails leaves the old
// identity file in its place.
func (o *recoverOptions) add(ctx context.Context, s *vault.Session, me identity.Contents, path, old string) (err error) {
	if old != "" {
		if err := os.Rename(path, old); err != nil {
			return fmt.Errorf("keep the old identity: %w", err)
		}
	}
	defer func() {
		if err == nil {
			return
		}
		if old != "" {
			err = errors.Join(err, os.Rename(old, path))
		} else {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}()
	// The keys are safe on disk before the vault has them for an owner's.
	if err := me.Save(path, identity.None, nil); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	err = s.AddPerson(ctx, o.name, me.Identity.Public(), []vault.Wanted{{Pattern: everything, Role: vault.Owner}})
	if _, ok := errors.AsType[*vault.ExistsError](err); ok {
		return withHint(err, "give the new identity another name, such as --name %s-2, and take the old one away later", o.name)
	}
	return err
}

// recoveryKey asks for a recovery key, or reads it from standard input.
func (sh shell) recoveryKey(ctx context.Context) (identity.Token, error) {
	if _, ok := sh.asked(); ok {
		return sh.askRecoveryKey(ctx)
	}
	const most = 4096
	data, err := io.ReadAll(io.LimitReader(sh.stdin, most))
	if err != nil {
		return identity.Token{}, fmt.Errorf("recovery key: %w", err)
	}
	defer clear(data)
	return parseRecovery(secret.New(data))
}

// askRecoveryKey asks for the lines of a recovery key, until they are one or an empty one
// is given.
func (sh shell) askRecoveryKey(ctx context.Context) (identity.Token, error) {
	const most = 20 // lines
	text := ""
	for range most {
		line, err := sh.ask("Recovery key, a line or several, and an empty one to give up", ctx.Done())
		if err != nil {
			return identity.Token{}, err
		}
		text += line + "\n"
		if token, err := identity.ParseRecovery(secret.New(text)); err == nil {
			return token, nil
		}
		if strings.TrimSpace(line) == "" {
			break
		}
	}
	return parseRecovery(secret.New(text))
}

func parseRecovery(text secret.Value) (identity.Token, error) {
	token, err := identity.ParseRecovery(text)
	if err != nil {
		return token, withHint(fmt.Errorf("recovery key: %w", err), `it begins with "ssrecovery1"; type it as "vault init" showed it, or give it on standard input`)
	}
	return token, nil
}

// recoveryHint says what it means that a recovery key doesn't open a vault.
func recoveryHint(err error) error {
	if errors.Is(err, vault.ErrNotMember) {
		return withHint(errors.New("the recovery key is no key of this vault, or not any more"), "--vault or $%s names another folder", vaultName)
	}
	return err
}
