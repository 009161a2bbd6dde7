package badger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// session is the time that the database is open, and the lock is held.
type session struct {
	db       *badger.DB
	readOnly error        // why it can only be read, or nil
	apply    sync.RWMutex // held for writing while a large transaction is applied
	half     error        // why one is applied in part, or nil: nobody may read that

	// What follows is guarded by the store's mutex.
	state state
	users int           // transactions that run
	idle  *time.Timer   // closes it, if there are none when it fires
	asked time.Time     // when it was last looked whether another process waits
	then  func() error  // what is done when it is closed, with the lock still held
	over  chan struct{} // closed when all that is done
	err   error         // of closing it and of then
}

type state int

const (
	opening state = iota // begin waits for it, and for the two last
	open
	leaving // takes no more transactions, and is closed after the last
	closing
)

// overdue tells whether another process waits for its turn.
func (n *session) overdue(l *lock) bool {
	if time.Since(n.asked) < turn {
		return false
	}
	n.asked = time.Now()
	return l.wanted()
}

// open opens a session with one transaction in it. The mutex is held, but not while it
// waits.
func (s *Store) open(ctx context.Context, begin time.Time) (*session, error) {
	n := &session{over: make(chan struct{})}
	s.now = n
	s.mu.Unlock()
	err := s.openDatabase(ctx, begin, n)
	s.mu.Lock()
	defer s.announce()
	if err != nil {
		s.now = nil
		return nil, err
	}
	n.state, n.users, n.asked = open, 1, time.Now()
	n.idle = time.AfterFunc(idle, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if n.users == 0 {
			s.leaveLocked(n)
		}
	})
	if s.closed {
		s.leaveLocked(n)
	}
	return n, nil
}

func (s *Store) openDatabase(ctx context.Context, begin time.Time, n *session) error {
	if err := s.lock.take(ctx, begin, s.options); err != nil {
		return err
	}
	err := s.openLocked(n)
	if err != nil {
		_ = s.lock.release()
		return fmt.Errorf("open store: %w", err)
	}
	return nil
}

// openLocked opens the database, to be read only if it can't be changed. The lock between
// processes is held.
func (s *Store) openLocked(n *session) (err error) {
	n.readOnly = s.folder.room(0)
	if n.readOnly == nil {
		n.readOnly = writable(s.folder.dir)
	}
	if n.readOnly == nil {
		if err := errors.Join(s.folder.settle(), s.folder.mend()); err != nil {
			return err
		}
	} else if !exists(s.folder.data()) {
		return n.readOnly
	}
	n.db, err = openDatabase(s.folder.data(), n.readOnly != nil)
	if err != nil {
		return err
	}
	left, err := large{n.db}.left()
	if err == nil && left {
		err = n.readOnly
		if err == nil {
			err = large{n.db}.finish()
		}
	}
	if err == nil && n.readOnly == nil {
		err = errors.Join(s.folder.share(), syncFolder(s.folder.data()))
	}
	if err != nil {
		return errors.Join(err, closeDatabase(n.db))
	}
	return nil
}

// finish applies a large transaction that is marked.
func (n *session) finish() error {
	n.apply.Lock()
	defer n.apply.Unlock()
	n.half = large{n.db}.finish()
	return n.half
}

// end takes a transaction away.
func (s *Store) end(n *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.users--
	if n.users > 0 {
		return
	}
	if n.state == leaving {
		s.leaveLocked(n)
		return
	}
	n.idle.Reset(idle)
}

// leave closes a session after the transactions that run in it.
func (s *Store) leave(n *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaveLocked(n)
}

func (s *Store) leaveLocked(n *session) {
	if n.state != open && n.state != leaving {
		return
	}
	n.state = leaving
	if n.users == 0 {
		n.state = closing
		n.idle.Stop()
		go s.close(n)
	}
}

// close closes the database and gives up the lock.
func (s *Store) close(n *session) {
	err := closeDatabase(n.db)
	if err == nil && n.readOnly == nil {
		err = s.folder.share()
	}
	s.mu.Lock()
	then := n.then
	n.then = nil // it can't be called off any more
	s.mu.Unlock()
	if then != nil && err == nil {
		err = then()
	}
	err = errors.Join(err, s.lock.release())

	s.mu.Lock()
	defer s.mu.Unlock()
	n.err, s.failure = err, err
	close(n.over)
	s.now = nil
	s.announce()
}
