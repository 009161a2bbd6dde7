package vault

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// TestProjectOwner has the owner of one project do what they may: environments, tokens,
// grants and their ends, without a right to the rest of the vault.
func TestProjectOwner(t *testing.T) {
	b := newBench(t)
	b.set("prod", "KEY", "of web")
	if err := b.owner.CreateEnvironment(t.Context(), "api", "dev"); err != nil {
		t.Fatal(err)
	}
	pat, _ := b.person("pat", Owner, "api/*")
	dora, _ := b.person("dora", Reader, "web/dev")
	if err := pat.CreateEnvironment(t.Context(), "api", "prod"); err != nil {
		t.Fatal(err)
	}
	ref := Ref{"api", "prod", "ONE"}
	for _, r := range []Ref{ref, {"api", "prod", "TWO"}} {
		if _, err := pat.Set(t.Context(), Change{Ref: r, Value: secret.New("of api")}); err != nil {
			t.Fatal(err)
		}
	}
	if got := get(t, b.owner, ref, Which{}); got != "of api" {
		t.Errorf("olivia reads %q", got)
	}
	tokens := make(map[string]*Session)
	for name, secrets := range map[string][]string{"all": nil, "one": {"ONE"}} {
		token, err := pat.CreateToken(t.Context(), Token{Name: name, Project: "api", Env: "prod", Secrets: secrets})
		if err != nil {
			t.Fatal(err)
		}
		tokens[name] = b.session(token.Identity)
		if got := get(t, tokens[name], ref, Which{}); got != "of api" {
			t.Errorf("%s reads %q", name, got)
		}
		var bundle bytes.Buffer
		if err := pat.Bundle(t.Context(), name, b.now.Add(time.Hour), &bundle); err != nil {
			t.Fatal(err)
		}
		held, err := OpenBundle(t.Context(), &bundle, token, b.options())
		if err != nil {
			t.Fatal(err)
		}
		if got := get(t, held, ref, Which{}); got != "of api" {
			t.Errorf("%s reads %q from its bundle", name, got)
		}
	}
	if err := pat.Grant(t.Context(), "dora", Wanted{Pattern: Pattern{"api", "prod"}, Role: Developer}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, dora, ref, Which{}); got != "of api" {
		t.Errorf("dora reads %q", got)
	}
	roster := b.owner.current().roster.generation(rosterKeyID)
	for name := range tokens {
		if err := pat.Retire(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if _, err := tokens[name].Get(t.Context(), ref, Which{}); !errors.Is(err, ErrNotMember) {
			t.Errorf("%s after it was retired: %v", name, err)
		}
	}
	if n, err := pat.Revoke(t.Context(), "dora", Pattern{"api", "prod"}); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := dora.Get(t.Context(), ref, Which{}); err == nil {
		t.Error("dora reads what was revoked")
	}
	// What is not theirs.
	var denied *DeniedError
	token := Token{Name: "web", Project: "web", Env: "prod"}
	_, tokenErr := pat.CreateToken(t.Context(), token)
	_, revokeErr := pat.Revoke(t.Context(), "dora", Pattern{"web", "dev"})
	for what, err := range map[string]error{
		"a token of web":       tokenErr,
		"a grant's end in web": revokeErr,
		"an environment":       pat.CreateEnvironment(t.Context(), "web", "qa"),
		"a project":            pat.CreateEnvironment(t.Context(), "new", "dev"),
		"a person":             pat.AddPerson(t.Context(), "eve", identity.New().Public(), nil),
		"a retirement":         pat.Retire(t.Context(), "dora"),
		"a wider grant":        pat.Grant(t.Context(), "dora", Wanted{Pattern: Pattern{"*", "dev"}, Role: Reader}),
		"a backup":             pat.Backup(t.Context(), &bytes.Buffer{}),
		"the log":              pat.Log(t.Context(), Filter{}, func(Logged) error { return nil }),
	} {
		if !errors.As(err, &denied) {
			t.Errorf("pat makes %s: %v", what, err)
		}
	}
	b.check()
	// The next owner of everything gives the roster a key that the tokens don't have.
	if err := b.owner.Grant(t.Context(), "dora", Wanted{Pattern: Pattern{"web", "staging"}, Role: Reader}); err != nil {
		t.Fatal(err)
	}
	b.set("prod", "KEY", "of web")
	if now := b.owner.current().roster.generation(rosterKeyID); now != roster+1 {
		t.Errorf("the roster has key %d, after %d", now, roster)
	}
	if err := b.owner.Retire(t.Context(), "pat"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, b.owner, ref, Which{}); got != "of api" {
		t.Errorf("what pat wrote: %q", got)
	}
	b.check()
}

// TestOwnOwnership has owners end their own rights.
func TestOwnOwnership(t *testing.T) {
	b := newBench(t)
	pat, _ := b.person("pat", Owner, "web/dev")
	for name, err := range map[string]error{
		"pat":    func() error { _, err := pat.Revoke(t.Context(), "pat", Pattern{"web", "dev"}); return err }(),
		"olivia": func() error { _, err := b.owner.Revoke(t.Context(), "olivia", Pattern{"*", "*"}); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), "another owner has to") {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.check()
}

// TestRefusedExplain has somebody ask who can read a secret that they can't.
func TestRefusedExplain(t *testing.T) {
	b := newBench(t)
	b.set("prod", "KEY", "value")
	dora, _ := b.person("dora", Developer, "web/dev")
	var denied *DeniedError
	if _, err := dora.Explain(t.Context(), Ref{"web", "prod", "KEY"}); !errors.As(err, &denied) {
		t.Errorf("explained: %v", err)
	}
	refused := 0
	if err := b.owner.Log(t.Context(), Filter{Principal: "dora", Denied: true}, func(Logged) error { refused++; return nil }); err != nil || refused != 1 {
		t.Errorf("the log has %d refusals, %v", refused, err)
	}
}

// TestBundleOfNothing makes a bundle for a token whose right was taken away.
func TestBundleOfNothing(t *testing.T) {
	b := newBench(t)
	rita, _ := b.person("rita", Reader, "web/dev")
	if _, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Revoke(t.Context(), "job", Pattern{"web", "prod"}); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Session{"olivia": b.owner, "rita": rita} {
		if err := s.Bundle(t.Context(), "job", b.now.Add(time.Hour), &bytes.Buffer{}); err == nil {
			t.Errorf("%s makes a bundle of nothing", name)
		}
	}
	if err := b.owner.Retire(t.Context(), "job"); err != nil {
		t.Error(err)
	}
	b.check()
}

// TestManyVersions fills a secret with versions, and gives it new keys.
func TestManyVersions(t *testing.T) {
	b := newBench(t)
	ref := Ref{"web", "dev", "KEY"}
	var last error
	n := 0
	for ; last == nil && n < 2*maxVersions; n++ {
		_, last = b.owner.Set(t.Context(), Change{Ref: ref, Value: secret.New("value")})
	}
	if n != maxVersions+1 || !strings.Contains(last.Error(), "can't have more") {
		t.Fatalf("%d versions: %v", n, last)
	}
	if err := b.owner.Remove(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Destroy(t.Context(), ref, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Rollback(t.Context(), ref, 0, 0); err == nil {
		t.Error("what was destroyed came back")
	}
	b.set("dev", "OTHER", "value")
	b.person("gone", Reader, "web/dev")
	if err := b.owner.Retire(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, b.session(b.keys), Ref{"web", "dev", "OTHER"}, Which{}); got != "value" {
		t.Errorf("got %q", got)
	}
	b.check()
}

// TestNoEnvironment has a vault without an environment, and the first one made later.
func TestNoEnvironment(t *testing.T) {
	keys := identity.New()
	b := &bench{t: t, store: store.NewMemory(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), keys: keys}
	var err error
	if b.vault, err = Init(t.Context(), b.store, keys, Founding{Name: "olivia", Project: "web", Options: b.options()}); err != nil {
		t.Fatal(err)
	}
	b.owner = b.session(keys)
	if _, err := b.owner.Status(t.Context()); err != nil {
		t.Error(err)
	}
	if all, err := b.owner.Known(t.Context(), "*"); err != nil || len(all) != 0 {
		t.Error(all, err)
	}
	b.person("dora", Developer, "*/*")
	if err := b.owner.CreateEnvironment(t.Context(), "web", "dev"); err != nil {
		t.Fatal(err)
	}
	b.set("dev", "KEY", "value")
	b.check()
}
