package vault

import (
	"bufio"
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

func FuzzRecord(f *testing.F) {
	f.Add(record{seq: 3, generation: 2, body: []byte("body")}.encode())
	f.Add([]byte{formatVersion})
	f.Add(bytes.Repeat([]byte{0xff}, 20))
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, err := decodeRecord(data)
		if err == nil && !bytes.Equal(rec.encode(), data) {
			t.Errorf("%x is another record than %x", rec.encode(), data)
		}
	})
}

func FuzzHeader(f *testing.F) {
	f.Add(header{founder: make([]byte, 32), nonce: make([]byte, headerNonce)}.encode())
	f.Add([]byte{2})
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := decodeHeader(data)
		if err == nil && !bytes.Equal(h.encode(), data) {
			t.Errorf("%x is another header than %x", h.encode(), data)
		}
	})
}

// again makes sure that what was decoded and encoded decodes to the same.
func again[T any](t *testing.T, decode func([]byte) (T, error), data []byte) (T, bool) {
	t.Helper()
	first, err := decode(data)
	if err != nil {
		return first, false
	}
	second, err := decode(encodeJSON(first))
	if err != nil {
		t.Fatalf("what was encoded is refused: %v", err)
	}
	if diff := cmp.Diff(encodeJSON(first), encodeJSON(second)); diff != "" {
		t.Error(diff)
	}
	return first, true
}

func FuzzStatement(f *testing.F) {
	public := identity.New().Public()
	for _, st := range []statement{
		{Found: &statePrincipal{ID: newID(), Kind: Person, Public: public}},
		{Add: &statePrincipal{ID: newID(), Kind: Machine, Public: public, Until: time.Unix(1e9, 0).UTC()}},
		{Join: &stateJoin{newID(), public}},
		{Retire: &stateRetire{newID()}},
		{Scope: &stateScope{ID: newID(), Project: newID(), Environment: newID(), Label: box{1, []byte("x")}}},
		{Grant: &stateGrant{ID: newID(), Principal: newID(), Role: Reader, Secrets: []ID{newID()}}},
		{Revoke: &stateRevoke{newID()}},
		{Key: &stateKey{ID: rosterKeyID, Generation: 1, Commitment: make([]byte, 32)}},
		{Policy: &statePolicy{[]byte(`{"days":90}`)}},
	} {
		f.Add(st.encode())
	}
	f.Add([]byte(`{"key":{},"revoke":{}}`))
	f.Add([]byte(`{"policy":{"text":"ew=="}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		st, ok := again(t, decodeStatement, data)
		if !ok {
			return
		}
		// Whatever it says, it counts for nothing if nobody made it who had a right to.
		r := newRoster()
		founder := newID()
		if err := r.apply(statement{Found: &statePrincipal{ID: founder, Kind: Person, Public: public}}, 0, founder); err != nil {
			t.Fatal(err)
		}
		if err := r.apply(st, 1, newID()); err == nil {
			t.Errorf("a stranger's statement counts: %s", data)
		}
		if err := r.apply(st, 1, founder); st.Policy != nil && (err != nil || !json.Valid(r.policy)) {
			t.Errorf("the founder's policy doesn't count: %v", err)
		}
	})
}

func FuzzHead(f *testing.F) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	h := head{Name: "NAME"}
	for i := range 3 {
		if _, err := h.add(newID(), i+1, now, now); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(encodeJSON(h))
	h.destroy(0, 4, now)
	f.Add(encodeJSON(h))
	f.Add([]byte(`{"name":"A","turns":[{"version":1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, ok := again(t, decodeHead, data)
		if !ok {
			return
		}
		for _, n := range []int{h.current(), h.at(Point{}), h.at(Point{Revision: 2}), h.at(Point{Time: now}), h.before()} {
			if _, there := h.version(n); n != 0 && !there {
				t.Errorf("version %d of %d", n, len(h.Versions))
			}
		}
		for n := range h.Versions {
			h.state(n+1, now)
		}
	})
}

func FuzzSecretKeys(f *testing.F) {
	f.Add(encodeJSON(secretKeys{Key: make([]byte, 72), Versions: map[int][]byte{1: make([]byte, 72)}}))
	f.Add([]byte(`{"versions":{"-1":""}}`))
	f.Fuzz(func(t *testing.T, data []byte) { again(t, decodeSecretKeys, data) })
}

func FuzzLeak(f *testing.F) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, e := range []LeakEvent{
		{Kind: Found, Places: []place.Place{inFile("a"), {Kind: place.File, Commit: &place.Version{ID: "1", Date: now}}}, MorePlaces: 3},
		{Kind: Accepted, Until: now, Reason: "it ends", Data: []byte(`{"a":[1,"b"]}`)},
		{Kind: Imported, Refs: []Ref{{"web", "dev", "NAME"}}, Asked: asked("NAME", "value", "URL", "of value")},
		{Kind: Tracked, Next: secret.New("next"), Data: []byte(`{"step":"stored"}`)},
	} {
		r := leakOfWeb("value", e)
		r.Carrier, r.Parts = secret.New("x://value@host"), []LeakPart{{"id", secret.New("part")}}
		data, err := r.record(now).encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"value":"YQ==","kind":"lost"}`))
	f.Add([]byte(`{"value":"YQ==","kind":"reopened","parts":[{"value":""}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := decodeLeak(data)
		if err != nil {
			return
		}
		again, err := first.encode()
		if err != nil {
			return // it may be larger than it was
		}
		if second, err := decodeLeak(again); err != nil || second.MorePlaces < first.MorePlaces {
			t.Errorf("what was encoded is refused: %v", err)
		}
		var l Leak
		for range 2 {
			l.take(first, "somebody", Reader, now)
		}
		if len(l.Places) > maxLeakPlaces || !slices.IsSortedFunc(l.Places, place.Compare) || len(l.Events) != 2 || l.Value.IsEmpty() || len(l.Parts) > MaxLeakParts || l.Carrier.Equal(l.Value) && len(first.Carrier) == 0 {
			t.Errorf("it comes to %d places, %d events", len(l.Places), len(l.Events))
		}
		if _, known := l.Decision.least(); l.Decision != Undecided && known != nil {
			t.Errorf("decided: %q", l.Decision)
		}
	})
}

func FuzzSplitLeak(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3})
	f.Add([]byte{0xff, 0xff, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		wrapped, sealed, err := splitLeak(data)
		if err == nil && 2+len(wrapped)+len(sealed) != len(data) {
			t.Errorf("%d and %d of %d bytes", len(wrapped), len(sealed), len(data))
		}
	})
}

