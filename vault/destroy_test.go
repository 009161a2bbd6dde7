package vault_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// TestDestroyedOnDisk looks in all files of a store for what a value was sealed as, and for
// the keys that opened it, as they were stored.
func TestDestroyedOnDisk(t *testing.T) {
	d := newOnDisk(t, 3)
	had := stored(t, d.store)
	if len(had) != 2*3 {
		t.Fatalf("found %d records of values and keys", len(had))
	}
	if err := d.store.Close(); err != nil { // after which nothing changes the files
		t.Fatal(err)
	}
	for _, raw := range had {
		if !inFiles(t, d.dir, raw) {
			t.Fatal("a record can't be found in the files before it is destroyed")
		}
	}
	d.open()
	s := d.session(vault.Options{})
	for i := range 3 {
		if _, err := s.Destroy(t.Context(), ref(i), 0); err != nil {
			t.Fatal(err)
		}
	}
	if len(stored(t, d.store)) != 3 {
		t.Error("records of values are still there")
	}
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, raw := range had {
		if inFiles(t, d.dir, raw) {
			t.Error("a record that was destroyed is still in a file")
		}
	}
}

// open opens a store that was closed.
func (d *onDisk) open() {
	d.tb.Helper()
	var err error
	if d.store, err = badger.Open(d.tb.Context(), d.dir, badger.Options{}); err != nil {
		d.tb.Fatal(err)
	}
	if d.vault, err = vault.Open(d.tb.Context(), d.store, d.id); err != nil {
		d.tb.Fatal(err)
	}
}

// stored gives the records that have values, and those that have keys to them.
func stored(t *testing.T, st store.Store) (all [][]byte) {
	t.Helper()
	err := st.View(t.Context(), func(r store.Reader) error {
		for _, kind := range []string{"x", "s"} {
			for p, err := range r.Scan([]byte(kind)) {
				if err != nil {
					return err
				}
				all = append(all, bytes.Clone(p.Value))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// inFiles tells whether a file of a folder has some of these bytes: those in the middle,
// which no compression makes other ones, because they are random.
func inFiles(t *testing.T, dir string, raw []byte) (found bool) {
	t.Helper()
	part := raw[len(raw)/2:][:20]
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, part)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
