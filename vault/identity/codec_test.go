package identity

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

func drawToken(t *rapid.T) Token {
	vault := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "vault")
	return Token{[32]byte(vault), drawIdentity(t)}
}

func (t Token) equal(u Token) bool {
	return t.Vault == u.Vault && t.Identity.Public() == u.Identity.Public() && t.Identity.text() == u.Identity.text()
}

func TestPublicText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawIdentity(t).Public()
		if got, err := ParsePublic("\t" + want.String() + " \r\n"); err != nil || got != want {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
		text, err := want.MarshalText()
		var got Public
		if err != nil || got.UnmarshalText(text) != nil || got != want {
			t.Fatalf("marshalled: got %v, %v, want %v", got, err, want)
		}
	})
}

func TestTokenText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawToken(t)
		if got, err := ParseToken(secret.New(" " + want.Text().Reveal() + "\n")); err != nil || !got.equal(want) {
			t.Fatalf("the token comes back as another one: %v", err)
		}
		recovery := want.Recovery().Reveal()
		blank := rapid.SampledFrom([]string{"", " ", "\n", "\r\n\t "}).Draw(t, "blank")
		for _, text := range []string{
			recovery,
			strings.ToUpper(recovery),
			strings.Join(strings.Fields(recovery), blank),
			strings.Join(strings.Split(recovery, ""), blank),
		} {
			if got, err := ParseRecovery(secret.New(text)); err != nil || !got.equal(want) {
				t.Fatalf("the recovery text comes back as another one: %v", err)
			}
		}
	})
}

// TestRecoveryLayout holds what is written down: even groups, short lines.
func TestRecoveryLayout(t *testing.T) {
	lines := strings.Split(Token{Identity: New()}.Recovery().Reveal(), "\n")
	groups := 0
	for i, line := range lines[1:] {
		for _, group := range strings.Split(line, " ") {
			groups++
			if len(group) != 5 {
				t.Errorf("line %d has a group of %d characters, want 5", i+2, len(group))
			}
		}
	}
	if lines[0] != "ssrecovery1" || groups != 22 {
		t.Errorf("first line %q and then %d groups, want the prefix and 22", lines[0], groups)
	}
}

// texts gives one of each kind.
func texts(i *Identity) map[kind]string {
	token := Token{[32]byte(i.Seed()), i}
	return map[kind]string{
		publicKind:   i.Public().String(),
		identityKind: i.text(),
		tokenKind:    token.Text().Reveal(),
		recoveryKind: strings.Join(strings.Fields(token.Recovery().Reveal()), ""),
	}
}

func TestEveryChangeIsRefused(t *testing.T) {
	for k, text := range texts(fromSeed(t, counting())) {
		t.Run(k.prefix, func(t *testing.T) {
			if _, err := k.decode(text); err != nil {
				t.Fatal(err)
			}
			refused := 0
			for i := range len(text) {
				for c := byte(0); c < 128; c++ {
					if c == text[i] {
						continue
					}
					if _, err := k.decode(text[:i] + string(c) + text[i+1:]); err == nil {
						t.Errorf("character %d may be another one", i)
					}
					refused++
				}
				if _, err := k.decode(text[:i] + text[i+1:]); err == nil {
					t.Errorf("character %d may be missing", i)
				}
				if _, err := k.decode(text[:i] + text[i:i+1] + text[i:]); err == nil {
					t.Errorf("character %d may stand twice", i)
				}
				if i > 0 && text[i] != text[i-1] {
					if _, err := k.decode(text[:i-1] + text[i:i+1] + text[i-1:i] + text[i+1:]); err == nil {
						t.Errorf("character %d may be swapped with the one before", i)
					}
				}
			}
			if refused < 127*60 {
				t.Errorf("tried %d changes, too few", refused)
			}
		})
	}
}

