package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	origin        = "secretsweep/" // and the vault's id in hex
	maxCheckpoint = 64 << 10       // bytes
)

// Checkpoint gives a signed head, to be kept elsewhere, in the form of
// https://c2sp.org/tlog-checkpoint with the origin "secretsweep/" and the vault's id in
// hex. The signer's name has no space and no plus sign.
func Checkpoint(vault [32]byte, h Head, name string, sign ed25519.PrivateKey) ([]byte, error) {
	if len(sign) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("sign a checkpoint: a signing key of %d bytes", len(sign))
	}
	v, err := verifier(name, sign.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint: %w", err)
	}
	text, err := note.Sign(&note.Note{Text: checkpointText(vault, h)}, signer{v, sign})
	if err != nil {
		return nil, fmt.Errorf("sign a checkpoint: %w", err)
	}
	return text, nil
}

// ParseCheckpoint reads a checkpoint of at most 64 KiB, and gives the vault's id and the
// head if it is signed by someone whom keyOf knows. keyOf gives the public key of a
// signer, or nil for a name that it doesn't know; its errors end the reading. A checkpoint
// with a wrong signature of someone known is refused, whoever else has signed.
func ParseCheckpoint(text []byte, keyOf func(name string) (ed25519.PublicKey, error)) ([32]byte, Head, error) {
	vault, h, err := parseCheckpoint(text, keyOf)
	if err != nil {
		return [32]byte{}, Head{}, fmt.Errorf("read a checkpoint: %w", err)
	}
	return vault, h, nil
}

func parseCheckpoint(text []byte, keyOf verifiers) (vault [32]byte, h Head, err error) {
	if len(text) > maxCheckpoint {
		return vault, h, fmt.Errorf("%d bytes, more than %d", len(text), maxCheckpoint)
	}
	n, err := note.Open(text, keyOf)
	if err != nil {
		return vault, h, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 {
		return vault, h, errors.New("not three lines")
	}
	id, err := hex.DecodeString(strings.TrimPrefix(lines[0], origin))
	if err != nil || len(id) != len(vault) {
		return vault, h, errors.New("not of a vault")
	}
	copy(vault[:], id)
	if h.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return vault, h, errors.New("no size")
	}
	if err := h.check(); err != nil {
		return vault, h, err
	}
	if h.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return vault, h, err
	}
	// One head has one text.
	if n.Text != checkpointText(vault, h) {
		return vault, h, errDamaged
	}
	return vault, h, nil
}

func checkpointText(vault [32]byte, h Head) string {
	return fmt.Sprintf("%s%x\n%d\n%s\n", origin, vault, h.Size, base64.StdEncoding.EncodeToString(h.Root[:]))
}

// signer signs notes without a copy of the key as text.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

func verifier(name string, key ed25519.PublicKey) (note.Verifier, error) {
	text, err := note.NewEd25519VerifierKey(name, key)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(text)
}

// verifiers finds the keys of those who signed a note.
type verifiers func(name string) (ed25519.PublicKey, error)

func (keyOf verifiers) Verifier(name string, hash uint32) (note.Verifier, error) {
	key, err := keyOf(name)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
	}
	v, err := verifier(name, key)
	if err == nil && v.KeyHash() != hash { // another key of that name
		return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
	}
	return v, err
}
