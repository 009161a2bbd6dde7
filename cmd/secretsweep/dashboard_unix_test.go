//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
)

// atScreen is the program at a terminal of 80 columns and 24 lines.
type atScreen struct {
	t       *testing.T
	keys    *os.File
	process *os.Process
	plain   string     // how the terminal is set before the program sets it
	done    chan error // of the program

	mu   sync.Mutex
	sent bytes.Buffer // to the terminal
}

// newAtScreen starts the program at a terminal that answers no questions.
func newAtScreen(t *testing.T, env map[string]string, args ...string) *atScreen {
	t.Helper()
	cmd := exec.Command("secretsweep", args...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "NO_COLOR=1", "CI=")
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	keys, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	x := &atScreen{t: t, keys: keys, process: cmd.Process, done: make(chan error, 1)}
	x.plain = x.setting()
	read := make(chan bool)
	go func() {
		defer close(read)
		part := make([]byte, 1<<16)
		for {
			n, err := keys.Read(part)
			x.mu.Lock()
			x.sent.Write(part[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() {
		err := cmd.Wait()
		<-read
		x.done <- err
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		keys.Close()
	})
	return x
}

// all gives what was sent to the terminal.
func (x *atScreen) all() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.sent.String()
}

// sees waits until a text is sent after what was sent when since was.
func (x *atScreen) sees(since int, text string) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), 30*time.Second)
	defer cancel()
	for !strings.Contains(x.all()[since:], text) {
		select {
		case <-ctx.Done():
			x.t.Fatalf("%q wasn't on the screen:\n%q", text, x.all()[since:])
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// setting says how the terminal is set.
func (x *atScreen) setting() (text string) {
	x.t.Helper()
	conn, err := x.keys.SyscallConn()
	if err == nil {
		err = conn.Control(func(fd uintptr) {
			state, _ := term.GetState(int(fd))
			text = fmt.Sprintf("%+v", state)
		})
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return text
}

// pressHidden is press, of what the terminal doesn't show once it is asked for. Nobody types
// before that, but a test would.
func (x *atScreen) pressHidden(keys, text string) {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), 30*time.Second)
	defer cancel()
	for x.setting() == x.plain && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	x.press(keys, text)
}

// press types, and waits until that is answered by a text.
func (x *atScreen) press(keys, text string) {
	x.t.Helper()
	since := len(x.all())
	if _, err := io.WriteString(x.keys, keys); err != nil {
		x.t.Fatal(err)
	}
	x.sees(since, text)
}

// ends waits until the program has ended, and gives all that it sent to the terminal.
func (x *atScreen) ends() string {
	x.t.Helper()
	select {
	case err := <-x.done:
		if err != nil {
			x.t.Errorf("%v, after\n%q", err, x.all())
		}
	case <-time.After(30 * time.Second):
		x.t.Fatalf("it doesn't end:\n%q", x.all())
	}
	return x.all()
}

// Commands without a screen ask the terminal nothing, though what draws screens would.
func TestTerminalIsAskedNothing(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"rules", "show", "github-personal-access-token"}, {"vault", "--help"}} {
		x := newAtScreen(t, nil, args...)
		sent := x.ends()
		if sent == "" || strings.Contains(sent, "\x1b") {
			t.Errorf("%v: sent %q", args, sent)
		}
	}
}

// The parts of a terminal's other screen, which can't be scrolled back to.
const (
	otherScreen = "\x1b[?1049h"
	backAgain   = "\x1b[?1049l"
)

func TestDashboardWelcomes(t *testing.T) {
	home := t.TempDir()
	x := newAtScreen(t, map[string]string{"HOME": home, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""})
	x.sees(0, "There is no vault on this machine yet")
	_, _ = io.WriteString(x.keys, "q")
	x.ends()
	if made, err := os.ReadDir(home); err != nil || len(made) > 0 {
		t.Errorf("made %v, %v", made, err)
	}
}

// atVault gives the environment of somebody with a vault.
func (u *person) atVault() map[string]string {
	return map[string]string{"HOME": u.env["HOME"], "XDG_CONFIG_HOME": u.env["XDG_CONFIG_HOME"], vaultName: u.dir, identityName: u.env[identityName]}
}

