package provider

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// nearTo is a client whose every connection ends at a server, as if the server were at a
// public address.
func nearTo(t *testing.T, s *pgtest.Server, roots *x509.CertPool, allow ...string) *Client {
	c := New(Options{Rules: &rules.Set{}, Allow: allowed(t, allow...), Timeout: 20 * time.Second})
	c.way = way{roots: roots, connect: func(ctx context.Context, network, _ string, check control) (net.Conn, error) {
		if err := check(network, publicAddress+":5432", nil); err != nil {
			return nil, err
		}
		conn, err := new(net.Dialer).DialContext(ctx, network, s.Address())
		if err != nil {
			return nil, err
		}
		return farConn{conn}, nil
	}}
	return c
}

// farConn is a connection to a public address, as far as its own word goes.
type farConn struct{ net.Conn }

func (farConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(publicAddress + ":5432"))
}

func verifyURL(t *testing.T, c *Client, address string) Answer {
	t.Helper()
	return c.Verify(t.Context(), Credential{Rule: "database-url", Carrier: secret.New(address)})
}

// logged is a server that logs as much as it can, with roles of all kinds.
func logged(t *testing.T, password string) *pgtest.Server {
	s := pgtest.Start(t, pgtest.Options{
		TLS: true,
		Rules: []string{
			"host all trusted 127.0.0.1/32 trust",
			"host all md5er 127.0.0.1/32 md5",
			"host all clear 127.0.0.1/32 password",
			"host all ghost 127.0.0.1/32 trust",
			"host all rejected 127.0.0.1/32 reject",
			"host all idented 127.0.0.1/32 ident",
			"local all peered peer",
			"hostssl all secured 127.0.0.1/32 scram-sha-256",
			"hostnossl all secured 127.0.0.1/32 reject",
		},
		Settings: []string{"log_statement = all", "log_min_error_statement = debug5", "log_min_messages = debug1", "log_connections = on"},
	})
	statements := "SET password_encryption = 'md5'; CREATE ROLE md5er LOGIN PASSWORD '" + password + "'; RESET password_encryption;"
	for _, role := range []string{"app", "trusted", "clear", "rejected", "idented", "peered", "secured", "gone VALID UNTIL '2001-01-01'", "full CONNECTION LIMIT 0"} {
		name, more, _ := strings.Cut(role, " ")
		statements += fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' %s;", name, password, more)
	}
	statements += "CREATE ROLE idle NOLOGIN PASSWORD '" + password + "';" +
		"CREATE DATABASE private; REVOKE CONNECT ON DATABASE private FROM PUBLIC;" +
		"CREATE DATABASE closed ALLOW_CONNECTIONS false;"
	s.Query("SET log_statement = 'none'; SET log_min_error_statement = 'panic'; " + statements)
	return s
}

func TestLogin(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Run("server", testLogin) // which stops it at its end
}

