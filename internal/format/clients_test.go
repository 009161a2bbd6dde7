package format

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var netrcTests = []readerTest{
	{"one line", "machine a login b password «c»\nmachine d password «#e» account «f»\ndefault login anonymous password «g@h»",
		[]string{"a|b|password=c", "d|password=#e", "d|account=f", "anonymous|password=g@h"}},
	{"many lines", "machine a\n  password «b»\n\n  login c\n  account\n«d»\r\nmachine e login f password \"«g \\\"h»\"",
		[]string{"a|c|password=b", "a|c|account=d", `e|f|password="g "h"`}},
	{"macros", "machine a login b\npassword «c»\nmacdef init\n  password d\npassword e\n\nmachine f password «g»\n",
		[]string{"a|b|password=c", "f|password=g"}},
	{"comments", "# the password is x\n#machine a login b\n# password «c»\nmachine d login e\n#login f password «g»\npassword «h»\n",
		[]string{"#a|b|password=c", "#d|f|password=g", "d|e|password=h"}},
	{"broken", "password «a»\nlogin\nmachine b\n\"c password", []string{"machine|password=a"}},
}

var pgpassTests = []readerTest{
	{"pgpass", "# host:port:db:user: the password\nh:5432:*:u:«p\\:q\\\\r»\n#h:1:d:u:«p»\n\\:\\:1:1:d:a\\\\:«x»:y\r\na:b:c:d\n::::«»\nh:1:d:u:«\\»",
		[]string{`h|5432|*|u|password=p:q\r`, "#h|1|d|u|password=p", `::1|1|d|a\|password=x`, "||||password=", `h|1|d|u|password=\`}},
}

var htpasswdTests = []readerTest{
	{"htpasswd", "a:«$apr1$b$c/d.»\nb:«e»:a comment\n\n# old users: none\n#c:«f»\ng\n",
		[]string{"a|password=$apr1$b$c/d.", "b|password=e", "#c|password=f"}},
	{"shadow", "root:«$6$a$b»:19000:0:99999:7:::\ndaemon:«*»:19000\nx:«»:1\n",
		[]string{"root|password=$6$a$b", "daemon|password=*", "x|password="}},
}

var gitCredentialsTests = []readerTest{
	{"git-credentials", "https://a:«b%40c%2F+»@example.com:80/x@y\nhttps://a%3A:«%zz»@h\nhttps://a@h\nh:x@y\nhttps://:«p»@h\n# https://u:«v»@w?\n",
		[]string{"example.com:80|a|password=b@c/+", "h|a:|password=%zz", "h||password=p", "#w|u|password=v"}},
}

// Whatever a host, a user and a password are, they are read back.
func TestClientsOfManyKinds(t *testing.T) {
	draw := rapid.StringMatching(`[!-~]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.StringMatching(`[a-z0-9.-]{1,12}`).Draw(t, "host")
		user, password := draw.Draw(t, "user"), draw.Draw(t, "password")
		quoted := func(s string) string {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
		}
		escaped := strings.NewReplacer(":", `\:`, `\`, `\\`).Replace
		address := url.URL{Scheme: "https", Host: host, User: url.UserPassword(user, password)}
		tests := []struct {
			read Reader
			text string
			path []string
		}{
			{Netrc, fmt.Sprintf("machine %s login %s password %s\n", host, quoted(user), quoted(password)), []string{host, user, "password"}},
			{Netrc, fmt.Sprintf("machine %s\n\tpassword %s\n\tlogin %s\n", host, quoted(password), quoted(user)), []string{host, user, "password"}},
			{Pgpass, fmt.Sprintf("%s:1:*:%s:%s\n", host, escaped(user), escaped(password)), []string{host, "1", "*", user, "password"}},
			{GitCredentials, address.String() + "\n", []string{host, user, "password"}},
		}
		for _, tt := range tests {
			if diff := cmp.Diff([]string{say(password, tt.path...)}, said(t, tt.read, tt.text)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.text, diff)
			}
		}
	})
}
