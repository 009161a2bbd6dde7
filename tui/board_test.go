package tui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/audit"
)

// fakeBoard is a vault as the dashboard sees it. It writes down what is done.
type fakeBoard struct {
	mu      sync.Mutex
	leaks   []Leak
	scopes  []vault.Pattern
	secrets map[vault.Pattern][]vault.Listed
	acts    []vault.Logged
	members []vault.Member
	uses    map[string]map[vault.Pattern]vault.Use
	values  map[vault.Ref]string
	set     []vault.Change
	shown   []string
	calls   int
	fail    map[string]error // by method
}

// called counts a call, and gives the error that is set for it.
func (f *fakeBoard) called(method string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	return f.fail[method]
}

func (f *fakeBoard) Leaks(context.Context) ([]Leak, error) { return f.leaks, f.called("Leaks") }

func (f *fakeBoard) Environments() []vault.Pattern { return slices.Clone(f.scopes) }

func (f *fakeBoard) List(_ context.Context, project, env string) ([]vault.Listed, error) {
	return slices.Clone(f.secrets[vault.Pattern{Project: project, Environment: env}]), f.called("List")
}

func (f *fakeBoard) Look(_ context.Context, ref vault.Ref) (vault.Listed, error) {
	all := f.secrets[vault.Pattern{Project: ref.Project, Environment: ref.Environment}]
	i := slices.IndexFunc(all, func(l vault.Listed) bool { return l.Name == ref.Name })
	if i < 0 {
		return vault.Listed{}, &vault.NotFoundError{What: "secret", Name: ref.Name}
	}
	return all[i], f.called("Look")
}

func (f *fakeBoard) Diff(_ context.Context, from, to vault.Side) ([]vault.Difference, error) {
	return []vault.Difference{
		{Name: "DATABASE_URL", From: 3, To: 1, Values: vault.Different},
		{Name: "FLAGS", From: 1, Values: vault.Removed},
		{Name: "STRIPE_KEY", From: 2, To: 2, Values: vault.Same},
	}, f.called("Diff")
}

func (f *fakeBoard) Set(_ context.Context, c vault.Change) (int, error) {
	f.set = append(f.set, c)
	return *c.If + 1, f.called("Set")
}

func (f *fakeBoard) Show(_ context.Context, ref vault.Ref, version int) (string, error) {
	f.shown = append(f.shown, fmt.Sprintf("%s %d", ref, version))
	return f.values[ref], f.called("Show")
}

func (f *fakeBoard) Log(_ context.Context, _ vault.Filter, visit func(vault.Logged) error) error {
	for _, a := range f.acts {
		if err := visit(a); err != nil {
			return err
		}
	}
	return f.called("Log")
}

func (f *fakeBoard) Members(context.Context) ([]vault.Member, error) {
	return slices.Clone(f.members), f.called("Members")
}

func (f *fakeBoard) Uses(context.Context) (map[string]map[vault.Pattern]vault.Use, error) {
	return f.uses, f.called("Uses")
}

var (
	dev     = vault.Pattern{Project: "web", Environment: "dev"}
	staging = vault.Pattern{Project: "web", Environment: "staging"}
	prod    = vault.Pattern{Project: "web", Environment: "prod"}
	apiDev  = vault.Pattern{Project: "api", Environment: "dev"}
	apiProd = vault.Pattern{Project: "api", Environment: "prod"}
)

