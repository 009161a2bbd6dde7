package secret

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Fingerprint identifies a value, wherever and under whatever name it lies: it
// survives rebases, moved lines, renamed files and renamed rules.
//
// Version 1 is the first 128 bits of HMAC-SHA-256 over the decoded value, under
// the key [FingerprintKey]. Its text is "v1:" and 32 lower-case hexadecimal digits.
// Some vectors:
//
//	""                               v1:9e6cefff2e045c00e85dfd76da31c62f
//	"correct horse battery staple"   v1:540df218770d37f438cbd1fd08cb5f79
//	"naïve café" (UTF-8, composed)   v1:127e17fccbeffe9463313aac65d395db
//
// The key is public, so a fingerprint is no secret-keeper: whoever has one can
// test guesses of the value against it. For a random token that is hopeless;
// for a weak password it is not. Files that are meant for git therefore hold
// fingerprints only of values that tracked content holds anyway.
type Fingerprint [16]byte

// FingerprintKey is the HMAC key of version 1 fingerprints. It separates them
// from any other hash of the same value; it is not secret.
const FingerprintKey = "secretsweep fingerprint v1"

const fingerprintPrefix = "v1:"

// Fingerprint computes the version 1 fingerprint of the value.
func (v Value) Fingerprint() Fingerprint {
	mac := hmac.New(sha256.New, []byte(FingerprintKey))
	mac.Write([]byte(v.Reveal()))
	return Fingerprint(mac.Sum(nil)[:len(Fingerprint{})])
}

// String gives the text form, "v1:" and 32 hexadecimal digits.
func (f Fingerprint) String() string { return fingerprintPrefix + hex.EncodeToString(f[:]) }

// MarshalText gives the text form.
func (f Fingerprint) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the text form.
func (f *Fingerprint) UnmarshalText(text []byte) error {
	g, err := ParseFingerprint(string(text))
	if err == nil {
		*f = g
	}
	return err
}

// ParseFingerprint reads the text form of a fingerprint.
func ParseFingerprint(s string) (Fingerprint, error) {
	var f Fingerprint
	digits, ok := strings.CutPrefix(s, fingerprintPrefix)
	if !ok {
		return f, fmt.Errorf("fingerprint %q: does not begin with %q", s, fingerprintPrefix)
	}
	if len(digits) != hex.EncodedLen(len(f)) || strings.ToLower(digits) != digits {
		return f, fmt.Errorf("fingerprint %q: want %d lower-case hexadecimal digits after %q", s, hex.EncodedLen(len(f)), fingerprintPrefix)
	}
	if _, err := hex.Decode(f[:], []byte(digits)); err != nil {
		return Fingerprint{}, fmt.Errorf("fingerprint %q: %w", s, err)
	}
	return f, nil
}

// Compare orders fingerprints by their bytes.
func (f Fingerprint) Compare(g Fingerprint) int { return bytes.Compare(f[:], g[:]) }