func FuzzScopeRecord(f *testing.F) {
	f.Add(encodeJSON(scopeRecord{3, make([]byte, keySize)}))
	f.Add([]byte(`{"revision":-1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if rec, ok := again(t, decodeScopeRecord, data); ok && (rec.Revision < 0 || len(rec.Index) != keySize) {
			t.Errorf("%+v", rec.Revision)
		}
	})
}

func FuzzPairs(f *testing.F) {
	var out bytes.Buffer
	w := pairWriter{w: &out}
	for _, p := range []store.Pair{{Key: []byte("a"), Value: []byte("one")}, {Key: []byte("b")}} {
		if err := w.add(p); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.end(); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add(out.Bytes()[:out.Len()-1])
	f.Add([]byte{0, 1, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		w := pairWriter{w: &out}
		if readPairs(bufio.NewReader(bytes.NewReader(data)), w.add) != nil {
			return
		}
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(data, out.Bytes()) {
			t.Errorf("%x was read as %x", data, out.Bytes())
		}
	})
}

func FuzzBundle(f *testing.F) {
	s := newStage(f)
	plain := func(edit func(*bundleHeader, map[string][]byte)) []byte { return s.bundleBytes(s.owner, edit) }
	f.Add(plain(func(*bundleHeader, map[string][]byte) {}))
	f.Add(plain(func(_ *bundleHeader, pairs map[string][]byte) { clear(pairs) }))
	f.Add([]byte(bundleMagic))
	right := plain(func(*bundleHeader, map[string][]byte) {})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, pairs, err := decodeBundle(data)
		if err == nil && len(pairs) > len(data)/7 {
			t.Errorf("%d records from %d bytes", len(pairs), len(data))
		}
		held, err := OpenBundle(t.Context(), sealedTo(t, s.job.Identity.Public(), data), s.job, s.options())
		if err != nil {
			return
		}
		if !bytes.HasPrefix(data, []byte(bundleMagic)) || len(data) != len(right) {
			t.Error("a bundle that its maker didn't sign opens")
		}
		if got, err := held.Get(t.Context(), Ref{"web", "prod", "ONE"}, Which{}); err != nil || got.Value.Reveal() != "one" {
			t.Errorf("another value, or %v", err)
		}
	})
}

// FuzzRestore restores what an owner's key opens: it is a vault's, or refused, and whatever
// is in it, checking it ends.
func FuzzRestore(f *testing.F) {
	b := newBench(f)
	b.set("prod", "ONE", "one")
	var backup bytes.Buffer
	if err := b.owner.Backup(f.Context(), &backup); err != nil {
		f.Fatal(err)
	}
	plain := unsealed(f, b.keys, &backup)
	f.Add(plain)
	f.Add(plain[:len(plain)-9])
	f.Add([]byte(backupMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Restore(t.Context(), sealedTo(t, b.keys.Public(), data), b.keys, store.NewMemory())
		if err != nil {
			return
		}
		report, err := v.Check(t.Context(), b.keys, b.options(), audit.Head{})
		if v.id == b.vault.id && err == nil && len(report.Problems) == 0 && !bytes.HasPrefix(data, plain) {
			t.Error("a backup that was changed is sound")
		}
	})
}

// FuzzStored puts bytes in the place of a record of a vault. What is read then is the
// truth, or an error.
func FuzzStored(f *testing.F) {
	b := newBench(f)
	b.set("prod", "ONE", "one")
	b.set("prod", "TWO", "two")
	job, err := b.owner.CreateToken(f.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"ONE"}})
	if err != nil {
		f.Fatal(err)
	}
	if err := b.report(b.owner, leakOfWeb("leak", LeakEvent{Kind: Found})); err != nil {
		f.Fatal(err)
	}
	all := records(f, b.store)
	var keys []string
	for key := range all {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for i, key := range keys {
		value := bytes.Clone(all[key])
		if len(value) > 20 {
			value[20] ^= 1
		}
		f.Add(uint16(i), value)
		f.Add(uint16(i), all[keys[(i+1)%len(keys)]])
		f.Add(uint16(i), value[:len(value)/2])
	}
	f.Fuzz(func(t *testing.T, n uint16, value []byte) {
		if len(value) > store.MaxValue {
			return
		}
		key := keys[int(n)%len(keys)]
		changed := store.NewMemory()
		put(t, changed, all)
		put1(t, changed, key, value)
		v, err := Open(t.Context(), changed, b.vault.id)
		if err != nil {
			return
		}
		for _, id := range []*identity.Identity{b.keys, job.Identity} {
			s, err := v.Session(t.Context(), id, b.options())
			if err != nil {
				continue
			}
			for name, want := range map[string]string{"ONE": "one", "TWO": "two"} {
				if got, err := s.Get(t.Context(), Ref{"web", "prod", name}, Which{}); err == nil && got.Value.Reveal() != want {
					t.Errorf("with another record of kind %c, %s is another value", key[0], name)
				}
			}
			if leaks, err := s.Leaks(t.Context(), "web"); err == nil && (len(leaks) != 1 || leaks[0].Value.Reveal() != "leak") {
				t.Errorf("with another record of kind %c, there are %d leaks, or another one", key[0], len(leaks))
			}
		}
		report, err := v.Check(t.Context(), b.keys, b.options(), audit.Head{})
		if err == nil && len(report.Problems) == 0 && !bytes.Equal(value, all[key]) {
			t.Errorf("check finds nothing where a record of kind %c is another one", key[0])
		}
	})
}
