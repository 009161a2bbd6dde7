package format

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// nastyPieces are what means something to one reader or the other.
var nastyPieces = []string{"'", `"`, "`", `\`, "$", "{", "}", "(", ")", "#", " ", "\n", "\r", "n", "A", "=", "!", "~", ":-"}

// nastyValue draws values of it, and of what else there is but NUL.
func nastyValue() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom(nastyPieces),
		rapid.SampledFrom([]string{"", "\t", "é", "\u0085", "\u00a0", "\u2028", "\ufeff", "\ufffe", "\U0001f511", "\x01", "\a", "\v", "\x1b", "\x7f", "''", `""`, "%", "&", ";", "${A}", "$(A)", "$A", `\n`, `\\`, "\nA=b\n", "export ", "0", "---", "<<"}),
		rapid.Map(rapid.Rune(), func(r rune) string { return strings.Trim(string(r), "\x00") }),
	)
	return rapid.Map(rapid.SliceOfN(piece, 0, 12), func(all []string) string { return strings.Join(all, "") })
}

// nastyVars are all values of up to three nasty pieces, many that are longer, and some of
// a million bytes.
func nastyVars() []Var {
	values := []string{"", "plain", "a b", "ab==", "\xff\xfe", "a\x80b'$",
		strings.Repeat("0123456789", 100_000), strings.Repeat("it's\n", 200_000), strings.Repeat("'\"$`\\", 200_000)}
	for _, a := range nastyPieces {
		values = append(values, a)
		for _, b := range nastyPieces {
			values = append(values, a+b)
			for _, c := range nastyPieces {
				values = append(values, a+b+c)
			}
		}
	}
	for seed := range 2000 {
		values = append(values, nastyValue().Example(seed))
	}
	return number(values)
}

// number gives values the names N0, N1 and so on.
func number(values []string) []Var {
	var vars []Var
	for i, v := range values {
		vars = append(vars, Var{fmt.Sprint("N", i), v})
	}
	return vars
}

// only leaves out values that aren't as they should be, and numbers the others.
func only(vars []Var, should func(value string) bool) []Var {
	var values []string
	for _, v := range vars {
		if should(v.Value) {
			values = append(values, v.Value)
		}
	}
	return number(values)
}

// written gives what a writer makes of variables that it has no fault to find with.
func written(t rapid.TB, w Writer, vars []Var) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := w.Write(&b, vars); err != nil {
		t.Fatalf("%s: %v", w.Name, err)
	}
	return b.String()
}

func writerNamed(t rapid.TB, name string) Writer {
	t.Helper()
	all := Writers()
	i := slices.IndexFunc(all, func(w Writer) bool { return w.Name == name })
	if i < 0 {
		t.Fatalf("no writer %s", name)
	}
	return all[i]
}

// wantVars sees that a reader got variables as they are.
func wantVars(t rapid.TB, vars []Var, got map[string]string) {
	t.Helper()
	if len(got) != len(vars) {
		t.Errorf("got %d variables, want %d", len(got), len(vars))
	}
	faults := 0
	for _, v := range vars {
		if is, ok := got[v.Name]; !ok || is != v.Value {
			if faults++; faults > 5 {
				t.Fatal("and more")
			}
			t.Errorf("%.80q is read as %.80q", v.Value, is)
		}
	}
}

// program runs a program that is needed to hold a writer against, and gives its output.
func program(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if name == "sh" && runtime.GOOS != "windows" {
			t.Fatal(err)
		}
		t.Skipf("there is no %s here", name)
	}
	c := exec.CommandContext(t.Context(), path, args...)
	c.Env = slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "A=") })
	var complaint bytes.Buffer
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v: %.500s", name, err, complaint.String())
	}
	return out
}

// needs skips a test whose program has no such library.
func needs(t *testing.T, library, program string, args ...string) {
	t.Helper()
	if path, err := exec.LookPath(program); err != nil || exec.CommandContext(t.Context(), path, args...).Run() != nil {
		t.Skipf("there is no %s with %s here", program, library)
	}
}

// fileOf keeps a text for a program to read.
func fileOf(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "vars")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// ownReaders are those of the formats that this package both reads and writes.
var ownReaders = map[string]Reader{"dotenv": Dotenv, "shell": Shell, "json": JSON, "yaml": YAML}

// readOwn gives what this package's own reader of a format makes of a text.
func readOwn(t rapid.TB, read Reader, text string) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, e := range checkPromises(t, read, []byte(text)) {
		if len(e.Path) != 1 || e.Comment || e.Tag != "" {
			t.Fatalf("an entry %.80q", e.Path)
		}
		got[e.Name()] = e.Value
	}
	return got
}

func isText(value string) bool { return utf8.ValidString(value) }

func TestWritersReadBack(t *testing.T) {
	vars := nastyVars()
	for format, read := range ownReaders {
		t.Run(format, func(t *testing.T) {
			vars := vars
			if format == "json" || format == "yaml" {
				vars = only(vars, isText)
			}
			wantVars(t, vars, readOwn(t, read, written(t, writerNamed(t, format), vars)))
		})
	}
}

