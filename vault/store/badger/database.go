package badger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"syscall"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/secretsweep/secretsweep/vault/store"
)

// The first byte of a key says what it is the key of.
const (
	keySpace  = 'k' // what is stored
	partSpace = 's' // a part of a large transaction
	markSpace = 'm' // that all parts are there
)

// version is the format of the database, which Badger keeps in its manifest.
const version = 1

// openDatabase opens a database, or makes a new one in a folder that isn't there.
func openDatabase(dir string, readOnly bool) (db *badger.DB, err error) {
	defer whole(&err)
	if err := unseal(dir, readOnly); err != nil {
		return nil, err
	}
	return badger.Open(badger.DefaultOptions(dir).
		WithReadOnly(readOnly).
		WithBypassLockGuard(true). // the folder above has the lock
		WithExternalMagic(version).
		WithLogger(nil).
		WithMetricsEnabled(false).
		WithSyncWrites(true).
		WithDetectConflicts(false). // updates run one after the other
		WithMemTableSize(8 << 20).
		WithNumMemtables(1).
		WithNumCompactors(2).
		WithValueThreshold(1 << 20). // all values stand in the tables
		WithValueLogFileSize(16 << 20).
		WithVerifyValueChecksum(true).
		WithChecksumVerificationMode(options.OnTableAndBlockRead).
		WithCompression(options.None). // what is sealed doesn't get smaller
		WithBlockCacheSize(0))
}

// closeDatabase closes a database. Each time leaves a table of what was written since it
// was opened, and Badger gets round to merging them when it is open for longer.
func closeDatabase(db *badger.DB) (err error) {
	defer whole(&err)
	if db.Opts().ReadOnly {
		return db.Close()
	}
	const many = 10
	if db.Levels()[0].NumTables >= many {
		err = db.Flatten(1)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	return seal(db.Opts().Dir)
}

// whole turns what Badger says of what it can't read, or panics with, into a
// [store.CorruptError].
func whole(err *error) {
	if p := recover(); p != nil {
		*err = &store.CorruptError{Err: fmt.Errorf("badger panicked: %v", p)}
		return
	}
	var damaged *store.CorruptError
	var path *fs.PathError
	var system syscall.Errno
	switch {
	case *err == nil, errors.As(*err, &damaged), errors.Is(*err, store.ErrNotFound), errors.As(*err, &path), errors.As(*err, &system):
	case errors.Is(*err, badger.ErrKeyNotFound):
		*err = store.ErrNotFound
	case errors.Is(*err, badger.ErrTruncateNeeded):
		*err = errors.New("the last to use it was stopped in the middle, which can't be mended where nothing can be written")
	case errors.Is(*err, badger.ErrWindowsNotSupported):
		*err = errors.New("on Windows it can't be read where nothing can be written")
	default:
		*err = &store.CorruptError{Err: *err}
	}
}

// reader reads what is stored, at one moment.
type reader struct {
	ctx context.Context
	txn *badger.Txn
}

var _ store.Reader = reader{}

func (r reader) Get(key []byte) ([]byte, error) { return get(r.txn, inSpace(keySpace, key)) }

func (r reader) Scan(prefix []byte) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		for p, err := range scan(r.txn, inSpace(keySpace, prefix)) {
			if err == nil {
				err = r.ctx.Err()
			}
			if err != nil {
				yield(store.Pair{}, err)
				return
			}
			p.Key = p.Key[1:]
			if !yield(p, nil) {
				return
			}
		}
	}
}

func inSpace(space byte, key []byte) []byte {
	return append(append(make([]byte, 0, 1+len(key)), space), key...)
}

func get(txn *badger.Txn, key []byte) (value []byte, err error) {
	defer whole(&err)
	item, err := txn.Get(key)
	if err != nil {
		return nil, err
	}
	return item.ValueCopy([]byte{})
}

// scan gives all that begins with a prefix.
func scan(txn *badger.Txn, prefix []byte) iter.Seq2[store.Pair, error] {
	return func(yield func(store.Pair, error) bool) {
		it := &iterator{txn: txn, prefix: prefix}
		defer it.close()
		for {
			p, ok, err := it.next()
			if err != nil {
				yield(store.Pair{}, err)
				return
			}
			if !ok || !yield(p, nil) {
				return
			}
		}
	}
}

// iterator iterates where Badger may panic.
type iterator struct {
	txn    *badger.Txn
	prefix []byte
	it     *badger.Iterator // nil before the first
}

func (i *iterator) next() (p store.Pair, ok bool, err error) {
	defer whole(&err)
	if i.it == nil {
		o := badger.DefaultIteratorOptions
		o.Prefix = i.prefix
		i.it = i.txn.NewIterator(o)
		i.it.Rewind()
	} else {
		i.it.Next()
	}
	if !i.it.Valid() {
		return p, false, nil
	}
	item := i.it.Item()
	p.Key = item.KeyCopy(nil)
	p.Value, err = item.ValueCopy([]byte{})
	return p, true, err
}

func (i *iterator) close() {
	if i.it != nil {
		i.it.Close()
	}
}

// write makes changes, nil values deleting, in one transaction of Badger's.
func write(db *badger.DB, space byte, changes []store.Pair) (err error) {
	defer whole(&err)
	txn := db.NewTransaction(true)
	defer txn.Discard()
	for _, c := range changes {
		key := inSpace(space, c.Key)
		if c.Value == nil {
			err = txn.Delete(key)
		} else {
			err = txn.Set(key, c.Value)
		}
		if err != nil {
			return err
		}
	}
	return txn.Commit()
}
