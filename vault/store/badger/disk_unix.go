//go:build darwin || freebsd || linux

package badger

import (
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// free is how many bytes can still be written to the disk that a folder is on.
func free(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, fmt.Errorf("room on the disk of %s: %w", dir, err)
	}
	return uint64(max(s.Bavail, 0)) * uint64(s.Bsize), nil
}

// writable gives an error if a folder can't be changed.
func writable(dir string) error {
	if err := unix.Access(dir, unix.W_OK); err != nil {
		return &fs.PathError{Op: "write to", Path: dir, Err: err}
	}
	return nil
}