func TestWhatIsWrong(t *testing.T) {
	all := texts(New())
	public := all[publicKind]
	other := byte('a')
	if public[40] == other {
		other = 'b'
	}
	tests := []struct {
		name string
		kind kind
		text string
		want string
	}{
		{"empty", tokenKind, "", "this is not a token: it doesn't begin with sstoken1"},
		{"something else", publicKind, "age1", "this is not a public key: it doesn't begin with sspub1"},
		{"newer version", publicKind, strings.Replace(public, "1", "2", 1), "this is not a public key: it doesn't begin with sspub1"},
		{"a token for a public key", publicKind, all[tokenKind], "this is a token, and a public key is wanted"},
		{"a token for an identity", identityKind, all[tokenKind], "this is a token, and an identity is wanted"},
		{"an identity for a token", tokenKind, all[identityKind], "this is an identity, and a token is wanted"},
		{"a public key for a recovery text", recoveryKind, public, "this is a public key, and a recovery text is wanted"},
		{"cut off", publicKind, public[:len(public)-3], "a public key is cut off: 113 of 116 characters"},
		{"too long", publicKind, public + "a", "a public key is too long: 117 characters instead of 116"},
		{"a capital", publicKind, public[:20] + "A" + public[21:], "a public key has a character that is none of a to z and 2 to 7, after 20 others"},
		{"mistyped", publicKind, public[:40] + string(other) + public[41:], "a public key is mistyped: its checksum is wrong"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := tt.kind.decode(tt.text); err == nil || err.Error() != tt.want {
				t.Errorf("\n got %v\nwant %s", err, tt.want)
			}
		})
	}
}

// TestScannerFindsTheTexts has the built-in rules look for what may not leak.
func TestScannerFindsTheTexts(t *testing.T) {
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	matcher, err := match.New(set)
	if err != nil {
		t.Fatal(err)
	}
	i := New()
	token := Token{[32]byte(i.Seed()), i}
	file, err := Contents{Identity: i}.encode(None, nil, fast)
	if err != nil {
		t.Fatal(err)
	}
	recovery := token.Recovery().Reveal()
	for _, tt := range []struct{ name, text, rule string }{
		{"token", "SECRETSWEEP_TOKEN=" + token.Text().Reveal() + "\n", "secretsweep-token"},
		{"identity file", string(file), "secretsweep-identity"},
		{"recovery text", "Keep this:\n" + recovery + "\n", "secretsweep-recovery"},
		{"recovery text in capitals and one line", strings.ToUpper(strings.Join(strings.Fields(recovery), "")), "secretsweep-recovery"},
		{"recovery text with ends of line as on Windows", strings.ReplaceAll(recovery, "\n", "\r\n  "), "secretsweep-recovery"},
		{"public key", "send them " + i.Public().String() + "\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := matcher.Find(match.Text{Data: []byte(tt.text)})
			if tt.rule == "" {
				if len(found) != 0 {
					t.Errorf("%d are found, the first by %s", len(found), found[0].Rule.ID)
				}
				return
			}
			if !slices.ContainsFunc(found, func(f match.Found) bool { return f.Rule.ID == tt.rule }) {
				t.Errorf("%s doesn't find it", tt.rule)
			}
		})
	}
}

func FuzzParsePublic(f *testing.F) {
	f.Add("")
	f.Add("sspub1")
	f.Add(fromSeed(f, counting()).Public().String())
	f.Add(publicKind.encode(make([]byte, publicKind.size)))
	f.Fuzz(func(t *testing.T, text string) {
		public, err := ParsePublic(text)
		if err == nil && public.String() != strings.TrimSpace(text) {
			t.Error("a text was taken that isn't the key's")
		}
		if err != nil && public != (Public{}) {
			t.Error("a key was given with an error")
		}
	})
}

func FuzzParseToken(f *testing.F) {
	token := Token{Identity: fromSeed(f, counting())}
	f.Add("")
	f.Add("sstoken1")
	f.Add(token.Text().Reveal())
	f.Add(token.Recovery().Reveal())
	f.Fuzz(func(t *testing.T, text string) {
		value := secret.New(text)
		if token, err := ParseToken(value); err == nil && token.Text().Reveal() != strings.TrimSpace(text) {
			t.Error("a text was taken that isn't the token's")
		}
		if token, err := ParseRecovery(value); err == nil && token.encode(recoveryKind) != strings.ToLower(strings.Join(strings.Fields(text), "")) {
			t.Error("a text was taken that isn't the recovery text")
		}
	})
}
