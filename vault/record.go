package vault

import (
	"bytes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/secretsweep/secretsweep/vault/audit"
)

// ID names a principal, a project, an environment, a scope, a secret or a shared key
// where a name may not stand: random and opaque. Its text is hexadecimal.
type ID = audit.ID

func compareIDs(a, b ID) int { return bytes.Compare(a[:], b[:]) }

func newID() ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails, says its documentation
	return id
}

// The kinds of record, which are the first byte of their keys.
const (
	logKind        = 'a' // what package audit keeps
	kindHeader     = 'v' // what the vault's id is the hash of
	kindStatement  = 'r' // number
	kindWrap       = 'w' // shared key, generation, principal: that key, for that principal
	kindInvitation = 'i' // principal: its first keys, sealed to an SSH key
	kindScope      = 'e' // scope: its revision
	kindName       = 'n' // scope, hash of a name: the secret of that name
	kindKeys       = 's' // scope, secret: its key and those of its versions
	kindHead       = 'h' // scope, secret: everything but values
	kindVersion    = 'x' // scope, secret, number: a value
	kindMachineKey = 'm' // principal, secret: the secret's key, for a machine that may read only that
	kindLeak       = 'l' // project, leak, sequence: something that happened to the leak
)

// keyOf gives the key under which a record is stored.
func keyOf(kind byte, parts ...[]byte) []byte {
	return append([]byte{kind}, slices.Concat(parts...)...)
}

func number32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

func wrapKey(key ID, generation int, principal ID) []byte {
	return keyOf(kindWrap, key[:], number32(generation), principal[:])
}
func statementKey(n int) []byte            { return keyOf(kindStatement, number32(n)) }
func invitationKey(p ID) []byte            { return keyOf(kindInvitation, p[:]) }
func scopeKey(scope ID) []byte             { return keyOf(kindScope, scope[:]) }
func nameKey(scope ID, hash []byte) []byte { return keyOf(kindName, scope[:], hash) }
func keysKey(scope, secret ID) []byte      { return keyOf(kindKeys, scope[:], secret[:]) }
func headKey(scope, secret ID) []byte      { return keyOf(kindHead, scope[:], secret[:]) }
func versionKey(scope, secret ID, n int) []byte {
	return keyOf(kindVersion, scope[:], secret[:], number32(n))
}
func leakKey(project, leak ID, seq int64) []byte {
	return keyOf(kindLeak, project[:], leak[:], binary.BigEndian.AppendUint64(nil, uint64(seq)))
}
func machineKeyKey(machine, secret ID) []byte { return keyOf(kindMachineKey, machine[:], secret[:]) }

// formatVersion begins every record. A vault of a later format is refused.
const formatVersion = 1

// record is what is stored under a key: which act wrote it, and a body that is sealed,
// or an age file.
type record struct {
	seq        int64 // the entry of the log that vouches for it
	generation int   // of the shared key that its body is sealed with, 0 for none
	body       []byte
}

const recordHeader = 1 + 8 + 4

func (r record) encode() []byte {
	out := make([]byte, 0, recordHeader+len(r.body))
	out = append(out, formatVersion)
	out = binary.BigEndian.AppendUint64(out, uint64(r.seq))
	out = binary.BigEndian.AppendUint32(out, uint32(r.generation))
	return append(out, r.body...)
}

func decodeRecord(data []byte) (record, error) {
	if len(data) < recordHeader {
		return record{}, errors.New("a record that is cut short")
	}
	if data[0] != formatVersion {
		return record{}, fmt.Errorf("a record of format %d, which this program is too old for", data[0])
	}
	seq, generation := binary.BigEndian.Uint64(data[1:]), binary.BigEndian.Uint32(data[9:])
	if int64(seq) < 0 || int32(generation) < 0 {
		return record{}, errors.New("a record with an impossible header")
	}
	return record{seq: int64(seq), generation: int(generation), body: data[recordHeader:]}, nil
}

// keySize is the length in bytes of every symmetric key.
const keySize = chacha20poly1305.KeySize

func newKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key)
	return key
}

// errSealed is what opening answers, whatever the reason: AEADs don't say more.
var errSealed = errors.New("does not open with its key: it was damaged, moved or replaced")

// seal encrypts under key and binds the result to what says where it belongs. It gives
// the nonce and the ciphertext. XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) takes
// random nonces of 24 bytes.
func seal(key, plain []byte, binding ...[]byte) []byte {
	aead := aeadOf(key)
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	_, _ = rand.Read(nonce)
	return aead.Seal(nonce, nonce, plain, bind(binding))
}

// open is the way back.
func open(key, sealed []byte, binding ...[]byte) ([]byte, error) {
	aead := aeadOf(key)
	if len(sealed) < aead.NonceSize()+aead.Overhead() {
		return nil, errSealed
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], bind(binding))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

func aeadOf(key []byte) cipher.AEAD {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		panic("vault: a key of the wrong length")
	}
	return aead
}

// bind joins parts so that no two lists of parts give the same bytes.
func bind(parts [][]byte) []byte {
	out := []byte("secretsweep vault 1")
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

// commit gives what stands for a key in public: nobody finds another key for it.
func commit(key []byte, binding ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(bind(binding))
	return mac.Sum(nil)
}

// box is a small text within a statement that not everyone may read who may read the
// statement: names.
type box struct {
	Generation int    `json:"generation"` // of the members' key
	Sealed     []byte `json:"sealed"`
}

// decodeJSON reads what was sealed. Unknown fields are a later format's.
func decodeJSON(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("a record that is no %T: %w", into, err)
	}
	return nil
}

// encodeJSON can't fail: the types that are stored have nothing that JSON lacks.
func encodeJSON(from any) []byte {
	data, err := json.Marshal(from)
	if err != nil {
		panic("vault: " + err.Error())
	}
	return data
}
