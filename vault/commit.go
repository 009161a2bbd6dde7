package vault

import (
	"context"
	"crypto/ed25519"
	"errors"
	"sync"
	"sync/atomic"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// Vault is a store with a vault in it. It is safe for concurrent use; those who act on
// it each have a [Session].
type Vault struct {
	store store.Store
	id    [32]byte
	log   ledger
	// bundle is set where all there is is a bundle: nothing is written, not even to the log.
	bundle bool

	mu      sync.Mutex
	waiting []*pending
	leading bool // someone is committing, and will come back for who waits
}

// ledger is the log: all of it, or what a bundle has of it.
type ledger interface {
	Head(store.Reader) (audit.Head, error)
	Entry(store.Reader, int64) (audit.Entry, error)
	Includes(store.Reader, audit.Head, audit.Entry) error
	Consistent(r store.Reader, old, now audit.Head) error
	Writes(r store.Reader, from int64, h audit.Head, visit func(seq int64, w audit.Write)) error
	Appender(actor ID, sign ed25519.PrivateKey, auditors ...age.Recipient) (*audit.Appender, error)
	Opener(...age.Identity) *audit.Opener
	Walk(r store.Reader, from int64, keyOf func(int64, ID) (ed25519.PublicKey, error), visit func(audit.Entry) error, problem func(int64, error)) (audit.Head, error)
}

var _ ledger = (*audit.Log)(nil)

// pending is an act that waits to be committed.
type pending struct {
	ctx  context.Context
	act  func(store.Tx) error
	err  error
	done chan struct{}
}

// commit carries out an act in a transaction of the store. Acts that come while another
// is being committed share the next transaction, and its one sync to disk; what an act
// that fails has written is left out of it. If the transaction fails, all of them do: what
// an act has seen of those before it then never was.
func (v *Vault) commit(ctx context.Context, act func(store.Tx) error) error {
	p := &pending{ctx: ctx, act: act, done: make(chan struct{})}
	v.mu.Lock()
	v.waiting = append(v.waiting, p)
	lead := !v.leading
	v.leading = true
	v.mu.Unlock()
	if lead {
		v.lead()
	}
	<-p.done
	return p.err
}

// lead commits who waits, and leaves those who came meanwhile to another.
func (v *Vault) lead() {
	v.mu.Lock()
	batch := v.waiting
	v.waiting = nil
	v.mu.Unlock()
	v.commitAll(batch)
	for _, p := range batch {
		close(p.done)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.leading = len(v.waiting) > 0; v.leading {
		go v.lead()
	}
}

// commitAll carries out acts together, in their order. Each has its own error.
func (v *Vault) commitAll(batch []*pending) {
	// The transaction belongs to all of them: it is given up when none wants it any more.
	ctx, cancel := context.WithCancel(context.WithoutCancel(batch[0].ctx))
	defer cancel()
	var left atomic.Int64
	left.Store(int64(len(batch)))
	for _, p := range batch {
		defer context.AfterFunc(p.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})()
	}
	err := v.store.Update(ctx, func(tx store.Tx) error {
		for _, p := range batch {
			own := store.NewOverlay(tx)
			if p.err = p.ctx.Err(); p.err == nil {
				p.err = p.act(own)
			}
			if p.err == nil {
				if err := own.Flush(tx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, p := range batch {
		if p.err == nil {
			p.err = err
		}
	}
}

// errAgain ends a transaction whose preparation is out of date.
var errAgain = errors.New("changed while it was prepared")
