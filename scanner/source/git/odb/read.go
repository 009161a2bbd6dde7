package odb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zlib"
)

const (
	// wholeLimit is the inflated size up to which an entry is inflated from
	// memory at one go, into a buffer that is allocated on its header's word.
	wholeLimit = 1 << 20
	// objectLimit is the size up to which objects are held in memory.
	objectLimit = 1 << 30
)

var (
	errTooLarge = errors.New("over 1 GiB, and not stored so that it can be read in parts")
	errNoCopy   = errors.New("no copy of it can be read")
)

// reader reads entries. It is for one goroutine.
type reader struct {
	db      *DB
	window  window
	zlib    inflater
	scratch []byte // a delta's instructions
	sizes   [maxDeltaHeader]byte
	copied  []Copy
	spare   buffers
}

// reader gives a reader that db.readers takes back.
func (db *DB) reader() *reader {
	if r, ok := db.readers.Get().(*reader); ok {
		return r
	}
	return &reader{db: db}
}

// Read reads one object. The data is the caller's.
func (db *DB) Read(ctx context.Context, i int) ([]byte, error) {
	r := db.reader()
	defer db.readers.Put(r)
	data, err := r.object(ctx, i)
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", db.Type(i), db.ID(i), err)
	}
	return data, nil
}

// Size is the size of an object in bytes, inflated. It is read from the object's
// header, for a delta from the beginning of its instructions; 0 if that fails.
// What is swept has it in [Object] for nothing.
func (db *DB) Size(i int) int64 {
	r := db.reader()
	defer db.readers.Put(r)
	for e := db.entries[i]; e >= 0; e = db.nextCopy(e) {
		if size, err := r.size(r.locate(e)); err == nil {
			return size
		}
	}
	return 0
}

func (r *reader) size(at spot) (int64, error) {
	if at.pack == nil {
		return at.offset, nil
	}
	head, err := r.window.entry(at.source, at.offset, r.db.ids.width)
	if err != nil || !head.kind.isDelta() {
		return head.size, err
	}
	// Nearly always the instructions begin within so many deflated bytes.
	const guess = 512
	for _, n := range []int{guess, deflateBound(int(min(head.size, wholeLimit)))} {
		src, err2 := r.window.at(at.source, at.offset+int64(head.len), n)
		if err2 != nil {
			return 0, err2
		}
		start := r.sizes[:min(maxDeltaHeader, head.size)]
		if err = r.zlib.begin(start, src); err == nil {
			d, err := parseDelta(start)
			return d.size, err
		}
	}
	return 0, err
}

// spot is where an object is stored.
type spot struct {
	*source
	offset int64  // of a loose object, its size
	id     []byte // nil in a pack if it isn't known
}

// locate gives an entry's spot.
func (r *reader) locate(e int32) spot { return r.db.spot(r.db.places[e], r.db.objects[e]) }

func (db *DB) spot(p place, object int32) spot {
	return spot{db.sources[p.source()], p.offset(), db.ids.at(int(object))}
}

// openAt opens the content of an entry in a pack.
func openAt(at spot, head entry) (*content, error) {
	offset := at.offset + int64(head.len)
	z, err := zlib.NewReader(bufio.NewReader(io.NewSectionReader(at.pack, offset, at.end-offset)))
	if err != nil {
		return nil, unexpected(err)
	}
	return &content{zlib: z, size: head.size, left: head.size}, nil
}

// stream opens what isn't stored as a delta.
func (r *reader) stream(at spot) (*content, error) {
	if at.pack == nil {
		c, _, err := openLoose(loosePath(at.path, at.id))
		return c, err
	}
	head, err := r.window.entry(at.source, at.offset, r.db.ids.width)
	if err != nil {
		return nil, err
	}
	return openAt(at, head)
}

// explain says where an error is.
func (r *reader) explain(at spot, err error) error {
	switch {
	case err == nil:
		return nil
	case at.pack != nil:
		return atOffset(at.offset, err)
	case isGone(err):
		return err // it has the path
	}
	return fmt.Errorf("%s: %w", ID(at.id), err)
}

// whole reads what isn't stored as a delta.
func (r *reader) whole(at spot) ([]byte, error) {
	if at.pack != nil {
		head, err := r.window.entry(at.source, at.offset, r.db.ids.width)
		if err != nil {
			return nil, err
		}
		return r.inflate(at, head, r.spare.take(int(min(head.size, wholeLimit))))
	}
	c, err := r.stream(at)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if c.size > objectLimit {
		return nil, errTooLarge
	}
	return c.readAll(r.spare.take(int(min(c.size, wholeLimit))))
}

