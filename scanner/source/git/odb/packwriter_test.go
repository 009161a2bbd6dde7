package odb

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// packWriter writes a pack by hand, right or wrong.
type packWriter struct {
	buf     bytes.Buffer
	entries []writtenEntry
}

type writtenEntry struct {
	id     ID
	offset int64
}

// deflaters are costly to make.
var deflaters = sync.Pool{New: func() any { return zlib.NewWriter(nil) }}

func deflate(data []byte) []byte {
	z := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(z)
	var b bytes.Buffer
	z.Reset(&b)
	_, _ = z.Write(data)
	_ = z.Close()
	return b.Bytes()
}

// corrupt spoils the checksum of a zlib stream.
func corrupt(stream []byte) []byte {
	stream[len(stream)-1] ^= 1
	return stream
}

// add writes an entry, and gives its offset. base is what stands between its size
// and its content.
func (p *packWriter) add(id ID, k kind, size int, base, stream []byte) int64 {
	if p.buf.Len() == 0 {
		p.buf.Write(make([]byte, packHeader)) // filled in later
	}
	offset := int64(p.buf.Len())
	p.entries = append(p.entries, writtenEntry{id, offset})
	c := byte(k)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		p.buf.WriteByte(c | 0x80)
		c = byte(size & 0x7f)
	}
	p.buf.WriteByte(c)
	p.buf.Write(base)
	p.buf.Write(stream)
	return offset
}

// encodeBack encodes how far back the base of an offset delta is.
func encodeBack(n int64) []byte {
	b := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		b = append(b, byte(n&0x7f)|0x80)
	}
	slices.Reverse(b)
	return b
}

// pack gives the whole pack.
func (p *packWriter) pack(hashSize int) []byte {
	if p.buf.Len() == 0 {
		p.buf.Write(make([]byte, packHeader))
	}
	pack := bytes.Clone(p.buf.Bytes())
	copy(pack, packMagic)
	binary.BigEndian.PutUint32(pack[4:], 2)
	binary.BigEndian.PutUint32(pack[8:], uint32(len(p.entries)))
	h := newHash(hashSize)
	h.Write(pack)
	return h.Sum(pack)
}

// index gives the pack's index, of version 2.
func (p *packWriter) index(hashSize int) []byte {
	pack := p.pack(hashSize)
	entries := slices.Clone(p.entries)
	slices.SortFunc(entries, func(a, b writtenEntry) int { return cmp.Compare(a.id, b.id) })
	out := append(bytes.Clone(idxMagic), 0, 0, 0, 2)
	for lead := range 256 {
		n := 0
		for _, e := range entries {
			if int(e.id[0]) <= lead {
				n++
			}
		}
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	for _, e := range entries {
		out = append(out, e.id...)
	}
	for range entries {
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(nil)) // nobody looks
	}
	for _, e := range entries {
		out = binary.BigEndian.AppendUint32(out, uint32(e.offset))
	}
	out = append(out, pack[len(pack)-hashSize:]...)
	h := newHash(hashSize)
	h.Write(out)
	return h.Sum(out)
}

// write writes pack and index to an objects folder.
func (p *packWriter) write(t testing.TB, dir, name string) {
	t.Helper()
	writeFile(t, filepath.Join(dir, "pack", "pack-"+name+".pack"), p.pack(20))
	writeFile(t, filepath.Join(dir, "pack", "pack-"+name+".idx"), p.index(20))
}

func writeFile(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func looseStream(typ Type, data []byte) []byte {
	return deflate(append([]byte(typ.String()+" "+strconv.Itoa(len(data))+"\x00"), data...))
}

func writeLoose(t testing.TB, dir string, id ID, stream []byte) {
	t.Helper()
	writeFile(t, loosePath(dir, []byte(id)), stream)
}

// deltaWriter writes a delta, and makes what it makes.
type deltaWriter struct {
	base, made   []byte
	instructions []byte
}

func (d *deltaWriter) insert(data []byte) {
	for chunk := range slices.Chunk(data, 127) {
		d.instructions = append(append(d.instructions, byte(len(chunk))), chunk...)
	}
	d.made = append(d.made, data...)
}

func (d *deltaWriter) copy(from, length int) {
	d.instructions = append(d.instructions, encodeCopy(uint32(from), length)...)
	d.made = append(d.made, d.base[from:from+length]...)
}

func encodeCopy(from uint32, length int) []byte {
	out := []byte{0x80}
	for i := range 4 {
		if b := byte(from >> (8 * i)); b != 0 {
			out[0] |= 1 << i
			out = append(out, b)
		}
	}
	if length == 1<<16 {
		return out
	}
	for i := range 3 {
		if b := byte(length >> (8 * i)); b != 0 {
			out[0] |= 0x10 << i
			out = append(out, b)
		}
	}
	return out
}

func (d *deltaWriter) bytes() []byte { return encodeDelta(len(d.base), len(d.made), d.instructions) }

func encodeDelta(baseSize, size int, instructions []byte) []byte {
	out := binary.AppendUvarint(nil, uint64(baseSize))
	out = binary.AppendUvarint(out, uint64(size))
	return append(out, instructions...)
}
