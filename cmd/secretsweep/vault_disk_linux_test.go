package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// mount makes a disk of so many bytes.
func mount(t *testing.T, size int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprint("size=", size)); err != nil {
		t.Skipf("this needs the right to mount a disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

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
	disk := mount(t, 256<<10)
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
