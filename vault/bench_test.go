package vault_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// onDisk is a vault on disk with n secrets in web/prod.
type onDisk struct {
	tb    testing.TB
	dir   string
	store store.Store
	vault *vault.Vault
	id    [32]byte
	keys  *identity.Identity
}

func newOnDisk(tb testing.TB, n int) *onDisk {
	tb.Helper()
	d := &onDisk{tb: tb, dir: filepath.Join(tb.TempDir(), "store"), keys: identity.New()}
	var err error
	if d.store, err = badger.Create(tb.Context(), d.dir, badger.Options{}); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = d.store.Close() })
	if d.vault, err = vault.Init(tb.Context(), d.store, d.keys, vault.Founding{Name: "olivia", Project: "web", Environments: []string{"prod"}}); err != nil {
		tb.Fatal(err)
	}
	if d.id, err = vault.IDOf(tb.Context(), d.store); err != nil {
		tb.Fatal(err)
	}
	s := d.session(vault.Options{})
	var changes []vault.Change
	for i := range n {
		changes = append(changes, vault.Change{Ref: ref(i), Value: secret.New(fmt.Sprint("value ", i))})
	}
	if _, err := s.SetAll(tb.Context(), changes); err != nil {
		tb.Fatal(err)
	}
	return d
}

func ref(i int) vault.Ref {
	return vault.Ref{Project: "web", Environment: "prod", Name: fmt.Sprint("NAME_", i)}
}

func (d *onDisk) session(o vault.Options) *vault.Session {
	d.tb.Helper()
	s, err := d.vault.Session(d.tb.Context(), d.keys, o)
	if err != nil {
		d.tb.Fatal(err)
	}
	return s
}

// BenchmarkReads has 16 sessions read at once, each reading in the log.
func BenchmarkReads(b *testing.B) {
	d := newOnDisk(b, 100)
	var sessions []*vault.Session
	for range 16 {
		sessions = append(sessions, d.session(vault.Options{}))
	}
	b.ResetTimer()
	var all sync.WaitGroup
	for k, s := range sessions {
		all.Go(func() {
			for i := k; i < b.N; i += len(sessions) {
				if _, err := s.Get(b.Context(), ref(i%100), vault.Which{}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

func BenchmarkList(b *testing.B) {
	d := newOnDisk(b, 10_000)
	s := d.session(vault.Options{})
	for b.Loop() {
		if all, err := s.List(b.Context(), "web", "prod"); err != nil || len(all) != 10_000 {
			b.Fatal(len(all), err)
		}
	}
}

// BenchmarkOpenAndGet is what a short command does.
func BenchmarkOpenAndGet(b *testing.B) {
	d := newOnDisk(b, 100)
	var seen vault.Seen
	o := vault.Options{Recall: func() (vault.Seen, error) { return seen, nil }, Remember: func(s vault.Seen) error { seen = s; return nil }}
	if err := d.store.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		st, err := badger.Open(b.Context(), d.dir, badger.Options{})
		if err != nil {
			b.Fatal(err)
		}
		v, err := vault.Open(b.Context(), st, d.id)
		if err != nil {
			b.Fatal(err)
		}
		s, err := v.Session(b.Context(), d.keys, o)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Get(b.Context(), ref(1), vault.Which{}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
		if err := st.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRekey takes away somebody who could read 10,000 secrets.
func BenchmarkRekey(b *testing.B) {
	d := newOnDisk(b, 10_000)
	s := d.session(vault.Options{})
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		name := fmt.Sprint("somebody", i)
		rights := []vault.Wanted{{Pattern: vault.Pattern{Project: "web", Environment: "prod"}, Role: vault.Reader}}
		if err := s.AddPerson(b.Context(), name, identity.New().Public(), rights); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := s.Retire(b.Context(), name); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSetAll makes 10,000 changes at once.
func BenchmarkSetAll(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		newOnDisk(b, 10_000)
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.Sys-before.Sys)/(1<<20), "MiB-more")
	}
}

// BenchmarkLongLog opens a session on a log of 100,000 entries, and checks the vault.
func BenchmarkLongLog(b *testing.B) {
	d := newOnDisk(b, 100)
	s := d.session(vault.Options{})
	var refs []vault.Ref
	for i := range 100 {
		refs = append(refs, ref(i))
	}
	for range 1_000 {
		if _, err := s.GetAll(b.Context(), refs, vault.Which{}); err != nil {
			b.Fatal(err)
		}
	}
	var seen vault.Seen
	o := vault.Options{Recall: func() (vault.Seen, error) { return seen, nil }, Remember: func(s vault.Seen) error { seen = s; return nil }}
	if err := d.session(o).Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			d.session(vault.Options{})
		}
	})
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			d.session(o)
		}
	})
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			b.ReportAllocs()
			report, err := d.vault.Check(b.Context(), d.keys, vault.Options{}, audit.Head{})
			if err != nil || len(report.Problems) > 0 || report.Entries < 100_000 {
				b.Fatal(report, err)
			}
		}
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		b.ReportMetric(float64(now.HeapAlloc)/(1<<20), "MiB-live")
		b.ReportMetric(float64(now.HeapSys)/(1<<20), "MiB-heap")
	})
}

// BenchmarkImport takes in 10,000 secrets and 10,000 leaks at once, and then again, with
// nothing that is new.
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d := newOnDisk(b, 0)
		s := d.session(vault.Options{})
		in := vault.Intake{Source: "a folder"}
		for i := range 10_000 {
			value := secret.New(fmt.Sprint("value ", i))
			in.Changes = append(in.Changes, vault.Change{Ref: ref(i), Value: value})
			in.Leaks = append(in.Leaks, vault.LeakReport{
				Project: "web", Leaked: vault.Leaked{Value: value, Rule: "some-rule", Provider: "some-provider", Name: ref(i).Name},
				LeakEvent: vault.LeakEvent{Kind: vault.Imported, Refs: []vault.Ref{ref(i)}, Places: []place.Place{{Kind: place.File, Path: fmt.Sprint("folder/file", i)}}},
			})
		}
		b.StartTimer()
		if _, err := s.Import(b.Context(), in); err != nil {
			b.Fatal(err)
		}
		first := b.Elapsed()
		if _, err := s.Import(b.Context(), in); err != nil {
			b.Fatal(err)
		}
		again := b.Elapsed()
		if all, err := s.Leaks(b.Context(), "web"); err != nil || len(all) != 10_000 {
			b.Fatal(len(all), err)
		}
		b.ReportMetric(float64(first.Milliseconds()), "ms-first")
		b.ReportMetric(float64((again - first).Milliseconds()), "ms-again")
		b.ReportMetric(float64((b.Elapsed() - again).Milliseconds()), "ms-leaks")
	}
}
