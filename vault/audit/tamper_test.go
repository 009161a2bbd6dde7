package audit_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

func numberKey(kind byte, n int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{'a', kind}, uint64(n))
}

// tampering changes the store as someone can who has no keys.
func (f *fixture) tampering(t tb, change func(tx store.Tx) error) {
	t.Helper()
	if err := f.store.Update(t.Context(), change); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) get(t tb, key []byte) (value []byte) {
	t.Helper()
	f.view(t, func(r store.Reader) (err error) {
		value, err = r.Get(key)
		return err
	})
	return slices.Clone(value)
}

func (f *fixture) set(t tb, key, value []byte) {
	t.Helper()
	f.tampering(t, func(tx store.Tx) error { return tx.Set(key, value) })
}

// entries gives all entries as they are stored.
func (f *fixture) entries(t tb) (entries [][]byte) {
	t.Helper()
	f.view(t, func(r store.Reader) error {
		for pair, err := range r.Scan([]byte("ae")) {
			if err != nil {
				return err
			}
			entries = append(entries, pair.Value)
		}
		return nil
	})
	return entries
}

// rebuild makes the log one of these entries, with right hashes and the right size.
func (f *fixture) rebuild(t tb, entries [][]byte) {
	t.Helper()
	f.tampering(t, func(tx store.Tx) error {
		for _, prefix := range []string{"ae", "ah"} {
			for pair, err := range tx.Scan([]byte(prefix)) {
				if err != nil {
					return err
				}
				if err := tx.Delete(pair.Key); err != nil {
					return err
				}
			}
		}
		var tree []tlog.Hash
		for seq, entry := range entries {
			hashes, err := tlog.StoredHashes(int64(seq), entry, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
				var out []tlog.Hash
				for _, i := range indexes {
					out = append(out, tree[i])
				}
				return out, nil
			}))
			if err != nil {
				return err
			}
			tree = append(tree, hashes...)
			if err := tx.Set(numberKey('e', int64(seq)), entry); err != nil {
				return err
			}
		}
		for i, h := range tree {
			if err := tx.Set(numberKey('h', int64(i)), h[:]); err != nil {
				return err
			}
		}
		return tx.Set([]byte("an"), binary.BigEndian.AppendUint64([]byte{1}, uint64(len(entries))))
	})
}

// refused gives the entries that a reader of single entries doesn't accept.
func (f *fixture) refused(t tb, n int) (refused []int64) {
	t.Helper()
	f.view(t, func(r store.Reader) error {
		h, headErr := f.log.Head(r)
		for seq := range int64(n) {
			if _, err := r.Get(numberKey('e', seq)); errors.Is(err, store.ErrNotFound) {
				continue
			}
			e, err := f.log.Entry(r, seq)
			if errors.Is(err, store.ErrNotFound) {
				t.Errorf("entry %d: %v", seq, err)
			}
			if err != nil || headErr != nil || f.verify(e) != nil || f.log.Includes(r, h, e) != nil {
				refused = append(refused, seq)
			}
		}
		return nil
	})
	return refused
}

// consistent tells what comparing with a kept head finds.
func (f *fixture) consistent(t tb, kept audit.Head) (found string) {
	t.Helper()
	f.view(t, func(r store.Reader) error {
		now, err := f.log.Head(r)
		if err == nil {
			err = f.log.Consistent(r, kept, now)
		}
		var rolledBack *audit.RolledBackError
		var forked *audit.ForkedError
		switch {
		case errors.As(err, &rolledBack):
			found = "rolled back"
		case errors.As(err, &forked):
			found = "forked"
		case err != nil:
			found = "unreadable"
		}
		return nil
	})
	return found
}

