package badger_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// filled makes a store of 10,000 records of 500 bytes.
func filled(tb testing.TB) (s *badger.Store, dir string) {
	dir = filepath.Join(tb.TempDir(), "store")
	s, err := badger.Create(tb.Context(), dir, badger.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	err = s.Update(tb.Context(), func(tx store.Tx) error {
		value := make([]byte, 500)
		for i := range 10_000 {
			_, _ = rand.Read(value)
			if err := tx.Set(fmt.Append(nil, "key", i), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return s, dir
}

func BenchmarkUpdate(b *testing.B) {
	s, _ := filled(b)
	defer s.Close()
	value := make([]byte, 500)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			err := s.Update(context.Background(), func(tx store.Tx) error { return tx.Set(fmt.Append(nil, "key", i%10_000), value) })
			if err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkGet(b *testing.B) {
	s, _ := filled(b)
	defer s.Close()
	for i := 0; b.Loop(); i++ {
		err := s.View(context.Background(), func(r store.Reader) error {
			_, err := r.Get(fmt.Append(nil, "key", i%10_000))
			return err
		})
		if err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkOpenClose is what a short command does: open, read, change, close.
func BenchmarkOpenClose(b *testing.B) {
	s, dir := filled(b)
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if err := once(b.Context(), dir, i); err != nil {
			b.Fatal(err)
		}
	}
	tables, err := filepath.Glob(filepath.Join(dir, "data", "*.sst"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(tables)), "tables")
}

// once opens the store, reads a record and changes it, and closes it.
func once(ctx context.Context, dir string, i int) error {
	s, err := badger.Open(ctx, dir, badger.Options{})
	if err != nil {
		return err
	}
	err = s.Update(ctx, func(tx store.Tx) error {
		key := fmt.Append(nil, "key", i%10_000)
		value, err := tx.Get(key)
		if err != nil {
			return err
		}
		return tx.Set(key, value)
	})
	if err != nil {
		return err
	}
	return s.Close()
}
