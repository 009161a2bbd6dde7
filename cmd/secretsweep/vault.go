package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

func newVault(sh shell) *cobra.Command {
	var o vaultFlags
	cmd := &cobra.Command{
		Use:   "vault",
		Short: "Keep secrets in one place, by role and environment, with a history of who read what",
		Long: `Keeps secrets in a vault: a folder on this machine, encrypted so that each person
and each machine opens what their role allows, and nothing else.

docs/vault.md is the tour, docs/security.md says what it protects against.`,
		Example: `  secretsweep vault init --project web       make a vault, with dev, staging and prod
  secretsweep secret set DATABASE_URL -e dev
  secretsweep run -e dev -- ./server         the program finds its secrets in its environment
  secretsweep vault status                   what is overdue, shared or odd`,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	o.register(cmd)
	cmd.AddCommand(
		newVaultInit(sh, &o),
		newVaultStatus(sh, &o),
		newVaultEnv(sh, &o),
		newVaultPassphrase(sh),
		newVaultRecover(sh, &o),
		newVaultBackup(sh, &o),
		newVaultRestore(sh, &o),
		newVaultCheck(sh, &o),
		newVaultBundle(sh, &o),
	)
	return keeps(cmd)
}

type initOptions struct {
	*vaultFlags
	name, project, group string
	environments         []string
	noRecovery           bool
}

func newVaultInit(sh shell, v *vaultFlags) *cobra.Command {
	o := initOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make a vault, and an identity to open it with",
		Long: `Makes a vault, your identity, and a first project with its environments.

The recovery key is shown once, and stored nowhere: write it down. With it a new
identity is made where the old one was lost; without either, nobody opens the vault.`,
		Example: `  secretsweep vault init --project web
  secretsweep vault init --project web --environments dev,prod --name alice
  secretsweep vault init --project web --vault /srv/secrets --group developers`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), sh) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.project, "project", "p", "", "the first `project`'s name (required)")
	f.StringSliceVar(&o.environments, "environments", []string{"dev", "staging", "prod"}, "its `environments`")
	f.StringVar(&o.name, "name", "", "your `name` in the vault (default the name you are logged in with)")
	f.StringVar(&o.group, "group", "", "let the members of this `group` of the system use the folder, too")
	f.BoolVar(&o.noRecovery, "no-recovery", false, "make no recovery key")
	f.SortFlags = false
	return cmd
}

func (o *initOptions) run(ctx context.Context, sh shell) error {
	if o.project == "" {
		return misuse("the first project needs a name", "give it with --project, such as --project web")
	}
	if o.name == "" {
		o.name = loginName()
	}
	path, err := identityFile(sh)
	if err != nil {
		return err
	}
	me, made, err := ownIdentity(ctx, sh, path, o.name)
	if err != nil {
		return err
	}
	there, err := o.found(ctx, sh, &me, made)
	if err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "vault:    %s\n", printable.Text(there.dir))
	fmt.Fprintf(sh.stdout, "its id:   %s\n", hex.EncodeToString(idBytes(there.id)))
	fmt.Fprintf(sh.stdout, "project:  %s, with %s\n", o.project, strings.Join(o.environments, ", "))
	fmt.Fprintf(sh.stdout, "you are:  %s\n", o.name)
	if made {
		fmt.Fprintf(sh.stdout, "identity: %s\n", printable.Text(path))
	}
	if o.noRecovery {
		sh.say("there is no recovery key: who loses %s loses the vault", printable.Text(path))
		return nil
	}
	fmt.Fprintf(sh.stdout, "\nRecovery key, shown this once. Write it down, and keep it apart from this machine:\n\n  %s\n\n",
		strings.Join(there.recovery, "\n  "))
	if made {
		sh.say(`your identity has no passphrase: "secretsweep vault passphrase" gives it one, or moves it to the keyring`)
	}
	return nil
}

