package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
)

// boardScreens are the keys that lead to each screen of the dashboard, and to a line in the
// middle of its list.
func boardScreens() map[string][]string {
	return map[string][]string{
		"rotate":      {"down"},
		"record":      {"down", "enter", "down"},
		"settled":     {"s", "end", "up"},
		"guide":       {"down", "down", "g"},
		"history":     {"down", "down", "h"},
		"consumers":   {"down", "down", "m", "down"},
		"places":      {"down", "down", "c", "down"},
		"verify":      {"v"},
		"owner":       {"o"},
		"because":     {"b"},
		"due":         {"2", "down"},
		"audit":       {"3", "down"},
		"vault":       {"4", "down", "down"},
		"access":      {"5", "down"},
		"secrets":     {"4", "down", "down", "enter", "down"},
		"versions":    {"4", "down", "down", "enter", "enter", "down"},
		"compare":     {"4", "down", "down", "d", "down"},
		"differences": {"4", "down", "down", "d", "down", "enter", "down"},
		"set":         {"4", "down", "down", "enter", "n"},
	}
}

func TestBoardScreens(t *testing.T) {
	for name, keys := range boardScreens() {
		for _, s := range []size{{80, 24}, {200, 60}, {60, 16}} {
			x := newBoardTerminal(t, newFakeBoard().board(), s, Options{NoColor: true})
			x.press(keys...)
			x.golden(fmt.Sprintf("board-%s-%dx%d", name, s.width, s.height))
			want := x.screen()
			x.resize(100, 30)
			x.resize(40, 10)
			x.sees("too small")
			x.resize(s.width, s.height)
			if got := x.screen(); got != want {
				t.Errorf("%s: after other sizes the screen is\n%s", name, got)
			}
		}
	}
	for name, background := range map[string]Background{"light": Light, "dark": Dark} {
		x := newBoardTerminal(t, newFakeBoard().board(), size{80, 24}, Options{Background: &background})
		x.golden("board-rotate-" + name)
		x.press(boardScreens()["set"]...)
		x.golden("board-set-" + name)
	}
}

func TestBoardWelcome(t *testing.T) {
	x := newBoardTerminal(t, Board{}, size{80, 24}, Options{NoColor: true})
	x.golden("board-welcome")
	x.sees("secretsweep scan", "secretsweep migrate", "secretsweep vault init")
	x.press("q")
	if !x.ended {
		t.Error("q doesn't leave")
	}
}

// Where nothing leaked the dashboard begins with the vault.
func TestBoardBegins(t *testing.T) {
	f := newFakeBoard()
	f.leaks = nil
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.sees("[4 Vault]", "web/staging")
	x.press("1")
	x.sees("Nothing is to be rotated")
	f.fail["Records"] = errors.New("read the leaks: \x1b[31mdamaged")
	x = newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.press("1")
	x.sees(`read the leaks: \x1b[31mdamaged`, "r tries again")
}

// somethingElse are keys, listed by some screen or by none.
func somethingElse() []string {
	all := []string{"up", "down", "pgup", "pgdown", "home", "end", "left", "right", "enter", "esc", "tab", "shift+tab", "ctrl+r", "ctrl+u", "ctrl+d", "space", "backspace", "/", "*"}
	for c := '0'; c <= 'z'; c++ {
		all = append(all, string(c))
	}
	return all
}

// What the help lists works, and nothing else does.
func TestBoardKeys(t *testing.T) {
	pressed := 0
	for name, keys := range boardScreens() {
		if slices.Contains([]string{"set", "owner", "because"}, name) {
			continue // there, keys are text
		}
		for _, k := range somethingElse() {
			f := newFakeBoard()
			x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
			x.press(keys...)
			screen, calls := x.View(), f.calls
			listed := slices.ContainsFunc(x.now.keys(), func(b key.Binding) bool { return b.Enabled() && slices.Contains(b.Keys(), keyOf(k).String()) })
			if k == "?" {
				listed = true // everywhere
			}
			x.press(k)
			if did := x.View() != screen || f.calls != calls || x.ended; did != listed {
				t.Errorf("%s: %s is listed: %t, does something: %t", name, k, listed, did)
			}
			pressed++
		}
	}
	if pressed < 500 {
		t.Errorf("only %d keys were tried", pressed)
	}
}

func TestBoardHelp(t *testing.T) {
	x := newBoardTerminal(t, newFakeBoard().board(), size{80, 40}, Options{NoColor: true})
	x.press(boardScreens()["versions"]...)
	keys := x.now.keys()
	x.press("?")
	for _, k := range keys {
		if k.Enabled() {
			x.sees(k.Help().Key, k.Help().Desc)
		}
	}
	x.sees("ctrl+c", "leave")
	x.seesNo("decisions")
}

func TestBoardSearch(t *testing.T) {
	x := newBoardTerminal(t, newFakeBoard().board(), size{80, 24}, Options{NoColor: true})
	x.press("3", "/")
	x.write("linus dev")
	x.sees("linus           read DATABASE_URL in web/dev")
	x.seesNo("made the vault", "web/prod")
	x.press("enter")
	x.sees("1 of 7 have linus dev")
	x.press("esc")
	x.sees("made the vault")
	x.press("/")
	x.write("no such thing")
	x.sees("Nothing has all of these words.")
	x.press("esc")
	x.sees("made the vault")
}

