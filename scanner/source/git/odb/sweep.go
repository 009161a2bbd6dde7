package odb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// streamLimit is the size over which blobs are given as a stream.
	streamLimit = 64 << 20
	// heldLimit is how many bytes of delta bases all workers keep at once.
	heldLimit = 1 << 30
)

var errBase = errors.New("delta's base was not read")

// Sweep reads every object that want asks for, once, and gives it to visit, on so
// many goroutines at once. An object that can't be read is counted in
// [DB.Problems]; an error means that ctx ended. Want is called for each object
// in order, before the first visit; what is Unknown is never read.
func (db *DB) Sweep(ctx context.Context, workers int, want func(i int) bool, visit func(Object)) error {
	s := &sweep{db: db, wanted: make([]bool, db.Len()), weights: make([]int32, len(db.places)), visit: visit}
	wanted := 0
	for i, e := range db.entries {
		if e >= 0 && want(i) {
			wanted++
			s.wanted[i] = true
			s.weights[e] = 1
		}
	}
	for e, b := range slices.Backward(db.bases) {
		if b >= 0 {
			s.weights[b] += s.weights[e]
		}
	}

	workers = max(workers, 1)
	s.order(wanted, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { s.work(ctx) })
	}
	wg.Wait()
	if len(s.failed) > 0 && ctx.Err() == nil {
		s.retry(ctx)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("sweep object database %s: %w", db.dir, err)
	}
	return nil
}

type sweep struct {
	db      *DB
	wanted  []bool  // by object
	weights []int32 // by entry: how many wanted objects are in its tree
	visit   func(Object)
	roots   []int32      // in the order in which workers take them
	next    atomic.Int64 // the first root that no worker has taken
	held    atomic.Int64 // bytes of delta bases that workers keep

	mu     sync.Mutex
	failed []failure
}

// failure is an entry that couldn't be read.
type failure struct {
	entry int32
	err   error // nil if it wasn't tried
	given bool  // its object was given, as a stream, up to the error
}

func (s *sweep) fail(f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = append(s.failed, f)
}

// order lists the roots of trees that have wanted objects, by their place in the
// packs, but large trees first: taken last, one would keep one worker busy while
// the others have nothing left to do.
func (s *sweep) order(wanted, workers int) {
	var small []int32
	for e, weight := range s.weights {
		switch {
		case s.db.bases[e] >= 0: // not a root
		case int(weight) > wanted/(16*workers):
			s.roots = append(s.roots, int32(e))
		case weight > 0:
			small = append(small, int32(e))
		}
	}
	s.roots = append(s.roots, small...)
}

// work takes roots and sweeps their trees, until there are none or ctx ends.
func (s *sweep) work(ctx context.Context) {
	const batch = 8 // neighbours in a pack, mostly
	w := worker{reader: reader{db: s.db}, sweep: s}
	for ctx.Err() == nil {
		first := min(s.next.Add(batch)-batch, int64(len(s.roots)))
		roots := s.roots[first:min(first+batch, int64(len(s.roots)))]
		if len(roots) == 0 {
			return
		}
		for _, root := range roots {
			w.tree(ctx, root)
		}
	}
}

// worker sweeps delta trees.
type worker struct {
	reader
	sweep *sweep
	path  []node
	state any // what the visit of the last object has kept
}

// node is an entry on the path from a root to the one that is being read.
type node struct {
	data  []byte
	state any // of its visit
	entry int32
	next  int32 // the first of its deltas that wasn't looked at
	heavy int32 // the delta that comes last: the one with the most objects
}

// tree sweeps the tree of a root, light branches first. A node is let go of
// before its heaviest branch, so those that stay on the path have at least twice
// the objects of the next one: the path is no longer than log2 of the tree's objects.
func (w *worker) tree(ctx context.Context, root int32) {
	if w.streams(root) {
		return
	}
	at := w.locate(root)
	data, err := w.whole(at)
	if err != nil {
		w.sweep.fail(failure{entry: root, err: w.explain(at, err)})
		return
	}
	w.push(root, data, nil)
	for len(w.path) > 0 {
		top := &w.path[len(w.path)-1]
		if ctx.Err() != nil {
			w.pop()
			continue
		}
		d := w.branch(top)
		if d < 0 {
			w.pop()
			continue
		}
		at, base := w.locate(d), top.state
		data, err := w.delta(at, top.data)
		switch {
		case err != nil:
			w.sweep.fail(failure{entry: d, err: w.explain(at, err)})
			if d == top.heavy {
				w.pop()
			}
		case d == top.heavy:
			w.pop()
			w.push(d, data, base)
		default:
			w.push(d, data, base)
		}
	}
}

