package audit

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/secretsweep/secretsweep/vault/store"
)

// maxSize is how many entries a log may have. It keeps the indexes of hashes far from
// the end of an int64.
const maxSize = 1 << 40

// ErrChanged is what [Log.Writes] answers if an entry that it read isn't the log's.
var ErrChanged = errors.New("an entry isn't the one that the log's hashes are of: it was changed")

// Head stands for the whole log up to an entry.
type Head struct {
	Size int64 // the number of entries
	Root Hash  // of the tree of these entries
}

func (h Head) check() error {
	if h.Size < 0 || h.Size > maxSize {
		return fmt.Errorf("a log of %d entries is impossible", h.Size)
	}
	return nil
}

// RolledBackError tells that a log is shorter than it was: its end was cut off, or an
// older state was put in its place.
type RolledBackError struct{ Old, Now Head }

func (e *RolledBackError) Error() string {
	return fmt.Sprintf("the audit log has %d entries where it had %d: it was cut off or replaced by an older one", e.Now.Size, e.Old.Size)
}

// ForkedError tells that a log isn't the continuation of what it was.
type ForkedError struct{ Old, Now Head }

func (e *ForkedError) Error() string {
	return fmt.Sprintf("the audit log of %d entries doesn't continue the one that had %d: it was replaced by another one", e.Now.Size, e.Old.Size)
}

// Log is the log of one vault. It keeps nothing but the vault's id, and is safe for
// concurrent use as far as the transactions are that it is given.
type Log struct{ vault [32]byte }

// New gives the log of the vault of this id. All entries are bound to it.
func New(vault [32]byte) *Log { return &Log{vault} }

// Head gives the head of the log as it is stored. It proves nothing by itself, see
// [Log.Consistent].
func (l *Log) Head(r store.Reader) (Head, error) {
	size, err := readSize(r)
	if err != nil {
		return Head{}, fmt.Errorf("read the audit log's head: %w", err)
	}
	root, err := tlog.TreeHash(size, hashReader(r))
	if err != nil {
		return Head{}, fmt.Errorf("read the audit log's head: %w", err)
	}
	return Head{size, root}, nil
}

// Entry reads an entry and verifies nothing. It is an error if there is no such entry, and
// not one that is [store.ErrNotFound].
func (l *Log) Entry(r store.Reader, seq int64) (Entry, error) {
	stored, err := get(r, EntryKey(seq))
	if err != nil {
		return Entry{}, fmt.Errorf("read audit entry %d: %w", seq, err)
	}
	e, err := decodeEntry(stored)
	if err == nil && e.Seq != seq {
		err = fmt.Errorf("it is entry %d", e.Seq)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("read audit entry %d: %w", seq, err)
	}
	return e, nil
}

// Writes calls visit for each write that the entries list from one to the end of the log of
// this head, in order. It makes sure that the entries that it reads are the log's, so that
// none is left out or told otherwise: what visit was given counts if there is no error. Who
// signed them is another question, see [Entry.Verify].
func (l *Log) Writes(r store.Reader, from int64, h Head, visit func(seq int64, w Write)) error {
	if err := writes(r, from, h, visit); err != nil {
		return fmt.Errorf("read the audit log from entry %d: %w", from, err)
	}
	return nil
}

func writes(r store.Reader, from int64, h Head, visit func(int64, Write)) error {
	if err := h.check(); err != nil {
		return err
	}
	tree, err := frontierAt(from, func(index int64) (Hash, error) { return readHash(r, index) })
	if err != nil {
		return err
	}
	for seq := from; seq < h.Size; seq++ {
		stored, err := get(r, EntryKey(seq))
		if err != nil {
			return fmt.Errorf("entry %d: %w", seq, err)
		}
		e, err := decodeEntry(stored)
		if err != nil {
			return fmt.Errorf("entry %d: %w", seq, err)
		}
		tree.add(tlog.RecordHash(stored))
		for _, w := range e.Writes {
			visit(seq, w)
		}
	}
	if tree.root() != h.Root {
		return ErrChanged
	}
	return nil
}

