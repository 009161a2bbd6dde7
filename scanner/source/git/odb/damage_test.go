package odb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// stored is an object in the model of a database.
type stored struct {
	id   ID
	typ  Type
	data []byte
}

// storedEntry is one time that an object is stored.
type storedEntry struct {
	object  int
	base    int // object; -1 if stored whole
	corrupt bool
}

// drawDatabase writes a random database of packs and loose objects, some entries
// corrupt, and gives its objects and entries.
func drawDatabase(t *rapid.T, tb testing.TB, dir string) ([]stored, []storedEntry) {
	var objects []stored
	var entries []storedEntry
	known := map[ID]int{}
	add := func(typ Type, data []byte) int {
		id := idOf(typ, data, 20)
		if _, ok := known[id]; !ok {
			known[id] = len(objects)
			objects = append(objects, stored{id, typ, data})
		}
		return known[id]
	}
	text := rapid.SliceOfN(rapid.Byte(), 0, 300)
	chance := func(percent int, what string) bool { return rapid.IntRange(0, 99).Draw(t, what) < percent }

	packs := rapid.IntRange(1, 3).Draw(t, "packs")
	for n := range packs {
		var p packWriter
		at := map[int]int64{} // offsets of objects in this pack
		for range rapid.IntRange(1, 25).Draw(t, "entries") {
			object, base := -1, -1
			var stream, link []byte
			var k kind
			size := 0
			if len(objects) > 0 && chance(70, "delta") {
				base = rapid.IntRange(0, len(objects)-1).Draw(t, "base")
				d := deltaWriter{base: objects[base].data}
				for range rapid.IntRange(0, 6).Draw(t, "instructions") {
					if length := len(d.base); length > 0 && chance(60, "copy") {
						from := rapid.IntRange(0, length-1).Draw(t, "from")
						d.copy(from, rapid.IntRange(1, length-from).Draw(t, "length"))
					} else {
						d.insert(text.Draw(t, "insert"))
					}
				}
				object = add(objects[base].typ, d.made)
				stream, size = deflate(d.bytes()), len(d.bytes())
				offset, same := at[base]
				if same && chance(50, "by offset") {
					k, link = offsetDelta, encodeBack(int64(max(p.buf.Len(), packHeader))-offset)
				} else {
					k, link = refDelta, []byte(objects[base].id)
				}
			} else {
				object = add(rapid.SampledFrom([]Type{Commit, Tree, Blob, Tag}).Draw(t, "type"), text.Draw(t, "data"))
				k, stream, size = kind(objects[object].typ), deflate(objects[object].data), len(objects[object].data)
			}
			if _, twice := at[object]; twice || object == base {
				continue
			}
			e := storedEntry{object, base, chance(10, "corrupt")}
			if e.corrupt {
				corrupt(stream)
			}
			at[object] = p.add(objects[object].id, k, size, link, stream)
			entries = append(entries, e)
		}
		p.write(tb, dir, fmt.Sprint(n))
	}
	for i, o := range objects {
		if chance(15, "loose") {
			e := storedEntry{i, -1, chance(20, "corrupt")}
			stream := looseStream(o.typ, o.data)
			if e.corrupt {
				corrupt(stream)
			}
			writeLoose(tb, dir, o.id, stream)
			entries = append(entries, e)
		}
	}
	return objects, entries
}

// readable works out slowly which objects can be read.
func readable(objects []stored, entries []storedEntry) map[ID]bool {
	can := map[ID]bool{}
	for before := -1; before < len(can); {
		before = len(can)
		for _, e := range entries {
			if !e.corrupt && (e.base < 0 || can[objects[e.base].id]) {
				can[objects[e.object].id] = true
			}
		}
	}
	return can
}

