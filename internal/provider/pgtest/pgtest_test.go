package pgtest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestStart(t *testing.T) {
	var first, second *Server
	t.Run("running", func(t *testing.T) {
		first = Start(t, Options{})
		second = Start(t, Options{Rules: []string{"host all all 127.0.0.1/32 trust"}, Settings: []string{"log_statement = all"}, TLS: true})
		if got := first.Query("SELECT 1 + 1, 'ä'; SHOW ssl"); got != "2|ä\noff" {
			t.Errorf("the first answers %q", got)
		}
		if got := second.Query("SHOW log_statement; SHOW ssl; SELECT auth_method FROM pg_hba_file_rules ORDER BY line_number LIMIT 2"); got != "all\non\ntrust\ntrust" {
			t.Errorf("the second answers %q", got)
		}
		if first.Port == second.Port || second.Roots == nil || second.Log() == "" {
			t.Errorf("ports %d and %d, log %q", first.Port, second.Port, second.Log())
		}
	})
	if first == nil || second == nil {
		t.Skip("there is no PostgreSQL")
	}
	for _, s := range []*Server{first, second} {
		if conn, err := net.Dial("tcp", s.Address()); err == nil {
			conn.Close()
			t.Error("a server runs on after its test")
		}
		if _, err := os.Stat(s.Socket()); !os.IsNotExist(err) {
			t.Errorf("its files are there after its test: %v", err)
		}
	}
}

// TestKilled kills a test that has a server running, and finds that nothing listens where it did.
func TestKilled(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a server stops with a killed test on Linux alone")
	}
	if os.Getenv("PGTEST_KILLED") != "" {
		fmt.Println("listens at", Start(t, Options{}).Address())
		time.Sleep(time.Hour)
	}
	if _, err := programs(); err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("", "") // that of t is closed to the server's user
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$", "-test.v")
	cmd.Env = append(os.Environ(), "PGTEST_KILLED=1", "TMPDIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		_, address, _ = strings.Cut(lines.Text(), "listens at ")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if address == "" {
		t.Fatal("the server never ran")
	}
	for range 1000 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		conn.Close()
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the server runs on after its test was killed")
}
