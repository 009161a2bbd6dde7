package badger

import (
	"os"
	"path/filepath"
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
