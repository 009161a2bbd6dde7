package provider_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// certificate makes one that is good between two times, and its key.
func certificate(t testing.TB, from, to time.Time) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", keyDER)
}

func TestLifetime(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	first, key := certificate(t, day(1), day(10))
	second, _ := certificate(t, day(2), day(5))
	backwards, _ := certificate(t, day(9), day(8))
	broken := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("none")}))
	for _, tt := range []struct {
		name, value string
		from, to    time.Time // zero for none
	}{
		{"one", first, day(1), day(10)},
		{"with its key", key + first, day(1), day(10)},
		{"a chain goes with what ends first", first + second, day(2), day(5)},
		{"in whatever order", second + first, day(2), day(5)},
		{"text around it", "subject=web\n" + first + "\nend\n", day(1), day(10)},
		{"one that is broken", broken + first, day(1), day(10)},
		{"no more than twenty are looked at", strings.Repeat(first, 20) + second, day(1), day(10)},
		{"ends before it begins", backwards, time.Time{}, time.Time{}},
		{"a key alone", key, time.Time{}, time.Time{}},
		{"cut off", first[:len(first)/2], time.Time{}, time.Time{}},
		{"no PEM", "postgres://db/app", time.Time{}, time.Time{}},
		{"nothing", "", time.Time{}, time.Time{}},
		{"too long", strings.Repeat(" ", 1<<20) + first, time.Time{}, time.Time{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, to, ok := provider.Lifetime(secret.New(tt.value))
			if !from.Equal(tt.from) || !to.Equal(tt.to) || ok == tt.to.IsZero() {
				t.Errorf("from %s to %s, %t", from, to, ok)
			}
		})
	}
}

func FuzzLifetime(f *testing.F) {
	one, key := certificate(f, time.Unix(0, 0), time.Unix(1, 0))
	f.Add(one + key)
	f.Add("-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n")
	f.Fuzz(func(t *testing.T, s string) {
		if from, to, ok := provider.Lifetime(secret.New(s)); ok && !from.Before(to) {
			t.Errorf("good from %s to %s", from, to)
		}
	})
}
