package odb

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// samplePack has two objects stored whole, and one delta by offset and by id each.
func samplePack() *packWriter {
	var p packWriter
	base, other := []byte("some text to begin with"), []byte("tree")
	at := p.add(idOf(Blob, base, 20), kind(Blob), len(base), nil, deflate(base))
	p.add(idOf(Commit, other, 20), kind(Commit), len(other), nil, deflate(other))
	d := deltaWriter{base: base}
	d.copy(5, 10)
	d.insert([]byte("more"))
	p.add(idOf(Blob, d.made, 20), offsetDelta, len(d.bytes()), encodeBack(int64(p.buf.Len())-at), deflate(d.bytes()))
	e := deltaWriter{base: d.made}
	e.copy(0, 3)
	p.add(idOf(Blob, e.made, 20), refDelta, len(e.bytes()), []byte(idOf(Blob, d.made, 20)), deflate(e.bytes()))
	return &p
}

// FuzzIndex: an index that is taken has its ids in order, an offset for each, and
// no more of them than it has bytes for. Each is found where it stands, if the
// counts that the file begins with are those of its ids.
func FuzzIndex(f *testing.F) {
	f.Add(samplePack().index(20))
	f.Add((&packWriter{}).index(20))
	f.Fuzz(func(t *testing.T, data []byte) {
		// No fuzzer finds checksums.
		if len(data) > 20 {
			h := newHash(20)
			h.Write(data[:len(data)-20])
			data = h.Sum(slices.Clone(data[:len(data)-20]))
		}
		file, err := newIndexFile(bytes.NewReader(data), int64(len(data)), 20)
		if err != nil {
			return
		}
		x, err := file.readAll()
		if err != nil {
			return
		}
		if len(x.ids) != 20*len(x.offsets) || 24*len(x.offsets) > len(data) {
			t.Fatalf("%d bytes of ids and %d offsets from %d bytes", len(x.ids), len(x.offsets), len(data))
		}
		for i := 1; i < len(x.offsets); i++ {
			if bytes.Compare(x.ids[20*(i-1):20*i], x.ids[20*i:20*(i+1)]) > 0 || x.offsets[i] < 0 {
				t.Fatalf("object %d is out of order or at %d", i, x.offsets[i])
			}
		}
		for i, offset := range x.offsets {
			id := x.ids[20*i : 20*i+20]
			at, ok, err := file.find(id)
			if fits := file.counts[id[0]] <= i && i < file.counts[int(id[0])+1]; err != nil || ok != fits && !ok {
				t.Fatalf("id %d of %d: found %v, want %v, error %v", i, file.count(), ok, fits, err)
			}
			if ok && !bytes.Equal(x.ids[20*at:20*at+20], id) {
				t.Fatalf("id %d was found at %d", i, at)
			}
			if got, err := file.offset(i); got != offset || err != nil {
				t.Fatalf("offset %d is %d, %v, want %d", i, got, err, offset)
			}
		}
	})
}

// FuzzEntry: the header of an entry, written anew, reads as the same.
func FuzzEntry(f *testing.F) {
	p := samplePack()
	for _, e := range p.entries {
		f.Add(p.buf.Bytes()[e.offset:])
	}
	f.Add(bytes.Repeat([]byte{0xff}, 60))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry(data, 20)
		if err != nil {
			return
		}
		if e.size < 0 || e.back < 0 || e.len > maxEntryHeader || e.len > len(data) {
			t.Fatalf("header %+v", e)
		}
		link := e.base
		if e.kind == offsetDelta {
			link = encodeBack(e.back)
		}
		var p packWriter
		at := p.add("", e.kind, int(e.size), link, nil)
		again, err := parseEntry(p.buf.Bytes()[at:], 20)
		if err != nil || again.kind != e.kind || again.size != e.size || again.back != e.back || !bytes.Equal(again.base, e.base) {
			t.Fatalf("got %+v, %v after writing %+v", again, err, e)
		}
	})
}

