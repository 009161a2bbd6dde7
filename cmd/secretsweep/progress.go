package main

import (
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// progress is one line on a terminal, written over and over: what is being read
// and how far. The nil progress shows nothing.
type progress struct {
	w     io.Writer
	width int

	mu    sync.Mutex
	drawn time.Time // of the last drawing; zero if the line is clear
}

// newProgress gives the progress line of stderr, nil where that is no terminal.
func newProgress(sh shell) *progress {
	width, ok := sh.terminal(sh.stderr)
	if !ok {
		return nil
	}
	return &progress{w: sh.stderr, width: width}
}

// show says what is being read, at most ten times a second. It may be called
// from many goroutines.
func (p *progress) show(what string, done, total int64) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = now
	fmt.Fprintf(p.w, "\r\x1b[K%s", progressLine(what, done, total, p.width-1))
}

// clear takes the line away, so that something else can be written.
func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.drawn.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.drawn = time.Time{}
	}
}

// progressLine is at most width characters long; a long name loses its middle.
func progressLine(what string, done, total int64, width int) string {
	var far string
	switch {
	case total > 0:
		far = fmt.Sprintf("%3d%% ", min(100, done*100/total))
	case done > 0:
		far = fmt.Sprintf("%d ", done)
	}
	text := []rune(printable.Text(what))
	if room := width - utf8.RuneCountInString(far); len(text) > room {
		if room < 8 {
			return ""
		}
		head := (room - 1) / 2
		text = append(append(text[:head:head], '…'), text[len(text)-(room-1-head):]...)
	}
	return far + string(text)
}
