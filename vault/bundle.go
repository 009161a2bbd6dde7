package vault

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// A bundle is the part of a vault that one token may read, as it was at one moment: the
// statements, the secrets' current versions and those in their grace, and the entries of
// the log that vouch for them. It is signed by who made it, and sealed to the token. With
// it the token's holder needs no vault. What is read from it is in no log.

// bundleMagic begins a bundle, within its encryption; the header follows as JSON with its
// length (32 bits), then records as pairs, then the maker's signature of all that.
const bundleMagic = "secretsweep bundle 1\n"

// bundleHeader says whose and for whom a bundle is.
type bundleHeader struct {
	Vault      []byte     `json:"vault"`
	Maker      ID         `json:"maker"`
	Created    time.Time  `json:"created"`
	Expires    time.Time  `json:"expires"`
	Head       audit.Head `json:"head"`
	Statements []int64    `json:"statements"`
}

func decodeBundleHeader(data []byte) (bundleHeader, error) {
	var h bundleHeader
	if err := decodeJSON(data, &h); err != nil {
		return h, err
	}
	inOrder := slices.IsSortedFunc(h.Statements, func(a, b int64) int { return cmp.Or(cmp.Compare(a, b), -1) })
	if len(h.Vault) != 32 || h.Expires.IsZero() || h.Head.Size < 1 || !inOrder {
		return h, errors.New("a bundle that lacks what it must say")
	}
	return h, nil
}

// maxBundle is the size in bytes that a bundle may have, opened.
const maxBundle = 256 << 20

// bundledUntil begins what the log says of a bundle: when it expires.
const bundledUntil = "until "

// ErrBundle is what is answered to an act that a bundle is no vault enough for.
var ErrBundle = errors.New("a bundle can only be read from")

// Bundle writes a bundle for a token's holder, named as the token is. It lasts until a
// time. It takes an owner of what the token reads: with the vault at hand it can be told who
// has the right to write what a bundle has, and the token has to take its maker's word.
func (s *Session) Bundle(ctx context.Context, name string, expires time.Time, w io.Writer) error {
	var data []byte
	var public identity.Public
	err := s.act(ctx, func(t *turn) error {
		machine, err := t.present(name)
		if err != nil {
			return err
		}
		if machine.kind != Machine {
			return fmt.Errorf("%s is no token, and bundles are for tokens", name)
		}
		b := bundler{view: t.view, machine: machine, pairs: make(map[string][]byte)}
		act := audit.Act{Verb: verbBundle, Name: name, Allowed: true}
		reads := false
		for _, sc := range t.scopes() {
			if len(t.roster.reachNow(machine.ID, sc)) == 0 {
				continue
			}
			reads = true
			one, err := t.need(Owner, verbBundle, sc, ID{}, "")
			if err != nil {
				return err
			}
			act.Rule, act.Project, act.Env = one.Rule, one.Project, one.Env
			if err := b.scope(sc); err != nil {
				return err
			}
		}
		if !reads {
			return fmt.Errorf("%s has no right any more, so there is nothing to bundle for it", name)
		}
		if err := b.statements(); err != nil {
			return err
		}
		public = machine.keys[len(machine.keys)-1].Public
		data, err = b.encode(bundleHeader{
			Vault: s.vault.id[:], Maker: t.self, Created: t.now, Expires: expires.UTC(), Head: t.head, Statements: t.state.statements,
		})
		if err != nil {
			return err
		}
		act.Detail = bundledUntil + expires.UTC().Format(time.RFC3339)
		return t.enter(act)
	})
	if err != nil {
		return err
	}
	sealed, err := age.Encrypt(w, public.Age())
	if err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	if _, err := sealed.Write(data); err != nil {
		return fmt.Errorf("bundle: %w", err)
	}
	return sealed.Close()
}

// bundler collects the records of a bundle.
type bundler struct {
	*view
	machine *principal
	pairs   map[string][]byte
}

// add takes a record, and the entry that vouches for it.
func (b *bundler) add(key []byte) error {
	raw, err := b.r.Get(key)
	if err != nil {
		return err
	}
	b.pairs[string(key)] = raw
	rec, err := decodeRecord(raw)
	if err != nil {
		return err
	}
	return b.entry(rec.seq)
}

