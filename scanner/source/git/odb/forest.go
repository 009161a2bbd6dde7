package odb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// A forest holds the entries of all sources (an object has one for each time
// that it is stored) as delta trees, breadth first: the entries that are stored
// whole, then their deltas, then the deltas of those. An entry's deltas are
// neighbours, and an entry comes after its base.
type forest struct {
	places  []place
	objects []int32
	bases   []int32 // entries; -1 if stored whole
	deltas  []int32 // those of entry e are the entries deltas[e] to deltas[e+1]-1
	copies  []int32 // the next entry of the same object, or -1; nil if each object has one
	entries []int32 // by object: its first entry, or -1 if it can't be read
}

// place is a source's number and an offset in it; of a loose object, its size.
type place uint64

const (
	offsetBits = 40 // packs of up to 1 TiB
	maxSources = 1 << (64 - offsetBits)
	maxObjects = math.MaxInt32
)

func (p place) source() int   { return int(p >> offsetBits) }
func (p place) offset() int64 { return int64(p & (1<<offsetBits - 1)) }

// nextCopy is the next entry of the same object, or -1.
func (f *forest) nextCopy(entry int32) int32 {
	if f.copies == nil {
		return -1
	}
	return f.copies[entry]
}

const (
	noBase     = -1 // stored whole
	brokenBase = -2 // can't be read
)

var errNoBase = errors.New("delta's base is missing")

// survey is the entries as they are found: source by source, by offset.
type survey struct {
	places  []place
	objects []int32
	bases   []int32
	kinds   []kind
	byID    []baseByID
}

// baseByID is an entry whose base is known by its id.
type baseByID struct{ entry, object int32 }

func (v *survey) add(p place, object int32) {
	v.places = append(v.places, p)
	v.objects = append(v.objects, object)
	v.bases = append(v.bases, brokenBase)
	v.kinds = append(v.kinds, 0)
}

// plant finds out what every entry is, and fills the forest and the types. The
// objects are those of the lists' entries.
func (db *DB) plant(ctx context.Context, lists []list, objects [][]int32) error {
	total := 0
	for _, o := range objects {
		total += len(o)
	}
	if total > maxObjects {
		return fmt.Errorf("%d objects are too many", total)
	}
	v := &survey{
		places:  make([]place, 0, total),
		objects: make([]int32, 0, total),
		bases:   make([]int32, 0, total),
		kinds:   make([]kind, 0, total),
	}
	for k, l := range lists {
		var err error
		if l.offsets == nil {
			err = db.surveyLoose(ctx, v, l, objects[k])
		} else {
			err = db.surveyPack(ctx, v, l, objects[k])
		}
		if err != nil {
			return err
		}
	}
	db.linkByID(v)
	// Where a base can't be read, another copy of it may do.
	const maxRounds = 100
	order := db.grow(v)
	for range maxRounds {
		if !db.relink(v, order) {
			break
		}
		order = db.grow(v)
	}
	for e, o := range v.objects {
		if db.entries[o] < 0 {
			db.lose(int(o), db.sources[v.places[e].source()], errNoBase)
		}
	}
	return nil
}

func (db *DB) surveyLoose(ctx context.Context, v *survey, l list, objects []int32) error {
	s := db.sources[l.source]
	for _, object := range objects {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := len(v.places)
		v.add(place(l.source)<<offsetBits, object)
		o, typ, err := openLoose(loosePath(s.path, db.ids.at(int(object))))
		if err != nil {
			s.hurt(fmt.Errorf("%s: %w", db.ID(int(object)), err))
			continue
		}
		_ = o.Close()
		v.places[e] |= place(min(o.size, 1<<offsetBits-1))
		v.bases[e], v.kinds[e] = noBase, kind(typ)
	}
	return nil
}

func (db *DB) surveyPack(ctx context.Context, v *survey, l list, objects []int32) error {
	s := db.sources[l.source]
	items := newOffsetTable(l.offsets, objects)
	first := len(v.places)
	var w window
	for i, it := range items.items {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e := len(v.places)
		v.add(place(l.source)<<offsetBits|place(it.offset)&(1<<offsetBits-1), it.object)
		head, err := w.entry(s, it.offset, db.ids.width)
		if err == nil && it.offset >= 1<<offsetBits {
			err = errors.New("pack is over 1 TiB")
		}
		if err == nil {
			v.kinds[e] = head.kind
			switch head.kind {
			case offsetDelta:
				if at, ok := items.find(it.offset - head.back); ok && at < i {
					v.bases[e] = int32(first + at)
				} else {
					err = errNoBase
				}
			case refDelta:
				object, ok := db.ids.find(head.base)
				if ok {
					v.byID = append(v.byID, baseByID{int32(e), int32(object)})
				} else {
					err = errNoBase
				}
			default:
				v.bases[e] = noBase
			}
		}
		if err != nil {
			s.hurt(atOffset(it.offset, err))
		}
	}
	return nil
}

