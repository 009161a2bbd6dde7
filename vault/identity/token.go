package identity

import (
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// Token is an identity together with the id of the vault that it is for, so that its
// holder can't be shown another one. A machine has it in its environment; the recovery
// identity of a vault is the same thing, written down.
type Token struct {
	Vault    [32]byte
	Identity *Identity
}

// Text gives a token as a machine gets it.
func (t Token) Text() secret.Value { return secret.New(t.encode(tokenKind)) }

// ParseToken reads the text of [Token.Text]; blanks around it don't matter. An error
// says whether the text is another thing, cut off or mistyped, and shows nothing of it.
func ParseToken(text secret.Value) (Token, error) {
	return parseToken(tokenKind, strings.TrimSpace(text.Reveal()))
}

// Recovery gives a token as a person writes it down: groups of five characters, in
// lines of five groups, with the prefix alone before them.
func (t Token) Recovery() secret.Value {
	const group, perLine = 5, 5
	body := strings.TrimPrefix(t.encode(recoveryKind), recoveryKind.prefix)
	var text strings.Builder
	text.WriteString(recoveryKind.prefix)
	for i := 0; i < len(body); i += group {
		if i%(group*perLine) == 0 {
			text.WriteByte('\n')
		} else {
			text.WriteByte(' ')
		}
		text.WriteString(body[i : i+group])
	}
	return secret.New(text.String())
}

// ParseRecovery reads the text of [Token.Recovery]. Capitals and white space wherever
// it stands don't matter. Its errors are as those of [ParseToken].
func ParseRecovery(text secret.Value) (Token, error) {
	return parseToken(recoveryKind, strings.ToLower(strings.Join(strings.Fields(text.Reveal()), "")))
}

func (t Token) encode(k kind) string {
	seed := t.Identity.Seed()
	defer clear(seed)
	payload := slices.Concat(t.Vault[:], seed)
	defer clear(payload)
	return k.encode(payload)
}

func parseToken(k kind, text string) (Token, error) {
	payload, err := k.decode(text)
	if err != nil {
		return Token{}, err
	}
	defer clear(payload)
	identity, err := FromSeed(payload[32:])
	return Token{Vault: [32]byte(payload[:32]), Identity: identity}, err
}
