package badger_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
	"github.com/secretsweep/secretsweep/vault/store/storetest"
)

// TestFullDisk writes until there is no room, which has to be an error, and no loss.
func TestFullDisk(t *testing.T) {
	for _, tt := range []struct{ values, size int }{{1, 300_000}, {6, 900_000}, {4000, 1000}} {
		t.Run(fmt.Sprint(tt.values, "x", tt.size), func(t *testing.T) {
			disk := storetest.Disk(t, 80<<20)
			dir := filepath.Join(disk, "store")
			s, err := badger.Create(t.Context(), dir, badger.Options{})
			if err != nil {
				t.Fatal(err)
			}
			written := 0
			write := func() error {
				return s.Update(t.Context(), func(tx store.Tx) error {
					for i := range tt.values {
						if err := tx.Set(fmt.Appendf(nil, "%04d/%04d", written, i), []byte(strings.Repeat("v", tt.size))); err != nil {
							return err
						}
					}
					return nil
				})
			}
			for err == nil {
				if err = write(); err == nil {
					written++
				}
				if written > 1000 {
					t.Fatal("there is room for everything")
				}
			}
			if !strings.Contains(err.Error(), "no room") || written == 0 {
				t.Errorf("after %d updates the error is %v", written, err)
			}
			check := func() {
				t.Helper()
				if got := keys(t, s); got != written*tt.values {
					t.Errorf("%d keys are left of %d", got, written*tt.values)
				}
			}
			check()
			closeStore(t, s)
			// Something else takes all the rest.
			if err := os.WriteFile(filepath.Join(disk, "rest"), make([]byte, 80<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
				t.Fatalf("the disk isn't full: %v", err)
			}
			if s, err = badger.Open(t.Context(), dir, badger.Options{}); err != nil {
				t.Fatal(err)
			}
			check()
			if err := write(); err == nil || !strings.Contains(err.Error(), "no room") {
				t.Errorf("write to a full disk: %v", err)
			}
			if err := s.Rewrite(t.Context()); err == nil || !strings.Contains(err.Error(), "no room") {
				t.Errorf("rewrite on a full disk: %v", err)
			}
			closeStore(t, s)
		})
	}
}

// TestReadOnlyDisk reads a store that can't be written to.
func TestReadOnlyDisk(t *testing.T) {
	disk := storetest.Disk(t, 80<<20)
	dir := filepath.Join(disk, "store")
	s, err := badger.Create(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set(t, s, "a", "1")
	closeStore(t, s)
	if err := unix.Mount("", disk, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if s, err = badger.Open(t.Context(), dir, badger.Options{}); err != nil {
		t.Fatal(err)
	}
	if got, err := get(s, "a"); got != "1" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error { return tx.Delete([]byte("a")) })
	if !errors.Is(err, unix.EROFS) {
		t.Errorf("update: %v", err)
	}
	closeStore(t, s)
}

func keys(t *testing.T, s store.Store) (n int) {
	t.Helper()
	err := s.View(t.Context(), func(r store.Reader) error {
		for _, err := range r.Scan(nil) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}
