package format

import (
	"bufio"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// readDocker reads a file as the documentation of docker/cli's pkg/kvfile says that
// docker run --env-file does.
func readDocker(t rapid.TB, text string) map[string]string {
	t.Helper()
	got := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	for lines.Scan() {
		line := strings.TrimLeftFunc(lines.Text(), unicode.IsSpace)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok || name == "" || strings.ContainsAny(name, " \t") || !utf8.ValidString(line) {
			t.Fatalf("docker refuses %.80q", line)
		}
		got[name] = value
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestDockerReads(t *testing.T) {
	vars := only(nastyVars(), func(v string) bool {
		_, err := WriteDocker(&strings.Builder{}, []Var{{"A", v}})
		return err == nil
	})
	if len(vars) < 2000 {
		t.Fatalf("only %d values are written", len(vars))
	}
	wantVars(t, vars, readDocker(t, written(t, writerNamed(t, "docker"), vars)))
}
