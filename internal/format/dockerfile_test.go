package format

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The examples of docs.docker.com/reference/dockerfile, and more of their kind.
var dockerTests = []readerTest{
	{"ENV", "FROM x\nENV MY_NAME=\"«John Doe»\"\nENV MY_DOG=«Rex\\ The\\ Dog» \\\n    MY_CAT=«fluffy»\nENV ONE «TWO= THREE=world»\nenv A '«b c»' \nENV URL=«http://h/?x=1&y=2»\nENV  E=«» F=\"«»\"\n",
		[]string{`MY_NAME="John Doe"`, "MY_DOG=Rex The Dog", "MY_CAT=fluffy", "ONE=TWO= THREE=world", "A='b c'", "URL=http://h/?x=1&y=2", "E=", `F=""`}},
	{"ARG and LABEL", "ARG A=«1»\nARG B\nARG C=\"«c»\" D=«d»\nLABEL \"com.example.vendor\"=\"«ACME»\" version='«1»'\nLABEL x \\\n  «y z»\n",
		[]string{"A=1", `C="c"`, "D=d", `com.example.vendor="ACME"`, "version='1'", "x=y z"}},
	{"comments", "# ENV A=«1»\n# env is for B=no\n#ARG C=«3»\nENV D=«4» \\\n  # E=«5»\n\n  F=«6»\nRUN mysql \\\n # A=«a»\n -p«x» && \\\n export B=«b»\n", []string{
		"#A=1", "#C=3", "D=4", "#E=5", "F=6", "#A=a", "mysql|password=x", "B=b"}},
	{"RUN", "RUN --mount=type=cache,target=/x curl -u a:«b» https://x && A=«1» \\\r\n  B='«2»' make\r\nCMD [ \"sh\", \"-c\", \"export A=\\\"«q»\\\"\" ]\nENTRYPOINT [\"x\", \"--password=«p\\u0041»\"]\n" +
		"HEALTHCHECK --interval=5m \\\n  CMD redis-cli -a «z» ping\nONBUILD RUN C=«c» x\nRUN [ \"$A\" = x ] || B=«b»\n", []string{
		"curl|password=b", "A=1", "B='2'", `A="q"`, "x|password='pA'", "redis-cli|password=z", "C=c", "B=b"}},
	{"here documents", "RUN <<EOF\nexport A=«1»\n# B=«2»\nEOF\nCOPY <<-\"E\" /x.env\n\tC=«a b»\n\tE\nRUN psql <<EOF && D=«4»\nALTER USER x PASSWORD '«y»';\nEOF\nENV F=«6»\n", []string{
		"A=1", "#B=2", "C=a b", "D=4", "PASSWORD='y'", "F=6"}},
	{"escape directive", "# syntax=docker/dockerfile:1\n# escape=`\nENV A=«C:\\x» `\n  B=\"«c:\\»\"\nRUN set C=«1»\n",
		[]string{`A=C:\x`, `B="c:\"`, "C=1"}},
	{"continued, then spaces", "ENV A=«1» \\  \n B=«2»\n", []string{"A=1", "B=2"}},
	{"broken", "ENV\nENV =x\nENV A=«\"x»\n&& B=c\nRUN cat <<EOF\nENV C=«1»\nCMD [\"x\nENV D=«2» \\", []string{`A="x`, "C=1", "D=2"}},
}

func TestDockerfileReadsBack(t *testing.T) {
	anything := rapid.StringMatching(`[ -~\té]*`)
	double := func(v string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`).Replace(v) + `"`
	}
	for name, test := range map[string]struct {
		value *rapid.Generator[string]
		text  string
		quote func(string) string
	}{
		"single": {rapid.StringMatching(`[ -&(-~\té]*`), "ENV N%d=%s\n", func(v string) string { return "'" + v + "'" }},
		"double": {anything, "ARG N%d=%s\n", double},
		"lines":  {rapid.StringMatching(`[ -"$-~\té]*`), "ENV \\\n # c\n  N%d=%s\n", func(v string) string { return strings.ReplaceAll(double(v), " ", "\\\n ") }},
		"exec": {anything, `RUN ["x", "--N%d=%s"]` + "\n", func(v string) string {
			quoted, err := json.Marshal(v)
			if err != nil {
				panic(err)
			}
			return string(quoted[1 : len(quoted)-1])
		}},
	} {
		t.Run(name, func(t *testing.T) {
			checkReadBack(t, Dockerfile, test.text, test.value, test.quote)
		})
	}
}
