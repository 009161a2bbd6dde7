package tui

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/vault"
)

// stored is the number of the value that the vault has.
const stored = 900

// foundAt makes an item of a value that was found in one file.
func foundAt(n int, name, path string) importers.Item {
	f := found(n, name)
	at := f.Places[0]
	at.Kind, at.Path, at.Message, at.Head, at.WorkTree = place.File, path, nil, true, true
	f.Places, f.Namings = []place.Place{at}, []scanner.Naming{{Name: name, Carrier: f.Value}}
	return importers.Item{Name: name, Value: f.Value, Finding: &f, At: at, From: importers.FromFindings}
}

// storyPlan is a plan in which everything happens that screens after Decide tell of: names in
// several environments, conflicts with another value and with the vault's, aliases, an entry
// to fill in, and names that would do harm on a terminal.
func storyPlan() *importers.Plan {
	items := []importers.Item{
		foundAt(2, "PAYMENT_KEY", ".env"),
		foundAt(3, "PAYMENT_KEY", ".env.staging"),
		foundAt(4, "PAYMENT_KEY", ".env.production"),
		foundAt(6, "SESSION_SECRET", ".env.production"),
		foundAt(7, "SESSION_SECRET", "deploy/k8s/prod/secret.yaml"),
		foundAt(10, "SMTP_PASSWORD", ".env"),
		foundAt(10, "SMTP_PASS", "src/dev/mail.py"),
		foundAt(11, "DATABASE_URL", ".env"),
		foundAt(14, "API_TOKEN", "qa/settings\x1b[2J\u202e\n世界.toml"),
		{Name: "SENTRY_DSN", Env: "staging", From: "github", Note: "set in the console"},
	}
	return importers.NewPlan(items, importers.Options{
		Project: "shop", Environments: []string{"dev", "prod"},
		Kept: []importers.Kept{{Ref: importers.Ref{Project: "shop", Env: "dev", Name: "DATABASE_URL"}, Value: valueOf(stored), Current: true}},
	})
}

// storyDoors lead to a vault with dev and prod in it, and several people.
func storyDoors() *doors {
	d := newDoors(0)
	d.swept = &Swept{Plan: storyPlan()}
	d.access = importers.Access{
		Has:      func(r importers.Ref) bool { return r.Env == "dev" || r.Env == "prod" },
		CanWrite: func(importers.Ref) bool { return true },
	}
	d.people = []Person{
		{Name: "ada", Self: true, Owner: true},
		{Name: "grace", Roles: map[string]vault.Role{"dev": vault.Developer}},
		{Name: "linus\x1b[31m", Roles: map[string]vault.Role{"dev": vault.Reader, "prod": vault.Maintainer}},
		{Name: "margaret"},
	}
	d.steps = []Step{
		{Title: "Write .env.example", About: "Names only, so that others know what they need.", Edits: []Edit{
			{".env.example", "", "PAYMENT_KEY=\nSMTP_PASSWORD=\n"},
			{".gitignore", "/bin\n/dist\n*.log\n*.tmp\n", "/bin\n/dist\n*.log\n*.tmp\n.env\n.env.*\n"},
		}},
		{Title: "Empty .env\x1b[2J", About: "What the vault has leaves the file.", Edits: []Edit{{".env", settings(60) + "PAYMENT_KEY=****", settings(1)}}},
		{Title: "Rewrite the history", About: "Others have to clone again.", Text: "git clone --mirror …\n\tgit filter-repo --replace-text …\n"},
	}
	return d
}

// settings gives lines of a .env file.
func settings(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "PORT_%d=80\n", i)
	}
	return b.String()
}

// story opens a screen after Decide at 80 columns and 24 lines, and presses keys.
func story(t *testing.T, keys ...string) *terminal {
	t.Helper()
	x := newTerminal(t, storyDoors(), size{80, 24}, plain, newMapping)
	x.settle()
	x.press(keys...)
	return x
}

// scenes are the states that the screens after Decide can be in, by the keys that lead there.
var scenes = map[string][]string{
	"map":              {"down", "down", "right"},
	"map-aliases":      {"end"},
	"map-undo":         {"down", "down", "right", "d"},
	"map-compare":      {"c", "enter"},
	"map-compare-more": {"c", "c", "enter", "right"},
	"map-form":         {"down", "down", "m"},
	"map-joined":       {"end", "a"},
	"map-entry":        {"+", "N", "E", "W", "_", "K", "E", "Y", "tab", "d", "e", "v", "enter"},
	"roles":            {"n", "down", "right"},
	"roles-undo":       {"n", "down", "right", "space"},
	"roles-reads":      {"n", "down", "enter", "down"},
	"confirm":          {"n", "n", "down", "down", "down"},
	"after":            {"n", "n", "y", "down"},
	"after-scrolled":   {"n", "n", "y", "down", "pgdown"},
	"after-asking":     {"n", "n", "y", "enter"},
	"after-text":       {"n", "n", "y", "end"},
}