func testLogin(t *testing.T) {
	password, wrong := rand.Text(), rand.Text()
	s := logged(t, password)
	here := New(Options{Rules: &rules.Set{}, Allow: allowed(t, "127.0.0.1", "localhost")})
	far := nearTo(t, s, s.Roots, "db.sample.test", "other.sample.test")
	strange := nearTo(t, s, x509.NewCertPool(), "db.sample.test:5432")
	at := func(user, password, database string) string { return s.URL(user, password, database) }
	public := func(user, password, options string) string {
		return "postgres://" + user + ":" + password + "@db.sample.test/postgres" + options
	}
	tests := []struct {
		name    string
		client  *Client
		address string
		verdict Verdict
		why     string
	}{
		{"right", here, at("app", password, "postgres"), Live, "logged in"},
		{"wrong", here, at("app", wrong, "postgres"), Dead, "the server refuses it: wrong password (28P01)"},
		{"no such user", here, at("nobody", password, "postgres"), Dead, "the server refuses it: wrong password (28P01)"},
		{"expired", here, at("gone", password, "postgres"), Dead, "the server refuses it: wrong password (28P01)"},
		{"md5, right", here, at("md5er", password, "postgres"), Live, "logged in"},
		{"md5, wrong", here, at("md5er", wrong, "postgres"), Dead, "the server refuses it: wrong password (28P01)"},
		{"in clear, right", here, at("clear", password, "postgres"), Live, "logged in"},
		{"in clear, wrong", here, at("clear", wrong, "postgres"), Dead, "the server refuses it: wrong password (28P01)"},
		{"trust, right", here, at("trusted", password, "postgres"), Unknown, "the server asks for no password"},
		{"trust, wrong", here, at("trusted", wrong, "postgres"), Unknown, "the server asks for no password"},
		{"trust, no such database", here, at("trusted", wrong, "nowhere"), Unknown, "the server asks for no password"},
		{"no such database", here, at("app", password, "nowhere"), Restricted, "the server accepts it, and lets it in no further: no such database (3D000)"},
		{"no such database, wrong", here, at("app", wrong, "nowhere"), Dead, "the server refuses it: wrong password (28P01)"},
		{"not let into the database", here, at("app", password, "private"), Restricted, "the server accepts it, and lets it in no further: not permitted (42501)"},
		{"a database that takes nobody", here, at("app", password, "closed"), Restricted, "the server accepts it, and lets it in no further: the database takes no connections (55000)"},
		{"too many connections of the user", here, at("full", password, "postgres"), Restricted, "the server accepts it, and lets it in no further: too many connections (53300)"},
		{"a role that may not log in", here, at("idle", password, "postgres"), Restricted, "the server accepts it, and lets it in no further: the user may not log in (28000)"},
		{"rejected", here, at("rejected", password, "postgres"), Unknown, "the server answered with something else: the user may not log in (28000)"},
		{"trust, no such user", here, at("ghost", password, "postgres"), Unknown, "the server asks for no password"},
		{"ident", here, at("idented", password, "postgres"), Unknown, "the server answered with something else: the user may not log in (28000)"},
		{"peer", here, fmt.Sprintf("postgresql://peered:%s@/postgres?host=%s&port=%d", password, s.Socket(), s.Port), Unknown, "the server answered with something else: the user may not log in (28000)"},
		{"TLS where the server has it", here, at("secured", password, "postgres"), Live, "logged in"},
		{"no TLS, as the address wants", here, at("secured", password, "postgres") + "?sslmode=disable", Unknown, "the server answered with something else: the user may not log in (28000)"},
		{"a certificate that the address wants verified", here, at("app", password, "postgres") + "?sslmode=verify-full", Unknown, "the server's certificate is not trusted, which a public one's has to be, or the address wants (sslmode)"},
		{"a socket", here, fmt.Sprintf("postgresql://app:%s@/postgres?host=%s&port=%d", password, s.Socket(), s.Port), Live, "logged in"},
		{"a socket, wrong", here, fmt.Sprintf("postgresql://app:%s@/postgres?host=%s&port=%d", wrong, s.Socket(), s.Port), Dead, "the server refuses it: wrong password (28P01)"},
		{"a socket that was not allowed", far, fmt.Sprintf("postgresql://app:%s@/postgres?host=%s&port=%d", password, s.Socket(), s.Port), Unknown, "a socket of this machine (localhost) has to be allowed"},
		{"settings", here, fmt.Sprintf("host=127.0.0.1 port=%d user=app password='%s' dbname=postgres", s.Port, password), Live, "logged in"},
		{"another client's scheme", here, strings.Replace(at("app", password, "postgres"), "postgres:", "PostgreSQL+asyncpg:", 1), Live, "logged in"},

		{"verified TLS, right", far, public("app", password, ""), Live, "logged in"},
		{"verified TLS, wrong", far, public("app", wrong, ""), Dead, "the server refuses it: wrong password (28P01)"},
		{"verified TLS, in clear", far, public("clear", password, ""), Live, "logged in"},
		{"verified TLS, md5", far, public("md5er", wrong, ""), Dead, "the server refuses it: wrong password (28P01)"},
		{"no TLS, as the address of a public one wants", far, public("app", password, "?sslmode=disable"), Live, "logged in"},
		{"another name than the certificate's", far, strings.Replace(public("app", password, ""), "db.sample.test", "other.sample.test", 1), Unknown, "the server's certificate is not trusted, which a public one's has to be, or the address wants (sslmode)"},
		{"unverified TLS, SCRAM", strange, public("app", password, ""), Unknown, "the server's certificate is not trusted, which a public one's has to be, or the address wants (sslmode)"},
		{"unverified TLS, in clear", strange, public("clear", wrong, ""), Unknown, "the server's certificate is not trusted, which a public one's has to be, or the address wants (sslmode)"},
		{"unverified TLS, as the address wants", strange, public("clear", wrong, "?sslmode=require"), Dead, "the server refuses it: wrong password (28P01)"},
		{"unverified TLS, another port allowed", nearTo(t, s, x509.NewCertPool(), "db.sample.test:5433"), public("app", password, ""), Unknown, "db.sample.test is named by the address itself, and has to be allowed"},

		{"loopback that was not allowed", New(Options{Rules: &rules.Set{}}), at("app", password, "postgres"), Unknown, "127.0.0.1 is named by the address itself, and has to be allowed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := verifyURL(t, tt.client, tt.address)
			if got.Verdict != tt.verdict || got.Why != tt.why {
				t.Errorf("got %s: %s\nwant %s: %s", got.Verdict, got.Why, tt.verdict, tt.why)
			}
			if allowed := !strings.HasSuffix(got.Why, "has to be allowed"); (got.Host != "") != allowed || got.At.IsZero() {
				t.Errorf("asked %q at %v", got.Host, got.At)
			}
		})
	}
	for name, text := range map[string]string{"log": s.Log(), "activity": s.Query("SELECT * FROM pg_stat_activity")} {
		if strings.Contains(text, password) || strings.Contains(text, wrong) {
			t.Errorf("a password is in the server's %s", name)
		}
	}
}

