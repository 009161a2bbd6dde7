package badger_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/vault/store"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// killsName is the environment variable that says how many processes TestKilled kills.
const killsName = "SECRETSWEEP_TEST_KILLS"

// TestKilled kills a process that writes and rewrites at any moment, again and again, and
// looks whether all is there that it said it had written, and no transaction in part.
func TestKilled(t *testing.T) {
	rounds := 40
	if text := os.Getenv(killsName); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "store")
	s, err := badger.Create(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	said := make([]int, len(workers)) // the last group of each worker
	for w := range said {
		said[w] = -1
	}
	// A slow machine needs more rounds, and longer ones, to do anything worth looking at.
	for round := 0; round < rounds || slices.Min(said) < kept && round < 5*rounds; round++ {
		killed(t, dir, said, time.Duration(1+round/rounds)*300*time.Millisecond)
		verify(t, dir, said)
		if t.Failed() {
			return
		}
	}
	for w, group := range said {
		if group < kept {
			t.Errorf("worker %d wrote %d groups in all, too few to show anything", w, group+1)
		}
	}
}

// killed lets a child work for as long as most, and notes in said what it says.
func killed(t *testing.T, dir string, said []int, most time.Duration) {
	var next []string
	for _, group := range said {
		next = append(next, strconv.Itoa(group+1))
	}
	cmd := child(t, "work", dir, next...)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(rand.N(most), func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var w, group int
		if _, err := fmt.Sscan(lines.Text(), &w, &group); err != nil {
			t.Fatalf("the child says %q", lines.Text())
		}
		said[w] = group
	}
	_ = cmd.Wait()
	if complaint.Len() > 0 {
		t.Errorf("the child complains: %s", complaint.String())
	}
}

// verify looks whether there are the groups that were said to be, or one more of a
// worker, and notes that in said.
func verify(t *testing.T, dir string, said []int) {
	s, err := badger.Open(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.View(t.Context(), func(r store.Reader) error {
		for w := range workers {
			_, err := r.Get(groupKey(w, said[w]+1, 0))
			if err == nil {
				said[w]++
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
			group, i := max(0, said[w]-kept+1), 0
			for p, err := range r.Scan(fmt.Appendf(nil, "%d/", w)) {
				if err != nil {
					return err
				}
				value := strings.Repeat(string(rune('a'+group%26)), workers[w].size)
				if string(p.Key) != string(groupKey(w, group, i)) || string(p.Value) != value {
					t.Errorf("worker %d, after group %d: found %q where group %d, key %d was expected", w, said[w], p.Key, group, i)
					return nil
				}
				if i++; i == workers[w].keys {
					group, i = group+1, 0
				}
			}
			if group != said[w]+1 || i != 0 {
				t.Errorf("worker %d, after group %d: key %d of group %d is missing", w, said[w], i, group)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
