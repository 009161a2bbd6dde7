package format

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var shellTests = []readerTest{
	// POSIX.1-2024, XCU 2.2 Quoting and 2.10.2, rule 7
	{"POSIX", "A=«1» B='«2 3»' cmd C=no\nD=\"«x $Y \\\"z\\\"»\"; E=«a\"b\"'c»' # F\nG=«a\\ b» && H=«» && echo x\n",
		[]string{"A=1", "B='2 3'", `D="x $Y "z""`, `E="abc"`, "G=a b", "H="}},
	{"lines", "A=\"«one\ntwo»\"\nB=«a\\\nb»\nexport \\\n  C=«c» \\\n  D=«d»\n", []string{"A=\"one\ntwo\"", "B=ab", "C=c", "D=d"}},
	{"declarations", "export A=«1» B\ndeclare -x C=«3»\nlocal -r D=«4»\nreadonly E=\"«5»\"\ntypeset -gx F=«6»\nexport \"G=«7»\"\nenv H=«8» cmd\nsudo -u x I=«9» cmd\n",
		[]string{"A=1", "C=3", "D=4", `E="5"`, "F=6", `G="7"`, "H=8", "I=9"}},
	// bash(1): ANSI-C quoting, arrays
	{"bash", "A=$'«a\\n\\x41\\u00e9\\101\\'»'\nB+=«x»\nC=(«a» \"«b c»\" [k]=«v»)\nD[k]='«e»'\nif true; then F=«f»; fi\n",
		[]string{"A='a\nAéA''", "B=x", "C|0=a", `C|1="b c"`, "C|k=v", "D|k='e'", "F=f"}},
	{"substitutions", "A=«$(cmd --password=«p» \"$(B=«b» x \")\")\")»\nC=\"«$(curl -u a:«p» \"$URL\")»\"\nD=«`E=«e» f`» G=«${G:-x y}»\n",
		[]string{`A=$(cmd --password=p "$(B=b x ")")")`, "cmd|password=p", "B=b", `C="$(curl -u a:p "$URL")"`, "curl|password=p", "D=`E=e f`", "E=e", "G=${G:-x y}"}},
	{"commented out", "#A=«1»\n  # export B=\"«2»\" # c\necho x # C=«3»\n# don't D=no\nE=«5»\n# mysql -p«secret»\n",
		[]string{"#A=1", `#B="2"`, "#C=3", "E=5", "#mysql|password=secret"}},
	{"here documents", "cat > .env <<EOF\nA=«it's»\nB: \"«b c»\"\nEOF\nbash <<-'E' >x\n\texport C=«c» D=«d»\n\tE\nF=«f»\ncat <<OPEN\nG=«g»\n",
		[]string{"A=it's", `B="b c"`, "C=c", "D=d", "F=f", "G=g"}},
	{"scripts", "bash -lc 'export A=«1»; B=\"«2»\"'\necho \"C=«3»\" >> .env\nalias x=\"mysql -p«\\$x»\"\nssh host 'D=«4» cmd'\neval \"E=\\\"«a \\\\\\\" b»\\\"\"\n",
		[]string{"A=1", `B="2"`, "C=3", "mysql|password=$x", "D=4", `E="a " b"`}},
	{"fish", "set -gx A «1»\nset -x B '«b c»'\nset -l C «a» «b»\nset -euo pipefail\nset -o errexit -eux\nset -- a b\n- cmd: export D=«4»\n   when: 1\n",
		[]string{"A=1", "B='b c'", "C|0=a", "C|1=b", "D=4"}},
	{"csh", "setenv A «1»\nsetenv B \"«b c»\"\nset c = «3»\n", []string{"A=1", `B="b c"`, "c=3"}},
	{"PowerShell", "$env:A = \"«1»\"\r\n$env:B='«2»'\r\n$c = \"«3»\"\r\n$p = ConvertTo-SecureString \"«x»\" -AsPlainText -Force\r\nConnect-It `\r\n -Password «y»\r\n$d = Get-It x\r\n$e = [A.B]::C(\"x\")\r\n$f = \"«»\"\r\n",
		[]string{`A="1"`, "B='2'", `c="3"`, `convertto-securestring|password="x"`, "connect-it|Password=y", `f=""`}},
	{"cmd", "@echo off\r\nset A=«a b»\r\n@SET \"B=«b c»\"\r\nsetx C «c»\r\nREM set D=«d»\r\nset /p X=prompt\r\n",
		[]string{"A=a b", `B="b c"`, "C=c", "#D=d"}},
	// zsh(1), EXTENDED_HISTORY
	{"zsh history", ": 1699999999:0;export A=«1»\n: 1699999999:0;it's\n: 1:0;B='«2»'\n", []string{"A=1", "B='2'"}},
	{"apostrophes", "echo don't\nA='«1»'\necho \"\nB=\"«2»\"\n", []string{"A='1'", `B="2"`}},
	{"prompts", "$ export A=«1»\n% B=«2» cmd\n", []string{"A=1", "B=2"}},
	{"long options", "x --password «a» --token=«b» --name=«c» --verbose d --api-key \"«e»\"\n/usr/bin/x -password «f»\njava -Dmy.db.password=«g» -jar x\nx --password --other\nx -- \"\"\n",
		[]string{"x|password=a", "x|token=b", "x|name=c", `x|api-key="e"`, "x|password=f", "java|my|db|password=g"}},
	{"mysql", "mysql -u root -p«secret» db\nmysqldump --user=«root» --password='«x»' db\nmysql -p db\nmysql -p«pass'word»'\n",
		[]string{"mysql|password=secret", "mysqldump|user=root", "mysqldump|password='x'", `mysql|password="password"`}},
	{"commands", "sshpass -p '«a»' ssh host\ndocker login -u me -p «b» reg\ndocker run -p 80:80 -e X=«x» i\ncurl -sSu me:«c» -H 'X-Api-Key: «d»' url\nhtpasswd -bc f me «e»\nredis-cli -h x -a «f»\n" +
		"smbclient //h/s -U 'me%«g»'\nopenssl rsa -passin pass:«h» -in x\n7z a -p«i» x\nldapsearch -x -w «j»\nsqlcmd -P«k»\ngpg --batch --passphrase «l»\nsnmpget -A «m» -X «n»\naz login -p «o» -u x\n", []string{
		"sshpass|password='a'", "docker|password=b", "docker|X=x",
		"curl|password=c", "curl|X-Api-Key='d'", "htpasswd|password=e",
		"redis-cli|password=f", "smbclient|password='g'",
		"openssl|password=h", "7z|password=i", "ldapsearch|password=j",
		"sqlcmd|password=k", "gpg|passphrase=l", "snmpget|password=m",
		"snmpget|password=n", "az|password=o"}},
	{"command arguments", "kubectl create secret generic x --from-literal=k=«a» --from-literal l=«b»\nheroku config:set A=«1» B='«2»' -a app\ngh secret set X -b\"«c»\"\n" +
		"npm config set //registry.npmjs.org/:_authToken «d»\nnpm config set //registry.npmjs.org/:_authToken=«e»\naws configure set aws_secret_access_key «f» --profile x\nvault kv put secret/x k=«g» l=«h»\nmake X=«i»\n", []string{
		"kubectl|k=a", "kubectl|l=b", "heroku|A=1", "heroku|B='2'", `gh|secret="c"`, "npm|_authToken=d",
		"npm|_authToken=e", "aws|aws_secret_access_key=f", "vault|k=g", "vault|l=h", "make|X=i"}},
	{"within commands", "docker exec -it db mysql -uroot -p«a» -e \"ALTER USER x IDENTIFIED BY '«b»'\"\nfind . | xargs mysqldump -p«c»\nsudo -E docker login -p«d»\n",
		[]string{"mysql|password=a", "password='b'", "mysqldump|password=c", "docker|password=d"}},
	{"broken", "A=(«1» «2»\nB=«\"x»\n$(C=«3»\n`D=4\n${E=5\nF=«${»\n)))\n<<\nG=«x»\\", []string{"A|0=1", "A|1=2", `B="x`, "C=3", "F=${", "G=x"}},
}

func TestShellReadsBack(t *testing.T) {
	anything := rapid.StringMatching(`[ -~\n\té]*`)
	for name, test := range map[string]struct {
		value *rapid.Generator[string]
		quote func(string) string
	}{
		"single": {anything, func(v string) string { return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'" }},
		"double": {anything, func(v string) string {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(v) + `"`
		}},
		"ANSI": {anything, func(v string) string {
			return "$'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "a", `\x61`).Replace(v) + "'"
		}},
		"bare": {rapid.StringMatching(`[ -~\té]*`), func(v string) string {
			var out strings.Builder
			for _, c := range v {
				out.WriteString(`\` + string(c))
			}
			return out.String()
		}},
	} {
		t.Run(name, func(t *testing.T) { checkReadBack(t, Shell, "# c\nexport N%d=%s\n", test.value, test.quote) })
	}
}
