package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store/storetest"
)

// On a full disk a command says so, and leaves nothing behind.
func TestFullDisk(t *testing.T) {
	u := newPerson(t)
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, []byte(strings.Repeat("v", 900_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	u.want(0, "secret", "set", "LARGE", "-e", "dev", "--file", large)
	backup := filepath.Join(t.TempDir(), "backup")
	u.want(0, "vault", "backup", backup)
	disk := storetest.Disk(t, 256<<10)
	for _, c := range []struct{ what, args string }{
		{"no space left on device", "vault backup " + disk + "/b"},
		{"room", "vault restore " + backup + " --vault " + disk + "/v"},
	} {
		u.says(2, []string{c.what}, strings.Fields(c.args)...)
		if left, err := os.ReadDir(disk); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", c.args, left, err)
		}
	}
}

// On a disk that can't be written to, what only looks works, and what would write says why
// it doesn't.
func TestReadOnlyDisk(t *testing.T) {
	disk := storetest.Disk(t, 128<<20)
	u := newPerson(t)
	vault := filepath.Join(disk, "vault")
	backup := filepath.Join(t.TempDir(), "backup")
	u.want(0, "vault", "backup", backup)
	u.want(0, "vault", "restore", backup, "--vault", vault)
	storetest.ReadOnly(t, disk)
	u.says(0, []string{"nothing is wrong"}, "vault", "check", "--vault", vault)
	u.says(0, []string{"nothing is wrong"}, "audit", "verify", "--vault", vault)
	u.says(2, []string{"read-only file system"}, "secret", "get", "A", "-e", "dev", "--vault", vault)
	u.says(2, []string{"read-only file system"}, "secret", "set", "B", "-e", "dev", "--generate", "hex", "--vault", vault)
}