// TestRandomDatabases compares what is read from databases, parts of them corrupt,
// with a simple model.
func TestRandomDatabases(t *testing.T) {
	parent := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(parent, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		objects, entries := drawDatabase(rt, t, dir)
		can := readable(objects, entries)
		listed := map[ID]bool{}
		for _, e := range entries {
			listed[objects[e.object].id] = true
		}

		db := openEither(t, dir, rapid.Bool().Draw(rt, "look up"))
		defer db.Close()
		if db.Len() != len(listed) {
			rt.Fatalf("%d objects, want %d", db.Len(), len(listed))
		}
		workers := rapid.IntRange(1, 3).Draw(rt, "workers")
		some := map[int]bool{}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, db.Len()-1), 0, 10).Draw(rt, "wanted") {
			some[i] = true
		}
		seen := checkSweep(t, db, workers, func(i int) bool { return some[i] })
		for i := range db.Len() {
			if want := some[i] && can[db.ID(i)]; seen[i] != want {
				rt.Errorf("%s, some wanted: visited %v, want %v", db.ID(i), seen[i], want)
			}
		}
		seen = checkSweep(t, db, workers, all)
		for i := range db.Len() {
			id := db.ID(i)
			if seen[i] != can[id] {
				rt.Errorf("%s: visited %v, want %v", id, seen[i], can[id])
			}
			data, err := db.Read(context.Background(), i)
			if (err == nil) != can[id] || err == nil && idOf(db.Type(i), data, 20) != id {
				rt.Errorf("%s: read gives error %v; can be read: %v", id, err, can[id])
			}
		}
		lost := 0
		for _, s := range sourcesOf(db) {
			lost += s.lost
		}
		if want := len(listed) - len(can); lost != want || (len(db.Problems()) > 0) != (want > 0) {
			rt.Errorf("%d objects are counted as not read, want %d; problems: %v", lost, want, db.Problems())
		}
	})
}

// openEither opens a database in one of the ways that there are.
func openEither(t *testing.T, dir string, toLookUp bool) objects {
	if toLookUp {
		return lookUp(t, dir, 20)
	}
	return openDB(t, dir, 20)
}

// sourcesOf gives the sources of a database that knows all, or of the one behind
// a lookup if that had to learn.
func sourcesOf(db objects) []*source {
	if l, ok := db.(*Lookup); ok {
		if l.all == nil {
			return nil
		}
		return l.all.sources
	}
	return db.(*DB).sources
}

// checkDamaged sweeps a damaged database and gives its problems: what is visited
// must be right, and what isn't must be counted.
func checkDamaged(t *testing.T, db *DB) string {
	t.Helper()
	seen := checkSweep(t, db, 2, all)
	checkSweep(t, db, 1, all) // counts nothing twice
	lost := 0
	for _, s := range db.sources {
		lost += s.lost
	}
	if lost != db.Len()-len(seen) {
		t.Errorf("visited %d of %d objects, and counted %d as not read", len(seen), db.Len(), lost)
	}
	var problems []string
	for _, p := range db.Problems() {
		problems = append(problems, filepath.Base(p.What)+": "+p.Err.Error())
	}
	return strings.Join(problems, "\n")
}

func TestTruncatedPack(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 80)
	r.git("repack", "-adfq")
	pack := r.packs()[0]
	data := r.read(pack)
	whole := r.open().Len()
	for _, keep := range []int{len(data) - 1, len(data) - 21, len(data) / 2, packHeader + 1, packHeader} {
		t.Run(fmt.Sprintf("%d of %d bytes", keep, len(data)), func(t *testing.T) {
			r.write(pack, data[:keep])
			db := openDB(t, r.objects(), 20)
			if db.Len() != whole {
				t.Errorf("%d objects are listed, want %d", db.Len(), whole)
			}
			got := checkDamaged(t, db)
			switch {
			case keep == len(data)-1:
				if got != "" {
					t.Errorf("problem without a loss: %s", got)
				}
			case strings.Count(got, "\n") > 0 || !strings.HasPrefix(got, filepath.Base(pack)+": ") ||
				!strings.Contains(got, fmt.Sprintf(" of %s objects not read: ", thousands(whole))) || !strings.Contains(got, "unexpected end of file"):
				t.Errorf("problems: %s", got)
			}
		})
	}
}

