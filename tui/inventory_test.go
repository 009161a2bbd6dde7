package tui

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

var plain = Options{NoColor: true}

// itemList is an importer of items that are there.
type itemList []importers.Item

func (l itemList) Items(context.Context) iter.Seq2[importers.Item, error] {
	return func(yield func(importers.Item, error) bool) {
		for _, i := range l {
			if !yield(i, nil) {
				return
			}
		}
	}
}

// mixed gives doors to a plan with some of everything: leaks, values that aren't known to
// have leaked, settings, what was decided earlier, and parts that weren't read.
func mixed() *doors {
	var all []scanner.Finding
	for i := range 12 {
		all = append(all, found(i, []string{"STRIPE_KEY", "SLACK_TOKEN", "DB_PASSWORD", "SIGNING_SECRET"}[i%4]+[]string{"", "_B", "_C"}[i/4]))
	}
	for i := range 4 { // a value that is in many files
		p := all[4].Places[0]
		p.Path = fmt.Sprintf("jobs/j%d.py", i)
		all[4].Places, all[4].Namings = append(all[4].Places, p), append(all[4].Namings, all[4].Namings[0])
	}
	file := func(line int) place.Place {
		return place.Place{Kind: place.File, Root: "shop", Path: ".env.production", Span: spanAt(line), WorkTree: true, Local: true}
	}
	more := itemList{
		{Name: "MAIL_PASSWORD", Value: valueOf(900), At: file(1), From: "dotenv", Note: "of the shop's mailbox"},
		{Name: "LOG_LEVEL", Value: secret.New("debug-and-more-of-it"), At: file(2), From: "dotenv", Setting: true},
		{Name: "REGION", Value: secret.New("europe-west-everywhere"), At: file(3), From: "dotenv", Setting: true},
		{Name: "TO_FILL", At: file(4), From: "github"},
	}
	p := planFrom(importers.Findings(all), more)
	p.Restore([]importers.Decision{
		{Value: all[1].Fingerprint, Choice: importers.Revoke, Done: true},
		{Value: all[2].Fingerprint, Choice: importers.Accept, Until: today.AddDate(0, 1, 0), Reason: "the test system is gone", Done: true},
	})
	d := newDoors(0)
	d.swept = &Swept{Plan: p, Problems: []string{"shop/broken.zip: it ends too early", "shop/secret.pem: permission denied"}, LeftOut: 1204}
	return d
}

// row gives the row of a name.
func row(t *testing.T, d *doors, name string) *importers.Row {
	t.Helper()
	i := slices.IndexFunc(d.swept.Plan.Rows, func(r *importers.Row) bool { return r.Name() == name })
	if i < 0 {
		t.Fatalf("there is no row %s", name)
	}
	return d.swept.Plan.Rows[i]
}

// goTo puts the cursor of the inventory on a row.
func (x *terminal) goTo(name string) {
	x.t.Helper()
	v := x.now.(*inventory)
	for i, e := range v.lines {
		if e.fact != nil && e.row.Name() == name {
			x.press("home")
			for range i {
				x.press("down")
			}
			return
		}
	}
	x.t.Fatalf("%s isn't shown", name)
}

func TestInventoryScreens(t *testing.T) {
	for name, s := range map[string]size{"80x24": {80, 24}, "200x60": {200, 60}, "60x16": {60, 16}} {
		t.Run(name, func(t *testing.T) {
			x := newTerminal(t, mixed(), s, plain, newInventory)
			x.settle()
			x.golden("inventory-" + name)
			x.press("g", "e", "o", "Y", "u", "down", "down", "space")
			x.golden("inventory-grouped-" + name)
			x.press("esc", "g", "g", "g", "g", "g")
			x.goTo("DB_PASSWORD_C")
			x.press("enter")
			x.golden("detail-" + name)
			x.press("esc", "a")
			x.golden("accept-" + name)
			x.press("esc", "P")
			x.golden("problems-" + name)
			x.press("esc", "?")
			x.golden("inventory-help-" + name)
		})
	}
}

