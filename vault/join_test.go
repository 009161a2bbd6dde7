package vault

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/secretsweep/secretsweep/vault/identity"
)

// sshKey makes an SSH key: the public line, and what opens what was sealed to it.
func sshKey(t *testing.T) (line string, unwrap func([]byte) ([]byte, error)) {
	t.Helper()
	public, private, _ := ed25519.GenerateKey(rand.Reader) // never fails
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	file := pem.EncodeToMemory(block)
	return string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(key))), func(sealed []byte) ([]byte, error) {
		return identity.UnwrapSSH(file, func() ([]byte, error) { return nil, errors.New("nobody to ask") }, sealed)
	}
}

// TestJoin shows that who was invited reads what they were invited to, in environments
// that existed before and that come after, and once only.
func TestJoin(t *testing.T) {
	b := newBench(t)
	b.set("dev", "KEY", "for dev")
	b.set("prod", "KEY", "for prod")
	line, unwrap := sshKey(t)
	_, otherUnwrap := sshKey(t)
	if err := b.owner.Invite(t.Context(), "carol", line, []Wanted{{Pattern: Pattern{"*", "dev"}, Role: Developer}, {Pattern: Pattern{"web", "staging"}, Role: Reader}}); err != nil {
		t.Fatal(err)
	}
	b.set("staging", "KEY", "for staging")
	keys := identity.New()
	if _, _, err := Join(t.Context(), b.store, b.vault.ID(), keys, b.options(), otherUnwrap); !errors.Is(err, ErrNotInvited) {
		t.Errorf("who wasn't invited: %v", err)
	}
	if _, _, err := Join(t.Context(), b.store, [32]byte{1}, keys, b.options(), unwrap); err == nil {
		t.Error("joined another vault than was meant")
	}
	id, name, err := Join(t.Context(), b.store, b.vault.ID(), keys, b.options(), unwrap)
	if err != nil || name != "carol" || id != b.vault.ID() {
		t.Fatalf("joined as %q: %v", name, err)
	}
	if err := b.owner.CreateEnvironment(t.Context(), "api", "dev"); err != nil {
		t.Fatal(err)
	}
	carol := b.session(keys)
	for _, env := range []string{"dev", "staging"} {
		if got := get(t, carol, Ref{"web", env, "KEY"}, Which{}); got != "for "+env {
			t.Errorf("carol reads %q", got)
		}
	}
	if _, err := carol.List(t.Context(), "api", "dev"); err != nil {
		t.Errorf("carol in an environment that came later: %v", err)
	}
	if _, err := carol.Get(t.Context(), Ref{"web", "prod", "KEY"}, Which{}); err == nil {
		t.Error("carol reads prod")
	}
	if _, _, err := Join(t.Context(), b.store, b.vault.ID(), identity.New(), b.options(), unwrap); !errors.Is(err, ErrNotInvited) {
		t.Errorf("joined again: %v", err)
	}
	b.check()
}
