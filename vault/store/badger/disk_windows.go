package badger

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// free is how many bytes can still be written to the disk that a folder is on.
func free(dir string) (uint64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var bytes uint64
	if err := windows.GetDiskFreeSpaceEx(path, &bytes, nil, nil); err != nil {
		return 0, fmt.Errorf("room on the disk of %s: %w", dir, err)
	}
	return bytes, nil
}

// writable isn't asked on Windows: there Badger can't read what it can't change.
func writable(string) error { return nil }
