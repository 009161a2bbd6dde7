package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// records gives all that is in a store.
func records(t testing.TB, st store.Store) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	err := st.View(t.Context(), func(r store.Reader) error {
		for p, err := range r.Scan(nil) {
			if err != nil {
				return err
			}
			all[string(p.Key)] = bytes.Clone(p.Value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// put makes a store hold these records and no others.
func put(t testing.TB, st store.Store, all map[string][]byte) {
	t.Helper()
	err := st.Update(t.Context(), func(tx store.Tx) error {
		for p, err := range tx.Scan(nil) {
			if err != nil {
				return err
			}
			if err := tx.Delete(p.Key); err != nil {
				return err
			}
		}
		for key, value := range all {
			if err := tx.Set([]byte(key), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// put1 puts a record into a store.
func put1(t testing.TB, st store.Store, key string, value []byte) {
	t.Helper()
	if err := st.Update(t.Context(), func(tx store.Tx) error { return tx.Set([]byte(key), value) }); err != nil {
		t.Fatal(err)
	}
}

// unsealed opens an age file.
func unsealed(t testing.TB, id *identity.Identity, from io.Reader) []byte {
	t.Helper()
	r, err := age.Decrypt(from, id.Age())
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// loot is all that identities can make of a store without asking any program: every wrap
// that they open, and every body that any of the keys opens that they find, over and over.
type loot struct {
	vault    [32]byte
	records  map[string][]byte
	openers  []*identity.Identity
	keys     map[string]bool
	plain    map[string]bool
	openings int             // successful
	tried    map[string]bool // wraps, with identities
	log      *audit.Opener   // with as many of the openers as
	auditors int
}

func lootOf(t testing.TB, vault [32]byte, all map[string][]byte, ids ...*identity.Identity) *loot {
	t.Helper()
	l := &loot{vault: vault, records: all, openers: ids, keys: make(map[string]bool), plain: make(map[string]bool), tried: make(map[string]bool)}
	for before := -1; before != len(l.plain)+len(l.keys); {
		before = len(l.plain) + len(l.keys)
		for key, raw := range all {
			l.try([]byte(key), raw)
		}
	}
	return l
}

// has tells whether a text is in the clear, in the store or in what was opened.
func (l *loot) has(text string) bool {
	for key, raw := range l.records {
		if strings.Contains(key, text) || bytes.Contains(raw, []byte(text)) {
			return true
		}
	}
	for plain := range l.plain {
		if strings.Contains(plain, text) {
			return true
		}
	}
	return false
}

func (l *loot) gain(plain []byte) {
	l.openings++
	l.plain[string(plain)] = true
	if len(plain) == keySize && !l.keys[string(plain)] {
		l.keys[string(plain)] = true
		// The auditors' key is the seed of an identity.
		if id, err := identity.FromSeed(plain); err == nil {
			l.openers = append(l.openers, id)
		}
	}
}

func (l *loot) unwrap(sealed []byte) {
	for _, id := range l.openers {
		at := string(sealed) + id.Public().String()
		if l.tried[at] {
			continue
		}
		l.tried[at] = true
		if plain, err := id.Unwrap(sealed); err == nil {
			l.gain(plain)
		}
	}
}

// open tries every key.
func (l *loot) open(sealed []byte, binding ...[]byte) {
	for key := range l.keys {
		if plain, err := open([]byte(key), sealed, binding...); err == nil {
			l.gain(plain)
		}
	}
}

func (l *loot) try(key, raw []byte) {
	switch {
	case key[0] == logKind && key[1] == 's':
		if at := bytes.Index(raw, []byte("age-encryption.org")); at >= 0 {
			l.unwrap(raw[at:])
		}
		return
	case key[0] == logKind:
		if key[1] == 'e' {
			l.tryEntry(raw)
		}
		return
	case len(raw) < recordHeader:
		return
	}
	body := raw[recordHeader:]
	if bytes.HasPrefix(body, []byte("age-encryption.org")) {
		l.unwrap(body)
	}
	l.open(body, l.vault[:], key, raw[:recordHeader])
	if len(body) > commitmentSize {
		l.open(body[commitmentSize:], l.vault[:], key, raw[:recordHeader])
	}
	if wrapped, sealed, err := splitLeak(body); err == nil && key[0] == kindLeak {
		l.unwrap(wrapped)
		l.open(sealed, l.vault[:], key, raw[:recordHeader])
	}
	if key[0] == kindKeys {
		var keys secretKeys
		if json.Unmarshal(body, &keys) != nil {
			return
		}
		for generation := range 8 {
			l.open(keys.Key, l.vault[:], key, []byte("key"), number32(generation))
		}
		for n, sealed := range keys.Versions {
			l.open(sealed, l.vault[:], key, []byte("version"), number32(n))
		}
	}
	if key[0] == kindStatement {
		for plain := range l.plain {
			l.tryStatement(plain)
		}
	}
}

// tryStatement opens the labels in what may be a statement.
func (l *loot) tryStatement(plain string) {
	st, err := decodeStatement([]byte(plain))
	switch {
	case err != nil:
	case st.Found != nil:
		l.open(st.Found.Label.Sealed, l.vault[:], []byte("label"), st.Found.ID[:])
	case st.Add != nil:
		l.open(st.Add.Label.Sealed, l.vault[:], []byte("label"), st.Add.ID[:])
	case st.Scope != nil:
		l.open(st.Scope.Label.Sealed, l.vault[:], []byte("label"), st.Scope.ID[:])
	case st.Grant != nil:
		l.unwrap(st.Grant.Machine)
	}
}

// tryEntry opens the act of an entry of the log: as package audit seals it.
func (l *loot) tryEntry(raw []byte) {
	if l.auditors != len(l.openers) {
		l.auditors = len(l.openers)
		var ids []age.Identity
		for _, id := range l.openers {
			ids = append(ids, id.Age())
		}
		l.log = audit.New(l.vault).Opener(ids...)
	}
	seq := int64(binary.BigEndian.Uint64(raw[1:]))
	if e, err := audit.New(l.vault).Entry(fixed(l.records), seq); err == nil && l.log != nil {
		if act, err := l.log.Open(fixed(l.records), e); err == nil {
			l.gain(encodeJSON(act))
		}
	}
}

// fixed reads records by key.
type fixed map[string][]byte

func (f fixed) Get(key []byte) ([]byte, error) {
	if value, ok := f[string(key)]; ok {
		return value, nil
	}
	return nil, store.ErrNotFound
}

func (f fixed) Scan([]byte) iter.Seq2[store.Pair, error] { panic("not needed") }

// forger is someone who writes to the store as they like, and has keys to sign with.
type forger struct {
	b     *bench
	actor ID
	keys  *identity.Identity
}

func (b *bench) forger(s *Session, keys *identity.Identity) *forger {
	return &forger{b, s.state.self, keys}
}

// sign appends an entry that vouches for records, and stores them; nil deletes one.
func (f *forger) sign(all map[string][]byte) {
	f.b.t.Helper()
	err := f.b.store.Update(f.b.t.Context(), func(tx store.Tx) error {
		by, err := f.b.vault.log.Appender(f.actor, f.keys.Signer(), f.keys.Public().Age())
		if err != nil {
			return err
		}
		var writes []audit.Write
		for key, value := range all {
			w := audit.Write{Key: []byte(key), Deleted: value == nil}
			if value != nil {
				w.Hash = audit.HashOf(value)
			}
			writes = append(writes, w)
			if value == nil {
				err = tx.Delete([]byte(key))
			} else {
				err = tx.Set([]byte(key), value)
			}
			if err != nil {
				return err
			}
		}
		_, err = by.Append(tx, audit.Act{Verb: "set", Allowed: true}, writes)
		return err
	})
	if err != nil {
		f.b.t.Fatal(err)
	}
}

// next is the number of the entry that comes next.
func (f *forger) next() int64 {
	var size int64
	_ = f.b.store.View(f.b.t.Context(), func(r store.Reader) error {
		h, err := f.b.vault.log.Head(r)
		size = h.Size
		return err
	})
	return size
}

// statement seals a statement as the program does, with the roster's key of a session.
func (f *forger) statement(s *Session, number int, st statement) (key string, raw []byte) {
	place := statementKey(number)
	rec := record{seq: f.next(), generation: s.state.roster.generation(rosterKeyID)}
	with := s.keys[keyRef{rosterKeyID, rec.generation}]
	for with == nil { // one that was used already
		rec.generation--
		with = s.keys[keyRef{rosterKeyID, rec.generation}]
	}
	rec.body = seal(with, st.encode(), f.b.vault.id[:], place, rec.encode())
	return string(place), rec.encode()
}

// keysOf gives the store's keys of a kind, in order.
func keysOf(all map[string][]byte, kind byte) []string {
	var keys []string
	for key := range all {
		if key[0] == kind {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// busyStore is a store in which something happens after each View.
type busyStore struct {
	store.Store
	after func()
}

func (b *busyStore) View(ctx context.Context, read func(store.Reader) error) error {
	err := b.Store.View(ctx, read)
	if b.after != nil {
		b.after()
	}
	return err
}
