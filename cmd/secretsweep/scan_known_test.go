package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/known"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
)

// TestKnown scans a repository for the values of a vault: one that a commit took out again,
// and lies encoded in a file; one that nobody leaked; and one that is not looked for.
func TestKnown(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(3, 4))
	values := []string{fmt.Sprintf("blue %x whale", random.Uint64()), fmt.Sprintf("red %x fox", random.Uint64()), "localhost"}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=A", "-c", "user.email=a@example.com"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	write("notes.txt", "say "+values[0]+" to localhost\n")
	git("add", ".")
	git("commit", "-qm", "first")
	write("notes.txt", "say nothing\n")
	write("blob.txt", hex.EncodeToString([]byte("a"+values[0]))+"\n")
	git("add", ".")
	git("commit", "-qm", "second")

	for _, baseline := range []bool{false, true} {
		var stdout, stderr bytes.Buffer
		sh := shell{nil, &stdout, &stderr, noEnvironment}
		j := job{paths: []string{dir}, show: secret.Value.Mask}
		for i, v := range values {
			e := detectors.Entry{Project: "web", Env: "prod", Name: fmt.Sprint("SECRET_", i), Version: 2, State: "current"}
			j.known = append(j.known, known.Secret{Value: secret.New(v), Entry: e})
		}
		sink, err := report.New("json", &stdout, report.Options{Show: j.show})
		if err != nil {
			t.Fatal(err)
		}
		sum, err := j.do(t.Context(), sh, sink)
		if err != nil {
			t.Fatal(err)
		}
		var r report.Report
		if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) != 1 {
			t.Fatalf("got %d findings", len(r.Findings))
		}
		f := &r.Findings[0]
		if diff := cmp.Diff([]report.Entry{{Project: "web", Env: "prod", Name: "SECRET_0", Version: 2, State: "current"}}, f.Vault); diff != "" {
			t.Errorf("vault (-want +got):\n%s", diff)
		}
		var paths []string
		for _, p := range f.Places {
			paths = append(paths, p.Path)
		}
		if diff := cmp.Diff([]string{"blob.txt", "notes.txt"}, paths); diff != "" {
			t.Errorf("places (-want +got):\n%s", diff)
		}
		want := []string{
			"secretsweep: looking for 2 values of the vault",
			"secretsweep: 1 value of the vault not looked for, because ordinary texts have the same",
			"secretsweep: not looked for: web/prod SECRET_2 (version 2, current): everybody knows it, or it says what it is for",
		}
		if got := strings.Split(strings.TrimSpace(stderr.String()), "\n"); !slices.Equal(got, want) {
			t.Errorf("stderr: got %q, want %q", got, want)
		}
		for _, v := range values {
			if strings.Contains(stdout.String()+stderr.String(), v) {
				t.Error("a value is written")
			}
		}
		if got := sum.New == 0; got != baseline {
			t.Errorf("with a baseline %v: %d are new", baseline, sum.New)
		}
		write(".secretsweep-baseline.json", fmt.Sprintf(`{%q: {"rule": "known-secret"}, "version": 1}`, f.Fingerprint))
	}
}

// TestKnownLog shows that looking for the values of a vault is in its log once for each
// environment, and reads none of them.
func TestKnownLog(t *testing.T) {
	owner, _ := newOwner(t)
	for _, env := range []string{"dev", "prod"} {
		for _, name := range []string{"ONE", "TWO"} {
			owner.must("secret", "set", name, "-e", env, "--generate", "hex")
		}
	}
	leak := filepath.Join(t.TempDir(), "leak")
	if err := os.WriteFile(leak, []byte(owner.must("secret", "get", "ONE", "-e", "prod")), 0o666); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := owner.run("scan", "--known", leak); status != statusLeaks {
		t.Fatalf("exit status %d\n%s", status, stderr)
	}
	sh := shell{getenv: func(name string) string { return owner.env[name] }}
	d, err := new(vaultFlags).open(t.Context(), sh)
	if err != nil {
		t.Fatal(err)
	}
	var verbs []string
	err = d.Log(t.Context(), vault.Filter{}, func(l vault.Logged) error {
		if l.Verb == "match" || l.Verb == "read" {
			verbs = append(verbs, l.Verb+" "+l.Env+" "+l.Name)
		}
		return nil
	})
	d.close(t.Context(), &err)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"read prod ONE", "match dev ", "match prod "}, verbs); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
}
