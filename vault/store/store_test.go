package store_test

import (
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) (store.Store, func() store.Store) { return store.NewMemory(), nil })
}

func TestSize(t *testing.T) {
	o := store.NewOverlay(nil)
	for _, tt := range []struct {
		act  func() error
		want int
	}{
		{func() error { return o.Set([]byte("key"), make([]byte, 10)) }, 13},
		{func() error { return o.Set([]byte("other"), make([]byte, 10)) }, 28},
		{func() error { return o.Set([]byte("key"), make([]byte, 1)) }, 19},
		{func() error { return o.Delete([]byte("key")) }, 18},
		{func() error { return o.Delete([]byte("key")) }, 18},
	} {
		if err := tt.act(); err != nil || o.Size() != tt.want {
			t.Errorf("size is %d, %v; want %d", o.Size(), err, tt.want)
		}
	}
}
