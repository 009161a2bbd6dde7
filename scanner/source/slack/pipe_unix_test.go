//go:build unix

package slack

import (
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestPipes has a folder whose list of users is a pipe that nobody writes to.
func TestPipes(t *testing.T) {
	root := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(root, "users.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	is := make(chan bool)
	go func() {
		_, ok := OpenExport(root, Options{})
		is <- ok
	}()
	select {
	case ok := <-is:
		if ok {
			t.Error("it is taken for an export")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it is waited for")
	}
}
