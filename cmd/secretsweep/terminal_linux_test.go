package main

import (
	"bytes"
	"image/color"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// terminal has the program at it: a test types there, and reads what the screen shows.
type terminal struct {
	*testing.T
	cmd     *exec.Cmd
	keys    *os.File // the terminal's other end
	before  unix.Termios
	pressed int // keys so far
	ended   chan struct{}

	mu     sync.Mutex
	screen *vt.Emulator
	wrote  bytes.Buffer // all that the program wrote
}

// patience is how long a test waits for something to be on the screen before it fails.
const patience = 60 * time.Second

// window is how a terminal looks.
type window struct {
	columns, rows int
	light         bool
}

// begin starts the program at a terminal.
func (u *person) begin(w window, args ...string) *terminal {
	u.t.Helper()
	slave, keys := newTerminal(u.t)
	t := &terminal{T: u.t, keys: keys, ended: make(chan struct{}), screen: vt.NewEmulator(w.columns, w.rows)}
	if w.light {
		t.screen.SetDefaultBackgroundColor(color.White)
		t.screen.SetDefaultForegroundColor(color.Black)
	}
	t.size(w.columns, w.rows)
	t.before = t.mode()

	t.cmd = exec.Command("secretsweep", args...)
	t.cmd.Dir = u.dir
	for name, value := range u.env {
		t.cmd.Env = append(t.cmd.Env, name+"="+value)
	}
	t.cmd.Stdin, t.cmd.Stdout, t.cmd.Stderr = slave, slave, slave
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := t.cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	slave.Close() // so that reading ends when the program does
	var reading sync.WaitGroup
	reading.Go(t.read)
	answers := t.screen.InputPipe().(io.Closer)
	go func() { // what the terminal itself answers, such as its background
		_, _ = io.Copy(keys, t.screen)
	}()
	go func() {
		_ = t.cmd.Wait()
		reading.Wait()
		answers.Close()
		close(t.ended)
	}()
	u.t.Cleanup(func() {
		_ = t.cmd.Process.Kill()
		<-t.ended
	})
	return t
}

// read has the screen show what the program writes, until it ends.
func (t *terminal) read() {
	p := make([]byte, 32<<10)
	for {
		n, err := t.keys.Read(p)
		t.mu.Lock()
		t.wrote.Write(p[:n])
		_, _ = t.screen.Write(p[:n])
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// press presses keys, one after the other: a name of [keyBytes], or characters that are
// typed.
func (t *terminal) press(keys ...string) {
	for _, k := range keys {
		text, named := keyBytes[k]
		if !named {
			text = k
			t.pressed += len([]rune(k)) - 1
		}
		t.pressed++
		_, _ = io.WriteString(t.keys, text) // the program may have ended
	}
}

// keyBytes is what a terminal sends for keys that aren't characters.
var keyBytes = map[string]string{
	"enter": "\r", "esc": "\x1b", "ctrl+c": "\x03", "ctrl+r": "\x12", "ctrl+u": "\x15", "up": "\x1b[A", "down": "\x1b[B", "pgdown": "\x1b[6~", "end": "\x1b[F",
}

// lines gives what the screen shows, without the blanks at the ends.
func (t *terminal) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := make([]string, t.screen.Height())
	for y := range lines {
		lines[y] = t.line(y)
	}
	return lines
}

// line gives a line of the screen, for who holds it.
func (t *terminal) line(y int) string {
	var line strings.Builder
	for x := range t.screen.Width() {
		if c := t.screen.CellAt(x, y); c != nil {
			line.WriteString(c.Content)
		}
	}
	return strings.TrimRight(line.String(), " ")
}

func (t *terminal) text() string { return strings.Join(t.lines(), "\n") }

// await waits until the screen shows all of the texts.
func (t *terminal) await(texts ...string) {
	t.Helper()
	t.until(strings.Join(texts, ", "), showing(texts))
}

// showing tells of a screen whether it shows all of the texts.
func showing(texts []string) func(screen string) bool {
	return func(screen string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(screen, text) })
	}
}

// until waits until the screen is as it has to be.
func (t *terminal) until(what string, is func(screen string) bool) {
	t.Helper()
	if !t.becomes(what, is) {
		t.Fatalf("it ended, and there was no %q on the screen:\n%s", what, t.text())
	}
}

// becomes waits until the screen is as it has to be; false if the program ends before.
func (t *terminal) becomes(what string, is func(screen string) bool) bool {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		ended := false
		select {
		case <-t.ended:
			ended = true
		default:
		}
		screen := t.text()
		switch {
		case is(screen):
			return true
		case ended:
			return false
		case time.Now().After(end):
			t.Fatalf("no %q on the screen:\n%s", what, screen)
		}
	}
}

// status waits until the program ends, and gives its exit status: -1 if it was killed.
func (t *terminal) status() int {
	t.Helper()
	select {
	case <-t.ended:
	case <-time.After(patience):
		t.Fatalf("it doesn't end:\n%s", t.text())
	}
	return t.cmd.ProcessState.ExitCode()
}

// signal sends the program a signal.
func (t *terminal) signal(sig os.Signal) {
	t.Helper()
	if err := t.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

// size makes the terminal larger or smaller. The kernel tells the program.
func (t *terminal) size(columns, rows int) {
	t.Helper()
	t.mu.Lock()
	t.screen.Resize(columns, rows)
	t.mu.Unlock()
	if err := pty.Setsize(t.keys, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
}

// mode is how the terminal's line is set.
func (t *terminal) mode() unix.Termios {
	t.Helper()
	mode, err := unix.IoctlGetTermios(int(t.keys.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *mode
}

// tidy makes sure that the program left the terminal as it found it.
func (t *terminal) tidy() {
	t.Helper()
	if got := t.mode(); got != t.before || got.Lflag&unix.ECHO == 0 {
		t.Errorf("the terminal's mode is %+v, and was %+v", got, t.before)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.screen.IsAltScreen() {
		t.Error("the alternate screen wasn't left")
	}
	if t.screen.CursorHidden() {
		t.Error("the cursor is hidden")
	}
	if n := t.screen.ScrollbackLen(); n > 0 {
		t.Errorf("%d lines were scrolled out of sight", n)
	}
	if last := t.wrote.String(); strings.LastIndex(last, "\x1b[?2004h") > strings.LastIndex(last, "\x1b[?2004l") {
		t.Error("what is pasted is still marked")
	}
}
