package main

import "golang.org/x/sys/unix"

// forbidDumps keeps the memory of this process from core dumps, and from other processes
// of the same user: those of a crash handler, too, which is no file and has no limit. It
// gives what takes that back. It is a help and no promise, so that failing isn't an error.
func forbidDumps() (allow func()) {
	restore := limitCore()
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	return func() {
		_ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
		restore()
	}
}
