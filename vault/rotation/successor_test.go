package rotation

import (
	"slices"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/store"
)

// TestMovedStays changes the vault when all have moved, in ways that give nobody the old value
// back: nobody has to move again.
func TestMovedStays(t *testing.T) {
	dev := vault.Ref{Project: "web", Environment: "dev", Name: "KEY"}
	destroy := func(b *bench, ref vault.Ref, version int) {
		b.t.Helper()
		_, err := b.owner.Destroy(b.t.Context(), ref, version)
		b.must(err)
	}
	for _, tt := range []struct {
		name string
		do   func(b *bench)
	}{
		{"the next value", func(b *bench) { b.set(key("KEY"), "newer") }},
		{"the old value destroyed", func(b *bench) { destroy(b, key("KEY"), 1) }},
		{"the old value destroyed after the next", func(b *bench) { b.set(key("KEY"), "newer"); destroy(b, key("KEY"), 1) }},
		{"the old value destroyed everywhere", func(b *bench) { destroy(b, dev, 1); destroy(b, key("KEY"), 1); b.set(dev, "newer") }},
		{"one removed", func(b *bench) { b.must(b.owner.Remove(b.t.Context(), dev)) }},
		{"all removed", func(b *bench) {
			b.must(b.owner.Remove(b.t.Context(), dev))
			b.must(b.owner.Remove(b.t.Context(), key("KEY")))
		}},
		{"told in another order", func(b *bench) {
			b.must(b.owner.Track(b.t.Context(), "imported again", vault.LeakReport{
				Project: "web", Leaked: leakOf("the old value"), LeakEvent: vault.LeakEvent{Kind: vault.Imported, Refs: []vault.Ref{key("KEY")}},
			}))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, store.NewMemory())
			b.set(dev, "the old value")
			b.set(key("KEY"), "the old value")
			b.do(b.open("the old value"), own)
			b.set(dev, "new")
			b.set(key("KEY"), "new")
			before := b.do(b.one(), Step{Act: MoveAll, Reason: "I asked all of them"})
			if before.State != Moved || len(before.Successors) != 2 {
				t.Fatalf("%s, %v", before.State, before.Successors)
			}
			tt.do(b)
			r := b.one()
			if r.State != Moved || len(r.derived) > 0 || !slices.Equal(r.Successors, before.Successors) {
				t.Errorf("%s: %v, derived %v", r.State, r.Successors, r.derived)
			}
			if len(r.Refs) != 2 {
				t.Errorf("it is about %v", r.Refs)
			}
		})
	}
}

// TestStillWithin gives a secret another whole with the old value in it: that is no successor.
func TestStillWithin(t *testing.T) {
	for _, tt := range []struct {
		name, part, first, next string
		replaced                bool
	}{
		{"another host", "the-old-password", "postgres://app:the-old-password@db/app", "postgres://app:the-old-password@db2/app", false},
		{"a setting more", "the-old-password", "postgres://app:the-old-password@db/app", "postgres://app:the-old-password@db/app?sslmode=require", false},
		{"another password", "the-old-password", "postgres://app:the-old-password@db/app", "postgres://app:the-new-password@db/app", true},
		{"a password like the user", "postgres", "postgres://postgres:postgres@db/postgres", "postgres://postgres:the-new-password@db/postgres", true},
		{"a longer password", "the-old-password", "postgres://app:the-old-password@db/app", "postgres://app:the-old-password2@db/app", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, store.NewMemory())
			b.set(key("URL"), tt.first)
			r, err := b.tracker().Open(t.Context(), "web", vault.Leaked{Value: secret.New(tt.part), Carrier: secret.New(tt.first)}, "for a reason", nil)
			b.must(err)
			b.do(r, own)
			b.set(key("URL"), tt.next)
			if r := b.one(); (len(r.Successors) > 0) != tt.replaced {
				t.Errorf("successors: %v", r.Successors)
			}
		})
	}
}
