package vault

import (
	"encoding/json"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/vault/store"
)

// TestClaimedWrites has somebody who may not write say in the log that they wrote, or
// deleted, what others wrote: the true records are still the ones that are read.
func TestClaimedWrites(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "true")
	rita, keys := b.person("rita", Reader, "web/prod")
	f := b.forger(rita, keys)
	before := records(t, b.store)
	for _, remove := range []bool{false, true} {
		claimed := make(map[string][]byte)
		for _, kind := range []byte{kindHead, kindName, kindScope} {
			for _, key := range keysOf(before, kind) {
				if claimed[key] = []byte("forged"); remove {
					claimed[key] = nil
				}
			}
		}
		f.sign(claimed)
		// She puts the true ones back, so that the claim is all there is.
		if err := b.store.Update(t.Context(), func(tx store.Tx) error {
			for key := range claimed {
				if err := tx.Set([]byte(key), before[key]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]*Session{"an open session": b.owner, "a new one": b.session(b.keys)} {
			if got := get(t, s, Ref{"web", "prod", "ONE"}, Which{}); got != "true" {
				t.Errorf("%s reads %q", name, got)
			}
			if all, err := s.List(t.Context(), "web", "prod"); err != nil || len(all) != 1 {
				t.Errorf("%s lists %d secrets, %v", name, len(all), err)
			}
		}
	}
}

// TestNewestText has what is kept of the newest writes read again.
func TestNewestText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Newest(rapid.MapOf(rapid.StringN(1, 60, 200), rapid.Int64Min(0)).Draw(t, "newest"))
		if want == nil {
			want = Newest{}
		}
		data, err := json.Marshal(Seen{Newest: want})
		if err != nil {
			t.Fatal(err)
		}
		var got Seen
		if err := json.Unmarshal(data, &got); err != nil || got.Newest == nil || !maps.Equal(got.Newest, want) {
			t.Fatalf("got %v, want %v, %v", got.Newest, want, err)
		}
	})
}

func FuzzNewest(f *testing.F) {
	seed, _ := Newest{"head": 7, "name": 1 << 40}.MarshalText()
	f.Add(seed)
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, text []byte) {
		var n Newest
		if n.UnmarshalText(text) != nil {
			return
		}
		again, err := n.MarshalText()
		var same Newest
		if err != nil || same.UnmarshalText(again) != nil || !maps.Equal(n, same) {
			t.Errorf("%q becomes %q", text, again)
		}
	})
}