func TestCorruptPack(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 40)
	r.git("repack", "-adfq")
	pack := r.packs()[0]
	data := r.read(pack)
	total, losses := 0, 0
	for at := packHeader; at < len(data)-20; at += len(data) / 40 {
		bad := bytes.Clone(data)
		bad[at] ^= 0x55
		r.write(pack, bad)
		db := openDB(t, r.objects(), 20)
		if got := checkDamaged(t, db); got != "" {
			losses++
		}
		total++
	}
	if losses < total/2 {
		t.Errorf("%d of %d damages were noticed", losses, total)
	}
}

// TestOtherCopy: what is damaged in one pack is read from another.
func TestOtherCopy(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 60)
	r.git("repack", "-adfq")
	first := r.packs()[0]
	data := r.read(first)
	index := r.read(strings.TrimSuffix(first, "pack") + "idx")
	r.git("repack", "-adfq", "--depth=2", "--window=3")
	if len(r.packs()) != 1 || r.packs()[0] == first {
		t.Fatal("repacking gave the same pack")
	}
	r.write("pack/pack-copy.pack", data[:len(data)/3])
	r.write("pack/pack-copy.idx", index)
	check(t, r.open(), r.dir)
}

func TestBrokenIndexes(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 30)
	r.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")
	want := listing(t, r.dir)
	pack := r.packs()[0]
	idx := strings.TrimSuffix(pack, "pack") + "idx"
	data, index := r.read(pack), r.read(idx)
	flipped := bytes.Clone(index)
	flipped[len(flipped)/2] ^= 1
	for _, test := range []struct {
		name  string
		index []byte
	}{{"none", nil}, {"empty", []byte{}}, {"cut off", index[:len(index)-30]}, {"a bit flipped", flipped}} {
		t.Run(test.name, func(t *testing.T) {
			r.remove(idx)
			if test.index != nil {
				r.write(idx, test.index)
			} else {
				defer r.write(idx, index)
			}
			db := openDB(t, r.objects(), 20)
			if got := describe(db); got != want {
				t.Errorf("objects: got %q, want %q", got, want)
			}
			if got := checkDamaged(t, db); got != "" {
				t.Errorf("problems: %s", got)
			}
		})
	}
	t.Run("none, and the pack cut off", func(t *testing.T) {
		r.remove(idx)
		r.write(pack, data[:len(data)/2])
		defer r.write(pack, data)
		defer r.write(idx, index)
		db := openDB(t, r.objects(), 20)
		seen := checkSweep(t, db, 1, all)
		problems := db.Problems()
		if len(seen) == 0 || len(problems) != 1 || !strings.Contains(problems[0].Err.Error(),
			fmt.Sprintf("%d of %d objects not read: unexpected end of file in the entry at", strings.Count(want, "\n")+1-len(seen), strings.Count(want, "\n")+1)) {
			t.Errorf("%d objects read, problems %v", len(seen), problems)
		}
	})
	t.Run("without its pack", func(t *testing.T) {
		r.remove(pack)
		defer r.write(pack, data)
		problems := openDB(t, r.objects(), 20).Problems()
		if len(problems) != 1 || !errors.Is(problems[0].Err, os.ErrNotExist) {
			t.Errorf("problems %v", problems)
		}
	})
}

// withHeader replaces the two bytes that a zlib stream begins with.
func withHeader(stream []byte, header ...byte) []byte {
	copy(stream, header)
	return stream
}

