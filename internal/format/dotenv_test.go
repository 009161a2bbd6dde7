package format

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// dotenvTest is a text in which « and » enclose what is assigned, and what the reader
// gives: "name = value", with the names of a longer path parted by slashes and the
// style and "comment" in front unless it is a bare value that counts.
type dotenvTest struct {
	name, text string
	want       []string
}

// dotenvTestReader tries a reader on texts, and on each of their beginnings.
func dotenvTestReader(t *testing.T, read Reader, tests []dotenvTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var text []byte
			var want [][2]int
			var open []int
			for rest := test.text; rest != ""; {
				if after, ok := strings.CutPrefix(rest, "«"); ok {
					open = append(open, len(want))
					want = append(want, [2]int{len(text)})
					rest = after
				} else if after, ok := strings.CutPrefix(rest, "»"); ok {
					last := len(open) - 1
					want[open[last]][1] = len(text)
					open, rest = open[:last], after
				} else {
					text = append(text, rest[0])
					rest = rest[1:]
				}
			}
			var places [][2]int
			var got []string
			for e := range read(text) {
				places = append(places, [2]int{e.Start, e.End})
				style := [...]string{"", "quoted ", "literal ", "block "}[e.Style]
				if e.Comment {
					style += "comment "
				}
				got = append(got, style+strings.Join(e.Path, "/")+" = "+e.Value)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, places); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
			for i := range text {
				dotenvCheck(t, read, text[:i])
			}
			for range read(text) {
				break // or it panics
			}
		})
	}
}

type dotenvFailer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// dotenvCheck sees to it that what a reader gives lies in the text.
func dotenvCheck(t dotenvFailer, read Reader, text []byte) {
	t.Helper()
	for e := range read(text) {
		if len(e.Path) == 0 || slices.Contains(e.Path, "") {
			t.Fatalf("%q: the path is %q", text, e.Path)
		}
		if e.Start < 0 || e.Start > e.End || e.End > len(text) {
			t.Fatalf("%q: %q lies at %d to %d", text, e.Path, e.Start, e.End)
		}
	}
}

// dotenvFuzz tries a reader on any text.
func dotenvFuzz(f *testing.F, read Reader, tests []dotenvTest) {
	for _, test := range tests {
		f.Add([]byte(strings.NewReplacer("«", "", "»", "").Replace(test.text)))
	}
	f.Fuzz(func(t *testing.T, text []byte) { dotenvCheck(t, read, text) })
}

// dotenvReadBack draws values and sees that they are read back from a text in which
// they stand quoted.
func dotenvReadBack(t *testing.T, read Reader, text string, value *rapid.Generator[string], quote func(string) string) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		var all strings.Builder
		var want, got []string
		for i := range rapid.IntRange(1, 4).Draw(t, "entries") {
			v := value.Draw(t, "value")
			fmt.Fprintf(&all, text, i, quote(v))
			want = append(want, fmt.Sprintf("N%d %s", i, v))
		}
		for e := range read([]byte(all.String())) {
			got = append(got, e.Name()+" "+e.Value)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n(-want +got):\n%s", all.String(), diff)
		}
	})
}

var dotenvTests = []dotenvTest{
	{"plain", "A=«1»\n\nexport B=«two words»\nC =  «x=y»\n\tD: «4»", []string{"A = 1", "B = two words", "C = x=y", "D = 4"}},
	{"empty", "A=«»\nB=\"«»\"\nC='«»' \nD= «»\n", []string{"A = ", "quoted B = ", "literal C = ", "D = "}},
	// docs.docker.com/compose/how-tos/environment-variables: the rules' own examples
	{"compose", "VAR=«VAL» # comment\nVAR=«VAL# not a comment»\nVAR=\"«VAL # not a comment»\"\nVAR=\"«VAL»\" # comment\n" +
		"VAR='«$OTHER»'\nVAR='«Let\\'s go!»'\nVAR=\"«{\\\"hello\\\": \\\"json\\\"}»\"\nVAR=\"«some\\tvalue»\"\nVAR='«some\\tvalue»'\nVAR=«some\\tvalue»\n",
		[]string{"VAR = VAL", "VAR = VAL# not a comment", "quoted VAR = VAL # not a comment", "quoted VAR = VAL",
			"literal VAR = $OTHER", "literal VAR = Let's go!", `quoted VAR = {"hello": "json"}`, "quoted VAR = some\tvalue", `literal VAR = some\tvalue`, `VAR = some\tvalue`}},
	// github.com/motdotla/dotenv, README: rules of the parsing engine, multiline values, backticks
	{"Node", "JSON=«{\"a\": 'b'}»\nSINGLE='« spaced »'\nMULTI=\"«-----BEGIN\na=\nEND»\"\nTICKS=`«\"a\" 'b'\n# c»`\nHASH='«a#b»'#c\nFOO='«it's»'\n",
		[]string{`JSON = {"a": 'b'}`, "literal SINGLE =  spaced ", "quoted MULTI = -----BEGIN\na=\nEND",
			"literal TICKS = \"a\" 'b'\n# c", "literal HASH = a#b", "literal FOO = it's"}},
	// github.com/bkeepers/dotenv, README: multi-line values, comments, yaml style
	{"Ruby", "KEY: '«line\nline»' # why\nSECRET=\"«a#b»\" # why\nexport ORDER\nPASS=«pas$word»\nX=\"«p\\$q»\"\n",
		[]string{"literal KEY = line\nline", "quoted SECRET = a#b", "PASS = pas$word", "quoted X = p$q"}},
	// saurabh-kumar.com/python-dotenv: file format
	{"Python", "A=«a» #b\nB='«one\\'s\ntwo»'\nC=\"«a\\\\b\\n\\v»\"\nD\n",
		[]string{"A = a", "literal B = one's\ntwo", "quoted C = a\\b\n\v"}},
	{"nvir", "KEY=\"\"\"«\nLine 1\nLine \"2\"\n»\"\"\"\nB='''«\\n\"»'''\n", []string{"quoted KEY = \nLine 1\nLine \"2\"\n", `literal B = \n"`}},
	{"Windows", "\ufeffA=«1»\r\nset B=«a b»\r\nSET C=\"«c»\"\r\nset=«d»\r\n", []string{"A = 1", "B = a b", "quoted C = c", "set = d"}},
	{"commented out", "#A=«1»\n  # export B=\"«2»\"\n## C: «3»\n# Note: this is prose\n# see http://x\n#D='«4»\nE=«5'»\n",
		[]string{"comment A = 1", "quoted comment B = 2", "comment C = 3", "literal comment D = 4", "E = 5'"}},
	{"comments", "A=«» # c\nB=«#1»\nC=«a» #\nD=«a b»\t# c\n",
		[]string{"A = ", "B = #1", "C = a", "D = a b"}},
	{"broken", "A=\"«open»\nB=\"«2»\"; # c\nC='«x»' y\nD='«C:\\»'\nE=\"«it's \"quoted\" twice»\"\n=x\n-\nF='«last»", []string{
		"quoted A = open", "quoted B = 2", "literal C = x", `literal D = C:\`, `quoted E = it's "quoted" twice`, "literal F = last"}},
	{"no assignments", "http://a/b=c\n12:30:00\na b=c\n<x y=\"z\">\n", nil},
}

func TestDotenv(t *testing.T) { dotenvTestReader(t, Dotenv, dotenvTests) }

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
		t.Run(name, func(t *testing.T) { dotenvReadBack(t, Dotenv, "# c\nN%d=%s\n", test.value, test.quote) })
	}
}

func FuzzDotenv(f *testing.F) { dotenvFuzz(f, Dotenv, dotenvTests) }
