package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
)

func testFailingChange(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1"})
	reason := errors.New("a reason")
	err := o.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.Set([]byte("a"), nil), tx.Set([]byte("b"), nil), reason)
	})
	if !errors.Is(err, reason) {
		t.Errorf("update: %v, want %v", err, reason)
	}
	if err := o.View(t.Context(), func(store.Reader) error { return reason }); !errors.Is(err, reason) {
		t.Errorf("view: %v, want %v", err, reason)
	}
	o.want(map[string]string{"a": "1"})
	o.again()
	o.want(map[string]string{"a": "1"})
}

// testPanic goes on after a change that panicked.
func testPanic(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1"})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = o.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.Set([]byte("a"), nil); err != nil {
				return err
			}
			panic("a change that panics")
		})
	}()
	o.want(map[string]string{"a": "1"})
	o.set(map[string]string{"b": "2"})
	o.want(map[string]string{"a": "1", "b": "2"})
}

// testNested flushes an act into a transaction and drops another.
func testNested(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1", "b": "2", "c": "3"})
	o.update(func(tx store.Tx) error {
		kept, dropped := store.NewOverlay(tx), store.NewOverlay(tx)
		if err := errors.Join(
			tx.Set([]byte("d"), []byte("4")),
			kept.Delete([]byte("a")), kept.Set([]byte("b"), []byte("5")), kept.Delete([]byte("d")),
			dropped.Set([]byte("b"), nil), dropped.Delete([]byte("c")),
		); err != nil {
			return err
		}
		missing(t, kept, "d")
		missing(t, dropped, "c")
		return kept.Flush(tx)
	})
	o.want(map[string]string{"b": "5", "c": "3"})
}

// testSnapshot changes the store during a View, which goes on seeing what was.
func testSnapshot(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1", "b": "2"})
	err := o.View(t.Context(), func(r store.Reader) error {
		done := make(chan struct{})
		go func() { // not from within the View, which could be waited for
			defer close(done)
			for i := range 5 {
				err := o.Update(t.Context(), func(tx store.Tx) error {
					return errors.Join(tx.Set([]byte("a"), []byte(strconv.Itoa(i))), tx.Set([]byte("c"), nil), tx.Delete([]byte("b")))
				})
				if err != nil {
					t.Errorf("update: %v", err)
				}
			}
		}()
		<-done
		got, err := scan(r, "")
		if err != nil {
			return err
		}
		if len(got) != 2 || got["a"] != "1" || got["b"] != "2" {
			t.Errorf("the view sees %v", got)
		}
		missing(t, r, "c")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	o.want(map[string]string{"a": "4", "c": ""})
}

func testCancelled(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1"})
	ctx, cancel := context.WithCancel(t.Context())
	err := o.Update(ctx, func(tx store.Tx) error {
		cancel()
		return tx.Set([]byte("a"), nil)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled in the middle: %v", err)
	}
	called := false
	for name, err := range map[string]error{
		"update":  o.Update(ctx, func(store.Tx) error { called = true; return nil }),
		"view":    o.View(ctx, func(store.Reader) error { called = true; return nil }),
		"rewrite": o.Rewrite(ctx),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled before: %v", name, err)
		}
	}
	if called {
		t.Error("a function was called though the context was done")
	}

	// One who waits for his turn can be cancelled.
	ctx, cancel = context.WithCancel(t.Context())
	o.update(func(store.Tx) error {
		waited := make(chan error)
		go func() { waited <- o.Update(ctx, func(store.Tx) error { return nil }) }()
		cancel()
		if err := <-waited; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled while waiting: %v", err)
		}
		return nil
	})
	o.want(map[string]string{"a": "1"})
}

// testCounter counts in many goroutines, which must not overwrite one another.
func testCounter(t *testing.T, o *opened) {
	const workers, each = 8, 50
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				if err := o.Update(t.Context(), count); err != nil {
					t.Errorf("update: %v", err)
				}
			}
		})
	}
	all.Wait()
	o.want(map[string]string{"count": strconv.Itoa(workers * each)})
	o.again()
	o.want(map[string]string{"count": strconv.Itoa(workers * each)})
}

