package store

import (
	"bytes"
	"hash/maphash"
)

// tree is an ordered map that is never changed: set and without give a new one that
// shares most of the old. So to keep a tree is to keep a moment. The nil tree is empty.
//
// It is a treap: a search tree by key and a heap by rank. The rank is a hash of the key
// with a seed that nobody else knows, so no choice of keys makes the tree a list.
type tree struct {
	Pair
	rank        uint64
	left, right *tree
}

var seed = maphash.MakeSeed()

// get gives what is stored under a key.
func (t *tree) get(key []byte) (value []byte, ok bool) {
	for t != nil {
		switch c := bytes.Compare(key, t.Key); {
		case c < 0:
			t = t.left
		case c > 0:
			t = t.right
		default:
			return t.Value, true
		}
	}
	return nil, false
}

// first gives the pair with the least key that is at least, or more than, the bound,
// and nil if there is none.
func (t *tree) first(bound []byte, more bool) *Pair {
	var best *Pair
	for t != nil {
		if c := bytes.Compare(t.Key, bound); c > 0 || c == 0 && !more {
			best, t = &t.Pair, t.left
		} else {
			t = t.right
		}
	}
	return best
}

// set gives the tree with a pair, which it keeps.
func (t *tree) set(p Pair) *tree {
	return t.setRanked(p, maphash.Bytes(seed, p.Key))
}

func (t *tree) setRanked(p Pair, rank uint64) *tree {
	if t == nil || rank > t.rank {
		// The key isn't in t: there it would have the same rank.
		left, right := t.split(p.Key)
		return &tree{p, rank, left, right}
	}
	changed := *t
	switch c := bytes.Compare(p.Key, t.Key); {
	case c < 0:
		changed.left = t.left.setRanked(p, rank)
	case c > 0:
		changed.right = t.right.setRanked(p, rank)
	default:
		changed.Pair = p
	}
	return &changed
}

// split gives what is less than a key and what is more. The key isn't in the tree.
func (t *tree) split(key []byte) (less, more *tree) {
	if t == nil {
		return nil, nil
	}
	changed := *t
	if bytes.Compare(t.Key, key) < 0 {
		changed.right, more = t.right.split(key)
		return &changed, more
	}
	less, changed.left = t.left.split(key)
	return less, &changed
}

// without gives the tree without a key.
func (t *tree) without(key []byte) *tree {
	if t == nil {
		return nil
	}
	changed := *t
	switch c := bytes.Compare(key, t.Key); {
	case c < 0:
		changed.left = t.left.without(key)
	case c > 0:
		changed.right = t.right.without(key)
	default:
		return join(t.left, t.right)
	}
	return &changed
}

// join makes one tree of two; all keys of the first are less than all of the second.
func join(less, more *tree) *tree {
	switch {
	case less == nil:
		return more
	case more == nil:
		return less
	case less.rank > more.rank:
		changed := *less
		changed.right = join(less.right, more)
		return &changed
	default:
		changed := *more
		changed.left = join(less, more.left)
		return &changed
	}
}
