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

// openPacks opens the packs of an objects folder. A pack that is gone by now is
// errVanished, or, if the folder was listed again, a problem.
func (db *DB) openPacks(ctx context.Context, folder string, hashSize int, again bool) ([]list, error) {
	dir := filepath.Join(folder, "pack")
	entries, err := os.ReadDir(dir)
	if isGone(err) {
		return nil, nil
	}
	if err != nil {
		db.problem(dir, err)
		return nil, nil
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

	var lists []list
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, name)
		l, err := db.openPack(ctx, path, indexed[name], hashSize)
		switch {
		case isGone(err) && !again:
			return nil, errVanished
		case err != nil:
			db.problem(path+".pack", err)
		default:
			lists = append(lists, l)
		}
	}
	return lists, nil
}

const (
	packMagic  = "PACK"
	packHeader = 12 // magic, version, count
)

// openPack opens a pack and reads its index. If there is none, or it is broken, it
// reads the pack instead.
func (db *DB) openPack(ctx context.Context, path string, indexed bool, hashSize int) (_ list, err error) {
	pack, err := os.Open(path + ".pack")
	if err != nil {
		return list{}, err
	}
	defer func() {
		if err != nil {
			_ = pack.Close()
		}
	}()
	info, err := pack.Stat()
	if err != nil {
		return list{}, err
	}
	var header [packHeader]byte
	if _, err := pack.ReadAt(header[:], 0); err != nil {
		return list{}, fmt.Errorf("header: %w", unexpected(err))
	}
	version, count := binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[8:])
	if string(header[:4]) != packMagic || version != 2 && version != 3 {
		return list{}, errors.New("not a pack of version 2 or 3")
	}
	if count > maxObjects {
		return list{}, fmt.Errorf("%d objects are too many", count)
	}

	s := &source{path: path + ".pack", pack: pack, end: info.Size(), count: int(count)}
	var x *packIndex
	if indexed {
		x, err = openIndex(path+".idx", hashSize)
	}
	if isGone(err) {
		return list{}, err
	}
	if x == nil || len(x.offsets) != s.count {
		if x, err = s.index(ctx, hashSize); err != nil {
			return list{}, err
		}
	}
	number, err := db.addSource(s)
	return list{number, x.ids, x.offsets}, err
}

func openIndex(path string, hashSize int) (*packIndex, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return readIndex(file, info.Size(), hashSize)
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
const windowSize = 8 << 10

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
