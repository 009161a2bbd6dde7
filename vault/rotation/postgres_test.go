package rotation_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
	"github.com/secretsweep/secretsweep/vault/rotation/drivertest"
)

// server is a PostgreSQL server with an administrator who is no superuser.
type server struct {
	*pgtest.Server
	client *provider.Client
	admin  secret.Value
	roles  atomic.Int64
}

func newServer(t *testing.T, o pgtest.Options) *server {
	t.Helper()
	allowed, err := provider.ParseAllowed("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{
		Server: pgtest.Start(t, o),
		client: provider.New(provider.Options{Rules: &rules.Set{}, Allow: []provider.Allowed{allowed}}),
	}
	password := rand.Text()
	s.Query("CREATE ROLE administrator LOGIN CREATEROLE IN ROLE pg_signal_backend PASSWORD '" + password + "'")
	s.admin = secret.New(s.URL("administrator", password, "postgres"))
	return s
}

// role makes a role whose password has leaked, and gives its name, and what leaked.
func (s *server) role() (name string, l vault.Leaked) {
	name = fmt.Sprint("app", s.roles.Add(1))
	password := rand.Text()
	s.Query("CREATE ROLE " + name + " LOGIN PASSWORD '" + password + "'; GRANT " + name + " TO administrator WITH ADMIN OPTION")
	return name, vault.Leaked{
		Value: secret.New(password), Carrier: secret.New(s.URL(name, password, "postgres") + "?sslmode=disable"),
		Rule: "database-url", Name: "DATABASE_URL", Severity: "critical",
	}
}

// out says what the server has of a role and its alternate.
func (s *server) out(name string) string {
	pair := fmt.Sprintf("('%s', '%[1]s_b')", name)
	roles := s.Query(`SELECT rolname, rolcanlogin, rolpassword LIKE 'SCRAM%', (SELECT array_agg(roleid::regrole) FROM pg_auth_members WHERE member = a.oid),
		(SELECT setconfig FROM pg_db_role_setting WHERE setrole = a.oid) FROM pg_authid a WHERE rolname IN ` + pair + " ORDER BY 1")
	return strings.ReplaceAll(roles, name, "app")
}

// driver gives the one that is called name.
func driver(t *testing.T, name string, o rotation.DriverOptions) rotation.Driver {
	t.Helper()
	for _, d := range rotation.Drivers(o) {
		if d.Name() == name {
			return d
		}
	}
	t.Fatalf("there is no driver %q", name)
	return nil
}

func TestPostgres(t *testing.T) {
	s := newServer(t, pgtest.Options{Settings: []string{
		"log_statement = all", "log_min_error_statement = debug5", "log_min_messages = debug1", "log_connections = on",
	}})
	tests := []struct {
		name, driver string
		admin, alone bool
		run          func(t *testing.T, world func(*testing.T) drivertest.World)
	}{
		{"users", "postgres-users", true, false, drivertest.Run},
		{"its own password", "postgres-password", false, false, drivertest.Run},
		{"an admin's password", "postgres-password", true, false, once},
		{"a password alone", "postgres-password", false, true, once},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.run(t, func(t *testing.T) drivertest.World {
				name, leaked := s.role()
				o := rotation.DriverOptions{Client: s.client}
				if tt.admin {
					o.Admin = s.admin
				}
				if tt.alone {
					o.Address = secret.New(strings.Replace(s.URL(name, "", "postgres"), ":@", "@", 1))
					leaked.Carrier = secret.Value{}
				}
				return drivertest.World{
					Driver: driver(t, tt.driver, o), Leaked: leaked,
					Out: func() string { return s.out(name) },
				}
			})
		})
	}
}

func once(t *testing.T, world func(*testing.T) drivertest.World) { drivertest.Once(t, world(t)) }
