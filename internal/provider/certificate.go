package provider

import (
	"crypto/x509"
	"encoding/pem"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// The limits of what is looked at of a value for certificates.
const (
	maxCertificates = 20      // of a chain
	maxPEM          = 1 << 20 // bytes of a value
)

// Lifetime gives from when to when a value is good, if it has certificates in PEM: of several,
// such as a chain, that which ends first. Nobody is asked.
func Lifetime(value secret.Value) (from, to time.Time, ok bool) {
	rest := []byte(value.Reveal())
	if len(rest) > maxPEM {
		return from, to, false
	}
	defer clear(rest)
	for seen := 0; seen < maxCertificates; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			clear(block.Bytes) // a key
			continue
		}
		seen++
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || !c.NotBefore.Before(c.NotAfter) {
			continue
		}
		if !ok || c.NotAfter.Before(to) {
			from, to, ok = c.NotBefore, c.NotAfter, true
		}
	}
	return from, to, ok
}
