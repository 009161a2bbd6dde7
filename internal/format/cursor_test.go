package format

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// markedTest is a text in which « and » enclose where values lie, and what a reader
// gives for it, in the words of describe.
type markedTest struct {
	name, text string
	want       []string
}

func (tt markedTest) run(t *testing.T, read Reader) {
	t.Run(tt.name, func(t *testing.T) {
		text, spans := unmark(tt.text)
		var got []string
		var places [][2]int
		for _, e := range gather(t, read, text) {
			got = append(got, describe(e))
			places = append(places, [2]int{e.Start, e.End})
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("entries (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(spans, places); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
	})
}

// unmark takes the marks out of a text, and gives what they enclose.
func unmark(marked string) (text []byte, spans [][2]int) {
	for marked != "" {
		before, rest, ok := strings.Cut(marked, "«")
		text = append(text, before...)
		if !ok {
			break
		}
		inside, after, _ := strings.Cut(rest, "»")
		spans = append(spans, [2]int{len(text), len(text) + len(inside)})
		text = append(text, inside...)
		marked = after
	}
	return text, spans
}

// describe gives an entry as the tests write it: `quoted db/password "x"`.
func describe(e Entry) string {
	style := [...]string{Bare: "bare", Quoted: "quoted", Literal: "literal", Block: "block"}[e.Style]
	s := fmt.Sprintf("%s %s %q", style, strings.Join(e.Path, "/"), e.Value)
	if e.Comment {
		s = "# " + s
	}
	if e.Document > 0 {
		s = fmt.Sprintf("%d: %s", e.Document, s)
	}
	return s
}

// gather reads a text, and checks what holds for every entry.
func gather(t testing.TB, read Reader, text []byte) []Entry {
	t.Helper()
	before := bytes.Clone(text)
	var all []Entry
	for e := range read(text) {
		if len(e.Path) == 0 || len(e.Path) > maxDepth {
			t.Fatalf("a path of %d names", len(e.Path))
		}
		if e.Start < 0 || e.End < e.Start || len(text) < e.End {
			t.Fatalf("an entry at %d to %d of %d bytes", e.Start, e.End, len(text))
		}
		e.Path = slices.Clone(e.Path)
		all = append(all, e)
	}
	if !bytes.Equal(before, text) {
		t.Fatal("the text was changed")
	}
	return all
}

var cursorReaders = map[string]Reader{"JSON": JSON, "TOML": TOML, "HCL": HCL}

func TestStopEarly(t *testing.T) {
	for name, read := range cursorReaders {
		n := 0
		for range read([]byte("a = [1, 2]\n# b = 3\n{\"a\": [1, 2]\n// \"b\": 3\n/* \"c\": 4\n\"d\": 5 */}")) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: got %d entries, want 1", name, n)
		}
	}
}

// However deep or broken a text is, four times as much of it doesn't take much more than
// four times as long.
func TestTimeIsLinear(t *testing.T) {
	parts := []string{
		"[", "{", "(", "[]", "{]", "[}", `{"a":`, `["a",`, "a = [", "a = {", "a={a=", "[[a]]\n", "[a.b.c]\n", "a.b.c.d = 1\n",
		`"`, `'`, `"${`, "\"${\n", "a = \"${\n", `"\`, `"""`, "a = \"\"\"\n", "a = '''\\\n", "{{", "${", "{%", "<%", "/*", "a /* b */", "//", "#",
		"# a = \"", "a = <<E\n", "<<-E\n", "a = f(", "a = f(\n", "f(g(h, {", "a = f([{\n", "a b c ", "((((()", "(a)", "[for x in y : [", ",",
		"a = 1, ", "\n", "\"a\": \"b\", ", "a:b,", "a=\"b\" ", "a = x[f(", "a.", "=", ":", "\\", "$${", "a = \"$${\" + \"",
	}
	const size = 1 << 17
	took := func(read Reader, text string) time.Duration {
		start := time.Now()
		for range read([]byte(text)) {
		}
		return time.Since(start)
	}
	check := func(name, part string, read Reader, text func(size int) string) {
		once, more := time.Hour, time.Hour
		for range 8 { // as other programs may get in between
			once = min(once, took(read, text(size)))
			more = min(more, took(read, text(4*size)))
			if more < 8*once+50*time.Millisecond {
				return
			}
		}
		t.Errorf("%s of many %q took %v, and of four times as many %v", name, part, once, more)
	}
	for name, read := range cursorReaders {
		for _, part := range parts {
			check(name, part, read, func(size int) string { return strings.Repeat(part, size/len(part)) })
		}
		check(name, "{ and then ]", read, func(size int) string { return strings.Repeat("{", size/2) + strings.Repeat("]", size/2) })
	}
}

// What lies deeper than maxDepth is read as if it lay there.
func TestDepth(t *testing.T) {
	const depth = 3 * maxDepth
	tests := []struct {
		name, open, value, close, after string
		read                            Reader
	}{
		{"objects", `{"a":`, `"x"`, `}`, ``, JSON},
		{"arrays", `[`, `"x"`, `]`, ``, JSON},
		{"both", `[{"a":`, `"x"`, `}]`, ``, JSON},
		{"inline tables", `{a=`, `"x"`, `}`, "\nb = 'y'", TOML},
		{"arrays of TOML", `[`, `"x"`, `]`, "\nb = 'y'", TOML},
		{"dotted keys", `a.`, `z = "x"`, ``, "\nb = 'y'", TOML},
		{"objects of HCL", `{a=`, `"x"`, `}`, "\nb = \"y\"", HCL},
		{"lists", `[`, `"x"`, `]`, "\nb = \"y\"", HCL},
		{"blocks", "a \"b\" {\n", `z = "x"`, "\n}", "\nb = \"y\"", HCL},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Repeat(tt.open, depth) + tt.value + strings.Repeat(tt.close, depth) + tt.after
			if strings.HasSuffix(tt.open, "=") || tt.open == "[" && tt.after != "" {
				text = "k = " + text
			}
			all := gather(t, tt.read, []byte(text))
			if len(all) == 0 || all[0].Value != "x" || len(all[0].Path) != maxDepth {
				t.Fatalf("got %v", all)
			}
			if tt.after != "" {
				last := all[len(all)-1]
				if last.Value != "y" || !slices.Equal(last.Path, []string{"b"}) {
					t.Errorf("after it: got %v", last)
				}
			}
		})
	}
}

func benchmarkReader(b *testing.B, read Reader, text []byte) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for range read(text) {
		}
	}
}
