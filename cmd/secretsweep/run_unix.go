//go:build unix

package main

import "syscall"

// become puts a program into the place of this one. It comes back only if that can't be.
func become(path string, args, env []string) error { return syscall.Exec(path, args, env) }
