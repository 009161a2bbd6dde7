//go:build unix

package main

import "golang.org/x/sys/unix"

// limitCore lets core dumps have no bytes, and gives what takes that back.
func limitCore() (restore func()) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &before); err != nil {
		return func() {}
	}
	none := before
	none.Cur = 0
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &none)
	return func() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &before) }
}
