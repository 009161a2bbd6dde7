package rotation_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// whole gives what the vault has of a leak.
func whole(l vault.Leaked) secret.Value {
	if l.Carrier.IsEmpty() {
		return l.Value
	}
	return l.Carrier
}

// with gives the address of a leak with another role and password.
func with(t *testing.T, l vault.Leaked, role, password string) secret.Value {
	t.Helper()
	address, err := provider.WithLogin(l.Carrier, role, secret.New(password))
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// TestPostgresRefused has each thing be wrong that Prepare looks at.
func TestPostgresRefused(t *testing.T) {
	s := newServer(t, pgtest.Options{Rules: []string{"host all trusted 127.0.0.1/32 trust"}})
	other := newServer(t, pgtest.Options{})
	plain := rand.Text()
	s.Query("CREATE ROLE plain LOGIN PASSWORD '" + plain + "'; CREATE ROLE trusted LOGIN")
	const users, password = "postgres-users", "postgres-password"
	tests := []struct {
		name, driver string
		prepare      func(role string, l *vault.Leaked, o *rotation.DriverOptions)
		want         string
	}{
		{"an admin of another server", users, func(role string, _ *vault.Leaked, o *rotation.DriverOptions) {
			other.Query("CREATE ROLE " + role + " LOGIN; GRANT " + role + " TO administrator WITH ADMIN OPTION")
			o.Admin = other.admin
		}, "the admin's address leads to another server than the value"},
		{"such an admin, when the old one is dead", password, func(role string, _ *vault.Leaked, o *rotation.DriverOptions) {
			s.Query("ALTER ROLE " + role + " PASSWORD 'another'")
			o.Admin = other.admin
		}, "the admin's address leads to another server than the value"},
		{"dead, and no admin", password, func(role string, _ *vault.Leaked, o *rotation.DriverOptions) {
			s.Query("ALTER ROLE " + role + " PASSWORD 'another'")
			o.Admin = secret.Value{}
		}, "the old value doesn't log in, so it can't change itself; an admin could: the server refuses it: wrong password (28P01)"},
		{"no admin", users, func(_ string, _ *vault.Leaked, o *rotation.DriverOptions) { o.Admin = secret.Value{} }, "it takes an admin's address"},
		{"an admin with a wrong password", users, func(_ string, l *vault.Leaked, o *rotation.DriverOptions) {
			o.Admin = with(t, *l, "administrator", "wrong")
		}, "log in to the database at 127.0.0.1: wrong password (28P01)"},
		{"an admin without the right", users, func(_ string, l *vault.Leaked, o *rotation.DriverOptions) {
			o.Admin = with(t, *l, "plain", plain)
		}, "that takes CREATEROLE"},
		{"a host that wasn't allowed", password, func(_ string, _ *vault.Leaked, o *rotation.DriverOptions) {
			o.Client = provider.New(provider.Options{Rules: &rules.Set{}})
		}, "nobody can tell whether the old value works: "},
		{"a server that asks for no password", users, func(_ string, l *vault.Leaked, _ *rotation.DriverOptions) {
			l.Carrier = with(t, *l, "trusted", "any")
		}, "nobody can tell whether the old value works: the server asks for no password"},
		{"a role that has the name", users, func(role string, _ *vault.Leaked, _ *rotation.DriverOptions) {
			s.Query("CREATE ROLE " + role + "_b LOGIN")
		}, "there is a role of that name, and it is no such alternate"},
		{"an alternate that somebody uses", users, func(role string, l *vault.Leaked, _ *rotation.DriverOptions) {
			s.Query("CREATE ROLE " + role + "_b LOGIN IN ROLE " + role + " PASSWORD 'made up'; ALTER ROLE " + role + "_b SET role = '" + role + "'")
			d, err := s.client.OpenDatabase(t.Context(), with(t, *l, role+"_b", "made up"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
		}, "has 1 sessions: it is in use"},
		{"another database", password, func(_ string, l *vault.Leaked, o *rotation.DriverOptions) {
			l.Carrier = secret.New("mysql://app:" + rand.Text() + "@db/app")
		}, "no check for mysql yet"},
		{"a password without an address", password, func(_ string, l *vault.Leaked, _ *rotation.DriverOptions) { l.Carrier = secret.Value{} }, "it is no address of a database"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			role, l := s.role()
			o := rotation.DriverOptions{Client: s.client, Admin: s.admin}
			tt.prepare(role, &l, &o)
			before := s.out(role)
			_, err := driver(t, tt.driver, o).Prepare(t.Context(), whole(l))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), l.Value.Reveal()) {
				t.Error("the error has the password in it")
			}
			if after := s.out(role); after != before {
				t.Errorf("the server has\n%s\nafter it had\n%s", after, before)
			}
		})
	}
}

// TestPostgresDead has an admin rotate a password that is of no use any more.
func TestPostgresDead(t *testing.T) {
	s := newServer(t, pgtest.Options{})
	for _, name := range []string{"postgres-users", "postgres-password"} {
		role, l := s.role()
		s.Query("ALTER ROLE " + role + " PASSWORD 'another'")
		d := driver(t, name, rotation.DriverOptions{Client: s.client, Admin: s.admin})
		shop := newShop(t, l, l.Carrier)
		if r, err := shop.drive(d, nil); err != nil || r.Evidence == nil || !r.Evidence.Proven {
			t.Errorf("%s: %v", name, err)
		}
		if a := d.Works(t.Context(), shop.get(shop.ref)); a.Verdict != provider.Live {
			t.Errorf("%s: the next value is %s (%s)", name, a.Verdict, a.Why)
		}
	}
}