// FuzzWriters writes a value, reads it back, and sees that a refusal is for a reason.
func FuzzWriters(f *testing.F) {
	for _, v := range nastyPieces {
		f.Add("A", v+v, v)
	}
	f.Add("a/b.c", "\xff", "\x00")
	f.Fuzz(func(t *testing.T, name, value, second string) {
		vars := []Var{{name, value}, {"SECOND", second}}
		for _, w := range Writers() {
			var b bytes.Buffer
			_, err := w.Write(&b, vars)
			if err != nil {
				if b.Len() > 0 {
					t.Fatalf("%s wrote and refused", w.Name)
				}
				text := !strings.Contains(value+second, "\x00") && isText(value) && isText(second)
				if text && checkVariable(vars[0]) == nil && name != "SECOND" && len(name) <= maxKey && w.Name != "docker" {
					t.Fatalf("%s: %v", w.Name, err)
				}
				continue
			}
			if read := ownReaders[w.Name]; read != nil {
				wantVars(t, vars, readOwn(t, read, b.String()))
			} else {
				wantVars(t, vars, readDocker(t, b.String()))
			}
		}
	})
}

func TestWritersRefuse(t *testing.T) {
	const marked = "zzyzx" // in each value; no error may have it
	for _, tt := range []struct {
		name    string
		v       Var
		formats string // that refuse it
		want    string
	}{
		{"NUL", Var{"A", marked + "\x00"}, "dotenv shell docker json yaml", "NUL"},
		{"not UTF-8", Var{"A", marked + "\xff"}, "docker json yaml", "UTF-8"},
		{"line break", Var{"A", marked + "\nb"}, "docker", "line break"},
		{"carriage return", Var{"A", marked + "\r"}, "docker", "carriage return"},
		{"carriage return within", Var{"A", marked + "\rb"}, "", ""},
		{"quotes", Var{"A", `"` + marked + `"`}, "", ""},
		{"blanks", Var{"A", " \t" + marked + "\t "}, "", ""},
		{"longest line", Var{"A", marked + strings.Repeat("x", 65_535-len("A="+marked))}, "", ""},
		{"long line", Var{"A", marked + strings.Repeat("x", 65_536-len("A="+marked))}, "docker", "longer"},
		{"no name", Var{"", marked}, "dotenv shell docker json yaml", "can't be a"},
		{"digit", Var{"1A", marked}, "dotenv shell docker", "no digit first"},
		{"path", Var{"a/b.c-d", marked}, "dotenv shell docker", "only letters"},
		{"injection", Var{"A=$(id)\nB", marked}, "dotenv shell docker json yaml", `"A=$(id)\nB"`},
		{"long name", Var{strings.Repeat("A", 257), marked}, "json yaml", "256"},
		{"twice", Var{"GOOD", marked}, "dotenv shell docker json yaml", `"GOOD" is there twice`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, w := range Writers() {
				var b bytes.Buffer
				_, err := w.Write(&b, []Var{{"GOOD", "x"}, tt.v})
				if refuses := slices.Contains(strings.Fields(tt.formats), w.Name); refuses != (err != nil) {
					t.Errorf("%s refuses: %t, want %t: %v", w.Name, err != nil, refuses, err)
				}
				if err == nil {
					continue
				}
				if b.Len() > 0 {
					t.Errorf("%s wrote, and refused", w.Name)
				}
				if s := err.Error(); !strings.Contains(s, tt.want) || strings.Contains(s, marked) {
					t.Errorf("%s: the error is %s", w.Name, s)
				}
			}
		})
	}
}

// All faults are told of at once.
func TestWritersTellAll(t *testing.T) {
	_, err := WriteDocker(&bytes.Buffer{}, []Var{{"A", "1\n"}, {"B", "2"}, {"C", "3\r"}})
	if err == nil || !strings.Contains(err.Error(), `"A"`) || strings.Contains(err.Error(), `"B"`) || !strings.Contains(err.Error(), `"C"`) {
		t.Errorf("the error is %v", err)
	}
}

type fullDisk struct{}

var errFull = errors.New("disk full")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWritersPassOnErrors(t *testing.T) {
	for _, w := range Writers() {
		if _, err := w.Write(fullDisk{}, []Var{{"A", "b"}}); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v", w.Name, err)
		}
	}
}

func TestWritersText(t *testing.T) {
	vars := []Var{{"B", "it's\n"}, {"A", ""}}
	for format, want := range map[string][2]string{
		"dotenv": {"", "B=\"it's\n\"\nA=''\n"},
		"shell":  {"", "export B='it'\\''s\n'\nexport A=''\n"},
		"docker": {"", ""},
		"json":   {"{}\n", "{\n  \"B\": \"it's\\n\",\n  \"A\": \"\"\n}\n"},
		"yaml":   {"{}\n", "\"B\": \"it's\\n\"\n\"A\": \"\"\n"},
	} {
		w := writerNamed(t, format)
		if got := written(t, w, nil); got != want[0] {
			t.Errorf("%s: got %q for no variables, want %q", format, got, want[0])
		}
		if want[1] == "" {
			continue
		}
		if diff := cmp.Diff(want[1], written(t, w, vars)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

func TestWriterOf(t *testing.T) {
	names := map[string]string{
		".env": "dotenv", "a/.env.local": "dotenv", "prod.env": "dotenv", "env": "dotenv", ".ENV": "dotenv",
		".env.json": "json", "a.JSON": "json", "a.yaml": "yaml", "a.yml": "yaml",
		"a.sh": "shell", ".envrc": "shell", "x.zsh": "shell",
		"a.txt": "", "a": "", "json": "", ".environment": "", "a.env.bak": "",
	}
	for file, want := range names {
		if got := WriterOf(file); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
		if want != "" {
			writerNamed(t, want)
		}
	}
}