// newFakeBoard gives a small team's vault, with names that nobody should trust in it.
func newFakeBoard() *fakeBoard {
	day := func(n int) time.Time { return today.AddDate(0, 0, n) }
	listed := func(at vault.Pattern, name string, versions int, rotate int) vault.Listed {
		l := vault.Listed{Ref: vault.Ref{Project: at.Project, Environment: at.Environment, Name: name}, Current: versions}
		for i := range versions {
			v := vault.Version{Number: i + 1, State: vault.Revoked, Created: day(10*(i-versions) - 1), By: "ada", Revision: i + 1}
			if i == versions-1 {
				v.State = vault.Current
			}
			l.Versions = append(l.Versions, v)
		}
		if rotate != 0 {
			l.Info = vault.Info{RotateBy: day(rotate), Owner: "ops", Kind: "postgres-password", Description: "the shop's database"}
		}
		return l
	}
	removed := listed(dev, "OLD_KEY", 1, 0)
	removed.Current = 0
	f := &fakeBoard{
		scopes: []vault.Pattern{apiDev, apiProd, dev, prod, staging},
		secrets: map[vault.Pattern][]vault.Listed{
			dev:     {listed(dev, "DATABASE_URL", 3, -12), listed(dev, "FLAGS", 1, 0), removed, listed(dev, "STRIPE_KEY", 2, 20)},
			prod:    {listed(prod, "DATABASE_URL", 1, 3), listed(prod, "STRIPE_KEY", 2, 90)},
			staging: nil,
		},
		members: []vault.Member{
			{Name: "ada", Kind: vault.Person, Self: true, Reads: []string{"api/dev", "web/dev", "web/prod", "web/staging"}, Writes: []string{"web/dev", "web/prod"},
				Grants: []vault.Granted{{Wanted: vault.Wanted{Pattern: vault.Pattern{Project: "*", Environment: "*"}, Role: vault.Owner}}}},
			{Name: "ci", Kind: vault.Machine, Until: day(20), Grants: []vault.Granted{{Secrets: 2, Wanted: vault.Wanted{Pattern: prod, Role: vault.Reader, Until: day(20)}}}},
			{Name: "linus", Kind: vault.Person, Grants: []vault.Granted{
				{Wanted: vault.Wanted{Pattern: dev, Role: vault.Developer}},
				{Wanted: vault.Wanted{Pattern: prod, Role: vault.Reader, Until: day(-1)}},
			}},
			{Name: "gone", Kind: vault.Person, Gone: true},
			{Name: "evil\x1b[31m\u202e", Kind: vault.Person, Invited: true},
		},
		uses:   map[string]map[vault.Pattern]vault.Use{"linus": {dev: {Reads: 4, Last: day(-2)}}},
		values: map[vault.Ref]string{},
		fail:   map[string]error{},
	}
	for at, all := range f.secrets {
		for i, l := range all {
			f.values[l.Ref] = valueOf(100 + len(at.Environment)*10 + i).Reveal()
		}
	}
	act := func(n int, who, verb string, at vault.Pattern, name string, allowed bool) {
		f.acts = append(f.acts, vault.Logged{Seq: int64(n), Principal: who, Act: audit.Act{
			Time: day(-9).Add(time.Duration(n) * time.Hour), Verb: verb, Project: at.Project, Env: at.Environment, Name: name, Allowed: allowed,
			Program: "secretsweep run", Host: "laptop", Rule: "grant 01234567"}})
	}
	act(0, "ada", "init", vault.Pattern{}, "", true)
	act(1, "ada", "create", dev, "", true)
	act(2, "ada", "set", dev, "DATABASE_URL", true)
	act(3, "linus", "read", dev, "DATABASE_URL", true)
	act(4, "linus", "read", prod, "DATABASE_URL", false)
	act(5, "ada", "backup", vault.Pattern{}, "", true)
	act(6, "", "", vault.Pattern{}, "\x1b]0;title\x07", false)
	leak := func(n int, decision string, open bool, severity rules.Severity, refs ...vault.Ref) {
		f.leaks = append(f.leaks, Leak{
			Project: "web", Value: valueOf(n), Rule: kinds()[n%4].ID, Severity: severity, Name: "KEY", Places: []string{"api/config.py:12", "\x1b[2J.env:1"},
			Decision: decision, Open: open, Refs: refs, Found: day(-n * 3),
		})
	}
	leak(1, "undecided", true, rules.Critical)
	leak(2, "revoke only", true, rules.High)
	leak(3, "imported", true, rules.Medium, vault.Ref{Project: "web", Environment: "prod", Name: "DATABASE_URL"}, vault.Ref{Project: "web", Environment: "dev", Name: "DATABASE_URL"})
	leak(4, "false positive", false, rules.Low)
	return f
}

