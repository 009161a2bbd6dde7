package vault

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/secretsweep/secretsweep/vault/audit"
)

// TestTamper is the table of what is found by what, where somebody without keys changes
// the store:
//
//   - reading: a new session, which reads every value, gets an error;
//   - check: [Vault.Check] names it, with nothing but the identity;
//   - seen: an identity that remembers what it saw refuses the vault;
//   - checkpoint: check names it only with a head that was kept elsewhere.
//
// What reading doesn't find, it doesn't take for something else either: it has the true
// value or, where the whole store was put back, one that was true once.
func TestTamper(t *testing.T) {
	const (
		reading = 1 << iota
		check
		seen
		checkpoint
	)
	for _, c := range []struct {
		what   string
		change func(*tampering)
		found  int
	}{
		{"nothing", func(*tampering) {}, 0},

		{"header edited", flip(kindHeader), reading | check | seen},
		{"statement edited", flip(kindStatement), reading | check},
		{"wrap edited", flip(kindWrap), reading | check},
		{"scope edited", flip(kindScope), reading | check},
		{"name edited", flip(kindName), reading | check},
		{"keys edited", flip(kindKeys), reading | check},
		{"head edited", flip(kindHead), reading | check},
		{"value edited", flip(kindVersion), reading | check},
		{"leak edited", flip(kindLeak), reading | check},

		{"statements swapped", swapFirst(kindStatement), reading | check},
		{"policy put back", func(t *tampering) { t.now[t.policies[1]] = t.now[t.policies[0]] }, reading | check},
		{"policy deleted", func(t *tampering) { delete(t.now, t.policies[1]) }, reading | check},
		{"wraps swapped", swapFirst(kindWrap), reading | check},
		{"names swapped", swapFirst(kindName), reading | check},
		{"keys swapped", swapFirst(kindKeys), reading | check},
		{"heads swapped", swapFirst(kindHead), reading | check},
		{"values swapped", swapFirst(kindVersion), reading | check},
		{"leaks swapped", swapFirst(kindLeak), reading | check},

		{"header deleted", lose(kindHeader), reading | check | seen},
		{"statement deleted", lose(kindStatement), reading | check},
		{"wrap deleted", lose(kindWrap), reading | check},
		{"scope deleted", lose(kindScope), reading | check},
		{"name deleted", lose(kindName), reading | check},
		{"keys deleted", lose(kindKeys), reading | check},
		{"head deleted", lose(kindHead), reading | check},
		{"value deleted", lose(kindVersion), reading | check},
		{"leaks deleted", lose(kindLeak), reading | check},
		{"last event of a leak deleted", func(t *tampering) { t.putBack(t.earlier, kindLeak) }, reading | check},

		{"unknown record inserted", func(t *tampering) { t.now["zz"] = []byte("x") }, check},
		{"secret inserted", insertSecret, check},
		{"event moved to another leak", moveLeak(1 + 16), check},
		{"event moved to another project", moveLeak(1), check},
		{"event moved to another entry", moveLeak(1 + 16 + 16), check},
		{"statement inserted", func(t *tampering) { t.now[string(statementKey(99))] = t.now[string(statementKey(1))] }, check},

		{"head put back", putBack(kindHead), reading | check},
		{"keys put back", putBack(kindKeys), reading | check},
		{"scope put back", putBack(kindScope), reading | check},
		{"head and keys put back", putBack(kindHead, kindKeys), reading | check},
		{"all of a scope put back", putBack(kindScope, kindName, kindKeys, kindHead, kindVersion), reading | check},
		{"all secrets of a scope deleted", func(t *tampering) {
			for _, kind := range []byte{kindName, kindKeys, kindHead, kindVersion} {
				lose(kind)(t)
			}
		}, reading | check},
		{"all of a scope put back to before it was re-keyed", func(t *tampering) {
			t.putBack(t.earlier, kindScope, kindName, kindKeys, kindHead, kindVersion)
		}, reading | check},
		{"statements put back", func(t *tampering) { t.putBack(t.earlier, kindStatement) }, reading | check},

		{"first entry of the log edited", editEntry(0), reading | check},
		{"last entry of the log edited", editEntry(-1), reading | check},
		{"entries of the log swapped", func(t *tampering) {
			entries := t.entries()
			entries[3], entries[4] = entries[4], entries[3]
			t.rebuild(entries)
		}, reading | check | seen},
		{"entry of the log deleted", func(t *tampering) {
			t.rebuild(slices.Delete(t.entries(), 3, 4))
		}, reading | check | seen},
		{"entry of the log inserted", func(t *tampering) {
			entries := t.entries()
			t.rebuild(slices.Insert(entries, 3, entries[2]))
		}, reading | check | seen},
		{"entry of the log appended", func(t *tampering) {
			entries := t.entries()
			t.rebuild(append(entries, entries[2]))
		}, reading | check},
		{"hash of the log edited", func(t *tampering) { t.flip("ah" + string(binary.BigEndian.AppendUint64(nil, 0))) }, check},
		{"end of the log cut off", func(t *tampering) {
			entries := t.entries()
			t.rebuild(entries[:len(entries)-1])
		}, reading | check | seen},
		{"readings at the end of the log cut off", func(t *tampering) {
			entries := t.entries()
			t.rebuild(entries[:len(entries)-1])
			for _, key := range keysOf(t.now, logKind) { // a session that began with it
				if t.before[key] == nil && key[1] == 's' {
					delete(t.now, key)
				}
			}
		}, seen | checkpoint},
		{"all put back", func(t *tampering) { t.now = maps.Clone(t.before) }, seen | checkpoint},
		{"all put back to before someone was retired", func(t *tampering) { t.now = maps.Clone(t.earlier) }, seen | checkpoint},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := newBench(t)
			b.set("prod", "ONE", "one")
			b.set("prod", "TWO", "two")
			tt := &tampering{t: t, b: b}
			b.person("gone", Reader, "web/prod")
			for _, text := range []string{`"first"`, `"second"`} {
				b.must(b.owner.SetPolicy(t.Context(), []byte(text)))
				statements := keysOf(records(t, b.store), kindStatement)
				tt.policies = append(tt.policies, statements[len(statements)-1])
			}
			if err := b.report(b.owner, leakOfWeb("leak", LeakEvent{Kind: Found}), leakOfWeb("other", LeakEvent{Kind: Found})); err != nil {
				t.Fatal(err)
			}
			tt.earlier = records(t, b.store)
			if err := b.owner.Retire(t.Context(), "gone"); err != nil {
				t.Fatal(err)
			}
			if err := b.report(b.owner, leakOfWeb("leak", LeakEvent{Kind: RevokeOnly})); err != nil {
				t.Fatal(err)
			}
			b.set("prod", "ONE", "one, once")
			tt.before = records(t, b.store)
			b.set("prod", "ONE", "one, now")
			last := b.session(b.keys)
			if c.what != "end of the log cut off" {
				get(t, last, Ref{"web", "prod", "ONE"}, Which{})
			}
			kept := Seen{}
			o := b.options()
			o.Remember = func(s Seen) error { kept = s; return nil }
			if s, err := b.vault.Session(t.Context(), b.keys, o); err != nil || s.Close(t.Context()) != nil {
				t.Fatal(err)
			}
			tt.now = records(t, b.store)
			c.change(tt)
			put(t, b.store, tt.now)

			got := 0
			if tt.read(Seen{}) != nil {
				got |= reading
			}
			if _, err := tt.session(kept); err != nil && tt.refusesOnlyWith(kept) {
				got |= seen
			}
			if tt.check(audit.Head{}) {
				got |= check
			} else if tt.check(kept.Head) {
				got |= checkpoint
			}
			if got != c.found {
				t.Errorf("found by %s; want %s", tamperText(got), tamperText(c.found))
			}
		})
	}
}

