package vault

import (
	"errors"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
)

// A checkpoint is taken from whoever the vault knows or has known, and from nobody else.
func TestReadCheckpoint(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	keys := identity.New()
	if err := b.owner.AddPerson(ctx, "dora", keys.Public(), nil); err != nil {
		t.Fatal(err)
	}
	checkpoint := func(s *Session) []byte {
		t.Helper()
		text, err := s.Checkpoint(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	first, owners := checkpoint(b.session(keys)), checkpoint(b.owner)
	other := checkpoint(newBench(t).owner)
	stranger, err := audit.Checkpoint(b.vault.ID(), audit.Head{Size: 3}, "olivia", identity.New().Signer())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.owner.Retire(ctx, "dora"); err != nil {
		t.Fatal(err)
	}
	// Another one of the same name doesn't hide the one who has left.
	if err := b.owner.AddPerson(ctx, "dora", identity.New().Public(), nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		text   []byte
		signer string
		gone   bool
		fails  string
	}{
		{"who has left", first, "dora", true, ""},
		{"owner", owners, "olivia", false, ""},
		{"another vault", other, "", false, "isn't signed by anyone"},
		{"stranger with a known name", stranger, "", false, "isn't signed by anyone"},
		{"changed", []byte(strings.Replace(string(owners), "\n3\n", "\n4\n", 1)), "", false, "isn't signed by anyone"},
		{"nothing", nil, "", false, "isn't signed by anyone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := b.vault.ReadCheckpoint(ctx, b.keys, b.options(), c.text)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("got %+v, %v, want an error with %q", w, err, c.fails)
				}
				return
			}
			if err != nil || w.Signer != c.signer || w.Gone != c.gone {
				t.Fatalf("got %+v, %v, want one by %s, gone: %t", w, err, c.signer, c.gone)
			}
			report, err := b.vault.VerifyLog(ctx, b.keys, b.options(), w.Head)
			if err != nil || len(report.Problems) > 0 || report.Entries != report.Head.Size {
				t.Errorf("verify against it: %+v, %v", report, err)
			}
		})
	}
	// Someone's keys may belong to two vaults.
	two := newBench(t)
	if err := two.owner.AddPerson(ctx, "olivia", b.keys.Public(), nil); err == nil {
		t.Fatal("a name was given twice")
	}
	if err := two.owner.AddPerson(ctx, "olivia-2", b.keys.Public(), nil); err != nil {
		t.Fatal(err)
	}
	elsewhere, err := audit.Checkpoint(two.vault.ID(), audit.Head{Size: 1}, "olivia", b.keys.Signer())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.vault.ReadCheckpoint(ctx, b.keys, b.options(), elsewhere); err == nil || !strings.Contains(err.Error(), "another vault") {
		t.Errorf("a checkpoint of another vault: %v", err)
	}
	if _, err := b.vault.ReadCheckpoint(ctx, identity.New(), b.options(), owners); !errors.Is(err, ErrNotMember) {
		t.Errorf("read by a stranger: %v", err)
	}
}

// What is wrong with the log, VerifyLog finds as Check does; of the rest it says nothing.
func TestVerifyLog(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	b.set("dev", "A", "one")
	head := b.owner.state.head
	for _, c := range []struct {
		name   string
		change func(tx store.Tx) error
		finds  bool
	}{
		{"a record is changed", func(tx store.Tx) error {
			for p, err := range tx.Scan([]byte{kindVersion}) {
				if err != nil {
					return err
				}
				return tx.Set(p.Key, append(p.Value[:len(p.Value)-1:len(p.Value)-1], p.Value[len(p.Value)-1]^1))
			}
			return errors.New("there is no version")
		}, false},
		{"an entry is gone", func(tx store.Tx) error { return tx.Delete(audit.EntryKey(head.Size - 1)) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := b.store.Update(ctx, c.change); err != nil {
				t.Fatal(err)
			}
			// An identity that begins anew sees no more than is there.
			report, err := b.vault.VerifyLog(ctx, b.keys, b.options(), head)
			if err != nil || (len(report.Problems) > 0) != c.finds {
				t.Errorf("found %v, %v, want problems: %t", report.Problems, err, c.finds)
			}
			all, err := b.vault.Check(ctx, b.keys, b.options(), head)
			if err != nil || len(all.Problems) == 0 {
				t.Errorf("check found %v, %v", all.Problems, err)
			}
		})
	}
}

// Log gives up the store before it hands out what it read: who reads it may take long.
func TestLogLetsOthersGo(t *testing.T) {
	b := newBench(t)
	n := 0
	err := b.owner.Log(t.Context(), Filter{}, func(Logged) error {
		n++
		if n == 1 {
			b.set("dev", "A", "in between")
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("saw %d entries, %v", n, err)
	}
}
