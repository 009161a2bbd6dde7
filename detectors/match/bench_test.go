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
			m.Find(data, false)
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
