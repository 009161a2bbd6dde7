package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/internal/mess"
	"github.com/secretsweep/secretsweep/vault"
)

// inMess is somebody in the folder of a mess, who has no vault yet.
type inMess struct {
	*person
	mess.Mess
	mess.Expected
}

// newMess makes a mess, and somebody who is in it.
func newMess(t *testing.T) *inMess {
	t.Helper()
	needGit(t)
	dir := t.TempDir()
	m, err := mess.Build(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	want, err := m.Expected()
	if err != nil {
		t.Fatal(err)
	}
	return &inMess{&person{t: t, env: somebody(t.TempDir()), dir: dir}, m, want}
}

// somebody is the environment of somebody who has a home, and a terminal with colours.
func somebody(home string) map[string]string {
	return map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, "config"), "XDG_DATA_HOME": filepath.Join(home, "data"), "XDG_CACHE_HOME": filepath.Join(home, "cache"),
		"PATH": os.Getenv("PATH"), "TERM": "xterm-256color",
		vaultName: filepath.Join(home, "vault"), identityName: filepath.Join(home, "identity"),
	}
}

// migrate begins to migrate all of the mess.
func (m *inMess) migrate(w window) *terminal {
	m.t.Helper()
	return m.begin(w, "migrate", "shop", "slack.zip", "-p", "shop")
}

// found makes a vault at a terminal that shows the form for it.
func found(t *terminal) {
	t.Helper()
	t.await("Your name in the vault", "Environments")
	t.press("ctrl+u", "ada", "enter", "enter", "enter", "enter")
	t.await("This is its recovery key", "it is written down")
	words := strings.Fields(recoveryKey(t.lines()))
	t.press("enter")
	t.await("characters of the recovery key")
	if last := words[len(words)-1]; strings.Contains(t.text(), last) {
		t.Error("the recovery key is still there where it is asked for")
	}
	t.press(words[len(words)-1], "enter")
}

// recoveryKey finds the key on the screen: it is all that is set off from the left.
func recoveryKey(lines []string) string {
	var key []string
	for _, l := range lines {
		if strings.HasPrefix(l, "    ") {
			key = append(key, l)
		}
	}
	return strings.Join(key, " ")
}

// TestMigrateAtTerminal moves the mess into a vault that isn't there yet, by the keys that
// somebody presses who takes every suggestion, and compares the vault with what was
// written by hand.
func TestMigrateAtTerminal(t *testing.T) {
	for _, tt := range []struct {
		name string
		window
		env    map[string]string
		colour string // of the title; "" for none
	}{
		{"80x24", window{columns: 80, rows: 24}, nil, "38;5;117m"},
		{"80x24 without colours", window{columns: 80, rows: 24}, map[string]string{"NO_COLOR": "1"}, ""},
		{"200x60 on a light background", window{columns: 200, rows: 60, light: true}, nil, "38;5;25m"},
		{"80x24 that says its background by COLORFGBG", window{columns: 80, rows: 24}, map[string]string{"TERM": "screen-256color", "COLORFGBG": "0;15"}, "38;5;25m"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newMess(t)
			maps.Copy(m.env, tt.env)
			at := m.migrate(tt.window)
			found(at)
			at.await("to decide about", "all as suggested")
			at.pressed = 0
			m.toConfirm(at)
			at.press("y")
			at.await("[After]", fmt.Sprintf("Imported: %d new secrets", len(m.Import)))
			at.press("q")
			if status := at.status(); status != statusOK {
				t.Errorf("exit status %d:\n%s", status, at.text())
			}
			const most = 60
			if at.pressed >= most {
				t.Errorf("%d key presses after the sweep, and fewer than %d are promised", at.pressed, most)
			}
			t.Logf("%d key presses after the sweep", at.pressed)
			at.tidy()
			m.hidden(at)
			wrote := at.wrote.String()
			if coloured := strings.Contains(wrote, "\x1b[38;"); coloured != (tt.colour != "") || !strings.Contains(wrote, tt.colour) {
				t.Errorf("coloured: %v, and the title isn't in %s", coloured, tt.colour)
			}
			m.compare()
		})
	}
}

// stop is a screen of the flow, by what it shows, and the key that goes on from it.
type stop struct {
	shows []string
	key   string
}

// stops are those from the end of the sweep to what is to be written, for somebody who takes
// every suggestion.
func (m *inMess) stops() []stop {
	return []stop{
		{[]string{"to decide about", "all as suggested"}, "Y"},
		{[]string{" 0 to decide about"}, "n"},
		{[]string{"[Map]"}, "n"},
		{[]string{"[Roles]", "You are alone in this vault"}, "n"},
		{[]string{"[Confirm]", fmt.Sprintf("%d secrets: %d new", len(m.Import), len(m.Import))}, "y"},
	}
}

