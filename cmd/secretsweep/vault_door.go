package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// The environment variables that say where a vault is and who uses it.
const (
	vaultName      = "SECRETSWEEP_VAULT"           // its folder
	identityName   = "SECRETSWEEP_IDENTITY"        // an identity file
	tokenName      = "SECRETSWEEP_TOKEN"           // a machine's token
	passphraseName = "SECRETSWEEP_PASSPHRASE_FILE" // a file that has the identity's passphrase
	bundleName     = "SECRETSWEEP_BUNDLE"          // a bundle that stands for a vault
)

// What is missing before anything was kept.
var (
	errNoIdentity = errors.New("you have no identity")
	errNoStore    = errors.New("there is no vault")
)

// vaultFlags are the flags of every command that uses a vault.
type vaultFlags struct {
	dir     string
	waiting func(holder string) // is told who has the vault that is waited for; nil: stderr is
}

func (v *vaultFlags) register(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&v.dir, "vault", "", "the vault's `folder` (default $"+vaultName+", else secretsweep/vault in your data folder)")
}

// folder is where the vault is.
func (v *vaultFlags) folder(sh shell) (string, error) {
	if dir := cmp.Or(v.dir, sh.getenv(vaultName)); dir != "" {
		return dir, nil
	}
	data, err := dataFolder(sh)
	if err != nil {
		return "", withHint(err, "name the vault's folder with --vault or $%s", vaultName)
	}
	return filepath.Join(data, "secretsweep", "vault"), nil
}

// dataFolder is where programs keep a user's data.
func dataFolder(sh shell) (string, error) {
	if dir := sh.getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	switch runtime.GOOS {
	case "windows":
		return cmp.Or(sh.getenv("LocalAppData"), filepath.Join(home, "AppData", "Local")), nil
	case "darwin":
		return filepath.Join(home, "Library", "Application Support"), nil
	}
	return filepath.Join(home, ".local", "share"), nil
}

// identityFile is where the user's identity is.
func identityFile(sh shell) (string, error) {
	if path := sh.getenv(identityName); path != "" {
		return path, nil
	}
	dir := userConfigDir(sh)
	if dir == "" {
		return "", withHint(errors.New("there is no place for an identity"), "name a file in $%s", identityName)
	}
	return filepath.Join(dir, "secretsweep", "identity"), nil
}

// openStore opens the store of the vault.
func (v *vaultFlags) openStore(ctx context.Context, sh shell) (store.Store, error) {
	dir, err := v.folder(sh)
	if err != nil {
		return nil, err
	}
	options := storeOptions(sh)
	if v.waiting != nil {
		options.Waiting = v.waiting
	}
	st, err := badger.Open(ctx, dir, options)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, withHint(fmt.Errorf("%w in %q", errNoStore, dir), `"secretsweep vault init" makes one; --vault or $%s names another folder`, vaultName)
	}
	return st, err
}

// storeOptions are how this process calls itself to others, and how it waits for them.
func storeOptions(sh shell) badger.Options {
	return badger.Options{
		Holder:  programName(),
		Waiting: func(holder string) { sh.say("waiting for %s", printable.Text(holder)) },
	}
}