// inflate inflates an entry's content, into buf if it is large enough.
func (r *reader) inflate(at spot, head entry, buf []byte) ([]byte, error) {
	if head.size > objectLimit {
		return nil, errTooLarge
	}
	if size := int(head.size); size <= wholeLimit {
		src, err := r.window.at(at.source, at.offset+int64(head.len), deflateBound(size))
		if err != nil {
			return nil, err
		}
		buf = slices.Grow(buf[:0], size)[:size]
		if err := r.zlib.inflate(buf, src); err == nil {
			return buf, nil
		}
		// Perhaps it was deflated so badly that src was too short. If not, the
		// slow way ends with the same error.
	}
	c, err := openAt(at, head)
	if err != nil {
		return nil, err
	}
	return c.readAll(buf)
}

// deflateBound is the length that zlib doesn't exceed for so many bytes.
func deflateBound(size int) int { return size + size>>12 + size>>14 + size>>25 + 13 }

// delta reads a delta and makes its object out of the base's content. The copied
// ranges are in r.copied until the next one.
func (r *reader) delta(at spot, base []byte) ([]byte, error) {
	head, err := r.window.entry(at.source, at.offset, r.db.ids.width)
	if err != nil {
		return nil, err
	}
	instructions, err := r.inflate(at, head, r.scratch)
	if err != nil {
		return nil, err
	}
	if cap(instructions) <= wholeLimit {
		r.scratch = instructions
	}
	d, err := parseDelta(instructions)
	if err != nil {
		return nil, err
	}
	if d.size > objectLimit {
		return nil, errTooLarge
	}
	if d.size > wholeLimit {
		if made, err := d.made(); err != nil || made != d.size {
			return nil, errors.Join(errDeltaSize, err)
		}
	}
	data := r.spare.take(int(d.size))
	r.copied, err = d.apply(data, base, r.copied[:0])
	return data, err
}

// object reads an object from whichever copies of it and of its bases are good.
// If files have gone since they were listed, it looks where their objects are now.
func (r *reader) object(ctx context.Context, i int) ([]byte, error) {
	a := attempt{reader: r, bad: make(map[int32]error), trying: make(map[int32]bool)}
	data, err := a.anyCopy(int32(i), -1)
	if isGone(err) {
		if db := r.db.current(ctx); db != nil {
			if now, ok := db.FindAs(r.db.ids.at(i), r.db.Type(i)); ok {
				return (&reader{db: db}).object(ctx, now)
			}
		}
	}
	return data, err
}

// attempt is an attempt to read an object of which some copies, or copies of its
// bases, may be damaged.
type attempt struct {
	*reader
	bad    map[int32]error // entries that are damaged themselves
	trying map[int32]bool  // objects that are being read: none is needed for itself
	chains int
}

// maxChains is how many delta chains are tried for one object. It is out of
// reach unless someone means it.
const maxChains = 1000

// anyCopy reads an object from its entries but one.
func (a *attempt) anyCopy(object, except int32) ([]byte, error) {
	err := errNoCopy
	if a.trying[object] {
		return nil, err
	}
	a.trying[object] = true
	defer delete(a.trying, object)
	for e := a.db.entries[object]; e >= 0; e = a.db.nextCopy(e) {
		if e == except || a.bad[e] != nil || a.chains == maxChains {
			continue
		}
		a.chains++
		var data []byte
		if data, err = a.chain(e); err == nil {
			return data, nil
		}
	}
	return nil, err
}

// chain reads an entry, and its bases first. Where one of them can't be read, it
// goes on from another copy of it.
func (a *attempt) chain(e int32) ([]byte, error) {
	var path []int32
	for ; e >= 0; e = a.db.bases[e] {
		path = append(path, e)
	}
	var data []byte
	var broken error // why there is no data
	for _, e := range slices.Backward(path) {
		if broken == nil {
			broken = a.bad[e]
		}
		if broken == nil {
			at, base := a.locate(e), data
			if a.db.bases[e] < 0 {
				data, broken = a.whole(at)
			} else {
				data, broken = a.delta(at, base)
				a.spare.give(base)
			}
			if broken == nil {
				continue
			}
			broken = a.explain(at, broken)
			a.bad[e] = broken
		}
		if other, err := a.anyCopy(a.db.objects[e], e); err == nil {
			data, broken = other, nil
		}
	}
	return data, broken
}
