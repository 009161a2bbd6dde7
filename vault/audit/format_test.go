package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/vault/store"
)

var update = flag.Bool("update", false, "write the vector, with the session's key wrapped anew")

const vector = "testdata/vector.txt"

// vectorStore gives the store that vector has: lines of a key and a value, in hex.
func vectorStore(t testing.TB) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile(vector)
	if err != nil {
		t.Fatal(err)
	}
	pairs := make(map[string][]byte)
	for line := range strings.Lines(string(text)) {
		var key, value []byte
		if _, err := fmt.Sscanf(line, "%x %x\n", &key, &value); err != nil {
			t.Fatalf("%s: %v", vector, err)
		}
		pairs[string(key)] = value
	}
	return pairs
}

// TestVector shows that the log is still written as it was, and still read: three entries,
// with fixed keys and nonces. Only the wrapped key of the session is random, and taken
// from the file.
func TestVector(t *testing.T) {
	var vault [32]byte
	for i := range vault {
		vault[i] = byte(i)
	}
	recipient, err := age.NewScryptRecipient("the auditors of the vector")
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(10)
	auditors, err := age.NewScryptIdentity("the auditors of the vector")
	if err != nil {
		t.Fatal(err)
	}
	sign := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{0x11}, ed25519.SeedSize))
	l := New(vault)
	a, err := l.Appender(ID{0: 0x22}, sign, recipient)
	if err != nil {
		t.Fatal(err)
	}
	a.session = ID{0: 0x33}
	a.key = bytes.Repeat([]byte{0x44}, len(a.key))
	var nonces [3 * 24]byte
	for i := range nonces {
		nonces[i] = byte(i)
	}
	a.random = bytes.NewReader(nonces[:])
	if *update {
		a.wrapped, err = wrap(a.key, []age.Recipient{recipient})
	} else {
		var s session
		s, err = decodeSession(vectorStore(t)[string(sessionKey(a.session))])
		a.wrapped = s.wrapped
	}
	if err != nil {
		t.Fatal(err)
	}

	acts := []Act{
		{Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Verb: "set", Project: "p", Env: "dev", Name: "NAME", Version: 1, Allowed: true, Rule: "developer of p/*", Tag: []byte{1, 2}, Program: "secretsweep", Host: "h", Detail: "d"},
		{Time: time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC), Verb: "destroy", Project: "p", Env: "dev", Name: "NAME", Version: 1, Allowed: true},
		{Verb: "get"},
	}
	writes := [][]Write{
		{{Key: []byte("vb"), Hash: HashOf([]byte("b"))}, {Key: []byte("va"), Hash: HashOf(nil)}},
		{{Key: []byte("vb"), Deleted: true}},
		nil,
	}
	s := store.NewMemory()
	defer s.Close()
	err = s.Update(context.Background(), func(tx store.Tx) error {
		for i, act := range acts {
			if _, err := a.Append(tx, act, writes[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(context.Background(), func(r store.Reader) error {
		var got strings.Builder
		for pair, err := range r.Scan(nil) {
			if err != nil {
				return err
			}
			fmt.Fprintf(&got, "%x %x\n", pair.Key, pair.Value)
		}
		if *update {
			return os.WriteFile(vector, []byte(got.String()), 0o644)
		}
		want, err := os.ReadFile(vector)
		if err != nil {
			return err
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("the format changed (-want +got):\n%s", diff)
		}
		opener := l.Opener(auditors)
		defer opener.Close()
		for seq, want := range acts {
			e, err := l.Entry(r, int64(seq))
			if err != nil {
				return err
			}
			got, err := opener.Open(r, e)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("act %d (-want +got):\n%s", seq, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestForeignSession shows that a walk finds an entry in the session of another actor.
func TestForeignSession(t *testing.T) {
	l := New([32]byte{1})
	auditor, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sign := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) // of both actors
	a, err := l.Appender(ID{1}, sign, auditor.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	s := store.NewMemory()
	defer s.Close()
	err = s.Update(context.Background(), func(tx store.Tx) error {
		e, err := a.Append(tx, Act{}, nil)
		if err != nil {
			return err
		}
		if e, err = a.Append(tx, Act{}, nil); err != nil {
			return err
		}
		e.Seq, e.Actor, e.Writes = 2, ID{2}, nil
		h, err := l.Head(tx)
		if err != nil {
			return err
		}
		e.Before = h.Root
		e.Signature = ed25519.Sign(sign, e.appendBody(signedPrefix(l.vault)))
		return put(tx, e.Seq, e.encode())
	})
	if err != nil {
		t.Fatal(err)
	}
	var problems []int64
	err = s.View(context.Background(), func(r store.Reader) error {
		_, err := l.Walk(r, 0, func(int64, ID) (ed25519.PublicKey, error) { return sign.Public().(ed25519.PublicKey), nil },
			func(Entry) error { return nil }, func(seq int64, err error) { problems = append(problems, seq) })
		return err
	})
	if diff := cmp.Diff([]int64{2}, problems); err != nil || diff != "" {
		t.Errorf("%v, problems (-want +got):\n%s", err, diff)
	}
}

// TestHashOf compares with what sha256sum answers.
func TestHashOf(t *testing.T) {
	const want = "70446c8ed8aa0bbe9435534dd489f28f1db3964bd059700ad7b60fd58e274514"
	if h := HashOf([]byte("value")); hex.EncodeToString(h[:]) != want {
		t.Errorf("got %x, want %s", h, want)
	}
}

// FuzzEntry: what is accepted as an entry is what it is stored as.
func FuzzEntry(f *testing.F) {
	seeds(f, entryPrefix)
	f.Fuzz(func(t *testing.T, stored []byte) {
		e, err := decodeEntry(stored)
		if err == nil && !bytes.Equal(e.encode(), stored) {
			t.Errorf("%x was read as %x", stored, e.encode())
		}
	})
}

// FuzzSession: what is accepted as a session is what it is stored as.
func FuzzSession(f *testing.F) {
	seeds(f, sessionPrefix)
	f.Fuzz(func(t *testing.T, stored []byte) {
		s, err := decodeSession(stored)
		if err == nil && !bytes.Equal(s.encode(), stored) {
			t.Errorf("%x was read as %x", stored, s.encode())
		}
	})
}

// FuzzSize: what is accepted as the size is what it is stored as.
func FuzzSize(f *testing.F) {
	seeds(f, sizeKey)
	f.Fuzz(func(t *testing.T, stored []byte) {
		s := store.NewMemory()
		defer s.Close()
		err := s.Update(context.Background(), func(tx store.Tx) error {
			if err := tx.Set([]byte(sizeKey), stored); err != nil {
				t.Skip(err)
			}
			size, err := readSize(tx)
			if err == nil && !bytes.Equal(encodeSize(size), stored) {
				t.Errorf("%x was read as %d", stored, size)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// seeds adds what the vector has under keys of this prefix, whole and damaged.
func seeds(f *testing.F, prefix string) {
	f.Helper()
	found := 0
	for key, value := range vectorStore(f) {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		found++
		f.Add(value)
		f.Add(value[:len(value)/2])
		f.Add(append(bytes.Clone(value), 0))
		f.Add(append([]byte{format + 1}, value[1:]...))
	}
	if found == 0 {
		f.Fatalf("%s has no seed", vector)
	}
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 100))
}
