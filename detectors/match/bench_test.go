package match

import (
	"bytes"
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

// BenchmarkMark measures the first step of that search, with vector instructions where
// there are some, and without.
func BenchmarkMark(b *testing.B) {
	set, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	windows := &compile(b, set).prefilter.windows
	text := bytes.Join(source(b, 8<<20), nil)
	marks := make([]uint64, (len(text)-beyond)/block)
	for name, mark := range map[string]func([]byte, []uint64){"fast": windows.mark, "plain": windows.markPlain} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				mark(text, marks)
			}
		})
	}
}

// BenchmarkVersion measures the built-in rules on versions of files in which one line
// of a hundred is new: searched anew, and with what is known of the version before.
func BenchmarkVersion(b *testing.B) {
	set, err := rules.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	m := compile(b, set)
	var texts []Text // with what is known of their bases
	total := 0
	for _, base := range source(b, 8<<20) {
		trace := &Trace{}
		m.Find(Text{Data: base, Trace: trace})
		var pieces []piece
		lines := bytes.SplitAfter(base, []byte("\n"))
		for n, at := 0, 0; n < len(lines); n++ {
			if n%100 == 50 {
				pieces = append(pieces, piece{own: "	count += len(names) // one more line\n"})
			} else if len(lines[n]) > 0 {
				pieces = append(pieces, piece{from: at, len: len(lines[n])})
			}
			at += len(lines[n])
		}
		data, copied := assemble(base, pieces)
		texts = append(texts, Text{Data: data, Base: trace, Copied: copied})
		total += len(data)
	}
	for _, known := range []bool{false, true} {
		name := map[bool]string{false: "anew", true: "known"}[known]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(total))
			for b.Loop() {
				for _, t := range texts {
					if !known {
						t.Base = nil
					}
					m.Find(t)
				}
			}
		})
	}
}
