// Package store keeps bytes that it cannot read, in the order of their keys.
//
// A [Store] is what the vault stands on: transactions that are all or nothing, scans by
// prefix, compare-and-set. Whoever can write to a store can put anything into it: what
// is read from one is trusted by nobody until the vault has authenticated it.
//
// [Memory] is a store that lasts as long as the program; package badger has the one on
// disk. Package storetest is the suite that every one has to pass.
package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
)

// The limits that hold for every store. A transaction may be of any size that fits into
// memory.
const (
	MaxKey   = 255         // bytes
	MaxValue = 1<<20 - 512 // bytes
)

var (
	// ErrNotFound is what Get answers for a key that isn't there.
	ErrNotFound = errors.New("not found")
	// ErrChanged is what [CompareAndSet] answers where another value stands than was
	// expected.
	ErrChanged = errors.New("changed by someone else in the meantime")
)

// LockedError is what a store answers that another process has held for longer than was
// to be waited.
type LockedError struct {
	Holder string // who holds it, such as "secretsweep secret set (process 4711)"
}

func (e *LockedError) Error() string { return "in use by " + e.Holder }

// CorruptError is what a store answers where what it has on disk isn't what it wrote.
type CorruptError struct{ Err error }

func (e *CorruptError) Error() string { return "damaged: " + e.Err.Error() }
func (e *CorruptError) Unwrap() error { return e.Err }

// Pair is a key and what is stored under it.
type Pair struct{ Key, Value []byte }

// Reader reads a store as it is at one moment. Several goroutines may read at once,
// as long as none writes where it is a transaction.
type Reader interface {
	// Get gives what is stored under a key, or an error that is [ErrNotFound]. The
	// caller may keep the bytes and must not change them.
	Get(key []byte) ([]byte, error)

	// Scan gives what is stored under keys that begin with prefix, ascending by key. An
	// error is given once, and is the last that is given. The caller may keep the bytes
	// and must not change them. What is set or deleted during a scan is not seen by it.
	Scan(prefix []byte) iter.Seq2[Pair, error]
}

// Tx is a transaction: a Reader that sees its own changes.
type Tx interface {
	Reader

	// Set stores a value under a key. Both may be changed by the caller afterwards.
	// It refuses what is larger than [MaxKey] and [MaxValue], and an empty key.
	Set(key, value []byte) error

	// Delete takes a key away, and is content if it isn't there. It refuses a key that
	// Set refuses.
	Delete(key []byte) error
}

// Store keeps bytes. It is safe for concurrent use. What read and change are given ends with
// them; they must not call the store, which may be waiting for them. A context that is done before a commit has begun lets nothing change.
type Store interface {
	// View calls read with the store as it is now. It may run beside other
	// transactions, and sees nothing of what they change after it began.
	View(ctx context.Context, read func(Reader) error) error

	// Update calls change, and makes what it did durable as a whole: at no time, not
	// even after a crash, is there a part of it. If change fails, nothing is changed.
	// Updates run one after the other, so that what one has read is still true when it
	// is committed. An error of the commit itself may leave open whether it took place.
	Update(ctx context.Context, change func(Tx) error) error

	// Rewrite makes what was deleted or replaced unreadable in the store's own files:
	// what is alive is copied to new ones, and the old are removed.
	Rewrite(ctx context.Context) error

	// Close ends the use of the store. It waits for transactions that run.
	Close() error
}

// CompareAndSet sets a key if the value old stands there now, nil for none; else it
// gives an error that is [ErrChanged]. A nil value deletes the key.
func CompareAndSet(tx Tx, key, old, value []byte) error {
	now, err := tx.Get(key)
	switch {
	case errors.Is(err, ErrNotFound):
		now = nil
	case err != nil:
		return err
	case now == nil:
		now = []byte{}
	}
	if (old == nil) != (now == nil) || !bytes.Equal(old, now) {
		return ErrChanged
	}
	if value == nil {
		return tx.Delete(key)
	}
	return tx.Set(key, value)
}

// CheckSize tells whether a key and a value are within the limits.
func CheckSize(key, value []byte) error {
	switch {
	case len(key) == 0:
		return errors.New("store: empty key")
	case len(key) > MaxKey:
		return fmt.Errorf("store: a key of %d bytes, more than %d", len(key), MaxKey)
	case len(value) > MaxValue:
		return fmt.Errorf("store: a value of %d bytes, more than %d", len(value), MaxValue)
	}
	return nil
}
