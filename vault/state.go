package vault

import (
	"context"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// state is a vault as a session has verified it. It doesn't change: a new one takes its
// place.
type state struct {
	head   audit.Head
	roster *roster
	names  *names
	self   ID

	statements []int64  // the entries that wrote statements
	made       []stated // the statements, as far as they count
	problems   []Problem
	newest     Newest // by the entries since the session's state
}

// stated is a statement that was authenticated, or why those of an entry don't count.
type stated struct {
	statement
	number int // -1 if the entry says nothing
	seq    int64
	actor  ID
	err    error
}

// load verifies a vault for the first time. seen spares the search for statements in what
// was searched before.
func (s *Session) load(r store.Reader, seen Seen) error {
	since := &state{}
	s.newest = make(Newest)
	head, err := s.vault.log.Head(r)
	if err != nil {
		return err
	}
	if seen.Head.Size > 0 {
		if err := s.vault.log.Consistent(r, seen.Head, head); err != nil {
			return err
		}
		if seen.Newest != nil {
			since.head, since.statements, s.newest = seen.Head, seen.Statements, maps.Clone(seen.Newest)
		}
	}
	st, err := s.advance(r, since, head)
	if err == nil {
		s.keep(st)
	}
	return err
}

// current gives the session's state.
func (s *Session) current() *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// look calls do with a view of the vault as it is now.
func (s *Session) look(ctx context.Context, do func(*view) error) error {
	since := s.current() // from before the moment that is seen: else that could be the older one
	return s.vault.store.View(ctx, func(r store.Reader) error {
		v, err := s.view(r, since)
		if err != nil {
			return err
		}
		s.committed(v.state)
		return do(v)
	})
}

// committed takes a state for the session's, if it is newer: what it is of is in the store
// for good.
func (s *Session) committed(st *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st.head.Size > s.state.head.Size {
		s.keep(st)
	}
}

// forgetNew forgets the keys that are newer than what the session knows: the transaction
// in which it found them may have failed.
func (s *Session) forgetNew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ref := range s.keys {
		if ref.generation > s.state.roster.generation(ref.key) {
			delete(s.keys, ref)
		}
	}
}

// keep makes a state the session's.
func (s *Session) keep(st *state) {
	for key, seq := range st.newest {
		if s.newest[key] = seq; seq < 0 {
			delete(s.newest, key)
		}
	}
	own := *st
	own.newest = nil
	s.state = &own
}

// sync gives the state of the vault that r reads, which is no older than another one.
func (s *Session) sync(r store.Reader, since *state) (*state, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	head, err := s.vault.log.Head(r)
	if err != nil {
		return nil, err
	}
	if head == since.head {
		return since, nil
	}
	if err := s.vault.log.Consistent(r, since.head, head); err != nil {
		return nil, err
	}
	return s.advance(r, since, head)
}

// advance gives the state at a head, from an earlier one. Statements are looked for in the
// log, not in the store: there none can be left out.
func (s *Session) advance(r store.Reader, since *state, head audit.Head) (*state, error) {
	st := *since
	var found []int64
	st.newest = make(Newest)
	err := s.vault.log.Writes(r, since.head.Size, head, func(seq int64, w audit.Write) {
		if !w.Deleted && w.Key[0] == kindStatement && (len(found) == 0 || found[len(found)-1] != seq) {
			found = append(found, seq)
		}
		st.newest.take(seq, w)
	})
	if err != nil && !(s.checking && errors.Is(err, audit.ErrChanged)) {
		return nil, &IntegrityError{"audit log", err}
	}
	st.head = head
	if st.roster == nil || len(found) > 0 {
		st.statements = slices.Concat(st.statements, found)
		if err := s.restate(r, &st); err != nil {
			return nil, err
		}
	}
	return &st, nil
}