// TestPostgresSessions has whoever came in with the old password be put out, once the vault has
// the next one and not before.
func TestPostgresSessions(t *testing.T) {
	s := newServer(t, pgtest.Options{})
	for _, name := range []string{"postgres-users", "postgres-password"} {
		role, l := s.role()
		o := rotation.DriverOptions{Client: s.client}
		if name == "postgres-users" {
			o.Admin = s.admin
		}
		thief, err := s.client.OpenDatabase(t.Context(), l.Carrier)
		if err != nil {
			t.Fatal(err)
		}
		defer thief.Close()
		_, err = newShop(t, l, l.Carrier).drive(driver(t, name, o), func(stage rotation.StageName) error {
			_, err := thief.Sessions(t.Context(), role)
			if is, want := err == nil, stage != rotation.Ended; is != want {
				t.Errorf("%s: at the stage %q the session is there: %t", name, stage, is)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPostgresOthers has the vault have more values that a rotation would change.
func TestPostgresOthers(t *testing.T) {
	s := newServer(t, pgtest.Options{})
	second := vault.Ref{Project: "web", Environment: "dev", Name: "OTHER"}
	tests := []struct {
		name  string
		other func(role string, l vault.Leaked) secret.Value
		wants map[string]string // by driver
	}{
		{"the password alone", func(_ string, l vault.Leaked) secret.Value { return l.Value },
			map[string]string{"postgres-users": "web/dev OTHER would be of no use any more: it is the password alone, and the next one is another role's", "postgres-password": ""}},
		{"another address of the role", func(_ string, l vault.Leaked) secret.Value {
			return secret.New(l.Carrier.Reveal() + "&application_name=worker")
		}, map[string]string{"postgres-users": "it is another address with a login of role", "postgres-password": "it is another address with a login of role"}},
		{"an address of its alternate", func(role string, l vault.Leaked) secret.Value { return with(t, l, role+"_b", "made up") },
			map[string]string{"postgres-users": "it is another address with a login of role", "postgres-password": ""}},
		{"an address of another role", func(_ string, l vault.Leaked) secret.Value { return with(t, l, "someone", "made up") },
			map[string]string{"postgres-users": "", "postgres-password": ""}},
		{"such a role of another server", func(role string, _ vault.Leaked) secret.Value {
			return secret.New("postgres://" + role + ":made%20up@db/app")
		}, map[string]string{"postgres-users": "", "postgres-password": ""}},
	}
	for _, tt := range tests {
		for _, name := range []string{"postgres-users", "postgres-password"} {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				role, l := s.role()
				shop := newShop(t, l, l.Carrier)
				other := tt.other(role, l)
				shop.set(second, other)
				d := driver(t, name, rotation.DriverOptions{Client: s.client, Admin: s.admin})
				_, err := shop.drive(d, nil)
				if want := tt.wants[name]; want != "" {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("got %v, want %q", err, want)
					}
					if a := d.Works(t.Context(), l.Carrier); a.Verdict != provider.Live || shop.record().Stage != nil {
						t.Errorf("something was done all the same: the old value is %s", a.Verdict)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				now := shop.get(second)
				password, err := provider.PasswordOf(shop.get(shop.ref))
				if err != nil {
					t.Fatal(err)
				}
				if replaced := other.Equal(l.Value); replaced && !now.Equal(password) || !replaced && !now.Equal(other) {
					t.Errorf("the other secret is replaced: %t, and has the wrong value", replaced)
				}
			})
		}
	}
}

// TestPostgresForms has addresses of all forms be rotated.
func TestPostgresForms(t *testing.T) {
	s := newServer(t, pgtest.Options{})
	for _, form := range []string{
		"postgresql+asyncpg://ROLE:PASSWORD@127.0.0.1:PORT/postgres",
		"host=127.0.0.1 port=PORT user=ROLE password='PASSWORD' dbname=postgres",
		"postgres://127.0.0.1:PORT/postgres?user=ROLE&password=PASSWORD&sslmode=prefer",
	} {
		role, l := s.role()
		port := strings.TrimPrefix(s.Address(), "127.0.0.1:")
		text := strings.NewReplacer("ROLE", role, "PASSWORD", l.Value.Reveal(), "PORT", port).Replace(form)
		l = vault.Leaked{Value: secret.New(text)}
		d := driver(t, "postgres-users", rotation.DriverOptions{Client: s.client, Admin: s.admin})
		shop := newShop(t, l, l.Value)
		if _, err := shop.drive(d, nil); err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		user, _, _, err := provider.LoginOf(shop.get(shop.ref))
		if a := d.Works(t.Context(), shop.get(shop.ref)); a.Verdict != provider.Live || user != role+"_b" || err != nil {
			t.Errorf("%s: the next value is %s, of role %q, %v", form, a.Verdict, user, err)
		}
	}
}
