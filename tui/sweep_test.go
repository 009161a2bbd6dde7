package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestSweep shows that leaks are seen while the sweep runs, and that the inventory follows.
func TestSweep(t *testing.T) {
	for name, s := range map[string]size{"80x24": {80, 24}, "200x60": {200, 60}, "60x16": {60, 16}} {
		t.Run(name, func(t *testing.T) {
			d := newDoors(3)
			goOn := make(chan bool)
			d.sweep = func(_ context.Context, progress func(Progress)) {
				for i := range 30 {
					progress(Progress{What: "shop/.git", Done: int64(i), Total: 60, Values: i + 1, Found: []string{fmt.Sprintf("Stripe live key  api/config.py:%d", i)}})
				}
				<-goOn
				progress(Progress{What: "slack.zip", Done: 12345, Values: 31, Found: []string{"Slack bot token  #ops\x1b[31m"}})
				<-goOn
			}
			x := newTerminal(t, d, s, plain, newSweep)
			seen := func(n int) func() bool { return func() bool { return x.now.(*sweep).at.Values == n } }
			x.until("30 values were found", seen(30))
			x.golden("sweep-" + name)
			x.resize(60, 16)
			x.sees("api/config.py:29")
			x.resize(s.width, s.height)
			goOn <- true
			x.until("31 values were found", seen(31))
			x.sees("12345 done", `Slack bot token  #ops\x1b[31m`, "31 different values so far")
			goOn <- true
			x.settle()
			if _, ok := x.now.(*inventory); !ok {
				t.Errorf("the inventory doesn't follow:\n%s", x.screen())
			}
			x.sees("3 values")
		})
	}
}

func TestSweepFails(t *testing.T) {
	d := newDoors(3)
	d.fail = map[string]error{"Sweep": errors.New("read shop: it is no repository")}
	x := newTerminal(t, d, size{80, 24}, plain, newSweep)
	x.settle()
	x.sees("read shop: it is no repository", "r try again")
	x.golden("sweep-failed")
	d.fail = nil
	x.press("r")
	if _, ok := x.now.(*inventory); !ok {
		t.Errorf("the inventory doesn't follow:\n%s", x.screen())
	}
	if got := d.took("Sweep"); len(got) != 2 {
		t.Errorf("it was swept %d times", len(got))
	}
}

// TestGathered shows that nothing of what a sweep says gets lost, however fast it says it.
func TestGathered(t *testing.T) {
	g := &gathered{more: make(chan struct{}, 1), over: make(chan struct{})}
	var all sync.WaitGroup
	const workers, each = 8, 1000
	for w := range workers {
		all.Go(func() {
			for i := range each {
				g.add(Progress{Found: []string{fmt.Sprint(w, i)}})
			}
		})
	}
	all.Wait()
	a, ok := g.look().(advanced)
	if !ok || len(a.Found) != workers*each {
		t.Errorf("%d of %d findings are there", len(a.Found), workers*each)
	}
	close(g.over)
	if got := g.look(); got != nil {
		t.Errorf("after the end there is %v", got)
	}
}

// TestSweepLeft runs the program itself, and shows that ctrl+c ends what is being read before
// the program ends.
func TestSweepLeft(t *testing.T) {
	d := newDoors(3)
	begun, ended := make(chan bool), false
	d.sweep = func(ctx context.Context, _ func(Progress)) {
		close(begun)
		<-ctx.Done()
		time.Sleep(20 * time.Millisecond) // it has something to close
		ended = true
	}
	in, keys := io.Pipe()
	defer keys.Close()
	dark := Dark
	over := make(chan error)
	go func() {
		over <- Migrate(t.Context(), Migration{Paths: []string{"shop"}, Project: "shop", Sweeper: d, Places: d, Drafts: d, Vault: d, After: d},
			Options{Input: in, Output: new(bytes.Buffer), NoColor: true, Background: &dark})
	}()
	<-begun
	if _, err := keys.Write([]byte("\x03")); err != nil {
		t.Fatal(err)
	}
	if err := <-over; err != nil {
		t.Errorf("got error %v", err)
	}
	if !ended {
		t.Error("the sweep goes on")
	}
}

// TestProblemWhole shows all of what is said of a part that wasn't read, however long it is.
func TestProblemWhole(t *testing.T) {
	d := newDoors(3)
	d.swept.Problems = []string{"a: short", "b: " + strings.Repeat("long ", 20) + "end"}
	x := newTerminal(t, d, size{60, 16}, plain, newInventory)
	x.settle()
	x.press("P")
	x.seesNo("end")
	x.press("down")
	x.sees("> b: long", "long end")
}
