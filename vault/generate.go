package vault

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// The alphabets of generated passwords. The default one needs no quoting anywhere.
const (
	lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	DefaultAlphabet  = lettersAndDigits + "-_"
)

// Generator says what value is to be made up.
type Generator struct {
	Kind     string // one of GeneratorKinds
	Length   int    // characters of a password, bytes of hex and base64; 0 for 32
	Alphabet string // of a password; "" for DefaultAlphabet
}

// GeneratorKinds are the kinds of value that can be made up.
func GeneratorKinds() []string { return []string{"password", "hex", "base64", "uuid"} }

// Generate makes up a value. A password has every character of its alphabet with the same
// chance; UUIDs are of version 4 (RFC 9562).
func Generate(g Generator) (secret.Value, error) {
	if g.Length == 0 {
		g.Length = 32
	}
	if g.Length < 1 || g.Length > 4096 {
		return secret.Value{}, fmt.Errorf("generate: a length of %d is not between 1 and 4096", g.Length)
	}
	switch g.Kind {
	case "password":
		return password(g)
	case "hex":
		return secret.New(hex.EncodeToString(randomBytes(g.Length))), nil
	case "base64":
		return secret.New(base64.StdEncoding.EncodeToString(randomBytes(g.Length))), nil
	case "uuid":
		b := randomBytes(16)
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return secret.New(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])), nil
	}
	return secret.Value{}, fmt.Errorf("generate: no kind %q: it is one of %s", g.Kind, strings.Join(GeneratorKinds(), ", "))
}

func password(g Generator) (secret.Value, error) {
	if g.Alphabet == "" {
		g.Alphabet = DefaultAlphabet
	}
	letters := []rune(g.Alphabet)
	seen := make(map[rune]bool)
	for _, c := range letters {
		if seen[c] {
			return secret.Value{}, fmt.Errorf("generate: the alphabet has %q twice", c)
		}
		seen[c] = true
	}
	if len(letters) < 2 || seen[0] {
		return secret.Value{}, fmt.Errorf("generate: the alphabet needs two characters or more, and no NUL")
	}
	var out strings.Builder
	for range g.Length {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			return secret.Value{}, fmt.Errorf("generate: %w", err)
		}
		out.WriteRune(letters[i.Int64()])
	}
	return secret.New(out.String()), nil
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