// All of a detail can be seen, whatever its length.
func TestBoardLooks(t *testing.T) {
	f := newFakeBoard()
	for i := range 100 {
		f.leaks[0].Events[0].Places = append(f.leaks[0].Events[0].Places, place.Place{Kind: place.File, Path: fmt.Sprintf("place-%02d", i), WorkTree: true})
	}
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.sees("lines more")
	x.press("enter")
	x.sees("place-03")
	x.seesNo("place-99")
	x.press("end")
	x.sees("place-99")
	x.press("home")
	x.seesNo("place-99")
	for range 80 {
		x.send(tea.MouseMsg{Button: tea.MouseButtonWheelDown})
	}
	x.sees("place-99")
	x.press("esc")
	x.sees("open, 1 overdue", "lines more")
}

// Each verb of the log is said in words.
func TestBoardVerbs(t *testing.T) {
	said := make(map[string]string)
	for _, verb := range vault.Verbs() {
		words := inWords(verb)
		if said[words] != "" || words == verb && verb != "read" && verb != "set" {
			t.Errorf("%s is said as %q, as is %q", verb, words, said[words])
		}
		said[words] = verb
	}
	if len(said) < 15 {
		t.Errorf("only %d verbs", len(said))
	}
	for _, tt := range []struct {
		want string
		act  audit.Act
	}{
		{"read A, version 2, in web/dev", audit.Act{Verb: "read", Project: "web", Env: "dev", Name: "A", Version: 2, Allowed: true}},
		{"was refused to read A in web/dev", audit.Act{Verb: "read", Project: "web", Env: "dev", Name: "A"}},
		{"listed web/dev", audit.Act{Verb: "list", Project: "web", Env: "dev", Allowed: true}},
		{"reported of leaks in web", audit.Act{Verb: "report", Project: "web", Allowed: true}},
		{"retired bob", audit.Act{Verb: "retire", Name: "bob", Allowed: true}},
		{"made the vault", audit.Act{Verb: "init", Allowed: true}},
		{"it can't be opened", audit.Act{Detail: "it can't be opened"}},
	} {
		if got := did(vault.Logged{Act: tt.act}); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestBoardReveal(t *testing.T) {
	f := newFakeBoard()
	ref := vault.Ref{Project: "web", Environment: "dev", Name: "DATABASE_URL"}
	open := func() *terminal {
		x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
		x.press("4", "down", "down", "enter", "enter", "down")
		return x
	}
	x := open()
	x.seesNo(f.values[ref])
	x.press("ctrl+r")
	x.sees("Value of version 2", f.values[ref])
	if diff := cmp.Diff([]string{"web/dev DATABASE_URL 2"}, f.shown); diff != "" {
		t.Error(diff)
	}
	for _, k := range []string{"down", "?", "/", "q"} { // each hides it, and does nothing else
		x.press(k)
		x.seesNo(f.values[ref])
		x.sees("3 versions", "▸ 2")
		x.press("ctrl+r")
		x.sees(f.values[ref])
	}
	x.timers = nil
	x.press("x", "ctrl+r", "x", "ctrl+r")
	x.sees("Value of version 2", f.values[ref])
	x.send(x.timers[0]) // of the first time
	x.sees(f.values[ref])
	x.send(x.timers[1])
	x.seesNo(f.values[ref])

	// Who has gone on sees nothing of it.
	x.send(keyOf("ctrl+r"))
	x.send(keyOf("esc"))
	x.settle()
	x.seesNo(f.values[ref])
	x.press("enter")
	x.seesNo(f.values[ref])

	f.values[ref] = strings.Repeat("line\x1b[2J\n", 5) + strings.Repeat("x", 100) + "the end"
	x = open()
	x.press("ctrl+r")
	x.golden("board-reveal")
	f.values[ref] = strings.Repeat("line\n", 50) + "the end"
	x.press("x", "ctrl+r")
	x.sees("and 46 lines more")

	f.fail["Show"] = &vault.DeniedError{Verb: "read", What: "web/dev DATABASE_URL", Need: vault.Maintainer, Have: vault.Developer}
	x.press("x", "ctrl+r")
	x.sees("refused: that takes a maintainer", "is developer")
}

func TestBoardSet(t *testing.T) {
	f := newFakeBoard()
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.press("4", "down", "down", "enter", "n", "enter")
	x.sees("Its name")
	x.write("API KEY")
	x.press("enter")
	x.sees(vault.CheckName("API KEY").Error())
	x.press("backspace", "backspace", "backspace", "backspace")
	x.write("_KEY")
	x.press("enter", "enter", "enter")
	x.sees("it is empty")
	value := valueOf(7).Reveal()
	x.write(value)
	x.seesNo(value, value[:8])
	x.sees("********")
	x.press("enter")
	x.sees("web/dev API_KEY: version 1", "[4 Vault] › web/dev")
	want := vault.Ref{Project: "web", Environment: "dev", Name: "API_KEY"}
	if len(f.set) != 1 || f.set[0].Ref != want || f.set[0].Value.Reveal() != value || *f.set[0].If != 0 {
		t.Errorf("set %v", f.set)
	}

	// Of what is there, the version that was seen is replaced, and no other one.
	x.press("s", "down", "down", "enter")
	if len(f.set) != 2 || f.set[1].Name != "DATABASE_URL" || len(f.set[1].Value.Reveal()) != 64 || *f.set[1].If != 3 {
		t.Errorf("set %v", f.set[1:])
	}

	// What an input would change is refused.
	x.press("s", "enter")
	x.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("line\nline"), Paste: true})
	x.settle()
	x.sees("more than one line was pasted")
	x.press("ctrl+v", "enter")
	x.sees("it is empty")
	x.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(value + "\r\n"), Paste: true})
	x.press("enter")
	if got := f.set[len(f.set)-1]; got.Value.Reveal() != value || len(f.set) != 3 {
		t.Errorf("set %d, the last %s", len(f.set), got.Ref)
	}
	f.fail["Set"] = &vault.ConflictError{Ref: want, Want: 3, Have: 4}
	x.press("s", "enter")
	x.write(value)
	x.press("enter")
	x.sees("nothing was written: version 3 was expected", "current one")
	x.press("s", "esc")
	x.sees("[4 Vault] › web/dev")
	if len(f.set) != 4 {
		t.Errorf("set %v", f.set[3:])
	}
}

