package vault

import (
	"bytes"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

// TestOwnerOfAScope has somebody who owns an environment only make and take away machines.
func TestOwnerOfAScope(t *testing.T) {
	b := newBench(t)
	b.set("dev", "ONE", "one")
	mara, _ := b.person("mara", Owner, "web/dev")
	for _, only := range [][]string{nil, {"ONE"}} {
		made, err := mara.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "dev", Secrets: only})
		if err != nil {
			t.Fatal(err)
		}
		job := b.session(made.Identity)
		if got := get(t, job, Ref{"web", "dev", "ONE"}, Which{}); got != "one" {
			t.Errorf("the token reads %q", got)
		}
		if err := mara.Retire(t.Context(), "job"); err != nil {
			t.Fatal(err)
		}
		if _, err := job.Get(t.Context(), Ref{"web", "dev", "ONE"}, Which{}); !errors.Is(err, ErrNotMember) {
			t.Errorf("the token, taken away: %v", err)
		}
	}
	before := b.generation(rosterKeyID)
	b.person("later", Reader, "web/dev")
	if now := b.generation(rosterKeyID); now != before+1 {
		t.Errorf("the roster has key %d after an owner of everything acted; want %d", now, before+1)
	}
	b.check()
}

// generation gives the newest generation of a shared key.
func (b *bench) generation(key ID) int { return b.session(b.keys).state.roster.generation(key) }

// TestRefusals tells nobody who may not read there what is there, and has each in the log.
func TestRefusals(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "one")
	b.set("prod", "TWO", "two")
	dora, _ := b.person("dora", Developer, "web/dev")
	made, err := b.owner.CreateToken(t.Context(), Token{Name: "job", Project: "web", Env: "prod", Secrets: []string{"ONE"}})
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for who, s := range map[string]*Session{"dora": dora, "job": b.session(made.Identity)} {
		for _, name := range []string{"TWO", "NO_SUCH_THING"} {
			refused++
			var denied *DeniedError
			if _, err := s.Get(t.Context(), Ref{"web", "prod", name}, Which{}); !errors.As(err, &denied) {
				t.Errorf("%s reads %s: %v", who, name, err)
			}
		}
	}
	refused++
	if _, err := dora.GetScope(t.Context(), "web", "prod", Which{}, func(string) bool { return true }); err == nil {
		t.Error("dora reads nothing of prod, without an error")
	}
	var logged int
	if err := b.owner.Log(t.Context(), Filter{Denied: true}, func(Logged) error { logged++; return nil }); err != nil {
		t.Fatal(err)
	}
	if logged != refused {
		t.Errorf("%d refusals are in the log; want %d", logged, refused)
	}
}

// TestReadWhatChanges reads a secret that is changed each time that it was read.
func TestReadWhatChanges(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "one")
	var views atomic.Int64
	busy := &busyStore{Store: b.store}
	v, err := Open(t.Context(), busy, b.vault.id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := v.Session(t.Context(), b.keys, b.options())
	if err != nil {
		t.Fatal(err)
	}
	busy.after = func() {
		views.Add(1)
		b.set("prod", "ONE", "again")
	}
	if got := get(t, s, Ref{"web", "prod", "ONE"}, Which{}); got != "again" {
		t.Errorf("got %q", got)
	}
	if n := views.Load(); n != 3 {
		t.Errorf("read %d times beside others", n)
	}
}

// TestRestoreIntoSomething refuses a store that has something in it.
func TestRestoreIntoSomething(t *testing.T) {
	b := newBench(t)
	b.set("prod", "ONE", "one")
	var backup bytes.Buffer
	if err := b.owner.Backup(t.Context(), &backup); err != nil {
		t.Fatal(err)
	}
	into := store.NewMemory()
	v, err := Restore(t.Context(), bytes.NewReader(backup.Bytes()), b.keys, into)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := v.Check(t.Context(), b.keys, b.options(), audit.Head{}); err != nil || len(r.Problems) > 0 || r.Values != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	var exists *ExistsError
	if _, err := Restore(t.Context(), &backup, b.keys, into); !errors.As(err, &exists) {
		t.Errorf("restored twice: %v", err)
	}
	if _, err := b.owner.Set(t.Context(), Change{Ref: Ref{"web", "prod", "ONE"}, Value: secret.New("two")}); err != nil {
		t.Error(err)
	}
}

// TestOthersName has a developer write a version in somebody else's name.
func TestOthersName(t *testing.T) {
	s := newStage(t)
	if _, err := s.victims["dora"].Get(t.Context(), Ref{"web", "prod", "ONE"}, Which{}); err != nil {
		t.Fatal(err)
	}
	f := s.bench.forger(s.victims["dora"], s.victims["dora"].identity)
	generation, with := s.scopeKeyOf(s.victims["dora"])
	for _, by := range []ID{f.actor, s.owner.state.self} {
		says := *f
		says.actor = by
		f.sign(s.forged(&says, f.next(), s.one, "ONE", "by dora", generation, with))
		got, err := s.owner.Get(t.Context(), Ref{"web", "prod", "ONE"}, Which{})
		var wrong *IntegrityError
		switch by {
		case f.actor:
			if err != nil || got.Value.Reveal() != "by dora" {
				t.Errorf("in her own: %v", err)
			}
		default:
			if !errors.As(err, &wrong) {
				t.Errorf("in the owner's: %v", err)
			}
		}
	}
}
