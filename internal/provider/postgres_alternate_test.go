package provider

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

func TestAlternate(t *testing.T) {
	s, c, d := administrator(t, pgtest.Options{})
	for i, base := range roleNames() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			alternate := string([]rune(base)[:min(len([]rune(base)), 40)]) + "_b"
			role(s, base, "")
			s.Query("CREATE SCHEMA " + quoteName(base) + " AUTHORIZATION " + quoteName(base))
			for range 2 {
				if err := d.Alternate(t.Context(), base, alternate); err != nil {
					t.Fatal(err)
				}
			}
			password := secret.New(rand.Text())
			if err := d.SetPassword(t.Context(), alternate, password); err != nil {
				t.Fatal(err)
			}
			session, err := c.OpenDatabase(t.Context(), with(t, s, alternate, password))
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close()
			rows, err := session.query(t.Context(), "CREATE TABLE "+quoteName(base)+".made (); SELECT session_user, current_user, tableowner FROM pg_tables WHERE tablename = 'made' AND schemaname = "+quoteText(base))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := fmt.Sprintf("%q", rows), fmt.Sprintf("%q", [][]string{{alternate, base, base}}); got != want {
				t.Errorf("what it makes: got %s, want %s", got, want)
			}
		})
	}
}

func TestAlternateRefused(t *testing.T) {
	s, _, d := administrator(t, pgtest.Options{})
	role(s, "app", "")
	s.Query(`CREATE ROLE other LOGIN;
		CREATE ROLE plain LOGIN;
		CREATE ROLE member LOGIN IN ROLE app;
		CREATE ROLE asleep NOLOGIN IN ROLE app; ALTER ROLE asleep SET role = 'app';
		CREATE ROLE twofold LOGIN IN ROLE app, other; ALTER ROLE twofold SET role = 'app';
		CREATE ROLE elsewhere LOGIN IN ROLE other; ALTER ROLE elsewhere SET role = 'other';
		CREATE ROLE mighty LOGIN CREATEDB IN ROLE app; ALTER ROLE mighty SET role = 'app';
		CREATE ROLE here LOGIN IN ROLE app; ALTER ROLE here IN DATABASE postgres SET role = 'app'`)
	const another = "there is a role of that name, and it is no such alternate"
	tests := []struct{ base, alternate, want string }{
		{"app", "plain", another},
		{"app", "member", another},
		{"app", "asleep", another},
		{"app", "twofold", another},
		{"app", "elsewhere", another},
		{"app", "mighty", another},
		{"app", "here", another},
		{"app", "administrator", another},
		{"app", "postgres", another},
		{"app", "app", "it is the same role"},
		{"missing", "missing_b", "no such role (42704)"},
		{"app", "pg_b", "the name is reserved (42939)"},
		{"app", "", `"" is no name of a role: want 1 to 63 bytes of UTF-8`},
		{"app", "a\x00b", `"a\x00b" is no name of a role: want 1 to 63 bytes of UTF-8`},
		{"app", "a\xff", `"a\xff" is no name of a role: want 1 to 63 bytes of UTF-8`},
		{"app", strings.Repeat("n", 64), `"` + strings.Repeat("n", 64) + `" is no name of a role: want 1 to 63 bytes of UTF-8`},
	}
	before := s.Query("SELECT * FROM pg_roles ORDER BY 1; SELECT * FROM pg_auth_members ORDER BY 1, 2, 3")
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			err := d.Alternate(t.Context(), tt.base, tt.alternate)
			want := fmt.Sprintf("make role %q, an alternate of %q: %s", tt.alternate, tt.base, tt.want)
			if err == nil || err.Error() != want {
				t.Errorf("got %v\nwant %s", err, want)
			}
		})
	}
	if after := s.Query("SELECT * FROM pg_roles ORDER BY 1; SELECT * FROM pg_auth_members ORDER BY 1, 2, 3"); after != before {
		t.Errorf("roles were changed:\n%s\nbefore:\n%s", after, before)
	}
	s.Query("ALTER ROLE administrator NOCREATEROLE")
	if err := d.Alternate(t.Context(), "app", "app_b"); !errors.Is(err, sqlState("42501")) {
		t.Errorf("without the right to: %v", err)
	}
}

// TestAlternateSettings has an alternate begin with what its base begins with.
func TestAlternateSettings(t *testing.T) {
	s := pgtest.Start(t, pgtest.Options{})
	c := New(Options{Rules: &rules.Set{}, Allow: allowed(t, "127.0.0.1")})
	s.Query(`CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'made up'; CREATE ROLE app LOGIN; CREATE DATABASE "my ""db"""`)
	d, err := c.OpenDatabase(t.Context(), with(t, s, "boss", secret.New("made up")))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	// The last one was set as no statement would write it.
	s.Query(`ALTER ROLE app SET search_path = "$user", "my ""schema, or", 'Other', public; ALTER ROLE app SET statement_timeout = '61s';
		ALTER ROLE app SET app.tenant = 'it''s \, "x"'; ALTER ROLE app SET DateStyle = 'SQL, DMY'; ALTER ROLE app SET temp_tablespaces = '';
		ALTER ROLE app IN DATABASE "my ""db""" SET statement_timeout = '62s';
		SELECT set_config('search_path', 'a;drop/**/role/**/app, b', false); ALTER ROLE app IN DATABASE postgres SET search_path FROM CURRENT;`)
	settings := func(role string) string {
		return s.Query("SELECT setdatabase, unnest(setconfig) FROM pg_db_role_setting WHERE setrole = '" + role + "'::regrole ORDER BY 1, 2")
	}
	for range 2 {
		if err := d.Alternate(t.Context(), "app", "app_b"); err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(settings("app"), `|search_path=a;drop/**/role/**/app`, `|search_path="a;drop/**/role/**/app"`)
		if got := strings.Replace(settings("app_b"), "0|role=app\n", "", 1); got != want {
			t.Errorf("settings of the alternate:\n%s\nof its base:\n%s", got, want)
		}
		s.Query("ALTER ROLE app SET lock_timeout = '5s'")
	}
	if err := d.Alternate(t.Context(), "app_b", "app_c"); err == nil || !strings.HasSuffix(err.Error(), "that one acts as another role itself") {
		t.Errorf("an alternate of an alternate: %v", err)
	}
}

// TestAlternateTogether has many make the same role at the same time.
func TestAlternateTogether(t *testing.T) {
	s, c, _ := administrator(t, pgtest.Options{})
	s.Query("CREATE ROLE app LOGIN; CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'made up'")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			d, err := c.OpenDatabase(t.Context(), with(t, s, "boss", secret.New("made up")))
			if err != nil {
				t.Error(err)
				return
			}
			defer d.Close()
			for i := range 20 {
				if err := d.Alternate(t.Context(), "app", fmt.Sprint("app_", i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := s.Query("SELECT count(*) FROM pg_auth_members WHERE roleid = 'app'::regrole"); got != "20" {
		t.Errorf("there are %s alternates, want 20", got)
	}
}
