package vault

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// Session is one identity's door to a vault: each of its methods checks, writes down what
// is done, and does it, in one transaction. What can't be written down isn't done. It is
// safe for concurrent use until it is closed.
type Session struct {
	vault    *Vault
	identity *identity.Identity
	address  ID // under which wraps for the identity are stored
	options  Options
	checking bool // by whom reads all of the log anyway, and says what was changed in it

	mu       sync.Mutex
	state    *state // of what is committed
	appender *audit.Appender
	auditors identity.Public // to whom it seals
	keys     map[keyRef][]byte
	entries  map[int64]audit.Entry // verified, of the log up to the state's head
	newest   Newest                // by the log up to the state's head
	held     int                   // entries, and what they wrote
}

// keyRef names a generation of a shared key.
type keyRef struct {
	key        ID
	generation int
}

// Options are what a session is told of the world.
type Options struct {
	Now           func() time.Time // the clock; nil for the machine's
	Program, Host string           // who acts, as the log has it

	// Recall gives what this identity saw of the vault the last time, and Remember keeps
	// it. A vault that is older than that was put back, and is refused. Both may be nil.
	Recall   func() (Seen, error)
	Remember func(Seen) error
}

// Seen is what an identity remembers of a vault.
type Seen struct {
	Head       audit.Head `json:"head"`
	Statements []int64    `json:"statements"` // the entries before it that wrote statements
	Newest     Newest     `json:"newest"`     // the entries before it that last wrote each record
}

