package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var directivesTests = []readerTest{
	{"Redis", "# Require clients to issue AUTH.\n# requirepass «foo»\nrequirepass «a;b=c#d=»\nmasterauth \"«e \\\"f\\\"»\"\nsave «900 1»\nport «0#»\n\n" +
		"sentinel auth-pass main «g»\n# sentinel auth-pass main «h»\nsentinel sentinel-pass «i»\nuser j on >«k» ~* +@all\n",
		[]string{"#requirepass=foo", "requirepass=a;b=c#d=", `masterauth="e "f""`, "save=900 1", "port=0#",
			"auth-pass=g", "#auth-pass=h", "sentinel-pass=i", "user|password=k"}},
	{"msmtp", "account «x»\nhost «smtp.example.com»\npassword «#a»\nport # none\n;user «b»\n",
		[]string{"account=x", "host=smtp.example.com", "password=#a", "#user=b"}},
	{"Mutt", "set smtp_pass=\"«a b»\" imap_pass='«c»'\nset my_pass = \"«d»\" # old\n#set x_pass=«e»\nset «mbox»\n",
		[]string{`smtp_pass="a b"`, "imap_pass='c'", `my_pass="d"`, "#x_pass=e", "set=mbox"}},
	{"fetchmail", "poll mail.example.com proto pop3 user \"u\" there with password \"«p»\" is \"v\" here\n  username «x»\n  password '«y»'\n",
		[]string{`poll|password="p"`, "username=x", "password='y'"}},
	{"OpenVPN", "remote «vpn.example.com 1194»\nsetenv TOKEN «x»\n<auth-user-pass>\n«u»\n «p»\n</auth-user-pass>\nverb «3»\n<key>\n«a\nb»\n</key>\n<Directory>\nx «y»\n<ca>\n«cut off»",
		[]string{"remote=vpn.example.com 1194", "TOKEN=x", "auth-user-pass|username=u",
			"auth-user-pass|password=p", "verb=3", "key=>a\nb", "x=y", "ca=>cut off"}},
	{"OpenSSH", "Host «*»\n  IdentityFile=«~/.ssh/x y»\n  SetEnv A=«b» C=\"«d»\"\n  Port = «22»\n",
		[]string{"Host=*", "IdentityFile=~/.ssh/x y", "A=b", `C="d"`, "Port=22"}},
	{"nginx", "server{\n  location «/» {\n    proxy_set_header Authorization \"«Basic x;y»\"; return «200»;}\n" +
		"  #proxy_set_header A '«b»';\n  set $token «c»;\n  fastcgi_param D «$e»; }\n",
		[]string{"location=/", `Authorization="Basic x;y"`, "return=200", "#A='b'", "token=c", "D=$e"}},
	{"Apache", "<VirtualHost *:80>\nSetEnv SECRET «a b»\nRequestHeader set X-Key \"«k»\"\nHeader always append Y «z»\nAuthLDAPBindPassword \"«p»\"\nphp_value a.b «c»\n</VirtualHost>\n",
		[]string{"SECRET=a b", `X-Key="k"`, "Y=z", `AuthLDAPBindPassword="p"`, "a.b=c"}},
	{"irssi", "servers = (\n  { address = \"«irc.example.com»\"; password = \"«p»\"; },\n);\n",
		[]string{`address="irc.example.com"`, `password="p"`}},
	{"HAProxy", "userlist «x»\n  user a insecure-password «p»\n  user «b»\n  http-request set-header Authorization \"«Basic x»\"\n  stats «auth a:b»\n",
		[]string{"userlist=x", "user|insecure-password=p", "user=b", `Authorization="Basic x"`, "stats=auth a:b"}},
	{"rsyslog", "action(type=\"«ommysql»\" server='«s»'\n  pwd=\"«p»\")\n$ActionPassword «x»\n*.* @@h\n",
		[]string{`action|type="ommysql"`, "action|server='s'", `pwd="p"`, "ActionPassword=x"}},
	{"esmtp", "password = \"«p»\"\nhostname=«h:25»\nidentity: «i»\n",
		[]string{`password="p"`, "hostname=h:25", "identity=i"}},
	{"broken", "\"a b\n= c\n(\n)\n{}\n;\nd=\ne «\"\"f\"\"»\ng «\"h»\n",
		[]string{`e=""f""`, `g="h`}},
}

func TestDirectivesOfManyKinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []string
		for range rapid.IntRange(1, 10).Draw(t, "lines") {
			name := "x" + rapid.StringMatching(`[a-z0-9_.-]{0,8}`).Draw(t, "name")
			word := rapid.StringMatching(`[A-Za-z0-9!$%&*+,./:?@^~|-]{1,10}`).Draw(t, "word")
			phrase := rapid.StringMatching(`[!-~]([ -~]{0,10}[!-~])?`).Draw(t, "phrase")
			quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(phrase)
			value := phrase
			switch rapid.IntRange(0, 7).Draw(t, "kind") {
			case 0:
				fmt.Fprintf(&text, "%s \"%s\"\n", name, quoted)
			case 1:
				fmt.Fprintf(&text, "  # nothing but words\n\tset %s = \"%s\"\r\n", name, quoted)
			case 2:
				fmt.Fprintf(&text, "proxy_set_header %s \"%s\";}\n", name, quoted)
			case 3:
				value = strings.ReplaceAll(phrase, "'", "")
				fmt.Fprintf(&text, "setenv %s='%s' # why\n", name, value)
			case 4:
				value = word
				fmt.Fprintf(&text, "%s %s; {\n", name, word)
			case 5:
				value = word
				fmt.Fprintf(&text, "%s=%s\n", name, word)
			case 6:
				value = word
				fmt.Fprintf(&text, "; SetEnv %s %s\n", name, word)
			case 7:
				value = word + " " + word
				fmt.Fprintf(&text, "%s\t%s\n", name, value)
			}
			want = append(want, say(value, name))
		}
		if diff := cmp.Diff(want, said(t, Directives, text.String())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text.String(), diff)
		}
	})
}
