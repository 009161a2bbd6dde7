package audit

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/secretsweep/secretsweep/vault/store"
)

// Walk verifies the log from an entry on to its end: that no entry is missing and none is
// beyond the end; that each stands at its place, was signed, and has the log before it
// that its actor saw; that its session is the one that the session's first entry wrote;
// that the stored hashes are those of the entries. It takes the hashes of the entries
// before from as they are stored: that they are right is for [Log.Consistent] to prove.
// It takes time for the whole log wherever it begins.
//
// keyOf gives the public key of an actor, as it was before entry seq; its error is a
// problem of that entry. visit is given the entries that are right, in their order, each
// before keyOf is asked for the next; its error ends the walk. An entry is right even if
// its session is not, which keeps auditors from reading it and nothing else. problem is
// told what is wrong, and Walk goes on. For what is beyond the end, seq is the log's
// size. All are called from Walk's goroutine.
//
// Walk gives the head of what it has read. If there was a problem, it is worth nothing.
func (l *Log) Walk(
	r store.Reader,
	from int64,
	keyOf func(seq int64, actor ID) (ed25519.PublicKey, error),
	visit func(Entry) error,
	problem func(seq int64, err error),
) (Head, error) {
	w := walk{log: l, r: r, keyOf: keyOf, visit: visit, problem: problem, known: make(map[ID]ID)}
	h, err := w.run(from)
	if err != nil {
		return Head{}, fmt.Errorf("walk the audit log: %w", err)
	}
	return h, nil
}

type walk struct {
	log     *Log
	r       store.Reader
	keyOf   func(int64, ID) (ed25519.PublicKey, error)
	visit   func(Entry) error
	problem func(int64, error)

	frontier           // of the entries that were read
	known    map[ID]ID // sessions that were found to be right, and whose they are
}

func (w *walk) run(from int64) (Head, error) {
	size, err := readSize(w.r)
	if err != nil {
		return Head{}, err
	}
	if from < 0 || from > size {
		return Head{}, fmt.Errorf("there is no entry %d of %d", from, size)
	}
	if err := w.jump(from); err != nil {
		return Head{}, err
	}
	for pair, err := range w.r.Scan([]byte(entryPrefix)) {
		if err != nil {
			return Head{}, err
		}
		seq := numberOf(entryPrefix, pair.Key)
		if seq < 0 || seq >= size {
			w.problem(size, fmt.Errorf("an entry beyond the end: key %x", pair.Key))
			continue
		}
		if seq < from {
			continue
		}
		if err := w.skip(seq); err != nil {
			return Head{}, err
		}
		if err := w.step(pair.Value); err != nil {
			return Head{}, err
		}
	}
	if err := w.skip(size); err != nil {
		return Head{}, err
	}
	hashes := tlog.StoredHashCount(size)
	for pair, err := range w.r.Scan([]byte(hashPrefix)) {
		if err != nil {
			return Head{}, err
		}
		if index := numberOf(hashPrefix, pair.Key); index < 0 || index >= hashes {
			w.problem(size, fmt.Errorf("a hash beyond the end: key %x", pair.Key))
		}
	}
	return Head{size, w.root()}, nil
}

// skip goes on at entry seq where those before it are missing.
func (w *walk) skip(seq int64) error {
	if w.next == seq {
		return nil
	}
	w.problem(w.next, fmt.Errorf("missing, with all up to entry %d", seq-1))
	return w.jump(seq)
}

// jump takes the stored hashes for those of the entries before seq, and zero for one that
// is missing.
func (w *walk) jump(seq int64) error {
	var err error
	w.frontier, err = frontierAt(seq, func(index int64) (Hash, error) {
		h, _, err := w.stored(seq, index)
		return h, err
	})
	return err
}

// step verifies the next entry.
func (w *walk) step(stored []byte) error {
	seq := w.next
	leaf := tlog.RecordHash(stored)
	e, wrong := w.verify(stored)
	if wrong != nil {
		w.problem(seq, wrong)
		// The stored hash is more likely that of what the entries after it saw.
		if h, err := readHash(w.r, tlog.StoredHashIndex(0, seq)); err == nil {
			leaf = h
		}
	}
	if err := w.add(leaf); err != nil || wrong != nil {
		return err
	}
	if err := w.verifySession(e); err != nil {
		w.problem(seq, err)
	}
	return w.visit(e)
}

// verify gives the next entry if it is right.
func (w *walk) verify(stored []byte) (Entry, error) {
	e, err := decodeEntry(stored)
	if err != nil {
		return Entry{}, err
	}
	if e.Seq != w.next {
		return Entry{}, fmt.Errorf("it is entry %d", e.Seq)
	}
	key, err := w.keyOf(e.Seq, e.Actor)
	if err != nil {
		return Entry{}, err
	}
	if err := e.Verify(w.log.vault, key); err != nil {
		return Entry{}, err
	}
	if e.Before != w.root() {
		return Entry{}, errors.New("its actor saw other entries before it")
	}
	return e, nil
}

// verifySession tells whether the session of an entry is the one that its first entry
// wrote.
func (w *walk) verifySession(e Entry) error {
	const most = 4096 // sessions to remember
	if actor, ok := w.known[e.Session]; ok && actor == e.Actor {
		return nil
	}
	s, stored, err := readSession(w.r, e.Session)
	if err != nil {
		return err
	}
	first := e
	if s.first != e.Seq {
		if first, err = w.log.Entry(w.r, s.first); err != nil {
			return err
		}
	}
	if s.first > e.Seq || s.actor != e.Actor || first.Session != e.Session || !first.Vouches(sessionKey(e.Session), stored) {
		return fmt.Errorf("session %s was changed", e.Session)
	}
	if len(w.known) == most {
		clear(w.known)
	}
	w.known[e.Session] = e.Actor
	return nil
}

// add adds the next leaf to the tree, and compares the hashes that it completes with
// those that are stored.
func (w *walk) add(leaf Hash) error {
	seq := w.next
	for i, h := range w.frontier.add(leaf) {
		index := tlog.StoredHashIndex(0, seq) + int64(i)
		stored, ok, err := w.stored(seq, index)
		if err != nil {
			return err
		}
		if ok && stored != h {
			w.problem(seq, fmt.Errorf("hash %d isn't that of the entries", index))
		}
	}
	return nil
}

// stored reads a hash that is needed at entry seq, and tells whether it is there. If it
// is missing or damaged that is a problem of the entry.
func (w *walk) stored(seq, index int64) (Hash, bool, error) {
	h, err := readHash(w.r, index)
	if errors.Is(err, errMissing) || errors.Is(err, errDamaged) {
		w.problem(seq, err)
		return Hash{}, false, nil
	}
	return h, err == nil, err
}
