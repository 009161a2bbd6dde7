//go:build !linux

package main

// forbidDumps keeps the memory of this process from core dumps. It gives what takes that
// back. It is a help and no promise, so that failing isn't an error.
func forbidDumps() (allow func()) { return limitCore() }
