package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/secretsweep/secretsweep/vault/audit"
)

// signingKey is a key for tests.
func signingKey(i byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{i}, ed25519.SeedSize))
}

// signers knows alice and bob.
func signers(name string) (ed25519.PublicKey, error) {
	switch name {
	case "alice":
		return signingKey(1).Public().(ed25519.PublicKey), nil
	case "bob":
		return signingKey(2).Public().(ed25519.PublicKey), nil
	case "unreadable":
		return nil, errors.New("the keys can't be read")
	}
	return nil, nil
}

func TestCheckpoint(t *testing.T) {
	vault, h := [32]byte{0: 0xab, 31: 0xcd}, audit.Head{Size: 42, Root: tlog.RecordHash([]byte("root"))}
	by := func(name string, key byte) string {
		text, err := audit.Checkpoint(vault, h, name, signingKey(key))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	alice := by("alice", 1)
	text := fmt.Sprintf("secretsweep/ab%060dcd\n42\n%s\n", 0, h.Root)
	if !strings.HasPrefix(alice, text+"\n— alice ") {
		t.Errorf("the checkpoint is\n%s", alice)
	}
	_, bobs, _ := strings.Cut(by("bob", 2), "\n\n")
	_, carols, _ := strings.Cut(by("carol", 3), "\n\n")
	_, forged, _ := strings.Cut(by("bob", 2), "\n\n")
	forged = strings.Replace(forged, "bob", "alice", 1)

	// resign gives another text with a right signature of alice.
	resign := func(text string) string {
		signed, err := note.Sign(&note.Note{Text: text}, noteSigner{t})
		if err != nil {
			t.Fatal(err)
		}
		return string(signed)
	}
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"alice", alice, true},
		{"signed again", resign(text), true},
		{"alice and bob", alice + bobs, true},
		{"alice and someone unknown", alice + carols, true},
		{"someone unknown", by("carol", 3), false},
		{"another key of alice's name", text + "\n" + forged, false},
		{"unreadable keys", alice + strings.Replace(carols, "carol", "unreadable", 1), false},
		{"no signature", text, false},
		{"another size", strings.Replace(alice, "\n42\n", "\n43\n", 1), false},
		{"a size with a zero", resign(strings.Replace(text, "\n42\n", "\n042\n", 1)), false},
		{"a size with a sign", resign(strings.Replace(text, "\n42\n", "\n+42\n", 1)), false},
		{"a negative size", resign(strings.Replace(text, "\n42\n", "\n-42\n", 1)), false},
		{"a size beyond all bounds", resign(strings.Replace(text, "\n42\n", "\n9000000000000000000\n", 1)), false},
		{"another origin", resign("x" + text), false},
		{"a short vault", resign(strings.Replace(text, "ab00", "ab", 1)), false},
		{"a vault in capitals", resign(strings.Replace(text, "ab00", "AB00", 1)), false},
		{"a fourth line", resign(text + "more\n"), false},
		{"two lines", resign(strings.Replace(text, "\n42\n", "\n", 1)), false},
		{"a short root", resign(strings.Replace(text, "=\n", "\n", 1)), false},
		{"empty", "", false},
		{"long", alice + strings.Repeat(carols, 1000), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			gotVault, got, err := audit.ParseCheckpoint([]byte(tt.text), signers)
			switch {
			case !tt.ok && err == nil:
				t.Errorf("accepted as %v", got)
			case tt.ok && err != nil:
				t.Error(err)
			case tt.ok && (gotVault != vault || got != h):
				t.Errorf("got %x, %s", gotVault, cmp.Diff(h, got))
			}
		})
	}
	for _, name := range []string{"", "al ice", "al+ice", "al\nice"} {
		if _, err := audit.Checkpoint(vault, h, name, signingKey(1)); err == nil {
			t.Errorf("signed by %q", name)
		}
	}
}

// noteSigner signs any note as alice.
type noteSigner struct{ t testing.TB }

func (s noteSigner) verifier() note.Verifier {
	text, err := note.NewEd25519VerifierKey("alice", signingKey(1).Public().(ed25519.PublicKey))
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s noteSigner) Name() string                    { return "alice" }
func (s noteSigner) KeyHash() uint32                 { return s.verifier().KeyHash() }
func (s noteSigner) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(signingKey(1), msg), nil }

// FuzzCheckpoint: what is accepted is, but for signatures, what would be signed.
func FuzzCheckpoint(f *testing.F) {
	for i, size := range []int64{0, 1, 42, 1 << 40} {
		text, err := audit.Checkpoint([32]byte{byte(i)}, audit.Head{Size: size}, "alice", signingKey(1))
		if err != nil {
			f.Fatal(err)
		}
		head, _, _ := bytes.Cut(text, []byte("\n\n"))
		f.Add(append(head, '\n'))
	}
	f.Add([]byte("secretsweep/\n1\nx\n"))
	f.Add([]byte("a\n\nb\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		signed, err := note.Sign(&note.Note{Text: string(text)}, noteSigner{t})
		if err != nil {
			return
		}
		vault, h, err := audit.ParseCheckpoint(signed, signers)
		if err != nil {
			return
		}
		again, err := audit.Checkpoint(vault, h, "alice", signingKey(1))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again, signed) {
			t.Errorf("%q was read as %q", signed, again)
		}
	})
}
