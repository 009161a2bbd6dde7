package odb

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"hash"
	"io"
	"slices"
	"strconv"

	"github.com/klauspost/compress/zlib"
)

// found is an entry of a pack that has no index, or none that can be read.
type found struct {
	offset int64
	kind   kind
	back   int64  // offsetDelta
	base   []byte // refDelta
	id     []byte // nil until it is known
}

// index finds out what is in a pack by reading all of it, as git index-pack does.
// What it can't identify it counts as lost.
func (s *source) index(ctx context.Context, hashSize int) (*packIndex, error) {
	entries, damage := s.scan(ctx, hashSize)
	// A delta whose base is known by id waits for the round after its base's.
	const maxRounds = 100
	for n := range maxRounds {
		round := &DB{held: heldLimit, ids: idTable{width: hashSize, ids: make([]byte, len(entries)*hashSize)}, lost: make(map[int]bool)}
		tried := *s
		round.sources = []*source{&tried}
		round.grow(linkFound(entries))
		identified := 0
		err := round.Sweep(ctx, 1, func(i int) bool { return entries[i].id == nil }, func(o Object) {
			h := objectHash(o.Type, o.Size, hashSize)
			_, _ = h.Write(o.Data) // deltas are never streams
			entries[o.Index].id = h.Sum(nil)
			identified++
		})
		if err != nil {
			return nil, err
		}
		if identified == 0 || n == maxRounds-1 {
			damage = cmp.Or(damage, tried.damage)
			break
		}
	}

	entries = slices.DeleteFunc(entries, func(e found) bool { return e.id == nil })
	slices.SortFunc(entries, func(a, b found) int {
		return cmp.Or(bytes.Compare(a.id, b.id), cmp.Compare(a.offset, b.offset))
	})
	x := &packIndex{offsets: make([]int64, len(entries))}
	for i, e := range entries {
		x.ids = append(x.ids, e.id...)
		x.offsets[i] = e.offset
	}
	if s.lost = s.count - len(entries); s.lost > 0 {
		s.hurt(cmp.Or(damage, errNoBase))
	}
	return x, nil
}

// scan finds where entries begin, and identifies those that are no deltas. It ends
// at the first that is damaged, because where the next begins isn't known then.
func (s *source) scan(ctx context.Context, hashSize int) ([]found, error) {
	var entries []found
	in := &counter{Reader: bufio.NewReaderSize(io.NewSectionReader(s.pack, packHeader, s.end-packHeader), 1<<16)}
	for range min(s.count, maxObjects) {
		if err := ctx.Err(); err != nil {
			return entries, err
		}
		offset := packHeader + in.n
		e, err := in.entry(hashSize)
		if err != nil {
			return entries, atOffset(offset, err)
		}
		e.offset = offset
		entries = append(entries, e)
	}
	return entries, nil
}

// counter counts the bytes that are read. It is an io.ByteReader, so that
// inflating takes none too many.
type counter struct {
	*bufio.Reader
	n    int64
	zlib io.ReadCloser // and a zlib.Resetter
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.Reader.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// entry reads an entry to its end.
func (c *counter) entry(hashSize int) (found, error) {
	b, _ := c.Peek(maxEntryHeader) // near the end there may be less
	head, err := parseEntry(b, hashSize)
	if err != nil {
		return found{}, err
	}
	f := found{kind: head.kind, back: head.back, base: bytes.Clone(head.base)}
	if _, err := io.CopyN(io.Discard, c, int64(head.len)); err != nil {
		return f, err
	}
	if c.zlib == nil {
		c.zlib, err = zlib.NewReader(c)
	} else {
		err = c.zlib.(zlib.Resetter).Reset(c, nil)
	}
	if err != nil {
		return f, unexpected(err)
	}
	in := &content{zlib: c.zlib, size: head.size, left: head.size}
	if head.kind.isDelta() {
		_, err = io.Copy(io.Discard, in)
		return f, err
	}
	h := objectHash(Type(head.kind), head.size, hashSize)
	if _, err := io.Copy(h, in); err != nil {
		return f, err
	}
	f.id = h.Sum(nil)
	return f, nil
}

// linkFound links deltas to their bases, as far as those are known.
func linkFound(entries []found) *survey {
	byID := make(map[string]int32)
	for i, e := range entries {
		if e.id != nil {
			byID[string(e.id)] = int32(i)
		}
	}
	v := &survey{}
	for i, e := range entries {
		v.add(place(e.offset), int32(i))
		v.kinds[i] = e.kind
		switch e.kind {
		case offsetDelta:
			at, ok := slices.BinarySearchFunc(entries[:i], e.offset-e.back,
				func(f found, off int64) int { return cmp.Compare(f.offset, off) })
			if ok {
				v.bases[i] = int32(at)
			}
		case refDelta:
			if base, ok := byID[string(e.base)]; ok {
				v.bases[i] = base
			}
		default:
			v.bases[i] = noBase
		}
	}
	return v
}

// objectHash begins the hash that is an object's id; its content is to follow.
func objectHash(t Type, size int64, hashSize int) hash.Hash {
	h := newHash(hashSize)
	_, _ = io.WriteString(h, t.String()+" "+strconv.FormatInt(size, 10)+"\x00")
	return h
}
