package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var iniTests = []readerTest{
	{"AWS", "[default]\naws_access_key_id = «abc»\naws_secret_access_key=«d/e+f=»\n\n[profile x]\nregion=«y»\n",
		[]string{"default|aws_access_key_id=abc", "default|aws_secret_access_key=d/e+f=", "profile x|region=y"}},
	{"line ends and a byte order mark", "\uFEFFa = «1»\r\n[s]\r\nb: «2»\r\nc =«»\r\n",
		[]string{"a=1", "s|b=2", "s|c="}},
	{"Git", "[user]\n\tname = «A B»\n\temail = «a@example.com»\n" +
		"[credential \"https://example.com/\\\"x]\"] ; why\n\tusername = \"«a \\\"b\\\"»\" # who\n[a] b = «c»\n",
		[]string{"user|name=A B", "user|email=a@example.com", `credential|https://example.com/"x]|username="a "b""`, "a|b=c"}},
	{"comments", "# prose: «and more»\n# Note that this = that\n; password = «x»\n#;token=\"«y»\" # old\n" +
		"a = «b» # c\nd = «e#f»\ng = «#fff»\nh = «»; none\n# see https://example.com/?a=b or a==1\n",
		[]string{"#prose=and more", "#password=x", `#token="y"`, "a=b", "d=e#f", "g=#fff", "h="}},
	{"quotes", "a = '«b \\n»'\nc = \"«d\\te»\"\nf = «\"g\" h»\ni = «\"j»\nk = '«l # m»' ; n\n",
		[]string{`a='b \n'`, "c=\"d\te\"", `f="g" h`, `i="j`, "k='l # m'"}},
	{"npm", "//registry.example.com:80/x/:_authToken=«abc=»\n@scope:registry=«https://example.com/»\n_auth = \"«x==»\"\n",
		[]string{"//registry.example.com:80/x/|_authToken=abc=", "@scope:registry=https://example.com/", `_auth="x=="`}},
	{"Yarn", "# yarn lockfile v1\n\n\"//example.com/:_authToken\" \"«abc»\"\nregistry \"«https://example.com»\"\nlastUpdateCheck «12»\na line of prose\n",
		[]string{`//example.com/|_authToken="abc"`, `registry="https://example.com"`, "lastUpdateCheck=12"}},
	{"configparser", "[s]\na = «b\n  c\n# no\n\n  d»\ne =\n    «f\n    g»\nh = «i»\n",
		[]string{"s|a=>b\nc\n\nd", "s|e=>f\ng", "s|h=i"}},
	{"assignments below a key", "[testenv]\nsetenv =«»\n    A = «b»\n    # C = «d»\n    E=«f»\ndeps =\n    «x==1\n    y>=2»\n",
		[]string{"testenv|setenv=", "testenv|setenv|A=b", "#testenv|setenv|C=d", "testenv|setenv|E=f", "testenv|deps=>x==1\ny>=2"}},
	{"a value after assignments", "a =\n  b = «c»\n  «d\n  e»\n  f = «g»\n", []string{"a|b=c", "a=>d\ne", "a|f=g"}},
	{"systemd", "[Service]\nEnvironment=\"A=«b c»\" 'D=«e»' F=«g,h»\nEnvironment=I=«j» \\\n  \"K=«l»\" \\\n# M=«n»\nO=«p»\nExecStart=«/bin/x \\\n  -y \\\n-z»\nUser=«u»\n",
		[]string{`Service|Environment|A="b c"`, "Service|Environment|D='e'", "Service|Environment|F=g,h", "Service|Environment|I=j",
			`Service|Environment|K="l"`, "#Service|M=n", "Service|O=p", "Service|ExecStart=>/bin/x -y -z", "Service|User=u"}},
	{"supervisord", "[program:x]\nenvironment=A=\"«b»\",C=\"«d,e»\",F=«g»,H='«i»'\nenvironment =\n   A=«1», ; one\n   B=«2»\n",
		[]string{`program:x|environment|A="b"`, `program:x|environment|C="d,e"`, "program:x|environment|F=g", "program:x|environment|H='i'",
			"program:x|environment|A=1", "program:x|environment|B=2"}},
	{"an environment's name", "environment = «production»\nenv = A=«b c»\n", []string{"environment=production", "env|A=b c"}},
	{"Ansible", "[web]\nh1 ansible_host=«10.0.0.1» ansible_password='«a b»' # c\nh2:22 x=«1» y=«2»\nh3\nUser Name=«z»\n[web:vars]\nansible_become_pass=«p»\n",
		[]string{"web|h1|ansible_host=10.0.0.1", "web|h1|ansible_password='a b'", "web|h2:22|x=1", "web|h2:22|y=2",
			"web|User Name=z", "web:vars|ansible_become_pass=p"}},
	{"a path on Windows", "dir = «C:\\x\\»\nkey = «y»\n", []string{`dir=C:\x\`, "key=y"}},
	{"broken", "[open\na = «b»\n= c\n]\n[]\n[[d]]\ne\nf =«»", []string{"open|a=b", "d|f="}},
}

func TestINIOfManyKinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []string
		var section []string
		for i := range rapid.IntRange(1, 10).Draw(t, "lines") {
			name := rapid.StringMatching(`[a-z][a-z0-9_.-]{0,8}`).Draw(t, "name")
			value := rapid.StringMatching(`[!-~]([ -~]{0,10}[!-~])?`).Draw(t, "value")
			quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
			bare := strings.Map(func(c rune) rune {
				if strings.ContainsRune(`#;"'\`, c) {
					return '_'
				}
				return c
			}, value)
			switch rapid.IntRange(0, 6).Draw(t, "kind") {
			case 0:
				section = []string{name}
				fmt.Fprintf(&text, "[ %s ]\n", name)
				continue
			case 1:
				section = []string{name, value}
				fmt.Fprintf(&text, "[%s \"%s\"]\n", name, quoted)
				continue
			case 2:
				fmt.Fprintf(&text, "; a comment\n\n%s = \"%s\" ; %d\n", name, quoted, i)
			case 3:
				value = strings.ReplaceAll(value, "'", "")
				fmt.Fprintf(&text, "%s='%s'\n", name, value)
			case 4:
				value = "x" + bare
				fmt.Fprintf(&text, "%s: %s\r\n", name, value)
			case 5:
				value = bare
				fmt.Fprintf(&text, "%s=%s # %d\n", name, bare, i)
			case 6:
				value = bare + "\n(a)"
				fmt.Fprintf(&text, "%s = %s\n\t(a)\n", name, bare)
			}
			if name == "env" || name == "environment" {
				t.Skip("it lists variables")
			}
			want = append(want, say(value, append(slices.Clone(section), name)...))
		}
		if diff := cmp.Diff(want, said(t, INI, text.String())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text.String(), diff)
		}
	})
}
