//go:build unix

package main

import "golang.org/x/sys/unix"

// discardTyped throws away what was typed and not read yet, and tells whether there was
// any. A paste comes in parts: it waits for more as long as nobody would type.
func discardTyped(terminal int) (some bool) {
	const patience = 30 // milliseconds
	for {
		waiting := []unix.PollFd{{Fd: int32(terminal), Events: unix.POLLIN}}
		if n, err := unix.Poll(waiting, patience); err != nil || n == 0 || waiting[0].Revents&unix.POLLIN == 0 {
			return some
		}
		// An end of input that was typed makes it readable, too, and is nothing.
		if bytes, err := unix.IoctlGetInt(terminal, inputQueue); err != nil || bytes == 0 {
			return some
		}
		some = true
		if flushInput(terminal) != nil {
			return some
		}
	}
}
