package main

import "golang.org/x/sys/unix"

// flushInput is tcflush(3).
func flushInput(terminal int) error { return unix.IoctlSetInt(terminal, unix.TCFLSH, unix.TCIFLUSH) }
