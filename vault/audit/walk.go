package audit

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"runtime"
	"sync"

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
// problem of that entry. visit is given the entries that are right, in their order; its
// error ends the walk. An entry is right even if
// its session is not, which keeps auditors from reading it and nothing else. problem is
// told what is wrong, and Walk goes on. For what is beyond the end, seq is the log's
// size. All are called from Walk's goroutine; signatures are verified on all processors,
// some entries ahead of the one that is visited.
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
	var ahead []signed
	held := 0 // bytes
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
		ahead, held = append(ahead, w.read(seq, pair.Value)), held+len(pair.Value)
		if len(ahead) == mostAhead || held >= mostHeld {
			if err := w.stepAll(ahead); err != nil {
				return Head{}, err
			}
			ahead, held = ahead[:0], 0
		}
	}
	if err := w.stepAll(ahead); err != nil {
		return Head{}, err
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

// Entries are read ahead, up to so many and so many bytes, to verify their signatures at
// once: that is what takes most of a walk's time.
const (
	mostAhead = 256
	mostHeld  = 8 << 20
)

// signed is an entry that was read ahead.
type signed struct {
	seq    int64
	stored []byte
	entry  Entry
	key    ed25519.PublicKey
	wrong  error
}

// read reads an entry ahead.
func (w *walk) read(seq int64, stored []byte) signed {
	s := signed{seq: seq, stored: stored}
	if s.entry, s.wrong = decodeEntry(stored); s.wrong != nil {
		return s
	}
	if s.entry.Seq != seq {
		s.wrong = fmt.Errorf("it is entry %d", s.entry.Seq)
		return s
	}
	s.key, s.wrong = w.keyOf(seq, s.entry.Actor)
	return s
}

// stepAll verifies the next entries. There may be some missing before each.
func (w *walk) stepAll(ahead []signed) error {
	var all sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for k := range min(workers, len(ahead)) {
		all.Go(func() {
			for i := k; i < len(ahead); i += workers {
				if s := &ahead[i]; s.wrong == nil {
					s.wrong = s.entry.Verify(w.log.vault, s.key)
				}
			}
		})
	}
	all.Wait()
	for _, s := range ahead {
		if err := w.skip(s.seq); err != nil {
			return err
		}
		if err := w.step(s); err != nil {
			return err
		}
	}
	return nil
}

// step takes the next entry.
func (w *walk) step(s signed) error {
	leaf, wrong := tlog.RecordHash(s.stored), s.wrong
	if wrong == nil && s.entry.Before != w.root() {
		wrong = errors.New("its actor saw other entries before it")
	}
	if wrong != nil {
		w.problem(s.seq, wrong)
		// The stored hash is more likely that of what the entries after it saw.
		if h, err := readHash(w.r, tlog.StoredHashIndex(0, s.seq)); err == nil {
			leaf = h
		}
	}
	if err := w.add(leaf); err != nil || wrong != nil {
		return err
	}
	if err := w.verifySession(s.entry); err != nil {
		w.problem(s.seq, err)
	}
	return w.visit(s.entry)
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
