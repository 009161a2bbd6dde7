package identity

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"log/slog"
	"slices"
	"strings"

	"filippo.io/age"
)

// Public is the half of an identity that everybody may know: what to wrap to, and what
// to verify with. Two of them are equal (==) if they are the same identity's. The zero
// Public is nobody's.
type Public struct{ recipient, verifier [32]byte }

func newPublic(scalar [32]byte, signer ed25519.PrivateKey) Public {
	key, err := ecdh.X25519().NewPrivateKey(scalar[:])
	if err != nil {
		panic("identity: " + err.Error()) // only for a length other than 32
	}
	return Public{
		recipient: [32]byte(key.PublicKey().Bytes()),
		verifier:  [32]byte(signer.Public().(ed25519.PublicKey)),
	}
}

// ParsePublic reads the text of [Public.String]; blanks around it don't matter. An error
// says whether the text is another thing, cut off or mistyped.
func ParsePublic(text string) (Public, error) {
	payload, err := publicKind.decode(strings.TrimSpace(text))
	if err != nil {
		return Public{}, err
	}
	return Public{recipient: [32]byte(payload[:32]), verifier: [32]byte(payload[32:])}, nil
}

// String gives one line of small letters and digits that can be pasted into a chat.
func (p Public) String() string {
	return publicKind.encode(slices.Concat(p.recipient[:], p.verifier[:]))
}

// MarshalText gives the text of [Public.String].
func (p Public) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the text of [Public.String].
func (p *Public) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePublic(string(text))
	return err
}

// LogValue is the text of [Public.String].
func (p Public) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Verifier gives the key that the identity's signatures are verified with.
func (p Public) Verifier() ed25519.PublicKey { return slices.Clone(p.verifier[:]) }

// Age gives what to wrap to, for age files that are wrapped to several recipients.
func (p Public) Age() *age.X25519Recipient {
	recipient, err := age.ParseX25519Recipient(bech32("age", p.recipient))
	if err != nil {
		panic("identity: age refuses a recipient of ours")
	}
	return recipient
}