// founded is a vault that was made.
type founded struct {
	dir      string
	id       [32]byte
	recovery []string // the lines of the recovery key; none if there is none
}

// found makes the vault, for an identity that is saved in its file before and after. fresh is
// one that isn't in a file yet.
func (o *initOptions) found(ctx context.Context, sh shell, me *ownedIdentity, fresh bool) (founded, error) {
	dir, err := o.folder(sh)
	if err != nil {
		return founded{}, err
	}
	path, err := identityFile(sh)
	if err != nil {
		return founded{}, err
	}
	founding := vault.Founding{Name: o.name, Project: o.project, Environments: o.environments, Options: sessionOptions(sh, [32]byte{}, who{Identity: me.Identity})}
	founding.Options.Recall, founding.Options.Remember = nil, nil
	recovery := identity.New()
	if !o.noRecovery {
		public := recovery.Public()
		founding.Recovery = &public
	}
	if fresh { // before the vault, which nobody could open if it couldn't be kept
		if err := me.save(path); err != nil {
			return founded{}, err
		}
	}
	options := storeOptions(sh)
	options.Group = o.group
	st, err := badger.Create(ctx, dir, options)
	if errors.Is(err, fs.ErrExist) {
		return founded{}, withHint(fmt.Errorf("there is a vault in %q already", dir), "name another folder with --vault, or use the one that is there")
	}
	if err != nil {
		return founded{}, fmt.Errorf("vault: %w", err)
	}
	v, err := vault.Init(ctx, st, me.Identity, founding)
	if err := errors.Join(err, st.Close()); err != nil {
		return founded{}, err
	}
	me.Vaults = append(me.Vaults, v.ID())
	if err := me.save(path); err != nil {
		return founded{}, err
	}
	made := founded{dir: dir, id: v.ID()}
	if !o.noRecovery {
		text := identity.Token{Vault: v.ID(), Identity: recovery}.Recovery().Reveal()
		made.recovery = strings.Split(strings.TrimSpace(text), "\n")
	}
	return made, nil
}

func idBytes(id [32]byte) []byte { return id[:] }

// loginName is the name of who runs the program, as far as it can be a name in a vault.
func loginName() string {
	u, err := user.Current()
	if err != nil {
		return "owner"
	}
	_, name, found := strings.Cut(u.Username, `\`) // of Windows: DOMAIN\name
	if !found {
		name = u.Username
	}
	if vault.CheckLabel(name) != nil {
		return "owner"
	}
	return name
}

// ownedIdentity is an identity with the file that it is to be kept in.
type ownedIdentity struct {
	identity.Contents
	protection identity.Protection
	passphrase []byte
}

// ownIdentity reads the user's identity, or makes one, which is not saved yet.
func ownIdentity(ctx context.Context, sh shell, path, name string) (me ownedIdentity, made bool, err error) {
	forbidDumps()
	file, err := identity.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ownedIdentity{Contents: identity.Contents{Name: name, Identity: identity.New()}}, true, nil
	}
	if err != nil {
		return me, false, identityHint(err, path)
	}
	me.protection = file.Protection
	me.Contents, err = file.Unlock(func() ([]byte, error) {
		typed, err := sh.passphrase(ctx, "Passphrase of your identity")
		me.passphrase = append([]byte(nil), typed...)
		return typed, err
	})
	return me, false, identityHint(err, path)
}

// save keeps an identity, protected as it was.
func (me *ownedIdentity) save(path string) error {
	return identityHint(me.Save(path, me.protection, func() ([]byte, error) { return bytes.Clone(me.passphrase), nil }), path)
}

// keeps marks a command, and what is beneath it, as one of those that keep secrets: their
// exit statuses aren't those of a scan.
func keeps(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = make(map[string]string)
	}
	cmd.Annotations["keeps"] = "yes"
	for _, c := range cmd.Commands() {
		keeps(c)
	}
	return cmd
}
