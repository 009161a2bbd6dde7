package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// readers are all of this package's, and what each is tried on.
var readers = []struct {
	name  string
	read  Reader
	tests []readerTest
}{
	{"CSV", CSV, csvTests},
	{"Directives", Directives, directivesTests},
	{"Dockerfile", Dockerfile, dockerTests},
	{"Dotenv", Dotenv, dotenvTests},
	{"GitCredentials", GitCredentials, gitCredentialsTests},
	{"HCL", HCL, hclTests},
	{"Htpasswd", Htpasswd, htpasswdTests},
	{"HTMLTables", HTMLTables, htmlTests},
	{"INI", INI, iniTests},
	{"JSON", JSON, jsonTests},
	{"Netrc", Netrc, netrcTests},
	{"Passwd", Passwd, htpasswdTests},
	{"Pgpass", Pgpass, pgpassTests},
	{"Pipes", Pipes, pipesTests},
	{"Properties", Properties, propsTests},
	{"Shell", Shell, shellTests},
	{"SQL", SQL, sqlTests},
	{"Source", Source, sourceTests},
	{"TOML", TOML, tomlTests},
	{"XML", XML, xmlTests},
	{"YAML", YAML, yamlTests},
}

// readerTest is a text in which « and » enclose where values lie, and what is read from
// it, as show has it.
type readerTest struct {
	name, text string
	want       []string
}

// TestReaders tries each reader on its texts, and on each of their beginnings.
func TestReaders(t *testing.T) {
	for _, r := range readers {
		for _, tt := range r.tests {
			t.Run(r.name+"/"+tt.name, func(t *testing.T) {
				text, spans := unmark(tt.text)
				var got []string
				var places [][2]int
				for _, e := range checkPromises(t, r.read, text) {
					got = append(got, show(e))
					places = append(places, [2]int{e.Start, e.End})
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("entries (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(spans, places); diff != "" {
					t.Errorf("places (-want +got):\n%s", diff)
				}
				for i := range text {
					checkPromises(t, r.read, text[:i])
				}
			})
		}
	}
}

// FuzzReaders holds every reader to its promises.
func FuzzReaders(f *testing.F) {
	for i, r := range readers {
		for _, tt := range r.tests {
			text, _ := unmark(tt.text)
			f.Add(uint8(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, reader uint8, text []byte) {
		checkPromises(t, readers[int(reader)%len(readers)].read, text)
	})
}

// unmark takes the marks out of a text, and gives what they enclose.
func unmark(marked string) (text []byte, spans [][2]int) {
	var open []int
	for _, c := range marked {
		switch last := len(open) - 1; c {
		case '«':
			open = append(open, len(spans))
			spans = append(spans, [2]int{len(text)})
		case '»':
			spans[open[last]][1] = len(text)
			open = open[:last]
		default:
			text = append(text, string(c)...)
		}
	}
	return text, spans
}

// show gives an entry as the tests have it: the document unless it is the first, # if it
// is commented out, the path, = and the tag and value, in quotes or after > as its style
// has it.
func show(e Entry) string {
	value := e.Value
	switch e.Style {
	case Quoted:
		value = `"` + value + `"`
	case Literal:
		value = "'" + value + "'"
	case Block:
		value = ">" + value
	}
	if e.Tag != "" {
		value = e.Tag + " " + value
	}
	s := say(value, e.Path...)
	if e.Comment {
		s = "#" + s
	}
	if e.Document > 0 {
		s = fmt.Sprintf("%d: %s", e.Document, s)
	}
	return s
}

// say is what tests with drawn texts compare of an entry.
func say(value string, path ...string) string { return strings.Join(path, "|") + "=" + value }

// said gives what a reader says of a text.
func said(t rapid.TB, read Reader, text string) []string {
	t.Helper()
	var all []string
	for _, e := range checkPromises(t, read, []byte(text)) {
		all = append(all, say(e.Value, e.Path...))
	}
	return all
}

// checkPromises reads a text, and holds the reader to what it promises about any.
func checkPromises(t rapid.TB, read Reader, text []byte) []Entry {
	t.Helper()
	before := bytes.Clone(text)
	var all []Entry
	last := 0
	for e := range read(text) {
		if len(e.Path) == 0 || len(e.Path) > maxDepth {
			t.Fatalf("a path of %d names", len(e.Path))
		}
		if e.Start < 0 || e.End < e.Start || len(text) < e.End {
			t.Fatalf("%q lies at %d to %d of %d", e.Path, e.Start, e.End, len(text))
		}
		if e.Start < last {
			t.Fatalf("%q at %d comes after %d", e.Path, e.Start, last)
		}
		last = e.Start
		e.Path = slices.Clone(e.Path)
		all = append(all, e)
	}
	left := len(all) / 2
	for range read(text) {
		if left--; left < 0 {
			break // a reader that goes on panics
		}
	}
	if !bytes.Equal(before, text) {
		t.Fatalf("the text was changed")
	}
	return all
}

// checkReadBack draws values, and sees that they are read back from a text in which they
// stand quoted.
func checkReadBack(t *testing.T, read Reader, text string, value *rapid.Generator[string], quote func(string) string) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		var all strings.Builder
		var want, got []string
		for i := range rapid.IntRange(1, 4).Draw(t, "entries") {
			v := value.Draw(t, "value")
			fmt.Fprintf(&all, text, i, quote(v))
			want = append(want, say(v, fmt.Sprintf("N%d", i)))
		}
		for _, e := range checkPromises(t, read, []byte(all.String())) {
			got = append(got, say(e.Value, e.Name()))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n(-want +got):\n%s", all.String(), diff)
		}
	})
}