// slowDelta applies a delta as its specification reads.
func slowDelta(base, instructions []byte) ([]byte, error) {
	var out []byte
	in := bytes.NewReader(instructions)
	for in.Len() > 0 {
		op, _ := in.ReadByte()
		if op == 0 {
			return nil, errors.New("reserved")
		}
		if op < 0x80 {
			data := make([]byte, op)
			if _, err := io.ReadFull(in, data); err != nil {
				return nil, err
			}
			out = append(out, data...)
			continue
		}
		var parts [7]uint64
		for i := range parts {
			if op&(1<<i) != 0 {
				b, err := in.ReadByte()
				if err != nil {
					return nil, err
				}
				parts[i] = uint64(b)
			}
		}
		from := parts[0] | parts[1]<<8 | parts[2]<<16 | parts[3]<<24
		length := parts[4] | parts[5]<<8 | parts[6]<<16
		if length == 0 {
			length = 0x10000
		}
		if from+length > uint64(len(base)) {
			return nil, errors.New("out of the base")
		}
		out = append(out, base[from:from+length]...)
	}
	return out, nil
}

// FuzzDelta compares applying a delta with the slow way, and its copied ranges
// with what it made.
func FuzzDelta(f *testing.F) {
	base := bytes.Repeat([]byte("0123456789abcdef"), 5000)
	d := deltaWriter{base: base}
	d.copy(3, 1<<16)
	d.copy(3+1<<16, 5)
	d.insert([]byte("inserted"))
	d.copy(70_000, 300)
	f.Add(base, d.instructions)
	f.Add([]byte("base"), []byte{3, 'x', 'y', 'z', 0x91, 1, 2})
	f.Add([]byte{}, []byte{0})
	f.Fuzz(func(t *testing.T, base, instructions []byte) {
		want, wantErr := slowDelta(base, instructions)
		parsed, err := parseDelta(encodeDelta(len(base), len(want), instructions))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want))
		copied, err := parsed.apply(got, base, nil)
		if (err == nil) != (wantErr == nil) || err == nil && !bytes.Equal(got, want) {
			t.Fatalf("got %d bytes, %v; want %d bytes, %v", len(got), err, len(want), wantErr)
		}
		if err != nil {
			return
		}
		if made, err := parsed.made(); err != nil || made != int64(len(want)) {
			t.Fatalf("made: got %d, %v, want %d", made, err, len(want))
		}
		end := 0
		for _, c := range copied {
			if c.At < end || !bytes.Equal(got[c.At:c.At+c.Len], base[c.From:c.From+c.Len]) {
				t.Fatalf("copied range %+v is wrong", c)
			}
			end = c.At + c.Len
		}
	})
}

// FuzzLoose: what is read of a loose object is its stream without the header.
func FuzzLoose(f *testing.F) {
	f.Add([]byte("blob 9\x00some text"), true)
	f.Add([]byte("commit 0\x00"), true)
	f.Add([]byte("tree 99999999999\x00"), true)
	f.Add(looseStream(Tag, []byte("a tag")), false)
	f.Fuzz(func(t *testing.T, data []byte, toDeflate bool) {
		if toDeflate {
			data = deflate(data)
		}
		c, typ, err := readLoose(bytes.NewReader(data))
		if err != nil {
			return
		}
		content, err := c.readAll(nil)
		if err != nil {
			return
		}
		z, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		head, rest, _ := bytes.Cut(want, []byte{0})
		if !bytes.Equal(rest, content) || c.size != int64(len(content)) || !bytes.HasPrefix(head, []byte(typ.String()+" ")) {
			t.Fatalf("got a %s of %d bytes from %q", typ, len(content), want)
		}
	})
}

// FuzzPack: of a pack without an index, whatever it is, all that is visited is what
// its id says, and the rest is a problem.
func FuzzPack(f *testing.F) {
	p := samplePack()
	f.Add(p.pack(20)[packHeader:], uint8(len(p.entries)))
	f.Add([]byte{}, uint8(1))
	f.Fuzz(func(t *testing.T, entries []byte, count uint8) {
		dir := t.TempDir()
		pack := append([]byte("PACK\x00\x00\x00\x02\x00\x00\x00"), count)
		writeFile(t, filepath.Join(dir, "pack", "pack-x.pack"), append(pack, entries...))
		db, err := Open(context.Background(), dir, 20)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		seen := checkSweep(t, db, 1, all)
		if problems := db.Problems(); len(seen) < int(count) && len(problems) != 1 || len(seen) == int(count) && len(problems) != 0 {
			t.Fatalf("%d of %d objects were visited; problems: %v", len(seen), count, problems)
		}
	})
}

