package vault

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
)

// person adds somebody with a role, and opens a session for them.
func (b *bench) person(name string, role Role, pattern string) (*Session, *identity.Identity) {
	b.t.Helper()
	p, err := ParsePattern(pattern)
	if err != nil {
		b.t.Fatal(err)
	}
	id := identity.New()
	if err := b.owner.AddPerson(b.t.Context(), name, id.Public(), []Wanted{{Pattern: p, Role: role}}); err != nil {
		b.t.Fatal(err)
	}
	return b.session(id), id
}

func TestRoles(t *testing.T) {
	b := newBench(t)
	b.set("dev", "KEY", "for dev")
	b.set("prod", "KEY", "for prod")
	dora, _ := b.person("dora", Developer, "*/dev")
	if got := get(t, dora, Ref{"web", "dev", "KEY"}, Which{}); got != "for dev" {
		t.Errorf("dora reads %q", got)
	}
	if _, err := dora.Set(t.Context(), Change{Ref: Ref{"web", "dev", "KEY"}, Value: secret.New("from dora")}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, b.owner, Ref{"web", "dev", "KEY"}, Which{}); got != "from dora" {
		t.Errorf("olivia reads %q", got)
	}
	var denied *DeniedError
	if _, err := dora.Get(t.Context(), Ref{"web", "prod", "KEY"}, Which{}); err == nil {
		t.Error("dora reads prod")
	}
	if _, err := dora.Set(t.Context(), Change{Ref: Ref{"web", "prod", "KEY"}, Value: secret.New("x")}); !errors.As(err, &denied) {
		t.Errorf("dora writes prod: %v", err)
	}
	if err := dora.Grant(t.Context(), "dora", Wanted{Pattern: Pattern{"web", "prod"}, Role: Reader}); !errors.As(err, &denied) {
		t.Errorf("dora grants: %v", err)
	}
	if err := b.owner.Grant(t.Context(), "dora", Wanted{Pattern: Pattern{"web", "prod"}, Role: Reader}); err != nil {
		t.Fatal(err)
	}
	if got := get(t, dora, Ref{"web", "prod", "KEY"}, Which{}); got != "for prod" {
		t.Errorf("dora reads %q", got)
	}
	if n, err := b.owner.Revoke(t.Context(), "dora", Pattern{"web", "prod"}); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := dora.Get(t.Context(), Ref{"web", "prod", "KEY"}, Which{}); err == nil {
		t.Error("dora still reads prod")
	}
	if got := get(t, b.owner, Ref{"web", "prod", "KEY"}, Which{}); got != "for prod" {
		t.Errorf("after re-keying: %q", got)
	}
	if err := b.owner.Retire(t.Context(), "dora"); err != nil {
		t.Fatal(err)
	}
	if _, err := dora.Get(t.Context(), Ref{"web", "dev", "KEY"}, Which{}); !errors.Is(err, ErrNotMember) {
		t.Errorf("dora after she left: %v", err)
	}
	if got := get(t, b.owner, Ref{"web", "dev", "KEY"}, Which{}); got != "from dora" {
		t.Errorf("what dora wrote: %q", got)
	}
	exposed, err := b.owner.Exposure(t.Context(), "dora")
	if err != nil {
		t.Fatal(err)
	}
	var seen, could []string
	for _, e := range exposed {
		if e.Times > 0 {
			seen = append(seen, e.Ref.String())
		} else {
			could = append(could, e.Ref.String())
		}
	}
	if want := []string{"web/dev KEY", "web/prod KEY"}; !slices.Equal(seen, want) {
		t.Errorf("seen: %v", seen)
	}
	if want := []string{"web/dev KEY"}; !slices.Equal(could, want) { // version 2, which she wrote
		t.Errorf("could have seen: %v", could)
	}
	b.check()
}

// check makes sure that the vault is sound, and everything in it opens for its owner.
func (b *bench) check() Report {
	b.t.Helper()
	r, err := b.vault.Check(b.t.Context(), b.keys, b.options(), audit.Head{})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, p := range r.Problems {
		b.t.Errorf("check: %s: %v", p.What, p.Err)
	}
	if r.Unopened > 0 || r.Entries == 0 || r.Records == 0 {
		b.t.Errorf("check: %+v", r)
	}
	return r
}