func TestDashboard(t *testing.T) {
	u := newPerson(t)
	value := strings.TrimSpace(u.want(0, "secret", "get", "A", "-e", "dev"))
	x := newAtScreen(t, u.atVault())
	x.sees(0, "open") // that is a key once there is something to open
	x.press("\r", "versions, value")
	u.want(0, "secret", "set", "MEANWHILE", "-e", "dev", "--generate", "uuid") // the dashboard doesn't hold the vault
	x.press("r", "MEANWHILE")
	x.press("\r", "ctrl+r")
	x.press("\x12", value)
	x.press("x", "version") // hides it
	x.press("3", "alice")
	_, _ = io.WriteString(x.keys, "q")
	sent := x.ends()

	before, rest, _ := strings.Cut(sent, otherScreen)
	during, after, ended := strings.Cut(rest, backAgain)
	if strings.Contains(before+after, value) || !strings.Contains(during, value) || !ended {
		t.Errorf("the value isn't where it can't be scrolled back to:\n%q", sent)
	}
	if strings.Contains(sent, "\x1b]") {
		t.Errorf("a title is sent:\n%q", sent)
	}
	u.says(0, []string{"read", "web/dev A"}, "audit", "log", "--verb", "read", "--limit", "1")
	u.says(0, []string{"nothing is wrong"}, "vault", "check")
}

// Records are led on at the dashboard, and a provider is asked only when somebody has agreed.
func TestDashboardRotates(t *testing.T) {
	u := newPerson(t)
	value, err := newSecret("slack-bot-token")
	if err != nil {
		t.Fatal(err)
	}
	vendor := "vnd_" + strings.Repeat("k3Xw9PqZ", 4)
	asked := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Authorization")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error": "token_revoked"}`)
	}))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	dir := t.TempDir()
	config := filepath.Join(dir, "mine.toml")
	for path, text := range map[string]string{
		filepath.Join(dir, "src", ".env"): "SLACK_TOKEN=" + value + "\nVENDOR_TOKEN=" + vendor + "\n",
		config: `[[rule]]
id = "vendor-token"
description = "Vendor token"
severity = "critical"
confidence = "medium"
pattern = '\bvnd_[0-9A-Za-z]{32}\b'

[[verify]]
rules = ["vendor-token"]
request = "GET http://` + host + `/me"
headers = { Authorization = "Bearer {value}" }

[[verify.answer]]
means = "live"
status = [200]
json = { id = "" }
example = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\": \"k-1\"}"

[[verify.answer]]
means = "dead"
status = [401]
json = { error = "token_revoked" }
example = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n\r\n{\"error\": \"token_revoked\"}"
`} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	u.env["SECRETSWEEP_CONFIG"] = config
	u.want(0, "import", filepath.Join(dir, "src"), "--yes", "-p", "web", "-e", "dev")
	env := u.atVault()
	env["SECRETSWEEP_CONFIG"] = config
	x := newAtScreen(t, env, "dashboard", "--allow-host", host)
	x.sees(0, "VENDOR_TOKEN")
	x.press("n", "owned by alice")
	x.press("v", "whether it still works?")
	x.press("n", "VENDOR_TOKEN")
	if len(asked) > 0 {
		t.Fatal("somebody was asked")
	}
	x.press("v", "whether it still works?")
	x.press("y", "says: dead")
	x.press("o", "Who looks after it?")
	x.press("\x15bob\r", "there is no person or token bob")
	_, _ = io.WriteString(x.keys, "q")
	sent := x.ends()
	if got := <-asked; got != "Bearer "+vendor || len(asked) > 0 {
		t.Error("what was asked isn't about the value")
	}
	if strings.Contains(sent, value) || strings.Contains(sent, vendor) {
		t.Errorf("a value is shown:\n%q", sent)
	}
	u.says(0, []string{"dead", "alice"}, "rotate", "list", "-p", "web")
	u.says(0, []string{"proven by", "token_revoked"}, "rotate", "show", "VENDOR_TOKEN", "-p", "web")
	u.says(0, []string{"owned by alice", "says: dead"}, "audit", "log", "--verb", "rotate", "-f", "json")
}

// A passphrase is asked for on the plain terminal.
func TestDashboardAsksFirst(t *testing.T) {
	u := newPerson(t)
	const passphrase = "four words by dice"
	words := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(words, []byte(passphrase), 0o600); err != nil {
		t.Fatal(err)
	}
	u.want(0, "vault", "passphrase", "--new-passphrase-file", words)
	x := newAtScreen(t, u.atVault(), "dashboard")
	x.sees(0, "Passphrase of your identity (not shown): ")
	if strings.Contains(x.all(), otherScreen) {
		t.Error("the passphrase is asked for on the screen")
	}
	x.pressHidden(passphrase+"\n", "web/dev")
	_, _ = io.WriteString(x.keys, "q")
	if sent := x.ends(); strings.Contains(sent, passphrase) {
		t.Errorf("the passphrase is shown:\n%q", sent)
	}
}
