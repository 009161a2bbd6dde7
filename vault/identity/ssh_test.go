package identity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func sshLine(t *testing.T, key any) string {
	t.Helper()
	public, err := ssh.NewPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(public))
}

// says gives a passphrase afresh, since it is cleared.
func says(words string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(words), nil }
}

// silent is a passphrase that nobody should ask for.
func silent(t *testing.T) func() ([]byte, error) {
	return func() ([]byte, error) {
		t.Error("asked for a passphrase")
		return nil, errors.New("nobody should ask")
	}
}

func newRSA(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSSH(t *testing.T) {
	_, signer, _ := ed25519.GenerateKey(rand.Reader) // never fails
	rsaKey := newRSA(t, 2048)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil {
		t.Fatal(err)
	}
	open := func(block *pem.Block, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(block)
	}
	const words = "correct horse"
	//lint:ignore SA1019 ssh-keygen wrote such files until 2018
	legacy := open(x509.EncryptPEMBlock(rand.Reader, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), []byte(words), x509.PEMCipherAES128))

	tests := []struct {
		name      string
		public    any
		file      []byte
		encrypted bool
	}{
		{"Ed25519", signer.Public(), open(ssh.MarshalPrivateKey(signer, "")), false},
		{"Ed25519 in PKCS #8", signer.Public(), open(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}, nil), false},
		{"Ed25519, encrypted", signer.Public(), open(ssh.MarshalPrivateKeyWithPassphrase(signer, "", []byte(words))), true},
		{"RSA", rsaKey.Public(), open(ssh.MarshalPrivateKey(rsaKey, "")), false},
		{"RSA in PKCS #1", rsaKey.Public(), open(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)}, nil), false},
		{"RSA, encrypted", rsaKey.Public(), open(ssh.MarshalPrivateKeyWithPassphrase(rsaKey, "", []byte(words))), true},
		{"RSA, encrypted as of old", rsaKey.Public(), legacy, true},
	}
	_, stranger, _ := ed25519.GenerateKey(rand.Reader)
	foreign, err := WrapSSH(sshLine(t, stranger.Public()), []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := New().Seed()
			sealed, err := WrapSSH("# a comment\n"+strings.TrimSpace(sshLine(t, tt.public))+" ada@example.org\n", want)
			if err != nil {
				t.Fatal(err)
			}
			ask := silent(t)
			if tt.encrypted {
				ask = says(words)
				if _, err := UnwrapSSH(tt.file, says("wrong horse"), sealed); !errors.Is(err, ErrPassphrase) {
					t.Errorf("wrong passphrase: got %v, want %v", err, ErrPassphrase)
				}
				cancelled := errors.New("cancelled")
				if _, err := UnwrapSSH(tt.file, func() ([]byte, error) { return nil, cancelled }, sealed); !errors.Is(err, cancelled) {
					t.Errorf("no passphrase: got %v, want %v", err, cancelled)
				}
			}
			if got, err := UnwrapSSH(tt.file, ask, sealed); err != nil || !bytes.Equal(got, want) {
				t.Errorf("what was wrapped doesn't come back: %v", err)
			}
			// A file of old doesn't tell whose it is.
			if !bytes.Equal(tt.file, legacy) {
				ask = silent(t)
			}
			if _, err := UnwrapSSH(tt.file, ask, foreign); !errors.Is(err, ErrOtherKey) {
				t.Errorf("another's: got %v, want %v", err, ErrOtherKey)
			}
		})
	}
}

func TestSSHRefused(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	hardware := ssh.Marshal(struct {
		Kind        string
		Key         []byte
		Application string
	}{"sk-ssh-ed25519@openssh.com", New().Public().Verifier(), "ssh:"})
	securityKey, err := ssh.ParsePublicKey(hardware)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ line, want string }{
		"ECDSA":        {sshLine(t, key.Public()), "ecdsa-sha2-nistp256 can't open anything"},
		"security key": {string(ssh.MarshalAuthorizedKey(securityKey)), "sk-ssh-ed25519@openssh.com can't open anything"},
		"short RSA":    {sshLine(t, newRSA(t, 1024).Public()), "too small"},
		"no key":       {"hello", "not a line with an SSH public key"},
		"empty":        {"", "not a line with an SSH public key"},
		"long":         {strings.Repeat("#\n", maxSSH), "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := WrapSSH(tt.line, nil); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}

	_, signer, _ := ed25519.GenerateKey(rand.Reader)
	sealed, err := WrapSSH(sshLine(t, signer.Public()), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"", "correct horse"} {
		block, err := ssh.MarshalPrivateKey(key, "")
		if words != "" {
			block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(words))
		}
		if err != nil {
			t.Fatal(err)
		}
		const want = "ecdsa-sha2-nistp256 can't open anything"
		if _, err := UnwrapSSH(pem.EncodeToMemory(block), silent(t), sealed); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	for _, file := range []string{"", "hello", strings.Repeat("x", maxSSH+1)} {
		if _, err := UnwrapSSH([]byte(file), silent(t), sealed); err == nil {
			t.Errorf("a file of %d bytes that is no key was taken", len(file))
		}
	}
}

func FuzzWrapSSH(f *testing.F) {
	_, signer, _ := ed25519.GenerateKey(rand.Reader)
	public, err := ssh.NewPublicKey(signer.Public())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(ssh.MarshalAuthorizedKey(public)))
	f.Add("restrict,command=\"x\" ssh-ed25519 AAAA")
	f.Add("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== x")
	f.Fuzz(func(t *testing.T, line string) {
		sealed, err := WrapSSH(line, []byte("x"))
		if err != nil && sealed != nil {
			t.Error("something was wrapped with an error")
		}
		if err == nil && !bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n-> ssh-")) {
			t.Error("it isn't wrapped to an SSH key")
		}
	})
}

func TestSSHEncrypted(t *testing.T) {
	_, signer, _ := ed25519.GenerateKey(rand.Reader) // never fails
	plain, err := ssh.MarshalPrivateKey(signer, "")
	if err != nil {
		t.Fatal(err)
	}
	encrypted, err := ssh.MarshalPrivateKeyWithPassphrase(signer, "", []byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if SSHEncrypted(pem.EncodeToMemory(plain)) {
		t.Error("a plain key is said to be encrypted")
	}
	if !SSHEncrypted(pem.EncodeToMemory(encrypted)) {
		t.Error("an encrypted key is said to be plain")
	}
	if SSHEncrypted([]byte("no key")) || SSHEncrypted(make([]byte, maxSSH+1)) {
		t.Error("what is no key is said to be encrypted")
	}
}
