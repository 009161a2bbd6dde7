package storetest

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// Disk mounts a disk of so many bytes for a test, which is skipped where that takes a right
// that it doesn't have.
func Disk(t *testing.T, size int) (dir string) {
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

// ReadOnly makes a disk one that nobody can write to, root neither.
func ReadOnly(t *testing.T, disk string) {
	t.Helper()
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}
