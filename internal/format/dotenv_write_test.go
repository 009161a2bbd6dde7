package format

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	compose "github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"
	"pgregory.net/rapid"
)

// dotenvReaders are the programs that DotenvMisreaders speaks of.
var dotenvReaders = []struct {
	name string
	read func(t *testing.T, text string, n int) (map[string]string, error)
}{
	{readerCompose, func(_ *testing.T, text string, _ int) (map[string]string, error) {
		return compose.Parse(strings.NewReader(text))
	}},
	{readerGo, func(_ *testing.T, text string, _ int) (map[string]string, error) {
		return godotenv.Unmarshal(text)
	}},
	{readerNodeEnv, func(t *testing.T, text string, _ int) (map[string]string, error) {
		needs(t, "dotenv", "node", "-e", `require("dotenv")`)
		return fromJSON(t, program(t, "node", "-e",
			`process.stdout.write(JSON.stringify(require("dotenv").parse(require("fs").readFileSync(process.argv[1]))))`, fileOf(t, text))), nil
	}},
	{readerNode, func(t *testing.T, text string, _ int) (map[string]string, error) {
		return fromJSON(t, program(t, "node", "--env-file="+fileOf(t, text), "-e",
			`process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([k]) => /^N\d+$/.test(k)))))`)), nil
	}},
	{readerPython, func(t *testing.T, text string, _ int) (map[string]string, error) {
		needs(t, "dotenv", "python3", "-c", "import dotenv")
		return fromJSON(t, program(t, "python3", "-c", `
import dotenv, json, sys
try:
	json.dump({k: v for k, v in dotenv.dotenv_values(sys.argv[1]).items() if v is not None}, sys.stdout)
except UnicodeDecodeError:
	json.dump({}, sys.stdout)`, fileOf(t, text))), nil
	}},
	{readerRuby, func(t *testing.T, text string, _ int) (map[string]string, error) {
		needs(t, "dotenv", "ruby", "-rdotenv", "-e", "")
		return fromJSON(t, program(t, "ruby", "-rdotenv", "-rjson", "-e", `
			begin
				print JSON.generate(Dotenv.parse(ARGV[0]))
			rescue ArgumentError
				print "{}"
			end`, fileOf(t, text))), nil
	}},
	{"sh", func(t *testing.T, text string, n int) (map[string]string, error) {
		return readShell(t, "sh", `set -a; . "$1"`, text, n), nil
	}},
	{"bash", func(t *testing.T, text string, n int) (map[string]string, error) {
		return readShell(t, "bash", `set -a; . "$1"`, text, n), nil
	}},
	{"zsh", func(t *testing.T, text string, n int) (map[string]string, error) {
		return readShell(t, "zsh", `set -a; . "$1"`, text, n), nil
	}},
}

const (
	node, both = readerNodeEnv + "|" + readerNode, readerNodeEnv + "|" + readerNode + "|" + readerPython
	decoding   = both + "|" + readerRuby
)

// dotenvValues are those of QuoteDotenv's table, and who misreads them.
var dotenvValues = []struct{ name, value, want string }{
	{"plain", "Az_0./:@%+,-", ""},
	{"empty", "", ""},
	{"blanks", " a\t", ""},
	{"one kind of quote", `{"a": "b"}`, ""},
	{"apostrophe", "it's", ""},
	{"apostrophe and lines", "it's\ntwo", ""},
	{"key", "-----BEGIN X-----\nab+/==\n-----END X-----\n", ""},
	{"dollar", "a$b$(c)`d`", ""},
	{"backslash", `a\b\n`, ""},
	{"two backslashes", `a\\b`, readerPython},
	{"braces", "a${b}", readerPython},
	{"both quotes", `it's "x".`, node},
	{"both quotes, one last", `it's "x"`, readerGo + "|" + node},
	{"apostrophe, backslash", `it's \n`, node},
	{"apostrophe, dollar", "it's $5", both},
	{"apostrophe, command", "it's $(x", both + "|" + readerRuby},
	{"apostrophe, backtick", "it's `x`", readerCompose + "|" + both},
	{"backslash last", `C:\`, readerGo + "|" + decoding},
	{"carriage return", "a\rb", decoding},
	{"CRLF", "a\r\nb", readerGo + "|" + decoding},
	{"not UTF-8", "\xff", decoding},
}

// What a reader isn't said to misread, it reads right.
func TestDotenvReads(t *testing.T) {
	all := nastyVars()
	for _, v := range dotenvValues {
		all = append(all, Var{v.name, v.value})
	}
	for _, r := range dotenvReaders {
		t.Run(r.name, func(t *testing.T) {
			vars := only(all, func(v string) bool { return !slices.Contains(DotenvMisreaders(v), r.name) })
			if len(vars) < 2000 {
				t.Fatalf("only %d values are said to be read right", len(vars))
			}
			got, err := r.read(t, written(t, writerNamed(t, "dotenv"), vars), len(vars))
			if err != nil {
				t.Fatal(err)
			}
			wantVars(t, vars, got)
		})
	}
}

// What a reader is said to misread, it does.
func TestDotenvMisreads(t *testing.T) {
	for _, tt := range dotenvValues {
		t.Run(tt.name, func(t *testing.T) {
			got := DotenvMisreaders(tt.value)
			if diff := cmp.Diff(tt.want, strings.Join(got, "|")); diff != "" {
				t.Errorf("misreaders (-want +got):\n%s", diff)
			}
			var b bytes.Buffer
			warnings, err := WriteDotenv(&b, []Var{{"N0", tt.value}, {"N1", "# it's"}})
			if err != nil {
				t.Fatal(err)
			}
			var want []Warning
			if got != nil {
				want = []Warning{{"N0", got}}
			}
			if diff := cmp.Diff(want, warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			for _, r := range dotenvReaders {
				if !slices.Contains(got, r.name) {
					continue // as TestDotenvReads sees
				}
				t.Run(r.name, func(t *testing.T) {
					if r.name == readerNode && strings.Contains(tt.value, "\r") {
						t.Skip("Node 20 reads it right, 24 doesn't")
					}
					if is, err := r.read(t, b.String(), 2); err == nil && is["N0"] == tt.value {
						t.Errorf("%q is read right", tt.value)
					}
				})
			}
		})
	}
}

func TestWarningText(t *testing.T) {
	const want = "A is misread by godotenv, dotenv for Ruby"
	if got := (Warning{"A", []string{readerGo, readerRuby}}).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDotenvDrawn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		vars := number(rapid.SliceOfN(nastyValue(), 1, 20).Draw(r, "values"))
		for _, reader := range dotenvReaders[:2] {
			vars := only(vars, func(v string) bool { return !slices.Contains(DotenvMisreaders(v), reader.name) })
			got, err := reader.read(t, written(r, writerNamed(r, "dotenv"), vars), len(vars))
			if err != nil {
				r.Fatal(reader.name, err)
			}
			wantVars(r, vars, got)
		}
	})
}
