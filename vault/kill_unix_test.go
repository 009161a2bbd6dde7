//go:build unix

package vault_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
	"github.com/secretsweep/secretsweep/vault/identity"
	"github.com/secretsweep/secretsweep/vault/store/badger"
)

// The environment variables by which the test binary becomes the writer that is killed.
const (
	victimDir  = "SECRETSWEEP_TEST_VICTIM"
	victimSeed = "SECRETSWEEP_TEST_SEED" // of an identity made for the test
	killsName  = "SECRETSWEEP_TEST_KILLS"
)

// The victim's writers. Each counts up in secrets of its own.
const (
	writers  = 4
	together = 8 // secrets that a writer sets in one act
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		if err := victim(dir, os.Getenv(victimSeed)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestKilled kills a program that writes to a vault, at random moments, and looks after
// each time at what is there: everything that the program was told is written, nothing of
// it in part, and a log that says exactly what the store has.
func TestKilled(t *testing.T) {
	kills := 25
	if text := os.Getenv(killsName); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	acks := 0
	for left := kills; left > 0; left -= round {
		acks += killRound(t, min(left, round))
		if t.Failed() {
			return
		}
	}
	if acks < kills {
		t.Errorf("%d acts were acknowledged before %d kills: nothing was tried", acks, kills)
	}
	t.Logf("%d kills, %d acts acknowledged", kills, acks)
}

// round is how many kills one vault has to bear.
const round = 25

// killRound makes a vault and kills those who write to it.
func killRound(t *testing.T, kills int) (acks int) {
	t.Helper()
	dir, keys := filepath.Join(t.TempDir(), "vault"), identity.New()
	st, err := badger.Create(t.Context(), dir, badger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Init(t.Context(), st, keys, vault.Founding{Name: "olivia", Project: "web", Environments: []string{"dev", "prod"}})
	if err := errors.Join(err, st.Close()); err != nil {
		t.Fatal(err)
	}
	told := make([]int, writers) // by writer, the last count that is written for sure
	for range kills {
		acks += killOne(t, dir, keys, told)
		st, err := badger.Open(t.Context(), dir, badger.Options{})
		if err != nil {
			t.Fatal(err)
		}
		verify(t, st, v.ID(), keys, told)
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			break
		}
	}
	return acks
}

// killOne runs a victim until a random moment after its first acknowledgement.
func killOne(t *testing.T, dir string, keys *identity.Identity, told []int) (acks int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir, victimSeed+"="+hex.EncodeToString(keys.Seed()))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var once sync.Once
	for lines.Scan() {
		once.Do(func() {
			time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { cmd.Process.Signal(syscall.SIGKILL) })
		})
		var writer, count int
		if _, err := fmt.Sscanf(lines.Text(), "wrote %d %d", &writer, &count); err != nil {
			continue // cut by the kill
		}
		told[writer] = max(told[writer], count)
		acks++
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("the victim ended by itself: %v", err)
	}
	return acks
}

// verify looks at a vault after a kill. What a writer was about to write when it was
// killed may be there, as a whole.
func verify(t *testing.T, st *badger.Store, id [32]byte, keys *identity.Identity, told []int) {
	t.Helper()
	v, err := vault.Open(t.Context(), st, id)
	if err != nil {
		t.Fatal(err)
	}
	report, err := v.Check(t.Context(), keys, vault.Options{}, audit.Head{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Errorf("check: %s: %v", p.What, p.Err)
	}
	s, err := v.Session(t.Context(), keys, vault.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	got, err := s.GetScope(t.Context(), "web", "dev", vault.Which{}, func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	counts := make(map[int][]int)
	for _, one := range got {
		var writer, nth int
		if _, err := fmt.Sscanf(one.Name, "W%d_%d", &writer, &nth); err != nil {
			t.Fatalf("a secret that nobody set: %s", one.Name)
		}
		text, _, _ := strings.Cut(one.Value.Reveal(), " ")
		count, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal("a value that nobody set")
		}
		counts[writer] = append(counts[writer], count)
	}
	for writer, last := range told {
		have := counts[writer]
		if last == 0 && len(have) == 0 {
			continue
		}
		if len(have) != together {
			t.Errorf("writer %d: %d of %d secrets that are set together", writer, len(have), together)
			continue
		}
		for _, count := range have {
			if count != have[0] {
				t.Errorf("writer %d: a part of an act: %v", writer, have)
				break
			}
		}
		if have[0] < last || have[0] > last+1 {
			t.Errorf("writer %d: %d is there, and %d was acknowledged", writer, have[0], last)
		}
		told[writer] = have[0]
	}
}

// victim writes until it is killed, and prints a line for each act that was acknowledged.
func victim(dir, seed string) error {
	raw, err := hex.DecodeString(seed)
	if err != nil {
		return err
	}
	keys, err := identity.FromSeed(raw)
	if err != nil {
		return err
	}
	ctx := context.Background()
	st, err := badger.Open(ctx, dir, badger.Options{})
	if err != nil {
		return err
	}
	id, err := vault.IDOf(ctx, st)
	if err != nil {
		return err
	}
	v, err := vault.Open(ctx, st, id)
	if err != nil {
		return err
	}
	failed := make(chan error)
	for w := range writers {
		go func() { failed <- write(v, keys, w) }()
	}
	go func() { failed <- upset(v, keys) }()
	return <-failed
}

// write sets a writer's secrets to one count after the other.
func write(v *vault.Vault, keys *identity.Identity, writer int) error {
	s, err := v.Session(context.Background(), keys, vault.Options{})
	if err != nil {
		return err
	}
	count := 0
	if got, err := s.Get(context.Background(), writtenRef(writer, 0), vault.Which{}); err == nil {
		text, _, _ := strings.Cut(got.Value.Reveal(), " ")
		if count, err = strconv.Atoi(text); err != nil {
			return err
		}
	}
	for {
		count++
		padding := strings.Repeat("x", rand.IntN(3_000)+1)
		if rand.IntN(10) == 0 {
			padding = strings.Repeat("x", 200_000) // eight of these don't fit into one of Badger's transactions
		}
		var changes []vault.Change
		for n := range together {
			changes = append(changes, vault.Change{Ref: writtenRef(writer, n), Value: secret.New(fmt.Sprint(count, " ", padding))})
		}
		if _, err := s.SetAll(context.Background(), changes); err != nil {
			return err
		}
		if _, err := io.WriteString(os.Stdout, fmt.Sprintf("wrote %d %d\n", writer, count)); err != nil {
			return err
		}
	}
}

func writtenRef(writer, nth int) vault.Ref {
	return vault.Ref{Project: "web", Environment: "dev", Name: fmt.Sprintf("W%d_%d", writer, nth)}
}

// upset gives the environment new keys, and destroys values, all the time.
func upset(v *vault.Vault, keys *identity.Identity) error {
	s, err := v.Session(context.Background(), keys, vault.Options{})
	if err != nil {
		return err
	}
	for {
		name := fmt.Sprintf("job%d", rand.Uint64())
		_, err := s.CreateToken(context.Background(), vault.Token{Name: name, Project: "web", Env: "dev"})
		if err == nil {
			err = s.Retire(context.Background(), name)
		}
		if err == nil {
			other := vault.Ref{Project: "web", Environment: "prod", Name: name}
			if _, err = s.Set(context.Background(), vault.Change{Ref: other, Value: secret.New("soon")}); err == nil {
				_, err = s.Destroy(context.Background(), other, 0)
			}
		}
		if err != nil {
			return err
		}
	}
}
