package odb

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// BenchmarkSweep reads all objects of a repository, which SECRETSWEEP_TEST_REPO may
// name.
func BenchmarkSweep(b *testing.B) {
	dir := largeRepo(b)
	for _, bench := range []struct {
		name string
		want func(Type) bool
	}{
		{"all", func(Type) bool { return true }},
		{"blobs", func(t Type) bool { return t == Blob }},
		{"trees", func(t Type) bool { return t == Tree }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				db, err := Open(b.Context(), filepath.Join(dir, "objects"), 20)
				if err != nil {
					b.Fatal(err)
				}
				var bytes, objects atomic.Int64
				err = db.Sweep(b.Context(), runtime.GOMAXPROCS(0),
					func(i int) bool { return bench.want(db.Type(i)) },
					func(o Object) { bytes.Add(o.Size); objects.Add(1) })
				if err != nil || len(db.Problems()) > 0 || objects.Load() == 0 {
					b.Fatal(err, db.Problems(), objects.Load())
				}
				b.SetBytes(bytes.Load())
				if err := db.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpen lists all objects of a repository.
func BenchmarkOpen(b *testing.B) {
	dir := largeRepo(b)
	for b.Loop() {
		db, err := Open(b.Context(), filepath.Join(dir, "objects"), 20)
		if err != nil {
			b.Fatal(err)
		}
		_ = db.Close()
	}
}

// BenchmarkSize asks for the size of all objects of a repository.
func BenchmarkSize(b *testing.B) {
	db := openDB(b, filepath.Join(largeRepo(b), "objects"), 20)
	for b.Loop() {
		for i := range db.Len() {
			if db.Size(i) < 0 {
				b.Fatal("negative size")
			}
		}
	}
}

// TestSweepWanted sweeps random choices of objects.
func TestSweepWanted(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 40)
	r.git("repack", "-adfq")
	db := r.open()
	for seed := range uint64(20) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		chosen := map[int]bool{}
		for range rnd.IntN(db.Len()) {
			chosen[rnd.IntN(db.Len())] = true
		}
		seen := checkSweep(t, db, 1+rnd.IntN(3), func(i int) bool { return chosen[i] })
		if diff := cmp.Diff(chosen, seen); diff != "" {
			t.Errorf("objects (-wanted +visited):\n%s", diff)
		}
	}
}

// TestSweepBases: where deltas are, visits say so.
func TestSweepBases(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 40)
	r.git("repack", "-adfq")
	want := map[string]string{}
	for line := range strings.Lines(r.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(deltabase)")) {
		id, base, _ := strings.Cut(strings.TrimSpace(line), " ")
		want[id] = base
	}
	db := r.open()
	got := map[string]string{}
	copied := 0
	err := db.Sweep(t.Context(), 1, all, func(o Object) {
		base := strings.Repeat("0", 40)
		if o.Base >= 0 {
			base = db.ID(o.Base).String()
		}
		got[db.ID(o.Index).String()] = base
		copied += len(o.Copied)
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("bases (-git +odb), error %v:\n%s", err, diff)
	}
	if copied == 0 {
		t.Error("no copied ranges")
	}
}

// TestLittleMemory: delta trees that don't fit in memory are read all the same.
func TestLittleMemory(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 40)
	r.git("repack", "-adfq")
	db := r.open()
	db.held = 3000
	check(t, db, r.dir)
}

// TestLongChain: chains may be as long as a pack is large.
func TestLongChain(t *testing.T) {
	const length = 50_000
	dir := t.TempDir()
	var p packWriter
	data := []byte("0 some text")
	last := p.add(idOf(Blob, data, 20), kind(Blob), len(data), nil, deflate(data))
	for i := range length {
		d := deltaWriter{base: data}
		d.insert(fmt.Append(nil, i+1))
		d.copy(bytes.IndexByte(data, ' '), len(" some text"))
		data = d.made
		last = p.add(idOf(Blob, data, 20), offsetDelta, len(d.bytes()), encodeBack(int64(p.buf.Len())-last), deflate(d.bytes()))
	}
	p.write(t, dir, "x")
	db := openDB(t, dir, 20)
	if seen := checkSweep(t, db, 2, all); len(seen) != length+1 {
		t.Errorf("visited %d objects, want %d", len(seen), length+1)
	}
	end, _ := db.Find(idOf(Blob, data, 20))
	if got, err := db.Read(t.Context(), end); err != nil || !bytes.Equal(got, data) {
		t.Errorf("read %q, %v, want %q", got, err, data)
	}
}

func TestSweepCancelled(t *testing.T) {
	r := newRepo(t)
	r.fill(1, 40)
	db := r.open()
	ctx, cancel := context.WithCancel(t.Context())
	visits := 0
	err := db.Sweep(ctx, 1, all, func(Object) { visits++; cancel() })
	if !errors.Is(err, context.Canceled) || visits >= db.Len() {
		t.Errorf("%d visits, error %v", visits, err)
	}
	if got := db.Problems(); len(got) > 0 {
		t.Errorf("problems %v", got)
	}
	if _, err := Open(ctx, r.objects(), 20); !errors.Is(err, context.Canceled) {
		t.Errorf("open: %v", err)
	}
}

// TestRepackedMeanwhile: what moves while a database is open is still read.
func TestRepackedMeanwhile(t *testing.T) {
	for _, loose := range []bool{true, false} {
		t.Run(fmt.Sprintf("loose %v", loose), func(t *testing.T) {
			r := newRepo(t)
			r.fill(1, 10)
			if loose {
				r.loosen()
			} else if runtime.GOOS == "windows" {
				t.Skip("an open pack can't be removed on Windows")
			}
			db := r.open()
			ids := r.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
			old := r.glob("*/*")
			r.run([]byte(ids+"\n"), "-C", r.dir, "pack-objects", "-q", "--window=0", filepath.Join(r.objects(), "pack", "pack"))
			for _, f := range old {
				if strings.HasPrefix(f, "pack") != loose {
					r.remove(f)
				}
			}
			check(t, db, r.dir)
		})
	}
}

func TestAlternatesThatFail(t *testing.T) {
	a, b := newRepo(t), newRepo(t)
	a.fill(1, 2)
	b.fill(2, 2)
	a.write("info/alternates", []byte(b.objects()+"\n"+filepath.Join(a.dir, "nowhere")+"\n"+filepath.Join(a.dir, "config")+"\n"))
	b.write("info/alternates", []byte(a.objects()+"\n"+b.objects()+"\n"))
	db := a.open()
	if seen := checkSweep(t, db, 1, all); len(seen) != strings.Count(listing(t, b.dir), "\n")+1 {
		t.Errorf("visited %d objects", len(seen))
	}
	problems := db.Problems()
	if len(problems) != 2 || !errors.Is(problems[0].Err, fs.ErrNotExist) || !strings.Contains(problems[1].Err.Error(), "not a folder") {
		t.Errorf("problems: %v", problems)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(t.Context(), filepath.Join(dir, "nowhere"), 20); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nowhere: %v", err)
	}
	writeFile(t, filepath.Join(dir, "file"), nil)
	if _, err := Open(t.Context(), filepath.Join(dir, "file"), 20); err == nil {
		t.Error("a file was opened")
	}
	if _, err := Open(t.Context(), dir, 16); err == nil {
		t.Error("a hash of 16 bytes was taken")
	}
	if db := openDB(t, dir, 20); db.Len() != 0 || len(db.Problems()) != 0 {
		t.Errorf("an empty folder has %d objects, problems %v", db.Len(), db.Problems())
	}
	if _, err := OpenGit(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("by git: %v", err)
	}
}
