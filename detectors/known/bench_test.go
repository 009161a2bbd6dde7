package known

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
)

// BenchmarkKnown measures the built-in rules alone on the sources of this module, and
// with known values beside them.
func BenchmarkKnown(b *testing.B) {
	set, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	byRules, err := detectors.New(set)
	if err != nil {
		b.Fatal(err)
	}
	var chunks []*detectors.Chunk
	total := 0
	err = filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		data, err := os.ReadFile(path)
		total += len(data)
		chunks = append(chunks, &detectors.Chunk{Data: data, At: place.Place{Path: path}, Whole: true, To: len(data)})
		return err
	})
	if err != nil || total < 1<<20 {
		b.Fatalf("%d bytes of source: %v", total, err)
	}
	run := func(name string, d detectors.Detector) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(total))
			for b.Loop() {
				for _, c := range chunks {
					d.Detect(c)
				}
			}
		})
	}
	run("rules", byRules)
	for _, count := range []int{0, 100, 10_000, 100_000} {
		values := make([]string, count)
		for i := range values {
			values[i] = fmt.Sprintf("%s%d", random(12+i%40), i)
		}
		d, unsought := New(byRules, secrets(values...))
		if len(unsought) > 0 {
			b.Fatal(unsought[0].Why)
		}
		run(fmt.Sprint("rules and ", count), d)
	}
}

// BenchmarkNew measures how long it takes to prepare a search.
func BenchmarkNew(b *testing.B) {
	for _, count := range []int{100, 10_000, 100_000} {
		values := make([]string, count)
		for i := range values {
			values[i] = fmt.Sprintf("%s%d", random(12+i%40), i)
		}
		all := secrets(values...)
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				New(none{}, all)
			}
		})
	}
}
