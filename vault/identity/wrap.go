package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// MaxPlain is the most that can be wrapped, in bytes.
const MaxPlain = 1 << 20

// maxSealed is more than MaxPlain is long when it is wrapped. The header of one
// recipient has less than 4 KiB (3 KiB for an RSA key of 16,384 bits), and every 64 KiB
// get a tag of 16 bytes.
const maxSealed = MaxPlain + MaxPlain/4096 + 8<<10

// ErrOtherKey is what unwrapping answers for what was wrapped to another key.
var ErrOtherKey = errors.New("wrapped to another key")

// Wrap seals bytes so that only this identity can open them. The result is an age file
// (https://age-encryption.org/v1), which says neither who it is for nor who made it. It
// refuses more than [MaxPlain].
func (p Public) Wrap(plain []byte) ([]byte, error) { return wrap(plain, p.Age()) }

// Unwrap opens what [Public.Wrap] made; no more than [MaxPlain], and nothing that has
// more than this one recipient. The error is [ErrOtherKey] if it is someone else's.
// Nothing of it is given if any of it was changed. The caller clears what it gets.
func (i *Identity) Unwrap(sealed []byte) ([]byte, error) { return unwrap(sealed, i.Age()) }

func wrap(plain []byte, recipient age.Recipient) ([]byte, error) {
	if len(plain) > MaxPlain {
		return nil, fmt.Errorf("wrap %d bytes, more than %d", len(plain), MaxPlain)
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("wrap: %w", err)
	}
	return sealed.Bytes(), nil
}

func unwrap(sealed []byte, identity age.Identity) ([]byte, error) {
	if len(sealed) > maxSealed {
		return nil, fmt.Errorf("unwrap %d bytes, more than %d", len(sealed), maxSealed)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), sole(identity))
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, ErrOtherKey
	}
	if err != nil {
		return nil, fmt.Errorf("unwrap: %w", err)
	}
	// With room for all of it no copy is left behind by growing.
	plain := bytes.NewBuffer(make([]byte, 0, len(sealed)+bytes.MinRead))
	_, err = plain.ReadFrom(io.LimitReader(r, MaxPlain+1))
	if err == nil && plain.Len() > MaxPlain {
		err = fmt.Errorf("more than %d bytes", MaxPlain)
	}
	if err != nil {
		clear(plain.Bytes())
		return nil, fmt.Errorf("unwrap: %w", err)
	}
	return plain.Bytes(), nil
}

// sole refuses a file of more than one recipient: we make none, and each would be tried.
func sole(identity age.Identity) age.Identity {
	return unwrapFunc(func(stanzas []*age.Stanza) ([]byte, error) {
		if len(stanzas) != 1 {
			return nil, fmt.Errorf("it has %d recipients, not one", len(stanzas))
		}
		return identity.Unwrap(stanzas)
	})
}

// Encrypt gives a writer of what only this identity can read with [Identity.Decrypt]:
// something of any length, for the person's own files. It is to be closed.
func (p Public) Encrypt(w io.Writer) (io.WriteCloser, error) { return age.Encrypt(w, p.Age()) }

// Decrypt gives a reader of what [Public.Encrypt] was given. What it reads is as it was
// written as soon as the reader gives io.EOF. The error is [ErrOtherKey] if it is someone
// else's.
func (i *Identity) Decrypt(r io.Reader) (io.Reader, error) {
	plain, err := age.Decrypt(r, sole(i.Age()))
	if errors.Is(err, age.ErrIncorrectIdentity) {
		return nil, ErrOtherKey
	}
	return plain, err
}
