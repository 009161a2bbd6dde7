//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// TestOffboardKilled kills the command at random moments and runs it again: then who left
// opens nothing, the list says what they have seen, and the vault is sound.
func TestOffboardKilled(t *testing.T) {
	const (
		rounds  = 24
		secrets = 60
	)
	owner, id := newOwner(t)
	for i := range secrets {
		owner.must("secret", "set", fmt.Sprintf("KEY%d", i), "-e", "dev", "--generate", "hex")
	}
	whole := timeOf(t, owner, id)
	killed, early := 0, 0
	for round := range rounds {
		name := fmt.Sprint("mallory", round)
		them := owner.admit(id, name, "developer", "*/dev")
		value := them.must("secret", "get", "KEY7", "-e", "dev")
		list := filepath.Join(t.TempDir(), "list.json")
		cmd := owner.command("offboard", name, "--yes", "-o", list)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		after := time.Duration((float64(round) + rand.Float64()) / rounds * float64(whole)) // earlier and later ones
		time.AfterFunc(after, func() { cmd.Process.Signal(syscall.SIGKILL) })
		if err := cmd.Wait(); err != nil {
			if cmd.ProcessState.Exited() {
				t.Fatalf("offboard: %v", err)
			}
			killed++
		}
		if status, _, _ := them.run("secret", "get", "KEY7", "-e", "dev"); status == statusOK {
			early++ // killed before anything was done
		}
		owner.must("offboard", name, "--yes", "-o", list)
		if status, stdout, _ := them.run("secret", "get", "KEY7", "-e", "dev"); status == statusOK || stdout != "" {
			t.Errorf("%s has left, and reads", name)
		}
		if n := opens(t, owner, them); n > 0 {
			t.Errorf("%s has left, and opens %d records", name, n)
		}
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		var e exposure
		if err := json.Unmarshal(text, &e); err != nil {
			t.Fatal(err)
		}
		if !e.Left || len(e.Seen) != 1 || e.Seen[0].Name != "KEY7" || e.Seen[0].Rotate != 1 || len(e.CouldHave) != secrets-1 {
			t.Errorf("%s: left %v, saw %d values, could have seen %d", name, e.Left, len(e.Seen), len(e.CouldHave))
		}
		if bytes.Contains(text, []byte(value)) {
			t.Errorf("%s: the list has a value", name)
		}
		if owner.must("secret", "get", "KEY7", "-e", "dev") != value {
			t.Errorf("%s: the owner doesn't read what was there", name)
		}
	}
	sound(t, owner)
	if killed < rounds/4 || early == 0 {
		t.Errorf("%d of %d were killed, %d of them before it was done: too little was tried", killed, rounds, early)
	}
	t.Logf("%d of %d were killed, %d of them before it was done", killed, rounds, early)
}

// command is the program in a process of its own.
func (m member) command(args ...string) *exec.Cmd {
	cmd := exec.Command("secretsweep", args...)
	cmd.Env = os.Environ()
	for name, value := range m.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// timeOf tells how long the command takes that is going to be killed.
func timeOf(t *testing.T, owner member, id string) time.Duration {
	t.Helper()
	owner.admit(id, "first", "developer", "*/dev")
	begin := time.Now()
	if out, err := owner.command("offboard", "first", "--yes").CombinedOutput(); err != nil {
		t.Fatalf("offboard: %v\n%s", err, out)
	}
	return time.Since(begin)
}

// keys gives the identity of somebody who uses the vault.
func (m member) keys() *identity.Identity {
	m.t.Helper()
	file, err := identity.ReadFile(m.env[identityName])
	if err != nil {
		m.t.Fatal(err)
	}
	c, err := file.Unlock(nil)
	if err != nil {
		m.t.Fatal(err)
	}
	return c.Identity
}

// sound makes sure that nothing is wrong with the vault, and that its owner opens all of it.
func sound(t *testing.T, owner member) {
	t.Helper()
	st, err := badger.Open(t.Context(), owner.env[vaultName], badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	id, err := vault.IDOf(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), st, id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := v.Check(t.Context(), owner.keys(), vault.Options{}, audit.Head{})
	if err != nil || len(r.Problems) > 0 || r.Unopened > 0 || r.Values == 0 {
		t.Errorf("check: %+v, %v", r, err)
	}
}

// opens counts the records of the vault that somebody's keys open, whatever they are.
func opens(t *testing.T, owner, them member) int {
	t.Helper()
	keys := them.keys()
	st, err := badger.Open(t.Context(), owner.env[vaultName], badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tried, opened := 0, 0
	err = st.View(t.Context(), func(r store.Reader) error {
		for p, err := range r.Scan(nil) {
			if err != nil {
				return err
			}
			if i := bytes.Index(p.Value, []byte("age-encryption.org/")); i >= 0 {
				tried++
				if _, err := keys.Unwrap(p.Value[i:]); err == nil {
					opened++
				}
			}
		}
		return nil
	})
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	if tried == 0 {
		t.Fatal("there was nothing to open")
	}
	return opened
}