func TestBrokenLoose(t *testing.T) {
	good := []byte("some text")
	for _, test := range []struct {
		name   string
		stream []byte
		want   string // "" if it can be read
	}{
		{"good", looseStream(Blob, good), ""},
		{"fastest compression", withHeader(looseStream(Blob, good), 0x78, 0x01), ""},
		{"small window", withHeader(looseStream(Blob, good), 0x58, 0x85), ""},
		{"dictionary", withHeader(looseStream(Blob, good), 0x78, 0xbb), "dictionary"},
		{"empty", nil, "unexpected EOF"},
		{"not zlib", []byte("blob 9"), "invalid header"},
		{"cut off", looseStream(Blob, good)[:20], "unexpected EOF"},
		{"checksum", corrupt(looseStream(Blob, good)), "checksum"},
		{"longer than it says", deflate([]byte("blob 8\x00some text")), errTooLong.Error()},
		{"shorter than it says", deflate([]byte("blob 10\x00some text")), "unexpected EOF"},
		{"a lie of gigabytes", deflate([]byte("blob 1073741824\x00some text")), "unexpected EOF"},
		{"a lie of exabytes", deflate([]byte("tree 9223372036854775807\x00some text")), "over 1 GiB"},
		{"no such type", deflate([]byte("blub 9\x00some text")), "type and a size"},
		{"negative", deflate([]byte("blob -9\x00some text")), "type and a size"},
		{"no header", deflate(make([]byte, 100)[1:]), "type and a size"},
		{"long header", deflate(bytes.Repeat([]byte("blob "), 100)), "too long"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			writeLoose(t, dir, idOf(Blob, good, 20), test.stream)
			writeFile(t, filepath.Join(dir, "ab", "tmp_obj_x"), nil)
			db := openDB(t, dir, 20)
			if db.Len() != 1 {
				t.Fatalf("%d objects, want 1", db.Len())
			}
			got := checkDamaged(t, db)
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("problems: %q, want %q", got, test.want)
			}
		})
	}
}

