package odb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Lookup is a database of which few objects are wanted. It reads an object from
// the first copy of it, and only what that one is made of. Where this fails, it
// learns all that [DB] knows and goes on as a DB does.
//
// Its methods may be called from several goroutines at once.
type Lookup struct {
	db    *DB
	known *listed
	first []place // by object: where its first copy is

	mu    sync.Mutex
	types map[int]Type

	full    sync.Once // guards db's forest
	fullErr error
}

// OpenLookup is [Open], without what that learns of every object.
func OpenLookup(ctx context.Context, objectsDir string, hashSize int) (*Lookup, error) {
	db, known, err := open(ctx, objectsDir, hashSize)
	if err != nil {
		return nil, err
	}
	l := &Lookup{db: db, known: known, first: make([]place, db.Len()), types: map[int]Type{}}
	for k, from := range slices.Backward(known.lists) {
		for n, object := range slices.Backward(known.objects[k]) {
			p := place(from.source) << offsetBits
			if from.offsets != nil {
				p |= place(min(from.offsets[n], 1<<offsetBits-1)) // at most where nothing can be read
			}
			l.first[object] = p
		}
	}
	return l, nil
}

// learn gives the database with all that there is to know of it.
func (l *Lookup) learn(ctx context.Context) (*DB, error) {
	l.full.Do(func() {
		if l.fullErr = l.db.plant(ctx, l.known); l.fullErr != nil {
			l.fullErr = fmt.Errorf("survey object database %s: %w", l.db.dir, l.fullErr)
		}
	})
	return l.db, l.fullErr
}

// Close closes the packs.
func (l *Lookup) Close() error { return l.db.Close() }

// Len is as in [DB].
func (l *Lookup) Len() int { return l.db.Len() }

// ID is as in [DB].
func (l *Lookup) ID(i int) ID { return l.db.ID(i) }

// Find is as in [DB].
func (l *Lookup) Find(id ID) (int, bool) { return l.db.Find(id) }

// FindAs is as in [DB].
func (l *Lookup) FindAs(id []byte, t Type) (int, bool) {
	i, ok := l.db.ids.find(id)
	return i, ok && (t == Unknown || l.Type(i) == t)
}

// Problems are the parts that were not read so far. What was not asked for is not
// among them.
func (l *Lookup) Problems() []Problem { return l.db.Problems() }

// Type is the type of an object.
func (l *Lookup) Type(i int) Type {
	l.mu.Lock()
	t, ok := l.types[i]
	l.mu.Unlock()
	if ok {
		return t
	}
	r := l.db.reader()
	defer l.db.readers.Put(r)
	t = Unknown
	if chain, err := l.chain(r, i); err == nil {
		t, err = r.rootType(chain[len(chain)-1])
		ok = err == nil
	}
	if !ok {
		if db, err := l.learn(context.Background()); err == nil {
			t = db.Type(i)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.types[i] = t
	return t
}

// rootType is the type of what isn't stored as a delta.
func (r *reader) rootType(at spot) (Type, error) {
	if at.pack == nil {
		c, t, err := openLoose(loosePath(at.path, r.db.ids.at(int(at.object))))
		if err == nil {
			err = c.Close()
		}
		return t, err
	}
	head, err := r.window.entry(at.source, at.offset, r.db.ids.width)
	return Type(head.kind), err
}

// errLongChain: a chain of deltas has more links than any that git makes, or none
// of them is its end.
var errLongChain = errors.New("chain of deltas is too long")

// chain gives where an object is stored, the base of the delta that is there, the
// base of that, and so on.
func (l *Lookup) chain(r *reader, i int) ([]spot, error) {
	const longest = 1 << 13 // git makes them of 4,095 links at most
	chain := []spot{l.db.spot(l.first[i], int32(i))}
	for len(chain) < longest {
		at := chain[len(chain)-1]
		if at.pack == nil {
			return chain, nil
		}
		head, err := r.window.entry(at.source, at.offset, l.db.ids.width)
		if err != nil {
			return nil, err
		}
		switch head.kind {
		case offsetDelta:
			chain = append(chain, spot{at.source, at.offset - head.back, none})
		case refDelta:
			base, ok := l.db.ids.find(head.base)
			if !ok {
				return nil, errNoBase
			}
			chain = append(chain, l.db.spot(l.first[base], int32(base)))
		default:
			return chain, nil
		}
	}
	return nil, errLongChain
}

// none stands where it isn't known which object it is.
const none = -1

// Size is the size of an object in bytes, inflated; 0 if that can't be told.
func (l *Lookup) Size(i int) int64 {
	r := l.db.reader()
	defer l.db.readers.Put(r)
	at := l.db.spot(l.first[i], int32(i))
	if at.pack == nil {
		c, err := r.stream(at)
		if err == nil {
			_ = c.Close()
			return c.size
		}
	} else if size, err := r.size(at); err == nil {
		return size
	}
	db, err := l.learn(context.Background())
	if err != nil {
		return 0
	}
	return db.Size(i)
}

// Read reads one object. The data is the caller's.
func (l *Lookup) Read(ctx context.Context, i int) ([]byte, error) {
	data, err := l.read(i)
	if err == nil {
		return data, nil
	}
	db, err := l.learn(ctx)
	if err != nil {
		return nil, err
	}
	if data, err = db.Read(ctx, i); err == nil {
		return data, nil
	}
	// Perhaps it was repacked before anything was learned of it.
	if now := db.current(ctx); now != nil {
		if k, ok := now.Find(l.ID(i)); ok {
			if data, err := now.Read(ctx, k); err == nil {
				return data, nil
			}
		}
	}
	return nil, err
}

func (l *Lookup) read(i int) ([]byte, error) {
	r := l.db.reader()
	defer l.db.readers.Put(r)
	chain, err := l.chain(r, i)
	if err != nil {
		return nil, err
	}
	last := len(chain) - 1
	data, err := r.whole(chain[last])
	for _, at := range slices.Backward(chain[:last]) {
		if err != nil {
			break
		}
		base := data
		data, err = r.delta(at, base)
		r.spare.give(base)
	}
	return data, err
}

// mostLookedUp is how many objects are read one by one. For more it pays to learn
// how packs store them.
const mostLookedUp = 10_000

// Sweep reads the objects that are wanted, as [DB.Sweep] does. Bases are given
// only where that reads them.
func (l *Lookup) Sweep(ctx context.Context, workers int, want func(i int) bool, visit func(Object)) error {
	var wanted []int
	for i := range l.Len() {
		if want(i) {
			wanted = append(wanted, i)
		}
	}
	large := func(i int) bool { return l.Size(i) > streamLimit }
	if len(wanted) > mostLookedUp || slices.ContainsFunc(wanted, large) {
		db, err := l.learn(ctx)
		if err != nil {
			return err
		}
		return db.Sweep(ctx, workers, func(i int) bool { _, ok := slices.BinarySearch(wanted, i); return ok }, visit)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range max(workers, 1) {
		wg.Go(func() {
			for n := next.Add(1) - 1; int(n) < len(wanted) && ctx.Err() == nil; n = next.Add(1) - 1 {
				i := wanted[n]
				data, err := l.Read(ctx, i)
				if err != nil {
					l.db.lose(i, l.db.spot(l.first[i], int32(i)).source, err)
					continue
				}
				visit(Object{Index: i, Type: l.Type(i), Size: int64(len(data)), Data: data, Base: none})
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sweep object database %s: %w", l.db.dir, err)
	}
	return nil
}
