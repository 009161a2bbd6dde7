package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/vault/store"
)

// Open opens a new, empty store, and gives what opens it again after it was closed, or
// nil if it can't outlive the program. The suite closes what it opened.
type Open func(t *testing.T) (s store.Store, reopen func() store.Store)

// Run tests a store.
func Run(t *testing.T, open Open) {
	ignore := goleak.IgnoreCurrent()
	for _, tt := range []struct {
		name string
		test func(*testing.T, *opened)
	}{
		{"Empty", testEmpty},
		{"SetAndDelete", testSetAndDelete},
		{"Limits", testLimits},
		{"Scan", testScan},
		{"ScanDuringChanges", testScanDuringChanges},
		{"Bytes", testBytes},
		{"CompareAndSet", testCompareAndSet},
		{"FailingChange", testFailingChange},
		{"Panic", testPanic},
		{"Nested", testNested},
		{"Snapshot", testSnapshot},
		{"Cancelled", testCancelled},
		{"Counter", testCounter},
		{"ManyBytes", testManyBytes},
		{"ManyKeys", testManyKeys},
		{"Rewrite", testRewrite},
		{"Close", testClose},
		{"Drawn", testDrawn},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := &opened{t: t}
			o.Store, o.reopen = open(t)
			defer func() {
				if err := o.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			}()
			tt.test(t, o)
		})
	}
	goleak.VerifyNone(t, ignore)
}

// opened is a store under test.
type opened struct {
	store.Store
	t      *testing.T
	reopen func() store.Store
}

// again closes the store and opens it, if it can be opened again.
func (o *opened) again() {
	o.t.Helper()
	if o.reopen == nil {
		return
	}
	if err := o.Close(); err != nil {
		o.t.Fatalf("close: %v", err)
	}
	o.Store = o.reopen()
}

// update changes the store, which has to succeed.
func (o *opened) update(change func(store.Tx) error) {
	o.t.Helper()
	if err := o.Update(o.t.Context(), change); err != nil {
		o.t.Fatalf("update: %v", err)
	}
}

// set stores pairs.
func (o *opened) set(pairs map[string]string) {
	o.t.Helper()
	o.update(func(tx store.Tx) error { return setAll(tx, pairs) })
}

func setAll(tx store.Tx, pairs map[string]string) error {
	for key, value := range pairs {
		if err := tx.Set([]byte(key), []byte(value)); err != nil {
			return err
		}
	}
	return nil
}

// want checks that the store has these pairs and no other.
func (o *opened) want(pairs map[string]string) {
	o.t.Helper()
	err := o.View(o.t.Context(), func(r store.Reader) error {
		got, err := scan(r, "")
		if err != nil {
			return err
		}
		if diff := cmp.Diff(pairs, got); diff != "" {
			o.t.Fatalf("the store has (-want +got):\n%s", diff)
		}
		for key, value := range pairs {
			if got, err := r.Get([]byte(key)); err != nil || string(got) != value {
				o.t.Fatalf("get %q: %q, %v; want %q", key, got, err, value)
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatalf("view: %v", err)
	}
}

// scan gives what a scan gives, and fails if its keys aren't ascending or don't begin
// with the prefix.
func scan(r store.Reader, prefix string) (map[string]string, error) {
	pairs := map[string]string{}
	last := ""
	for p, err := range r.Scan([]byte(prefix)) {
		if err != nil {
			return nil, fmt.Errorf("scan %q: %w", prefix, err)
		}
		key := string(p.Key)
		if key <= last || len(key) < len(prefix) || key[:len(prefix)] != prefix {
			return nil, fmt.Errorf("scan %q: %q after %q", prefix, key, last)
		}
		last = key
		pairs[key] = string(p.Value)
	}
	return pairs, nil
}

// missing checks that a key isn't there.
func missing(t *testing.T, r store.Reader, key string) {
	t.Helper()
	if value, err := r.Get([]byte(key)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get %q: %d bytes, %v; want %v", key, len(value), err, store.ErrNotFound)
	}
}
