package odb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// eachPack opens the packs of an objects folder, by a function that is given the
// path without its ending and whether there is an .idx. A pack that is gone by now
// is errVanished, or, if the folder was listed again, a problem.
func (db *DB) eachPack(ctx context.Context, folder string, again bool, open func(path string, indexed bool) error) error {
	dir := filepath.Join(folder, "pack")
	entries, err := os.ReadDir(dir)
	if isGone(err) {
		return nil
	}
	if err != nil {
		db.problem(dir, err)
		return nil
	}
	indexed := make(map[string]bool) // by name without ending: true if there is an .idx
	var names []string
	for _, e := range entries {
		name, isIndex := strings.CutSuffix(e.Name(), ".idx")
		name, isPack := strings.CutSuffix(name, ".pack")
		if !isIndex && !isPack || !strings.HasPrefix(name, "pack-") {
			continue
		}
		if _, ok := indexed[name]; !ok {
			names = append(names, name)
		}
		indexed[name] = indexed[name] || isIndex
	}

	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		path := filepath.Join(dir, name)
		switch err := open(path, indexed[name]); {
		case isGone(err) && !again:
			return errVanished
		case err != nil:
			db.problem(path+".pack", err)
		}
	}
	return nil
}

const (
	packMagic  = "PACK"
	packHeader = 12 // magic, version, count
)

// openPack opens a pack and reads its index. If there is none, or it is broken, it
// reads the pack instead.
func (db *DB) openPack(ctx context.Context, path string, indexed bool) (_ list, err error) {
	s, err := openSource(path + ".pack")
	if err != nil {
		return list{}, err
	}
	defer func() {
		if err != nil {
			_ = s.pack.Close()
		}
	}()
	var x *packIndex
	if indexed {
		x, err = openIndex(path+".idx", db.ids.width)
	}
	if isGone(err) {
		return list{}, err
	}
	if x == nil || len(x.offsets) != s.count {
		if x, err = s.index(ctx, db.ids.width); err != nil {
			return list{}, err
		}
	}
	number, err := db.addSource(s)
	return list{number, x.ids, x.offsets}, err
}

// openSource opens a pack.
func openSource(path string) (_ *source, err error) {
	pack, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = pack.Close()
		}
	}()
	info, err := pack.Stat()
	if err != nil {
		return nil, err
	}
	var header [packHeader]byte
	if _, err := pack.ReadAt(header[:], 0); err != nil {
		return nil, fmt.Errorf("header: %w", unexpected(err))
	}
	version, count := binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[8:])
	if string(header[:4]) != packMagic || version != 2 && version != 3 {
		return nil, errors.New("not a pack of version 2 or 3")
	}
	if count > maxObjects {
		return nil, fmt.Errorf("%d objects are too many", count)
	}
	return &source{path: path, pack: pack, end: info.Size(), count: int(count)}, nil
}

func openIndex(path string, hashSize int) (*packIndex, error) {
	file, err := openIndexFile(path, hashSize)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return file.readAll()
}

// entry is the header of an object in a pack.
type entry struct {
	kind kind
	size int64  // inflated: of the object, or of the delta's instructions
	back int64  // offsetDelta: how far before this entry its base begins
	base []byte // refDelta: the base's id
	len  int    // of the header
}

// kind is an entry's type as the pack has it: an object's, or one of two deltas.
type kind uint8

const (
	offsetDelta kind = 6
	refDelta    kind = 7
)

func (k kind) isDelta() bool { return k == offsetDelta || k == refDelta }

// maxEntryHeader is the length that no entry's header exceeds: size, then the base.
const maxEntryHeader = 10 + 32

// parseEntry reads the header of an entry that begins at b[0]. The base aliases b.
func parseEntry(b []byte, hashSize int) (entry, error) {
	if len(b) == 0 {
		return entry{}, io.ErrUnexpectedEOF
	}
	c := b[0]
	e := entry{kind: kind(c >> 4 & 7), size: int64(c & 15), len: 1}
	for shift := 4; c&0x80 != 0; shift += 7 {
		if e.len == len(b) {
			return e, io.ErrUnexpectedEOF
		}
		c = b[e.len]
		e.len++
		if shift > 55 {
			return e, errors.New("size is over 62 bits")
		}
		e.size |= int64(c&0x7f) << shift
	}
	switch e.kind {
	case kind(Commit), kind(Tree), kind(Blob), kind(Tag):
	case refDelta:
		if len(b)-e.len < hashSize {
			return e, io.ErrUnexpectedEOF
		}
		e.base = b[e.len : e.len+hashSize]
		e.len += hashSize
	case offsetDelta:
		for first := true; first || c&0x80 != 0; first = false {
			if e.len == len(b) {
				return e, io.ErrUnexpectedEOF
			}
			c = b[e.len]
			e.len++
			if !first {
				e.back++
			}
			if e.back >= 1<<55 {
				return e, errors.New("delta base is out of the pack")
			}
			e.back = e.back<<7 | int64(c&0x7f)
		}
	default:
		return e, fmt.Errorf("entry of unknown type %d", e.kind)
	}
	return e, nil
}

// window reads a pack through a buffer, so that neighbouring entries cost one
// system call.
type window struct {
	source *source
	start  int64
	buf    []byte
}

// windowSize was measured: smaller ones cost system calls, larger ones copying.
const windowSize = 4 << 10

// at gives n bytes of the source from an offset, fewer at its end. They are valid
// until the next call.
func (w *window) at(s *source, off int64, n int) ([]byte, error) {
	if off < 0 || off >= s.end {
		return nil, fmt.Errorf("unexpected end of file at %d", s.end)
	}
	n = int(min(int64(n), s.end-off))
	if w.source == s && off >= w.start && off+int64(n) <= w.start+int64(len(w.buf)) {
		return w.buf[off-w.start:][:n], nil
	}
	size := int(min(int64(max(n, windowSize)), s.end-off))
	w.buf = slices.Grow(w.buf[:0], size)[:size]
	w.source, w.start = s, off
	got, err := s.pack.ReadAt(w.buf, off)
	w.buf = w.buf[:got]
	if got < n {
		return nil, unexpected(err)
	}
	return w.buf[:n], nil
}

// entry reads the header of an entry. What it holds is valid until the next read.
func (w *window) entry(s *source, offset int64, hashSize int) (entry, error) {
	b, err := w.at(s, offset, maxEntryHeader)
	if err != nil {
		return entry{}, err
	}
	return parseEntry(b, hashSize)
}