// Includes proves that the log of this head has this entry, and before it the same
// entries that were there when its actor signed it. Whether it is signed is another
// question, see [Entry.Verify].
func (l *Log) Includes(r store.Reader, h Head, e Entry) error {
	if err := l.includes(r, h, e); err != nil {
		return fmt.Errorf("prove audit entry %d: %w", e.Seq, err)
	}
	return nil
}

func (l *Log) includes(r store.Reader, h Head, e Entry) error {
	if err := h.check(); err != nil {
		return err
	}
	proof, err := tlog.ProveRecord(h.Size, e.Seq, hashReader(r))
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, h.Size, h.Root, e.Seq, e.leaf()); err != nil {
		return errors.New("not in the log")
	}
	if e.Seq == 0 {
		if empty, _ := tlog.TreeHash(0, nil); e.Before != empty {
			return errors.New("its actor saw entries before it")
		}
		return nil
	}
	before, err := tlog.ProveTree(h.Size, e.Seq, hashReader(r))
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(before, h.Size, h.Root, e.Seq, e.Before); err != nil {
		return errors.New("its actor saw other entries before it")
	}
	return nil
}

// Consistent proves that the log of the head now is the one of the head old, with
// entries appended. Its error is a [RolledBackError] if the log is shorter, and a
// [ForkedError] if it is another one.
func (l *Log) Consistent(r store.Reader, old, now Head) error {
	for _, h := range []Head{old, now} {
		if err := h.check(); err != nil {
			return err
		}
	}
	switch {
	case now.Size < old.Size:
		return &RolledBackError{old, now}
	case old.Size == 0:
		return nil // every log continues the empty one
	}
	proof, err := tlog.ProveTree(now.Size, old.Size, hashReader(r))
	if err != nil {
		return fmt.Errorf("compare audit logs: %w", err)
	}
	if err := tlog.CheckTree(proof, now.Size, now.Root, old.Size, old.Root); err != nil {
		return &ForkedError{old, now}
	}
	return nil
}

const (
	entryPrefix   = "ae"
	hashPrefix    = "ah"
	sessionPrefix = "as"
	sizeKey       = "an"
)

// EntryKey gives the key of the store under which an entry stands.
func EntryKey(seq int64) []byte  { return numberKey(entryPrefix, seq) }
func hashKey(index int64) []byte { return numberKey(hashPrefix, index) }
func sessionKey(id ID) []byte    { return append([]byte(sessionPrefix), id[:]...) }

func numberKey(prefix string, n int64) []byte {
	return binary.BigEndian.AppendUint64([]byte(prefix), uint64(n))
}

// numberOf gives the number in a key made by numberKey, or -1 if there is none.
func numberOf(prefix string, key []byte) int64 {
	if len(key) != len(prefix)+8 {
		return -1
	}
	return max(-1, int64(binary.BigEndian.Uint64(key[len(prefix):])))
}

func encodeSize(size int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{format}, uint64(size))
}

func readSize(r store.Reader) (int64, error) {
	stored, err := get(r, []byte(sizeKey))
	if errors.Is(err, errMissing) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	s, err := versioned(stored)
	if err != nil {
		return 0, err
	}
	var size uint64
	if !s.ReadUint64(&size) || size > maxSize || !s.Empty() {
		return 0, errDamaged
	}
	return int64(size), nil
}

func readHash(r store.Reader, index int64) (Hash, error) {
	stored, err := get(r, hashKey(index))
	if err == nil && len(stored) != tlog.HashSize {
		err = errDamaged
	}
	if err != nil {
		return Hash{}, fmt.Errorf("hash %d: %w", index, err)
	}
	return Hash(stored), nil
}

// hashReader gives the tree's stored hashes to tlog.
func hashReader(r store.Reader) tlog.HashReaderFunc {
	return func(indexes []int64) ([]Hash, error) {
		hashes := make([]Hash, len(indexes))
		for i, index := range indexes {
			var err error
			if hashes[i], err = readHash(r, index); err != nil {
				return nil, err
			}
		}
		return hashes, nil
	}
}
