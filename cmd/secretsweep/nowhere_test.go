package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault"
)

// TestNowhere uses a vault in every way, and then looks for its values, in plain text and
// encoded, in everything that was written to disk, and in everything that was printed by
// commands that weren't asked for a value.
func TestNowhere(t *testing.T) {
	home := t.TempDir()
	work := filepath.Join(home, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(home, "tmp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"HOME": home, "USERPROFILE": home, "XDG_CONFIG_HOME": filepath.Join(home, ".config"), "XDG_DATA_HOME": filepath.Join(home, ".data"),
		"XDG_CACHE_HOME": filepath.Join(home, ".cache"), "TMPDIR": temp, "TMP": temp, "TEMP": temp,
		vaultName: "", identityName: "", tokenName: "", passphraseName: "",
	} {
		t.Setenv(name, value)
	}
	t.Chdir(work)

	var values []string
	var printed bytes.Buffer // by commands that print no value
	command := func(status int, stdin string, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		got := run(t.Context(), args, shell{strings.NewReader(stdin), &stdout, &stderr, os.Getenv})
		if got != status {
			t.Fatalf("%q: status %d, want %d: %s", args, got, status, stderr.String())
		}
		printed.Write(stderr.Bytes())
		return stdout.String()
	}
	quiet := func(args ...string) { t.Helper(); printed.WriteString(command(0, "", args...)) }
	refused := func(args ...string) { t.Helper(); printed.WriteString(command(2, "", args...)) }
	value := func() string {
		t.Helper()
		v, err := vault.Generate(vault.Generator{Kind: "password", Length: 40})
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v.Reveal())
		return v.Reveal()
	}

	quiet("vault", "init", "--project", "web", "--name", "alice", "--no-recovery")
	printed.WriteString(command(0, value(), "secret", "set", "ONE", "-e", "dev"))
	printed.WriteString(command(0, value(), "secret", "set", "ONE", "-e", "dev", "--grace", "1h"))
	printed.WriteString(command(0, value(), "secret", "set", "ONE", "-e", "prod"))
	printed.WriteString(command(0, strings.Repeat(value(), 20_000), "secret", "set", "LARGE", "-e", "dev"))
	if got := command(0, "", "secret", "get", "ONE", "-e", "dev"); got != values[1] {
		t.Fatal("the value is another one")
	}
	quiet("secret", "list", "-e", "dev", "-f", "json")
	refused("secret", "get", "ONE", "-e", "dev", "--version", "9")
	refused("secret", "set", "ONE", "-e", "dev", "--if-version", "7", "--generate", "hex")
	printed.WriteString(command(2, value()+"\x00", "secret", "set", "NUL", "-e", "dev"))
	printed.WriteString(command(2, strings.Repeat(value(), 30_000), "secret", "set", "HUGE", "-e", "dev"))

	// Ways by which values are meant to come out, and where they lie afterwards.
	if err := os.WriteFile("app.tmpl", []byte("db={{secret ONE | json}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	meant := []string{"pulled.env", "pulled.json", "app.conf"}
	printed.WriteString(command(0, "", "pull", "pulled.env", "-e", "prod"))
	printed.WriteString(command(0, "", "pull", "pulled.json", "-e", "prod", "--only", "ONE"))
	printed.WriteString(command(0, "", "inject", "app.tmpl", "-e", "dev", "-o", "app.conf"))
	for _, name := range meant {
		data, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(data, []byte(values[1])) && !bytes.Contains(data, []byte(values[2])) {
			t.Fatalf("%s lacks the value that it is for, %v", name, err)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}

	// Everything else.
	printed.WriteString(command(0, value(), "secret", "set", "TWO", "-e", "staging"))
	quiet("secret", "copy", "ONE", "-e", "dev", "--to-env", "staging")
	quiet("secret", "move", "TWO", "THREE", "-e", "staging")
	quiet("secret", "history", "ONE", "-e", "dev", "-f", "json")
	quiet("secret", "diff", "-e", "dev", "--with", "staging")
	quiet("secret", "diff", "-e", "dev", "--from", "1", "-f", "json")
	quiet("secret", "rollback", "ONE", "-e", "dev")
	quiet("secret", "rm", "LARGE", "-e", "dev")
	quiet("secret", "destroy", "THREE", "-e", "staging", "--yes")
	refused("secret", "get", "THREE", "-e", "staging")
	token := command(0, "", "token", "create", "job", "-e", "prod", "--secret", "ONE", "--expires", "1d")
	values = append(values, strings.TrimSpace(token)) // is one of those that nobody may find
	quiet("vault", "bundle", "job.bundle", "--for", "job", "--expires", "1h")
	t.Setenv(tokenName, strings.TrimSpace(token))
	if got := command(0, "", "secret", "get", "ONE", "-e", "prod"); got != values[2] {
		t.Fatal("the token reads another value")
	}
	refused("secret", "get", "DB", "-e", "prod")
	refused("secret", "set", "ONE", "-e", "prod", "--generate", "hex")
	printed.WriteString(command(127, "", "run", "--bundle", "job.bundle", "--", "no-such-command"))
	t.Setenv(tokenName, strings.TrimSpace(token)[:60])
	refused("secret", "list", "-e", "prod")
	t.Setenv(tokenName, "")
	quiet("token", "list", "-f", "json")
	quiet("access", "list")
	quiet("access", "explain", "ONE", "-e", "prod")
	quiet("user", "list", "-f", "json")
	quiet("vault", "status", "-f", "json")
	quiet("vault", "backup", "backup")
	quiet("vault", "check")
	quiet("audit", "log")
	quiet("audit", "log", "-f", "json")
	quiet("audit", "checkpoint")
	quiet("audit", "verify")
	quiet("audit", "export", "-o", "audit.jsonl")
	quiet("offboard", "job", "--yes", "-f", "json")
	if err := os.WriteFile("leak.txt", []byte("nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	quiet("scan", "--known", "leak.txt")
	quiet("secret", "list", "-e", "dev")

	files := 0
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		look(t, strings.TrimPrefix(path, home), data, values)
		look(t, "a file's name", []byte(path), values)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 5 || printed.Len() < 500 {
		t.Errorf("looked at %d files and %d printed bytes: that is not all", files, printed.Len())
	}
	look(t, "what was printed", printed.Bytes(), values)
}

// look reports values that stand in data.
func look(t *testing.T, where string, data []byte, values []string) {
	t.Helper()
	for i, v := range values {
		for form, text := range map[string]string{
			"plain": v, "hex": hex.EncodeToString([]byte(v)),
			// The parts of base64 that don't depend on what stands around it.
			"base64": base64.RawStdEncoding.EncodeToString([]byte(v))[:50],
			"a part": v[8:24],
		} {
			if bytes.Contains(data, []byte(text)) {
				t.Errorf("value %d stands in %s, %s", i, where, form)
			}
		}
	}
}