func TestLoginWithoutTLS(t *testing.T) {
	password := rand.Text()
	s := pgtest.Start(t, pgtest.Options{})
	s.Query("CREATE ROLE app LOGIN PASSWORD '" + password + "'")
	public := "postgres://app:" + password + "@db.sample.test/postgres"
	tests := []struct {
		name    string
		client  *Client
		address string
		verdict Verdict
		why     string
	}{
		{"not allowed", nearTo(t, s, nil), public + "?sslmode=disable", Unknown, "db.sample.test is named by the address itself, and has to be allowed"},
		{"public", nearTo(t, s, nil, "db.sample.test"), public, Unknown, "the server has no TLS, which a public one has to have, or the address wants (sslmode)"},
		{"said to have none", nearTo(t, s, nil, "db.sample.test"), public + "?sslmode=disable", Live, "logged in"},
		{"allowed, and wanted", nearTo(t, s, nil, "db.sample.test"), public + "?sslmode=require", Unknown, "the server has no TLS, which a public one has to have, or the address wants (sslmode)"},
		{"allowed, and said to be wanted", nearTo(t, s, nil, "db.sample.test"), public + "?ssl=true", Unknown, "the server has no TLS, which a public one has to have, or the address wants (sslmode)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := verifyURL(t, tt.client, tt.address); got.Verdict != tt.verdict || got.Why != tt.why {
				t.Errorf("got %s: %s\nwant %s: %s", got.Verdict, got.Why, tt.verdict, tt.why)
			}
		})
	}
}

