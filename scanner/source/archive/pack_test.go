package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// file is one to be packed.
type file struct{ name, text string }

// zipOf packs files as zip does. Its method is that of all of them.
func zipOf(method uint16, files ...file) []byte {
	return makeZip(func(w *zip.Writer) error {
		for _, f := range files {
			m, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
			if err != nil {
				return err
			}
			if _, err := io.WriteString(m, f.text); err != nil {
				return err
			}
		}
		return nil
	})
}

func makeZip(fill func(*zip.Writer) error) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(93, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	must(fill(w))
	must(w.Close())
	return b.Bytes()
}

// rawZip has one file, of a header that nobody made true.
func rawZip(h zip.FileHeader, packed []byte) []byte {
	h.CompressedSize64 = uint64(len(packed))
	return makeZip(func(w *zip.Writer) error {
		m, err := w.CreateRaw(&h)
		if err != nil {
			return err
		}
		_, err = m.Write(packed)
		return err
	})
}

// tarOf packs files as tar does, in a format.
func tarOf(format tar.Format, files ...file) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		must(w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o600, Size: int64(len(f.text)), Format: format, ModTime: time.Unix(0, 0)}))
		_, err := io.WriteString(w, f.text)
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

// tarWith has one entry, and no data but what is given.
func tarWith(h tar.Header, data string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	must(w.WriteHeader(&h))
	_, err := io.WriteString(w, data)
	must(err)
	must(w.Close())
	return b.Bytes()
}

func gzipOf(text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(text)
	must(err)
	must(w.Close())
	return b.Bytes()
}

func zstdOf(text []byte) []byte {
	w, err := zstd.NewWriter(nil)
	must(err)
	return w.EncodeAll(text, nil)
}

func deflated(text []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	must(err)
	_, err = w.Write(text)
	must(err)
	must(w.Close())
	return b.Bytes()
}

// must is for what can't fail in memory.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// fixture is a file of testdata. Its archives hold d/one and two, its texts "one\n".
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// noted is a visitor that keeps what it is given.
type noted struct {
	onChunk func() // may be nil
	drop    bool   // keep no texts

	mu       sync.Mutex
	texts    map[string]string // by path and member
	names    map[string][]string
	hits     []scanner.Hit // of each text's first bytes
	problems []string
	leftOut  []string
	counts   map[scanner.Counter]int64
	bytes    int64
}

func newNoted() *noted {
	return &noted{texts: map[string]string{}, names: map[string][]string{}, counts: map[scanner.Counter]int64{}}
}

func (n *noted) Chunk(c *detectors.Chunk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.onChunk != nil {
		n.onChunk()
	}
	n.bytes += int64(c.To - c.From)
	if n.drop {
		return
	}
	name := c.At.Name()
	hit := scanner.Hit{At: c.At}
	copy(hit.Value[:], c.Data)
	n.hits = append(n.hits, hit)
	n.texts[name] += string(c.Data[c.From:c.To])
	n.names[name] = c.Names
}

func (n *noted) Problem(p scanner.Problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.problems = append(n.problems, fmt.Sprintf("%s: %v", p.What, p.Err))
}

func (n *noted) LeftOut(l scanner.LeftOut) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leftOut = append(n.leftOut, fmt.Sprintf("%s: %s", l.Reason, l.What))
}

func (n *noted) Count(what scanner.Counter, count int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.counts[what] += count
}

func (*noted) Unpack(scanner.PackedText) bool { return false }
func (*noted) Progress(string, int64, int64)  {}
func (*noted) Source(string, scanner.Source)  {}

// given are the names of the texts, in order.
func (n *noted) given() []string { return slices.Sorted(maps.Keys(n.texts)) }

// open sweeps what lies in one packed text, whose name is x.
func open(t testing.TB, packed []byte, o Options) *noted {
	t.Helper()
	n := newNoted()
	openTo(t, n, packed, o)
	return n
}

