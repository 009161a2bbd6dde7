package badger

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/vault/store"
)

// TestLeftParts opens a store where a large transaction was interrupted at each of its
// steps.
func TestLeftParts(t *testing.T) {
	part := func(key string) []store.Pair {
		return []store.Pair{{Key: []byte(key), Value: []byte("new")}, {Key: []byte("deleted " + key)}}
	}
	transaction := [][]store.Pair{part("a"), part("b"), part("c")}
	before := map[string]string{"a": "old", "deleted a": "", "deleted c": "", "other": ""}
	after := map[string]string{"a": "new", "b": "new", "c": "new", "other": ""}
	stage := func(db *badger.DB) error { return large{db}.stage(t.Context(), slices.Values(transaction)) }
	for _, tt := range []struct {
		name string
		stop func(db *badger.DB) error
		want map[string]string
	}{
		{"the first part", func(db *badger.DB) error {
			return write(db, partSpace, []store.Pair{{Key: partKey(0), Value: encode(transaction[0])}})
		}, before},
		{"the mark", stage, after},
		{"one part is applied", func(db *badger.DB) error {
			if err := stage(db); err != nil {
				return err
			}
			return write(db, keySpace, transaction[0])
		}, after},
		{"the mark is gone", func(db *badger.DB) error {
			if err := stage(db); err != nil {
				return err
			}
			return write(db, markSpace, []store.Pair{{}})
		}, before},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "store")
			s, err := Create(t.Context(), dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			db, err := openDatabase(s.folder.data(), false)
			if err != nil {
				t.Fatal(err)
			}
			var all []store.Pair
			for key, value := range before {
				all = append(all, store.Pair{Key: []byte(key), Value: []byte(value)})
			}
			if err := write(db, keySpace, all); err != nil {
				t.Fatal(err)
			}
			if err := tt.stop(db); err != nil {
				t.Fatal(err)
			}
			if err := closeDatabase(db); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			err = s.View(t.Context(), func(r store.Reader) error {
				for p, err := range r.Scan(nil) {
					if err != nil {
						return err
					}
					got[string(p.Key)] = string(p.Value)
				}
				left, err := large{s.now.db}.left()
				if left {
					t.Error("parts are left")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the store has (-want +got):\n%s", diff)
			}
		})
	}
}

// TestHalfApplied has a large transaction fail after it was applied in part: nobody who
// comes before the database is closed may read that.
func TestHalfApplied(t *testing.T) {
	s, err := Create(t.Context(), filepath.Join(t.TempDir(), "store"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	err = s.View(t.Context(), func(store.Reader) error {
		n := s.now
		good := []store.Pair{{Key: []byte("a"), Value: []byte("new")}}
		if err := (large{n.db}).stage(t.Context(), slices.Values([][]store.Pair{good, good})); err != nil {
			return err
		}
		if err := write(n.db, partSpace, []store.Pair{{Key: partKey(1), Value: []byte{1}}}); err != nil {
			return err
		}
		if err := n.finish(); err == nil {
			t.Error("a part that can't be read was applied")
		}
		another := make(chan error)
		go func() {
			another <- s.View(t.Context(), func(r store.Reader) error {
				value, err := r.Get([]byte("a"))
				t.Errorf("it is read: %q, %v", value, err)
				return nil
			})
		}()
		if err := <-another; err == nil {
			t.Error("no error")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestParts cuts drawn changes into parts, and looks whether they are within the limits
// and are the same put together.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.SampledFrom([]int{-1, 0, 1, 1000, 400_000, store.MaxValue}), 0, 30).Draw(t, "sizes")
		many := rapid.SampledFrom([]int{0, partKeys - 1, partKeys + 1}).Draw(t, "small ones")
		var changes []store.Pair
		for i, size := range append(sizes, make([]int, many)...) {
			p := store.Pair{Key: fmt.Append(bytes.Repeat([]byte("k"), 200), i)}
			if size >= 0 {
				p.Value = make([]byte, size)
			}
			changes = append(changes, p)
		}
		var got []store.Pair
		for part := range parts(slices.Values(changes)) {
			b := encode(part)
			if len(part) == 0 || len(part) > partKeys || len(b) >= 1<<20 {
				t.Errorf("a part has %d keys and %d bytes", len(part), len(b))
			}
			decoded, err := decode(b)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, decoded...)
		}
		if !bytes.Equal(encode(changes), encode(got)) {
			t.Errorf("of %d changes there are %d, or they are others", len(changes), len(got))
		}
	})
}

// FuzzDecode decodes what it can encode again to what has the same meaning, and never
// what a store refuses.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(encode([]store.Pair{{Key: []byte("a"), Value: []byte{}}, {Key: []byte("b")}, {Key: []byte("c"), Value: []byte("value")}}))
	f.Add([]byte{1, 'a', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 'a'})
	f.Fuzz(func(t *testing.T, b []byte) {
		part, err := decode(b)
		if err != nil {
			return
		}
		for _, p := range part {
			if err := store.CheckSize(p.Key, p.Value); err != nil {
				t.Error(err)
			}
		}
		again, err := decode(encode(part))
		if diff := cmp.Diff(part, again); err != nil || diff != "" {
			t.Errorf("%v, again (-want +got):\n%s", err, diff)
		}
	})
}

// FuzzDecodeSeal decodes a seal only if it is written as encodeSeal writes it, and only
// names in the folder itself.
func FuzzDecodeSeal(f *testing.F) {
	f.Add([]byte(closed + string(encodeSeal(nil))))
	f.Add([]byte(opened + string(encodeSeal([]sealed{{0x1234, 99, "MANIFEST"}, {1, 0, "000001.sst"}}))))
	f.Add([]byte(closed + string(encodeSeal([]sealed{{1, 1, "../1.sst"}}))))
	f.Add([]byte(closed + string(encodeSeal([]sealed{{1, 1, ".."}}))))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, wasOpen, err := decodeSeal(b)
		if err != nil {
			return
		}
		for _, s := range all {
			if filepath.Base(s.name) != s.name || s.name == ".." {
				t.Errorf("a file called %q", s.name)
			}
		}
		state := closed
		if wasOpen {
			state = opened
		}
		if again := state + string(encodeSeal(all)); again != string(b) {
			t.Errorf("%q, written again: %q", b, again)
		}
	})
}
