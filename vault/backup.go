package vault

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// backupMagic begins a backup, within its encryption. The vault's id follows, and then its
// records as pairs.
const backupMagic = "secretsweep backup 1\n"

// Backup writes all of the vault, as it is at one moment, for its owners and the recovery
// identity: only with the key of one of them can it be opened. It takes an owner.
func (s *Session) Backup(ctx context.Context, w io.Writer) error {
	err := s.act(ctx, func(t *turn) error {
		act, err := t.needOwner(verbBackup, "", target{})
		if err != nil {
			return err
		}
		return t.enter(act)
	})
	if err != nil {
		return err
	}
	return s.look(ctx, func(v *view) error {
		var owners []age.Recipient
		for _, p := range v.roster.holders(auditKeyID) {
			if public, ok := v.roster.current(p); ok {
				owners = append(owners, public.Age())
			}
		}
		sealed, err := age.Encrypt(w, owners...)
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		out := bufio.NewWriter(sealed)
		if _, err := out.WriteString(backupMagic + string(s.vault.id[:])); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		pairs := pairWriter{w: out}
		for p, err := range v.r.Scan(nil) {
			if err == nil {
				err = pairs.add(p)
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("backup: %w", err)
			}
		}
		if err := errors.Join(pairs.end(), out.Flush(), sealed.Close()); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		return nil
	})
}

// restorePart is about how many bytes are restored in one transaction.
const restorePart = 4 << 20

// Restore puts a backup into an empty store. Whether it is whole and unchanged is for
// [Vault.Check] to say.
func Restore(ctx context.Context, backup io.Reader, id *identity.Identity, into store.Store) (*Vault, error) {
	fail := func(err error) (*Vault, error) { return nil, fmt.Errorf("restore: %w", err) }
	plain, err := age.Decrypt(backup, id.Age())
	if err != nil {
		if _, other := errors.AsType[*age.NoIdentityMatchError](err); other {
			return fail(fmt.Errorf("it is not for this identity: %w", ErrNotMember))
		}
		return fail(errors.New("it is no backup, or it is damaged"))
	}
	if err := into.View(ctx, func(r store.Reader) error {
		for _, err := range r.Scan(nil) {
			return cmp.Or(err, error(&ExistsError{"vault", "in this store"}))
		}
		return nil
	}); err != nil {
		return fail(err)
	}
	in := bufio.NewReader(plain)
	head := make([]byte, len(backupMagic)+32)
	if _, err := io.ReadFull(in, head); err != nil || string(head[:len(backupMagic)]) != backupMagic {
		return fail(errors.New("it is no backup of this format"))
	}
	var part []store.Pair
	size := 0
	flush := func() error {
		defer func() { part, size = part[:0], 0 }()
		return into.Update(ctx, func(tx store.Tx) error {
			for _, p := range part {
				if err := tx.Set(p.Key, p.Value); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = readPairs(in, func(p store.Pair) error {
		part, size = append(part, p), size+len(p.Key)+len(p.Value)
		if size < restorePart {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return fail(err)
	}
	v, err := Open(ctx, into, [32]byte(head[len(backupMagic):]))
	if err != nil {
		return fail(err)
	}
	return v, nil
}
