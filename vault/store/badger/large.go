package badger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	"github.com/dgraph-io/badger/v4"

	"github.com/secretsweep/secretsweep/vault/store"
)

// What fits into one transaction of Badger's, which has 15 % of the write-ahead log's
// size and 13,107 keys, and a part of a larger one into one value of less than 1 MiB.
const (
	partSize  = 1 << 20 // of keys and values and partExtra for each
	partExtra = 32
	partKeys  = 10_000
)

// parts cuts changes into such as fit into one transaction of Badger's.
func parts(changes iter.Seq[store.Pair]) iter.Seq[[]store.Pair] {
	return func(yield func([]store.Pair) bool) {
		var part []store.Pair
		size := 0
		for p := range changes {
			more := len(p.Key) + len(p.Value) + partExtra
			if len(part) > 0 && (size+more > partSize || len(part) == partKeys) {
				if !yield(part) {
					return
				}
				part, size = nil, 0
			}
			part, size = append(part, p), size+more
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}

// large is what is left of a large transaction, or one that is being written.
type large struct{ db *badger.DB }

// stage writes the parts, and marks them: after that the transaction has taken place.
// On an error before that there may be parts to sweep away.
func (l large) stage(ctx context.Context, all iter.Seq[[]store.Pair]) error {
	n := uint64(0)
	for part := range all {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, l.sweep())
		}
		if err := write(l.db, partSpace, []store.Pair{{Key: partKey(n), Value: encode(part)}}); err != nil {
			return err
		}
		n++
	}
	return write(l.db, markSpace, []store.Pair{{Value: partKey(n)}})
}

// finish applies what is marked, if anything is, and sweeps the parts away.
func (l large) finish() error {
	txn := l.db.NewTransaction(false)
	defer txn.Discard()
	mark, err := get(txn, []byte{markSpace})
	if errors.Is(err, store.ErrNotFound) {
		return l.sweep()
	}
	if err != nil {
		return err
	}
	n := uint64(0)
	for p, err := range scan(txn, []byte{partSpace}) {
		if err != nil {
			return err
		}
		if !bytes.Equal(p.Key[1:], partKey(n)) {
			break
		}
		part, err := decode(p.Value)
		if err != nil {
			return err
		}
		if err := write(l.db, keySpace, part); err != nil {
			return err
		}
		n++
	}
	if !bytes.Equal(mark, partKey(n)) {
		return &store.CorruptError{Err: fmt.Errorf("part %d of a transaction is missing", n)}
	}
	if err := write(l.db, markSpace, []store.Pair{{}}); err != nil {
		return err
	}
	return l.sweep()
}

// sweep removes the parts.
func (l large) sweep() error {
	txn := l.db.NewTransaction(false)
	defer txn.Discard()
	for p, err := range scan(txn, []byte{partSpace}) {
		if err == nil {
			err = write(l.db, partSpace, []store.Pair{{Key: p.Key[1:]}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// left tells whether there is anything to finish.
func (l large) left() (bool, error) {
	txn := l.db.NewTransaction(false)
	defer txn.Discard()
	for _, space := range []byte{markSpace, partSpace} {
		for _, err := range scan(txn, []byte{space}) {
			return true, err
		}
	}
	return false, nil
}

func partKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// encode writes changes one after the other: the length of the key, the key, 0 if it is
// deleted and else the length of the value and one more, and the value.
func encode(part []store.Pair) []byte {
	var b []byte
	for _, p := range part {
		b = binary.AppendUvarint(b, uint64(len(p.Key)))
		b = append(b, p.Key...)
		if p.Value == nil {
			b = append(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, uint64(len(p.Value))+1)
		b = append(b, p.Value...)
	}
	return b
}

// decode reads what encode wrote.
func decode(b []byte) ([]store.Pair, error) {
	var part []store.Pair
	for len(b) > 0 {
		key, rest, ok := cut(b, 0)
		if !ok || len(rest) == 0 {
			return nil, errPart()
		}
		p := store.Pair{Key: key}
		if rest[0] == 0 {
			b = rest[1:]
		} else if p.Value, b, ok = cut(rest, 1); !ok {
			return nil, errPart()
		}
		if store.CheckSize(p.Key, p.Value) != nil {
			return nil, errPart()
		}
		part = append(part, p)
	}
	return part, nil
}

func errPart() error {
	return &store.CorruptError{Err: errors.New("a part of a transaction can't be read")}
}

// cut takes a length, to which less was added, and as many bytes.
func cut(b []byte, less uint64) (field, rest []byte, ok bool) {
	n, read := binary.Uvarint(b)
	if read <= 0 || n < less || n-less > uint64(len(b)-read) {
		return nil, nil, false
	}
	b = b[read:]
	return b[: n-less : n-less], b[n-less:], true
}
