package store

import (
	"bytes"
	"iter"
)

// Overlay is a transaction whose changes are kept in memory, above a Reader that they
// leave as it is. Over a [Tx] it is an act within an act: flushed into it, or dropped.
// It is for one goroutine at a time, and ends with the transaction of its Reader.
type Overlay struct {
	base    Reader
	changes *tree // a nil value deletes
	size    int
}

var _ Tx = (*Overlay)(nil)

// NewOverlay makes an Overlay without changes.
func NewOverlay(base Reader) *Overlay { return &Overlay{base: base} }

// Get gives what is stored under a key, or an error that is [ErrNotFound].
func (o *Overlay) Get(key []byte) ([]byte, error) {
	value, changed := o.changes.get(key)
	switch {
	case !changed:
		return o.base.Get(key)
	case value == nil:
		return nil, ErrNotFound
	}
	return value, nil
}

// Scan gives what is stored under keys that begin with prefix, ascending by key.
func (o *Overlay) Scan(prefix []byte) iter.Seq2[Pair, error] {
	return func(yield func(Pair, error) bool) {
		changes := o.changes // of this moment
		next := changes.first(prefix, false)
		// upTo gives the changes up to a key, nil for all that are left.
		upTo := func(key []byte) bool {
			for next != nil && bytes.HasPrefix(next.Key, prefix) && (key == nil || bytes.Compare(next.Key, key) <= 0) {
				if next.Value != nil && !yield(*next, nil) {
					return false
				}
				next = changes.first(next.Key, true)
			}
			return true
		}
		for p, err := range o.base.Scan(prefix) {
			if err != nil {
				yield(Pair{}, err)
				return
			}
			if !upTo(p.Key) {
				return
			}
			if _, changed := changes.get(p.Key); !changed && !yield(p, nil) {
				return
			}
		}
		upTo(nil)
	}
}

// Set stores a value under a key.
func (o *Overlay) Set(key, value []byte) error {
	if err := CheckSize(key, value); err != nil {
		return err
	}
	o.change(Pair{bytes.Clone(key), append(make([]byte, 0, len(value)), value...)})
	return nil
}

// Delete takes a key away.
func (o *Overlay) Delete(key []byte) error {
	if err := CheckSize(key, nil); err != nil {
		return err
	}
	o.change(Pair{Key: bytes.Clone(key)})
	return nil
}

func (o *Overlay) change(p Pair) {
	if old, changed := o.changes.get(p.Key); changed {
		o.size -= len(p.Key) + len(old)
	}
	o.changes = o.changes.set(p)
	o.size += len(p.Key) + len(p.Value)
}

// Size is how many bytes the keys and values of its changes have.
func (o *Overlay) Size() int { return o.size }

// Changes gives what was set, and with a nil Value what was deleted, ascending by key,
// each key once. The bytes must not be changed.
func (o *Overlay) Changes() iter.Seq[Pair] {
	return func(yield func(Pair) bool) {
		changes := o.changes
		for p := changes.first(nil, false); p != nil; p = changes.first(p.Key, true) {
			if !yield(*p) {
				return
			}
		}
	}
}

// Flush makes the changes in a transaction as well.
func (o *Overlay) Flush(to Tx) error {
	for p := range o.Changes() {
		var err error
		if p.Value == nil {
			err = to.Delete(p.Key)
		} else {
			err = to.Set(p.Key, p.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
