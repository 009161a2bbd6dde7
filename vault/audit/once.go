package audit

import (
	"strings"
	"sync"

	"github.com/secretsweep/secretsweep/vault/store"
)

// ReadOnce gives a reader that reads each hash of the tree once: the proofs of entries
// that are near each other have most of them in common. It is safe for concurrent use if
// r is, and is meant for one moment of a store.
func ReadOnce(r store.Reader) store.Reader {
	return &once{Reader: r, hashes: make(map[string][]byte)}
}

type once struct {
	store.Reader
	mu     sync.RWMutex
	hashes map[string][]byte // by key
}

func (o *once) Get(key []byte) ([]byte, error) {
	if !strings.HasPrefix(string(key), hashPrefix) {
		return o.Reader.Get(key)
	}
	o.mu.RLock()
	hash, ok := o.hashes[string(key)]
	o.mu.RUnlock()
	if ok {
		return hash, nil
	}
	hash, err := o.Reader.Get(key)
	if err != nil {
		return nil, err // it may be there later
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hashes[string(key)] = hash
	return hash, nil
}
