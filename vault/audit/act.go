package audit

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	actLabel = "secretsweep/audit/act/v1"
	maxAct   = 64 << 10 // bytes of its JSON
)

// Act is what was done or refused, for auditors to read. Its JSON is at most 64 KiB.
type Act struct {
	Time    time.Time `json:"time"`
	Verb    string    `json:"verb"`
	Project string    `json:"project,omitempty"`
	Env     string    `json:"env,omitempty"`
	Name    string    `json:"name,omitempty"`
	Version int       `json:"version,omitempty"`
	Allowed bool      `json:"allowed"`
	Rule    string    `json:"rule,omitempty"` // what decided: the grant
	Tag     []byte    `json:"tag,omitempty"`  // keyed HMAC of the value
	Program string    `json:"program,omitempty"`
	Host    string    `json:"host,omitempty"`
	Detail  string    `json:"detail,omitempty"`
}

// encode gives an act's JSON, filled up so that its length tells little of the lengths
// of names.
func (a Act) encode() ([]byte, error) {
	const step = 128
	a.Time = a.Time.UTC()
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	if len(text) > maxAct {
		return nil, fmt.Errorf("an act of %d bytes, more than %d", len(text), maxAct)
	}
	return append(text, bytes.Repeat([]byte{' '}, -len(text)&(step-1))...), nil
}

// seal fills in the sealed act of an entry that has its sequence, actor and session.
func (e *Entry) seal(vault [32]byte, key []byte, random io.Reader, act Act) error {
	text, err := act.encode()
	if err != nil {
		return err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	if _, err := io.ReadFull(random, nonce); err != nil {
		return err
	}
	e.Sealed = aead.Seal(nonce, nonce, text, e.associated(vault))
	return nil
}

// open gives the act of an entry.
func (e *Entry) open(vault [32]byte, key []byte) (Act, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return Act{}, err
	}
	if len(e.Sealed) < aead.NonceSize() {
		return Act{}, errDamaged
	}
	nonce, sealed := e.Sealed[:aead.NonceSize()], e.Sealed[aead.NonceSize():]
	text, err := aead.Open(nil, nonce, sealed, e.associated(vault))
	if err != nil {
		return Act{}, errors.New("the act isn't what was sealed for this entry")
	}
	var act Act
	if err := json.Unmarshal(text, &act); err != nil {
		return Act{}, err
	}
	return act, nil
}

// associated gives what a sealed act is bound to.
func (e *Entry) associated(vault [32]byte) []byte {
	b := append([]byte{byte(len(actLabel))}, actLabel...)
	b = append(b, vault[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = append(b, e.Actor[:]...)
	return append(b, e.Session[:]...)
}