// TestLoginAddress has addresses that nobody is asked at.
func TestLoginAddress(t *testing.T) {
	t.Setenv("PGHOST", "db.sample.test")
	t.Setenv("PGUSER", "somebody")
	t.Setenv("PGPASSWORD", rand.Text())
	t.Setenv("PGSERVICE", "production")
	c := New(Options{Rules: &rules.Set{}, Allow: allowed(t, "db.sample.test")})
	c.way.connect = func(context.Context, string, string, control) (net.Conn, error) {
		t.Error("a host is dialed")
		return nil, context.Canceled
	}
	password := rand.Text()
	const at = "the address of the database can't be asked at: "
	tests := []struct{ address, why string }{
		{"", at + "it is empty"},
		{"mysql://a:PASSWORD@db.sample.test/a", "no check for mysql yet"},
		{"mongodb+srv://a:PASSWORD@db.sample.test/a", "no check for mongodb yet"},
		{"a:PASSWORD@db.sample.test", at + "it is no address of a database"},
		{"postgres://a@db.sample.test/a", at + "it has no password"},
		{"postgres://a:@db.sample.test/a", at + "it has no password"},
		{"postgres://:PASSWORD@db.sample.test/a", at + "it names no user"},
		{"postgres://a:PASSWORD@/a", at + "it names no host"},
		{"postgres://a:PASSWORD@h1,h2:5433/a", at + "it names several hosts, and none of them speaks for all"},
		{"postgres://a:PASSWORD@h/a?host=h1%2Ch2", at + "it names several hosts, and none of them speaks for all"},
		{"postgres://a:PASSWORD@h/a?hostaddr=127.0.0.1", at + "it names its host twice (hostaddr)"},
		{"postgres:///?service=production&password=PASSWORD", at + "it leaves its host to a service file, which is not read"},
		{"service=production", at + "it leaves its host to a service file, which is not read"},
		{"postgres://a:PASSWORD@db.sample.test:http/a", at + "its port is no number"},
		{"postgres://a:PASSWORD@db.sample.test:0/a", at + "its port is no number"},
		{"postgres://a:PASSWORD@[::1/a", at + "its host is no address of IPv6"},
		{"postgres://a:PASSWORD@0x7f000001/a", at + "its host is neither a name nor an address"},
		{"postgres://a:PASSWORD@ho\x1bst/a", at + "its host is no plain name of a host"},
		{"postgres://a:PASSWORD%@db.sample.test/a", at + "its password is not encoded as in an address"},
		{"postgres://a:PASSWORD%00@db.sample.test/a", at + "its password is not encoded as in an address"},
		{"postgres://a:b@PASSWORD@db.sample.test/a", at + "its password is not encoded as in an address: there are two @"},
		{"postgres://a:PASSWORD\x00@db.sample.test/a", at + "it has a zero byte in it"},
		{"host=db.sample.test user=a password='PASSWORD", at + "a quote in it is open"},
		{"host=db.sample.test user", at + "it is no address of a database"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			got := verifyURL(t, c, strings.ReplaceAll(tt.address, "PASSWORD", password))
			if diff := cmp.Diff([]string{string(Unknown), tt.why, ""}, []string{string(got.Verdict), got.Why, got.Host}); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoginOfTwo has a password that stands in the addresses of several databases. It is dead
// if all refuse it.
func TestLoginOfTwo(t *testing.T) {
	password := rand.Text()
	s := logged(t, password)
	c := New(Options{Rules: &rules.Set{}, Allow: allowed(t, "127.0.0.1", "localhost")})
	at := func(user, host string) string {
		return strings.Replace(s.URL(user, password, "postgres"), "127.0.0.1", host, 1)
	}
	for _, tt := range []struct {
		name   string
		first  string
		others []string
		want   Verdict
	}{
		{"works at the other", at("nobody", "localhost"), []string{at("app", "127.0.0.1")}, Live},
		{"works as another user", at("nobody", "127.0.0.1"), []string{at("nobody", "127.0.0.1"), at("app", "127.0.0.1")}, Live},
		{"refused by both", at("nobody", "localhost"), []string{at("nobody", "127.0.0.1")}, Dead},
		{"the other can't be asked", at("nobody", "localhost"), []string{strings.Replace(at("app", "127.0.0.1"), "postgres:", "mysql:", 1)}, Unknown},
		{"the other is none", at("nobody", "localhost"), []string{"password " + password}, Dead},
		{"the other has another password", at("nobody", "localhost"), []string{"postgres://app:other@127.0.0.1/postgres"}, Dead},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cred := Credential{Rule: DatabaseURL, Value: secret.New(password), Carrier: secret.New(tt.first)}
			for _, address := range tt.others {
				cred.Parts = append(cred.Parts, Part{AnotherAddress, secret.New(address)})
			}
			if got := c.Verify(t.Context(), cred); got.Verdict != tt.want {
				t.Errorf("got %s (%s at %s), want %s", got.Verdict, got.Why, got.Host, tt.want)
			}
			if hosts, err := c.Hosts(cred); err != nil || !strings.Contains(tt.first, "@"+hosts[0]+":") {
				t.Errorf("asks %s, %v", hosts, err)
			}
		})
	}
}
