package storetest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/vault/store"
)

func testEmpty(t *testing.T, o *opened) {
	o.want(map[string]string{})
	o.update(func(tx store.Tx) error {
		missing(t, tx, "a")
		missing(t, tx, "")
		return tx.Delete([]byte("a"))
	})
	o.again()
	o.want(map[string]string{})
}

func testSetAndDelete(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1", "b": "2", "c": "", "\x00": "zero", "\xff\xff": "high"})
	o.update(func(tx store.Tx) error {
		if err := tx.Set([]byte("b"), []byte("3")); err != nil {
			return err
		}
		if err := tx.Delete([]byte("a")); err != nil {
			return err
		}
		missing(t, tx, "a")
		if got, err := tx.Get([]byte("b")); string(got) != "3" || err != nil {
			t.Errorf("own change: %q, %v", got, err)
		}
		return nil
	})
	want := map[string]string{"b": "3", "c": "", "\x00": "zero", "\xff\xff": "high"}
	o.want(want)
	o.again()
	o.want(want)
}

func testLimits(t *testing.T, o *opened) {
	longest := strings.Repeat("k", store.MaxKey)
	largest := strings.Repeat("v", store.MaxValue)
	o.update(func(tx store.Tx) error {
		for _, tt := range []struct{ key, value string }{
			{"", "value"}, {longest + "k", "value"}, {"key", largest + "v"},
		} {
			if err := tx.Set([]byte(tt.key), []byte(tt.value)); err == nil {
				t.Errorf("set took a key of %d bytes and a value of %d", len(tt.key), len(tt.value))
			}
			if len(tt.value) < len(largest) {
				if err := tx.Delete([]byte(tt.key)); err == nil {
					t.Errorf("delete took a key of %d bytes", len(tt.key))
				}
			}
		}
		missing(t, tx, longest+"k")
		return tx.Set([]byte(longest), []byte(largest))
	})
	o.again()
	o.want(map[string]string{longest: largest})
}

func testScan(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1", "ab": "2", "abc": "3", "b": "4", "ab\xff": "5", "ab\xff\xff": "6"})
	o.update(func(tx store.Tx) error {
		if err := errors.Join(tx.Set([]byte("aba"), nil), tx.Delete([]byte("abc")), tx.Set([]byte("ac"), nil)); err != nil {
			return err
		}
		for prefix, want := range map[string]map[string]string{
			"":       {"a": "1", "ab": "2", "aba": "", "ac": "", "b": "4", "ab\xff": "5", "ab\xff\xff": "6"},
			"ab":     {"ab": "2", "aba": "", "ab\xff": "5", "ab\xff\xff": "6"},
			"ab\xff": {"ab\xff": "5", "ab\xff\xff": "6"},
			"abc":    {},
			"c":      {},
		} {
			got, err := scan(tx, prefix)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("scan %q (-want +got):\n%s", prefix, diff)
			}
		}
		for p := range tx.Scan([]byte("a")) { // a scan may be left
			if string(p.Key) == "aba" {
				break
			}
		}
		return nil
	})
}

// testScanDuringChanges changes what is scanned, and scans within a scan.
func testScanDuringChanges(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1", "b": "2", "c": "3"})
	o.update(func(tx store.Tx) error {
		if err := tx.Set([]byte("d"), []byte("4")); err != nil {
			return err
		}
		var seen []string
		for p, err := range tx.Scan(nil) {
			if err != nil {
				return err
			}
			seen = append(seen, string(p.Key)+string(p.Value))
			if string(p.Key) == "a" {
				if err := errors.Join(tx.Set([]byte("aa"), nil), tx.Set([]byte("b"), nil), tx.Delete([]byte("c")), tx.Delete([]byte("d"))); err != nil {
					return err
				}
				inner, err := scan(tx, "")
				if err != nil {
					return err
				}
				if diff := cmp.Diff(map[string]string{"a": "1", "aa": "", "b": ""}, inner); diff != "" {
					t.Errorf("a scan within the scan (-want +got):\n%s", diff)
				}
			}
		}
		if diff := cmp.Diff([]string{"a1", "b2", "c3", "d4"}, seen); diff != "" {
			t.Errorf("the scan (-want +got):\n%s", diff)
		}
		return nil
	})
	o.want(map[string]string{"a": "1", "aa": "", "b": ""})
}

// testBytes changes what it gave, and keeps what it was given.
func testBytes(t *testing.T, o *opened) {
	key, value := []byte("key"), []byte("value")
	o.update(func(tx store.Tx) error {
		err := tx.Set(key, value)
		clear(key)
		clear(value)
		return err
	})
	o.set(map[string]string{"other": "one"})
	var kept [][]byte
	keep := func(r store.Reader) error {
		got, err := r.Get([]byte("key"))
		if err != nil {
			return err
		}
		kept = append(kept, got)
		for p, err := range r.Scan([]byte("k")) {
			if err != nil {
				return err
			}
			kept = append(kept, p.Value)
			if string(p.Key) != "key" {
				t.Errorf("scan gives %q", p.Key)
			}
		}
		return nil
	}
	if err := o.View(t.Context(), keep); err != nil {
		t.Fatal(err)
	}
	o.update(func(tx store.Tx) error { return keep(tx) })
	o.set(map[string]string{"key": "VALUE"})
	o.again()
	if err := o.Rewrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(kept) != 4 {
		t.Fatalf("kept %d values", len(kept))
	}
	for _, b := range kept {
		if !bytes.Equal(b, []byte("value")) {
			t.Errorf("kept bytes are %q now", b)
		}
	}
}

func testCompareAndSet(t *testing.T, o *opened) {
	o.set(map[string]string{"a": "1", "empty": ""})
	for _, tt := range []struct {
		name, key  string
		old, value []byte
		want       error
	}{
		{"another", "a", []byte("2"), []byte("3"), store.ErrChanged},
		{"none expected", "a", nil, []byte("3"), store.ErrChanged},
		{"empty expected", "a", []byte{}, []byte("3"), store.ErrChanged},
		{"the same", "a", []byte("1"), []byte("2"), nil},
		{"none there", "b", []byte("1"), []byte("2"), store.ErrChanged},
		{"none", "b", nil, []byte("1"), nil},
		{"empty is not none", "empty", nil, []byte("1"), store.ErrChanged},
		{"empty", "empty", []byte{}, []byte("1"), nil},
		{"delete", "empty", []byte("1"), nil, nil},
	} {
		err := o.Update(t.Context(), func(tx store.Tx) error {
			return store.CompareAndSet(tx, []byte(tt.key), tt.old, tt.value)
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	o.want(map[string]string{"a": "2", "b": "1"})
}