// TestTampering shows what is found of a log of nine entries, by whom: by a walk, by a
// reader of single entries, against a head that was kept.
func TestTampering(t *testing.T) {
	const n = 9
	edit := func(f *fixture, t tb, key []byte) {
		value := f.get(t, key)
		value[len(value)/2] ^= 1
		f.set(t, key, value)
	}
	tests := []struct {
		name       string
		tamper     func(f *fixture, t tb)
		walk       []int64 // the sequences at which a walk has a problem
		refused    []int64 // the entries that a reader refuses
		consistent string
	}{
		{"nothing", func(f *fixture, t tb) {}, nil, nil, ""},
		{"an entry edited", func(f *fixture, t tb) { edit(f, t, numberKey('e', 4)) },
			[]int64{4}, []int64{4}, ""},
		{"an entry edited, hashes fitted", func(f *fixture, t tb) {
			edit(f, t, numberKey('e', 4))
			f.rebuild(t, f.entries(t))
		}, []int64{4, 5, 6, 7, 8}, []int64{4, 5, 6, 7, 8}, "forked"},
		{"two entries swapped", func(f *fixture, t tb) {
			a, b := f.get(t, numberKey('e', 3)), f.get(t, numberKey('e', 4))
			f.set(t, numberKey('e', 3), b)
			f.set(t, numberKey('e', 4), a)
		}, []int64{3, 4}, []int64{3, 4}, ""},
		{"two entries swapped, hashes fitted", func(f *fixture, t tb) {
			entries := f.entries(t)
			entries[3], entries[4] = entries[4], entries[3]
			f.rebuild(t, entries)
		}, []int64{3, 4, 5, 6, 7, 8}, []int64{3, 4, 5, 6, 7, 8}, "forked"},
		{"an entry removed", func(f *fixture, t tb) {
			f.tampering(t, func(tx store.Tx) error { return tx.Delete(numberKey('e', 4)) })
		}, []int64{4}, nil, ""},
		{"an entry removed, the others moved up, hashes fitted", func(f *fixture, t tb) {
			f.rebuild(t, slices.Delete(f.entries(t), 4, 5))
		}, []int64{4, 5, 6, 7}, []int64{4, 5, 6, 7}, "rolled back"},
		{"an entry inserted a second time, hashes fitted", func(f *fixture, t tb) {
			entries := f.entries(t)
			f.rebuild(t, slices.Insert(entries, 4, entries[2]))
		}, []int64{4, 5, 6, 7, 8, 9}, []int64{4, 5, 6, 7, 8, 9}, "forked"},
		{"the end removed, and no more", func(f *fixture, t tb) {
			f.tampering(t, func(tx store.Tx) error { return tx.Delete(numberKey('e', n-1)) })
		}, []int64{n - 1}, nil, ""},
		{"the size lowered", func(f *fixture, t tb) {
			f.set(t, []byte("an"), binary.BigEndian.AppendUint64([]byte{1}, 6))
		}, []int64{6}, []int64{6, 7, 8}, "rolled back"},
		{"the size removed", func(f *fixture, t tb) {
			f.tampering(t, func(tx store.Tx) error { return tx.Delete([]byte("an")) })
		}, []int64{0}, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8}, "rolled back"},
		{"the size raised", func(f *fixture, t tb) {
			f.set(t, []byte("an"), binary.BigEndian.AppendUint64([]byte{1}, 10))
		}, []int64{n, n + 1}, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8}, "unreadable"},
		{"the size raised beyond all bounds", func(f *fixture, t tb) {
			f.set(t, []byte("an"), binary.BigEndian.AppendUint64([]byte{1}, 1<<40))
		}, []int64{n, 1 << 40}, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8}, "unreadable"},
		{"a leaf's hash edited", func(f *fixture, t tb) {
			edit(f, t, numberKey('h', tlog.StoredHashIndex(0, 4)))
		}, []int64{4}, []int64{5}, ""},
		{"a hash of four leaves edited", func(f *fixture, t tb) {
			edit(f, t, numberKey('h', tlog.StoredHashIndex(2, 1)))
		}, []int64{7}, []int64{0, 1, 2, 3, 4}, ""},
		{"the hash of the first eight edited", func(f *fixture, t tb) {
			edit(f, t, numberKey('h', tlog.StoredHashIndex(3, 0)))
		}, []int64{7}, []int64{0, 1, 2, 3, 4, 5, 6, 7, 8}, "forked"},
		{"a hash removed", func(f *fixture, t tb) {
			f.tampering(t, func(tx store.Tx) error { return tx.Delete(numberKey('h', tlog.StoredHashIndex(0, 4))) })
		}, []int64{4}, []int64{5}, ""},
		{"a session edited", func(f *fixture, t tb) { edit(f, t, sessionKey(f, t, 1)) },
			[]int64{1, 3, 5, 7}, nil, ""},
		{"a session replaced by another actor's", func(f *fixture, t tb) {
			f.set(t, sessionKey(f, t, 1), f.get(t, sessionKey(f, t, 0)))
		}, []int64{1, 3, 5, 7}, nil, ""},
		{"entries and hashes beyond the end", func(f *fixture, t tb) {
			for _, key := range [][]byte{numberKey('e', n+1), numberKey('e', -1), []byte("ae"), numberKey('h', 1000), numberKey('h', -1), []byte("ah\x00")} {
				f.set(t, key, f.get(t, numberKey('e', 0)))
			}
		}, []int64{n}, []int64{n + 1}, ""},
		{"cut off cleanly", func(f *fixture, t tb) { f.rebuild(t, f.entries(t)[:6]) },
			nil, nil, "rolled back"},
		{"cut off cleanly and continued", func(f *fixture, t tb) {
			f.rebuild(t, f.entries(t)[:6])
			f.fill(t, 4)
		}, nil, nil, "forked"},
		{"continued honestly", func(f *fixture, t tb) { f.fill(t, 4) },
			nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, 2)
			f.fill(t, n)
			kept := f.head(t)
			tt.tamper(f, t)
			_, _, problems := f.walk(t, 0)
			if diff := cmp.Diff(tt.walk, slices.Sorted(maps.Keys(problems))); diff != "" {
				t.Errorf("a walk's problems (-want +got):\n%s%v", diff, problems)
			}
			if diff := cmp.Diff(tt.refused, f.refused(t, n+4)); diff != "" {
				t.Errorf("refused entries (-want +got):\n%s", diff)
			}
			if got := f.consistent(t, kept); got != tt.consistent {
				t.Errorf("against the kept head: %q, want %q", got, tt.consistent)
			}
		})
	}
}