// What lies deeper than maxDepth is read as if it lay there, and what follows isn't
// drawn in.
func TestDepth(t *testing.T) {
	const depth = 3 * maxDepth
	deep := func(open, value, shut string) string {
		return strings.Repeat(open, depth) + value + strings.Repeat(shut, depth)
	}
	lines := "k:\n"
	for i := range depth {
		lines += strings.Repeat(" ", i+1) + "a:\n"
	}
	tests := []struct {
		name, text string
		read       Reader
	}{
		{"objects", `{"k":` + deep(`{"a":`, `"x"`, `}`) + `, "b": "y"}`, JSON},
		{"arrays", `{"k":` + deep(`[`, `"x"`, `]`) + `, "b": "y"}`, JSON},
		{"both", `{"k":` + deep(`[{"a":`, `"x"`, `}]`) + `, "b": "y"}`, JSON},
		{"inline tables", "k = " + deep(`{a=`, `"x"`, `}`) + "\nb = 'y'", TOML},
		{"arrays of TOML", "k = " + deep(`[`, `"x"`, `]`) + "\nb = 'y'", TOML},
		{"dotted keys", deep(`a.`, `z = "x"`, ``) + "\nb = 'y'", TOML},
		{"objects of HCL", "k = " + deep(`{a=`, `"x"`, `}`) + "\nb = \"y\"", HCL},
		{"lists", "k = " + deep(`[`, `"x"`, `]`) + "\nb = \"y\"", HCL},
		{"blocks", deep("a \"b\" {\n", `z = "x"`, "\n}") + "\nb = \"y\"", HCL},
		{"elements", deep("<a>", "<b name='c'>x</b>", "</a>") + "<b>y</b>", XML},
		{"attributes", deep("<a>", "<b c='x'/>", "</a>") + "<b>y</b>", XML},
		{"sequences", "k:\n " + deep("- ", "x", "") + "\nb: y", YAML},
		{"brackets", "k: " + deep("[", "x", "]") + "\nb: y", YAML},
		{"braces", "k: " + deep("{a: ", "x", "}") + "\nb: y", YAML},
		{"indentation", lines + strings.Repeat(" ", depth+1) + "x\nb: y", YAML},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := checkPromises(t, tt.read, []byte(tt.text))
			if !slices.ContainsFunc(all, func(e Entry) bool { return e.Value == "x" && len(e.Path) == maxDepth }) {
				t.Errorf("the value in it is hidden")
			}
			if last := all[len(all)-1]; show(Entry{Path: last.Path, Value: last.Value}) != "b=y" {
				t.Errorf("got %s for the last entry", show(last))
			}
		})
	}
}