// Open finds the vault in a store, and makes sure that it is the one with this id.
func Open(ctx context.Context, st store.Store, id [32]byte) (*Vault, error) {
	err := st.View(ctx, func(r store.Reader) error {
		h, err := readHeader(r)
		if err == nil && h.id() != id {
			err = &IntegrityError{"vault", errors.New("it is another vault than this identity belongs to")}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return newVault(st, id), nil
}

func newVault(st store.Store, id [32]byte) *Vault {
	return &Vault{store: st, id: id, log: audit.New(id)}
}

// ID gives the vault's id, by which identities know it.
func (v *Vault) ID() [32]byte { return v.id }

// IDOf gives the id of the vault in a store. Who takes it from there trusts the store.
func IDOf(ctx context.Context, st store.Store) (id [32]byte, err error) {
	err = st.View(ctx, func(r store.Reader) error {
		h, err := readHeader(r)
		id = h.id()
		return err
	})
	return id, err
}

// ErrNoVault is what a store answers that has none.
var ErrNoVault = errors.New("there is no vault")

// header is the first record. The vault's id is its hash: it can't be changed, and it
// says who founded the vault.
type header struct {
	founder ed25519.PublicKey
	nonce   []byte
}

const headerNonce = 16

func (h header) encode() []byte {
	return slices.Concat([]byte{formatVersion}, h.founder, h.nonce)
}

func (h header) id() [32]byte { return sha256.Sum256(bind([][]byte{[]byte("id"), h.encode()})) }

func readHeader(r store.Reader) (header, error) {
	data, err := r.Get(keyOf(kindHeader))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return header{}, ErrNoVault
	case err != nil:
		return header{}, err
	}
	return decodeHeader(data)
}

func decodeHeader(data []byte) (header, error) {
	switch {
	case len(data) == 0:
		return header{}, &IntegrityError{"vault", errors.New("its header is empty")}
	case data[0] != formatVersion:
		return header{}, fmt.Errorf("the vault has format %d: this program is too old for it", data[0])
	case len(data) != 1+ed25519.PublicKeySize+headerNonce:
		return header{}, &IntegrityError{"vault", errors.New("its header is cut short")}
	}
	return header{data[1 : 1+ed25519.PublicKeySize], data[1+ed25519.PublicKeySize:]}, nil
}

// Session opens the door for an identity.
func (v *Vault) Session(ctx context.Context, id *identity.Identity, o Options) (*Session, error) {
	s := v.newSession(id, o)
	seen, err := s.recall()
	if err != nil {
		return nil, err
	}
	err = v.store.View(ctx, func(r store.Reader) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.load(r, seen)
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (v *Vault) newSession(id *identity.Identity, o Options) *Session {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Session{
		vault: v, identity: id, options: o, address: v.addressOf(id.Public()), state: &state{},
		keys: make(map[keyRef][]byte), entries: make(map[int64]audit.Entry), newest: make(Newest),
	}
}

// addressOf says under which name wraps for someone are stored. It tells nothing of them.
func (v *Vault) addressOf(p identity.Public) ID {
	sum := sha256.Sum256(bind([][]byte{[]byte("address"), v.id[:], []byte(p.String())}))
	return ID(sum[:len(ID{})])
}

// sharedKey unwraps a generation of a shared key for the session's identity. Whoever has
// no wrap of it gets an error that is [ErrNotMember].
func (s *Session) sharedKey(r store.Reader, key ID, generation int) ([]byte, error) {
	ref := keyRef{key, generation}
	if held := s.keys[ref]; held != nil {
		return held, nil
	}
	raw, err := r.Get(wrapKey(key, generation, s.address))
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotMember
	}
	if err != nil {
		return nil, err
	}
	rec, err := decodeRecord(raw)
	if err != nil {
		return nil, err
	}
	opened, err := s.identity.Unwrap(rec.body)
	if err != nil {
		return nil, &IntegrityError{"a wrapped key", err}
	}
	if len(opened) != keySize {
		return nil, &IntegrityError{"a wrapped key", errors.New("it has the wrong length")}
	}
	s.keys[ref] = opened
	return opened, nil
}

// verifiedKey is sharedKey for a key that statements vouch for.
func (s *Session) verifiedKey(r store.Reader, st *state, key ID, generation int) ([]byte, error) {
	all := st.roster.keys[key]
	if generation < 1 || generation > len(all) {
		return nil, &IntegrityError{"a shared key", errors.New("no owner made it")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	held, err := s.sharedKey(r, key, generation)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(s.vault.commitment(key, generation, held), all[generation-1].Commitment) {
		delete(s.keys, keyRef{key, generation})
		return nil, &IntegrityError{"a shared key", errors.New("it is another than its owners made")}
	}
	return held, nil
}

func (v *Vault) commitment(key ID, generation int, held []byte) []byte {
	return commit(held, []byte("commitment"), v.id[:], key[:], number32(generation))
}

// openRecord opens what was sealed for a place in the store.
func (v *Vault) openRecord(key, raw, with []byte) ([]byte, error) {
	if len(raw) < recordHeader {
		return nil, errSealed
	}
	return open(with, raw[recordHeader:], v.id[:], key, raw[:recordHeader])
}

// entry gives an entry of the log whose signature and place in it are verified.
func (s *Session) entry(r store.Reader, st *state, seq int64) (audit.Entry, error) {
	s.mu.Lock()
	e, ok := s.entries[seq]
	s.mu.Unlock()
	if ok {
		return e, nil
	}
	e, err := s.vault.log.Entry(r, seq)
	if err != nil {
		return e, err
	}
	key, ok := st.roster.key(e.Actor, seq)
	if !ok {
		return e, fmt.Errorf("entry %d of the log is by someone who was not there", seq)
	}
	if err := e.Verify(s.vault.id, key.Verifier()); err != nil {
		return e, err
	}
	if err := s.vault.log.Includes(r, st.head, e); err != nil {
		return e, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if seq >= s.state.head.Size {
		return e, nil // its transaction may fail yet, and another take its place
	}
	const most = 200_000 // entries and what they wrote: some 30 MB
	if s.held += 1 + len(e.Writes); s.held > most {
		clear(s.entries)
		s.held = 1 + len(e.Writes)
	}
	s.entries[seq] = e
	return e, nil
}

// recall gives what was seen before. It is asked for before the store is: what is seen
// meanwhile by another session would seem to be lost in there.
func (s *Session) recall() (Seen, error) {
	if s.options.Recall == nil {
		return Seen{}, nil
	}
	return s.options.Recall()
}

// remember keeps what was seen.
func (s *Session) remember() error {
	if s.options.Remember == nil {
		return nil
	}
	s.mu.Lock()
	seen := Seen{s.state.head, s.state.statements, maps.Clone(s.newest)}
	s.mu.Unlock()
	return s.options.Remember(seen)
}

// Close writes down what the session has seen, for the next one, and forgets its keys. It
// is called when nothing else of the session runs, and last.
func (s *Session) Close(ctx context.Context) error {
	err := s.look(ctx, func(*view) error { return nil })
	if err == nil {
		err = s.remember()
	}
	s.forget()
	return err
}

// forget clears the keys of a session.
func (s *Session) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys {
		clear(key)
	}
	clear(s.keys)
	if s.appender != nil {
		s.appender.Close()
		s.appender = nil
	}
}

// Self gives the name under which the vault knows the session's identity.
func (s *Session) Self() string {
	st := s.current()
	return st.names.principal(st.self)
}

// tagOf gives what stands for a value in the log: the same for equal values of a vault,
// and of no use to whoever doesn't have the roster's key.
func (s *Session) tagOf(v secret.Value) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.keys[keyRef{rosterKeyID, 1}]
	mac := hmac.New(sha256.New, commit(first, []byte("tag"), s.vault.id[:]))
	mac.Write([]byte(v.Reveal()))
	return mac.Sum(nil)[:16]
}

// appenderFor gives what writes the session's entries. It seals to the auditors of now.
func (s *Session) appenderFor(st *state) (*audit.Appender, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	newest := st.roster.keys[auditKeyID]
	if len(newest) == 0 {
		return nil, &IntegrityError{"roster", errors.New("it has no key for the log")}
	}
	to := newest[len(newest)-1].Recipient
	if s.appender != nil && s.auditors == to {
		return s.appender, nil
	}
	var err error
	s.auditors = to
	s.appender, err = s.vault.log.Appender(st.self, s.identity.Signer(), to.Age())
	return s.appender, err
}

// Problem is something that is wrong with a vault.
type Problem struct {
	What string
	Err  error
}
