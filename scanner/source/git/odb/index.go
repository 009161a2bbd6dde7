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

// readIndex reads an .idx file of the given size, version 1 or 2.
func readIndex(r io.Reader, size int64, hashSize int) (*packIndex, error) {
	sum := newHash(hashSize)
	buffered := bufio.NewReaderSize(r, 1<<16)
	in := io.TeeReader(buffered, sum)

	head, err := buffered.Peek(8)
	if err != nil {
		return nil, unexpected(err)
	}
	version := 1
	perObject := int64(hashSize + 4)
	var fixed int64 = 4*256 + 2*int64(hashSize)
	if bytes.Equal(head[:4], idxMagic) {
		if v := binary.BigEndian.Uint32(head[4:]); v != 2 {
			return nil, fmt.Errorf("version %d is unknown", v)
		}
		version = 2
		perObject = int64(hashSize + 8)
		fixed += 8
		if _, err := io.CopyN(io.Discard, in, 8); err != nil {
			return nil, unexpected(err)
		}
	}

	var counts [4 * 256]byte
	if _, err := io.ReadFull(in, counts[:]); err != nil {
		return nil, unexpected(err)
	}
	var n int64
	for i := 0; i < len(counts); i += 4 {
		c := int64(binary.BigEndian.Uint32(counts[i:]))
		if c < n {
			return nil, errors.New("object counts don't ascend")
		}
		n = c
	}
	// Allocate only what the file has bytes for.
	large := (size - fixed - n*perObject) / 8 // offsets of 64 bits
	if rest := size - fixed - n*perObject - 8*large; rest != 0 || large < 0 || large > n || version == 1 && large > 0 {
		return nil, fmt.Errorf("size %d doesn't fit its %d objects", size, n)
	}
	if n > maxObjects {
		return nil, fmt.Errorf("%d objects are too many", n)
	}

	x := &packIndex{
		ids:     make([]byte, int(n)*hashSize),
		offsets: make([]int64, n),
	}
	if version == 1 {
		err = x.readV1(in, hashSize)
	} else {
		err = x.readV2(in, int(large))
	}
	if err != nil {
		return nil, unexpected(err)
	}
	for i := hashSize; i < len(x.ids); i += hashSize {
		if bytes.Compare(x.ids[i-hashSize:i], x.ids[i:i+hashSize]) > 0 {
			return nil, errors.New("ids don't ascend")
		}
	}
	if _, err := io.CopyN(io.Discard, in, int64(hashSize)); err != nil { // the pack's checksum
		return nil, unexpected(err)
	}
	want := make([]byte, hashSize)
	if _, err := io.ReadFull(buffered, want); err != nil {
		return nil, unexpected(err)
	}
	if !bytes.Equal(sum.Sum(nil), want) {
		return nil, errors.New("checksum mismatch")
	}
	return x, nil
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
	const isLarge = 1 << 31
	for i := range x.offsets {
		o := int64(binary.BigEndian.Uint32(words[4*i:]))
		if o&isLarge != 0 {
			if o &^= isLarge; o >= int64(large) {
				return errors.New("offset of 64 bits is missing")
			}
			o = int64(binary.BigEndian.Uint64(far[8*o:]) &^ (1 << 63))
		}
		x.offsets[i] = o
	}
	return nil
}

// unexpected makes an end of file an unexpected one.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
