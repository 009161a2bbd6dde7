package match

import (
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

// BenchmarkPrefilter measures the search for the built-in rules' literals alone.
func BenchmarkPrefilter(b *testing.B) {
	set, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	m := compile(b, set)
	files := source(b, 8<<20)
	total, hits := 0, 0
	for _, data := range files {
		total += len(data)
	}
	b.SetBytes(int64(total))
	for b.Loop() {
		hits = 0
		for _, data := range files {
			m.prefilter.scan(data, func(int32, int) { hits++ })
		}
	}
	b.ReportMetric(float64(hits)/float64(total)*1e6, "hits/MB")
}