func (b *bundler) entry(seq int64) error {
	key := audit.EntryKey(seq)
	raw, err := b.r.Get(key)
	b.pairs[string(key)] = raw
	return err
}

// statements takes the roster, and the keys that the machine has of it.
func (b *bundler) statements() error {
	var err error
	if b.pairs[string(keyOf(kindHeader))], err = b.r.Get(keyOf(kindHeader)); err != nil {
		return err
	}
	for _, seq := range b.state.statements {
		if err := b.entry(seq); err != nil {
			return err
		}
		e, err := b.s.vault.log.Entry(b.r, seq)
		if err != nil {
			return err
		}
		for _, w := range e.Writes {
			if w.Deleted || w.Key[0] != kindStatement {
				continue
			}
			raw, err := b.r.Get(w.Key)
			if errors.Is(err, store.ErrNotFound) {
				continue // the roster could be read, so it is none that counts
			}
			if err != nil {
				return err
			}
			b.pairs[string(w.Key)] = raw
		}
	}
	return b.wraps(rosterKeyID)
}

func (b *bundler) wraps(key ID) error {
	address := b.s.vault.addressOf(b.machine.keys[len(b.machine.keys)-1].Public)
	for generation := 1; generation <= b.roster.generation(key); generation++ {
		if err := b.add(wrapKey(key, generation, address)); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

// scope takes what the machine may read of a scope.
func (b *bundler) scope(sc *scope) error {
	whole := b.roster.reads(b.machine.ID, sc)
	if whole {
		if err := errors.Join(b.add(scopeKey(sc.ID)), b.wraps(sc.ID)); err != nil {
			return err
		}
		for p, err := range b.r.Scan(nameKey(sc.ID, nil)) {
			if err != nil {
				return err
			}
			if err := b.add(p.Key); err != nil {
				return err
			}
		}
	}
	secrets, err := b.secrets(sc)
	if err != nil {
		return err
	}
	for _, o := range secrets {
		if !whole {
			if !slices.Contains(b.roster.holdersOfSecret(sc, o.id), b.machine.ID) {
				continue
			}
			if err := b.add(machineKeyKey(b.machine.ID, o.id)); err != nil {
				return err
			}
		}
		if err := errors.Join(b.add(headKey(sc.ID, o.id)), b.add(keysKey(sc.ID, o.id))); err != nil {
			return err
		}
		for n := range o.Versions {
			if state := o.state(n+1, b.now); state == Current || state == Grace {
				if err := b.add(versionKey(sc.ID, o.id, n+1)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// reachNow gives the grants by which someone can read in a scope now.
func (r *roster) reachNow(p ID, sc *scope) []*grant {
	return slices.DeleteFunc(r.reachOf(p, sc), func(g *grant) bool { return g.to != always })
}

func (b *bundler) encode(h bundleHeader) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(bundleMagic)
	head := encodeJSON(h)
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(head))))
	out.Write(head)
	pairs := pairWriter{w: &out}
	for _, key := range slices.Sorted(maps.Keys(b.pairs)) {
		if err := pairs.add(store.Pair{Key: []byte(key), Value: b.pairs[key]}); err != nil {
			return nil, err
		}
	}
	if err := pairs.end(); err != nil {
		return nil, err
	}
	if out.Len() > maxBundle {
		return nil, fmt.Errorf("bundle: it would have %d bytes, more than %d", out.Len(), maxBundle)
	}
	signature := ed25519.Sign(b.s.identity.Signer(), bind([][]byte{[]byte("bundle"), out.Bytes()}))
	return append(out.Bytes(), signature...), nil
}

// bundled is the log of a bundle: as much of it as vouches for what is in the bundle. That
// nothing is missing is what the bundle's maker signed.
type bundled struct {
	*audit.Log
	header bundleHeader
}

func (b bundled) Head(store.Reader) (audit.Head, error)                { return b.header.Head, nil }
func (b bundled) Includes(store.Reader, audit.Head, audit.Entry) error { return nil }
func (b bundled) Consistent(_ store.Reader, old, now audit.Head) error { return nil }

// Writes visits what the entries wrote that made statements.
func (b bundled) Writes(r store.Reader, _ int64, _ audit.Head, visit func(int64, audit.Write)) error {
	for _, seq := range b.header.Statements {
		e, err := b.Entry(r, seq)
		if err != nil {
			return err
		}
		for _, w := range e.Writes {
			visit(seq, w)
		}
	}
	return nil
}

// OpenBundle opens a bundle with the token that it is for. The session reads from it as it
// would from the vault; anything else is [ErrBundle].
func OpenBundle(ctx context.Context, from io.Reader, token identity.Token, o Options) (*Session, error) {
	fail := func(err error) (*Session, error) { return nil, fmt.Errorf("open the bundle: %w", err) }
	plain, err := age.Decrypt(from, token.Identity.Age())
	if err != nil {
		if _, other := errors.AsType[*age.NoIdentityMatchError](err); other {
			return fail(errors.New("it is for another token"))
		}
		return fail(errors.New("it is no bundle, or it is damaged"))
	}
	data, err := io.ReadAll(io.LimitReader(plain, maxBundle+1))
	switch {
	case err != nil:
		return fail(errors.New("it is damaged or cut short"))
	case len(data) > maxBundle:
		return fail(errors.New("it is too large"))
	}
	h, pairs, err := decodeBundle(data)
	if err != nil {
		return fail(err)
	}
	if [32]byte(h.Vault) != token.Vault {
		return fail(errors.New("it is from another vault than the token"))
	}
	memory := store.NewMemory()
	if err := memory.Update(ctx, func(tx store.Tx) error {
		for _, p := range pairs {
			if err := tx.Set(p.Key, p.Value); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return fail(err)
	}
	v, err := Open(ctx, memory, token.Vault)
	if err != nil {
		return fail(err)
	}
	v.log, v.bundle = bundled{audit.New(token.Vault), h}, true
	o.Recall, o.Remember = nil, nil
	s, err := v.Session(ctx, token.Identity, o)
	if err != nil {
		return fail(err)
	}
	maker, ok := s.state.roster.current(h.Maker)
	for id := range s.state.names.scopes {
		role, _ := s.state.roster.role(h.Maker, s.state.roster.scopes[id].target(), always, time.Time{})
		ok = ok && role == Owner
	}
	signed, signature := data[:len(data)-ed25519.SignatureSize], data[len(data)-ed25519.SignatureSize:]
	if !ok || !ed25519.Verify(maker.Verifier(), bind([][]byte{[]byte("bundle"), signed}), signature) {
		return fail(errors.New("it isn't signed by an owner of what is in it"))
	}
	if now := s.options.Now(); !now.Before(h.Expires) {
		return fail(fmt.Errorf("it expired on %s", h.Expires.UTC().Format(time.RFC3339)))
	}
	return s, nil
}

// decodeBundle takes a bundle apart. It says nothing of its signature.
func decodeBundle(data []byte) (bundleHeader, []store.Pair, error) {
	const prefix = len(bundleMagic) + 4
	if len(data) < prefix+ed25519.SignatureSize || string(data[:len(bundleMagic)]) != bundleMagic {
		return bundleHeader{}, nil, errors.New("it is no bundle of this format")
	}
	size := binary.BigEndian.Uint32(data[len(bundleMagic):])
	body := data[prefix : len(data)-ed25519.SignatureSize]
	if uint64(size) > uint64(len(body)) {
		return bundleHeader{}, nil, errPairs
	}
	h, err := decodeBundleHeader(body[:size])
	if err != nil {
		return h, nil, err
	}
	var pairs []store.Pair
	rest := bytes.NewReader(body[size:])
	in := bufio.NewReader(rest)
	err = readPairs(in, func(p store.Pair) error {
		pairs = append(pairs, p)
		return nil
	})
	if err == nil && rest.Len()+in.Buffered() > 0 {
		err = errPairs
	}
	return h, pairs, err
}