// walk goes on from each stop but the last, which is on the screen then; false if the program
// ends before.
func (t *terminal) walk(stops []stop) bool {
	t.Helper()
	for i, s := range stops {
		if !t.becomes(strings.Join(s.shows, ", "), showing(s.shows)) {
			return false
		}
		if i < len(stops)-1 {
			t.press(s.key)
		}
	}
	return true
}

// toConfirm goes to what is to be written.
func (m *inMess) toConfirm(at *terminal) {
	at.Helper()
	if !at.walk(m.stops()) {
		at.Fatalf("it ended:\n%s", at.text())
	}
}

// hidden makes sure that no value was ever on the terminal, nor in its title.
func (m *inMess) hidden(at *terminal) {
	m.t.Helper()
	at.mu.Lock()
	raw := at.wrote.String()
	at.mu.Unlock()
	if len(raw) < 1000 {
		m.t.Fatalf("%d bytes were written, too few to be a screen", len(raw))
	}
	plain := ansi.Strip(raw)
	for name, value := range m.Values {
		if strings.Contains(raw, value) || strings.Contains(plain, value) {
			m.t.Errorf("%s was on the terminal", name)
		}
	}
	for _, title := range []string{"\x1b]0;", "\x1b]1;", "\x1b]2;", "\x1b]52;"} {
		if strings.Contains(raw, title) {
			m.t.Errorf("%q was written: no title, and nothing to the clipboard", title)
		}
	}
}

// called gives the name in expected.txt of each value.
func (m *inMess) called() map[string]string {
	names := make(map[string]string)
	for name, value := range m.Values {
		names[value] = name
	}
	for _, s := range m.Import {
		if names[s.Value] == "" {
			names[s.Value] = s.Template
		}
	}
	return names
}

// compare compares the vault with expected.txt. No failure shows a value.
func (m *inMess) compare() {
	m.t.Helper()
	called := m.called()
	var want, got []string
	for _, s := range m.Import {
		want = append(want, fmt.Sprint(s.Project, s.Env, s.Name, slices.Sorted(slices.Values(s.Aliases)), called[s.Value]))
	}
	for _, env := range []string{"dev", "staging", "prod"} {
		for _, s := range m.list(env) {
			value, ok := called[m.get(s.Name, env)]
			if !ok {
				value = "another value"
			}
			got = append(got, fmt.Sprint(s.Project, s.Environment, s.Name, slices.Sorted(slices.Values(s.Aliases)), value))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("secrets (-want +got):\n%s", diff)
	}
	m.compareLeaks(called)
	m.says(0, []string{"nothing is wrong"}, "vault", "check")
}

// compareLeaks makes sure that whatever has only to be revoked is a leak of which the vault
// knows that, and what is no secret is none.
func (m *inMess) compareLeaks(called map[string]string) {
	m.t.Helper()
	decided := make(map[string]vault.LeakKind)
	m.openVault(func(s *vault.Session) error {
		leaks, err := s.Leaks(m.t.Context(), "shop")
		for _, l := range leaks {
			decided[called[l.Value.Reveal()]] = l.Decision
		}
		return err
	})
	var revoke []string
	imported := 0
	for name, decision := range decided {
		switch decision {
		case vault.RevokeOnly:
			revoke = append(revoke, name)
		case vault.Imported:
			imported++
		default:
			m.t.Errorf("leak of %s: %q", name, decision)
		}
	}
	slices.Sort(revoke)
	if diff := cmp.Diff(slices.Sorted(slices.Values(m.Revoke)), revoke); diff != "" {
		m.t.Errorf("to be revoked (-want +got):\n%s", diff)
	}
	if imported == 0 {
		m.t.Error("nothing that was imported is a leak")
	}
	for _, name := range m.Stay {
		if decision, is := decided[name]; is {
			m.t.Errorf("%s is no secret, and a leak: %q", name, decision)
		}
	}
}

// openVault opens the vault as a command does, without one.
func (m *inMess) openVault(do func(*vault.Session) error) {
	m.t.Helper()
	at := *m.person
	at.dir = m.env[vaultName]
	at.open(do)
}

func (m *inMess) list(env string) []secretRow {
	m.t.Helper()
	_, out, errs := m.run("secret", "list", "-p", "shop", "-e", env, "-f", "json")
	var all []secretRow
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		m.t.Fatalf("list: %v: %s%s", err, out, errs)
	}
	return all
}

func (m *inMess) get(name, env string) string {
	m.t.Helper()
	status, out, errs := m.run("secret", "get", name, "-p", "shop", "-e", env)
	if status != 0 {
		m.t.Fatalf("get %s: %s", name, errs)
	}
	return strings.TrimSuffix(out, "\n")
}
