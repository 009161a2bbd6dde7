package provider

import (
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/secret"
)

func TestParsePostgres(t *testing.T) {
	type want struct {
		Host, Socket   string
		Port           uint16
		Database, User string
		Password, Mode string
	}
	tests := []struct {
		name, address string
		want          want
	}{
		{"whole", "postgres://u:p@h:6543/d?sslmode=require", want{"h", "", 6543, "d", "u", "p", "require"}},
		{"least", "postgresql://u@h", want{"h", "", 5432, "u", "u", "", ""}},
		{"an empty path", "postgresql://u:p@h/", want{"h", "", 5432, "u", "u", "p", ""}},
		{"encoded", "postgres://" + "u%40x:p%2F%3a%25+%20@h/d%C3%A9", want{"h", "", 5432, "dé", "u@x", "p/:%+ ", ""}},
		{"colons in the password", "postgres://" + "u:p:q:@h/d", want{"h", "", 5432, "d", "u", "p:q:", ""}},
		{"IPv6", "postgres://u:p@[::1]:6543/d", want{"::1", "", 6543, "d", "u", "p", ""}},
		{"IPv6, no port", "postgres://u:p@[2001:DB8::1]?a=b", want{"2001:db8::1", "", 5432, "u", "u", "p", ""}},
		{"case of the host", "POSTGRES://u:p@DB.Sample.Test./d", want{"db.sample.test", "", 5432, "d", "u", "p", ""}},
		{"another's driver", "postgresql+psycopg2://u:p@h/d", want{"h", "", 5432, "d", "u", "p", ""}},
		{"all in settings of the address", "postgres:///?host=h&port=1&user=u&password=p%26&dbname=d", want{"h", "", 1, "d", "u", "p&", ""}},
		{"the last one counts", "postgres://u:p@h/d?user=v&host=i&password=q&password=r&dbname=e&port=1", want{"i", "", 1, "e", "v", "r", ""}},
		{"a flag", "postgres://u:p@h/d?flag&sslmode=disable", want{"h", "", 5432, "d", "u", "p", "disable"}},
		{"TLS in Java's way", "postgres://u:p@h/d?ssl=true", want{"h", "", 5432, "d", "u", "p", "require"}},
		{"a socket", "postgres://u:p@%2Frun%2Fpg:6543/d", want{"localhost", "/run/pg", 6543, "d", "u", "p", ""}},
		{"settings", " host = h  port=1 user='u v' password='it\\'s \\\\' dbname=d\\ e sslmode=verify-ca ", want{"h", "", 1, "d e", "u v", `it's \`, "verify-ca"}},
		{"settings, an empty one", "host=h user=u password='' dbname=d", want{"h", "", 5432, "d", "u", "", ""}},
		{"settings that look like an address", "user=u password=a://b host=h", want{"h", "", 5432, "u", "u", "a://b", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := parsePostgres(tt.address)
			if err != nil {
				t.Fatal(err)
			}
			got := want{a.host, a.socket, a.port, a.database, a.user, a.password.Reveal(), a.sslmode}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("address (-want +got):\n%s", diff)
			}
			user, host, database, err := LoginOf(secret.New(tt.address))
			if err != nil || user != got.User || host != got.Host || database != got.Database {
				t.Errorf("login of it: %s at %s in %s, %v", user, host, database, err)
			}
		})
	}
}

func TestWithLogin(t *testing.T) {
	tests := []struct{ address, want string }{
		{"postgres://u:p@h:1/d?sslmode=require&x=%2f+#y", "postgres://LOGIN@h:1/d?sslmode=require&x=%2f+#y"},
		{"PostgreSQL+asyncpg://u:p@H", "PostgreSQL+asyncpg://LOGIN@H"},
		{"postgres://u@h/d", "postgres://LOGIN@h/d"},
		{"postgres://h/d", "postgres://LOGIN@h/d"},
		{"postgres://h1:1,h2:2/d", "postgres://LOGIN@h1:1,h2:2/d"},
		{"postgres://", "postgres://LOGIN@"},
		{"postgres:///d?host=/run&user=u&password=p", "postgres:///d?host=/run&user=n%40m&password=q%2F%20"},
		{"postgres://u:p@h/d?password=x&flag&&", "postgres://LOGIN@h/d?password=q%2F%20&flag&&"},
		{"postgres://u@h/d?password=x", "postgres://n%40m@h/d?password=q%2F%20"},
		{"postgres://h/d?user=u", "postgres://LOGIN@h/d?user=n%40m"},
		{"host=h  user = u\tpassword='a b' dbname=d", "host=h  user = 'n@m'\tpassword='q/ ' dbname=d"},
		{"host=h", "host=h user='n@m' password='q/ '"},
	}
	for _, tt := range tests {
		t.Run(tt.address, func(t *testing.T) {
			got, err := WithLogin(secret.New(tt.address), "n@m", secret.New("q/ "))
			want := strings.Replace(tt.want, "LOGIN", "n%40m:q%2F%20", 1)
			if err != nil || got.Reveal() != want {
				t.Errorf("got %s, %v\nwant %s", got.Reveal(), err, want)
			}
		})
	}
	for _, address := range []string{"", "x", "mysql://u:p@h/d", "postgres://u:%zz@h/d", "user='x"} {
		if _, err := WithLogin(secret.New(address), "u", secret.New("p")); err == nil {
			t.Errorf("%q: there is no error", address)
		}
	}
	for _, login := range [][2]string{{"", "p"}, {"u\x00", "p"}, {"u", "p\x00"}} {
		if _, err := WithLogin(secret.New("postgres://h/d"), login[0], secret.New(login[1])); err == nil {
			t.Errorf("%q: there is no error", login)
		}
	}
}

// TestWithLoginKeeps shows that an address with another login is the same address with
// another login, to us and to Go's reader of addresses.
func TestWithLoginKeeps(t *testing.T) {
	text := func(t *rapid.T, label string) string {
		return rapid.StringMatching(`[a-z0-9é:/@?#\[\]%&=+ '\\"~.]{1,12}`).Draw(t, label)
	}
	rapid.Check(t, func(t *rapid.T) {
		user, password, database, host := text(t, "user"), text(t, "password"), text(t, "database"), rapid.SampledFrom([]string{"h", "db.sample.test:6543", "[::1]:1"}).Draw(t, "host")
		tail := rapid.SampledFrom([]string{"", "?sslmode=require", "?a=%2F&b=c+d&sslmode=verify-full"}).Draw(t, "tail")
		userinfo := rapid.SampledFrom([]string{"", "a@", "a:b@", ":b@", "a%40:%2F:@"}).Draw(t, "userinfo")
		isURL := rapid.Bool().Draw(t, "URL")
		rest := host + "/" + escape(database) + tail
		address := "postgres://" + userinfo + rest
		if !isURL {
			address = "host=h dbname=" + quoteSetting(database) + rapid.SampledFrom([]string{"", " user=a", " password = 'x y' user='b'"}).Draw(t, "login")
		}
		got, err := WithLogin(secret.New(address), user, secret.New(password))
		if err != nil {
			t.Fatal(err)
		}
		a, err := parsePostgres(got.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		if a.user != user || a.password.Reveal() != password || a.database != database {
			t.Errorf("%s is read as %q, %q, %q", got.Reveal(), a.user, a.password.Reveal(), a.database)
		}
		again, err := WithLogin(got, user, secret.New(password))
		if err != nil || !again.Equal(got) {
			t.Errorf("twice: %s, %v", again.Reveal(), err)
		}
		if !isURL {
			return
		}
		if !strings.HasSuffix(got.Reveal(), "@"+rest) {
			t.Errorf("%s has lost some of %s", got.Reveal(), rest)
		}
		u, err := url.Parse(got.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		if p, _ := u.User.Password(); u.User.Username() != user || p != password {
			t.Errorf("Go reads %q, %q", u.User.Username(), p)
		}
	})
}

// FuzzParsePostgres has addresses of strangers. None makes an error that shows the password,
// and all that are cut are whole again when they are joined.
func FuzzParsePostgres(f *testing.F) {
	for _, seed := range []string{"postgres://u:PASSWORD@h:1/d?a=b", "postgres://u:PASSWORD@h1,[::1]/", "host=h password='PASSWORD' user=u", "password=PASSWORD\\", "x://PASSWORD", "postgres://[PASSWORD@"} {
		f.Add(seed)
	}
	password := rand.Text()
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ReplaceAll(text, "PASSWORD", password)
		if cut, err := cutPostgres(text); err == nil {
			if got := strings.Join(cut.pieces, ""); got != text {
				t.Errorf("cut and joined, %q is %q", text, got)
			}
		}
		if _, err := parsePostgres(text); err != nil && strings.Contains(strings.ToUpper(err.Error()), password) {
			t.Errorf("%q: the password is in the error", text)
		}
	})
}
