package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// Two commands at once both succeed, and neither is lost.
func TestTwoAtOnce(t *testing.T) {
	u := newPerson(t)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			name := fmt.Sprintf("AT_ONCE_%d", i)
			if status, _, stderr := u.run("secret", "set", name, "-e", "dev", "--generate", "uuid"); status != 0 {
				t.Errorf("set: status %d: %s", status, stderr)
			}
			if status, stdout, stderr := u.run("secret", "list", "-e", "dev"); status != 0 || !strings.Contains(stdout, name) {
				t.Errorf("list: status %d: %s%s", status, stdout, stderr)
			}
		})
	}
	all.Wait()
	u.says(0, []string{"opened:   5 secrets", "nothing is wrong"}, "vault", "check")
}

// hook is a writer that calls a function when a text was written.
type hook struct {
	bytes.Buffer
	text string
	call func()
}

func (h *hook) Write(p []byte) (int, error) {
	n, err := h.Buffer.Write(p)
	if h.call != nil && strings.Contains(h.String(), h.text) {
		h.call()
		h.call = nil
	}
	return n, err
}

// Who waits for the vault names who has it.
func TestWaiting(t *testing.T) {
	u := newPerson(t)
	ctx := t.Context()
	other, err := badger.Open(ctx, u.dir, badger.Options{Holder: "secretsweep secret set"})
	if err != nil {
		t.Fatal(err)
	}
	held, release, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		err := other.View(ctx, func(store.Reader) error {
			close(held)
			<-release
			return nil
		})
		done <- err
		done <- other.Close()
	}()
	<-held
	var out bytes.Buffer
	stderr := &hook{text: fmt.Sprintf("waiting for secretsweep secret set (process %d)\n", os.Getpid()), call: func() { close(release) }}
	if status := run(ctx, []string{"secret", "list", "-e", "dev"}, u.shell(strings.NewReader(""), &out, stderr)); status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
	if stderr.call != nil {
		t.Errorf("it didn't wait, or not so: %s", stderr)
		close(release)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// asking is an input that takes its time.
type asking struct {
	asked  chan bool
	answer chan string
	once   sync.Once
}

func (a *asking) Read(p []byte) (int, error) {
	a.once.Do(func() { close(a.asked) })
	text, ok := <-a.answer
	if !ok {
		return 0, io.EOF
	}
	return copy(p, text), nil
}

// While a value is asked for, the vault is free.
func TestAskingLeavesVaultFree(t *testing.T) {
	u := newPerson(t)
	in := &asking{asked: make(chan bool), answer: make(chan string)}
	done := make(chan string)
	go func() {
		var out bytes.Buffer
		status := run(t.Context(), []string{"secret", "set", "SLOW", "-e", "dev"}, u.shell(in, &out, &out))
		done <- fmt.Sprint(status, " ", out.String())
	}()
	<-in.asked
	if got := u.want(0, "secret", "set", "QUICK", "-e", "dev", "--generate", "uuid"); strings.Contains(got, "waiting") {
		t.Errorf("it waited: %s", got)
	}
	in.answer <- "value"
	close(in.answer)
	if got := <-done; !strings.HasPrefix(got, "0 web/dev SLOW: version 1") {
		t.Errorf("got %s", got)
	}
}
