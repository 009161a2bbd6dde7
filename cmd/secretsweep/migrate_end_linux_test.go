package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/vault"
)

// found makes the vault without a screen, for tests of what comes later.
func (m *inMess) found() {
	m.t.Helper()
	m.want(0, "vault", "init", "--project", "shop", "--environments", "dev,staging,prod", "--name", "ada", "--no-recovery")
}

// TestMigrateEnds ends the flow at every screen, in every way there is: the terminal is as it
// was, and nothing was imported.
func TestMigrateEnds(t *testing.T) {
	small := window{columns: 80, rows: 24}
	m := newMess(t)
	screens := []struct {
		name string
		to   func(at *terminal)
	}{
		{"founding", func(at *terminal) { at.await("Your name in the vault") }},
		{"sweep", func(at *terminal) { at.await("[Sweep]") }},
		{"list", func(at *terminal) { at.await("to decide about") }},
		{"detail", func(at *terminal) {
			at.await("to decide about")
			at.press("enter")
			at.await("back to the list")
		}},
		{"confirm", m.toConfirm},
	}
	ends := []struct {
		name   string
		by     func(at *terminal)
		status int
	}{
		{"ctrl+c", func(at *terminal) { at.press("ctrl+c") }, statusOK},
		{"SIGTERM", func(at *terminal) { at.signal(syscall.SIGTERM) }, statusInterrupted},
		{"SIGINT", func(at *terminal) { at.signal(os.Interrupt) }, statusInterrupted},
	}
	for _, sc := range screens {
		if sc.name == "sweep" {
			m.found()
		}
		before := m.env
		for _, end := range ends {
			t.Run(sc.name+" "+end.name, func(t *testing.T) {
				m.t, m.env = t, copied(t, before)
				at := m.migrate(small)
				sc.to(at)
				end.by(at)
				if got := at.status(); got != end.status {
					t.Errorf("exit status %d, want %d:\n%s", got, end.status, at.text())
				}
				at.tidy()
				m.hidden(at)
				if sc.name == "founding" {
					if _, err := os.Stat(m.env[vaultName]); err == nil {
						t.Error("a vault was made")
					}
				} else if n := m.imported(); n != 0 {
					t.Errorf("%d secrets were imported", n)
				}
			})
		}
		m.t, m.env = t, before
	}
}

// imported counts the secrets in the vault.
func (m *inMess) imported() (n int) {
	m.t.Helper()
	for _, env := range []string{"dev", "staging", "prod"} {
		n += len(m.list(env))
	}
	return n
}

// TestMigrateResized changes the terminal's size while there is something on it.
func TestMigrateResized(t *testing.T) {
	m := newMess(t)
	m.found()
	at := m.migrate(window{columns: 80, rows: 24})
	at.await("[Sweep]")
	for _, size := range [][2]int{{200, 60}, {60, 16}, {120, 30}, {80, 24}} {
		at.size(size[0], size[1])
	}
	at.await("[Decide]", "to decide about")
	for _, tt := range []struct {
		columns, rows int
		want          []string
	}{
		{59, 24, []string{"This terminal is too small"}},
		{60, 16, []string{"Decide (2 of 6)", "to decide about", "? all keys"}},
		{200, 60, []string{"[Decide]", "to decide about", "? all keys", "AWS_SECRET_ACCESS_KEY", ".env.production:17:"}},
		{80, 15, []string{"This terminal is too small"}},
		{80, 24, []string{"[Decide]", "to decide about", "? all keys"}},
	} {
		at.size(tt.columns, tt.rows)
		at.await(tt.want...)
		at.until("keys in the last line", func(string) bool {
			lines := at.lines()
			return len(lines) == tt.rows && (len(tt.want) == 1 || strings.Contains(lines[tt.rows-1], "? all keys"))
		})
	}
	at.press("ctrl+c")
	at.status()
	at.tidy()
	m.hidden(at)
}

// TestMigrateReveals shows a value, which is gone with the next key, and in the log.
func TestMigrateReveals(t *testing.T) {
	m := newMess(t)
	m.found()
	at := m.migrate(window{columns: 80, rows: 24})
	at.await("to decide about")
	at.press("/", "datadog", "enter")
	at.await("only datadog: esc")
	at.press("enter")
	at.await("back to the list")
	at.press("ctrl+r")
	at.await("The value, until a key is pressed", m.Values["datadog_prod"])
	at.press("x")
	at.until("no value", func(screen string) bool { return !strings.Contains(screen, m.Values["datadog_prod"]) })
	at.press("ctrl+c")
	at.status()
	at.tidy()
	if text := at.text(); strings.Contains(text, m.Values["datadog_prod"]) {
		t.Error("the value is on the terminal after the end")
	}
	m.says(0, []string{"shop"}, "audit", "log", "-p", "shop", "--verb", "show")
	delete(m.Values, "datadog_prod")
	m.hidden(at)
}

