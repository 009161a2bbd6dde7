package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/vault"
)

// difficult are values that a careless writer of variables breaks.
func difficult() map[string]string {
	return map[string]string{
		"EMPTY":     "",
		"BLANK":     " ",
		"BLANKS":    "  begins and ends  \t",
		"QUOTES":    `it's "quoted"` + " `so`",
		"DOLLAR":    "$HOME ${HOME} $(id) $$ $1",
		"HASH":      "before # after#",
		"BACKSLASH": `a\b\\c\n\`,
		"NEWLINES":  "\none\ntwo\n\n",
		"RETURNS":   "one\r\ntwo\rthree",
		"EQUALS":    "=a=b=",
		"UNICODE":   "naïve ☃ \u2028 \U0001F600 \u00a0",
		"ESCAPE":    "\x1b[31m\x07\x7f\x01",
		"YAMLISH":   "- no: [&a, *b, !c] # 0x1f",
		"JSONISH":   `{"a": "</script>"}`,
		"NUMBER":    "0123",
		"NULL":      "null",
		"PEM":       "-----BEGIN X-----\n" + strings.Repeat("QUJD", 16) + "\n-----END X-----\n",
		"LONG":      strings.Repeat("0123456789abcdef", 6_000),
	}
}

// large is the longest value that there can be.
func large() string { return strings.Repeat("x'\"$\\\n #é", vault.MaxValue)[:vault.MaxValue] }

// cmdDifficult puts the difficult values into an environment, or finds out whether a file
// has them all.
func cmdDifficult(ts *testscript.TestScript, neg bool, args []string) {
	usage := func() {
		ts.Fatalf("usage: difficult set ENV | check FILE.json | check FILE.yaml | lines FILE | source FILE TO")
	}
	if neg || len(args) < 2 {
		usage()
	}
	all := difficult()
	switch file := ts.MkAbs(args[1]); args[0] {
	case "set":
		for _, name := range slices.Sorted(maps.Keys(all)) {
			value := filepath.Join(ts.Getenv("WORK"), ".home", "value")
			ts.Check(os.WriteFile(value, []byte(all[name]), 0o600))
			ts.Check(ts.Exec("secretsweep", "secret", "set", name, "-e", args[1], "--file", value))
			ts.Check(os.Remove(value))
		}
	case "check":
		unmarshal := json.Unmarshal
		if filepath.Ext(file) == ".yaml" {
			unmarshal = func(data []byte, into any) error { return yaml.Unmarshal(data, into) }
		}
		var got map[string]string
		ts.Check(unmarshal([]byte(ts.ReadFile(args[1])), &got))
		sameValues(ts, all, got)
	case "lines": // of docker run --env-file, which can't carry all
		got := make(map[string]string)
		for line := range strings.SplitSeq(strings.TrimSuffix(ts.ReadFile(args[1]), "\n"), "\n") {
			name, value, _ := strings.Cut(line, "=")
			got[name] = value
		}
		maps.DeleteFunc(all, func(name, _ string) bool { _, there := got[name]; return !there })
		if len(all) < 10 {
			ts.Fatalf("there are %d values, too few", len(all))
		}
		sameValues(ts, all, got)
	case "source": // with a shell
		if len(args) != 3 {
			usage()
		}
		ts.Check(ts.Exec("env", "-i", "PATH="+ts.Getenv("PATH"), "sh", "-c", `set -a; . "$1"; exec environ`, "sh", file))
		ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile("stdout")), 0o600))
	default:
		usage()
	}
}

func sameValues(ts *testscript.TestScript, want, got map[string]string) {
	maps.DeleteFunc(got, func(name, _ string) bool { _, ours := want[name]; return !ours })
	if diff := cmp.Diff(want, got); diff != "" {
		ts.Fatalf("values (-want +got):\n%s", diff)
	}
}

// cmdWrite writes a file that a script can't have in it.
func cmdWrite(ts *testscript.TestScript, neg bool, args []string) {
	content := map[string]string{"large": large(), "nul": "a\x00b", "latin1": "caf\xe9\xff"}
	if neg || len(args) != 2 || content[args[0]] == "" {
		ts.Fatalf("usage: write large|nul|latin1 FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(content[args[0]]), 0o600))
}

// cmdBundle makes a token for an environment, puts it into $SECRETSWEEP_TOKEN, and makes a
// bundle for it.
func cmdBundle(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: bundle PROJECT/ENV NAME FILE")
	}
	p, err := vault.ParsePattern(args[0])
	ts.Check(err)
	file, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	text, err := makeBundle(shell{nil, io.Discard, io.Discard, ts.Getenv}, p, args[1], file)
	ts.Check(err)
	ts.Check(file.Close())
	ts.Setenv(tokenName, text)
}

func makeBundle(sh shell, p vault.Pattern, name string, w io.Writer) (token string, err error) {
	ctx := context.Background()
	d, err := new(vaultFlags).open(ctx, sh)
	if err != nil {
		return "", err
	}
	defer d.close(ctx, &err)
	t, err := d.CreateToken(ctx, vault.Token{Name: name, Project: p.Project, Env: p.Environment})
	if err != nil {
		return "", err
	}
	return t.Text().Reveal(), d.Bundle(ctx, name, time.Now().Add(time.Hour), w)
}

// cmdReads counts the readings of a secret in the log.
func cmdReads(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: reads N NAME PROGRAM")
	}
	ctx := context.Background()
	d, err := new(vaultFlags).open(ctx, shell{nil, io.Discard, io.Discard, ts.Getenv})
	ts.Check(err)
	got := 0
	err = d.Log(ctx, vault.Filter{Verb: "read", Name: args[1]}, func(l vault.Logged) error {
		if l.Program == args[2] && l.Allowed {
			got++
		}
		return nil
	})
	d.close(ctx, &err)
	ts.Check(err)
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("the log has %d readings of %s by %s, want %s", got, args[1], args[2], args[0])
	}
}

// environ is a program that says what it was given: its environment as JSON, or the
// arguments of its own, or all that can be seen of its parent.
func environ() {
	var out any
	switch strings.Join(os.Args[1:], " ") {
	case "":
		env := make(map[string]string)
		for _, kv := range os.Environ() {
			name, value, _ := strings.Cut(kv, "=")
			env[name] = value
		}
		out = env
	case "arguments":
		out = proc(os.Getpid(), "cmdline")
	case "parent":
		out = proc(os.Getppid(), "cmdline") + proc(os.Getppid(), "environ")
	}
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		panic(err)
	}
}

func proc(pid int, file string) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
	if err != nil {
		panic(err)
	}
	return string(bytes.ReplaceAll(data, []byte{0}, []byte{' '}))
}

func TestEnvironment(t *testing.T) {
	old := []string{"KEPT=1", "SET=old", tokenName + "=t", passphraseName + "=p", "SET=again", "ODD"}
	got := environment(old, vars("SET", "new", "EMPTY", ""))
	want := []string{"KEPT=1", "ODD", "SET=new", "EMPTY="}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestSelection(t *testing.T) {
	tests := []struct {
		s        selection
		name     string
		accepts  bool
		variable string
	}{
		{selection{}, "a/b.c-d_E", true, "a_b_c_d_E"},
		{selection{prefix: "a/"}, "a/b", true, "b"},
		{selection{prefix: "a/"}, "a/", false, ""},
		{selection{prefix: "a/"}, "b/a/c", false, "b_a_c"},
		{selection{only: []string{"DB_*"}}, "DB_URL", true, "DB_URL"},
		{selection{only: []string{"DB_*"}}, "DB_", true, "DB_"},
		{selection{only: []string{"DB_*"}}, "MY_DB_URL", false, "MY_DB_URL"},
		{selection{only: []string{"a.b"}}, "aXb", false, "aXb"}, // only * is special
		{selection{only: []string{"x", "a/*/c"}}, "a/b/b/c", true, "a_b_b_c"},
		{selection{only: []string{"*b"}, prefix: "a"}, "ab", true, "b"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.s, tt.name), func(t *testing.T) {
			if got := tt.s.accepts(tt.name); got != tt.accepts {
				t.Errorf("accepts: %t", got)
			}
			if got := tt.s.variable(tt.name); got != tt.variable {
				t.Errorf("variable: %q, want %q", got, tt.variable)
			}
		})
	}
}

func vars(pairs ...string) []format.Var {
	var all []format.Var
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, format.Var{Name: pair[0], Value: pair[1]})
	}
	return all
}
