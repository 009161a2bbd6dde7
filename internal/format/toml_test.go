package format

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"
)

var tomlTests = []readerTest{
	{"keys", "a = \"«x»\"\nb.c . \"d e\".'f' = «1» # why\n1234=«true»\n\"\" = '«y»'\r\n\"\\u00e9\" = «nan»", []string{
		`a="x"`, "b|c|d e|f=1", "1234=true", "='y'", "é=nan",
	}},
	{"tables", "a = «1»\n[t]\na = «2»\n[ t . u ] # it\na = «3»\n  [x.\"y.z\"]\n  a = «4»\n[]\na=«5»", []string{
		"a=1", "t|a=2", "t|u|a=3", "x|y.z|a=4", "x|y.z|a=5",
	}},
	{"arrays of tables", strings.Join([]string{
		"[[a]]", "k = «1»", "[a.t]", "k = «2»", "[[a.b]]", "k = «3»", "[[a.b]]", "k = «4»",
		"[[ a ]]", "k = «5»", "[[a.b]]", "k = «6»", "[a.b.t]", "k = «7»",
	}, "\n"), []string{
		"a|0|k=1", "a|0|t|k=2", "a|0|b|0|k=3", "a|0|b|1|k=4",
		"a|1|k=5", "a|1|b|0|k=6", "a|1|b|0|t|k=7",
	}},
	{"basic strings", `a = "«\b\t\n\f\r\e\"\\\u00E9\U0001F600\x41»"`, []string{"a=\"\b\t\n\f\r\x1b\"\\é😀A\""}},
	{"literal strings", `a = '«C:\x "y" #»'`, []string{`a='C:\x "y" #'`}},
	{"strings of many lines", "a = \"\"\"\n«x\\\n   y \"\"z\"\\\"\"\"\n»\"\"\"\nb = '''«x\\\r\n''y'»''' # z\nc = \"\"\"«»\"\"\"\nd = \"\"\"«\"x\"\"»\"\"\"", []string{
		"a=\"xy \"\"z\"\"\"\"\n\"", "b='x\\\r\n''y''", `c=""`, `d=""x"""`,
	}},
	{"values without quotes", "a = [«+1_000», «0xdead_beef», «-3.1e-2», «inf»]\nb = «1979-05-27T07:32:00Z»\nc = «1979-05-27 07:32:00.5-07:00»\nd = «1979-05-27» # x\ne = «07:32:00»", []string{
		"a|0=+1_000", "a|1=0xdead_beef", "a|2=-3.1e-2", "a|3=inf", "b=1979-05-27T07:32:00Z",
		"c=1979-05-27 07:32:00.5-07:00", "d=1979-05-27", "e=07:32:00",
	}},
	{"arrays", "a = [ # x\n  [«1», \"«x»\",],\n  # y\n  {b = «2», c.d = [«3»]}\n  , '«y»'\n]\nb = []\nc = «4»", []string{
		"a|0|0=1", `a|0|1="x"`, "a|1|b=2", "a|1|c|d|0=3", "a|2='y'", "c=4",
	}},
	{"inline tables", "a = { b = «1», \"c\" = { d = \"«x»\" }, }\n[t]\na = {\n  b = «2», # x\n  c = «3»\n}\nb = «4»", []string{
		"a|b=1", `a|c|d="x"`, "t|a|b=2", "t|a|c=3", "t|b=4",
	}},
	{"commented out", "# a = \"«x»\"\n#b='«y»' # really\n# c.d = «1»\n## \"e\" = «2»\n# f = what it was\n# see a = b\n# g = [1]\n# h =\nh = «3» # i = \"«z»\"\n# j = \"x\n# k == 1", []string{
		`#a="x"`, "#b='y'", "#c.d=1", "#e=2", "h=3", `#i="z"`,
	}},
	{"broken lines", "a = \"x\nb = «1»\nc\nd =\ne e = 1\nf = «2» g = «3»\n= 4\n[h\ni = «5»\n[j]]\nk = '\nl = \"«x»\" y\n", []string{
		"b=1", "f=2", "g=3", "i=5", `j|l="x"`,
	}},
	{"a string without end", "a = \"\"\"\nb = «1»\n", []string{"b=1"}},
	{"a missing bracket", "[t]\na = [\n  \"«x»\",\nb = «1»\nc = [«2»,\n[u.v]\nd = «3»\ne = [[«4»\n[[w]]\nf = «5»", []string{
		`t|a|0="x"`, "t|b=1", "t|c|0=2", "u|v|d=3", "u|v|e|0|0=4", "w|0|f=5",
	}},
	{"a missing brace", "a = { b = «1»\n[t]\nc = «2»", []string{"a|b=1", "t|c=2"}},
	{"arrays in lines of their own", "a = [\n[«1»],\n[«true»],\n[\"«x»\"],\n[«-2»]\n]\nb = «3»", []string{
		"a|0|0=1", "a|1|0=true", `a|2|0="x"`, "a|3|0=-2", "b=3",
	}},
	{"placeholders", "a = «{{ x.y }}»\n{{ if x }}\nb = «${B}»\n{% endif %}\nc = [«<% c %>», {d = «{{ d }}»}]\n[{{ t }}]\ne = \"«{{ e }}»\"", []string{
		"a={{ x.y }}", "b=${B}", "c|0=<% c %>", "c|1|d={{ d }}", `e="{{ e }}"`,
	}},
}

