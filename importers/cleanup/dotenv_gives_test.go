package cleanup

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// TestDotenvGives shows that a program which is started as the header says has what it had
// before: as nearly all readers do, it takes a variable from the file unless it has it, and
// what a value refers to from either.
func TestDotenvGives(t *testing.T) {
	taken, chosen := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"A", "B", "C", "D"})
		value := rapid.SampledFrom([]string{"one", "two", "three", "x$A", "${B}y", "${C:-$D}"})
		var b strings.Builder
		secrets := make(map[string]string)
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			n, v := name.Draw(t, "name"), value.Draw(t, "value")
			b.WriteString(n + "=" + v + "\n")
			if rapid.IntRange(0, 2).Draw(t, "imported") > 0 {
				secrets[n] = v
			}
		}
		for n, v := range secrets {
			if rapid.IntRange(0, 3).Draw(t, "as another value") == 0 {
				secrets[n] = v + " "
			}
		}
		var plan, others []importers.Secret
		for _, n := range slices.Sorted(maps.Keys(secrets)) {
			s := importers.Secret{Ref: importers.Ref{Project: "web", Env: "dev", Name: n}, Value: secret.New(secrets[n])}
			if rapid.Bool().Draw(t, "of an earlier plan") {
				others = append(others, s)
			} else {
				plan = append(plan, s)
			}
		}
		text := []byte(b.String())
		w := &work{vault: newVaulted(plan, others)}
		after, _, err := w.emptied(&file{path: "/.env", text: text})
		if err != nil {
			t.Fatal(err)
		}
		had, has := loaded(text, nil), loaded(after, nil)
		if !bytes.Equal(after, text) {
			taken++
			command, _, _ := strings.Cut(string(after[bytes.Index(after, []byte("secretsweep run ")):]), "\n")
			if strings.Contains(command, "--only") {
				chosen++
			}
			given := make(map[string]string)
			for n, v := range secrets {
				if !strings.Contains(command, "--only") || strings.Contains(command, "--only "+n+" ") {
					given[n] = v
				}
			}
			has = loaded(after, given)
		}
		for n, v := range had {
			if has[n] != v {
				t.Fatalf("%s was %q and is %q, of:\n%s\nto:\n%s", n, v, has[n], text, after)
			}
		}
	})
	if taken == 0 || chosen == 0 {
		t.Errorf("%d files had something taken out, %d of them with a choice", taken, chosen)
	}
}

// loaded gives what a program has that has some variables and reads a file.
func loaded(text []byte, vars map[string]string) map[string]string {
	file := make(map[string]string)
	for _, a := range assignments(text) {
		file[a.name] = a.value
	}
	maps.Copy(file, vars)
	all := maps.Clone(file)
	for name, value := range file {
		if _, there := vars[name]; !there {
			all[name] = os.Expand(value, func(name string) string {
				name, otherwise, _ := strings.Cut(name, ":-$")
				if file[name] == "" {
					name = otherwise
				}
				return file[name]
			})
		}
	}
	return all
}
