//go:build unix

package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// stages are what "rotate auto" says when a driver has come to a stage, in order.
var stages = []string{
	"that is in the log, and the new value is kept", "the new value was made", "it works", "the vault has it",
	"the old value is about to be ended", "it was ended",
}

func postgresDrivers() []string { return []string{"postgres-users", "postgres-password"} }

// TestRotatePostgres leads a leaked database password from its leak to its end, while a
// program uses the database.
func TestRotatePostgres(t *testing.T) {
	for _, driver := range postgresDrivers() {
		t.Run(driver, func(t *testing.T) {
			e := newEstate(t, driver)
			e.lead(func(_ int, cmd *exec.Cmd) error { return cmd.Run() })
		})
	}
}

// TestRotateKilledAfterStages has each program that rotates be killed right after the next
// stage is in the log.
func TestRotateKilledAfterStages(t *testing.T) {
	for _, driver := range postgresDrivers() {
		t.Run(driver, func(t *testing.T) {
			e := newEstate(t, driver)
			next := 0
			e.lead(func(_ int, cmd *exec.Cmd) error {
				if next < len(stages) {
					cmd.Path, cmd.Args[0] = killedProgram(t), killedName
					cmd.Env = append(cmd.Env, killAtName+"="+stages[next])
				}
				err := cmd.Run()
				if err != nil && !cmd.ProcessState.Exited() {
					next++
				}
				return err
			})
			if next != len(stages) {
				t.Errorf("it was killed after %d of %d stages", next, len(stages))
			}
		})
	}
}

// TestRotateKilled has each program that rotates be killed at a random moment, until one of
// them comes to its end.
//
// SECRETSWEEP_TEST_KILLS says how many lives of leaks are led so.
func TestRotateKilled(t *testing.T) {
	lives := 2
	if text := os.Getenv("SECRETSWEEP_TEST_KILLS"); text != "" {
		var err error
		if lives, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	killed := 0
	for life := range lives {
		e := newEstate(t, postgresDrivers()[life%2])
		e.lead(func(try int, cmd *exec.Cmd) error {
			if try >= 12 {
				return cmd.Run()
			}
			if err := cmd.Start(); err != nil {
				return err
			}
			// The first one of a life has hardly begun then, wherever this runs; a late one is through.
			after := time.Duration(rand.IntN(40_000<<(try%6))) * time.Microsecond
			timer := time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
			defer timer.Stop()
			err := cmd.Wait()
			if err != nil && !cmd.ProcessState.Exited() {
				killed++
			}
			return err
		})
	}
	if killed < lives {
		t.Errorf("%d programs were killed in %d lives: too little was tried", killed, lives)
	}
	t.Logf("%d programs were killed in %d lives", killed, lives)
}

func killedProgram(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath(killedName)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
