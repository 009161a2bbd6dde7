package audit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/crypto/cryptobyte"

	"github.com/secretsweep/secretsweep/vault/store"
)

// session is a session as it is stored.
type session struct {
	first   int64 // the sequence of the entry that wrote it
	actor   ID
	wrapped []byte // the key that seals acts, as an age file
}

func (s session) encode() []byte {
	b := binary.BigEndian.AppendUint64([]byte{format}, uint64(s.first))
	b = append(b, s.actor[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.wrapped)))
	return append(b, s.wrapped...)
}

// decodeSession gives a session whose slices are parts of b.
func decodeSession(b []byte) (session, error) {
	s, err := versioned(b)
	if err != nil {
		return session{}, err
	}
	var out session
	var first uint64
	var wrapped cryptobyte.String
	if !s.ReadUint64(&first) || first >= maxSize || !s.CopyBytes(out.actor[:]) ||
		!s.ReadUint16LengthPrefixed(&wrapped) || !s.Empty() {
		return session{}, errDamaged
	}
	out.first, out.wrapped = int64(first), wrapped
	return out, nil
}

// readSession gives a session and how it is stored.
func readSession(r store.Reader, id ID) (session, []byte, error) {
	stored, err := get(r, sessionKey(id))
	if err != nil {
		return session{}, nil, fmt.Errorf("read session %s: %w", id, err)
	}
	s, err := decodeSession(stored)
	if err != nil {
		return session{}, nil, fmt.Errorf("read session %s: %w", id, err)
	}
	return s, stored, nil
}

// wrap seals a session's key to the auditors.
func wrap(key []byte, auditors []age.Recipient) ([]byte, error) {
	var wrapped bytes.Buffer
	w, err := age.Encrypt(&wrapped, auditors...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(key); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if wrapped.Len() > math.MaxUint16 {
		return nil, errors.New("too many auditors")
	}
	return wrapped.Bytes(), nil
}

// unwrap opens a session's key.
func unwrap(wrapped []byte, auditors []age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(wrapped), auditors...)
	if err != nil {
		return nil, err
	}
	key := make([]byte, chacha20poly1305.KeySize)
	if _, err := io.ReadFull(r, key); err != nil {
		return nil, err
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, errDamaged
	}
	return key, nil
}

// Opener reads acts. It is safe for concurrent use.
type Opener struct {
	vault    [32]byte
	auditors []age.Identity

	mu   sync.Mutex
	keys map[ID][]byte // of sessions
}

// Opener gives an opener with the identities of auditors: the log may have been sealed to
// several, one after the other.
func (l *Log) Opener(auditors ...age.Identity) *Opener {
	return &Opener{vault: l.vault, auditors: auditors, keys: make(map[ID][]byte)}
}

// Open gives the act of an entry. It doesn't verify who signed the entry, see
// [Entry.Verify]. Its error is an [age.NoIdentityMatchError] if the act is sealed to
// other auditors.
func (o *Opener) Open(r store.Reader, e Entry) (Act, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	act, err := o.open(r, e)
	if err != nil {
		return Act{}, fmt.Errorf("open audit entry %d: %w", e.Seq, err)
	}
	return act, nil
}

func (o *Opener) open(r store.Reader, e Entry) (Act, error) {
	const most = 4096 // keys to remember
	key := o.keys[e.Session]
	if key == nil {
		s, _, err := readSession(r, e.Session)
		if err != nil {
			return Act{}, err
		}
		if key, err = unwrap(s.wrapped, o.auditors); err != nil {
			return Act{}, fmt.Errorf("open session %s: %w", e.Session, err)
		}
		if len(o.keys) == most {
			o.forget()
		}
		o.keys[e.Session] = key
	}
	return e.open(o.vault, key)
}

// Close clears the keys of the sessions that were opened.
func (o *Opener) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget()
}

func (o *Opener) forget() {
	for _, key := range o.keys {
		clear(key)
	}
	clear(o.keys)
}
