package vault

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/store"
)

// TestOneSessionAtOnce has one session used by many at once.
func TestOneSessionAtOnce(t *testing.T) {
	b := newBench(t)
	for i := range 4 {
		b.set("dev", fmt.Sprint("NAME_", i), "value")
	}
	var all sync.WaitGroup
	for i := range 4 {
		name := fmt.Sprint("NAME_", i)
		all.Go(func() {
			for range 20 {
				if _, err := b.owner.Set(t.Context(), Change{Ref: Ref{"web", "dev", name}, Value: secret.New("value")}); err != nil {
					t.Errorf("set: %v", err)
					return
				}
			}
		})
		all.Go(func() {
			for range 20 {
				if _, err := b.owner.Get(t.Context(), Ref{"web", "dev", name}, Which{}); err != nil {
					t.Errorf("get: %v", err)
					return
				}
				if _, err := b.owner.Members(t.Context()); err != nil {
					t.Errorf("members: %v", err)
					return
				}
			}
		})
	}
	all.Wait()
	b.check()
}

// failing is a store whose next transactions fail when they are to be committed.
type failing struct {
	store.Store
	gate chan bool // says of each transaction whether it succeeds
}

func (f failing) Update(ctx context.Context, change func(store.Tx) error) error {
	return f.Store.Update(ctx, func(tx store.Tx) error {
		err := change(tx)
		if err == nil && !<-f.gate {
			err = errors.New("disk full")
		}
		return err
	})
}

// TestFailedTransaction has acts of one session share a transaction that fails: what the
// second saw of the first never was, and the session goes on.
func TestFailedTransaction(t *testing.T) {
	b := newBench(t)
	disk := failing{b.store, make(chan bool)}
	v, err := Open(t.Context(), disk, b.vault.ID())
	if err != nil {
		t.Fatal(err)
	}
	s, err := v.Session(t.Context(), b.keys, b.options())
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error)
	set := func(name string) {
		_, err := s.Set(t.Context(), Change{Ref: Ref{"web", "dev", name}, Value: secret.New("value")})
		errs <- err
	}
	waiting := func(n int) {
		for {
			v.mu.Lock()
			there := len(v.waiting)
			v.mu.Unlock()
			if there == n {
				return
			}
			runtime.Gosched()
		}
	}
	go set("ONE")
	disk.gate <- true // once this is taken, the first is about to be committed
	if err := <-errs; err != nil {
		t.Fatal(err)
	}
	v.mu.Lock()
	v.leading = true // nobody leads until two wait
	v.mu.Unlock()
	go set("TWO")
	go set("THREE")
	waiting(2)
	go v.lead()
	disk.gate <- false
	for range 2 {
		if err := <-errs; err == nil || err.Error() != "disk full" {
			t.Errorf("the disk is full: %v", err)
		}
	}
	go set("TWO")
	disk.gate <- true
	if err := <-errs; err != nil {
		t.Errorf("after a transaction that failed: %v", err)
	}
	go func() {
		_, err := s.Get(t.Context(), Ref{"web", "dev", "TWO"}, Which{})
		errs <- err
	}()
	disk.gate <- true
	if err := <-errs; err != nil {
		t.Errorf("after a transaction that failed: %v", err)
	}
	b.check()
}
