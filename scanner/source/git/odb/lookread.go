package odb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Type is the type of an object, for which it is read.
func (l *Lookup) Type(i int) Type {
	_, t, err := l.read(i)
	if err == nil {
		return t
	}
	db, k, err := l.learned(context.Background(), i)
	if err != nil {
		return Unknown
	}
	return db.Type(k)
}

// seems gives the type that an object has if the index is right.
func (l *Lookup) seems(i int) Type {
	r := l.db.reader()
	defer l.db.readers.Put(r)
	chain, err := l.chain(r, i)
	if err != nil {
		return Unknown
	}
	t, err := r.rootType(chain[len(chain)-1])
	if err != nil {
		return Unknown
	}
	return t
}

// rootType is the type of what isn't stored as a delta.
func (r *reader) rootType(at spot) (Type, error) {
	if at.pack == nil {
		c, t, err := openLoose(loosePath(at.path, at.id))
		if err == nil {
			err = c.Close()
		}
		return t, err
	}
	head, err := r.window.entry(at.source, at.offset, r.db.ids.width)
	return Type(head.kind), err
}

var (
	// errLongChain: a chain of deltas has more links than any that git makes, or
	// none of them is its end.
	errLongChain = errors.New("chain of deltas is too long")
	errOther     = errors.New("another object than its id says")
)

// spot gives where an object is.
func (f known) spot() (spot, error) {
	at := spot{source: f.source, id: []byte(f.id)}
	if f.source == nil {
		return at, errNoCopy
	}
	var err error
	if f.index != nil {
		at.offset, err = f.index.offset(f.at)
	}
	return at, err
}

// base gives where the base of a delta is.
func (l *Lookup) base(id ID) (spot, error) {
	l.mu.Lock()
	f, ok := l.search(id)
	l.mu.Unlock()
	if !ok {
		return spot{}, errNoBase
	}
	return f.spot()
}

// chain gives where an object is stored, the base of the delta that is there, the
// base of that, and so on.
func (l *Lookup) chain(r *reader, i int) ([]spot, error) {
	const longest = 1 << 13 // git makes them of 4,095 links at most
	at, err := l.get(i).spot()
	var chain []spot
	for err == nil {
		if len(chain) == longest {
			return nil, errLongChain
		}
		chain = append(chain, at)
		if at.pack == nil {
			return chain, nil
		}
		var head entry
		if head, err = r.window.entry(at.source, at.offset, l.db.ids.width); err != nil {
			break
		}
		switch head.kind {
		case offsetDelta:
			at = spot{source: at.source, offset: at.offset - head.back}
		case refDelta:
			at, err = l.base(ID(head.base))
		default:
			return chain, nil
		}
	}
	return nil, err
}

// Size is the size of an object in bytes, inflated; 0 if that can't be told.
func (l *Lookup) Size(i int) int64 {
	size, err := l.size(i)
	if err == nil {
		return size
	}
	db, k, err := l.learned(context.Background(), i)
	if err != nil {
		return 0
	}
	return db.Size(k)
}

func (l *Lookup) size(i int) (int64, error) {
	r := l.db.reader()
	defer l.db.readers.Put(r)
	at, err := l.get(i).spot()
	if err != nil {
		return 0, err
	}
	if at.pack != nil {
		return r.size(at)
	}
	c, err := r.stream(at)
	if err != nil {
		return 0, err
	}
	return c.size, c.Close()
}

// Read reads one object. The data is the caller's.
func (l *Lookup) Read(ctx context.Context, i int) ([]byte, error) {
	data, _, err := l.read(i)
	if err == nil {
		return data, nil
	}
	db, k, err := l.learned(ctx, i)
	if err != nil {
		return nil, err
	}
	return db.Read(ctx, k)
}

// read reads an object where it was found.
func (l *Lookup) read(i int) ([]byte, Type, error) {
	r := l.db.reader()
	defer l.db.readers.Put(r)
	chain, err := l.chain(r, i)
	if err != nil {
		return nil, Unknown, err
	}
	root := chain[len(chain)-1]
	t, err := r.rootType(root)
	if err != nil {
		return nil, Unknown, err
	}
	data, err := r.whole(root)
	for _, at := range slices.Backward(chain[:len(chain)-1]) {
		if err != nil {
			break
		}
		base := data
		data, err = r.delta(at, base)
		r.spare.give(base)
	}
	if err != nil {
		return nil, Unknown, err
	}
	h := objectHash(t, int64(len(data)), l.db.ids.width)
	_, _ = h.Write(data)
	if !bytes.Equal(h.Sum(nil), chain[0].id) {
		return nil, Unknown, errOther
	}
	return data, t, nil
}

// mostLookedUp is how many objects are read one by one. For more it pays to learn
// how packs store them.
const mostLookedUp = 10_000

// none stands where no object is the base.
const none = -1

// Sweep reads the objects that are wanted, as [DB.Sweep] does. Bases are given
// only where that reads them.
func (l *Lookup) Sweep(ctx context.Context, workers int, want func(i int) bool, visit func(Object)) error {
	var wanted []int
	for i := range l.Len() {
		if want(i) {
			wanted = append(wanted, i)
		}
	}
	if len(wanted) <= mostLookedUp {
		wanted = l.sweepSome(ctx, workers, wanted, visit)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sweep object database %s: %w", l.db.dir, err)
	}
	if len(wanted) == 0 {
		return nil
	}
	return l.sweepLearned(ctx, workers, wanted, visit)
}

// sweepSome visits objects one by one. It gives those that couldn't be read, and
// those that are to be given as a stream.
func (l *Lookup) sweepSome(ctx context.Context, workers int, wanted []int, visit func(Object)) (left []int) {
	var mu sync.Mutex
	var next atomic.Int64
	var wg sync.WaitGroup
	for range max(workers, 1) {
		wg.Go(func() {
			for n := next.Add(1) - 1; int(n) < len(wanted) && ctx.Err() == nil; n = next.Add(1) - 1 {
				i := wanted[n]
				if size, err := l.size(i); err == nil && size <= streamLimit {
					if data, t, err := l.read(i); err == nil {
						visit(Object{Index: i, Type: t, Size: size, Data: data, Base: none})
						continue
					}
				}
				mu.Lock()
				left = append(left, i)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return left
}

// sweepLearned visits objects as the database does that knows all.
func (l *Lookup) sweepLearned(ctx context.Context, workers int, wanted []int, visit func(Object)) error {
	db, err := l.learn(ctx)
	if err != nil {
		return err
	}
	numbers := map[int]int{} // there → here
	for _, i := range wanted {
		if k, ok := db.Find(l.ID(i)); ok {
			numbers[k] = i
		} else {
			l.lose(i)
		}
	}
	return db.Sweep(ctx, workers, func(k int) bool { _, ok := numbers[k]; return ok }, func(o Object) {
		o.Index = numbers[o.Index]
		if base, ok := numbers[o.Base]; ok {
			o.Base = base
		} else {
			o.Base, o.Copied = none, nil
		}
		visit(o)
	})
}
