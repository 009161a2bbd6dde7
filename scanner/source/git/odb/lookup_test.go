package odb

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// lookUp opens a database and looks all objects up, in the order of their ids: so
// they have the numbers that a DB gives them.
func lookUp(t testing.TB, dir string, hashSize int) *Lookup {
	t.Helper()
	l, err := OpenLookup(context.Background(), dir, hashSize)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	db, err := Open(context.Background(), dir, hashSize)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := range db.Len() {
		if got, ok := l.Find(db.ID(i)); !ok || got != i {
			t.Fatalf("looked up %s: got %d %v, want %d", db.ID(i), got, ok, i)
		}
	}
	return l
}

// TestFindInIndex compares with a search of the list. Ids that lie close together
// are not where they should be.
func TestFindInIndex(t *testing.T) {
	for _, width := range []int{20, 32} {
		rapid.Check(t, func(t *rapid.T) {
			lead := rapid.SampledFrom([]string{"", "\x00", "\xff", "abc", "abcdefg"}).Draw(t, "lead")
			var p packWriter
			var seed [8]byte
			id := func(n int) ID {
				binary.BigEndian.PutUint64(seed[:], uint64(n))
				h := newHash(width)
				h.Write(seed[:])
				return ID(lead + string(h.Sum(nil))[len(lead):])
			}
			n := rapid.IntRange(0, 3*idsRead).Draw(t, "objects")
			for i := range n {
				p.entries = append(p.entries, writtenEntry{id(i), int64(i)})
			}
			data := p.index(width)
			x, err := newIndexFile(bytes.NewReader(data), int64(len(data)), width)
			if err != nil {
				t.Fatal(err)
			}
			for i := range n + 20 {
				at, ok, err := x.find([]byte(id(i)))
				if err != nil || ok != (i < n) {
					t.Fatalf("id %d of %d: found %v, %v", i, n, ok, err)
				}
				if !ok {
					continue
				}
				if offset, err := x.offset(at); offset != int64(i) || err != nil {
					t.Fatalf("offset %d: got %d, %v", i, offset, err)
				}
			}
		})
	}
}

// TestLookupLearnsNothing: what isn't there is found out without reading packs.
func TestLookupLearnsNothing(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 10)
	l := lookUp(t, r.objects(), 20)
	for _, id := range []ID{"", "short", ID(make([]byte, 20)), ID(make([]byte, 32))} {
		if i, ok := l.Find(id); ok {
			t.Errorf("%s was found: %d", id, i)
		}
	}
	if l.all != nil {
		t.Error("it learned of all objects")
	}
	for i := range l.Len() {
		for typ := Commit; typ <= Tag; typ++ {
			_, ok := l.FindAs([]byte(l.ID(i)), typ)
			if want := typ == l.Type(i) || typ == Blob; ok != want {
				t.Errorf("%s, a %s: found as a %s: %v", l.ID(i), l.Type(i), typ, ok)
			}
		}
	}
}

// TestLookupDamagedIndex: with an index that is damaged anywhere, each object is
// found and read.
func TestLookupDamagedIndex(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 15)
	r.git("repack", "-adfq")
	db := r.open()
	idx := r.glob("pack/*.idx")[0]
	index := r.read(idx)
	with := func(name string, damage func(index []byte) []byte) {
		t.Run(name, func(t *testing.T) {
			r.write(idx, damage(bytes.Clone(index)))
			l := lookUp(t, r.objects(), 20)
			for i := range db.Len() {
				data, err := l.Read(t.Context(), i)
				if err != nil || l.Type(i) != db.Type(i) || idOf(l.Type(i), data, 20) != db.ID(i) {
					t.Errorf("read %s %s: got a %s of %d bytes, %v", db.Type(i), db.ID(i), l.Type(i), len(data), err)
				}
			}
			if seen := checkSweep(t, l, 2, all); len(seen) != db.Len() {
				t.Errorf("visited %d of %d objects", len(seen), db.Len())
			}
			if problems := l.Problems(); len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
		})
	}
	for at := 0; at < len(index); at += 97 {
		with(fmt.Sprintf("bit of byte %d", at), func(index []byte) []byte {
			index[at] ^= 1 << (at % 8)
			return index
		})
	}
	with("offsets of other objects", func(index []byte) []byte {
		offsets := index[len(index)-40-4*db.Len() : len(index)-40]
		copy(offsets, append(slices.Clone(offsets[4:]), offsets[:4]...))
		return index
	})
	with("ids of other objects", func(index []byte) []byte {
		ids := index[8+4*256:][:20*db.Len()]
		copy(ids, append(slices.Clone(ids[20:]), ids[:20]...))
		return index
	})
	with("cut off", func(index []byte) []byte { return index[:len(index)/2] })
	with("empty", func([]byte) []byte { return nil })
}

