package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

type joinOptions struct {
	*vaultFlags
	ssh, vaultID string
}

func newUserJoin(sh shell, v *vaultFlags) *cobra.Command {
	o := joinOptions{vaultFlags: v}
	cmd := &cobra.Command{
		Use:   "join",
		Short: "Come into a colleague's vault",
		Long: `Comes into a vault that somebody else made.

Without flags it makes an identity for you, unless you have one, and prints its public
key: send it to an owner, who adds you with "secretsweep user add". Then
"secretsweep user join --vault-id ID" tries your access, and keeps the vault's id.

An owner can also invite you by your SSH public key. Then --ssh names the private one,
which is used this once.

The vault's id says which vault it is and who founded it. Have an owner tell it to you
over another channel than the one that the vault came by: who could swap the vault
could swap an id that lies in it.`,
		Example: `  secretsweep user join
  secretsweep user join --vault-id 6b1f…
  secretsweep user join --ssh ~/.ssh/id_ed25519 --vault-id 6b1f…`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return vaultHint(o.run(cmd.Context(), sh))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.vaultID, "vault-id", "", "the vault's `id`, as an owner told you")
	f.StringVar(&o.ssh, "ssh", "", "the `file` of the SSH private key that you were invited by")
	f.SortFlags = false
	return cmd
}

func (o *joinOptions) run(ctx context.Context, sh shell) error {
	path, err := identityFile(sh)
	if err != nil {
		return err
	}
	if o.ssh == "" && o.vaultID == "" {
		return showPublic(sh, path)
	}
	// All that is asked for is asked before the vault is opened.
	id, err := o.id(ctx, sh)
	if err != nil {
		return err
	}
	unwrap, err := o.unwrap(ctx, sh)
	if err != nil {
		return err
	}
	me, made, err := ownIdentity(ctx, sh, path, loginName())
	if err != nil {
		return err
	}
	if made {
		if unwrap == nil {
			return withHint(fmt.Errorf("you have no identity: there is no %q", path), `"secretsweep user join" without flags makes one, whose public key an owner adds`)
		}
		// The vault must not know keys that a crash could lose.
		if err := me.save(path); err != nil {
			return err
		}
	}
	reads, err := o.join(ctx, sh, id, &me, unwrap)
	if err != nil {
		return err
	}
	if !slices.Contains(me.Vaults, id) {
		me.Vaults = append(me.Vaults, id)
	}
	if err := me.save(path); err != nil {
		return err
	}
	fmt.Fprintf(sh.stdout, "you are:  %s\nyou read: %s\n", printable.Text(me.Name), reads)
	if made {
		fmt.Fprintf(sh.stdout, "identity: %s\n", printable.Text(path))
		sayUnprotected(sh)
	}
	return nil
}

func sayUnprotected(sh shell) {
	sh.say(`your identity has no passphrase: "secretsweep vault passphrase" gives it one, or moves it to the keyring`)
}

// showPublic prints the public key of the user's identity, which is made if there is none.
func showPublic(sh shell, path string) error {
	file, err := identity.ReadFile(path)
	public := identity.Public{}
	switch {
	case errors.Is(err, os.ErrNotExist):
		me := ownedIdentity{Contents: identity.Contents{Name: loginName(), Identity: identity.New()}}
		if err := me.save(path); err != nil {
			return err
		}
		public = me.Identity.Public()
		sh.say("made an identity for you: %s", printable.Text(path))
		sayUnprotected(sh)
	case err != nil:
		return identityHint(err, path)
	default:
		public = file.Public
	}
	fmt.Fprintln(sh.stdout, public)
	sh.say(`send this line to an owner of the vault, who adds you with "secretsweep user add"; then "secretsweep user join --vault-id ID" with the id that they tell you`)
	return nil
}