func tamperText(found int) []string {
	var all []string
	for i, name := range []string{"reading", "check", "seen", "checkpoint"} {
		if found>>i&1 == 1 {
			all = append(all, name)
		}
	}
	return all
}

// tampering is a store in somebody's hands.
type tampering struct {
	t               *testing.T
	b               *bench
	earlier, before map[string][]byte // copies of the store
	now             map[string][]byte
	policies        []string // the keys of the statements that set them
}

func (t *tampering) session(seen Seen) (*Session, error) {
	o := t.b.options()
	o.Recall = func() (Seen, error) { return seen, nil }
	v, err := Open(t.t.Context(), t.b.store, t.b.vault.id)
	if err != nil {
		return nil, err
	}
	return v.Session(t.t.Context(), t.b.keys, o)
}

// refusesOnlyWith tells whether it is what was seen that a session is refused for, or the
// vault's id, which an identity keeps too.
func (t *tampering) refusesOnlyWith(seen Seen) bool {
	_, err := t.session(seen)
	var wrong *IntegrityError
	return rolledBack(err) || errors.Is(err, ErrNoVault) || errors.As(err, &wrong) && wrong.What == "vault"
}

// read reads all values. Each is the true one, or one that was.
func (t *tampering) read(seen Seen) error {
	s, err := t.session(seen)
	if err != nil {
		return err
	}
	var all error
	for name, values := range map[string][]string{"ONE": {"one", "one, once", "one, now"}, "TWO": {"two"}} {
		got, err := s.Get(t.t.Context(), Ref{"web", "prod", name}, Which{})
		if err != nil {
			all = err
		} else if !slices.Contains(values, got.Value.Reveal()) {
			t.t.Errorf("%s has a value that it never had", name)
		}
	}
	if got := policy(t.t, s); got != `"second"` {
		t.t.Errorf("the policy is %s", got)
	}
	leaks, err := s.Leaks(t.t.Context(), "web")
	for _, l := range leaks {
		if value := l.Value.Reveal(); value != "leak" && value != "other" {
			t.t.Errorf("there is a leak that there never was")
		}
	}
	return cmp.Or(all, err)
}

