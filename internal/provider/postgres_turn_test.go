package provider

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// TestTurn has each role's turn come after the other's.
func TestTurn(t *testing.T) {
	s, _, d := administrator(t, pgtest.Options{})
	for i, base := range roleNames() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			role(s, base, "")
			if len(base)+len(alternateEnd) > maxName {
				if _, _, err := d.Turn(t.Context(), base); err == nil {
					t.Error("there is no room for the name of an alternate")
				}
				return
			}
			for _, made := range []bool{false, true} {
				if made {
					if err := d.Alternate(t.Context(), base, base+"_b"); err != nil {
						t.Fatal(err)
					}
				}
				if other, of, err := d.Turn(t.Context(), base); other != base+"_b" || of != base || err != nil {
					t.Errorf("after the base: %q, %q, %v", other, of, err)
				}
			}
			if other, of, err := d.Turn(t.Context(), base+"_b"); other != base || of != base || err != nil {
				t.Errorf("after the alternate: %q, %q, %v", other, of, err)
			}
		})
	}
	s.Query(`CREATE ROLE taken LOGIN; CREATE ROLE taken_b LOGIN; CREATE ROLE own_b LOGIN; CREATE ROLE own LOGIN`)
	if _, _, err := d.Turn(t.Context(), "taken"); err == nil || !strings.Contains(err.Error(), "no such alternate") {
		t.Errorf("a role of the alternate's name: %v", err)
	}
	if other, of, err := d.Turn(t.Context(), "own_b"); other != "own_b_b" || of != "own_b" || err != nil {
		t.Errorf("a name alone makes no alternate: %q, %q, %v", other, of, err)
	}
	if _, _, err := d.Turn(t.Context(), "missing"); err == nil {
		t.Error("a role that isn't there has a turn")
	}
}

func TestCanChange(t *testing.T) {
	s, c, d := administrator(t, pgtest.Options{})
	role(s, "app", "")
	role(s, "asleep", "")
	s.Query("ALTER ROLE asleep NOLOGIN")
	role(s, "past", "VALID UNTIL '2001-01-01'")
	s.Query("CREATE ROLE chief LOGIN SUPERUSER; CREATE ROLE plain LOGIN PASSWORD 'made up'")
	tests := []struct{ role, want string }{
		{"app", ""},
		{"asleep", "it may not log in"},
		{"past", "its password is over (VALID UNTIL), whatever it is"},
		{"chief", "it is a superuser, which only another one may change"},
		{"missing", "no such role (42704)"},
	}
	for _, tt := range tests {
		want := tt.want
		if want != "" {
			want = fmt.Sprintf("role %q: %s", tt.role, want)
		}
		if err := d.CanChange(t.Context(), tt.role); fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Errorf("%s: got %v, want %q", tt.role, err, want)
		}
	}
	plain, err := c.OpenDatabase(t.Context(), with(t, s, "plain", secret.New("made up")))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if err := plain.CanChange(t.Context(), "plain"); err != nil {
		t.Errorf("itself: %v", err)
	}
	if err := plain.CanChange(t.Context(), "app"); err == nil || !strings.Contains(err.Error(), "takes CREATEROLE") {
		t.Errorf("another one: %v", err)
	}
	s.Query("REVOKE pg_signal_backend FROM administrator; CREATE ROLE far LOGIN")
	if err := d.CanChange(t.Context(), "far"); err == nil {
		t.Error("its sessions can't be ended by the administrator")
	}
}

// TestSetOwnPassword has a role change its own password, also one that acts as another.
func TestSetOwnPassword(t *testing.T) {
	s, c, d := administrator(t, pgtest.Options{})
	role(s, "app", "PASSWORD 'made up'")
	if err := d.Alternate(t.Context(), "app", "app_b"); err != nil {
		t.Fatal(err)
	}
	old := secret.New("made up")
	if err := d.SetPassword(t.Context(), "app_b", old); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"app", "app_b"} {
		own, err := c.OpenDatabase(t.Context(), with(t, s, name, old))
		if err != nil {
			t.Fatal(err)
		}
		next := secret.New(rand.Text())
		if err := own.SetOwnPassword(t.Context(), next); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		one, err := own.Instance(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if other, err := d.Instance(t.Context()); err != nil || one == "" || one != other {
			t.Errorf("the same server is %q and %q, %v", one, other, err)
		}
		own.Close()
		for password, want := range map[secret.Value]Verdict{old: Dead, next: Live} {
			if a := c.login(t.Context(), Credential{Carrier: with(t, s, name, password)}); a.Verdict != want {
				t.Errorf("%s: got %s (%s), want %s", name, a.Verdict, a.Why, want)
			}
		}
	}
	if a, b := with(t, s, "app", old), secret.New(strings.Replace(s.URL("x", "", "other"), "127.0.0.1", "127.0.0.1", 1)); !SameServer(a, b) || SameServer(a, secret.New("postgres://app@127.0.0.1/app")) {
		t.Error("which addresses are of the same server")
	}
	if got, err := PasswordOf(with(t, s, "app", old)); err != nil || !got.Equal(old) {
		t.Errorf("the password of an address: %v, %v", got, err)
	}
	if _, err := PasswordOf(secret.New("postgres://app@db/app")); err == nil {
		t.Error("an address without a password has one")
	}
}
