package badger_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// childRole is the variable of the environment that makes the test binary a program that
// uses the store, and then exits.
const childRole = "STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	role, ok := os.LookupEnv(childRole)
	if !ok {
		os.Exit(m.Run())
	}
	o := badger.Options{Holder: "child"}
	if role == "wait" {
		o.Waiting = func(string) { fmt.Println("waiting") }
	}
	s, err := badger.Open(context.Background(), os.Args[1], o)
	if err == nil {
		err = map[string]func(*badger.Store) error{"work": work, "count": countUp, "read": readAll, "wait": readAll}[role](s)
	}
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		if corrupt := (*store.CorruptError)(nil); errors.As(err, &corrupt) {
			os.Exit(exitCorrupt)
		}
		os.Exit(exitOther)
	}
}

const (
	exitOther   = 3
	exitCorrupt = 4
)

// child is the command that runs the test binary in a role.
func child(t *testing.T, role, dir string, args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, append([]string{dir}, args...)...)
	cmd.Env = append(os.Environ(), childRole+"="+role)
	return cmd
}

// workers each write group after group, of this many keys and bytes in each. The last
// two need more than one transaction of Badger's.
var workers = []struct{ keys, size int }{{1, 10}, {7, 300}, {50, 2000}, {3, 600_000}, {11_000, 8}}

// kept is how many groups of a worker are there: with a new one the oldest goes.
const kept = 3

// work writes groups, each in one transaction, and says so after each, until it is killed.
// Its arguments are the first group of each worker.
func work(s *badger.Store) error {
	var all sync.WaitGroup
	failed := make(chan error, len(workers)+1)
	for w := range workers {
		first, err := strconv.Atoi(os.Args[2+w])
		if err != nil {
			return err
		}
		all.Go(func() {
			for group := first; ; group++ {
				if err := s.Update(context.Background(), func(tx store.Tx) error { return writeGroup(tx, w, group) }); err != nil {
					failed <- err
					return
				}
				fmt.Printf("%d %d\n", w, group)
			}
		})
	}
	all.Go(func() {
		for {
			if err := s.Rewrite(context.Background()); err != nil {
				failed <- err
				return
			}
		}
	})
	return <-failed
}

func writeGroup(tx store.Tx, w, group int) error {
	value := []byte(strings.Repeat(string(rune('a'+group%26)), workers[w].size))
	for i := range workers[w].keys {
		if err := tx.Set(groupKey(w, group, i), value); err != nil {
			return err
		}
		if group >= kept {
			if err := tx.Delete(groupKey(w, group-kept, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func groupKey(w, group, i int) []byte { return fmt.Appendf(nil, "%d/%06d/%06d", w, group, i) }

// countUp adds to a counter, as many times as its argument says.
func countUp(s *badger.Store) error {
	times, err := strconv.Atoi(os.Args[2])
	for range times {
		err = errors.Join(err, s.Update(context.Background(), increment))
	}
	return err
}

func increment(tx store.Tx) error {
	n := 0
	if value, err := tx.Get([]byte("count")); err == nil {
		if n, err = strconv.Atoi(string(value)); err != nil {
			return err
		}
	} else if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return tx.Set([]byte("count"), []byte(strconv.Itoa(n+1)))
}

// readAll writes out everything, and changes something.
func readAll(s *badger.Store) error {
	out := bufio.NewWriter(os.Stdout)
	err := s.View(context.Background(), func(r store.Reader) error {
		for p, err := range r.Scan(nil) {
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%q %q\n", p.Key, p.Value)
		}
		return nil
	})
	if err == nil {
		err = s.Update(context.Background(), func(tx store.Tx) error { return tx.Delete([]byte("none")) })
	}
	return errors.Join(err, out.Flush())
}
