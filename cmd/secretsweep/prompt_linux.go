package main

import "golang.org/x/sys/unix"

// inputQueue asks how many bytes wait to be read.
const inputQueue = unix.TIOCINQ

// flushInput is tcflush(3).
func flushInput(terminal int) error { return unix.IoctlSetInt(terminal, unix.TCFLSH, unix.TCIFLUSH) }