// atOffset says where in a pack an error is.
func atOffset(offset int64, err error) error {
	if err == io.ErrUnexpectedEOF {
		return fmt.Errorf("unexpected end of file in the entry at %d", offset)
	}
	return fmt.Errorf("entry at %d: %w", offset, err)
}

// linkByID finds the bases that are known by id: in the same pack if it has
// them, else anywhere.
func (db *DB) linkByID(v *survey) {
	if len(v.byID) == 0 {
		return
	}
	heads, copies := chainCopies(db.Len(), v.objects)
	for _, b := range v.byID {
		base := heads[b.object]
		for c := base; c >= 0; c = next(copies, c) {
			if v.places[c].source() == v.places[b.entry].source() && c != b.entry {
				base = c
				break
			}
		}
		v.bases[b.entry] = base
	}
}

// chainCopies gives each object's first entry, and after each entry the next one
// of its object (nil if no object has two).
func chainCopies(n int, objects []int32) (heads, copies []int32) {
	heads = make([]int32, n)
	for i := range heads {
		heads[i] = -1
	}
	for e := len(objects) - 1; e >= 0; e-- {
		o := objects[e]
		if heads[o] >= 0 && copies == nil {
			copies = make([]int32, len(objects))
			for i := range copies {
				copies[i] = -1
			}
		}
		if copies != nil {
			copies[e] = heads[o]
		}
		heads[o] = int32(e)
	}
	return heads, copies
}

func next(copies []int32, e int32) int32 {
	if copies == nil {
		return -1
	}
	return copies[e]
}

// relink gives deltas that no tree holds another copy of their base, and tells
// whether there were any. The order is that of the forest.
func (db *DB) relink(v *survey, order []int32) bool {
	if len(order) == len(v.places) {
		return false
	}
	held := make([]bool, len(v.places))
	for _, e := range order {
		held[e] = true
	}
	found := false
	for e, b := range v.bases {
		if held[e] || b < 0 || held[b] {
			continue
		}
		if other := db.entries[v.objects[b]]; other >= 0 {
			v.bases[e] = order[other]
			found = true
		}
	}
	return found
}

// grow orders what was found by delta trees, and gives the entries of the survey in
// that order. No tree holds an entry whose base is missing, or deltas that go round
// in a circle.
func (db *DB) grow(v *survey) []int32 {
	n := len(v.places)
	// The deltas of each entry, found by counting.
	ends := make([]int32, n+1)
	for _, b := range v.bases {
		if b >= 0 {
			ends[b+1]++
		}
	}
	for e := range n {
		ends[e+1] += ends[e]
	}
	byBase := make([]int32, ends[n])
	starts := slices.Clone(ends[:n])
	for e, b := range v.bases {
		if b >= 0 {
			byBase[starts[b]] = int32(e)
			starts[b]++
		}
	}

	f := &db.forest
	order := starts[:0] // entries of the survey; no longer needed as starts
	f.bases = make([]int32, 0, n)
	for e, b := range v.bases {
		if b == noBase {
			order = append(order, int32(e))
			f.bases = append(f.bases, -1)
		}
	}
	f.deltas = make([]int32, 0, n+1)
	for at := 0; at < len(order); at++ {
		f.deltas = append(f.deltas, int32(len(order)))
		e := order[at]
		for _, d := range byBase[ends[e]:ends[e+1]] {
			order = append(order, d)
			f.bases = append(f.bases, int32(at))
		}
	}
	f.deltas = append(f.deltas, int32(len(order)))

	f.places = make([]place, len(order))
	f.objects = make([]int32, len(order))
	types := make([]Type, len(order))
	for at, e := range order {
		f.places[at], f.objects[at] = v.places[e], v.objects[e]
		if b := f.bases[at]; b >= 0 {
			types[at] = types[b]
		} else {
			types[at] = Type(v.kinds[e])
		}
	}
	f.entries, f.copies = chainCopies(db.Len(), f.objects)
	db.types = make([]Type, db.Len())
	for o, e := range f.entries {
		if e >= 0 {
			db.types[o] = types[e]
		}
	}
	return order
}
