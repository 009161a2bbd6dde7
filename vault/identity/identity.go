package identity

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"

	"filippo.io/age"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// seedSize is the length of a seed in bytes.
const seedSize = 32

// What the keys are derived for (HKDF, RFC 5869: no salt, this as info). Another label
// is another key: they stay as they are.
const (
	openLabel = "secretsweep identity v1: age X25519"
	signLabel = "secretsweep identity v1: Ed25519"
)

// Identity is the keys of a person or a machine. It shows nothing of itself, as
// [secret.Value] doesn't. It is immutable and safe for concurrent use.
//
// The keys lie behind a function: fmt follows a pointer to a struct that it meets in
// another struct's unexported field if the verb, such as %s, doesn't fit a pointer.
type Identity struct{ keys func() *keys }

type keys struct {
	seed   [seedSize]byte
	opener *age.X25519Identity
	signer ed25519.PrivateKey
	public Public
}

// New makes an identity that there has never been.
func New() *Identity {
	var k keys
	_, _ = rand.Read(k.seed[:]) // never fails
	return k.derive()
}

// FromSeed gives the identity of a seed of 32 bytes. The seed is copied.
func FromSeed(seed []byte) (*Identity, error) {
	if len(seed) != seedSize {
		return nil, fmt.Errorf("a seed of %d bytes, not %d", len(seed), seedSize)
	}
	var k keys
	copy(k.seed[:], seed)
	return k.derive(), nil
}

// derive makes the keys from the seed.
func (k *keys) derive() *Identity {
	scalar := k.expand(openLabel)
	defer clear(scalar)
	seed := k.expand(signLabel)
	defer clear(seed)

	text := strings.ToUpper(bech32("age-secret-key-", [32]byte(scalar)))
	opener, err := age.ParseX25519Identity(text)
	if err != nil {
		panic("identity: age refuses a key of ours")
	}
	k.opener = opener
	k.signer = ed25519.NewKeyFromSeed(seed)
	k.public = newPublic([32]byte(scalar), k.signer)
	return &Identity{func() *keys { return k }}
}

func (k *keys) expand(label string) []byte {
	key, err := hkdf.Key(sha256.New, k.seed[:], nil, label, 32)
	if err != nil {
		panic("identity: " + err.Error()) // only for a length that HKDF can't give
	}
	return key
}

// Seed gives a copy of the seed. The caller clears it after use.
func (i *Identity) Seed() []byte {
	seed := i.keys().seed
	return seed[:]
}

// text is how an identity stands in a file or a keyring.
func (i *Identity) text() string {
	seed := i.Seed()
	defer clear(seed)
	return identityKind.encode(seed)
}

// Public gives the half that everybody may know.
func (i *Identity) Public() Public { return i.keys().public }

// Signer gives the key that signs. The caller must not change it.
func (i *Identity) Signer() ed25519.PrivateKey { return i.keys().signer }

// Age gives the key that opens, for age files that are wrapped to several recipients. It
// doesn't show itself either, as age's own type would.
func (i *Identity) Age() age.Identity { return unwrapFunc(i.keys().opener.Unwrap) }

// unwrapFunc is a function as an age identity.
type unwrapFunc func(stanzas []*age.Stanza) ([]byte, error)

func (f unwrapFunc) Unwrap(stanzas []*age.Stanza) ([]byte, error) { return f(stanzas) }

// String hides the keys.
func (i Identity) String() string { return secret.Redacted }

// GoString hides the keys from %#v.
func (i Identity) GoString() string { return secret.Redacted }

// Format hides the keys from every verb of fmt.
func (i Identity) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(secret.Redacted)) }

// MarshalText hides the keys from encoders (JSON, TOML, XML, YAML …).
func (i Identity) MarshalText() ([]byte, error) { return []byte(secret.Redacted), nil }

// LogValue hides the keys from log/slog.
func (i Identity) LogValue() slog.Value { return slog.StringValue(secret.Redacted) }
