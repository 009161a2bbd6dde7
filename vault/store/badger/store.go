package badger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/secretsweep/secretsweep/vault/store"
)

// Store is a store on disk.
//
// Beyond what package store says, its methods give an error that is a
// [store.LockedError] if another process holds the folder, and one that is a
// [store.CorruptError] if the files aren't what was written.
type Store struct {
	folder  folder
	options Options
	lock    *lock
	turn    chan struct{} // holds one token, for the one Update or Rewrite that runs

	mu      sync.Mutex
	now     *session // nil if the database isn't open
	changed chan struct{}
	closed  bool
	failure error // of the last session
}

var _ store.Store = (*Store)(nil)

// Create makes a new store in a folder, which is made too if it isn't there; else it has
// to be empty. If there is a store already, the error is [fs.ErrExist].
func Create(ctx context.Context, dir string, o Options) (*Store, error) {
	f, err := prepare(dir, o.Group)
	if err != nil {
		return nil, fmt.Errorf("create store: %w", err)
	}
	s := newStore(f, o)
	if err := s.create(ctx); err != nil {
		return nil, fmt.Errorf("create store: %w", err)
	}
	return s, nil
}

// Open opens a store. If there is none, the error is [fs.ErrNotExist]. It doesn't open
// the files: what is wrong with them is said by the first transaction.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := openFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return newStore(f, o), nil
}

func newStore(f folder, o Options) *Store {
	return &Store{
		folder:  f,
		options: o,
		lock:    newLock(f.dir),
		turn:    make(chan struct{}, 1),
		changed: make(chan struct{}),
	}
}

// View calls read with the store as it is now.
func (s *Store) View(ctx context.Context, read func(store.Reader) error) error {
	n, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer s.end(n)
	n.apply.RLock()
	txn, err := n.db.NewTransaction(false), n.half
	n.apply.RUnlock()
	defer txn.Discard()
	if err != nil {
		return err
	}
	return read(reader{ctx, txn})
}

// Update calls change, and makes what it did durable.
func (s *Store) Update(ctx context.Context, change func(store.Tx) error) error {
	n, done, err := s.beginAlone(ctx)
	if err != nil {
		return err
	}
	defer done()
	if n.readOnly != nil {
		return n.readOnly
	}
	txn := n.db.NewTransaction(false)
	defer txn.Discard()
	tx := store.NewOverlay(reader{ctx, txn})
	if err := change(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// A large transaction is written to the log and to tables twice.
	if err := s.folder.room(4 * tx.Size()); err != nil {
		return err
	}
	if err := s.commit(ctx, n, tx); err != nil {
		// What there is now is for the next to find out who opens it.
		s.leave(n)
		return err
	}
	return nil
}

func (s *Store) commit(ctx context.Context, n *session, tx *store.Overlay) error {
	all := slices.Collect(parts(tx.Changes()))
	switch len(all) {
	case 0:
		return nil
	case 1:
		return write(n.db, keySpace, all[0])
	}
	if err := (large{n.db}).stage(ctx, slices.Values(all)); err != nil {
		return err
	}
	return n.finish()
}

// Close ends the use of the store. It waits for transactions that run.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.now != nil {
		s.leaveLocked(s.now)
	}
	for s.now != nil {
		changed := s.changed
		s.mu.Unlock()
		<-changed
		s.mu.Lock()
	}
	return s.failure
}

// beginAlone is begin for those of whom there is one at a time.
func (s *Store) beginAlone(ctx context.Context) (n *session, done func(), err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	n, err = s.begin(ctx)
	if err != nil {
		<-s.turn
		return nil, nil, err
	}
	return n, func() { s.end(n); <-s.turn }, nil
}

// begin gives the session that a transaction runs in, which ends with end. If there is
// none, or if the one that there is takes no more, it waits and opens one.
func (s *Store) begin(ctx context.Context) (*session, error) {
	begin := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case s.closed:
			return nil, errors.New("store: closed")
		case s.now == nil:
			return s.open(ctx, begin)
		case s.now.state == open:
			if !s.now.overdue(s.lock) {
				s.now.users++
				return s.now, nil
			}
			s.leaveLocked(s.now)
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		s.mu.Lock()
	}
}

// announce wakes those that wait for a change of the session.
func (s *Store) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}