// programName is the command that runs, without its flags: these may be anything.
func programName() string {
	words := []string{"secretsweep"}
	for _, w := range os.Args[1:] {
		if strings.HasPrefix(w, "-") || len(words) > 2 || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			break
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// who is the identity that uses a vault, and the vaults that it belongs to.
type who struct {
	*identity.Identity
	name   string
	vaults [][32]byte
	token  bool

	allowDumps func() // of the process's memory, which holds keys from here on
}

// identify finds out who uses the vault: a machine with a token, or a person.
func identify(ctx context.Context, sh shell) (who, error) {
	allowDumps := forbidDumps()
	if text := sh.getenv(tokenName); text != "" {
		token, err := identity.ParseToken(secret.New(text))
		if err != nil {
			return who{}, withHint(fmt.Errorf("$%s: %w", tokenName, err), "set it to what \"secretsweep token create\" gave, or unset it")
		}
		return who{token.Identity, "", [][32]byte{token.Vault}, true, allowDumps}, nil
	}
	path, err := identityFile(sh)
	if err != nil {
		return who{}, err
	}
	file, err := identity.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return who{}, withHint(fmt.Errorf("%w: there is no %q", errNoIdentity, path),
			`"secretsweep vault init" makes one with a vault, "secretsweep user join" one for a colleague's vault; $%s names another file`, identityName)
	}
	if err != nil {
		return who{}, identityHint(err, path)
	}
	c, err := file.Unlock(func() ([]byte, error) { return sh.passphrase(ctx, "Passphrase of your identity") })
	if err != nil {
		return who{}, identityHint(err, path)
	}
	return who{c.Identity, c.Name, c.Vaults, false, allowDumps}, nil
}

// identityHint adds to an error of an identity file what to do about it.
func identityHint(err error, path string) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("identity: %w", err)
	if _, ok := errors.AsType[*identity.PermissionError](err); ok {
		return withHint(err, "it is for you alone: chmod 600 %s", shellQuote(path))
	}
	switch {
	case errors.Is(err, errNobody):
		return withHint(err, "name a file that has its passphrase in $%s, or keep it in the keyring: secretsweep vault passphrase --keyring", passphraseName)
	case errors.Is(err, identity.ErrPassphrase):
		return withHint(err, "try again; if it is lost, \"secretsweep vault recover\" makes a new identity with the recovery key")
	case errors.Is(err, identity.ErrKeyring):
		return withHint(err, "log in to your desktop, or use another identity with $%s", identityName)
	}
	return err
}

// passphrase asks for a passphrase, or takes it from the file that is named for that.
func (sh shell) passphrase(ctx context.Context, question string) ([]byte, error) {
	if path := sh.getenv(passphraseName); path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("$%s: %w", passphraseName, err)
		}
		return []byte(strings.TrimRight(string(text), "\r\n")), nil
	}
	text, err := sh.ask(question, ctx.Done())
	return []byte(text), err
}

// door is a session that is open, with what has to be closed after it.
type door struct {
	*vault.Session
	vault *vault.Vault
	who   who
	store store.Store // nil for a bundle
}

// Close ends the session, and says what went wrong where nothing else did.
func (d *door) close(ctx context.Context, err *error) {
	closed := d.Session.Close(context.WithoutCancel(ctx))
	if d.store != nil {
		closed = errors.Join(closed, d.store.Close())
	}
	*err = cmp.Or(*err, closed)
}

// open opens the vault for who uses it.
func (v *vaultFlags) open(ctx context.Context, sh shell) (*door, error) {
	me, err := identify(ctx, sh)
	if err != nil {
		return nil, err
	}
	return v.openFor(ctx, sh, me)
}

// openFor opens the vault for an identity.
func (v *vaultFlags) openFor(ctx context.Context, sh shell, me who) (*door, error) {
	there, st, err := v.findFor(ctx, sh, me)
	if err != nil {
		return nil, err
	}
	s, err := there.Session(ctx, me.Identity, sessionOptions(sh, there.ID(), me))
	if errors.Is(err, vault.ErrNotMember) && me.token {
		err = withHint(err, `the token in $%s was revoked; an owner can make another: "secretsweep token create"`, tokenName)
	}
	if err != nil {
		return nil, errors.Join(vaultHint(err), st.Close())
	}
	return &door{s, there, me, st}, nil
}

// find finds out who uses the vault, and opens its store.
func (v *vaultFlags) find(ctx context.Context, sh shell) (*vault.Vault, who, store.Store, error) {
	me, err := identify(ctx, sh)
	if err != nil {
		return nil, me, nil, err
	}
	there, st, err := v.findFor(ctx, sh, me)
	return there, me, st, err
}

