//go:build unix

package badger_test

import (
	"bufio"
	"syscall"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// TestStopped stops a process that waits, as a terminal does: others go past it.
func TestStopped(t *testing.T) {
	holding, dir := create(t, badger.Options{})
	defer closeStore(t, holding)
	set(t, holding, "a", "1")
	cmd := child(t, "wait", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = holding.View(t.Context(), func(store.Reader) error {
		if err := cmd.Start(); err != nil {
			return err
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Errorf("the child says %q, %v", line, err)
		}
		return cmd.Process.Signal(syscall.SIGSTOP)
	})
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, holding)
	other, err := badger.Open(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, other)
	if got, err := get(other, "a"); got != "1" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	closeStore(t, other)
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the one that was stopped: %v", err)
	}
}