// TestHostilePacks: an entry that lies is a problem, and costs neither a panic nor
// more memory than is due; its neighbour is read.
func TestHostilePacks(t *testing.T) {
	base := []byte("the base of everything")
	baseID, badID := idOf(Blob, base, 20), idOf(Blob, []byte("bad"), 20)
	deltaOf := func(data []byte) func(p *packWriter, at int64) {
		return func(p *packWriter, at int64) {
			p.add(badID, offsetDelta, len(data), encodeBack(int64(p.buf.Len())-at), deflate(data))
		}
	}
	for _, test := range []struct {
		name string
		add  func(p *packWriter, base int64)
		want string
	}{
		{"longer than it says", func(p *packWriter, _ int64) { p.add(badID, kind(Blob), 2, nil, deflate(base)) }, errTooLong.Error()},
		{"shorter than it says", func(p *packWriter, _ int64) { p.add(badID, kind(Blob), 99, nil, deflate(base)) }, "end of file"},
		{"a lie of 1 GiB", func(p *packWriter, _ int64) { p.add(badID, kind(Blob), objectLimit, nil, deflate(base)) }, "end of file"},
		{"a lie of 2 GiB", func(p *packWriter, _ int64) { p.add(badID, kind(Tree), math.MaxInt32, nil, deflate(base)) }, "over 1 GiB"},
		{"a size of 70 bits", func(p *packWriter, _ int64) {
			p.add(badID, kind(Blob), 0, nil, nil)
			p.buf.Truncate(p.buf.Len() - 1)
			p.buf.Write(append([]byte{0xbf}, bytes.Repeat([]byte{0xff}, 12)...))
		}, "62 bits"},
		{"no such type", func(p *packWriter, _ int64) { p.add(badID, 5, len(base), nil, deflate(base)) }, "unknown type"},
		{"base before the pack", func(p *packWriter, _ int64) { p.add(badID, offsetDelta, 9, encodeBack(1<<40), deflate(base)) }, errNoBase.Error()},
		{"base within an entry", func(p *packWriter, at int64) {
			p.add(badID, offsetDelta, 9, encodeBack(int64(p.buf.Len())-at-1), deflate(base))
		}, errNoBase.Error()},
		{"own base, by offset", func(p *packWriter, _ int64) { p.add(badID, offsetDelta, 9, encodeBack(0), deflate(base)) }, errNoBase.Error()},
		{"own base, by id", func(p *packWriter, _ int64) { p.add(badID, refDelta, 9, []byte(badID), deflate(base)) }, errNoBase.Error()},
		{"base that isn't there", func(p *packWriter, _ int64) {
			p.add(badID, refDelta, 9, []byte(strings.Repeat("x", 20)), deflate(base))
		}, errNoBase.Error()},
		{"circle", func(p *packWriter, _ int64) {
			other := idOf(Blob, []byte("other"), 20)
			p.add(badID, refDelta, 9, []byte(other), deflate(base))
			p.add(other, refDelta, 9, []byte(badID), deflate(base))
		}, "2 of 3 objects not read: " + errNoBase.Error()},
		{"delta without sizes", deltaOf(nil), errDeltaCut.Error()},
		{"delta with long sizes", deltaOf(bytes.Repeat([]byte{0xff}, 30)), "63 bits"},
		{"delta for another base", deltaOf(encodeDelta(1, 1, []byte{1, 'x'})), errDeltaBase.Error()},
		{"copy out of range", deltaOf(encodeDelta(len(base), 30, encodeCopy(10, 30))), errDeltaCopy.Error()},
		{"copy from far out of range", deltaOf(encodeDelta(len(base), 3, encodeCopy(1<<32-1, 3))), errDeltaCopy.Error()},
		{"copy cut off", deltaOf(encodeDelta(len(base), 3, []byte{0xff, 0})), errDeltaCut.Error()},
		{"insert cut off", deltaOf(encodeDelta(len(base), 3, []byte{3, 'x'})), errDeltaCut.Error()},
		{"unknown instruction", deltaOf(encodeDelta(len(base), 3, []byte{0})), "unknown instruction"},
		{"makes too much", deltaOf(encodeDelta(len(base), 3, []byte{4, 'x', 'x', 'x', 'x'})), errDeltaSize.Error()},
		{"makes too little", deltaOf(encodeDelta(len(base), 3, []byte{2, 'x', 'x'})), errDeltaSize.Error()},
		{"promises 1 GiB", deltaOf(encodeDelta(len(base), objectLimit, []byte{2, 'x', 'x'})), errDeltaSize.Error()},
		{"promises 2 GiB", deltaOf(encodeDelta(len(base), math.MaxInt32, []byte{2, 'x', 'x'})), "over 1 GiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			var p packWriter
			at := p.add(baseID, kind(Blob), len(base), nil, deflate(base))
			test.add(&p, at)
			p.write(t, dir, "x")
			db := openDB(t, dir, 20)
			if i, ok := db.Find(baseID); !ok {
				t.Error("the good object is missing")
			} else if data, err := db.Read(t.Context(), i); err != nil || !bytes.Equal(data, base) {
				t.Errorf("the good object: %v", err)
			}
			if i, ok := db.Find(badID); ok {
				if data, err := db.Read(t.Context(), i); err == nil {
					t.Errorf("read the bad object: %d bytes", len(data))
				}
				_ = db.Size(i)
				l := lookUp(t, dir, 20)
				if data, err := l.Read(t.Context(), i); err == nil {
					t.Errorf("looked the bad object up: %d bytes", len(data))
				}
				_, _ = l.Size(i), l.Type(i)
			}
			if got := checkDamaged(t, db); !strings.Contains(got, test.want) {
				t.Errorf("problems: %s, want %s", got, test.want)
			}

			// And with nobody to say where entries begin.
			if err := os.Remove(filepath.Join(dir, "pack", "pack-x.idx")); err != nil {
				t.Fatal(err)
			}
			bare := openDB(t, dir, 20)
			if _, ok := bare.Find(baseID); !ok || len(bare.Problems()) != 1 {
				t.Errorf("without an index: the good object is there: %v; problems %v", ok, bare.Problems())
			}
		})
	}
}

// TestDamageByGit: what git can't read is counted, and the rest is visited.
func TestDamageByGit(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 20)
	r.loosen()
	total := r.open().Len()
	for _, f := range r.glob("[0-9a-f][0-9a-f]/*")[:2] {
		r.write(f, corrupt(r.read(f)))
	}
	r.write(r.glob("[0-9a-f][0-9a-f]/*")[2], nil)
	g, err := OpenGit(t.Context(), r.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if seen := checkSweep(t, g, 2, all); len(seen) != total-3 {
		t.Errorf("visited %d of %d objects, 3 of them damaged", len(seen), total)
	}
	want := fmt.Sprintf("3 of %d objects not read: ", total)
	if got := g.Problems(); len(got) != 1 || !strings.HasPrefix(got[0].Err.Error(), want) {
		t.Errorf("problems: %v, want %s", got, want)
	}
}
