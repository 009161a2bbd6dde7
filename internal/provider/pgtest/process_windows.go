package pgtest

import (
	"os"
	"os/exec"
)

// asOwner does nothing: a program runs as the user that the test is run as.
func asOwner(*exec.Cmd) error { return nil }

// giveAway does nothing: a folder is its maker's.
func giveAway(string) error { return nil }

// interrupt stops a server.
func interrupt(p *os.Process) error { return p.Kill() }
