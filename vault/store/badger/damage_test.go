package badger_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

const (
	damagedUpdates = 6
	damagedKeys    = 40
)

// TestDamagedClosed damages each file of a store that was closed. Either everything is
// read as it was written, or there is an error.
func TestDamagedClosed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s, err := badger.Create(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range damagedUpdates {
		updateNumbered(t, s, i)
		if err := s.Close(); err != nil { // a table each time
			t.Fatal(err)
		}
		if s, err = badger.Open(t.Context(), dir, badger.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	refused := damageEach(t, dir, func(t *testing.T, updates int, err error) {
		if err == nil && updates != damagedUpdates {
			t.Errorf("%d of %d updates are left, and there is no error", updates, damagedUpdates)
		}
	})
	if refused == 0 {
		t.Error("nothing was found to be damaged")
	}
}

// TestDamagedOpen damages each file of a store as a process leaves it that is killed. An
// error is allowed, and updates may be missing from some one on; nothing else.
func TestDamagedOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s, err := badger.Create(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range damagedUpdates {
		updateNumbered(t, s, i)
	}
	left := filepath.Join(t.TempDir(), "store")
	if err := s.Update(t.Context(), func(store.Tx) error { return os.CopyFS(left, os.DirFS(dir)) }); err != nil {
		t.Fatal(err)
	}
	lost := 0
	damageEach(t, left, func(t *testing.T, updates int, err error) { lost += damagedUpdates - updates })
	if lost == 0 {
		t.Error("no damage was felt")
	}
}

func updateNumbered(t *testing.T, s store.Store, i int) {
	t.Helper()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for j := range damagedKeys {
			if err := tx.Set(fmt.Appendf(nil, "%d/%02d", i, j), fmt.Appendf(nil, "value %d of update %d", j, i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// damageEach flips bits in a copy of each file and cuts it, at several places, and calls
// check with how many updates are read. It gives how often there was an error.
func damageEach(t *testing.T, dir string, check func(t *testing.T, updates int, err error)) (refused int) {
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(dir, "data", "*"))
	if err != nil || len(names) < 4 {
		t.Fatalf("found %q, %v", names, err)
	}
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		written := len(bytes.TrimRight(data, "\x00"))
		places := []int{0, 4, 8, 20, 25, written / 2, written - 40, written - 9, written - 4, written - 1}
		for i, at := range places {
			if at < 0 || at >= len(data) {
				continue
			}
			flipped := bytes.Clone(data)
			flipped[at] ^= 0x41
			for how, b := range map[string][]byte{"flipped": flipped, "cut": data[:at]} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, how, i), func(t *testing.T) {
					copied := t.TempDir()
					for other, whole := range files {
						if other != name {
							writeSparse(t, filepath.Join(copied, "data", other), whole)
						}
					}
					writeSparse(t, filepath.Join(copied, "data", name), b)
					updates, err := countUpdates(t, copied)
					if err != nil {
						refused++
						if corrupt := (*store.CorruptError)(nil); !errors.As(err, &corrupt) {
							t.Errorf("the error is %v", err)
						}
					}
					check(t, updates, err)
				})
			}
		}
	}
	return refused
}

// writeSparse writes a file, and no zeros at its end: the logs are 16 MB of them.
func writeSparse(t *testing.T, path string, b []byte) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(path, bytes.TrimRight(b, "\x00"), 0o600)
	}
	if err == nil {
		err = os.Truncate(path, int64(len(b)))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// countUpdates gives how many updates are there, from the first on, and fails if anything
// else is.
func countUpdates(t *testing.T, dir string) (int, error) {
	s, err := badger.Open(t.Context(), dir, badger.Options{})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	n := 0
	err = s.View(t.Context(), func(r store.Reader) error {
		for p, err := range r.Scan(nil) {
			if err != nil {
				return err
			}
			i, j := n/damagedKeys, n%damagedKeys
			if string(p.Key) != fmt.Sprintf("%d/%02d", i, j) || string(p.Value) != fmt.Sprintf("value %d of update %d", j, i) {
				t.Errorf("read %q: %q", p.Key, p.Value)
			}
			n++
		}
		return nil
	})
	if err == nil && n%damagedKeys != 0 {
		t.Errorf("read %d keys, which aren't whole updates", n)
	}
	return n / damagedKeys, err
}
