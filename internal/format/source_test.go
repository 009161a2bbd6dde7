package format

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var sourceTests = []dotenvTest{
	{"Go", "const Name = \"«a»\"\nvar name string = `«b\\n»`\nx.Password := \"«c\\t»\"\nT{Token: \"«d»\", m: map[string]string{\"k\": \"«e»\"}}\nos.Setenv(\"F\", \"«f»\")\nkey := []byte(\"«g»\")\nif p == \"«h»\" {}\nflag.String(\"i\", \"«i»\", \"usage\")\n",
		[]string{"quoted Name = a", "quoted name = b\\n", "quoted x/Password = c\t", "quoted Token = d", "quoted k = e", "quoted F = f", "quoted key = g", "quoted p = h", "quoted i = i"}},
	{"Python", "a = '«1»'\nB: Optional[str] = r\"«2\\n»\"\nself.c = f'«{x}»'\nd = {'e': '«3»', \"f\": u'«4»'}\nos.environ[\"G\"] = '«5»'\nos.environ.get('H', '«6»')\nconnect(host='«7»', password=\"\"\"«8\n»\"\"\")\n" +
		"I = config('J', default='«9»')\nadd_argument('--token', help='«x»', default='«10»')\nk = os.getenv(\"L\") or '«11»'\n#m = '«12»'\nif n: o = '«13»'\nelse: o = '«14»'\n", []string{
		"literal a = 1", `literal B = 2\n`, "quoted c = {x}", "literal e = 3", "literal f = 4", "literal os/environ/G = 5", "literal H = 6",
		"literal host = 7", "quoted password = 8\n", "literal J = 9", "literal help = x", "literal token = 10", "literal L = 11", "literal comment m = 12", "literal o = 13", "literal o = 14"}},
	{"JavaScript", "const a = '«1»';\nlet b: string = \"«2»\", c = `«3»`;\nexport default { d: '«4»', 'e-f': \"«5»\", g: process.env.H || '«6»' };\nconst i = process.env['J'] ?? \"«7»\";\nthis.k = '«8»'; x ? y : 'no';\n// l: '«9»'\n/* m = \"«10»\" */\nif ('«11»' === n.o) {}\nfunction p(q: string = \"«12»\") {}\n", []string{
		"literal a = 1", "quoted b = 2", "quoted c = 3", "literal d = 4", "quoted e-f = 5", "literal process/env/H = 6", "quoted process/env/J = 7",
		"literal k = 8", "literal comment l = 9", "quoted comment m = 10", "literal n/o = 11", "quoted q = 12"}},
	{"Java", "private static final String A = \"«1»\";\nds.setPassword(\"«2»\");\nb.password(\"«3»\").setDBName(\"«4»\");\nprops.put(\"c.d\", \"«5»\");\nif (\"«6»\".equals(e)) {}\nif (f.equals(\"«7»\")) {}\n@Value(\"no\") char[] g = \"«8»\".toCharArray();\nString h = \"no\" + x;\nString i = x + \"no\";\n", []string{
		"quoted A = 1", "quoted password = 2", "quoted password = 3", "quoted DBName = 4", "quoted c.d = 5", "quoted e = 6", "quoted f = 7", "quoted g = 8"}},
	{"C#", "var a = @\"«c:\\x\"\"y»\";\npublic string B { get; set; } = \"«2»\";\nnew Foo { C = $\"«{x}»\" };\nd[\"e\"] = \"«4»\";\n", []string{
		`literal a = c:\x"y`, "quoted B = 2", "quoted C = {x}", "quoted d/e = 4"}},
	{"PHP", "define('A', '«1»');\n$b['c'] = '«2»';\n$this->d = \"«3»\";\n'e' => env('F', '«4»'),\nconst G = '«5»';\n$h = 'no' . $x;\nputenv('no');\n", []string{
		"literal A = 1", "literal b/c = 2", "quoted d = 3", "literal F = 4", "literal G = 5"}},
	{"Ruby", ":a => '«1»', b: '«2»', 'c' => \"«3»\"\n@d ||= '«4»'\nENV['E'] = '«5»'\nENV.fetch('F', '«6»')\nG = '«7»'.freeze\n# H = '«8»'\n", []string{
		"literal a = 1", "literal b = 2", "quoted c = 3", "literal d = 4", "literal ENV/E = 5", "literal F = 6", "literal G = 7", "literal comment H = 8"}},
	{"Rust", "const A: &'static str = \"«1»\";\nlet b = String::from(\"«2»\");\nlet mut c: Option<String> = Some(\"«3»\".to_string());\nlet d = r#\"«4\"»\"#;\nfn f<'a>(x: &'a str) {}\nlet e = b\"«5»\";\n", []string{
		"quoted A = 1", "quoted b = 2", "quoted c = 3", `literal d = 4"`, "literal e = 5"}},
	{"Kotlin", "val a: String? = \"«1»\"\nconst val B = \"«2»\"\nmapOf(\"c\" to \"«3»\")\nval d = System.getenv(\"E\") ?: \"«4»\"\n", []string{
		"quoted a = 1", "quoted B = 2", "quoted c = 3", "quoted E = 4"}},
	{"Swift", "let a: String = \"«1»\"\nfoo(b: \"«2»\")\n[\"c\": \"«3»\"]\n", []string{
		"quoted a = 1", "quoted b = 2", "quoted c = 3"}},
	{"Jenkinsfile", "environment {\n  A = '«1»'\n  B = \"«2»\"\n}\nsh 'no'\ncredentials {\n  username '«3»'\n  password \"«4»\"\n}\n", []string{
		"literal A = 1", "quoted B = 2", "literal username = 3", "quoted password = 4"}},
	{"SQL", "CREATE USER 'x'@'%' IDENTIFIED BY '«1»';\nALTER ROLE x WITH ENCRYPTED PASSWORD '«2''s»';\nSET PASSWORD = PASSWORD('«3»');\nIDENTIFIED WITH mysql_native_password BY '«4»'\nUPDATE u SET pw = '«5»' WHERE name = '«6»';\n-- PASSWORD '«7»'\nCREATE LOGIN x WITH PASSWORD = N'«8»'\n", []string{
		"literal password = 1", "literal PASSWORD = 2's", "literal PASSWORD = 3", "literal password = 4",
		"literal pw = 5", "literal name = 6", "literal comment PASSWORD = 7", "literal PASSWORD = 8"}},
	{"Perl", "my $a = '«1»';\n$ENV{B} = \"«2»\";\n$c->{'d'} = '«3»';\nif ($e eq '«4»') {}\nour %f = (g => '«5»');\n", []string{
		"literal a = 1", "quoted ENV/B = 2", "literal c/d = 3", "literal e = 4", "literal g = 5"}},
	{"Lua", "local a = \"«1»\"\nb.c = '«2»' -- d = '«3»'\ne = 'no' .. x\n", []string{
		"quoted a = 1", "literal b/c = 2", "literal comment d = 3"}},
	{"Scala", "val a: String = \"«1»\"\nMap(\"b\" -> \"«2»\")\ndef c(d: Int, e: String = \"«3»\") = 1\n", []string{
		"quoted a = 1", "quoted b = 2", "quoted e = 3"}},
	{"C", "#define A \"«1»\"\nconst char *b = \"«2»\";\nstatic char c[] = \"«3\\x41»\";\nstd::string d(\"«4»\");\nchar e = '«x»';\n#include \"no\"\nf = \"no\" \"no\";\n", []string{
		"quoted A = 1", "quoted b = 2", "quoted c = 3A", "quoted d = 4", "literal e = x"}},
	{"no assignments", "print(\"no\")\nx = [\"no\"]\nx = f(\"no\")\nreturn \"no\"\nx = \"%s\" % y\nx = \"no\".format(y)\ncase \"a\": \"no\"\ny ? \"a\" : \"no\"\ns.replace(\"a\", \"no\")\n", nil},
	{"stray quotes", "don't = it's\nx = /[\"']/; y = 5\na = '«1»'\nb = \"open\nc = \"«2»\"\n`\nd = '«3»'\n", []string{
		"literal a = 1", "quoted c = 2", "literal d = 3"}},
}

func TestSource(t *testing.T) { dotenvTestReader(t, Source, sourceTests) }

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
		t.Run(name, func(t *testing.T) { dotenvReadBack(t, Source, "// c\nN%d = %s;\n", test.value, test.quote) })
	}
}

func TestSourceTakesLinearTime(t *testing.T) {
	for _, part := range []string{"'", "\"", "`", "\\\"", "\"\"\"", "/*", "# ", "// ", "r#\"", "a.", "a=\"", "((", "x['", "b'", "$@", "-- "} {
		dotenvTestLinear(t, Source, part)
	}
}

func FuzzSource(f *testing.F) { dotenvFuzz(f, Source, sourceTests) }