// FuzzLookup: of a pack that is not what its index says, single objects are read as
// they are when all is known of it.
func FuzzLookup(f *testing.F) {
	p := samplePack()
	f.Add(p.pack(20)[packHeader:])
	f.Add(p.pack(20)[packHeader : len(p.pack(20))-40])
	f.Fuzz(func(t *testing.T, entries []byte) {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "pack", "pack-x.pack"), append(p.pack(20)[:packHeader:packHeader], entries...))
		writeFile(t, filepath.Join(dir, "pack", "pack-x.idx"), p.index(20))
		db, err := Open(context.Background(), dir, 20)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		l := lookUp(t, dir, 20)
		for i := range db.Len() {
			want, wantErr := db.Read(context.Background(), i)
			got, err := l.Read(context.Background(), i)
			if (err == nil) != (wantErr == nil) || !bytes.Equal(got, want) {
				t.Fatalf("object %d: looked up %d bytes, %v; want %d bytes, %v", i, len(got), err, len(want), wantErr)
			}
			if err == nil && (l.Type(i) != db.Type(i) || l.Size(i) != db.Size(i)) {
				t.Fatalf("object %d: looked up a %s of %d bytes, want a %s of %d", i, l.Type(i), l.Size(i), db.Type(i), db.Size(i))
			}
		}
	})
}

// FuzzHeader: a line of git's that is taken reads as it was written.
func FuzzHeader(f *testing.F) {
	id := idOf(Blob, nil, 20).String()
	f.Add(id + " blob 0")
	f.Add(id + " tree 9223372036854775807")
	f.Add(id + " missing")
	f.Fuzz(func(t *testing.T, line string) {
		h, err := parseHeader([]byte(line))
		if err != nil || h.typ == Unknown {
			return
		}
		again, err := parseHeader(fmt.Appendf(nil, "%x %s %d", h.id, h.typ, h.size))
		if err != nil || again.size != h.size || again.typ != h.typ || !bytes.Equal(again.id, h.id) || h.size < 0 {
			t.Fatalf("%q reads as %+v, and that as %+v, %v", line, h, again, err)
		}
	})
}

// FuzzAlternates: every path stands in the file, and none is empty.
func FuzzAlternates(f *testing.F) {
	f.Add("# a comment\n../other/objects\r\n\n/far/objects")
	f.Add("\"quoted\\t\\303\\244\"\n\"not closed")
	f.Fuzz(func(t *testing.T, text string) {
		paths := parseAlternates(text)
		for _, p := range paths {
			if p != "" && !strings.Contains(text, p) && !strings.Contains(text, `"`) {
				t.Fatalf("%q has no path %q", text, p)
			}
		}
		if len(paths) > strings.Count(text, "\n")+1 {
			t.Fatalf("%d paths from %q", len(paths), text)
		}
	})
}

func TestAlternatesFile(t *testing.T) {
	got := parseAlternates("# a comment\n../other/objects\r\n\n\"quo\\ted\n\"tab\\t\\303\\244\"\n/far")
	want := []string{"../other/objects", `"quo\ted`, "tab\tä", "/far"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

// TestFuzzSeeds: the seed pack is read whole, so the fuzz targets begin with
// something that means something.
func TestFuzzSeeds(t *testing.T) {
	dir := t.TempDir()
	p := samplePack()
	p.write(t, dir, "x")
	for _, name := range []string{"with an index", "without"} {
		t.Run(name, func(t *testing.T) {
			db := openDB(t, dir, 20)
			if seen := checkSweep(t, db, 1, all); len(seen) != len(p.entries) {
				t.Error(fmt.Errorf("visited %d of %d objects; problems: %v", len(seen), len(p.entries), db.Problems()))
			}
		})
		if err := os.RemoveAll(filepath.Join(dir, "pack", "pack-x.idx")); err != nil {
			t.Fatal(err)
		}
	}
}
