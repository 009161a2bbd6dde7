package provider

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xdg-go/stringprep"
)

// scramName is the mechanism of RFC 7677, without channel binding: where TLS is verified,
// nobody stands in between; where it isn't, its certificate is nobody's.
const scramName = "SCRAM-SHA-256"

const (
	scramIterations     = 4096      // what PostgreSQL makes verifiers with
	scramMostIterations = 1_000_000 // a server may ask for; more is an attack on our time
)

// scramKeys are what proves a password (RFC 5802, section 3).
type scramKeys struct{ client, stored, server []byte }

func scramKeysOf(password string, salt []byte, iterations int) (scramKeys, error) {
	salted, err := pbkdf2.Key(sha256.New, prepared(password), salt, iterations, sha256.Size)
	if err != nil {
		return scramKeys{}, err
	}
	client := mac(salted, "Client Key")
	stored := sha256.Sum256(client)
	return scramKeys{client, stored[:], mac(salted, "Server Key")}, nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// prepared is the password as both sides of SCRAM compute with it: after SASLprep
// (RFC 4013), or as it is where that refuses it, as PostgreSQL has it.
func prepared(password string) string {
	if !utf8.ValidString(password) {
		return password
	}
	// To PostgreSQL the zero-width space is a space; the RFC has it in two tables.
	text, err := stringprep.SASLprep.Prepare(strings.ReplaceAll(password, "\u200b", " "))
	if err != nil || text == "" {
		return password
	}
	return text
}

// scramVerifier is what a server keeps of a password, and takes in place of it: it lets the
// server check the password, and nobody log in.
func scramVerifier(password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	keys, err := scramKeysOf(password, salt, scramIterations)
	if err != nil {
		return "", err
	}
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s$%d:%s$%s:%s", scramName, scramIterations, encode(salt), encode(keys.stored), encode(keys.server)), nil
}

// scramClient is one side of a login.
type scramClient struct {
	password  string
	nonce     string
	signature []byte // what a server can say that knows the password
}

func newScramClient(password string) *scramClient {
	return &scramClient{password: password, nonce: rand.Text()}
}

// bare is the first message, without its header; the user's name has been said before.
func (c *scramClient) bare() string { return "n=,r=" + c.nonce }

// first is the first message.
func (c *scramClient) first() []byte { return []byte("n,," + c.bare()) }

// final answers the server's first message with the proof.
func (c *scramClient) final(serverFirst []byte) ([]byte, error) {
	fields := strings.SplitN(string(serverFirst), ",", 4)
	if len(fields) < 3 {
		return nil, errGarbled
	}
	nonce, okNonce := strings.CutPrefix(fields[0], "r=")
	salt64, okSalt := strings.CutPrefix(fields[1], "s=")
	count, okCount := strings.CutPrefix(fields[2], "i=")
	salt, err := base64.StdEncoding.DecodeString(salt64)
	if !okNonce || !okSalt || !okCount || err != nil || len(salt) == 0 {
		return nil, errGarbled
	}
	if !strings.HasPrefix(nonce, c.nonce) || len(nonce) == len(c.nonce) {
		return nil, errGarbled
	}
	iterations, err := strconv.Atoi(count)
	if err != nil || iterations < 1 || iterations > scramMostIterations {
		return nil, errGarbled
	}
	keys, err := scramKeysOf(c.password, salt, iterations)
	if err != nil {
		return nil, err
	}
	final := "c=biws,r=" + nonce // biws is the header "n,,"
	whole := c.bare() + "," + string(serverFirst) + "," + final
	proof := mac(keys.stored, whole)
	subtle.XORBytes(proof, proof, keys.client)
	c.signature = mac(keys.server, whole)
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

// check tells whether the server's last message shows that it knows the password.
func (c *scramClient) check(serverFinal []byte) error {
	text, ok := bytes.CutPrefix(serverFinal, []byte("v="))
	got, err := base64.StdEncoding.DecodeString(string(text))
	if !ok || err != nil || !hmac.Equal(got, c.signature) {
		return errUnshown
	}
	return nil
}