func (t *tampering) check(seen audit.Head) bool {
	put(t.t, t.b.store, t.now) // without what reading has added to the log
	r, err := t.b.vault.Check(t.t.Context(), t.b.keys, t.b.options(), seen)
	return err != nil || len(r.Problems) > 0
}

func (t *tampering) flip(key string) {
	value := bytes.Clone(t.now[key])
	value[len(value)-1] ^= 1
	t.now[key] = value
}

// first gives the keys of a kind that matter for the values read.
func (t *tampering) first(kind byte) []string {
	keys := keysOf(t.now, kind)
	switch kind {
	case kindScope, kindName, kindKeys, kindHead, kindVersion:
		prod := scopeNamed(t.b.owner, "web", "prod")
		keys = slices.DeleteFunc(keys, func(key string) bool { return key[1:17] != string(prod[:]) })
	case kindWrap:
		// Of keys that a session has to open.
		keys = slices.DeleteFunc(keys, func(key string) bool { return key[1:7] != "roster" && key[1:8] != "members" })
	}
	if len(keys) == 0 {
		t.t.Fatalf("no record of kind %c", kind)
	}
	return keys
}

func flip(kind byte) func(*tampering) {
	return func(t *tampering) {
		for _, key := range t.first(kind) {
			t.flip(key)
		}
	}
}

func lose(kind byte) func(*tampering) {
	return func(t *tampering) {
		for _, key := range t.first(kind) {
			delete(t.now, key)
		}
	}
}

func swapFirst(kind byte) func(*tampering) {
	return func(t *tampering) {
		keys := t.first(kind)
		a, b := keys[0], keys[len(keys)-1]
		t.now[a], t.now[b] = t.now[b], t.now[a]
	}
}

func putBack(kinds ...byte) func(*tampering) {
	return func(t *tampering) { t.putBack(t.before, kinds...) }
}

// putBack puts back what a copy has, and takes away what it hasn't.
func (t *tampering) putBack(from map[string][]byte, kinds ...byte) {
	for _, kind := range kinds {
		for _, key := range keysOf(t.now, kind) {
			delete(t.now, key)
		}
		for _, key := range keysOf(from, kind) {
			t.now[key] = from[key]
		}
	}
}

// insertSecret copies a secret to another ID.
func insertSecret(t *tampering) {
	other := newID()
	for _, kind := range []byte{kindKeys, kindVersion} {
		key := []byte(t.first(kind)[0])
		value := t.now[string(key)]
		copy(key[17:33], other[:])
		t.now[string(key)] = value
	}
}

// moveLeak copies an event of a leak to where its key differs from the one that it has.
func moveLeak(at int) func(*tampering) {
	return func(t *tampering) {
		key := []byte(t.first(kindLeak)[0])
		value := t.now[string(key)]
		key[at] ^= 1
		t.now[string(key)] = value
	}
}

func editEntry(n int) func(*tampering) {
	return func(t *tampering) {
		keys := slices.DeleteFunc(keysOf(t.now, logKind), func(key string) bool { return key[1] != 'e' })
		if n < 0 {
			n += len(keys)
		}
		t.flip(keys[n])
	}
}

func (t *tampering) entries() (all [][]byte) {
	for _, key := range keysOf(t.now, logKind) {
		if key[1] == 'e' {
			all = append(all, t.now[key])
		}
	}
	return all
}

// rebuild makes the log one of these entries, with right hashes and the right size.
func (t *tampering) rebuild(entries [][]byte) {
	for _, key := range keysOf(t.now, logKind) {
		if key[1] != 's' {
			delete(t.now, key)
		}
	}
	var tree []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, tree[i])
		}
		return out, nil
	})
	for seq, entry := range entries {
		hashes, err := tlog.StoredHashes(int64(seq), entry, read)
		if err != nil {
			t.t.Fatal(err)
		}
		tree = append(tree, hashes...)
		t.now[string(audit.EntryKey(int64(seq)))] = entry
	}
	for i, h := range tree {
		t.now["ah"+string(binary.BigEndian.AppendUint64(nil, uint64(i)))] = bytes.Clone(h[:])
	}
	t.now["an"] = binary.BigEndian.AppendUint64([]byte{1}, uint64(len(entries)))
}
