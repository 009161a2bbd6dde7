package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
)

// What an identity has seen of a vault is kept beside it, so that an older state of the
// vault is noticed.

// seenFile is where an identity keeps what it has seen of a vault.
func seenFile(sh shell, id [32]byte, me who) string {
	prefix := seenPrefix(sh, id)
	if prefix == "" {
		return ""
	}
	mine := audit.HashOf([]byte(me.Public().String()))
	return prefix + hex.EncodeToString(mine[:8]) + ".json"
}

// seenPrefix is how the files begin in which identities keep what they have seen of a
// vault.
func seenPrefix(sh shell, id [32]byte) string {
	dir := userConfigDir(sh)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "secretsweep", "seen", hex.EncodeToString(id[:8])+"-")
}

// forgetSeen forgets what the user's identities have seen of a vault.
func forgetSeen(sh shell, id [32]byte) error {
	prefix := seenPrefix(sh, id)
	entries, err := os.ReadDir(filepath.Dir(prefix))
	if prefix == "" || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(prefix), e.Name())
		if strings.HasPrefix(path, prefix) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

func readSeen(path string) (vault.Seen, error) {
	var seen vault.Seen
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return seen, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &seen)
	}
	if err != nil {
		return seen, withHint(fmt.Errorf("what was seen of the vault: %w", err), "\"secretsweep vault check --accept\" looks the vault over and begins anew")
	}
	return seen, nil
}

// writeSeen keeps what was seen, unless another process has seen more meanwhile.
func writeSeen(path string, seen vault.Seen) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	one := flock.New(path + ".lock")
	if err := one.Lock(); err != nil {
		return err
	}
	defer one.Unlock()
	if old, err := readSeen(path); err == nil && old.Head.Size >= seen.Head.Size {
		return nil
	}
	data, err := json.Marshal(seen)
	if err != nil {
		return err
	}
	return replacePrivate(path, data)
}

// leniently gives options by which nothing counts as seen if that can't be read.
func leniently(sh shell, o vault.Options) vault.Options {
	recall := o.Recall
	if recall == nil {
		return o
	}
	o.Recall = func() (vault.Seen, error) {
		seen, err := recall()
		if err != nil {
			sh.say("what you have seen of the vault before can't be read, and doesn't count: %s", printable.Text(err.Error()))
		}
		return seen, nil
	}
	return o
}

// accept makes the vault as it is what the identity has seen of it.
func accept(ctx context.Context, sh shell, v *vault.Vault, me who) error {
	options := sessionOptions(sh, v.ID(), me)
	options.Recall = nil
	s, err := v.Session(ctx, me.Identity, options)
	if err != nil {
		return err
	}
	if path := seenFile(sh, v.ID(), me); path != "" {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return s.Close(ctx)
}
