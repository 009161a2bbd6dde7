package match

import (
	"math"
	"testing"

	"github.com/secretsweep/secretsweep/rules"
)

// BenchmarkFind measures the built-in rules on source text.
func BenchmarkFind(b *testing.B) {
	set, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	m := compile(b, set)
	files := source(b, 8<<20)
	total := 0
	for _, data := range files {
		total += len(data)
	}
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range files {
			m.Find(Text{Data: data})
		}
	}
}

// BenchmarkNew measures how long the built-in rules take to compile.
func BenchmarkNew(b *testing.B) {
	set, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		compile(b, set)
	}
}

// BenchmarkPrefilter measures the search for the built-in rules' literals alone: in
// whole files, and in parts of them as short as a change is.
func BenchmarkPrefilter(b *testing.B) {
	set, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	m := compile(b, set)
	files := source(b, 8<<20)
	for _, part := range []struct {
		name string
		size int
	}{{"files", math.MaxInt}, {"short", 300}} {
		b.Run(part.name, func(b *testing.B) {
			total, hits := 0, 0
			for _, data := range files {
				total += len(data)
			}
			b.SetBytes(int64(total))
			for b.Loop() {
				hits = 0
				for _, data := range files {
					for rest := data; len(rest) > 0; {
						n := min(part.size, len(rest))
						m.prefilter.scan(rest[:n], func(int32, int) { hits++ })
						rest = rest[n:]
					}
				}
			}
			b.ReportMetric(float64(hits)/float64(total)*1e6, "hits/MB")
		})
	}
}
