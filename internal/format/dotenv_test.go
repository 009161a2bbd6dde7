package format

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var dotenvTests = []readerTest{
	{"plain", "A=«1»\n\nexport B=«two words»\nC =  «x=y»\n\tD: «4»", []string{"A=1", "B=two words", "C=x=y", "D=4"}},
	{"empty", "A=«»\nB=\"«»\"\nC='«»' \nD= «»\n", []string{"A=", `B=""`, "C=''", "D="}},
	// docs.docker.com/compose/how-tos/environment-variables: the rules' own examples
	{"compose", "VAR=«VAL» # comment\nVAR=«VAL# not a comment»\nVAR=\"«VAL # not a comment»\"\nVAR=\"«VAL»\" # comment\n" +
		"VAR='«$OTHER»'\nVAR='«Let\\'s go!»'\nVAR=\"«{\\\"hello\\\": \\\"json\\\"}»\"\nVAR=\"«some\\tvalue»\"\nVAR='«some\\tvalue»'\nVAR=«some\\tvalue»\n",
		[]string{"VAR=VAL", "VAR=VAL# not a comment", `VAR="VAL # not a comment"`, `VAR="VAL"`,
			"VAR='$OTHER'", "VAR='Let's go!'", `VAR="{"hello": "json"}"`, "VAR=\"some\tvalue\"", `VAR='some\tvalue'`, `VAR=some\tvalue`}},
	// github.com/motdotla/dotenv, README: rules of the parsing engine, multiline values, backticks
	{"Node", "JSON=«{\"a\": 'b'}»\nSINGLE='« spaced »'\nMULTI=\"«-----BEGIN\na=\nEND»\"\nTICKS=`«\"a\" 'b'\n# c»`\nHASH='«a#b»'#c\nFOO='«it's»'\n",
		[]string{`JSON={"a": 'b'}`, "SINGLE=' spaced '", "MULTI=\"-----BEGIN\na=\nEND\"",
			"TICKS='\"a\" 'b'\n# c'", "HASH='a#b'", "FOO='it's'"}},
	// github.com/bkeepers/dotenv, README: multi-line values, comments, yaml style
	{"Ruby", "KEY: '«line\nline»' # why\nSECRET=\"«a#b»\" # why\nexport ORDER\nPASS=«pas$word»\nX=\"«p\\$q»\"\n",
		[]string{"KEY='line\nline'", `SECRET="a#b"`, "PASS=pas$word", `X="p$q"`}},
	// saurabh-kumar.com/python-dotenv: file format
	{"Python", "A=«a» #b\nB='«one\\'s\ntwo»'\nC=\"«a\\\\b\\n\\v»\"\nD\n",
		[]string{"A=a", "B='one's\ntwo'", "C=\"a\\b\n\v\""}},
	{"nvir", "KEY=\"\"\"«\nLine 1\nLine \"2\"\n»\"\"\"\nB='''«\\n\"»'''\n", []string{"KEY=\"\nLine 1\nLine \"2\"\n\"", `B='\n"'`}},
	{"Windows", "\ufeffA=«1»\r\nset B=«a b»\r\nSET C=\"«c»\"\r\nset=«d»\r\n", []string{"A=1", "B=a b", `C="c"`, "set=d"}},
	{"commented out", "#A=«1»\n  # export B=\"«2»\"\n## C: «3»\n# Note: this is prose\n# see http://x\n#D='«4»\nE=«5'»\n",
		[]string{"#A=1", `#B="2"`, "#C=3", "#D='4'", "E=5'"}},
	{"comments", "A=«» # c\nB=«#1»\nC=«a» #\nD=«a b»\t# c\n",
		[]string{"A=", "B=#1", "C=a", "D=a b"}},
	{"broken", "A=\"«open»\nB=\"«2»\"; # c\nC='«x»' y\nD='«C:\\»'\nE=\"«it's \"quoted\" twice»\"\n=x\n-\nF='«last»", []string{
		`A="open"`, `B="2"`, "C='x'", `D='C:\'`, `E="it's "quoted" twice"`, "F='last'"}},
	{"no assignments", "http://a/b=c\n12:30:00\na b=c\n<x y=\"z\">\n", nil},
}

func TestDotenvReadsBack(t *testing.T) {
	anything := rapid.StringMatching(`[ -~\n\té]*`)
	for name, test := range map[string]struct {
		value *rapid.Generator[string]
		quote func(string) string
	}{
		"bare":   {rapid.StringMatching(`[!$-&(-_a-~]([!-~]| [!"$-~])*`), func(v string) string { return v }},
		"single": {rapid.StringMatching(`[ -&(-\[\]-~\n\té]*`), func(v string) string { return "'" + v + "'" }},
		"double": {anything, func(v string) string {
			return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(v) + `"`
		}},
		"lines":    {anything, func(v string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v) + `" # c` }},
		"backtick": {rapid.StringMatching(`[ -\[\]-_a-~\n\té]*`), func(v string) string { return "`" + v + "`" }},
	} {
		t.Run(name, func(t *testing.T) { checkReadBack(t, Dotenv, "# c\nN%d=%s\n", test.value, test.quote) })
	}
}
