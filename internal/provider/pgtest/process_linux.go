package pgtest

import (
	"os/exec"
	"syscall"
)

// stopWithUs has the kernel stop a server when the test is gone, however it went. At SIGQUIT
// a server ends at once, with all its processes.
func stopWithUs(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT }
