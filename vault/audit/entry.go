package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/secretsweep/secretsweep/vault/store"
)

const (
	format      = 1 // of entries, sessions and the size
	entryLabel  = "secretsweep/audit/entry/v1"
	recordLabel = "secretsweep/audit/record/v1"
)

// ID is the opaque name of a principal or of a session: random bytes.
type ID [16]byte

// String gives an ID in hex.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// MarshalText gives an ID in hex.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads an ID in hex.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(id)) {
		return fmt.Errorf("an id of %d characters, not %d", len(text), hex.EncodedLen(len(id)))
	}
	_, err := hex.Decode(id[:], text)
	return err
}

// Hash is a hash of the Merkle tree.
type Hash = tlog.Hash

// Write is a key of the store that an act set or deleted.
type Write struct {
	Key     []byte   // at most store.MaxKey bytes
	Hash    [32]byte // of what was stored, by HashOf; zero for a key that was deleted
	Deleted bool
}

// HashOf gives the hash of a stored record, as a [Write] has it.
func HashOf(value []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte{byte(len(recordLabel))})
	h.Write([]byte(recordLabel))
	h.Write(value)
	return [32]byte(h.Sum(nil))
}

// Entry is one entry of the log as it is stored.
type Entry struct {
	Seq       int64   // its place in the log, from 0
	Actor     ID      // whose signature it has
	Session   ID      // whose key seals the act
	Before    Hash    // of the tree of the Seq entries before it
	Writes    []Write // in ascending order of their keys, each key once
	Sealed    []byte  // the act, for an Opener
	Signature []byte
}

// Verify tells whether an entry was signed with the private key to this public key, for
// the vault of this id.
func (e Entry) Verify(vault [32]byte, key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("verify audit entry %d: a public key of %d bytes", e.Seq, len(key))
	}
	if !ed25519.Verify(key, e.appendBody(signedPrefix(vault)), e.Signature) {
		return fmt.Errorf("verify audit entry %d: not signed by %s", e.Seq, e.Actor)
	}
	return nil
}

// Vouches tells whether an entry says that its act stored this value under this key.
func (e Entry) Vouches(key, value []byte) bool {
	i, found := slices.BinarySearchFunc(e.Writes, key, func(w Write, key []byte) int {
		return bytes.Compare(w.Key, key)
	})
	return found && !e.Writes[i].Deleted && e.Writes[i].Hash == HashOf(value)
}

// signedPrefix gives what a signature is of besides the entry.
func signedPrefix(vault [32]byte) []byte {
	b := append([]byte{byte(len(entryLabel))}, entryLabel...)
	return append(b, vault[:]...)
}

// appendBody appends the stored form of an entry without its signature.
func (e Entry) appendBody(b []byte) []byte {
	b = append(b, format)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = append(b, e.Actor[:]...)
	b = append(b, e.Session[:]...)
	b = append(b, e.Before[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.Writes)))
	for _, w := range e.Writes {
		if w.Deleted {
			b = append(b, 1, byte(len(w.Key)))
			b = append(b, w.Key...)
			continue
		}
		b = append(b, 0, byte(len(w.Key)))
		b = append(b, w.Key...)
		b = append(b, w.Hash[:]...)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.Sealed)))
	return append(b, e.Sealed...)
}

// encode gives the stored form of an entry.
func (e Entry) encode() []byte { return append(e.appendBody(nil), e.Signature...) }

// leaf gives the hash of an entry in the tree.
func (e Entry) leaf() Hash { return tlog.RecordHash(e.encode()) }

// sortedWrites gives writes in the order that an entry has them in.
func sortedWrites(writes []Write) ([]Write, error) {
	writes = slices.Clone(writes)
	slices.SortFunc(writes, func(a, b Write) int { return bytes.Compare(a.Key, b.Key) })
	for i, w := range writes {
		switch {
		case len(w.Key) == 0 || len(w.Key) > store.MaxKey:
			return nil, fmt.Errorf("a write of a key of %d bytes", len(w.Key))
		case w.Deleted && w.Hash != [32]byte{}:
			return nil, errors.New("a write that deletes and has a hash")
		case i > 0 && bytes.Equal(w.Key, writes[i-1].Key):
			return nil, errors.New("two writes of one key")
		}
	}
	return writes, nil
}

// decodeEntry gives an entry whose slices are parts of b.
func decodeEntry(b []byte) (Entry, error) {
	const leastWrite = 3 // bytes of a deleted key of one byte
	s, err := versioned(b)
	if err != nil {
		return Entry{}, err
	}
	var e Entry
	var seq uint64
	var writes, sealed uint32
	if !s.ReadUint64(&seq) || seq >= maxSize || !s.CopyBytes(e.Actor[:]) || !s.CopyBytes(e.Session[:]) ||
		!s.CopyBytes(e.Before[:]) || !s.ReadUint32(&writes) || int64(writes) > int64(len(s)/leastWrite) {
		return Entry{}, errDamaged
	}
	e.Seq = int64(seq)
	if writes > 0 {
		e.Writes = make([]Write, writes)
	}
	for i := range e.Writes {
		w := &e.Writes[i]
		var deleted uint8
		var key cryptobyte.String
		if !s.ReadUint8(&deleted) || deleted > 1 || !s.ReadUint8LengthPrefixed(&key) || len(key) == 0 ||
			i > 0 && bytes.Compare(e.Writes[i-1].Key, key) >= 0 ||
			deleted == 0 && !s.CopyBytes(w.Hash[:]) {
			return Entry{}, errDamaged
		}
		w.Key, w.Deleted = key, deleted == 1
	}
	if !s.ReadUint32(&sealed) || int64(sealed) > int64(len(s)) || !s.ReadBytes(&e.Sealed, int(sealed)) ||
		!s.ReadBytes(&e.Signature, ed25519.SignatureSize) || !s.Empty() {
		return Entry{}, errDamaged
	}
	return e, nil
}

var (
	// errDamaged is what the decoders answer for bytes that aren't as the format says.
	errDamaged = errors.New("damaged")
	// errMissing is what get answers.
	errMissing = errors.New("missing")
)

// get reads what the log needs. That it isn't there is no [store.ErrNotFound]: that a part
// of the log is missing mustn't look like the answer that a secret is.
func get(r store.Reader, key []byte) ([]byte, error) {
	value, err := r.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, errMissing
	}
	return value, err
}

// versioned gives what stands behind the format's number.
func versioned(b []byte) (cryptobyte.String, error) {
	switch {
	case len(b) == 0:
		return nil, errDamaged
	case b[0] != format:
		return nil, fmt.Errorf("format %d, which this program doesn't know", b[0])
	}
	return b[1:], nil
}
