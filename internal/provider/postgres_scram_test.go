package provider

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"os/exec"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// TestScramKeys computes the example of RFC 7677, section 3.
func TestScramKeys(t *testing.T) {
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := scramKeysOf("pencil", salt, 4096)
	if err != nil {
		t.Fatal(err)
	}
	const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
	whole := "n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + nonce + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=" + nonce
	proof := mac(keys.stored, whole)
	subtle.XORBytes(proof, proof, keys.client)
	encode := base64.StdEncoding.EncodeToString
	if got, want := encode(proof), "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="; got != want {
		t.Errorf("the client's proof is %s, want %s", got, want)
	}
	if got, want := encode(mac(keys.server, whole)), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="; got != want {
		t.Errorf("the server's signature is %s, want %s", got, want)
	}
}

func TestPrepared(t *testing.T) {
	tests := []struct{ name, password, want string }{
		{"ASCII", "a b\\'\"", "a b\\'\""},
		{"soft hyphen", "I\u00adX", "IX"},         // the examples of RFC 4013, section 3
		{"same letter", "\u00aa", "a"},            //
		{"roman number", "\u2168", "IX"},          //
		{"control character", "\u0007", "\u0007"}, // refused there, and therefore as it is
		{"both directions", "\u0627\u0031", "\u0627\u0031"},
		{"spaces", "a\u00a0b\u3000c", "a b c"},
		{"zero-width space", "a\u200bb", "a b"},
		{"nothing left", "\u00ad", "\u00ad"},
		{"not assigned in Unicode 3.2", "\u00aa\u0221", "\u00aa\u0221"},
		{"not UTF-8", "\u00aa\xff", "\u00aa\xff"},
		{"composed", "e\u0301", "\u00e9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := prepared(tt.password); got != tt.want {
				t.Errorf("got %+q, want %+q", got, tt.want)
			}
		})
	}
}

// TestScramAgrees has the server and its own client compute with passwords that are not
// plain: who computes otherwise would take a right password for a wrong one.
func TestScramAgrees(t *testing.T) {
	s, c, d := administrator(t, pgtest.Options{})
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Fatal(err)
	}
	role(s, "theirs", "")
	role(s, "ours", "")
	for name, odd := range map[string]string{
		"plain": "", "spaces": " a  ", "quotes": `\'"$`, "no-break space": "a\u00a0b", "soft hyphen": "a\u00adb",
		"ligature": "\ufb01", "small numbers": "\u00b2\u2168", "accent": "e\u0301", "zero-width space": "a\u200bb",
		"zero-width joiner": "a\u200db", "control character": "a\u0007\ufb01", "both directions": "\u0627\ufb01",
		"Hebrew": "\u05d0\u05d1", "emoji": "\U0001f600\ufb01", "newer letter": "\u0221\ufb01", "fullwidth": "\uff21\uff11",
		"Hangul": "\u1112\u1161\u11ab", "private use": "\ue000\ufb01", "ideographic space": "\u3000x", "Vietnamese": "Vi\u1ec7t",
	} {
		t.Run(name, func(t *testing.T) {
			password := odd + rand.Text() + odd
			s.Query("ALTER ROLE theirs PASSWORD " + quoteText(password))
			if got := verifyURL(t, c, with(t, s, "theirs", secret.New(password)).Reveal()); got.Verdict != Live {
				t.Errorf("the server's own verifier: %s: %s", got.Verdict, got.Why)
			}
			if err := d.SetPassword(t.Context(), "ours", secret.New(password)); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(psql, "-X", "-w", "-A", "-t", "-c", "SELECT 7", s.URL("ours", "", "postgres"))
			cmd.Env = append(cmd.Environ(), "PGPASSWORD="+password)
			if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "7" {
				t.Errorf("our verifier, with the server's own client: %v: %s", err, out)
			}
		})
	}
}

// TestScramVerifier has every verifier another salt, and nothing of the password in it.
func TestScramVerifier(t *testing.T) {
	seen := make(map[string]bool)
	password := rand.Text()
	for range 3 {
		verifier, err := scramVerifier(password)
		if err != nil {
			t.Fatal(err)
		}
		if seen[verifier] || strings.Contains(verifier, password) {
			t.Error("a verifier is one of before, or has the password in it")
		}
		seen[verifier] = true
	}
}
