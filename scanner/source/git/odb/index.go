package odb

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// packIndex is what an .idx file says: the ids of a pack's objects in order, with
// their offsets in the pack.
type packIndex struct {
	ids     []byte
	offsets []int64
}

var idxMagic = []byte("\377tOc")

func newHash(size int) hash.Hash {
	if size == sha256.Size {
		return sha256.New()
	}
	return sha1.New()
}

// indexFile is an .idx file, version 1 or 2, and where in it things are.
type indexFile struct {
	in       io.ReaderAt
	closer   io.Closer // nil if there is nothing to close
	size     int64
	hashSize int
	version  int
	counts   [257]int // of objects whose id begins with less than so much

	// Where the first id and the first offset are, and how far it is to the next.
	ids, idStep         int64
	offsets, offsetStep int64
	far                 int64 // where the offsets of 64 bits are
	large               int   // how many of them
	block               []byte
}

func openIndexFile(path string, hashSize int) (*indexFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	x, err := newIndexFile(file, info.Size(), hashSize)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	x.closer = file
	return x, nil
}

// newIndexFile reads how many objects there are, and sees that the file has the
// size for them.
func newIndexFile(in io.ReaderAt, size int64, hashSize int) (*indexFile, error) {
	const header, counts = 8, 4 * 256 // bytes; version 1 has no header
	var head [header + counts]byte
	if _, err := in.ReadAt(head[:], 0); err != nil {
		return nil, unexpected(err)
	}
	x := &indexFile{in: in, size: size, hashSize: hashSize, version: 1}
	table := head[:counts]
	if bytes.Equal(head[:4], idxMagic) {
		if v := binary.BigEndian.Uint32(head[4:]); v != 2 {
			return nil, fmt.Errorf("version %d is unknown", v)
		}
		x.version, table = 2, head[header:]
	}
	for i := range 256 {
		c := int64(binary.BigEndian.Uint32(table[4*i:]))
		if c < int64(x.counts[i]) {
			return nil, errors.New("object counts don't ascend")
		}
		if c > maxObjects {
			return nil, fmt.Errorf("%d objects are too many", c)
		}
		x.counts[i+1] = int(c)
	}
	n, idSize := int64(x.count()), int64(hashSize)
	if x.version == 1 {
		x.offsets, x.ids = counts, counts+4
		x.offsetStep, x.idStep = 4+idSize, 4+idSize
		x.far = counts + n*(4+idSize)
	} else {
		x.ids, x.idStep = header+counts, idSize
		x.offsets, x.offsetStep = x.ids+n*(idSize+4), 4 // a CRC-32 of each entry is between
		x.far = x.offsets + 4*n
	}
	rest := size - x.far - 2*idSize
	x.large = int(rest / 8)
	if rest < 0 || rest%8 != 0 || rest/8 > n || x.version == 1 && rest > 0 {
		return nil, fmt.Errorf("size %d doesn't fit its %d objects", size, n)
	}
	return x, nil
}

// count is the number of objects.
func (x *indexFile) count() int { return x.counts[256] }

// Close closes the file.
func (x *indexFile) Close() error {
	if x.closer == nil {
		return nil
	}
	return x.closer.Close()
}

// readAll reads the whole file and checks it.
func (x *indexFile) readAll() (*packIndex, error) {
	sum := newHash(x.hashSize)
	buffered := bufio.NewReaderSize(io.NewSectionReader(x.in, 0, x.size), 1<<16)
	in := io.TeeReader(buffered, sum)
	if _, err := io.CopyN(io.Discard, in, min(x.ids, x.offsets)); err != nil {
		return nil, unexpected(err)
	}
	all := &packIndex{
		ids:     make([]byte, x.count()*x.hashSize),
		offsets: make([]int64, x.count()),
	}
	var err error
	if x.version == 1 {
		err = all.readV1(in, x.hashSize)
	} else {
		err = all.readV2(in, x.large)
	}
	if err != nil {
		return nil, unexpected(err)
	}
	for i := x.hashSize; i < len(all.ids); i += x.hashSize {
		if bytes.Compare(all.ids[i-x.hashSize:i], all.ids[i:i+x.hashSize]) > 0 {
			return nil, errors.New("ids don't ascend")
		}
	}
	if _, err := io.CopyN(io.Discard, in, int64(x.hashSize)); err != nil { // the pack's checksum
		return nil, unexpected(err)
	}
	want := make([]byte, x.hashSize)
	if _, err := io.ReadFull(buffered, want); err != nil {
		return nil, unexpected(err)
	}
	if !bytes.Equal(sum.Sum(nil), want) {
		return nil, errors.New("checksum mismatch")
	}
	return all, nil
}

func (x *packIndex) readV1(in io.Reader, hashSize int) error {
	record := make([]byte, 4+hashSize)
	for i := range x.offsets {
		if _, err := io.ReadFull(in, record); err != nil {
			return err
		}
		x.offsets[i] = int64(binary.BigEndian.Uint32(record))
		copy(x.ids[i*hashSize:], record[4:])
	}
	return nil
}

func (x *packIndex) readV2(in io.Reader, large int) error {
	if _, err := io.ReadFull(in, x.ids); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, in, int64(4*len(x.offsets))); err != nil { // CRC-32s of the entries
		return err
	}
	words := make([]byte, 4*len(x.offsets))
	if _, err := io.ReadFull(in, words); err != nil {
		return err
	}
	far := make([]byte, 8*large)
	if _, err := io.ReadFull(in, far); err != nil {
		return err
	}
	for i := range x.offsets {
		o := int64(binary.BigEndian.Uint32(words[4*i:]))
		if o&isLarge != 0 {
			if o &^= isLarge; o >= int64(large) {
				return errNoOffset
			}
			o = int64(binary.BigEndian.Uint64(far[8*o:]) &^ (1 << 63))
		}
		x.offsets[i] = o
	}
	return nil
}

// isLarge marks, in version 2, the number of an offset of 64 bits.
const isLarge = 1 << 31

var errNoOffset = errors.New("offset of 64 bits is missing")

// unexpected makes an end of file an unexpected one.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