// TestMigrateKilled kills the flow at random moments, and above all while it writes: in the
// vault there is then all of it or nothing, and the next run goes on where this one was.
//
// SECRETSWEEP_TEST_KILLS says how many are killed.
func TestMigrateKilled(t *testing.T) {
	kills := 6
	if text := os.Getenv("SECRETSWEEP_TEST_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	m := newMess(t)
	m.found()
	empty := m.env
	writing := m.timeOfImport()
	whole, none := 0, 0
	for i := range kills {
		m.env = copied(t, empty)
		at := m.migrate(window{columns: 80, rows: 24})
		at.await("secretsweep migrate")
		kill := func() { _ = at.cmd.Process.Kill() }
		if i%3 == 2 {
			time.AfterFunc(rand.N(4*time.Second), kill)
			if at.walk(m.stops()) {
				at.press("y")
			}
		} else {
			m.toConfirm(at)
			m.kept()
			time.AfterFunc(rand.N(writing), kill)
			at.press("y")
		}
		if got := at.status(); got != -1 {
			t.Fatalf("it wasn't killed, but ended with status %d:\n%s", got, at.text())
		}
		m.hidden(at)
		n := m.imported()
		switch n {
		case 0:
			none++
			m.openVault(func(s *vault.Session) error {
				leaks, err := s.Leaks(t.Context(), "shop")
				if len(leaks) > 0 {
					t.Errorf("%d leaks are in the vault, and no secret", len(leaks))
				}
				return err
			})
			m.says(0, []string{"nothing is wrong"}, "vault", "check")
		case len(m.Import):
			whole++
			m.compare()
		default:
			t.Errorf("%d of %d secrets are in the vault", n, len(m.Import))
		}
		m.takesUp(n > 0)
		m.asksNothing()
	}
	t.Logf("%d were killed: %d had written all of it, %d nothing; writing takes %v", kills, whole, none, writing)
}

// drafts gives the files that decisions are kept in.
func (m *inMess) drafts() []string {
	files, err := filepath.Glob(filepath.Join(m.env["XDG_DATA_HOME"], "secretsweep", "drafts", "*"))
	if err != nil {
		m.t.Fatal(err)
	}
	return files
}

// kept waits until decisions are kept.
func (m *inMess) kept() {
	m.t.Helper()
	for end := time.Now().Add(patience); len(m.drafts()) != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatal("no decisions are kept")
		}
	}
}

// takesUp runs the flow again after one that was killed, to its end. What was decided there
// stays so, and what was written isn't written twice.
func (m *inMess) takesUp(written bool) {
	m.t.Helper()
	decided := len(m.drafts()) == 1
	at := m.migrate(window{columns: 80, rows: 24})
	switch {
	case written:
		m.nothingToWrite(at)
	case decided:
		at.await(" 0 to decide about", " import ")
		if text := at.text(); strings.Contains(text, "import?") || strings.Contains(text, "revoke?") {
			m.t.Errorf("it asks about what was decided:\n%s", text)
		}
		if !at.walk(m.stops()[1:]) {
			m.t.Fatalf("it ended:\n%s", at.text())
		}
		fallthrough
	default:
		if !decided {
			m.toConfirm(at)
		}
		at.press("y")
		at.await("[After]", fmt.Sprintf("Imported: %d new secrets", len(m.Import)))
	}
	at.press("q")
	if got := at.status(); got != statusOK {
		m.t.Errorf("exit status %d:\n%s", got, at.text())
	}
	m.compare()
}

// nothingToWrite goes to the end of a flow that has nothing to ask or to write.
func (m *inMess) nothingToWrite(at *terminal) {
	m.t.Helper()
	at.await(" 0 to decide about")
	at.press("n")
	at.await("[Map]")
	at.press("n")
	at.await("[Roles]", "You are alone in this vault")
	at.press("n")
	at.await("[Confirm]", "There is nothing to write")
	at.press("n")
	at.await("[After]", "Imported: nothing")
}

// asksNothing runs the flow once more over what was imported.
func (m *inMess) asksNothing() {
	m.t.Helper()
	at := m.migrate(window{columns: 80, rows: 24})
	at.await("all of it was decided earlier")
	m.nothingToWrite(at)
	at.press("q")
	if got := at.status(); got != statusOK {
		m.t.Errorf("exit status %d:\n%s", got, at.text())
	}
	at.tidy()
}

// timeOfImport tells how long it takes to write all of it, in a copy of the vault.
func (m *inMess) timeOfImport() time.Duration {
	m.t.Helper()
	real := m.env
	defer func() { m.env = real }()
	m.env = copied(m.t, real)
	at := m.migrate(window{columns: 80, rows: 24})
	m.toConfirm(at)
	begin := time.Now()
	at.press("y")
	at.await("[After]")
	took := time.Since(begin)
	at.press("q")
	at.status()
	return took
}

// copied gives somebody with a copy of all that another one has.
func copied(t *testing.T, env map[string]string) map[string]string {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	if out, err := exec.Command("cp", "-a", env["HOME"], home).CombinedOutput(); err != nil {
		t.Fatalf("copy: %v: %s", err, out)
	}
	return somebody(home)
}