// openTo does so for a visitor that may have wishes. A source that ends with an error
// fails the test.
func openTo(t testing.TB, n *noted, packed []byte, o Options) {
	t.Helper()
	if err := Unpacking(inMemory{data: packed}, o).Sweep(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

// folderOf sweeps a folder of files.
func folderOf(t testing.TB, files map[string][]byte) scanner.Source {
	t.Helper()
	root := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(root, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir.New(dir.Options{Root: root, Workers: 1})
}

// packedAt is where a packed text lies.
func packedAt() detectors.Chunk {
	return detectors.Chunk{At: place.Place{Kind: place.File, Path: "x", WorkTree: true}, Names: []string{"x"}}
}

// inMemory is the source of one file.
type inMemory struct {
	scanner.Here
	data []byte
}

func (m inMemory) Sweep(ctx context.Context, v scanner.Visitor) error {
	return cmp.Or(scanner.Feed(ctx, v, packedAt(), bytes.NewReader(m.data), int64(len(m.data))), ctx.Err())
}

// sparseTar has a file of holes, but for a text somewhere in it, in GNU's old format
// (the GNU tar manual, "Storing Sparse Files").
func sparseTar(name string, size, at int64, text string) []byte {
	var h [512]byte
	number := func(field []byte, n int64) {
		field[0] = 0x80 // base 256
		binary.BigEndian.PutUint64(field[len(field)-8:], uint64(n))
	}
	copy(h[0:], name)
	copy(h[100:], "0000600\x00")
	number(h[124:136], int64(len(text)))
	h[156] = tar.TypeGNUSparse
	copy(h[257:], "ustar  \x00")
	number(h[386:398], at)
	number(h[398:410], int64(len(text)))
	number(h[483:495], size)
	copy(h[148:156], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return slices.Concat(h[:], []byte(text), make([]byte, (512-len(text)%512)%512), make([]byte, 1024))
}

// zip64 has one file, whose sizes and place stand where only ZIP64 has them.
func zip64(name, text string) []byte {
	const most = 1<<32 - 1
	le := binary.LittleEndian
	var b []byte
	header := func(magic string, versions int, extra []byte) {
		b = append(b, magic...)
		for range versions {
			b = le.AppendUint16(b, 45)
		}
		b = append(b, make([]byte, 8)...) // flags, method, time, date
		b = le.AppendUint32(b, crc(text))
		b = le.AppendUint32(b, most)
		b = le.AppendUint32(b, most)
		b = le.AppendUint16(b, uint16(len(name)))
		b = le.AppendUint16(b, uint16(len(extra)))
	}
	size := uint64(len(text))
	extra := le.AppendUint64(le.AppendUint64([]byte{1, 0, 16, 0}, size), size)
	header("PK\x03\x04", 1, extra)
	b = slices.Concat(b, []byte(name), extra, []byte(text))

	at := uint64(len(b))
	extra = le.AppendUint64(le.AppendUint64(le.AppendUint64([]byte{1, 0, 24, 0}, size), size), 0)
	header("PK\x01\x02", 2, extra)
	b = append(b, make([]byte, 10)...) // comment, disk, attributes
	b = le.AppendUint32(b, most)
	b = slices.Concat(b, []byte(name), extra)
	end := uint64(len(b))

	b = append(b, "PK\x06\x06"...)
	b = le.AppendUint64(b, 44)
	b = append(b, 45, 0, 45, 0)
	b = append(b, make([]byte, 8)...) // disks
	b = le.AppendUint64(b, 1)
	b = le.AppendUint64(b, 1)
	b = le.AppendUint64(b, end-at)
	b = le.AppendUint64(b, at)

	b = append(b, "PK\x06\x07\x00\x00\x00\x00"...)
	b = le.AppendUint64(b, end)
	b = le.AppendUint32(b, 1)

	b = append(b, "PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff"...)
	b = le.AppendUint32(b, most)
	b = le.AppendUint32(b, most)
	return append(b, 0, 0)
}

func crc(text string) uint32 { return crc32.ChecksumIEEE([]byte(text)) }

// stemOf is a name without its last ending.
func stemOf(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) }
