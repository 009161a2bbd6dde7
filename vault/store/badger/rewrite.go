package badger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"time"

	"github.com/secretsweep/secretsweep/vault/store"
)

// Rewrite copies what is alive to a new database, which takes the place of the old one as
// soon as no transaction reads that any more; the old one's files are removed. What a
// backup has, or a disk that doesn't overwrite, is out of its reach.
func (s *Store) Rewrite(ctx context.Context) error {
	n, done, err := s.beginAlone(ctx)
	if err != nil {
		return err
	}
	err = s.copy(ctx, n)
	if err != nil {
		done()
		return fmt.Errorf("rewrite store: %w", err)
	}
	s.mu.Lock()
	n.then = s.folder.swap
	s.leaveLocked(n) // before the next Update, which has to go to the new database
	s.mu.Unlock()
	done()

	select {
	case <-n.over:
		return n.err
	case <-ctx.Done():
	}
	s.mu.Lock()
	calledOff := n.then != nil
	n.then = nil
	s.mu.Unlock()
	if calledOff {
		return ctx.Err()
	}
	<-n.over
	return n.err
}

// copy makes data.new, of what is alive in a session.
func (s *Store) copy(ctx context.Context, n *session) error {
	if n.readOnly != nil {
		return n.readOnly
	}
	if err := s.folder.room(0); err != nil {
		return err
	}
	txn := n.db.NewTransaction(false)
	defer txn.Discard()
	return makeDatabase(s.folder.fresh(), reader{ctx, txn}.Scan(nil))
}

// create makes the database of a new store.
func (s *Store) create(ctx context.Context) (err error) {
	if err := s.lock.take(ctx, time.Now(), s.options); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.lock.release()) }()
	if exists(s.folder.data()) {
		return fmt.Errorf("%s: %w", s.folder.dir, fs.ErrExist)
	}
	if err := s.folder.room(0); err != nil {
		return err
	}
	if err := makeDatabase(s.folder.fresh(), func(func(store.Pair, error) bool) {}); err != nil {
		return err
	}
	return errors.Join(s.folder.swap(), s.folder.share())
}

// makeDatabase makes a database that has these pairs and is closed.
func makeDatabase(dir string, pairs iter.Seq2[store.Pair, error]) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	db, err := openDatabase(dir, false)
	if err != nil {
		return err
	}
	var failed error // of pairs
	for part := range parts(func(yield func(store.Pair) bool) {
		for p, err := range pairs {
			if failed = err; failed != nil || !yield(p) {
				return
			}
		}
	}) {
		if err := write(db, keySpace, part); err != nil {
			return errors.Join(err, closeDatabase(db))
		}
	}
	return errors.Join(failed, closeDatabase(db))
}
