package badger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/gofrs/flock"

	"github.com/secretsweep/secretsweep/vault/store"
)

// lock is the lock between processes. Who wants it gets hold of the queue first and
// gives that up when it has the lock: so whoever gives up the lock can see that another
// wants it, and comes after it. After some patience it does without: who has the queue may
// be a process that was stopped while it waited.
type lock struct {
	queue, main *flock.Flock
	holder      string // file that names who has it
}

func newLock(dir string) *lock {
	return &lock{
		queue:  flock.New(filepath.Join(dir, "queue")),
		main:   flock.New(filepath.Join(dir, "lock")),
		holder: filepath.Join(dir, "holder"),
	}
}

// take gets the lock. It tries once at least, and then for as long as o says from begin.
func (l *lock) take(ctx context.Context, begin time.Time, o Options) error {
	wait := o.Wait
	if wait == 0 {
		wait = defaultWait
	}
	told, queued := o.Waiting == nil, false
	defer func() {
		if queued {
			_ = l.queue.Unlock()
		}
	}()
	for got := false; !got; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		waited := time.Since(begin)
		if !queued {
			queued, err = l.queue.TryLock()
		}
		if err == nil && (queued || waited >= patience) {
			got, err = l.main.TryLock()
		}
		switch {
		case err != nil:
			return fmt.Errorf("lock the store: %w", err)
		case got:
			continue
		case waited >= wait:
			return &store.LockedError{Holder: l.who()}
		case waited >= longWait && !told:
			told = true
			o.Waiting(l.who())
		}
		select {
		case <-ctx.Done():
		case <-time.After(poll):
		}
	}
	// Who can't say so holds it nevertheless.
	_ = os.WriteFile(l.holder, []byte(strings.TrimLeft(fmt.Sprintf("%s (process %d)", o.Holder, os.Getpid()), " ")), 0o600)
	return nil
}

// wanted tells whether another wants the lock, of the one who has it.
func (l *lock) wanted() bool {
	got, err := l.queue.TryLock()
	if err != nil || !got {
		return err == nil
	}
	_ = l.queue.Unlock()
	return false
}

func (l *lock) release() error { return l.main.Unlock() }

// who names the process that has the lock. Anyone who may write to the folder can have
// written anything there.
func (l *lock) who() string {
	const most = 200
	name := make([]byte, most)
	f, err := os.Open(l.holder)
	if err == nil {
		n, _ := f.Read(name)
		_ = f.Close()
		name = name[:n]
	}
	shown := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, string(name))
	if shown == "" {
		return "another process"
	}
	return shown
}
