package identity

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"filippo.io/age"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/secret"
)

// counting gives a seed of which nobody's keys come: 0, 1, 2, …
func counting() []byte {
	seed := make([]byte, seedSize)
	for i := range seed {
		seed[i] = byte(i)
	}
	return seed
}

func fromSeed(t interface{ Fatal(...any) }, seed []byte) *Identity {
	i, err := FromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func drawIdentity(t *rapid.T) *Identity {
	return fromSeed(t, rapid.SliceOfN(rapid.Byte(), seedSize, seedSize).Draw(t, "seed"))
}

// TestVector holds what comes from a seed: with other keys, what was wrapped and signed
// before would be lost.
func TestVector(t *testing.T) {
	i := fromSeed(t, counting())
	const want = "sspub1" + "n2avruopcsifriiprwlzpsogrc7cv7vd5lodylevuqvwpfzaf4g" +
		"opjap3it3rpwu3hfib3hmfx4bfua6m252u3sgjresmtocjzbhzeqsdt2tci"
	if got := i.Public().String(); got != want {
		t.Errorf("public key of the counting seed:\n got %s\nwant %s", got, want)
	}
	if !bytes.Equal(i.Seed(), counting()) {
		t.Error("the seed isn't what the identity was made from")
	}
}

func TestNewIsNew(t *testing.T) {
	if one, other := New(), New(); one.Public() == other.Public() {
		t.Error("two new identities are the same")
	}
}

func TestSeedLength(t *testing.T) {
	for _, n := range []int{0, 31, 33} {
		if _, err := FromSeed(make([]byte, n)); err == nil {
			t.Errorf("a seed of %d bytes was taken", n)
		}
	}
}

func TestSignAndVerify(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := drawIdentity(t)
		message := rapid.SliceOf(rapid.Byte()).Draw(t, "message")
		signature := ed25519.Sign(i.Signer(), message)
		if !ed25519.Verify(i.Public().Verifier(), message, signature) {
			t.Fatal("the signature isn't the identity's")
		}
		if ed25519.Verify(New().Public().Verifier(), message, signature) {
			t.Fatal("the signature is everybody's")
		}
	})
}

func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := drawIdentity(t)
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		sealed, err := i.Public().Wrap(plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := i.Unwrap(sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v, want %x", got, err, plain)
		}
		if _, err := New().Unwrap(sealed); !errors.Is(err, ErrOtherKey) {
			t.Fatalf("another identity: got %v, want %v", err, ErrOtherKey)
		}
		sealed[rapid.IntRange(0, len(sealed)-1).Draw(t, "position")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := i.Unwrap(sealed); err == nil {
			t.Fatal("a changed file was opened")
		}
	})
}

func TestWrapLimits(t *testing.T) {
	i := New()
	most := make([]byte, MaxPlain)
	sealed, err := i.Public().Wrap(most)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := i.Unwrap(sealed); err != nil || len(got) != MaxPlain {
		t.Errorf("the most that can be wrapped: got %d bytes, %v", len(got), err)
	}
	if _, err := i.Public().Wrap(make([]byte, MaxPlain+1)); err == nil {
		t.Error("more than the most was wrapped")
	}
	for name, length := range map[string]int{"a little more": MaxPlain + 1, "much more": 2 * MaxPlain} {
		if _, err := i.Unwrap(ageFile(t, make([]byte, length), i.Public().Age())); err == nil {
			t.Errorf("%s than the most was unwrapped", name)
		}
	}
	two := ageFile(t, []byte("x"), i.Public().Age(), New().Public().Age())
	if _, err := i.Unwrap(two); err == nil || errors.Is(err, ErrOtherKey) {
		t.Errorf("two recipients: got %v, want a refusal", err)
	}
}

func TestAgeOpensForSeveral(t *testing.T) {
	a, b := New(), New()
	sealed := ageFile(t, []byte("x"), a.Public().Age(), b.Public().Age())
	for _, i := range []*Identity{a, b} {
		if _, err := age.Decrypt(bytes.NewReader(sealed), i.Age()); err != nil {
			t.Error(err)
		}
	}
}

func ageFile(t *testing.T, plain []byte, recipients ...age.Recipient) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipients...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

// TestNothingShows prints identities in every way and looks for their keys.
func TestNothingShows(t *testing.T) {
	i := New()
	opener := i.keys().opener.String()
	seed := i.Seed()
	holder := struct {
		Identity *Identity
		Plain    Identity
		hidden   *Identity
		deep     Identity
		token    Token
		file     File
		opener   age.Identity
	}{i, *i, i, *i, Token{Identity: i}, File{identity: i}, i.Age()}

	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{i, *i, holder, &holder, Token{Identity: i}, Contents{Identity: i}, i.Age()} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
	}
	encoded, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "identity", i, "holder", holder)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "identity", *i, "holder", holder)
	shown = append(shown, string(encoded), log.String())

	for _, text := range shown {
		for _, form := range []string{
			opener, i.text(), string(seed), fmt.Sprintf("%x", seed), fmt.Sprintf("%d", seed), fmt.Sprint(seed)[1:40],
			fmt.Sprintf("%x", []byte(i.Signer())), fmt.Sprint([]byte(i.Signer()))[1:40], fmt.Sprintf("%#v", seed)[8:40],
		} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(form)) {
				t.Fatal("a key is shown")
			}
		}
	}
	if got := fmt.Sprint(i); got != secret.Redacted {
		t.Errorf("got %q, want %q", got, secret.Redacted)
	}
}

func TestBech32(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		key := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"))
		recipient, err := age.ParseX25519Recipient(bech32("age", key))
		if err != nil || recipient.String() != bech32("age", key) {
			t.Fatalf("age reads another key than was written: %v", err)
		}
		text := strings.ToUpper(bech32("age-secret-key-", key))
		own, err := age.ParseX25519Identity(text)
		if err != nil || own.String() != text || own.String() == i.String() {
			t.Fatalf("age reads another secret key than was written: %v", err)
		}
		if got := newPublic(key, New().Signer()).Age().String(); got != own.Recipient().String() {
			t.Fatalf("recipient %s, want %s", got, own.Recipient())
		}
	})
}