// sessionKey is where the session of an entry is stored.
func sessionKey(f *fixture, t tb, seq int64) []byte {
	session := f.entry(t, seq).Session
	return append([]byte("as"), session[:]...)
}

// TestEveryByte shows that an entry doesn't survive the change of any bit of it.
func TestEveryByte(t *testing.T) {
	f := newFixture(t, 1)
	f.fill(t, 3)
	key := numberKey('e', 1)
	entry := f.get(t, key)
	if len(entry) < 300 {
		t.Fatalf("an entry of %d bytes", len(entry))
	}
	for i := range entry {
		changed := bytes.Clone(entry)
		changed[i] ^= 1 << (i % 8)
		f.set(t, key, changed)
		if _, right, problems := f.walk(t, 0); !slices.Equal(right, []int64{0, 2}) || len(problems) != 1 || problems[1] == nil {
			t.Fatalf("byte %d changed: right are %v, problems %v", i, right, problems)
		}
		if refused := f.refused(t, 3); !slices.Equal(refused, []int64{1}) {
			t.Fatalf("byte %d changed: refused are %v", i, refused)
		}
	}
	for _, changed := range [][]byte{nil, entry[:len(entry)-1], append(bytes.Clone(entry), 0)} {
		f.set(t, key, changed)
		if refused := f.refused(t, 3); !slices.Equal(refused, []int64{1}) {
			t.Fatalf("an entry of %d bytes instead of %d: refused are %v", len(changed), len(entry), refused)
		}
	}
}

