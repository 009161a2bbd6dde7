package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/zalando/go-keyring"
)

// The seed lies in the system's keyring under this service, with the public key's text
// as the user.
const keyringService = "secretsweep"

// workFactor is scrypt's, as a power of two: a second and 256 MiB. No more is spent on a
// file that asks for it.
const workFactor = 18

// ErrKeyring is in every error that comes from the system's keyring: there is none, it
// is locked, or it doesn't have the seed.
var ErrKeyring = errors.New("the system's keyring can't be used")

// Unlock gives what the file is about. passphrase is asked if it has one, and what it
// gives is cleared after use; the error is [ErrPassphrase] if it is wrong. If the seed is
// in the keyring and can't be had, the error is [ErrKeyring].
func (f *File) Unlock(passphrase func() ([]byte, error)) (Contents, error) {
	c := Contents{f.Name, f.identity, f.vaults}
	var err error
	switch f.Protection {
	case Passphrase:
		c.Identity, c.Vaults, err = f.decrypt(passphrase)
	case Keyring:
		c.Identity, err = fromKeyring(f.Public)
	}
	if err != nil {
		return Contents{}, err
	}
	if c.Identity.Public() != f.Public {
		return Contents{}, errOtherPublic
	}
	return c, nil
}

func (f *File) decrypt(passphrase func() ([]byte, error)) (*Identity, [][32]byte, error) {
	sealed, err := io.ReadAll(armor.NewReader(bytes.NewReader(f.sealed)))
	if err != nil {
		return nil, nil, fmt.Errorf("read the encrypted part: %w", err)
	}
	words, err := ask(passphrase)
	if err != nil {
		return nil, nil, err
	}
	defer clear(words)
	key, err := age.NewScryptIdentity(string(words))
	if err != nil {
		return nil, nil, err
	}
	key.SetMaxWorkFactor(workFactor)
	text, err := unwrap(sealed, key)
	if errors.Is(err, ErrOtherKey) {
		return nil, nil, ErrPassphrase
	}
	if err != nil {
		return nil, nil, err
	}
	defer clear(text)
	l, err := parseLines(text)
	if err != nil {
		return nil, nil, fmt.Errorf("in the encrypted part: %w", err)
	}
	identity, err := parseIdentity(l.secret)
	return identity, l.vaults, err
}

// encrypt is the other way of decrypt.
func encrypt(text []byte, passphrase func() ([]byte, error), work int) ([]byte, error) {
	words, err := ask(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(words)
	key, err := age.NewScryptRecipient(string(words))
	if err != nil {
		return nil, err
	}
	key.SetWorkFactor(work)
	sealed, err := wrap(text, key)
	if err != nil {
		return nil, err
	}
	var armored bytes.Buffer
	w := armor.NewWriter(&armored)
	_, err = w.Write(sealed)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return armored.Bytes(), nil
}

func ask(passphrase func() ([]byte, error)) ([]byte, error) {
	words, err := passphrase()
	if err != nil {
		return nil, err
	}
	if len(words) == 0 {
		return nil, errors.New("an empty passphrase")
	}
	return words, nil
}

func fromKeyring(p Public) (*Identity, error) {
	text, err := keyring.Get(keyringService, p.String())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyring, err)
	}
	return parseIdentity(text)
}

func toKeyring(i *Identity) error {
	if err := keyring.Set(keyringService, i.Public().String(), i.text()); err != nil {
		return fmt.Errorf("%w: %w", ErrKeyring, err)
	}
	return nil
}

// forgetKeyring is content if there is nothing to forget.
func forgetKeyring(p Public) error {
	if err := keyring.Delete(keyringService, p.String()); err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return fmt.Errorf("%w: %w", ErrKeyring, err)
	}
	return nil
}
