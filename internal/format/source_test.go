package format

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var sourceTests = []readerTest{
	{"Go", "const Name = \"«a»\"\nvar name string = `«b\\n»`\nx.Password := \"«c\\t»\"\nT{Token: \"«d»\", m: map[string]string{\"k\": \"«e»\"}}\nos.Setenv(\"F\", \"«f»\")\nkey := []byte(\"«g»\")\nif p == \"«h»\" {}\nflag.String(\"i\", \"«i»\", \"usage\")\n",
		[]string{`Name="a"`, `name="b\n"`, "x|Password=\"c\t\"", `Token="d"`, `k="e"`, `F="f"`, `key="g"`, `p="h"`, `i="i"`}},
	{"Python", "a = '«1»'\nB: Optional[str] = r\"«2\\n»\"\nself.c = f'«{x}»'\nd = {'e': '«3»', \"f\": u'«4»'}\nos.environ[\"G\"] = '«5»'\nos.environ.get('H', '«6»')\nconnect(host='«7»', password=\"\"\"«8\n»\"\"\")\n" +
		"I = config('J', default='«9»')\nadd_argument('--token', help='«x»', default='«10»')\nk = os.getenv(\"L\") or '«11»'\n#m = '«12»'\nif n: o = '«13»'\nelse: o = '«14»'\n", []string{
		"a='1'", `B='2\n'`, `c="{x}"`, "e='3'", "f='4'", "os|environ|G='5'", "H='6'",
		"host='7'", "password=\"8\n\"", "J='9'", "help='x'", "token='10'", "L='11'", "#m='12'", "o='13'", "o='14'"}},
	{"JavaScript", "const a = '«1»';\nlet b: string = \"«2»\", c = `«3»`;\nexport default { d: '«4»', 'e-f': \"«5»\", g: process.env.H || '«6»' };\nconst i = process.env['J'] ?? \"«7»\";\nthis.k = '«8»'; x ? y : 'no';\n// l: '«9»'\n/* m = \"«10»\" */\nif ('«11»' === n.o) {}\nfunction p(q: string = \"«12»\") {}\n", []string{
		"a='1'", `b="2"`, `c="3"`, "d='4'", `e-f="5"`, "process|env|H='6'", `process|env|J="7"`,
		"k='8'", "#l='9'", `#m="10"`, "n|o='11'", `q="12"`}},
	{"Java", "private static final String A = \"«1»\";\nds.setPassword(\"«2»\");\nb.password(\"«3»\").setDBName(\"«4»\");\nprops.put(\"c.d\", \"«5»\");\nif (\"«6»\".equals(e)) {}\nif (f.equals(\"«7»\")) {}\n@Value(\"no\") char[] g = \"«8»\".toCharArray();\nString h = \"no\" + x;\nString i = x + \"no\";\n", []string{
		`A="1"`, `password="2"`, `password="3"`, `DBName="4"`, `c.d="5"`, `e="6"`, `f="7"`, `g="8"`}},
	{"C#", "var a = @\"«c:\\x\"\"y»\";\npublic string B { get; set; } = \"«2»\";\nnew Foo { C = $\"«{x}»\" };\nd[\"e\"] = \"«4»\";\n", []string{
		`a='c:\x"y'`, `B="2"`, `C="{x}"`, `d|e="4"`}},
	{"PHP", "define('A', '«1»');\n$b['c'] = '«2»';\n$this->d = \"«3»\";\n'e' => env('F', '«4»'),\nconst G = '«5»';\n$h = 'no' . $x;\nputenv('no');\n", []string{
		"A='1'", "b|c='2'", `d="3"`, "F='4'", "G='5'"}},
	{"Ruby", ":a => '«1»', b: '«2»', 'c' => \"«3»\"\n@d ||= '«4»'\nENV['E'] = '«5»'\nENV.fetch('F', '«6»')\nG = '«7»'.freeze\n# H = '«8»'\n", []string{
		"a='1'", "b='2'", `c="3"`, "d='4'", "ENV|E='5'", "F='6'", "G='7'", "#H='8'"}},
	{"Rust", "const A: &'static str = \"«1»\";\nlet b = String::from(\"«2»\");\nlet mut c: Option<String> = Some(\"«3»\".to_string());\nlet d = r#\"«4\"»\"#;\nfn f<'a>(x: &'a str) {}\nlet e = b\"«5»\";\n", []string{
		`A="1"`, `b="2"`, `c="3"`, `d='4"'`, "e='5'"}},
	{"Kotlin", "val a: String? = \"«1»\"\nconst val B = \"«2»\"\nmapOf(\"c\" to \"«3»\")\nval d = System.getenv(\"E\") ?: \"«4»\"\n", []string{
		`a="1"`, `B="2"`, `c="3"`, `E="4"`}},
	{"Swift", "let a: String = \"«1»\"\nfoo(b: \"«2»\")\n[\"c\": \"«3»\"]\n", []string{
		`a="1"`, `b="2"`, `c="3"`}},
	{"Jenkinsfile", "environment {\n  A = '«1»'\n  B = \"«2»\"\n}\nsh 'no'\ncredentials {\n  username '«3»'\n  password \"«4»\"\n}\n", []string{
		"A='1'", `B="2"`, "username='3'", `password="4"`}},
	{"SQL", "CREATE USER 'x'@'%' IDENTIFIED BY '«1»';\nALTER ROLE x WITH ENCRYPTED PASSWORD '«2''s»';\nSET PASSWORD = PASSWORD('«3»');\nIDENTIFIED WITH mysql_native_password BY '«4»'\nUPDATE u SET pw = '«5»' WHERE name = '«6»';\n-- PASSWORD '«7»'\nCREATE LOGIN x WITH PASSWORD = N'«8»'\n", []string{
		"password='1'", "PASSWORD='2's'", "PASSWORD='3'", "password='4'",
		"pw='5'", "name='6'", "#PASSWORD='7'", "PASSWORD='8'"}},
	{"Perl", "my $a = '«1»';\n$ENV{B} = \"«2»\";\n$c->{'d'} = '«3»';\nif ($e eq '«4»') {}\nour %f = (g => '«5»');\n", []string{
		"a='1'", `ENV|B="2"`, "c|d='3'", "e='4'", "g='5'"}},
	{"Lua", "local a = \"«1»\"\nb.c = '«2»' -- d = '«3»'\ne = 'no' .. x\n", []string{
		`a="1"`, "b|c='2'", "#d='3'"}},
	{"Scala", "val a: String = \"«1»\"\nMap(\"b\" -> \"«2»\")\ndef c(d: Int, e: String = \"«3»\") = 1\n", []string{
		`a="1"`, `b="2"`, `e="3"`}},
	{"C", "#define A \"«1»\"\nconst char *b = \"«2»\";\nstatic char c[] = \"«3\\x41»\";\nstd::string d(\"«4»\");\nchar e = '«x»';\n#include \"no\"\nf = \"no\" \"no\";\n", []string{
		`A="1"`, `b="2"`, `c="3A"`, `d="4"`, "e='x'"}},
	{"no assignments", "print(\"no\")\nx = [\"no\"]\nx = f(\"no\")\nreturn \"no\"\nx = \"%s\" % y\nx = \"no\".format(y)\ncase \"a\": \"no\"\ny ? \"a\" : \"no\"\ns.replace(\"a\", \"no\")\n", nil},
	{"stray quotes", "don't = it's\nx = /[\"']/; y = 5\na = '«1»'\nb = \"open\nc = \"«2»\"\n`\nd = '«3»'\n", []string{
		"a='1'", `c="2"`, "d='3'"}},
}

func TestSourceReadsBack(t *testing.T) {
	anything := rapid.StringMatching(`[ -~\n\té]*`)
	for name, test := range map[string]struct {
		value *rapid.Generator[string]
		quote func(string) string
	}{
		"Go":  {anything, strconv.Quote},
		"raw": {rapid.StringMatching(`[ -\[\]-_a-~\n\té]*`), func(v string) string { return "`" + v + "`" }},
		"single": {anything, func(v string) string {
			return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`).Replace(v) + "'"
		}},
		"SQL": {rapid.StringMatching(`([ -&(-\[\]-~\té][ -\[\]-~\té]*)?`), func(v string) string { return "'" + strings.ReplaceAll(v, `'`, `''`) + "'" }},
		"JSON": {anything, func(v string) string {
			quoted, err := json.Marshal(v)
			if err != nil {
				panic(err)
			}
			return string(quoted)
		}},
	} {
		t.Run(name, func(t *testing.T) { checkReadBack(t, Source, "// c\nN%d = %s;\n", test.value, test.quote) })
	}
}