// TestInsider shows that a member can't pass off the log before its own entry as
// another one: who signs again what it signed before is found by what others signed.
func TestInsider(t *testing.T) {
	f := newFixture(t, 2)
	f.fill(t, 9)
	// Actor 2 writes its entry 5 once more, in a copy of the log that ends there.
	entries := f.entries(t)
	f.rebuild(t, entries[:5])
	f.fill(t, 1)
	f.rebuild(t, append(f.entries(t), entries[6:]...))
	_, right, problems := f.walk(t, 0)
	if diff := cmp.Diff([]int64{0, 1, 2, 3, 4, 5}, right); diff != "" || len(problems) != 3 {
		t.Errorf("right entries (-want +got):\n%s\nproblems: %v", diff, problems)
	}
	if diff := cmp.Diff([]int64{6, 7, 8}, f.refused(t, 9)); diff != "" {
		t.Errorf("refused entries (-want +got):\n%s", diff)
	}
}

// TestImpossibleHeads shows that a head that no log has is refused, and in no time.
func TestImpossibleHeads(t *testing.T) {
	f := newFixture(t, 1)
	f.fill(t, 3)
	h, e := f.head(t), f.entry(t, 1)
	f.view(t, func(r store.Reader) error {
		for _, size := range []int64{-1, 1<<40 + 1, 1<<63 - 1} {
			bad := audit.Head{Size: size, Root: h.Root}
			if f.log.Consistent(r, h, bad) == nil || f.log.Consistent(r, bad, h) == nil || f.log.Includes(r, bad, e) == nil {
				t.Errorf("a head of %d entries was accepted", size)
			}
		}
		return nil
	})
}

// TestSessionLost shows that an entry counts, though no auditor can read it any more.
func TestSessionLost(t *testing.T) {
	f := newFixture(t, 2)
	f.fill(t, 4)
	key := sessionKey(f, t, 1)
	f.tampering(t, func(tx store.Tx) error { return tx.Delete(key) })
	_, right, problems := f.walk(t, 0)
	if diff := cmp.Diff([]int64{0, 1, 2, 3}, right); diff != "" || len(problems) != 2 {
		t.Errorf("right entries (-want +got):\n%s\nproblems: %v", diff, problems)
	}
	e := f.entry(t, 3)
	f.view(t, func(r store.Reader) error {
		if _, err := f.log.Opener(f.auditor).Open(r, e); err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("opened with %v", err)
		}
		return nil
	})
}

// TestWrites reads the writes from each entry of a log to its end, and has one changed, among
// those or before.
func TestWrites(t *testing.T) {
	const n = 11
	f := newFixture(t, 2)
	f.fill(t, n)
	h := f.head(t)
	read := func(from int64) (keys int, err error) {
		f.view(t, func(r store.Reader) error {
			err = f.log.Writes(r, from, h, func(seq int64, w audit.Write) {
				if key, _ := record(int(seq)); bytes.Equal(w.Key, key) {
					keys++
				}
			})
			return nil
		})
		return keys, err
	}
	for changed := int64(-1); changed < n; changed++ {
		var before []byte
		if changed >= 0 {
			before = f.get(t, audit.EntryKey(changed))
			edited := slices.Clone(before)
			edited[len(edited)-1] ^= 1
			f.set(t, audit.EntryKey(changed), edited)
		}
		for from := int64(0); from <= n; from++ {
			keys, err := read(from)
			if inIt := changed >= from; errors.Is(err, audit.ErrChanged) != inIt || !inIt && (err != nil || keys != int(n-from)) {
				t.Errorf("entry %d changed, from entry %d: %d keys, %v", changed, from, keys, err)
			}
		}
		if changed >= 0 {
			f.set(t, audit.EntryKey(changed), before)
		}
	}
}
