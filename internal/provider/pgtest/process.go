package pgtest

import (
	"os/exec"
	"runtime"
)

// start starts a program as the server's user, and gives what tells when it has ended. On
// Linux the program is stopped when the thread ends that has started it, which therefore
// lasts as long as the program does, and ends at the latest with the test.
func start(cmd *exec.Cmd) (ended <-chan error, err error) {
	if err := asOwner(cmd); err != nil {
		return nil, err
	}
	stopWithUs(cmd)
	started, end := make(chan error), make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			end <- cmd.Wait()
			close(end)
		}
	}()
	return end, <-started
}
