package audit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// large is how many entries the log of a benchmark has to begin with.
const large = 10_000

func largeLog(b *testing.B) *fixture {
	f := newFixture(b, 3)
	f.fill(b, large)
	b.ReportAllocs()
	b.ResetTimer()
	return f
}

// BenchmarkAppend appends acts of one write, a hundred in each transaction.
func BenchmarkAppend(b *testing.B) {
	f := largeLog(b)
	act := audit.Act{Time: time.Unix(0, 0), Verb: "get", Project: "project", Env: "dev", Name: "NAME", Allowed: true, Program: "secretsweep", Host: "host"}
	writes := []audit.Write{{Key: []byte("a key of sixteen"), Hash: audit.HashOf(nil)}}
	for done := 0; done < b.N; {
		err := f.store.Update(b.Context(), func(tx store.Tx) error {
			for range min(100, b.N-done) {
				if _, err := f.appenders[0].Append(tx, act, writes); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify verifies the signature of one entry.
func BenchmarkVerify(b *testing.B) {
	f := newFixture(b, 1)
	f.fill(b, 1)
	e := f.entry(b, 0)
	b.ReportAllocs()
	for b.Loop() {
		if err := f.verify(e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkIncludes proves one entry of a large log.
func BenchmarkIncludes(b *testing.B) {
	f := largeLog(b)
	h, e := f.head(b), f.entry(b, large/3)
	f.view(b, func(r store.Reader) error {
		for b.Loop() {
			if err := f.log.Includes(r, h, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkOpen opens one act of a session that is known.
func BenchmarkOpen(b *testing.B) {
	f := largeLog(b)
	e, opener := f.entry(b, large/3), f.log.Opener(f.auditor)
	f.view(b, func(r store.Reader) error {
		for b.Loop() {
			if _, err := opener.Open(r, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkWalk verifies a large log, and reports the time of one entry as well.
func BenchmarkWalk(b *testing.B) {
	f := largeLog(b)
	for b.Loop() {
		if _, right, problems := f.walk(b, 0); len(right) != large || len(problems) > 0 {
			b.Fatal(fmt.Sprint(len(right), problems))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*large), "ns/entry")
}