// tomlScalars gives the scalars of a tree by their path.
func tomlScalars(tree any, path string, all map[string]string) {
	switch tree := tree.(type) {
	case map[string]any:
		for name, value := range tree {
			tomlScalars(value, path+"/"+name, all)
		}
	case []any:
		for i, value := range tree {
			tomlScalars(value, path+"/"+strconv.Itoa(i), all)
		}
	default:
		all[path] = tomlText(tree)
	}
}

// tomlText tells values apart by type, too, and has nan equal itself.
func tomlText(value any) string { return fmt.Sprintf("%T %v", value, value) }

// checkTOML compares entries with what go-toml reads; where no quotes are, it also
// reads the values one by one.
func checkTOML(t rapid.TB, text []byte, entries []Entry) {
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		t.Fatalf("go-toml: %v\n%s", err, text)
	}
	want, got := map[string]string{}, map[string]string{}
	tomlScalars(tree, "", want)
	for _, e := range entries {
		if e.Comment {
			continue
		}
		path := "/" + strings.Join(e.Path, "/")
		if got[path] != "" {
			t.Errorf("%s is given twice", path)
		}
		got[path] = tomlText(e.Value)
		if e.Style == Bare {
			var one map[string]any
			if err := toml.Unmarshal([]byte("x = "+e.Value), &one); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			got[path] = tomlText(one["x"])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n(-go-toml +TOML):\n%s", text, diff)
	}
}

// tomlDrawing draws a document. Names are used once, so that none is defined twice.
type tomlDrawing struct {
	t     *rapid.T
	names int
}

func (d *tomlDrawing) pick(parts ...string) string { return rapid.SampledFrom(parts).Draw(d.t, "part") }

// name draws a part of a key.
func (d *tomlDrawing) name() string {
	d.names++
	n := strconv.Itoa(d.names)
	return d.pick(n, "k-"+n, `"k `+n+`"`, `"\u00e9.`+n+`"`, `'"k" = `+n+`'`)
}

func (d *tomlDrawing) key() string {
	key := d.name()
	for range rapid.IntRange(0, 2).Draw(d.t, "dots") {
		key += d.pick(".", " . ") + d.name()
	}
	return key
}

func (d *tomlDrawing) value(depth int) string {
	kind := rapid.IntRange(0, 6).Draw(d.t, "kind")
	if depth == 0 {
		kind %= 5
	}
	switch kind {
	case 0:
		return d.pick("1", "0x1_0", "+1_000", "1e3", "-2.5E-3", "inf", "nan", "true", "false", "0o17", "0b1")
	case 1:
		return d.pick("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.25", "1979-05-27 07:32:00+01:00")
	case 2:
		return `"` + rapid.StringMatching(`([ -!#-\[\]-~é😀]|\\["\\nt]|\\u00[a-f]9){0,8}`).Draw(d.t, "basic") + `"`
	case 3:
		return "'" + rapid.StringMatching(`[ -&(-~é]{0,8}`).Draw(d.t, "literal") + "'"
	case 4:
		if rapid.Bool().Draw(d.t, "escapes") {
			return `"""` + rapid.StringMatching(`(\n|[ -!#-\[\]-~]|""?[a-z]|\\"|\\ *\n *){0,8}"{0,2}`).Draw(d.t, "basic") + `"""`
		}
		return "'''" + rapid.StringMatching(`(\n|[ -&(-~]|''?[a-z]){0,8}'{0,2}`).Draw(d.t, "literal") + "'''"
	}
	var parts []string
	for range rapid.IntRange(0, 3).Draw(d.t, "size") {
		part := d.value(depth - 1)
		if kind == 6 {
			part = d.key() + d.pick("=", " = ") + part
		}
		parts = append(parts, part)
	}
	if kind == 6 {
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	blank := d.pick(" ", "\n  ", " # [x] \"\n")
	return "[" + blank + strings.Join(parts, blank+","+blank) + blank + d.pick("", "\n") + "]"
}

func (d *tomlDrawing) document() string {
	var b strings.Builder
	var arrays []string // that more can be said of
	for range rapid.IntRange(1, 8).Draw(d.t, "lines") {
		switch rapid.IntRange(0, 6).Draw(d.t, "line") {
		case 0:
			fmt.Fprintf(&b, "[%s] # a table\n", d.key())
		case 1:
			arrays = append(arrays, d.key())
			fmt.Fprintf(&b, "[[%s]]\n", arrays[len(arrays)-1])
		case 2:
			if len(arrays) > 0 {
				array := rapid.SampledFrom(arrays).Draw(d.t, "array")
				switch rapid.IntRange(0, 2).Draw(d.t, "more") {
				case 0:
					fmt.Fprintf(&b, "[[%s]]\n", array)
				case 1:
					fmt.Fprintf(&b, "[%s.%s]\n", array, d.key())
				default:
					// A name that is no other's, as the array goes on under its parent.
					fmt.Fprintf(&b, "[[%s.%s]]\n", array, d.name())
				}
			}
		default:
			fmt.Fprintf(&b, "%s = %s%s\n", d.key(), d.value(2), d.pick("", " ", " # x"))
		}
	}
	return b.String()
}

func TestTOMLEqualsGoTOML(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := (&tomlDrawing{t: rt}).document()
		checkTOML(rt, []byte(text), checkPromises(rt, TOML, []byte(text)))
	})
}

func BenchmarkTOML(b *testing.B) {
	benchmarkReader(b, TOML, `[[package]]
name = "package-1"
version = "1.1.0"
dependencies = [
 "first",
 "second",
]
source = { registry = "https://registry.example/simple" }

`)
}
