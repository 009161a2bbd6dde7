package identity

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
)

// kind is a kind of text. No prefix is the beginning of another.
type kind struct {
	name   string // with its article
	prefix string
	size   int // of the payload, in bytes
}

var (
	publicKind   = kind{"a public key", "sspub1", 64}
	identityKind = kind{"an identity", "ssidentity1", seedSize}
	tokenKind    = kind{"a token", "sstoken1", 32 + seedSize}
	recoveryKind = kind{"a recovery text", "ssrecovery1", 32 + seedSize}
)

func kinds() []kind { return []kind{publicKind, identityKind, tokenKind, recoveryKind} }

const alphabet = "abcdefghijklmnopqrstuvwxyz234567"

var encoding = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// sumSize is the length of a checksum in bytes.
const sumSize = 4

// encode gives a payload's text.
func (k kind) encode(payload []byte) string {
	text := k.prefix + encoding.EncodeToString(payload)
	sum := sha256.Sum256([]byte(text))
	return text + encoding.EncodeToString(sum[:sumSize])
}

// decode gives the payload of a text. Its errors say what is wrong with the text and
// nothing of what it says.
func (k kind) decode(text string) ([]byte, error) {
	body, ok := strings.CutPrefix(text, k.prefix)
	if !ok {
		for _, other := range kinds() {
			if strings.HasPrefix(text, other.prefix) {
				return nil, fmt.Errorf("this is %s, and %s is wanted", other.name, k.name)
			}
		}
		return nil, fmt.Errorf("this is not %s: it doesn't begin with %s", k.name, k.prefix)
	}
	if i := strings.IndexFunc(body, func(r rune) bool { return !strings.ContainsRune(alphabet, r) }); i >= 0 {
		return nil, fmt.Errorf("%s has a character that is none of a to z and 2 to 7, after %d others", k.name, len(k.prefix)+i)
	}
	cut := encoding.EncodedLen(k.size)
	switch got, want := len(text), len(k.prefix)+cut+encoding.EncodedLen(sumSize); {
	case got < want:
		return nil, fmt.Errorf("%s is cut off: %d of %d characters", k.name, got, want)
	case got > want:
		return nil, fmt.Errorf("%s is too long: %d characters instead of %d", k.name, got, want)
	}
	payload, err := encoding.DecodeString(body[:cut])
	// The decoder ignores bits that are left over, so that the texts are compared.
	if err != nil || k.encode(payload) != text {
		clear(payload)
		return nil, errors.New(k.name + " is mistyped: its checksum is wrong")
	}
	return payload, nil
}
