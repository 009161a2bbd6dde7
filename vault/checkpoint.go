package vault

import (
	"context"
	"crypto/ed25519"
	"errors"
	"slices"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// Witness is a checkpoint that was read: a head of the log, and who vouched for it.
type Witness struct {
	Head   audit.Head
	Signer string
	Gone   bool // the signer has left since
}

// ReadCheckpoint reads what [Session.Checkpoint] gave to someone the vault knows, or has
// known. It says nothing of whether the log still has what the checkpoint vouches for:
// that is for [Vault.Check] and [Vault.VerifyLog]. A vault that is older than what the
// options recall will do.
func (v *Vault) ReadCheckpoint(ctx context.Context, id *identity.Identity, o Options, text []byte) (Witness, error) {
	o.Recall = nil
	s, err := v.Session(ctx, id, o)
	if err != nil {
		return Witness{}, err
	}
	defer s.forget()
	failed := errors.New("read the checkpoint: it isn't signed by anyone whom the vault knows")
	// Of two with the same keys the one who is there comes last.
	for _, p := range slices.Backward(s.state.roster.principalsInOrder()) {
		for _, k := range p.keys {
			name := s.state.names.principal(p.ID)
			of, head, err := audit.ParseCheckpoint(text, func(signer string) (ed25519.PublicKey, error) {
				if signer != name {
					return nil, nil
				}
				return k.Verifier(), nil
			})
			if err != nil {
				continue
			}
			if of != v.id {
				failed = errors.New("read the checkpoint: it is of another vault")
				continue
			}
			return Witness{head, name, p.to != always}, nil
		}
	}
	return Witness{}, failed
}

// VerifyLog is the part of [Vault.Check] that is about the log: the signatures, the hashes,
// and the rights of those who wrote. It reads no record but those of the log.
func (v *Vault) VerifyLog(ctx context.Context, id *identity.Identity, o Options, seen audit.Head) (Report, error) {
	return v.look(ctx, id, o, seen, func(*check) error { return nil })
}

// look begins a check with the roster and the log, and goes on with more.
func (v *Vault) look(ctx context.Context, id *identity.Identity, o Options, elsewhere audit.Head, more func(*check) error) (Report, error) {
	c := &check{vault: v, last: make(map[string]lastWrite)}
	s := v.newSession(id, o)
	s.checking = true
	defer s.forget()
	seen, err := s.recall()
	if err != nil {
		return c.report, err
	}
	err = v.store.View(ctx, func(r store.Reader) error {
		c.r, c.ctx = r, ctx
		if err := c.session(s, seen); err != nil {
			return err
		}
		if elsewhere.Size > 0 {
			head, err := v.log.Head(r)
			if err == nil {
				err = v.log.Consistent(r, elsewhere, head)
			}
			c.problem("audit log", err)
		}
		if err := c.walk(); err != nil {
			return err
		}
		return more(c)
	})
	return c.report, err
}

// Verbs gives the words by which the log calls acts.
func Verbs() []string {
	return []string{
		verbInit, verbRead, verbMatch, verbList, verbSet, verbRemove, verbDestroy, verbMove, verbCreate, verbGrant,
		verbRevoke, verbAdd, verbJoin, verbRetire, verbRekey, verbBundle, verbBackup, verbReport, verbShow, verbRotate, verbPolicy,
	}
}