// branch gives the next delta of a node whose tree has wanted objects, or -1.
func (w *worker) branch(n *node) int32 {
	end := w.db.deltas[n.entry+1]
	for ; n.next < end; n.next++ {
		if d := n.next; d != n.heavy && w.sweep.weights[d] > 0 {
			n.next++
			return d
		}
	}
	if n.next == end && n.heavy >= 0 {
		n.next++
		return n.heavy
	}
	return -1
}

// push visits an object and puts it on the path, if there is more to do with it.
// Base is the state of its base.
func (w *worker) push(e int32, data []byte, base any) {
	w.give(e, data, base)
	w.keep(e, data)
}

func (w *worker) keep(e int32, data []byte) {
	first, end := w.db.deltas[e], w.db.deltas[e+1]
	heavy := int32(-1)
	for d := first; d < end; d++ {
		if w.sweep.weights[d] > 0 && (heavy < 0 || w.sweep.weights[d] > w.sweep.weights[heavy]) {
			heavy = d
		}
	}
	if heavy < 0 {
		w.spare.give(data)
		return
	}
	if w.sweep.held.Add(int64(len(data))) > w.db.held {
		w.sweep.held.Add(-int64(len(data)))
		for d := first; d < end; d++ {
			w.sweep.fail(failure{entry: d})
		}
		return
	}
	w.path = append(w.path, node{data, w.state, e, first, heavy})
}

func (w *worker) pop() {
	n := w.path[len(w.path)-1]
	w.path[len(w.path)-1] = node{} // lets go of its state
	w.path = w.path[:len(w.path)-1]
	w.sweep.held.Add(-int64(len(n.data)))
	w.spare.give(n.data)
}

// give visits an object that was read from an entry, if it is wanted and if it is
// the entry that it is to be read from.
func (w *worker) give(e int32, data []byte, base any) {
	w.state = nil
	i := w.db.objects[e]
	if !w.sweep.wanted[i] || w.db.entries[i] != e {
		return
	}
	o := Object{Index: int(i), Type: w.db.types[i], Size: int64(len(data)), Data: data, Base: -1}
	if b := w.db.bases[e]; b >= 0 && w.db.entries[w.db.objects[b]] == b {
		o.Base, o.Copied, o.BaseState = int(w.db.objects[b]), w.copied, base
	}
	if w.sweep.weights[e] > 1 {
		o.Kept = &w.state
	}
	w.sweep.visit(o)
}

// streams gives a blob as a stream, if that is how it is to be given.
func (w *worker) streams(e int32) bool {
	i := w.db.objects[e]
	if w.db.types[i] != Blob || w.sweep.weights[e] > 1 || !w.sweep.wanted[i] {
		return false
	}
	at := w.locate(e)
	if size, err := w.size(at); err != nil || size <= streamLimit {
		return false
	}
	in, err := w.stream(at)
	if err != nil {
		w.sweep.fail(failure{entry: e, err: w.explain(at, err)})
		return true
	}
	defer in.Close()
	w.sweep.visit(Object{Index: int(i), Type: Blob, Size: in.size, Reader: in, Base: -1})
	// What the visitor left unread may be damaged; that is not its concern.
	if in.err != nil {
		w.sweep.fail(failure{e, w.explain(at, in.err), true})
	}
	return true
}

// retry reads what the workers could not, from other copies if there are any, one
// by one and in order.
func (s *sweep) retry(ctx context.Context) {
	db := s.db
	failures := make(map[int32]failure, len(s.failed))
	for _, f := range s.failed {
		failures[f.entry] = f
	}
	// The object of a dead entry can't be read by any copy; that of an unread one
	// perhaps can.
	const isUnread, isDead = 1, 2
	state := make([]uint8, len(db.places))
	r := reader{db: db}
	for e := range int32(len(state)) {
		f, failed := failures[e]
		b := db.bases[e]
		if s.weights[e] == 0 || !failed && (b < 0 || state[b] == 0) {
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if !failed && state[b] == isDead {
			f.err = errBase
		}
		i := db.objects[e]
		if first := db.entries[i]; first != e { // which came before
			state[e] = max(isUnread, state[first])
			continue
		}
		state[e] = isUnread
		if f.err == nil && !s.wanted[i] {
			continue
		}
		var data []byte
		err := f.err
		if err == nil || isGone(err) || db.nextCopy(e) >= 0 && !f.given {
			data, err = r.object(ctx, int(i))
		}
		source := r.locate(e).source
		switch {
		case err != nil:
			state[e] = isDead
			db.blame(source, err)
			if s.wanted[i] {
				db.lose(int(i), source, err)
			}
		case s.wanted[i]:
			s.visit(Object{Index: int(i), Type: db.types[i], Size: int64(len(data)), Data: data, Base: -1})
		}
		r.spare.give(data)
	}
}
