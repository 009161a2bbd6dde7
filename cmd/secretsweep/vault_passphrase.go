package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// minPassphrase is how many characters a passphrase has at least.
const minPassphrase = 10

type passphraseOptions struct {
	keyring, none bool
	file          string
}

func newVaultPassphrase(sh shell) *cobra.Command {
	var o passphraseOptions
	cmd := &cobra.Command{
		Use:   "passphrase",
		Short: "Protect your identity with a passphrase, or keep it in the system's keyring",
		Long: `Gives your identity file a passphrase, or another one, which is asked for twice. With
it, who gets hold of the file can't use it; each command that opens a vault asks for
it, and takes about a second. In the keyring it is protected by your login.

The old file's bytes may stay on the disk where nobody looks. Whoever copied the file
before can use the copy as it was.`,
		Example: `  secretsweep vault passphrase
  secretsweep vault passphrase --new-passphrase-file new.txt
  secretsweep vault passphrase --keyring
  secretsweep vault passphrase --none`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), sh) },
	}
	f := cmd.Flags()
	f.StringVar(&o.file, "new-passphrase-file", "", "take the new passphrase from this `file`")
	f.BoolVar(&o.keyring, "keyring", false, "keep the identity in the system's keyring instead")
	f.BoolVar(&o.none, "none", false, "protect it by nothing but the file's mode")
	f.SortFlags = false
	return cmd
}

func (o *passphraseOptions) run(ctx context.Context, sh shell) error {
	to := identity.Passphrase
	switch {
	case o.keyring && o.none || o.file != "" && (o.keyring || o.none):
		return misuse("--new-passphrase-file, --keyring and --none make no sense together", "leave all but one of them out")
	case o.keyring:
		to = identity.Keyring
	case o.none:
		to = identity.None
	}
	path, err := identityFile(sh)
	if err != nil {
		return err
	}
	if _, err := identity.ReadFile(path); errors.Is(err, fs.ErrNotExist) {
		return withHint(fmt.Errorf("you have no identity: there is no %q", path), `"secretsweep vault init" makes one with a vault; $%s names another file`, identityName)
	}
	var words []byte
	defer func() { clear(words) }()
	if o.file != "" {
		if words, err = readPassphrase(o.file); err != nil {
			return err
		}
	} else if _, ok := sh.asked(); to == identity.Passphrase && !ok {
		return withHint(errNobody, "name a file that has the new passphrase with --new-passphrase-file")
	}
	me, _, err := ownIdentity(ctx, sh, path, "")
	defer func() { clear(me.passphrase) }()
	if err != nil {
		return err
	}
	if to == identity.Passphrase && words == nil {
		if words, err = sh.newPassphrase(ctx); err != nil {
			return err
		}
	}
	before := me.protection
	if err := identityHint(me.Save(path, to, func() ([]byte, error) { return bytes.Clone(words), nil }), path); err != nil {
		return err
	}
	shown := printable.Text(path)
	switch {
	case to == identity.Keyring:
		fmt.Fprintf(sh.stdout, "%s: the keys are in the system's keyring\n", shown)
	case to == identity.None:
		fmt.Fprintf(sh.stdout, "%s: it has no passphrase: whoever reads the file has the keys\n", shown)
	case before == identity.Passphrase:
		fmt.Fprintf(sh.stdout, "%s: it has another passphrase\n", shown)
	default:
		fmt.Fprintf(sh.stdout, "%s: it has a passphrase\n", shown)
	}
	if to == identity.Passphrase && sh.getenv(passphraseName) != "" {
		sh.say("$%s has to name a file with the new one from now on", passphraseName)
	}
	return nil
}

// newPassphrase asks for a passphrase, twice.
func (sh shell) newPassphrase(ctx context.Context) ([]byte, error) {
	first, err := sh.ask("New passphrase", ctx.Done())
	if err != nil {
		return nil, err
	}
	if err := checkPassphrase([]byte(first)); err != nil {
		return nil, err
	}
	second, err := sh.ask("Again", ctx.Done())
	if err != nil {
		return nil, err
	}
	if first != second {
		return nil, withHint(errors.New("the two passphrases differ"), "nothing was changed; try again")
	}
	return []byte(first), nil
}

// readPassphrase reads a new passphrase from a file.
func readPassphrase(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--new-passphrase-file: %w", err)
	}
	words := bytes.TrimRight(text, "\r\n")
	return words, checkPassphrase(words)
}

// checkPassphrase refuses a passphrase that is guessed at once.
func checkPassphrase(words []byte) error {
	switch n := utf8.RuneCount(words); {
	case n == 0:
		return withHint(errors.New("an empty passphrase protects nothing"), "--none takes it away")
	case n < minPassphrase:
		return withHint(fmt.Errorf("the passphrase has fewer than %d characters: whoever has the file can try them all", minPassphrase), "take a few words that nobody would put together")
	}
	return nil
}
