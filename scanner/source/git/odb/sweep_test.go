package odb

import (
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
)

// BenchmarkSweep reads all objects of a repository.
func BenchmarkSweep(b *testing.B) {
	dir := benchRepo(b)
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
	dir := benchRepo(b)
	for b.Loop() {
		db, err := Open(b.Context(), filepath.Join(dir, "objects"), 20)
		if err != nil {
			b.Fatal(err)
		}
		_ = db.Close()
	}
}