// id settles which vault is meant: by what the user was told, or by what they confirm.
func (o *joinOptions) id(ctx context.Context, sh shell) (id [32]byte, err error) {
	if o.vaultID != "" {
		raw, err := hex.DecodeString(strings.TrimSpace(o.vaultID))
		if err != nil || len(raw) != len(id) {
			return id, misuse("--vault-id is no id of a vault", `it is 64 hexadecimal digits; "secretsweep user add" printed it for the owner`)
		}
		return [32]byte(raw), nil
	}
	if _, ok := sh.asked(); !ok {
		return id, misuse("the vault's id is missing, and nobody is there to confirm it", "have an owner tell it to you, and give it with --vault-id")
	}
	st, err := o.openStore(ctx, sh)
	if err != nil {
		return id, err
	}
	id, err = vault.IDOf(ctx, st)
	if err := errors.Join(err, st.Close()); err != nil {
		return id, err
	}
	ok, err := sh.confirm(fmt.Sprintf("This vault's id is %s.\nHas an owner told you the same, over another channel than the vault came by?", hex.EncodeToString(id[:])), ctx.Done())
	if err == nil && !ok {
		err = withHint(errors.New("nothing was done"), "have an owner tell you the id first")
	}
	return id, err
}

// unwrap gives what opens an invitation with the SSH key; nil without one.
func (o *joinOptions) unwrap(ctx context.Context, sh shell) (func([]byte) ([]byte, error), error) {
	if o.ssh == "" {
		return nil, nil
	}
	if strings.HasSuffix(o.ssh, ".pub") {
		return nil, misuse(fmt.Sprintf("%q is a public key", o.ssh), "name the private one, without .pub")
	}
	key, err := os.ReadFile(o.ssh)
	if err != nil {
		return nil, fmt.Errorf("--ssh: %w", err)
	}
	var passphrase []byte
	if identity.SSHEncrypted(key) {
		text, err := sh.ask("Passphrase of "+printable.Text(o.ssh), ctx.Done())
		if err != nil {
			return nil, withHint(fmt.Errorf("--ssh: the key has a passphrase: %w", err), "run it at a terminal, where the passphrase can be asked for")
		}
		passphrase = []byte(text)
	}
	return func(sealed []byte) ([]byte, error) {
		return identity.UnwrapSSH(key, func() ([]byte, error) { return bytes.Clone(passphrase), nil }, sealed)
	}, nil
}

// join goes into the vault, by the invitation if there is one, and says what can be read.
func (o *joinOptions) join(ctx context.Context, sh shell, id [32]byte, me *ownedIdentity, unwrap func([]byte) ([]byte, error)) (reads string, err error) {
	st, err := o.openStore(ctx, sh)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	known := who{Identity: me.Identity, name: me.Name, vaults: [][32]byte{id}}
	if unwrap != nil {
		once := vault.Options{Program: programName(), Host: sessionOptions(sh, id, known).Host}
		if _, _, err := vault.Join(ctx, st, id, me.Identity, once, unwrap); err != nil {
			return "", joinHint(err)
		}
	}
	return o.tryAccess(ctx, sh, st, id, known, me)
}

// tryAccess opens a session, which succeeds for members of the vault only.
func (o *joinOptions) tryAccess(ctx context.Context, sh shell, st store.Store, id [32]byte, known who, me *ownedIdentity) (reads string, err error) {
	opened, err := vault.Open(ctx, st, id)
	if err != nil {
		return "", joinHint(err)
	}
	s, err := opened.Session(ctx, me.Identity, sessionOptions(sh, id, known))
	if errors.Is(err, vault.ErrNotMember) {
		return "", withHint(err, `send this to an owner, who adds you with "secretsweep user add": %s`, me.Identity.Public())
	}
	if err != nil {
		return "", err
	}
	me.Name = s.Self()
	all, err := s.Members(ctx)
	for _, m := range all {
		if m.Self {
			reads = listOf(m.Reads)
		}
	}
	return reads, errors.Join(err, s.Close(context.WithoutCancel(ctx)))
}

// joinHint adds to an error of joining what to do about it.
func joinHint(err error) error {
	_, other := errors.AsType[*vault.IntegrityError](err)
	switch {
	case errors.Is(err, identity.ErrPassphrase):
		return withHint(err, "it is that of the SSH key; try again")
	case errors.Is(err, vault.ErrNotInvited):
		return withHint(err, `an owner invites you with "secretsweep user add NAME --ssh FILE"; if you have joined already, leave out --ssh`)
	case other:
		return withHint(err, "ask the owner which vault it is, and where: this may be an older copy, or somebody else's")
	}
	return err
}