// restate makes the roster and the names of a state from its statements.
func (s *Session) restate(r store.Reader, st *state) error {
	known := st.made
	st.made, st.problems, st.roster = nil, nil, newRoster()
	take := func(m stated) {
		if err := st.roster.take(m); err != nil {
			st.problems = append(st.problems, Problem{What: fmt.Sprintf("a statement of entry %d of the log", m.seq), Err: err})
		}
		st.made = append(st.made, m)
	}
	last := int64(-1)
	for _, m := range known {
		take(m)
		last = m.seq
	}
	for _, seq := range st.statements {
		if seq <= last {
			continue
		}
		made, err := s.statementsOf(r, st, seq)
		if err != nil {
			return err
		}
		for _, m := range made {
			take(m)
		}
	}
	for generation, key := range st.roster.keys[rosterKeyID] {
		ref := keyRef{rosterKeyID, generation + 1}
		if held := s.keys[ref]; held != nil && !hmac.Equal(s.vault.commitment(rosterKeyID, generation+1, held), key.Commitment) {
			delete(s.keys, ref)
			return &IntegrityError{"roster", errors.New("it is sealed with another key than its owners made")}
		}
	}
	st.self = ID{}
	for id := range st.roster.principals {
		if now, ok := st.roster.current(id); ok && now == s.identity.Public() {
			st.self = id
		}
	}
	if st.self == (ID{}) {
		return ErrNotMember
	}
	var err error
	st.names, err = s.readNames(r, st)
	return err
}

// statementsOf gives the statements that an entry wrote, or why they don't count.
func (s *Session) statementsOf(r store.Reader, st *state, seq int64) ([]stated, error) {
	e, err := s.vault.log.Entry(r, seq)
	if err != nil {
		return nil, err
	}
	if err := s.vault.log.Includes(r, st.head, e); err != nil {
		return nil, &IntegrityError{fmt.Sprintf("entry %d of the log", seq), err}
	}
	// Whoever can write to the store can append an entry. One that isn't signed by someone
	// who was there counts for nothing.
	key, ok := st.roster.key(e.Actor, seq)
	signer := key.Verifier()
	if len(st.roster.principals) == 0 {
		h, err := readHeader(r)
		if err != nil {
			return nil, err
		}
		signer, ok = h.founder, true
	}
	ignore := func(err error) ([]stated, error) { return []stated{{number: -1, seq: seq, err: err}}, nil }
	if !ok {
		return ignore(errors.New("it makes statements, and is by someone who was not there"))
	}
	if err := e.Verify(s.vault.id, signer); err != nil {
		return ignore(err)
	}
	var all []stated
	next := st.roster.statements
	for _, w := range e.Writes {
		if w.Deleted || w.Key[0] != kindStatement {
			continue
		}
		m := stated{number: -1, seq: seq, actor: e.Actor}
		if len(w.Key) == 1+4 {
			m.number = int(binary.BigEndian.Uint32(w.Key[1:]))
		}
		// One that is out of turn isn't read: where it stood another may stand now, rightly.
		if m.number == next {
			next++
			m.err = s.openStatement(r, e, w.Key, &m)
		}
		switch {
		case m.err == nil:
		case len(st.roster.principals) > 0 && !st.roster.ownsAnything(e.Actor, seq):
			// It has its number and says nothing, whatever becomes of its record.
			m.err = errors.New("it can't be read, and is by someone who was no owner")
		case errors.Is(m.err, ErrNotMember):
			return nil, m.err
		default:
			return nil, &IntegrityError{fmt.Sprintf("a statement of entry %d of the log", seq), m.err}
		}
		all = append(all, m)
	}
	return all, nil
}

// openStatement opens a statement that an entry wrote.
func (s *Session) openStatement(r store.Reader, e audit.Entry, key []byte, m *stated) error {
	raw, err := r.Get(key)
	if err != nil {
		return err
	}
	if !e.Vouches(key, raw) {
		return errors.New("it isn't the one that was made")
	}
	rec, err := decodeRecord(raw)
	if err != nil {
		return err
	}
	if rec.seq != m.seq {
		return errors.New("it belongs somewhere else")
	}
	rosterKey, err := s.sharedKey(r, rosterKeyID, rec.generation)
	if err != nil {
		return err
	}
	plain, err := s.vault.openRecord(key, raw, rosterKey)
	if err != nil {
		return err
	}
	m.statement, err = decodeStatement(plain)
	return err
}
