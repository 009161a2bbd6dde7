package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/internal/provider/pgtest"
	"github.com/secretsweep/secretsweep/vault"
)

// TestDatabase asks a PostgreSQL server about a password that lies in a repository, has it
// replaced, and asks again: about what was found, and about its record.
func TestDatabase(t *testing.T) {
	needGit(t)
	server := pgtest.Start(t, pgtest.Options{})
	made, err := vault.Generate(vault.Generator{Kind: "password", Length: 30, Alphabet: "abcdefghjkmnpqrstuvwxyz23456789"})
	if err != nil {
		t.Fatal(err)
	}
	password := made.Reveal()
	server.Query("CREATE ROLE app LOGIN PASSWORD '" + password + "'; CREATE DATABASE app OWNER app")
	repo := t.TempDir()
	runGit(t, repo, "init", "-q")
	if err := os.WriteFile(filepath.Join(repo, "app.env"), []byte("DATABASE_URL="+server.URL("app", password, "app")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runGit(t, repo, "add", "app.env")
	runGit(t, repo, "commit", "-qm", "first")
	owner, _ := newOwner(t)
	var said strings.Builder
	says := func(status int, wants []string, args ...string) {
		t.Helper()
		got, stdout, stderr := owner.run(args...)
		said.WriteString(stdout + stderr)
		if got != status {
			t.Errorf("%v: exit status %d, want %d", args, got, status)
		}
		for _, want := range wants {
			if !strings.Contains(stdout+stderr, want) {
				t.Errorf("%v: says no %q:\n%s%s", args, want, stdout, stderr)
			}
		}
	}
	allow := "--allow-host=" + server.Address()

	says(1, []string{"127.0.0.1 is named by the address itself, and has to be allowed", "verdicts  1 unknown"}, "scan", "--verify", repo)
	says(1, []string{"asking 127.0.0.1 about 1 value", "verdict: live, says 127.0.0.1 (logged in)"}, "scan", "--verify", allow, repo)
	says(0, nil, "import", repo, "--yes", "-p", "web")
	says(2, []string{"has to be allowed"}, "rotate", "verify", "DATABASE_URL")
	says(1, []string{"live", "logged in"}, "rotate", "verify", "DATABASE_URL", allow)
	says(2, []string{"it can't revoke itself"}, "rotate", "revoke", "DATABASE_URL", allow)
	says(0, []string{"the vault has it", "dead"}, "rotate", "auto", "DATABASE_URL", "--driver", "postgres-password", allow)
	says(0, []string{"dead", "wrong password (28P01)"}, "rotate", "verify", "DATABASE_URL", allow)
	says(1, []string{"verdict: dead, says 127.0.0.1 (the server refuses it: wrong password (28P01))"}, "scan", "--verify", allow, repo)
	if next := owner.must("secret", "get", "DATABASE_URL", "-e", "dev"); next == server.URL("app", password, "app") || strings.Contains(said.String(), next) {
		t.Error("the vault has the old value, or the new one was said")
	}
	if strings.Contains(said.String(), password) || strings.Contains(server.Log(), password) {
		t.Error("the password was said")
	}
}
