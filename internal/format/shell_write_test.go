package format

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readShell has a shell source a file, and gives the variables N0, N1 … that it then has.
func readShell(t *testing.T, shell, command, text string, n int) map[string]string {
	t.Helper()
	out := program(t, shell, "-c", command+`
		i=0
		while [ $i -lt "$2" ]; do
			eval "printf '%s\\0' \"\$N$i\""
			i=$((i + 1))
		done`, shell, fileOf(t, text), fmt.Sprint(n))
	got := map[string]string{}
	for i, value := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		got[fmt.Sprint("N", i)] = value
	}
	return got
}

var shells = []string{"sh", "bash", "dash", "zsh", "ksh"}

func TestShellReads(t *testing.T) {
	vars := nastyVars()
	text := written(t, writerNamed(t, "shell"), vars)
	for _, shell := range shells {
		t.Run(shell, func(t *testing.T) {
			wantVars(t, vars, readShell(t, shell, `. "$1"`, text, len(vars)))
			wantVars(t, vars, readShell(t, shell, `eval "$(cat "$1")"`, text, len(vars)))
		})
	}
}

// Programs that the shell starts have them too.
func TestShellExports(t *testing.T) {
	text := written(t, writerNamed(t, "shell"), []Var{{"N0", "it's $HOME\n#"}})
	if got := string(program(t, "sh", "-c", `. "$1" && sh -c 'printf %s "$N0"'`, "sh", fileOf(t, text))); got != "it's $HOME\n#" {
		t.Errorf("got %q", got)
	}
}

func TestShellDrawn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		vars := number(rapid.SliceOfN(nastyValue(), 1, 50).Draw(r, "values"))
		wantVars(r, vars, readShell(t, "sh", `. "$1"`, written(r, writerNamed(r, "shell"), vars), len(vars)))
	})
}
