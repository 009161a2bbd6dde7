package vault

import (
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// bench is a vault in memory with a clock that stands still unless it is moved.
type bench struct {
	t     testing.TB
	store store.Store
	vault *Vault
	now   time.Time
	owner *Session
	keys  *identity.Identity // the owner's
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, store: store.NewMemory(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), keys: identity.New()}
	var err error
	b.vault, err = Init(t.Context(), b.store, b.keys, Founding{
		Name: "olivia", Project: "web", Environments: []string{"dev", "staging", "prod"}, Options: b.options(),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.owner = b.session(b.keys)
	return b
}

func (b *bench) options() Options {
	return Options{Now: func() time.Time { return b.now }, Program: "test", Host: "here"}
}

func (b *bench) session(id *identity.Identity) *Session {
	b.t.Helper()
	s, err := b.vault.Session(b.t.Context(), id, b.options())
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// set sets a value as the owner.
func (b *bench) set(env, name, value string) int {
	b.t.Helper()
	n, err := b.owner.Set(b.t.Context(), Change{Ref: Ref{"web", env, name}, Value: secret.New(value)})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func get(t testing.TB, s *Session, ref Ref, which Which) string {
	t.Helper()
	got, err := s.Get(t.Context(), ref, which)
	if err != nil {
		t.Fatal(err)
	}
	return got.Value.Reveal()
}

func TestSetAndGet(t *testing.T) {
	b := newBench(t)
	ref := Ref{"web", "dev", "DATABASE_PASSWORD"}
	if n := b.set("dev", ref.Name, "one"); n != 1 {
		t.Errorf("first version is %d", n)
	}
	if n := b.set("dev", ref.Name, "two"); n != 2 {
		t.Errorf("second version is %d", n)
	}
	if got := get(t, b.owner, ref, Which{}); got != "two" {
		t.Errorf("got %q", got)
	}
	if got := get(t, b.session(b.keys), ref, Which{Version: 1}); got != "one" {
		t.Errorf("got %q", got)
	}
	if got := get(t, b.owner, ref, Which{Point: Point{Revision: 1}}); got != "one" {
		t.Errorf("got %q", got)
	}
	all, err := b.owner.List(t.Context(), "web", "dev")
	if err != nil || len(all) != 1 || all[0].Current != 2 || all[0].Versions[0].State != Revoked || all[0].Versions[1].By != "olivia" {
		t.Errorf("list: %+v, %v", all, err)
	}
	if n, err := b.owner.Rollback(t.Context(), ref, 0, 0); err != nil || n != 3 || get(t, b.owner, ref, Which{}) != "one" {
		t.Errorf("rollback: version %d, %v", n, err)
	}
	if err := b.owner.Remove(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Get(t.Context(), ref, Which{}); err == nil || !strings.Contains(err.Error(), "there is no secret") {
		t.Errorf("removed: %v", err)
	}
	if err := b.owner.CreateEnvironment(t.Context(), "api", "prod"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Move(t.Context(), ref, Ref{"api", "prod", "X"}); err == nil {
		t.Error("moved what was removed")
	}
	if _, err := b.owner.Rollback(t.Context(), ref, 2, 0); err != nil {
		t.Fatal(err)
	}
	if n, err := b.owner.Move(t.Context(), ref, Ref{"api", "prod", "X"}); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if got := get(t, b.owner, Ref{"api", "prod", "X"}, Which{}); got != "two" {
		t.Errorf("got %q", got)
	}
	if _, err := b.owner.Move(t.Context(), Ref{"api", "prod", "X"}, Ref{"api", "prod", "Y"}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, b.owner, Ref{"api", "prod", "Y"}, Which{}); got != "two" {
		t.Errorf("got %q", got)
	}
}
