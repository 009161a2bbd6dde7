package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// roleNames are names that a statement may stumble over.
func roleNames() []string {
	return []string{"app", "App", "my app", `a"b`, `a"; DROP ROLE app; --`, "it's", `back\slash`, `\'x`, "rôle", "日本語", "$1", "E'a'", "select", strings.Repeat("n", maxName)}
}

// administrator has a server and a session of one who may change its roles, but isn't its
// superuser.
func administrator(t *testing.T, o pgtest.Options) (*pgtest.Server, *Client, *Database) {
	t.Helper()
	s := pgtest.Start(t, o)
	password := rand.Text()
	s.Query("CREATE ROLE administrator LOGIN CREATEROLE IN ROLE pg_signal_backend PASSWORD '" + password + "'")
	c := New(Options{Rules: &rules.Set{}, Allow: allowed(t, "127.0.0.1", "localhost")})
	d, err := c.OpenDatabase(t.Context(), secret.New(s.URL("administrator", password, "postgres")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, c, d
}

// role makes a role that may log in, and that the administrator administers.
func role(s *pgtest.Server, name, more string) {
	s.Query("CREATE ROLE " + quoteName(name) + " LOGIN " + more + "; GRANT " + quoteName(name) + " TO administrator WITH ADMIN OPTION")
}

// with is the address by which a role logs in.
func with(t *testing.T, s *pgtest.Server, role string, password secret.Value) secret.Value {
	t.Helper()
	address, err := WithLogin(secret.New(s.URL("somebody", "x", "postgres")), role, password)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func TestSetPassword(t *testing.T) {
	s, c, d := administrator(t, pgtest.Options{
		Rules:    []string{"host all all 127.0.0.1/32 md5"}, // which takes SCRAM from roles that have it
		Settings: []string{"password_encryption = md5", "log_statement = all", "log_min_error_statement = debug5", "log_min_messages = debug1", "track_activities = on"},
	})
	passwords := []string{rand.Text(), "it's " + rand.Text(), rand.Text() + `\'"$`, " " + rand.Text() + " ", rand.Text() + "é", rand.Text() + "ﬁ²\u00a0ª\u00adx", rand.Text() + "e\u0301", rand.Text() + "\u200bа\u0007", strings.Repeat(rand.Text(), 40)}
	for i, name := range roleNames() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			role(s, name, "PASSWORD 'an earlier one'")
			earlier := with(t, s, name, secret.New("an earlier one"))
			password := secret.New(passwords[i%len(passwords)])
			for range 2 {
				if err := d.SetPassword(t.Context(), name, password); err != nil {
					t.Fatal(err)
				}
			}
			if got := s.Query("SELECT rolpassword LIKE 'SCRAM-SHA-256$4096:%' FROM pg_authid WHERE rolname = " + quoteText(name)); got != "t" {
				t.Errorf("it is kept as SCRAM: %s", got)
			}
			if got := verifyURL(t, c, with(t, s, name, password).Reveal()); got.Verdict != Live {
				t.Errorf("the new one is %s: %s", got.Verdict, got.Why)
			}
			if got := verifyURL(t, c, earlier.Reveal()); got.Verdict != Dead {
				t.Errorf("the earlier one is %s: %s", got.Verdict, got.Why)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		for _, tt := range []struct {
			role, password string
			want           string
		}{
			{"missing", passwords[0], `set the password of role "missing": no such role (42704)`},
			{"postgres", passwords[0], `set the password of role "postgres": not permitted (42501)`},
			{"app", "", `set the password of role "app": it is empty, or has a zero byte in it`},
			{"app", "a\x00", `set the password of role "app": it is empty, or has a zero byte in it`},
			{"", passwords[0], `set the password of role "": "" is no name of a role: want 1 to 63 bytes of UTF-8`},
		} {
			if err := d.SetPassword(t.Context(), tt.role, secret.New(tt.password)); err == nil || err.Error() != tt.want {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		}
	})
	told, activity := s.Log(), s.Query("SELECT query FROM pg_stat_activity")
	if !strings.Contains(told, "SCRAM-SHA-256$") || !strings.Contains(activity, "SCRAM-SHA-256$") && !strings.Contains(activity, "ALTER ROLE") {
		t.Error("the server doesn't tell of its statements")
	}
	for _, password := range passwords {
		if strings.Contains(told+activity, password) {
			t.Error("a password is in the server's log, or in the list of its activity")
		}
	}
}

func TestEndSessions(t *testing.T) {
	s, c, d := administrator(t, pgtest.Options{})
	ctx := t.Context()
	for _, name := range []string{"app", `O'Neil "x"`} {
		role(s, name, "")
		password := secret.New(rand.Text())
		if err := d.SetPassword(ctx, name, password); err != nil {
			t.Fatal(err)
		}
		var sessions []*Database
		for range 3 {
			session, err := c.OpenDatabase(ctx, with(t, s, name, password))
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			sessions = append(sessions, session)
		}
		count := func(of string, want int) {
			t.Helper()
			if got, err := d.Sessions(ctx, of); err != nil || got != want {
				t.Errorf("sessions of %q: got %d, %v, want %d", of, got, err, want)
			}
		}
		count(name, 3)
		count("administrator", 0) // but for the one that counts
		count("missing", 0)
		if err := d.EndSessions(ctx, name); err != nil {
			t.Fatal(err)
		}
		count(name, 0)
		for _, session := range sessions {
			if _, err := session.query(ctx, "SELECT 1"); err == nil {
				t.Error("a session that was ended goes on")
			}
		}
		if err := d.EndSessions(ctx, name); err != nil {
			t.Errorf("again: %v", err)
		}

		session, err := c.OpenDatabase(ctx, with(t, s, name, password))
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		if err := d.Disable(ctx, name); err != nil {
			t.Fatal(err)
		}
		count(name, 0)
		if got := verifyURL(t, c, with(t, s, name, password).Reveal()); got.Verdict != Dead {
			t.Errorf("the password is %s after it was disabled: %s", got.Verdict, got.Why)
		}
	}
	if err := d.EndSessions(ctx, "administrator"); err != nil {
		t.Errorf("of its own role: %v", err)
	}
	if _, err := d.Sessions(ctx, "a\x00"); err == nil {
		t.Error("a name with a zero byte was asked about")
	}

	s.Query("REVOKE pg_signal_backend FROM administrator; CREATE ROLE stranger LOGIN PASSWORD 'made up'")
	session, err := c.OpenDatabase(ctx, with(t, s, "stranger", secret.New("made up")))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if err := d.EndSessions(ctx, "stranger"); !errors.Is(err, sqlState("42501")) {
		t.Errorf("without the right to: %v", err)
	}
}

func TestOpenDatabase(t *testing.T) {
	password := rand.Text()
	s := pgtest.Start(t, pgtest.Options{})
	s.Query("CREATE ROLE app LOGIN PASSWORD '" + password + "'")
	c := New(Options{Rules: &rules.Set{}, Allow: allowed(t, "127.0.0.1", "localhost")})
	for _, tt := range []struct{ address, want string }{
		{s.URL("app", rand.Text(), "postgres"), "log in to the database at 127.0.0.1: wrong password (28P01)"},
		{s.URL("app", password, "nowhere"), "log in to the database at 127.0.0.1: no such database (3D000)"},
		{s.URL("app", password, "postgres") + "?sslmode=require", "open the database at 127.0.0.1: the server has no TLS, which a public one has to have, or the address wants (sslmode)"},
		{"postgres://app:" + password + "@127.0.0.1:1/a", "open the database at 127.0.0.1: the host can't be reached"},
		{"postgres://app:" + password + "@10.0.0.1/a", "open the database at 10.0.0.1: 10.0.0.1 is named by the address itself, and has to be allowed"},
		{"mysql://app:" + password + "@127.0.0.1/a", "address of the database: no check for mysql yet"},
		{"postgres://app:" + password + "%@127.0.0.1/a", "address of the database: its password is not encoded as in an address"},
	} {
		if _, err := c.OpenDatabase(t.Context(), secret.New(tt.address)); err == nil || err.Error() != tt.want {
			t.Errorf("got %v\nwant %s", err, tt.want)
		}
	}

	// One who comes in without a password: the machine's user says who it is.
	d, err := c.OpenDatabase(t.Context(), secret.New(fmt.Sprintf("postgres://postgres@/postgres?host=%s&port=%d", s.Socket(), s.Port)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Sessions(ctx, "app"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	if n, err := d.Sessions(t.Context(), "app"); n != 0 || err != nil {
		t.Errorf("a call that never began has hurt the session: %d, %v", n, err)
	}
}
