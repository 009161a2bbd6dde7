package identity

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/zalando/go-keyring"
)

func TestPassphrase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	c := newContents()
	c.must(t, path, Passphrase)
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	given := []byte(words)
	if _, err := f.Unlock(func() ([]byte, error) { return given, nil }); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(given, make([]byte, len(words))) {
		t.Error("the passphrase isn't cleared")
	}
	if _, err := f.Unlock(says("wrong horse")); !errors.Is(err, ErrPassphrase) {
		t.Errorf("wrong one: got %v, want %v", err, ErrPassphrase)
	}
	cancelled := errors.New("cancelled")
	if _, err := f.Unlock(func() ([]byte, error) { return nil, cancelled }); !errors.Is(err, cancelled) {
		t.Errorf("none: got %v, want %v", err, cancelled)
	}
	if _, err := f.Unlock(says("")); err == nil {
		t.Error("an empty one was taken")
	}
	if err := c.save(path, Passphrase, says(""), fast); err == nil {
		t.Error("an empty one was taken for a file")
	}

	if err := c.save(path, Passphrase, says("another horse"), fast); err != nil {
		t.Fatal(err)
	}
	if f, err = ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Unlock(says(words)); !errors.Is(err, ErrPassphrase) {
		t.Errorf("the old one: got %v, want %v", err, ErrPassphrase)
	}
	if _, err := f.Unlock(says("another horse")); err != nil {
		t.Errorf("the new one: %v", err)
	}
}

// TestSaveIsSlow holds the work factor of what isn't a test.
func TestSaveIsSlow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity")
	if err := newContents().Save(path, Passphrase, says(words)); err != nil {
		t.Fatal(err)
	}
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed := new(bytes.Buffer)
	if _, err := sealed.ReadFrom(armor.NewReader(bytes.NewReader(f.sealed))); err != nil {
		t.Fatal(err)
	}
	if line, _, _ := strings.Cut(sealed.String(), "\n--"); !strings.Contains(line, " 18\n") {
		t.Error("the work factor isn't 18")
	}
}

// TestGreedyFile has a file ask for more work than ours do.
func TestGreedyFile(t *testing.T) {
	key, err := age.NewScryptRecipient(words)
	if err != nil {
		t.Fatal(err)
	}
	key.SetWorkFactor(fast)
	sealed := ageFile(t, []byte("x"), key)
	greedy := bytes.Replace(sealed, []byte(" 1\n"), []byte(" 30\n"), 1)
	var armored bytes.Buffer
	w := armor.NewWriter(&armored)
	if _, err := w.Write(greedy); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := parseFile(fmt.Appendf(nil, "public %s\nsecret passphrase\n%s", New().Public(), armored.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Unlock(says(words)); err == nil || !strings.Contains(err.Error(), "work factor too large") {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestKeyringFails(t *testing.T) {
	keyring.MockInit()
	path := filepath.Join(t.TempDir(), "identity")
	c := newContents()
	c.must(t, path, Keyring)
	f, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	keyring.MockInitWithError(errors.New("no such service"))
	if _, err := f.Unlock(silent(t)); !errors.Is(err, ErrKeyring) {
		t.Errorf("unlock: got %v, want %v", err, ErrKeyring)
	}
	other := filepath.Join(t.TempDir(), "identity")
	if err := newContents().save(other, Keyring, silent(t), fast); !errors.Is(err, ErrKeyring) {
		t.Errorf("save: got %v, want %v", err, ErrKeyring)
	}
	if names := list(t, other); len(names) != 0 {
		t.Errorf("without a keyring there are %q, want nothing", names)
	}
	// The file is the new one before anything is deleted.
	if err := c.save(path, None, silent(t), fast); !errors.Is(err, ErrKeyring) {
		t.Errorf("leave: got %v, want %v", err, ErrKeyring)
	}
	if f, err = ReadFile(path); err != nil || f.Protection != None {
		t.Errorf("left: got %v, %v", f, err)
	}

	keyring.MockInit()
	c.must(t, path, Keyring)
	if err := keyring.Set("secretsweep", c.Identity.Public().String(), New().text()); err != nil {
		t.Fatal(err)
	}
	if f, err = ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Unlock(silent(t)); !errors.Is(err, errOtherPublic) {
		t.Errorf("another seed: got %v, want %v", err, errOtherPublic)
	}
}

func TestUnwritableKeepsTheKeyring(t *testing.T) {
	keyring.MockInit()
	path := filepath.Join(t.TempDir(), "identity")
	c := newContents()
	c.must(t, path, Keyring)
	c.Name = "a\nb"
	if err := c.save(path, None, silent(t), fast); err == nil {
		t.Fatal("a name of two lines was taken")
	}
	if !inKeyring(c) {
		t.Error("the seed left the keyring for a file that wasn't written")
	}
}
