package badger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// create makes a store, which the test closes.
func create(t *testing.T, o badger.Options) (s *badger.Store, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "store")
	s, err := badger.Create(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func closeStore(t *testing.T, s store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

func set(t *testing.T, s store.Store, key, value string) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Set([]byte(key), []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

func get(s store.Store, key string) (value string, err error) {
	err = s.View(context.Background(), func(r store.Reader) error {
		b, err := r.Get([]byte(key))
		value = string(b)
		return err
	})
	return value, err
}

func TestLocked(t *testing.T) {
	holding, dir := create(t, badger.Options{Holder: "first \x1b[31m"})
	defer closeStore(t, holding)
	hasty, err := badger.Open(t.Context(), dir, badger.Options{Wait: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, hasty)
	err = holding.View(t.Context(), func(store.Reader) error {
		return hasty.View(t.Context(), func(store.Reader) error { return nil })
	})
	locked := (*store.LockedError)(nil)
	if want := fmt.Sprintf("first [31m (process %d)", os.Getpid()); !errors.As(err, &locked) || locked.Holder != want {
		t.Errorf("the error is %v, the holder should be %q", err, want)
	}
}

// TestWaiting waits for another until it is told of it.
func TestWaiting(t *testing.T) {
	holding, dir := create(t, badger.Options{Holder: "first"})
	defer closeStore(t, holding)
	told := make(chan string, 1)
	patient, err := badger.Open(t.Context(), dir, badger.Options{Waiting: func(holder string) { told <- holder }})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, patient)
	done := make(chan error, 1)
	err = holding.View(t.Context(), func(store.Reader) error {
		go func() { done <- patient.View(t.Context(), func(store.Reader) error { return nil }) }()
		if holder := <-told; !strings.HasPrefix(holder, "first (process ") {
			t.Errorf("the holder is %q", holder)
		}
		return nil
	})
	if err := errors.Join(err, <-done); err != nil {
		t.Error(err)
	}

	// One who waits can be cancelled.
	ctx, cancel := context.WithCancel(t.Context())
	err = holding.View(t.Context(), func(store.Reader) error {
		go func() { done <- patient.View(ctx, func(store.Reader) error { return nil }) }()
		<-told
		cancel()
		return <-done
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestProcesses lets several processes count at once, each in constant use of the store.
func TestProcesses(t *testing.T) {
	const processes, each = 3, 300
	s, dir := create(t, badger.Options{})
	defer closeStore(t, s)
	failed := make(chan error)
	for range processes {
		cmd := child(t, "count", dir, strconv.Itoa(each))
		go func() {
			out, err := cmd.CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, out)
			}
			failed <- err
		}()
	}
	for range each {
		if err := s.Update(t.Context(), increment); err != nil {
			t.Fatal(err)
		}
	}
	for range processes {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	got, err := get(s, "count")
	if want := strconv.Itoa((processes + 1) * each); got != want || err != nil {
		t.Errorf("counted %s, %v; want %s", got, err, want)
	}
}
