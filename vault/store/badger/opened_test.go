package badger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
)

// TestSynced asks whether the database syncs: a process that is killed doesn't show it,
// only a machine that is switched off.
func TestSynced(t *testing.T) {
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "store"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(store.Reader) error {
		if o := s.now.db.Opts(); !o.SyncWrites || !o.VerifyValueChecksum || o.ValueThreshold <= store.MaxValue {
			t.Errorf("syncs: %v, verifies: %v, values up to %d are in the tables", o.SyncWrites, o.VerifyValueChecksum, o.ValueThreshold)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestEmptyLogs opens a store as a process leaves it that is killed when it has just made
// a log.
func TestEmptyLogs(t *testing.T) {
	for _, name := range []string{"00009.mem", "000009.vlog"} {
		t.Run(name, func(t *testing.T) {
			s, err := Create(t.Context(), filepath.Join(t.TempDir(), "store"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(s.folder.data(), name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Set([]byte("a"), nil) }); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestEmptyTable opens a store as a process leaves it that is killed while Badger removes
// a table, which it empties first. A table that is empty though the manifest names it is
// damage.
func TestEmptyTable(t *testing.T) {
	for name, named := range map[string]bool{"000001.sst": true, "000099.sst": false} {
		t.Run(fmt.Sprintf("named=%t", named), func(t *testing.T) {
			s, err := Create(t.Context(), filepath.Join(t.TempDir(), "store"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.Set([]byte("a"), []byte("b")) }); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			dir := s.folder.data()
			table := filepath.Join(dir, name)
			if !named {
				if err := os.WriteFile(table, []byte("a table"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := seal(dir); err != nil {
				t.Fatal(err)
			}
			if err := unseal(dir, false); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(table, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := openDatabase(dir, true); err == nil || !strings.Contains(err.Error(), "stopped in the middle") {
				t.Errorf("where nothing can be written, the error is %v", err)
			}
			db, err := openDatabase(dir, false)
			if corrupt := (*store.CorruptError)(nil); named {
				if !errors.As(err, &corrupt) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer closeDatabase(db)
			if b, err := get(db.NewTransaction(false), inSpace(keySpace, []byte("a"))); err != nil || string(b) != "b" {
				t.Errorf("read %q, %v", b, err)
			}
		})
	}
}