// eachScene runs a test for each scene, by its name.
func eachScene(t *testing.T, test func(*testing.T, string, []string)) {
	for name, keys := range scenes {
		t.Run(name, func(t *testing.T) { test(t, name, keys) })
	}
}

func TestStoryScreens(t *testing.T) {
	eachScene(t, func(t *testing.T, name string, keys []string) {
		for _, s := range []size{{80, 24}, {200, 60}, {60, 16}} {
			x := newTerminal(t, storyDoors(), s, plain, newMapping)
			x.settle()
			x.press(keys...)
			x.golden(fmt.Sprintf("%s-%dx%d", name, s.width, s.height))
		}
	})
}

// TestStoryColors has each screen once for a light and once for a dark background.
func TestStoryColors(t *testing.T) {
	for background, keys := range map[Background][]string{Light: {}, Dark: {"n", "n", "y"}} {
		x := newTerminal(t, storyDoors(), size{80, 24}, Options{Background: &background}, newMapping)
		x.settle()
		x.inColor()
		x.press(keys...)
		x.golden([]string{Dark: "after-dark", Light: "map-light"}[background])
	}
}

// inColor draws as on a terminal of 256 colors.
func (x *terminal) inColor() {
	r := lipgloss.NewRenderer(io.Discard, termenv.WithProfile(termenv.ANSI256))
	x.theme = newTheme(r, x.options)
}

// TestStoryResize makes the terminal larger and smaller in each scene; what was seen before is
// seen again.
func TestStoryResize(t *testing.T) {
	eachScene(t, func(t *testing.T, _ string, keys []string) {
		x := story(t, keys...)
		before := x.now.title()
		for _, s := range []size{{200, 60}, {60, 16}, {30, 5}, {1, 1}, {80, 24}} {
			x.resize(s.width, s.height)
			x.screen()
		}
		if x.now.title() != before {
			t.Errorf("title is %q, was %q", x.now.title(), before)
		}
	})
}

// keyboard is every key that a screen could listen to, but for what works everywhere.
func keyboard() []string {
	keys := []string{"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "pgup", "pgdown", "home", "end", "space", "backspace", "delete", "shift+up", "shift+down", "f1", "f2"}
	for r := '!'; r <= '~'; r++ {
		keys = append(keys, string(r))
	}
	for r := 'a'; r <= 'z'; r++ {
		keys = append(keys, "ctrl+"+string(r))
	}
	return slices.DeleteFunc(keys, func(k string) bool { return k == "?" || k == "ctrl+c" || k == "ctrl+i" || k == "ctrl+m" })
}

// TestStoryHelp shows that the help is true: no key that it doesn't list does something, and
// each that it lists does in some scene of its screen; an arrow may be at its end in another.
func TestStoryHelp(t *testing.T) {
	works := make(map[string]bool) // keys by title, as the help lists them → whether they do
	eachScene(t, func(t *testing.T, _ string, keys []string) {
		x := story(t, keys...)
		x.notice = "" // any key ends it
		before, typing := x.screen(), x.now.typing()
		listed := make(map[string]string)
		for _, b := range x.now.keys() {
			for _, k := range b.Keys() {
				k = strings.ReplaceAll(k, " ", "space")
				listed[k] = fmt.Sprintf("%s: %s (%s, %s)", x.now.title(), k, b.Help().Key, b.Help().Desc)
			}
		}
		if len(listed) == 0 {
			t.Fatal("no keys")
		}
		for _, k := range keyboard() {
			if typing && listed[k] == "" {
				continue
			}
			y := story(t, keys...)
			y.notice = ""
			screen, calls := y.now, len(y.doors(t).calls)
			y.press(k)
			did := y.ended || y.now != screen || y.screen() != before || len(y.doors(t).calls) != calls
			if listed[k] != "" {
				works[listed[k]] = works[listed[k]] || did
			} else if did {
				t.Errorf("key %q does something, and isn't listed", k)
			}
		}
	})
	for key, does := range works {
		if !does {
			t.Errorf("%s does nothing", key)
		}
	}
}

// doors gives the fake that a terminal's flow acts through.
func (x *terminal) doors(t *testing.T) *doors {
	t.Helper()
	for _, s := range []screen{x.now} {
		switch s := s.(type) {
		case *mapping:
			return s.f.Vault.(*doors)
		case *roles:
			return s.f.Vault.(*doors)
		case *confirm:
			return s.f.Vault.(*doors)
		case *after:
			return s.f.Vault.(*doors)
		}
	}
	return &doors{}
}

// TestStoryHides presses any keys on the screens after Decide: no value is ever seen, no line
// has another width than the terminal, and nothing that was found reaches the terminal as it is.
func TestStoryHides(t *testing.T) {
	keys := append(keyboard(), "n", "n", "n", "y", "y", "c", "enter", "enter", "right", "down")
	rapid.Check(t, func(r *rapid.T) {
		d := storyDoors()
		x := newTerminal(t, d, size{80, 24}, plain, newMapping)
		x.settle()
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 1, 30).Draw(r, "keys") {
			if k == "b" || k == "esc" {
				continue // back to Decide
			}
			x.press(k)
			if x.ended {
				return
			}
			x.hidesValues(d.swept.Plan)
			for i, line := range strings.Split(x.View(), "\n") {
				if safe(line) != line {
					r.Fatalf("line %d isn't safe: %q", i, line)
				}
			}
		}
	})
}

