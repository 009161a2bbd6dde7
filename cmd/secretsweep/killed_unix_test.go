//go:build unix

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestCommandsKilled has several people's worth of commands at one vault at once, of which
// some are killed at random moments: every value that a command said it had set is there,
// no reader gets an older one, and in the end the vault is sound.
//
// SECRETSWEEP_TEST_KILLS says how many commands each runs that may be killed.
func TestCommandsKilled(t *testing.T) {
	commands := 12
	if text := os.Getenv("SECRETSWEEP_TEST_KILLS"); text != "" {
		var err error
		if commands, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	owner, _ := newOwner(t)
	const together = 4
	var set, killed atomic.Int64
	var last [together]int
	var all sync.WaitGroup
	for w := range together {
		all.Go(func() {
			name := fmt.Sprint("W", w)
			tried := 0
			for range commands {
				tried++
				if runKilled(t, owner.command("secret", "set", name, "-e", "dev"), fmt.Sprint(tried), &killed) != "" {
					last[w] = tried
					set.Add(1)
				}
				if last[w] > 0 {
					got := runKilled(t, owner.command("secret", "get", name, "-e", "dev"), "", &killed)
					if n, err := strconv.Atoi(got); got != "" && (err != nil || n < last[w]) {
						t.Errorf("%s: read %s, and %d was set", name, got, last[w])
					}
				}
				token := fmt.Sprint("t", w, "-", tried)
				if runKilled(t, owner.command("token", "create", token, "-e", "dev", "--expires", "1d"), "", &killed) != "" {
					runKilled(t, owner.command("token", "revoke", token), "", &killed)
				}
			}
		})
	}
	all.Wait()
	for w, want := range last {
		if want == 0 {
			continue
		}
		got, err := strconv.Atoi(owner.must("secret", "get", fmt.Sprint("W", w), "-e", "dev"))
		if err != nil || got < want {
			t.Errorf("W%d: %d is there, and %d was set, %v", w, got, want, err)
		}
	}
	sound(t, owner)
	if killed.Load() < together || set.Load() < together {
		t.Errorf("%d were killed, and %d values set: too little was tried", killed.Load(), set.Load())
	}
	t.Logf("%d were killed, %d values set", killed.Load(), set.Load())
}

// runKilled runs a command, and kills every third one within the time that it takes. It
// gives what the command printed, "" if it was killed.
func runKilled(t *testing.T, cmd *exec.Cmd, stdin string, killed *atomic.Int64) string {
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return ""
	}
	if rand.IntN(3) == 0 {
		after := time.Duration(rand.IntN(100_000)) * time.Microsecond
		defer time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGKILL) }).Stop()
	}
	err := cmd.Wait()
	switch {
	case err == nil:
		return stdout.String()
	case !cmd.ProcessState.Exited():
		killed.Add(1)
		return ""
	}
	t.Errorf("%q: %v: %s", cmd.Args[1:], err, stderr.String())
	return ""
}
