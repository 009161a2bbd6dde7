package sample

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
)

// privateKey gives a private key that nobody uses, in PEM without the last line
// feed.
func privateKey(kind string) (string, error) {
	var encode func() (*pem.Block, error)
	switch kind {
	case "rsa":
		encode = rsaKey
	case "ec":
		encode = ecKey
	case "pkcs8":
		encode = pkcs8Key
	case "openssh":
		encode = opensshKey
	case "encrypted":
		encode = encryptedKey
	case "pgp":
		encode = pgpKey
	default:
		return "", fmt.Errorf("unknown kind %q", kind)
	}
	block, err := encode()
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(string(pem.EncodeToMemory(block)), "\n"), nil
}

// newRSA makes one key for the whole process: it is slow, and no test needs two.
var newRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func rsaKey() (*pem.Block, error) {
	key, err := newRSA()
	if err != nil {
		return nil, err
	}
	return &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}, nil
}

func pkcs8Key() (*pem.Block, error) {
	key, err := newRSA()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return &pem.Block{Type: "PRIVATE KEY", Bytes: der}, err
}

func ecKey() (*pem.Block, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	return &pem.Block{Type: "EC PRIVATE KEY", Bytes: der}, err
}

// opensshKey encodes an Ed25519 key as OpenSSH's PROTOCOL.key says.
func opensshKey() (*pem.Block, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	publicPart := appendStrings(nil, "ssh-ed25519", string(public))
	// The private part begins with a check number, which stands there twice.
	privatePart := appendStrings(make([]byte, 8), "ssh-ed25519", string(public), string(private), "")
	for pad := byte(1); len(privatePart)%8 != 0; pad++ {
		privatePart = append(privatePart, pad)
	}
	b := appendStrings([]byte("openssh-key-v1\x00"), "none", "none", "")
	b = binary.BigEndian.AppendUint32(b, 1) // one key
	b = appendStrings(b, string(publicPart), string(privatePart))
	return &pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: b}, nil
}

// appendStrings appends each text behind its length, as SSH does (RFC 4251).
func appendStrings(b []byte, texts ...string) []byte {
	for _, s := range texts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	return b
}

// encryptedKey has the outside of an encrypted PKCS #8 key (RFC 5958), around
// random bytes.
func encryptedKey() (*pem.Block, error) {
	data := make([]byte, 320)
	_, _ = rand.Read(data) // never fails
	pbes2 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	der, err := asn1.Marshal(struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}{pkix.AlgorithmIdentifier{Algorithm: pbes2}, data})
	return &pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}, err
}

// pgpKey has the head of an OpenPGP secret key packet (RFC 9580), around random
// bytes.
func pgpKey() (*pem.Block, error) {
	body := make([]byte, 180)
	_, _ = rand.Read(body)
	const secretKeyTag, version = 0xC0 | 5, 4
	body[0] = version
	return &pem.Block{Type: "PGP PRIVATE KEY BLOCK", Bytes: append([]byte{secretKeyTag, byte(len(body))}, body...)}, nil
}
