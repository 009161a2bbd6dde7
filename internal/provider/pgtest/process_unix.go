//go:build unix

package pgtest

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is the user that servers are run as; nil for the one that the test is run as.
func owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

// asOwner makes a program run as the servers' user.
func asOwner(cmd *exec.Cmd) error {
	who, err := owner()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	return err
}

// giveAway gives a folder and all that is in it to the servers' user.
func giveAway(dir string) error {
	who, err := owner()
	if who == nil {
		return err
	}
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, int(who.Uid), int(who.Gid))
	})
}

// interrupt makes a server end its sessions and stop.
func interrupt(p *os.Process) error { return p.Signal(syscall.SIGINT) }
