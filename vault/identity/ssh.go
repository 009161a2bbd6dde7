package identity

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// maxSSH is the most that is read as an SSH key, in bytes. One of RSA with 16,384 bits
// has 13 KB.
const maxSSH = 64 << 10

// ErrPassphrase is what opening answers for a wrong passphrase.
var ErrPassphrase = errors.New("wrong passphrase")

// WrapSSH seals bytes to an SSH public key, given as a line of an authorized_keys file
// or of https://github.com/NAME.keys. Kinds that only sign, such as those of ECDSA and of
// security keys, are refused by name. It refuses more than [MaxPlain].
func WrapSSH(authorizedKey string, plain []byte) ([]byte, error) {
	if len(authorizedKey) > maxSSH {
		return nil, fmt.Errorf("an SSH public key of %d bytes, more than %d", len(authorizedKey), maxSSH)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(authorizedKey))
	if err != nil {
		return nil, errors.New("this is not a line with an SSH public key")
	}
	recipient, err := sshRecipient(key)
	if err != nil {
		return nil, err
	}
	return wrap(plain, recipient)
}

func sshRecipient(key ssh.PublicKey) (recipient age.Recipient, err error) {
	switch key.Type() {
	case ssh.KeyAlgoED25519:
		recipient, err = agessh.NewEd25519Recipient(key)
	case ssh.KeyAlgoRSA:
		recipient, err = agessh.NewRSARecipient(key)
	default:
		return nil, unsupported(key.Type())
	}
	if err != nil {
		return nil, fmt.Errorf("read the SSH public key: %w", err)
	}
	return recipient, nil
}

func unsupported(kind string) error {
	return fmt.Errorf("an SSH key of the kind %s can't open anything; %s and %s can", kind, ssh.KeyAlgoED25519, ssh.KeyAlgoRSA)
}

// UnwrapSSH opens what [WrapSSH] made, with the SSH private key in a file of OpenSSH or
// PEM. If the key is encrypted, passphrase is asked, unless the file tells that this
// isn't the key; what it gives is cleared after use. The error is [ErrOtherKey] if it isn't, and [ErrPassphrase] for a wrong
// passphrase. The caller clears what it gets.
func UnwrapSSH(pemFile []byte, passphrase func() ([]byte, error), sealed []byte) ([]byte, error) {
	if len(pemFile) > maxSSH {
		return nil, fmt.Errorf("an SSH private key of %d bytes, more than %d", len(pemFile), maxSSH)
	}
	key, err := ssh.ParseRawPrivateKey(pemFile)
	if missing, ok := errors.AsType[*ssh.PassphraseMissingError](err); ok {
		return unwrap(sealed, encryptedSSH{missing.PublicKey, pemFile, passphrase})
	}
	if err != nil {
		return nil, fmt.Errorf("read the SSH private key: %w", err)
	}
	identity, err := sshIdentity(key)
	if err != nil {
		return nil, err
	}
	return unwrap(sealed, identity)
}

// SSHEncrypted tells whether the SSH private key in a file of OpenSSH or PEM is encrypted,
// so that the passphrase can be asked for in good time. It says nothing of other files.
func SSHEncrypted(pemFile []byte) bool {
	if len(pemFile) > maxSSH {
		return false
	}
	_, err := ssh.ParseRawPrivateKey(pemFile)
	_, ok := errors.AsType[*ssh.PassphraseMissingError](err)
	return ok
}

// sshIdentity takes what package ssh gives as a private key.
func sshIdentity(key any) (age.Identity, error) {
	switch key := key.(type) {
	case *ed25519.PrivateKey: // from a file of OpenSSH
		return agessh.NewEd25519Identity(*key)
	case ed25519.PrivateKey: // from PKCS #8
		return agessh.NewEd25519Identity(key)
	case *rsa.PrivateKey:
		return agessh.NewRSAIdentity(key)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, fmt.Errorf("read the SSH private key: %w", err)
	}
	return nil, unsupported(signer.PublicKey().Type())
}

// encryptedSSH is an SSH key that is decrypted when it is known to be of use.
type encryptedSSH struct {
	public     ssh.PublicKey // nil if the file doesn't tell it
	pemFile    []byte
	passphrase func() ([]byte, error)
}

func (e encryptedSSH) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if e.public != nil {
		if _, err := sshRecipient(e.public); err != nil {
			return nil, err
		}
		if !addressed(stanzas, e.public) {
			return nil, age.ErrIncorrectIdentity
		}
	}
	words, err := ask(e.passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(words)
	key, err := ssh.ParseRawPrivateKeyWithPassphrase(e.pemFile, words)
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("read the SSH private key: %w", err)
	}
	identity, err := sshIdentity(key)
	if err != nil {
		return nil, err
	}
	return identity.Unwrap(stanzas)
}

// addressed tells whether a stanza names a key, by its kind and the first four bytes of
// its hash. See https://github.com/C2SP/C2SP/blob/main/age-ssh.md.
func addressed(stanzas []*age.Stanza, key ssh.PublicKey) bool {
	sum := sha256.Sum256(key.Marshal())
	name := base64.RawStdEncoding.EncodeToString(sum[:4])
	for _, s := range stanzas {
		if s.Type == key.Type() && len(s.Args) > 0 && s.Args[0] == name {
			return true
		}
	}
	return false
}
