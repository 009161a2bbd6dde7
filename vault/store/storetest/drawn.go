package storetest

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/vault/store"
)

// testDrawn draws transactions and compares the store with a map.
func testDrawn(t *testing.T, o *opened) {
	keys := rapid.StringMatching(`[ab\x00]{1,4}`)
	dropped := errors.New("dropped")
	rapid.Check(t, func(rt *rapid.T) {
		o.update(func(tx store.Tx) error {
			for p, err := range tx.Scan(nil) {
				if err := errors.Join(err, tx.Delete(p.Key)); err != nil {
					return err
				}
			}
			return nil
		})
		model := map[string]string{}

		// change draws changes of tx and makes them in m as well.
		var change func(tx store.Tx, m map[string]string, depth int)
		change = func(tx store.Tx, m map[string]string, depth int) {
			for range rapid.IntRange(0, 8).Draw(rt, "changes") {
				key := keys.Draw(rt, "key")
				switch kind := rapid.IntRange(0, 5).Draw(rt, "kind"); {
				case kind < 2:
					value := rapid.StringN(0, 3, -1).Draw(rt, "value")
					if err := tx.Set([]byte(key), []byte(value)); err != nil {
						rt.Fatalf("set: %v", err)
					}
					m[key] = value
				case kind == 2:
					if err := tx.Delete([]byte(key)); err != nil {
						rt.Fatalf("delete: %v", err)
					}
					delete(m, key)
				case kind == 3 && depth > 0:
					inner, innerModel := store.NewOverlay(tx), maps.Clone(m)
					change(inner, innerModel, depth-1)
					if rapid.Bool().Draw(rt, "flush") {
						if err := inner.Flush(tx); err != nil {
							rt.Fatalf("flush: %v", err)
						}
						clear(m)
						maps.Copy(m, innerModel)
					}
				default:
					compare(rt, tx, m, key)
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"update": func(*rapid.T) {
				after := maps.Clone(model)
				err := o.Update(t.Context(), func(tx store.Tx) error { change(tx, after, 2); return nil })
				if err != nil {
					rt.Fatalf("update: %v", err)
				}
				model = after
			},
			"drop": func(*rapid.T) {
				err := o.Update(t.Context(), func(tx store.Tx) error { change(tx, maps.Clone(model), 1); return dropped })
				if !errors.Is(err, dropped) {
					rt.Fatalf("update: %v", err)
				}
			},
			"": func(*rapid.T) {
				err := o.View(t.Context(), func(r store.Reader) error { compare(rt, r, model, ""); return nil })
				if err != nil {
					rt.Fatalf("view: %v", err)
				}
			},
		})
		if rapid.IntRange(0, 9).Draw(rt, "again") == 0 {
			o.again()
			err := o.View(t.Context(), func(r store.Reader) error { compare(rt, r, model, ""); return nil })
			if err != nil {
				rt.Fatalf("view: %v", err)
			}
		}
	})
}

// compare compares what a reader has with a map: the key, if there is one, and all that
// begin with it.
func compare(rt *rapid.T, r store.Reader, m map[string]string, key string) {
	if key != "" {
		got, err := r.Get([]byte(key))
		want, there := m[key]
		if there && (err != nil || string(got) != want) || !there && !errors.Is(err, store.ErrNotFound) {
			rt.Fatalf("get %q: %q, %v; want %q, %v", key, got, err, want, there)
		}
	}
	got, err := scan(r, key)
	if err != nil {
		rt.Fatal(err)
	}
	want := maps.Clone(m)
	maps.DeleteFunc(want, func(k, _ string) bool { return len(k) < len(key) || k[:len(key)] != key })
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatalf("scan %q (-want +got):\n%s", key, diff)
	}
}
