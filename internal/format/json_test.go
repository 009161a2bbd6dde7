package format

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var jsonTests = []readerTest{
	{"object", `{"a": "«x»", "b" : {"c":["«y»", «-1.5e3», {"d": «true»}], "e": «null»}, "f": «12»}`, []string{
		`a="x"`, `b|c|0="y"`, "b|c|1=-1.5e3", "b|c|2|d=true", "b|e=null", "f=12",
	}},
	{"empty", `{"a": "«»", "": "«x»", "b": [], "c": {}}`, []string{`a=""`, `="x"`}},
	{"array", "[\n  [«1», «2»],\n  [],\n  [«3»]\n]", []string{"0|0=1", "0|1=2", "2|0=3"}},
	{"escapes", `{"a\"b": "«\b\f\n\r\t\/\\\"\u00e9\ud83d\ude00»"}`, []string{"a\"b=\"\b\f\n\r\t/\\\"é😀\""}},
	{"what is no character", `["«\ud83dx»", "«\ude00»", "«\ud83d\u0041»", "«\u12»", "«\uzzzz»"]`, []string{
		`0="�x"`, `1="�"`, `2="�A"`, `3="�12"`, `4="�zzzz"`,
	}},
	{"byte order mark", "\ufeff{\"a\": «1»}", []string{"a=1"}},
	{"lines", "{\"a\": «1»}\n{\"a\": «2»}\n{}\n5\n[«3»]\n", []string{"a=1", "1: a=2", "4: 0=3"}},
	{"sequence", "\x1e{\"a\": «1»}\n\x1e{\"a\": «2»}\n", []string{"a=1", "1: a=2"}},
	{"a cut-off line", "{\"a\": {\"b\": «1», \"c\": \"x\n{\"a\": «2»}\n", []string{"a|b=1", "1: a=2"}},
	{"JSON5", "{key: '«it\\'s»', $k_1: «+0x1F», 'q': \"«a\\\nb»\", v: \"«\\x41\\v\\0»\", last: [«.5», «Infinity»,],}", []string{
		`key="it's"`, "$k_1=+0x1F", `q="ab"`, "v=\"A\v\x00\"", "last|0=.5", "last|1=Infinity",
	}},
	{"a value of two lines of Windows", "{\"a\": \"«x\\\r\ny»\"}", []string{`a="xy"`}},
	{"comments", "{ // what\n  \"a\": «1», // of \"it\"\n  /* \"b\", */ \"c\": «2»/* x */, # y\n  \"d\": «x»// z\n}", []string{"a=1", "c=2", "d=x"}},
	{"commented out", strings.Join([]string{
		`{`,
		`  // "a": "«x»",`,
		`  //"b": «1»`,
		`  "c": {"d": «2»}, // "e": "«y»", // really`,
		`  // key: '«z»'`,
		`  // note: this`,
		`  // note: nothing`,
		`  // "a": "x" is what it was`,
		`  // "f": {`,
		`  # "g": "«u»"`,
		`  /*`,
		`   * "h": "«v»",`,
		`     "i": "«\u0041»" */`,
		`}`,
	}, "\n"), []string{
		`#a="x"`, "#b=1", "c|d=2", `#e="y"`, `#key="z"`,
		`#g="u"`, `#h="v"`, `#i="A"`,
	}},
	{"a comment without end", "{\"a\": «1»}\n/* x\n\"b\": «2»", []string{"a=1", "#b=2"}},
	{"missing brackets", "\"a\": «1»,\n\"b\": {\"c\": «2»\n\"d\": [«3», \"e\": «4»", []string{
		"a=1", "b|c=2", "b|d|0=3", "b|d|e=4",
	}},
	{"a missing bracket of an array", `{"a": [«1», {"b": «2»}, "c": {"d": [«3»}, "e": «4»}`, []string{
		"a|0=1", "a|1|b=2", "a|c|d|0=3", "a|e=4",
	}},
	{"too many brackets", "{\"a\": «1»}}\n]\"b\": «2»", []string{"a=1", "b=2"}},
	{"missing commas", "{\"a\": \"«x»\"\n\"b\": «1»\n\"c\": «2»}", []string{`a="x"`, "b=1", "c=2"}},
	{"missing quotes", "{\"a\": \"x,\n\"b\": «y»\",\n\"c\": «1»}", []string{"b=y", "c=1"}},
	{"cut off", "{\"a\": \"«x»\", \"b\": \"y", []string{`a="x"`}},
	{"cut off in an escape", `{"a": "\`, nil},
	{"placeholders", strings.Join([]string{
		`{`,
		`  {{- if .Values.on }}`,
		`  "a": «{{ .Values.a }}»,`,
		`  "b": «${B}»,`,
		`  "c": «${C:-${D}}»,`,
		`  "d": «<%= d %>»,`,
		`  "e": [«{{ x }}-{{ y }}», «1»],`,
		`  "f": "«{{ f }}»",`,
		`  {% for x in y %}`,
		`  {{ "g" }}: «{% x %}»,`,
		`  ${H}: «{{{ h }}}»`,
		`  {{- end }}`,
		`}`,
	}, "\n"), []string{
		"a={{ .Values.a }}", "b=${B}", "c=${C:-${D}}", "d=<%= d %>", "e|0={{ x }}-{{ y }}", "e|1=1",
		`f="{{ f }}"`, `{{ "g" }}={% x %}`, "${H}={{{ h }}}",
	}},
	{"what begins like a placeholder", "{\"a\": {{\"b\": «1»\n}, \"c\": «$», \"d\": «x$»{y", []string{"a|b=1", "a|c=$", "a|d=x$"}},
	{"functions", `{"_id": «ObjectId(»"x"), "a": "«y»"}`, []string{"_id=ObjectId(", `a="y"`}},
	{"no document", "\"x\" 1 true", nil},
}

// jsonScalars gives the scalars that encoding/json finds, as said does. A document that
// is a scalar is left out.
func jsonScalars(text []byte) (all []string, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var walk func(token json.Token, path []string) error
	walk = func(token json.Token, path []string) error {
		delim, ok := token.(json.Delim)
		if !ok {
			if token == nil {
				token = "null"
			}
			if len(path) > 0 {
				all = append(all, say(fmt.Sprint(token), path...))
			}
			return nil
		}
		for i := 0; decoder.More(); i++ {
			name := strconv.Itoa(i)
			if delim == '{' {
				key, err := decoder.Token()
				if err != nil {
					return err
				}
				name = key.(string)
			}
			value, err := decoder.Token()
			if err != nil {
				return err
			}
			if err := walk(value, append(path, name)); err != nil {
				return err
			}
		}
		_, err = decoder.Token()
		return err
	}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return all, nil
		}
		if err == nil {
			err = walk(token, nil)
		}
		if err != nil {
			return nil, err
		}
	}
}

func checkJSON(t rapid.TB, text []byte) {
	want, err := jsonScalars(text)
	if err != nil {
		t.Fatalf("encoding/json: %v", err)
	}
	if diff := cmp.Diff(want, said(t, JSON, string(text))); diff != "" {
		t.Errorf("%s (-encoding/json +JSON):\n%s", text, diff)
	}
}

var jsonBlank = rapid.SampledFrom([]string{"", "", " ", "\n\t", "\r\n"})

// jsonStrings draws strings with and without escapes.
var jsonStrings = rapid.Custom(func(t *rapid.T) string {
	s := rapid.String().Draw(t, "string")
	if rapid.Bool().Draw(t, "plain") {
		quoted, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(quoted)
	}
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, `\u%04X`, unit)
	}
	return `"` + b.String() + `"`
})

// drawJSON draws a value, written in one of many ways.
func drawJSON(t *rapid.T, depth int) string {
	scalars := rapid.OneOf(
		jsonStrings,
		rapid.SampledFrom([]string{"true", "false", "null", "0", "-0.5", "1e9", "2E-3"}),
		rapid.Map(rapid.Int64(), func(n int64) string { return strconv.FormatInt(n, 10) }),
	)
	kind := rapid.SampledFrom([]string{"scalar", "array", "object"}).Draw(t, "kind")
	if depth == 0 || kind == "scalar" {
		return jsonBlank.Draw(t, "before") + scalars.Draw(t, "scalar") + jsonBlank.Draw(t, "after")
	}
	var parts []string
	for range rapid.IntRange(0, 4).Draw(t, "size") {
		part := drawJSON(t, depth-1)
		if kind == "object" {
			part = jsonBlank.Draw(t, "before") + jsonStrings.Draw(t, "key") + jsonBlank.Draw(t, "after") + ":" + part
		}
		parts = append(parts, part)
	}
	inside := strings.Join(parts, ",") + jsonBlank.Draw(t, "end")
	if kind == "object" {
		return "{" + inside + "}"
	}
	return "[" + inside + "]"
}

func TestJSONEqualsEncodingJSON(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var text string
		for range rapid.IntRange(1, 3).Draw(rt, "documents") {
			text += drawJSON(rt, 4) + "\n"
		}
		checkJSON(rt, []byte(text))
	})
}

// A document's other lines are read whatever happens to one of them.
func TestJSONWithABrokenLine(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		broken := rapid.StringMatching("[ {}\\[\\]:,q\"'$%<>-]{0,12}").Draw(rt, "line")
		if strings.HasSuffix(strings.TrimRight(broken, " "), ":") {
			rt.Skip("it names what follows")
		}
		text := "{\"a\": \"x\",\n" + broken + "\n\"b\": \"y\",\n\"c\": {\"d\": \"z\"}}"
		found := map[string]string{}
		for _, e := range checkPromises(rt, JSON, []byte(text)) {
			found[e.Name()] = e.Value
		}
		for name, value := range map[string]string{"a": "x", "b": "y", "d": "z"} {
			if found[name] != value {
				rt.Errorf("%s: %s is %q, want %q", text, name, found[name], value)
			}
		}
	})
}

func BenchmarkJSON(b *testing.B) {
	benchmarkReader(b, JSON, `{"id": 1, "name": "service-1", "enabled": true,
   "labels": ["first", "second"], "image": "registry.example/team/service:1"},
`)
}

// FuzzJSON holds what encoding/json can read against it.
func FuzzJSON(f *testing.F) {
	for _, tt := range jsonTests {
		text, _ := unmark(tt.text)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) || bytes.HasPrefix(text, []byte("\ufeff")) {
			return
		}
		if _, err := jsonScalars(text); err == nil && jsonDepth(text) <= maxDepth {
			checkJSON(t, text)
		}
	})
}

// jsonDepth gives an upper bound of how deep a document is.
func jsonDepth(text []byte) int {
	return bytes.Count(text, []byte("{")) + bytes.Count(text, []byte("["))
}
