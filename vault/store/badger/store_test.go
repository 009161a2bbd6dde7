package badger_test

import (
	"path/filepath"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
	"github.com/secretsweep/secretsweep/vault/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (store.Store, func() store.Store) {
		dir := filepath.Join(t.TempDir(), "store")
		s, err := badger.Create(t.Context(), dir, badger.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s, func() store.Store {
			s, err := badger.Open(t.Context(), dir, badger.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	})
}
