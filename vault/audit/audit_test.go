package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tb is a test that may be one of rapid.
type tb interface {
	rapid.TB
	Cleanup(func())
	Context() context.Context
}

// fixture is a log with its actors and auditors.
type fixture struct {
	vault     [32]byte
	log       *audit.Log
	store     *store.Memory
	auditor   *age.X25519Identity
	signing   map[audit.ID]ed25519.PrivateKey
	appenders []*audit.Appender
}

// newFixture gives an empty log with a session for each of so many actors.
func newFixture(t tb, actors int) *fixture {
	t.Helper()
	auditor, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{vault: [32]byte{7: 1}, store: store.NewMemory(), auditor: auditor, signing: make(map[audit.ID]ed25519.PrivateKey)}
	f.log = audit.New(f.vault)
	for i := range actors {
		actor := audit.ID{byte(i + 1)}
		f.signing[actor] = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i + 1)}, ed25519.SeedSize))
		f.appenders = append(f.appenders, f.session(t, actor))
	}
	t.Cleanup(func() { f.store.Close() })
	return f
}

func (f *fixture) session(t tb, actor audit.ID) *audit.Appender {
	t.Helper()
	a, err := f.log.Appender(actor, f.signing[actor], f.auditor.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (f *fixture) keyOf(_ int64, actor audit.ID) (ed25519.PublicKey, error) {
	key, ok := f.signing[actor]
	if !ok {
		return nil, fmt.Errorf("nobody is %s", actor)
	}
	return key.Public().(ed25519.PublicKey), nil
}

func (f *fixture) verify(e audit.Entry) error {
	key, err := f.keyOf(e.Seq, e.Actor)
	if err != nil {
		return err
	}
	return e.Verify(f.vault, key)
}

// record is what the acts of tests write.
func record(seq int) (key, value []byte) {
	return fmt.Appendf(nil, "r/%d", seq%3), fmt.Appendf(nil, "record of %d", seq)
}

// fill appends n entries, the actors by turns, two in each transaction.
func (f *fixture) fill(t tb, n int) {
	t.Helper()
	h := f.head(t)
	for i := int(h.Size); i < int(h.Size)+n; i += 2 {
		err := f.store.Update(t.Context(), func(tx store.Tx) error {
			for seq := i; seq < min(i+2, int(h.Size)+n); seq++ {
				key, value := record(seq)
				if err := tx.Set(key, value); err != nil {
					return err
				}
				act := audit.Act{Time: time.Unix(int64(seq), 0), Verb: "set", Name: fmt.Sprint("NAME_", seq), Allowed: true}
				writes := []audit.Write{{Key: key, Hash: audit.HashOf(value)}, {Key: []byte("gone"), Deleted: true}}
				if _, err := f.appenders[seq%len(f.appenders)].Append(tx, act, writes); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// view reads the store.
func (f *fixture) view(t tb, read func(store.Reader) error) {
	t.Helper()
	if err := f.store.View(t.Context(), read); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) head(t tb) (h audit.Head) {
	t.Helper()
	f.view(t, func(r store.Reader) (err error) {
		h, err = f.log.Head(r)
		return err
	})
	return h
}

func (f *fixture) entry(t tb, seq int64) (e audit.Entry) {
	t.Helper()
	f.view(t, func(r store.Reader) (err error) {
		e, err = f.log.Entry(r, seq)
		return err
	})
	return e
}

// walk gives the sequences of the entries that are right, and of the problems.
func (f *fixture) walk(t tb, from int64) (h audit.Head, right []int64, problems map[int64][]string) {
	t.Helper()
	problems = make(map[int64][]string)
	f.view(t, func(r store.Reader) (err error) {
		h, err = f.log.Walk(r, from, f.keyOf, func(e audit.Entry) error {
			right = append(right, e.Seq)
			return nil
		}, func(seq int64, err error) { problems[seq] = append(problems[seq], err.Error()) })
		return err
	})
	return h, right, problems
}

func TestAppendAndOpen(t *testing.T) {
	f := newFixture(t, 2)
	f.fill(t, 5)
	h, right, problems := f.walk(t, 0)
	if diff := cmp.Diff([]int64{0, 1, 2, 3, 4}, right); diff != "" || len(problems) > 0 {
		t.Errorf("entries (-want +got):\n%s\nproblems: %v", diff, problems)
	}
	if got := f.head(t); got != h || got.Size != 5 {
		t.Errorf("head %v, walked %v", got, h)
	}
	opener := f.log.Opener(f.auditor)
	defer opener.Close()
	for seq := range int64(5) {
		e := f.entry(t, seq)
		if err := f.verify(e); err != nil {
			t.Error(err)
		}
		key, value := record(int(seq))
		if !e.Vouches(key, value) || e.Vouches(key, append(value, '!')) || e.Vouches([]byte("r"), value) || e.Vouches([]byte("gone"), nil) {
			t.Errorf("entry %d vouches for the wrong records", seq)
		}
		f.view(t, func(r store.Reader) error {
			if err := f.log.Includes(r, h, e); err != nil {
				t.Error(err)
			}
			act, err := opener.Open(r, e)
			want := audit.Act{Time: time.Unix(seq, 0).UTC(), Verb: "set", Name: fmt.Sprint("NAME_", seq), Allowed: true}
			if diff := cmp.Diff(want, act); diff != "" {
				t.Errorf("act (-want +got):\n%s", diff)
			}
			return err
		})
	}
}

func TestOpenByAnother(t *testing.T) {
	f := newFixture(t, 1)
	f.fill(t, 1)
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	e := f.entry(t, 0)
	f.view(t, func(r store.Reader) error {
		var mismatch *age.NoIdentityMatchError
		if _, err := f.log.Opener(other).Open(r, e); !errors.As(err, &mismatch) {
			t.Errorf("another auditor got %v", err)
		}
		if _, err := f.log.Opener(other, f.auditor).Open(r, e); err != nil {
			t.Errorf("two auditors: %v", err)
		}
		if _, err := audit.New([32]byte{1}).Opener(f.auditor).Open(r, e); err == nil {
			t.Error("an act of one vault opens in another")
		}
		e.Seq++
		if _, err := f.log.Opener(f.auditor).Open(r, e); err == nil {
			t.Error("an act opens in another entry")
		}
		return nil
	})
}
