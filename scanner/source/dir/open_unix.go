//go:build !windows

package dir

import (
	"errors"
	"os"
	"syscall"
)

// openFile opens a file for reading. It does not follow a link, and does not
// wait on a pipe that took the file's place.
func openFile(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}

// isLink tells whether openFile met a link. BSDs have other words for it.
func isLink(err error) bool {
	return errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK)
}
