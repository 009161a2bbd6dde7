package store

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"sync"
)

// Memory is a store that lasts as long as the program.
type Memory struct {
	turn    chan struct{} // holds one token, for the one Update that runs
	running sync.WaitGroup

	mu     sync.Mutex
	live   *tree
	closed bool
}

var _ Store = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{turn: make(chan struct{}, 1)} }

// View calls read with the store as it is now.
func (m *Memory) View(ctx context.Context, read func(Reader) error) error {
	live, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer m.running.Done()
	return read(moment{live})
}

// Update calls change, and keeps what it did if it returned no error.
func (m *Memory) Update(ctx context.Context, change func(Tx) error) error {
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	live, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer m.running.Done()
	tx := NewOverlay(moment{live})
	if err := change(tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for p := range tx.Changes() {
		if p.Value == nil {
			live = live.without(p.Key)
		} else {
			live = live.set(p)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.live = live
	return nil
}

// begin gives what is alive, to a transaction that has to tell when it is done.
func (m *Memory) begin(ctx context.Context) (*tree, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, errors.New("store: closed")
	}
	m.running.Add(1)
	return m.live, nil
}

// Rewrite does nothing: there are no files.
func (m *Memory) Rewrite(ctx context.Context) error {
	_, err := m.begin(ctx)
	if err == nil {
		m.running.Done()
	}
	return err
}

// Close waits for transactions that run, and ends the use of the store.
func (m *Memory) Close() error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.running.Wait()
	return nil
}

// moment reads a tree.
type moment struct{ live *tree }

func (m moment) Get(key []byte) ([]byte, error) {
	value, ok := m.live.get(key)
	if !ok {
		return nil, ErrNotFound
	}
	return value, nil
}

func (m moment) Scan(prefix []byte) iter.Seq2[Pair, error] {
	return func(yield func(Pair, error) bool) {
		for p := m.live.first(prefix, false); p != nil && bytes.HasPrefix(p.Key, prefix); p = m.live.first(p.Key, true) {
			if !yield(*p, nil) {
				return
			}
		}
	}
}
