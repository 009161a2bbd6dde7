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
// wants it, and comes after it.
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
	told := o.Waiting == nil
	for _, f := range []*flock.Flock{l.queue, l.main} {
		for {
			if err := ctx.Err(); err != nil {
				return l.giveUpQueue(err)
			}
			got, err := f.TryLock()
			if err != nil {
				return l.giveUpQueue(fmt.Errorf("lock the store: %w", err))
			}
			if got {
				break
			}
			waited := time.Since(begin)
			if waited >= wait {
				return l.giveUpQueue(&store.LockedError{Holder: l.who()})
			}
			if waited >= longWait && !told {
				told = true
				o.Waiting(l.who())
			}
			select {
			case <-ctx.Done():
			case <-time.After(poll):
			}
		}
	}
	if err := l.queue.Unlock(); err != nil {
		_ = l.main.Unlock()
		return fmt.Errorf("lock the store: %w", err)
	}
	// Who can't say so holds it nevertheless.
	_ = os.WriteFile(l.holder, []byte(strings.TrimLeft(fmt.Sprintf("%s (process %d)", o.Holder, os.Getpid()), " ")), 0o600)
	return nil
}

func (l *lock) giveUpQueue(err error) error {
	_ = l.queue.Unlock()
	return err
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