// findFor opens the store of the vault, and finds the vault in it.
func (v *vaultFlags) findFor(ctx context.Context, sh shell, me who) (*vault.Vault, store.Store, error) {
	st, err := v.openStore(ctx, sh)
	if err != nil {
		return nil, nil, err
	}
	there, err := findVault(ctx, st, me)
	if err != nil {
		return nil, nil, errors.Join(vaultHint(err), st.Close())
	}
	return there, st, nil
}

// findVault finds the vault of a store, if it is one that the identity belongs to.
func findVault(ctx context.Context, st store.Store, me who) (*vault.Vault, error) {
	id, err := vault.IDOf(ctx, st)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(me.vaults, id) && me.token {
		return nil, withHint(fmt.Errorf("the token in $%s is of another vault", tokenName), "name its vault with --vault or $%s, or unset the token", vaultName)
	}
	if !slices.Contains(me.vaults, id) {
		return nil, withHint(errors.New("your identity doesn't know this vault"),
			`if a colleague gave you access, "secretsweep user join --vault-id ID" with the id that they told you`)
	}
	return vault.Open(ctx, st, id)
}

// sessionOptions are what a session is told of who uses it, and where.
func sessionOptions(sh shell, id [32]byte, me who) vault.Options {
	host, _ := os.Hostname()
	o := vault.Options{Program: programName(), Host: host}
	if path := seenFile(sh, id, me); path != "" {
		o.Recall = func() (vault.Seen, error) { return readSeen(path) }
		o.Remember = func(seen vault.Seen) error {
			err := writeSeen(path, seen)
			if err != nil && me.token { // a container's file system may be read-only
				sh.say("what was seen of the vault can't be kept, so a rollback of it would go unnoticed: %s", printable.Text(err.Error()))
				return nil
			}
			return err
		}
	}
	return o
}

// vaultHint adds to an error of the vault what to do about it.
func vaultHint(err error) error {
	if _, ok := errors.AsType[hinted](err); ok || err == nil {
		return err
	}
	if locked, ok := errors.AsType[*store.LockedError](err); ok {
		return withHint(err, "wait until %s has ended, or end it", locked.Holder)
	}
	if missing, ok := errors.AsType[*vault.NotFoundError](err); ok {
		if near := nearest(missing.Name, missing.Others); near != "" {
			return withHint(err, "did you mean %s?", near)
		}
		if len(missing.Others) > 0 {
			return withHint(err, "there is %s", strings.Join(missing.Others, ", "))
		}
		return err
	}
	if denied, ok := errors.AsType[*vault.DeniedError](err); ok && !denied.Ended.IsZero() {
		return withHint(err, `an owner can grant it again, or make another token`)
	} else if ok {
		return withHint(err, `"secretsweep access list" shows what you may do; an owner can grant it`)
	}
	if _, ok := errors.AsType[*vault.ConflictError](err); ok {
		return withHint(err, `"secretsweep secret history" shows what happened; look at it and try again`)
	}
	_, damaged := errors.AsType[*vault.IntegrityError](err)
	_, corrupt := errors.AsType[*store.CorruptError](err)
	_, back := errors.AsType[*audit.RolledBackError](err)
	_, fork := errors.AsType[*audit.ForkedError](err)
	switch {
	case back || fork:
		return withHint(err, `if you restored a backup, "secretsweep vault check --accept" goes on from here; else find out who put it back`)
	case damaged || corrupt:
		return withHint(err, `"secretsweep vault check" says what is wrong; "secretsweep vault restore" brings back a backup`)
	case errors.Is(err, vault.ErrNoVault):
		return withHint(err, `the folder has none, or its first record is lost: "secretsweep vault restore" brings back a backup`)
	case errors.Is(err, vault.ErrNotMember):
		return withHint(err, `an owner adds you with "secretsweep user add"`)
	}
	return err
}