// What waits for the vault says so until it goes on.
func TestWaits(t *testing.T) {
	waits := make(chan string)
	var out strings.Builder
	x := &terminal{app: newApp(t.Context(), "secretsweep", Options{NoColor: true, Output: &out, Waits: waits}), t: t, came: make(chan tea.Msg)}
	o := newBoard(x.app, newFakeBoard().board())
	x.now = o
	x.do(x.listen())
	waits <- "secretsweep run (process 1)\x1b[2J"
	x.until("it is said", func() bool { return x.waiting != "" })
	x.sees(`waiting for secretsweep run (process 1)\x1b[2J, which has the vault open …`)
	x.send(started{})
	x.until("it is open", func() bool { return x.now != o })
	x.seesNo("waiting")
}

// Owners alone may read the log: others are told so.
func TestBoardDenied(t *testing.T) {
	f := newFakeBoard()
	denied := &vault.DeniedError{Verb: "read", What: "the log", Need: vault.Owner, Have: vault.Developer}
	f.fail["Log"], f.fail["Uses"] = denied, denied
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.press("3")
	x.sees("the log is for owners of the vault")
	x.press("5")
	x.sees("What was read when is for owners of the vault.", "developer")
	f.fail["Members"] = errors.New("no members today")
	for _, tab := range []string{"2", "4"} {
		x.press(tab)
		x.sees("no members today")
	}
}

// No keys make a value visible but those that ask for it, and the screen is always whole.
func TestBoardHidesValues(t *testing.T) {
	keys := append(somethingElse(), "enter", "enter", "esc", "down", "4", "ctrl+r", "?")
	rapid.Check(t, func(r *rapid.T) {
		f := newFakeBoard()
		s := rapid.SampledFrom([]size{{80, 24}, {60, 16}, {200, 60}}).Draw(r, "size")
		x := newBoardTerminal(t, f.board(), s, Options{NoColor: true})
		plants := f.plants()
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 1, 40).Draw(r, "keys") {
			x.press(k)
			if x.ended {
				return
			}
			if h, ok := x.now.(*history); ok && h.revealed != "" {
				continue
			}
			seen := strings.Join(strings.Fields(x.screen()), "")
			if slices.ContainsFunc(plants, func(p string) bool { return strings.Contains(seen, p) }) {
				r.Fatalf("a value is on the screen after %s", k)
			}
		}
	})
}

// BenchmarkAudit moves in a thousand entries of a log.
func BenchmarkBoardAudit(b *testing.B) {
	f := newFakeBoard()
	for i := range 10_000 {
		f.acts = append(f.acts, vault.Logged{Seq: int64(i), Principal: "ada", Act: audit.Act{Verb: "read", Project: "web", Env: "dev", Name: fmt.Sprintf("KEY_%d", i), Allowed: true}})
	}
	var out strings.Builder
	a := newApp(b.Context(), "secretsweep", Options{NoColor: true, Output: &out, Now: func() time.Time { return today }})
	newBoard(a, f.board())
	t := newAudit(&board{app: a, Board: f.board()})
	a.now, a.size = t, size{200, 60}
	t.reload()().(worked).answer.(answer)()
	for b.Loop() {
		a.Update(keyOf("down"))
		_ = a.View()
	}
}

// TestBoardDueByPolicy has secrets due by the policy of which nobody has said when.
func TestBoardDueByPolicy(t *testing.T) {
	f := newFakeBoard()
	f.secrets[dev][1].Versions[0].Created = today.AddDate(0, 0, -80)
	x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
	x.press("2")
	x.sees("web/dev FLAGS", "1 secret overdue, 3 within 30 days")
}