func TestTokens(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "first")
	b.set("prod", "TWO", "second")
	all, err := b.owner.CreateToken(t.Context(), Token{Name: "deploy", Project: "web", Env: "prod"})
	if err != nil {
		t.Fatal(err)
	}
	single, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"ONE"}, Until: b.now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	deploy, job := b.session(all.Identity), b.session(single.Identity)
	keep := func(string) bool { return true }
	if got, err := deploy.GetScope(t.Context(), "web", "prod", Which{}, keep); err != nil || len(got) != 2 {
		t.Errorf("deploy reads %v, %v", got, err)
	}
	if got, err := job.GetScope(t.Context(), "web", "prod", Which{}, keep); err != nil || len(got) != 1 || got[0].Value.Reveal() != "first" {
		t.Errorf("job reads %v, %v", got, err)
	}
	if _, err := job.Get(t.Context(), Ref{"web", "prod", "TWO"}, Which{}); err == nil {
		t.Error("job reads another secret")
	}
	b.set("prod", "ONE", "changed")
	if got := get(t, job, Ref{"web", "prod", "ONE"}, Which{}); got != "changed" {
		t.Errorf("job reads %q", got)
	}

	var bundle bytes.Buffer
	if err := b.owner.Bundle(t.Context(), "job", b.now.Add(time.Minute), &bundle); err != nil {
		t.Fatal(err)
	}
	s, err := OpenBundle(t.Context(), bytes.NewReader(bundle.Bytes()), single, b.options())
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, Ref{"web", "prod", "ONE"}, Which{}); got != "changed" {
		t.Errorf("job reads %q from its bundle", got)
	}
	if _, err := OpenBundle(t.Context(), bytes.NewReader(bundle.Bytes()), all, b.options()); err == nil || !strings.Contains(err.Error(), "another token") {
		t.Errorf("opened with another token: %v", err)
	}

	if err := b.owner.Retire(t.Context(), "deploy"); err != nil {
		t.Fatal(err)
	}
	if _, err := deploy.Get(t.Context(), Ref{"web", "prod", "ONE"}, Which{}); !errors.Is(err, ErrNotMember) {
		t.Errorf("a revoked token: %v", err)
	}
	if got := get(t, job, Ref{"web", "prod", "ONE"}, Which{}); got != "changed" {
		t.Errorf("after its scope was re-keyed, job reads %q", got)
	}
	b.now = b.now.Add(2 * time.Hour)
	if _, err := job.Get(t.Context(), Ref{"web", "prod", "ONE"}, Which{}); err == nil {
		t.Error("an expired token reads")
	}
	if _, err := OpenBundle(t.Context(), bytes.NewReader(bundle.Bytes()), single, b.options()); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("an expired bundle: %v", err)
	}
	st, err := b.owner.Status(t.Context())
	if err != nil || !slices.Equal(st.EndedTokens, []string{"job"}) {
		t.Errorf("status: %+v, %v", st, err)
	}
	if err := b.owner.Retire(t.Context(), "job"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, b.owner, Ref{"web", "prod", "ONE"}, Which{}); got != "changed" {
		t.Errorf("after the secret was re-keyed: %q", got)
	}
	b.check()
}

// TestExposedAgain has a value that somebody saw come back after they left, in its place
// and in another.
func TestExposedAgain(t *testing.T) {
	b := newBench(t)
	ref := Ref{"web", "dev", "KEY"}
	b.set("dev", "KEY", "known")
	b.set("prod", "OTHER", "not known")
	dora, _ := b.person("dora", Reader, "web/dev")
	get(t, dora, ref, Which{})
	if err := b.owner.Retire(t.Context(), "dora"); err != nil {
		t.Fatal(err)
	}
	b.set("dev", "KEY", "rotated")
	if _, err := b.owner.Rollback(t.Context(), ref, 1, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := b.owner.Copy(t.Context(), ref, Ref{"web", "prod", "KEY"}); err != nil {
		t.Fatal(err)
	}
	exposed, err := b.owner.Exposure(t.Context(), "dora")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range exposed {
		got = append(got, fmt.Sprintf("%s %d %s %d", e.Ref, e.Version, e.State, e.Times))
	}
	want := []string{"web/dev KEY 1 revoked 1", "web/dev KEY 3 current 0", "web/prod KEY 1 current 0"}
	if !slices.Equal(got, want) {
		t.Errorf("exposed: %q, want %q", got, want)
	}
	b.check()
}