func (f *fakeBoard) board() Board {
	return Board{Vault: "/home/ada/vault", Leaks: f, Secrets: f, Values: f, Log: f, People: f}
}

// newBoardTerminal opens the dashboard.
func newBoardTerminal(t *testing.T, b Board, s size, o Options) *terminal {
	t.Helper()
	var out strings.Builder
	o.Output, o.Now = &out, func() time.Time { return today }
	x := &terminal{app: newApp(t.Context(), "secretsweep", o), t: t, came: make(chan tea.Msg)}
	if !o.NoColor {
		r := lipgloss.NewRenderer(&out)
		r.SetColorProfile(termenv.ANSI256)
		x.theme = newTheme(r, o)
	}
	x.later = func(_ time.Duration, msg tea.Msg) tea.Cmd {
		x.timers = append(x.timers, msg)
		return nil
	}
	x.size = s
	x.now = newBoard(x.app, b)
	x.do(x.Init())
	x.settle()
	return x
}

// plants gives the texts of all values that there are.
func (f *fakeBoard) plants() []string {
	all := slices.Collect(maps.Values(f.values))
	for _, l := range f.leaks {
		all = append(all, l.Value.Reveal())
	}
	return all
}

// boardScreens are the keys that lead to each screen of the dashboard, and to a line in the
// middle of its list.
func boardScreens() map[string][]string {
	return map[string][]string{
		"leaks":       {"down"},
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
		x.golden("board-leaks-" + name)
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
	x.sees("No leak is open")
	f.fail["Leaks"] = errors.New("read the leaks: \x1b[31mdamaged")
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
		if name == "set" {
			continue // there, keys are text
		}
		for _, k := range somethingElse() {
			f := newFakeBoard()
			x := newBoardTerminal(t, f.board(), size{80, 24}, Options{NoColor: true})
			x.press(keys...)
			listed := slices.ContainsFunc(x.now.keys(), func(b key.Binding) bool { return b.Enabled() && slices.Contains(b.Keys(), keyOf(k).String()) })
			if k == "?" {
				listed = true // everywhere
			}
			screen, calls := x.View(), f.calls
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
	x.sees("linus           read web/dev DATABASE_URL")
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
	x.press("down") // hides it, and does nothing else
	x.seesNo(f.values[ref])
	x.press("ctrl+r")
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
	f.fail["Set"] = &vault.ConflictError{Ref: want, Want: 3, Have: 4}
	x.press("s", "enter")
	x.write(value)
	x.press("enter")
	x.sees("nothing was written: version 3 was expected", "current one")
	x.press("s", "esc")
	x.sees("[4 Vault] › web/dev")
	if len(f.set) != 3 {
		t.Errorf("set %v", f.set[2:])
	}
}

func TestBoardWaits(t *testing.T) {
	waits := make(chan string)
	b := newFakeBoard().board()
	b.Waits = waits
	var out strings.Builder
	x := &terminal{app: newApp(t.Context(), "secretsweep", Options{NoColor: true, Output: &out}), t: t, came: make(chan tea.Msg)}
	o := newBoard(x.app, b).(*opening)
	x.now = o
	x.do(o.listen())
	waits <- "secretsweep run (process 1)\x1b[2J"
	x.until("it is said", func() bool { return o.waiting != "" })
	x.sees(`Waiting for secretsweep run (process 1)\x1b[2J, which has the vault open…`)
	x.send(started{})
	x.until("it is open", func() bool { return x.now != screen(o) })
	x.seesNo("Waiting")
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
	t.reload()().(answer)()
	for b.Loop() {
		a.Update(keyOf("down"))
		_ = a.View()
	}
}
