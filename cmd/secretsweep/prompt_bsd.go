//go:build unix && !linux

package main

import "golang.org/x/sys/unix"

// inputQueue asks how many bytes wait to be read: FIONREAD of sys/filio.h.
const inputQueue = 0x4004667f

// flushInput is tcflush(3). 1 stands for what was not read yet, FREAD in sys/fcntl.h.
func flushInput(terminal int) error { return unix.IoctlSetPointerInt(terminal, unix.TIOCFLUSH, 1) }