// TestLookupOtherCopy: what is damaged where it is found first is read from
// elsewhere, and what is damaged everywhere is counted.
func TestLookupOtherCopy(t *testing.T) {
	dir, far := t.TempDir(), t.TempDir()
	writeFile(t, filepath.Join(dir, "info", "alternates"), []byte(far))
	blob := func(name string) (ID, []byte) { return idOf(Blob, []byte(name), 20), []byte(name) }
	pack := func(name string, contents map[string]bool) {
		var p packWriter
		for content, good := range contents {
			id, data := blob(content)
			stream := deflate(data)
			if !good {
				corrupt(stream)
			}
			p.add(id, kind(Blob), len(data), nil, stream)
		}
		p.write(t, dir, name)
	}
	pack("1", map[string]bool{"good": true, "other pack": false, "loose": false, "far": false, "lost": false})
	pack("2", map[string]bool{"good": true, "other pack": true, "loose": false, "lost": false})
	loose := func(dir, content string) {
		id, data := blob(content)
		writeLoose(t, dir, id, looseStream(Blob, data))
	}
	loose(dir, "good")
	loose(dir, "loose")
	loose(far, "far")
	loose(far, "only far")

	l := lookUp(t, dir, 20)
	if l.Len() != 6 {
		t.Errorf("%d objects, want 6", l.Len())
	}
	lost, _ := blob("lost")
	for _, name := range []string{"good", "other pack", "loose", "far", "only far", "lost"} {
		id, data := blob(name)
		i, ok := l.Find(id)
		if !ok {
			t.Fatalf("%s: not found", name)
		}
		got, err := l.Read(t.Context(), i)
		if (err == nil) != (id != lost) || err == nil && !bytes.Equal(got, data) {
			t.Errorf("%s: read %q, %v", name, got, err)
		}
	}
	if seen := checkSweep(t, l, 2, all); len(seen) != 5 {
		t.Errorf("visited %d objects, want 5", len(seen))
	}
	if problems := l.Problems(); len(problems) != 1 || !strings.Contains(problems[0].Err.Error(), "1 of 5 objects not read") {
		t.Errorf("problems: %v", problems)
	}
}

// TestLookupRepackedMeanwhile: what moves while a lookup is open is found and read,
// whether it was looked up before or not.
func TestLookupRepackedMeanwhile(t *testing.T) {
	for _, loose := range []bool{true, false} {
		for _, before := range []bool{true, false} {
			t.Run(fmt.Sprintf("loose %v, looked up before %v", loose, before), func(t *testing.T) {
				r := newRepo(t)
				r.fill(1, 10)
				if loose {
					r.loosen()
				} else if runtime.GOOS == "windows" {
					t.Skip("an open pack can't be removed on Windows")
				}
				l, err := OpenLookup(t.Context(), r.objects(), 20)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				db := r.open()
				find := func() {
					for i := range db.Len() {
						if got, ok := l.Find(db.ID(i)); !ok || got != i {
							t.Fatalf("object %d: found %d, %v", i, got, ok)
						}
					}
				}
				if before {
					find()
				}
				ids := r.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
				old := r.glob("*/*")
				r.run([]byte(ids+"\n"), "-C", r.dir, "pack-objects", "-q", "--window=0", filepath.Join(r.objects(), "pack", "pack"))
				for _, f := range old {
					if strings.HasPrefix(f, "pack") != loose {
						r.remove(f)
					}
				}
				find()
				check(t, l, r.dir)
			})
		}
	}
}

// TestLookupNothingLeft: an object whose files are gone is counted.
func TestLookupNothingLeft(t *testing.T) {
	dir := t.TempDir()
	id := idOf(Blob, []byte("gone"), 20)
	writeLoose(t, dir, id, looseStream(Blob, []byte("gone")))
	l := lookUp(t, dir, 20)
	if err := os.Remove(loosePath(dir, []byte(id))); err != nil {
		t.Fatal(err)
	}
	if data, err := l.Read(t.Context(), 0); err == nil {
		t.Errorf("read %q", data)
	}
	if l.Type(0) != Unknown || l.Size(0) != 0 {
		t.Errorf("it is a %s of %d bytes", l.Type(0), l.Size(0))
	}
	if seen := checkSweep(t, l, 1, all); len(seen) > 0 {
		t.Errorf("visited %v", seen)
	}
	if problems := l.Problems(); len(problems) != 1 || !strings.Contains(problems[0].Err.Error(), "nothing is left: 1") {
		t.Errorf("problems: %v", problems)
	}
}

// BenchmarkLookup opens a repository and finds some of its objects.
func BenchmarkLookup(b *testing.B) {
	dir := filepath.Join(largeRepo(b), "objects")
	db := openDB(b, dir, 20)
	step := max(db.Len()/6000, 1)
	var ids []ID
	for i := 0; i < db.Len(); i += step {
		ids = append(ids, db.ID(i))
	}
	for b.Loop() {
		l, err := OpenLookup(b.Context(), dir, 20)
		if err != nil {
			b.Fatal(err)
		}
		for _, id := range ids {
			if _, ok := l.Find(id); !ok {
				b.Fatalf("%s is missing", id)
			}
		}
		_ = l.Close()
	}
}