func count(tx store.Tx) error {
	n := 0
	value, err := tx.Get([]byte("count"))
	if err == nil {
		n, err = strconv.Atoi(string(value))
	} else if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return err
	}
	return tx.Set([]byte("count"), []byte(strconv.Itoa(n+1)))
}

func testManyBytes(t *testing.T, o *opened) { testLarge(t, o, 60, 500_000) }
func testManyKeys(t *testing.T, o *opened)  { testLarge(t, o, 60_000, 20) }

// testLarge replaces all values and deletes and adds keys in one transaction, while
// others read.
func testLarge(t *testing.T, o *opened, keys, size int) {
	key := func(i int) []byte { return fmt.Appendf(nil, "%06d", i) }
	write := func(letter string, from int) {
		o.update(func(tx store.Tx) error {
			for i := range from {
				if err := tx.Delete(key(i)); err != nil {
					return err
				}
			}
			value := []byte(strings.Repeat(letter, size))
			for i := from; i < from+keys; i++ {
				if err := tx.Set(key(i), value); err != nil {
					return err
				}
			}
			return nil
		})
	}
	// letter gives the letter that everything that is there consists of.
	letter := func() string {
		letter, n := "", 0
		err := o.View(t.Context(), func(r store.Reader) error {
			for p, err := range r.Scan(nil) {
				if err != nil {
					return err
				}
				if n == 0 {
					letter = string(p.Value[:1])
				}
				if n++; len(p.Value) != size || string(p.Value[:1]) != letter {
					return fmt.Errorf("%q is of another transaction", p.Key)
				}
			}
			return nil
		})
		if err != nil || n != keys {
			t.Errorf("read %d keys, %v", n, err)
		}
		return letter
	}
	write("a", 0)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			letter()
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	write("b", 10)
	close(stop)
	readers.Wait()
	if got := letter(); got != "b" {
		t.Errorf("after the transaction there is %q", got)
	}
	o.again()
	if got := letter(); got != "b" {
		t.Errorf("opened again, there is %q", got)
	}
}

func testRewrite(t *testing.T, o *opened) {
	want := map[string]string{}
	for i := range 500 {
		want[fmt.Sprint("key", i)] = strings.Repeat("v", i*7)
	}
	o.set(want)
	o.update(func(tx store.Tx) error {
		for i := range 250 {
			delete(want, fmt.Sprint("key", i))
			if err := tx.Delete(fmt.Append(nil, "key", i)); err != nil {
				return err
			}
		}
		return nil
	})
	// Updates beside it are lost neither way.
	var beside sync.WaitGroup
	beside.Go(func() {
		for range 20 {
			if err := o.Update(t.Context(), count); err != nil {
				t.Errorf("update: %v", err)
			}
		}
	})
	for range 2 {
		if err := o.Rewrite(t.Context()); err != nil {
			t.Fatalf("rewrite: %v", err)
		}
	}
	beside.Wait()
	want["count"] = "20"
	o.want(want)
	o.again()
	o.want(want)
}

// testClose closes the store during a transaction, which is waited for.
func testClose(t *testing.T, o *opened) {
	running, closing, closed := make(chan struct{}), make(chan struct{}), make(chan error)
	ended := false
	go func() {
		err := o.Update(t.Context(), func(tx store.Tx) error {
			close(running)
			<-closing
			ended = true
			return tx.Set([]byte("a"), []byte("1"))
		})
		if err != nil {
			t.Errorf("update: %v", err)
		}
	}()
	<-running
	go func() { closed <- o.Close() }()
	for o.View(t.Context(), func(store.Reader) error { return nil }) == nil {
		runtime.Gosched() // until it is being closed
	}
	close(closing)
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	if !ended {
		t.Error("close did not wait")
	}
	for name, err := range map[string]error{
		"update":  o.Update(t.Context(), func(store.Tx) error { return nil }),
		"view":    o.View(t.Context(), func(store.Reader) error { return nil }),
		"rewrite": o.Rewrite(t.Context()),
	} {
		if err == nil {
			t.Errorf("%s: no error though the store is closed", name)
		}
	}
	if o.reopen != nil {
		o.Store = o.reopen()
		o.want(map[string]string{"a": "1"})
	}
}
