package main

import (
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// TestCredentialOfTwo shows that a password which stands in the addresses of two databases is
// asked about at both, once each; of other rules' values the wholes around them are no part.
func TestCredentialOfTwo(t *testing.T) {
	value := secret.New("made up")
	first, second := secret.New("postgres://app:made%20up@one.example.com/db"), secret.New("postgres://app:made%20up@two.example.com/db")
	f := &scanner.Finding{Rule: &rules.Rule{ID: provider.DatabaseURL}, Value: value, Carrier: first}
	for _, whole := range []secret.Value{first, second, value, second, {}} {
		f.Namings = append(f.Namings, scanner.Naming{Carrier: whole})
	}
	c := credentialOf(f)
	if len(c.Parts) != 1 || c.Parts[0].Name != provider.AnotherAddress || !c.Parts[0].Value.Equal(second) {
		t.Errorf("asks with %d parts", len(c.Parts))
	}
	f.Rule = &rules.Rule{ID: "generic-password"}
	if c := credentialOf(f); len(c.Parts) != 0 {
		t.Errorf("asks with %d parts", len(c.Parts))
	}
}