// TestInventoryColors shows that the screen is drawn for the terminal's background.
func TestInventoryColors(t *testing.T) {
	for name, background := range map[string]Background{"light": Light, "dark": Dark} {
		t.Run(name, func(t *testing.T) {
			x := newTerminal(t, mixed(), size{120, 24}, Options{Background: &background}, newInventory)
			x.settle()
			x.press("down", "space", "i")
			x.golden("inventory-" + name)
		})
	}
}

// TestInventoryResized shows that the screen follows the terminal's size in each state.
func TestInventoryResized(t *testing.T) {
	states := map[string][]string{
		"list": nil, "end of the list": {"end"}, "groups": {"g", "z"}, "detail": {"down", "down", "enter", "pgdown"},
		"search": {"/", "k", "e", "y"}, "accept": {"a"}, "problems": {"P"}, "help": {"?", "pgdown"}, "revealed": {"enter", "ctrl+r"},
	}
	for name, keys := range states {
		t.Run(name, func(t *testing.T) {
			x := newTerminal(t, mixed(), size{80, 24}, plain, newInventory)
			x.settle()
			x.press(keys...)
			before := x.screen()
			for _, s := range []size{{200, 60}, {119, 16}, {120, 16}, {60, 16}, {61, 40}, {20, 5}, {1, 1}, {80, 24}} {
				x.resize(s.width, s.height)
				x.settle()
				_ = x.screen() // fails if it isn't as large as the terminal
			}
			if after := x.screen(); !slices.Contains([]string{"end of the list", "detail", "help"}, name) && after != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

func TestNothingFound(t *testing.T) {
	d := newDoors(0)
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	x.sees("Nothing was found.", "q end")
	x.press("i", "Y", "space", "enter", "n")
	if x.ended || len(d.took("Keep")) > 0 {
		t.Error("keys that do nothing did something")
	}
	x.press("q")
	if !x.ended {
		t.Error("q doesn't leave")
	}
}

// TestDecide shows what keys choose, and that it is kept and can be undone.
func TestDecide(t *testing.T) {
	for key, want := range map[string]importers.Choice{"i": importers.Import, "r": importers.Revoke, "f": importers.False, "l": importers.Leave, "y": importers.Import} {
		t.Run(key, func(t *testing.T) {
			d := mixed()
			x := newTerminal(t, d, size{80, 24}, plain, newInventory)
			x.settle()
			x.goTo("MAIL_PASSWORD")
			mail := row(t, d, "MAIL_PASSWORD")
			next := x.now.(*inventory).lines[x.now.(*inventory).window.cursor+1].row
			x.press(key)
			if mail.Choice != want || !mail.Decided {
				t.Errorf("got %s (decided %v), want %s", mail.Choice, mail.Decided, want)
			}
			if got := x.now.(*inventory).row(); got != next {
				t.Errorf("the cursor is at %s, want the next row", got.Name())
			}
			if len(d.kept) != 3 {
				t.Errorf("%d decisions were kept, want 3", len(d.kept))
			}
			x.press("u")
			x.sees("undone: ")
			if mail.Decided || len(d.kept) != 2 {
				t.Errorf("after undo: decided %v, %d kept", mail.Decided, len(d.kept))
			}
			if d.swept.Plan.CanUndo() {
				t.Error("there is more to undo")
			}
		})
	}
}

// TestChooseMany shows which rows a choice acts on.
func TestChooseMany(t *testing.T) {
	tests := map[string]struct {
		at   string
		keys []string
		want func(*importers.Row) bool
	}{
		"selected":       {"MAIL_PASSWORD", []string{"space", "space"}, func(r *importers.Row) bool { return slices.Contains([]string{"MAIL_PASSWORD", "TO_FILL"}, r.Name()) }},
		"same rule":      {"STRIPE_KEY_B", []string{"x"}, func(r *importers.Row) bool { return r.Finding != nil && r.Finding.Rule.ID == "stripe-live-key" }},
		"same path":      {"MAIL_PASSWORD", []string{"p"}, func(r *importers.Row) bool { return r.Items[0].At.Path == ".env.production" && !r.Items[0].Setting }},
		"all of a word":  {"MAIL_PASSWORD", []string{"/", "s", "t", "r", "i", "p", "e", "enter", "*"}, func(r *importers.Row) bool { return strings.HasPrefix(r.Name(), "STRIPE") }},
		"all and not":    {"MAIL_PASSWORD", []string{"*", "*"}, func(r *importers.Row) bool { return r.Name() == "MAIL_PASSWORD" }},
		"a group":        {"MAIL_PASSWORD", []string{"g", "g", "g", "home"}, func(r *importers.Row) bool { return strings.HasPrefix(r.Name(), "STRIPE") }},
		"a folded group": {"MAIL_PASSWORD", []string{"g", "g", "g", "home", "enter"}, func(r *importers.Row) bool { return strings.HasPrefix(r.Name(), "STRIPE") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := mixed()
			x := newTerminal(t, d, size{80, 40}, plain, newInventory)
			x.settle()
			x.goTo(tt.at)
			x.press(tt.keys...)
			x.press("f")
			for _, r := range d.swept.Plan.Rows {
				if got := r.Choice == importers.False; got != (tt.want(r) && !r.Earlier) {
					t.Errorf("%s: chosen %v", r.Name(), got)
				}
			}
			if n := len(x.now.(*inventory).selected); n > 0 {
				t.Errorf("%d are selected still", n)
			}
		})
	}
}

func TestAcceptAllSuggestions(t *testing.T) {
	d := mixed()
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	before := d.swept.Plan.Decisions(true)
	x.press("Y")
	if len(d.kept) != len(d.swept.Plan.Rows) {
		t.Errorf("%d of %d are decided", len(d.kept), len(d.swept.Plan.Rows))
	}
	for i, k := range d.kept {
		if k.Choice != before[i].Choice {
			t.Errorf("row %d: %s, suggested was %s", i, k.Choice, before[i].Choice)
		}
	}
	x.sees("0 to decide about", "14 values: as suggested")
	x.press("u")
	if len(d.kept) != 2 {
		t.Errorf("%d are decided after undo", len(d.kept))
	}
}

func TestAccept(t *testing.T) {
	d := mixed()
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	x.goTo("MAIL_PASSWORD")
	x.press("a")
	x.sees("Accept the risk of MAIL_PASSWORD", "2027-02-25")
	x.press("enter")
	x.sees("it needs a reason")
	x.write("no? nobody reads it")
	x.press("tab", "ctrl+u")
	x.write("2026-11-26")
	x.press("enter")
	x.sees("that day is over")
	x.press("backspace")
	x.write("x")
	x.press("enter")
	x.sees("write the day as 2027-02-25")
	x.press("backspace")
	x.write("7")
	mail := row(t, d, "MAIL_PASSWORD")
	if mail.Decided {
		t.Fatal("it is decided too early")
	}
	x.press("enter")
	if mail.Choice != importers.Accept || mail.Until.Format(dateLayout) != "2026-11-27" || mail.Reason != "no? nobody reads it" {
		t.Errorf("got %+v", mail.Verdict)
	}
	x.goTo("MAIL_PASSWORD")
	x.sees("accepted until 2026-11-27: no? nobody reads it")
	x.press("a", "esc")
	if x.now.(*inventory).row() != mail {
		t.Error("esc doesn't lead back")
	}
}

// TestImportWithoutPlace shows that what lies in old commits alone can be imported.
func TestImportWithoutPlace(t *testing.T) {
	d := mixed()
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	old := row(t, d, "STRIPE_KEY")
	if len(old.Targets) > 0 {
		t.Fatal("it has a place to go to")
	}
	x.press("*", "i")
	x.sees("import by itself each of the")
	if old.Decided {
		t.Error("it was imported to nowhere")
	}
	x.goTo("STRIPE_KEY")
	x.press("i", "enter")
	x.sees("the name is empty")
	x.write("prod")
	x.press("enter")
	if old.Choice != importers.Import || len(old.Targets) != 1 || old.Targets[0].Ref != (importers.Ref{Project: "shop", Env: "prod", Name: "STRIPE_KEY"}) {
		t.Errorf("%s to %v", old.Choice, old.Targets)
	}
	x.sees("STRIPE_KEY: import")
}

func TestSearch(t *testing.T) {
	tests := map[string][]string{ // all names that are shown
		"stripe":             {"STRIPE_KEY", "STRIPE_KEY_B", "STRIPE_KEY_C"},
		"STRIPE  key_c":      {"STRIPE_KEY_C"},
		".env.prod":          {"MAIL_PASSWORD", "TO_FILL"},
		"prod mail":          {"MAIL_PASSWORD"},
		"slack-bot":          {"SLACK_TOKEN_B", "SLACK_TOKEN_C"},
		"no such thing":      nil,
		"services/s04 shop?": nil,
		"#ops":               {"DB_PASSWORD_B"},
	}
	for text, want := range tests {
		t.Run(text, func(t *testing.T) {
			x := newTerminal(t, mixed(), size{80, 24}, plain, newInventory)
			x.settle()
			all := len(x.now.(*inventory).shown)
			x.press("/")
			x.write(text)
			var got []string
			for _, k := range x.now.(*inventory).shown {
				got = append(got, k.name)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			x.press("enter")
			if len(want) == 0 {
				x.sees("Nothing has all of these words.")
			}
			x.press("esc")
			if n := len(x.now.(*inventory).shown); n != all {
				t.Errorf("after esc %d are shown, want %d", n, all)
			}
		})
	}
}

func TestHiddenRows(t *testing.T) {
	x := newTerminal(t, mixed(), size{80, 30}, plain, newInventory)
	x.settle()
	x.sees("2 values decided earlier: e", "2 settings: o", "2 parts not read: P")
	x.press("o")
	x.sees("LOG_LEVEL")
	x.press("o", "e")
	x.seesNo("LOG_LEVEL")
	x.sees("accept ")
	x.press("e")
	x.seesNo("LOG_LEVEL", "accept ")
}

// TestNothingNew shows what a second run says where all was decided in the first.
func TestNothingNew(t *testing.T) {
	d := newDoors(8)
	d.swept.Plan.Written(importers.Batch{})
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	x.sees("There is nothing new", "8 values decided earlier: e", "0 to decide about")
	x.press("Y", "i", "space", "enter", "down")
	x.sees("There is nothing new")
}

func TestGroupAndSort(t *testing.T) {
	d := mixed()
	x := newTerminal(t, d, size{80, 40}, plain, newInventory)
	x.settle()
	v := x.now.(*inventory)
	wantGroups := [][]string{
		{"Slack", "Stripe", "config-password", "config-secret", "dotenv", "github"},
		{"#ops", ".env.production"}, // and services
		{"critical", "high", "medium", "low", "no known leak"},
		{"dev", "nowhere", "prod"},
		{"import", "revoke"},
	}
	for _, want := range wantGroups {
		x.press("g")
		var got []string
		for _, e := range v.lines {
			if e.fact == nil {
				got = append(got, e.group)
			}
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("by %s: %v, want %v", groupings()[v.group].name, got, want)
		}
		n := len(v.lines)
		x.press("z")
		if len(v.lines) != len(got) {
			t.Errorf("folded: %d lines for %d groups", len(v.lines), len(got))
		}
		x.press("home", "enter")
		if len(v.lines) <= len(got) {
			t.Error("enter doesn't unfold")
		}
		x.press("z")
		if len(v.lines) != n {
			t.Errorf("unfolded: %d lines, want %d", len(v.lines), n)
		}
	}
	x.press("g")
	if v.group != 0 || len(v.lines) != len(v.shown) {
		t.Error("the groups are there still")
	}
	for range orderings() {
		x.press("s")
		o := orderings()[v.order]
		if !slices.IsSortedFunc(v.shown, o.compare) {
			t.Errorf("it isn't sorted by %s", o.name)
		}
		x.sees("sorted by " + o.name)
	}
	if v.order != 0 {
		t.Error("not all orders were seen")
	}
}

// TestGoOn shows what is said of what nobody decided about.
func TestGoOn(t *testing.T) {
	x := newTerminal(t, mixed(), size{80, 24}, plain, newInventory)
	x.settle()
	before := x.now
	x.press("n")
	x.sees("14 values undecided: what is suggested is taken")
	if x.now == before {
		t.Error("it is the same screen")
	}
	if f := before.(*inventory).flow; newInventory(f) != before {
		t.Error("the inventory isn't there any more as it was left")
	}
}

func TestWheel(t *testing.T) {
	x := newTerminal(t, newDoors(100), size{80, 24}, plain, newInventory)
	x.settle()
	v := x.now.(*inventory)
	for _, tt := range []struct {
		button tea.MouseButton
		want   int
	}{{tea.MouseButtonWheelDown, 3}, {tea.MouseButtonWheelDown, 6}, {tea.MouseButtonLeft, 6}, {tea.MouseButtonWheelUp, 3}, {tea.MouseButtonWheelUp, 0}, {tea.MouseButtonWheelUp, 0}} {
		x.send(tea.MouseMsg{Button: tt.button})
		x.settle()
		if v.window.cursor != tt.want {
			t.Errorf("button %v: at %d, want %d", tt.button, v.window.cursor, tt.want)
		}
	}
}

// TestKeepFails shows that a decision stays, and that one is told that it wasn't kept.
func TestKeepFails(t *testing.T) {
	d := mixed()
	d.fail = map[string]error{"Keep": fmt.Errorf("keep decisions: the disk is full")}
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	x.goTo("MAIL_PASSWORD")
	x.press("r")
	x.sees("keep decisions: the disk is full")
	if row(t, d, "MAIL_PASSWORD").Choice != importers.Revoke {
		t.Error("the decision is gone")
	}
}

// TestKeepLast shows that decisions are kept when one leaves at once.
func TestKeepLast(t *testing.T) {
	d := mixed()
	x := newTerminal(t, d, size{80, 24}, plain, newInventory)
	x.settle()
	x.send(keyOf("r"))
	x.send(keyOf("r")) // while the first one is being kept
	x.press("ctrl+c")
	want := d.swept.Plan.Decisions(false)
	if !x.ended || len(want) != 4 || !reflect.DeepEqual(d.kept, want) {
		t.Fatalf("ended %v, kept were %v, want %v", x.ended, d.kept, want)
	}
}

// BenchmarkInventory10000 is a key in a list of ten thousand values, and the screen that
// comes of it.
func BenchmarkInventory10000(b *testing.B) {
	o := plain
	o.Output = new(strings.Builder)
	a := newApp(b.Context(), "secretsweep migrate", o)
	a.size = size{200, 60}
	d := newDoors(10_000)
	f := newFlow(a, Migration{Paths: []string{"shop"}, Project: "shop", Places: d, Drafts: d})
	f.swept, f.plan = d.swept, d.swept.Plan
	a.now = newInventory(f)
	a.Update(started{})
	_ = a.View()
	for _, keys := range [][]string{{"down"}, {"space"}, {"r", "u"}, {"g"}, {"/", "p", "esc"}} {
		b.Run(strings.Join(keys, ""), func(b *testing.B) {
			for b.Loop() {
				for _, k := range keys {
					a.Update(keyOf(k))
					_ = a.View()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(keys)), "µs/key")
		})
	}
}