// TestStoryKeys walks from Map to the end with what is suggested.
func TestStoryKeys(t *testing.T) {
	keys := []string{"n", "n", "y", "q"}
	x := story(t)
	d := x.doors(t)
	x.press(keys...)
	if !x.ended || len(d.took("Import")) != 1 {
		t.Fatalf("not at the end after %v:\n%s", keys, x.screen())
	}
	if len(keys) > 12 {
		t.Errorf("%d keys", len(keys))
	}
}

// BenchmarkMap10000 is a key in a table of ten thousand values, and the screen that comes of
// it.
func BenchmarkMap10000(b *testing.B) {
	o := plain
	o.Output = new(strings.Builder)
	a := newApp(b.Context(), "secretsweep migrate", o)
	a.size = size{200, 60}
	d := newDoors(10_000)
	f := newFlow(a, Migration{Project: "shop", Drafts: d, Vault: d})
	f.swept, f.plan = d.swept, d.swept.Plan
	a.now = newMapping(f)
	a.Update(started{})
	_ = a.View()
	for _, keys := range [][]string{{"down"}, {"pgdown"}, {"c"}, {"right"}, {"d", "u"}} {
		b.Run(strings.Join(keys, "+"), func(b *testing.B) {
			for b.Loop() {
				for _, k := range keys {
					a.Update(keyOf(k))
					_ = a.View()
				}
			}
		})
	}
}

// TestStoryWheel turns the mouse's wheel on each screen that has a list.
func TestStoryWheel(t *testing.T) {
	for _, scene := range []string{"map", "roles", "roles-reads", "confirm", "after-scrolled"} {
		t.Run(scene, func(t *testing.T) {
			x := story(t, scenes[scene]...)
			x.notice = ""
			before := x.screen()
			x.send(tea.MouseMsg{Action: tea.MouseActionPress, Button: tea.MouseButtonWheelDown})
			down := x.screen()
			x.send(tea.MouseMsg{Action: tea.MouseActionPress, Button: tea.MouseButtonWheelUp})
			if up := x.screen(); down == before || up == down {
				t.Errorf("the wheel does nothing:\n%s", down)
			}
		})
	}
}

// TestStoryThere goes to and fro between the screens: what was chosen stays chosen.
func TestStoryThere(t *testing.T) {
	x := story(t, "c", "enter", "1", "c", "enter", "2", "n", "end", "right", "space", "n")
	want := x.screen()
	x.press("esc", "esc", "n", "n")
	if got := x.screen(); got != want {
		t.Errorf("there again:\n%s\nbefore:\n%s", got, want)
	}
	x.press("esc", "esc", "esc")
	x.sees("[Decide]")
	x.press("n")
	x.sees("[Map]")
	x.seesNo(" conflict     ", "[conflict]") // all were looked at
	x.press("n", "n")
	if got := x.screen(); got != want {
		t.Errorf("by Decide:\n%s\nbefore:\n%s", got, want)
	}
}
