package tui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// allKeys are those that a person may press.
func allKeys() []string {
	keys := []string{"enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "pgup", "pgdown", "home", "end", "space", "backspace", "delete", "f1"}
	for c := '!'; c <= '~'; c++ {
		keys = append(keys, string(c))
	}
	for c := 'a'; c <= 'z'; c++ {
		if k := "ctrl+" + string(c); !slices.Contains([]string{"ctrl+c", "ctrl+i", "ctrl+m"}, k) { // the latter are tab and enter
			keys = append(keys, k)
		}
	}
	return keys
}

// state is all that a key may have an effect on.
func (x *terminal) state(d *doors) string {
	return x.View() + fmt.Sprint(x.ended, len(d.calls), x.timers)
}

// helpIsTrue shows of a screen that each of its keys does something, and that no other key
// does. open opens it, and makes it such that each key has something to do.
func helpIsTrue(t *testing.T, open func() (*terminal, *doors)) {
	t.Helper()
	x, _ := open()
	typing := x.now.typing()
	var listed []string
	for _, b := range x.now.keys() {
		if b.Help().Key == "" || b.Help().Desc == "" {
			t.Errorf("%v has no words for the help", b.Keys())
		}
		listed = append(listed, b.Keys()...)
	}
	for i, k := range listed {
		if slices.Contains(listed[:i], k) {
			t.Errorf("%q is there twice", k)
		}
		x, d := open()
		before := x.state(d)
		x.press(k)
		if x.state(d) == before {
			t.Errorf("%q does nothing", k)
		}
	}
	for _, k := range allKeys() {
		if k == "?" || slices.Contains(listed, k) || k == "space" && slices.Contains(listed, " ") {
			continue
		}
		if typing && (len(keyOf(k).Runes) > 0 || slices.Contains([]string{"left", "right", "home", "end", "backspace", "delete", "ctrl+a", "ctrl+e", "ctrl+u"}, k)) {
			continue // text
		}
		x, d := open()
		before := x.state(d)
		x.press(k)
		if x.state(d) != before {
			t.Errorf("%q does something, and isn't said to", k)
		}
	}
}

func TestHelpOfDecide(t *testing.T) {
	tests := map[string]struct {
		size size
		keys []string
	}{
		"list":       {size{80, 16}, []string{"down", "down", "down", "down", "down", "down", "down", "down", "down", "space"}},
		"beside":     {size{160, 16}, []string{"down", "down", "down", "down", "down", "down", "down", "down", "down", "space"}},
		"heading":    {size{80, 16}, []string{"g", "g", "home", "down", "space"}},
		"all folded": {size{80, 16}, []string{"g", "z", "down"}},
		"detail":     {size{60, 16}, []string{"down", "enter", "down", "down"}},
		"search":     {size{80, 16}, []string{"/", "k", "e", "y"}},
		"accept":     {size{80, 16}, []string{"a"}},
		"no place":   {size{80, 16}, []string{"i"}},
		"problems":   {size{80, 16}, []string{"P", "down"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			helpIsTrue(t, func() (*terminal, *doors) {
				d := mixed()
				for i := range 40 {
					d.swept.Problems = append(d.swept.Problems, fmt.Sprintf("shop/f%02d: it is broken", i))
				}
				x := newTerminal(t, d, tt.size, plain, newInventory)
				x.settle()
				x.press(tt.keys...)
				return x, d
			})
		})
	}
}

func TestHelpOfSweep(t *testing.T) {
	helpIsTrue(t, func() (*terminal, *doors) {
		d := newDoors(1)
		d.fail = map[string]error{"Sweep": fmt.Errorf("read shop: it is no repository")}
		x := newTerminal(t, d, size{80, 24}, plain, newSweep)
		x.settle()
		return x, d
	})
}

// TestValuesStayHidden walks through all screens of the flow with keys as they come, and
// shows that no value is ever seen that nobody asked for.
func TestValuesStayHidden(t *testing.T) {
	first := map[string]func(*flow) screen{
		"sweep": newSweep, "decide": newInventory, "map": newMapping,
		"roles":   func(f *flow) screen { return newRoles(f, newMapping(f)) },
		"confirm": func(f *flow) screen { return newConfirm(f, newMapping(f)) },
		"after":   func(f *flow) screen { return newAfter(f, Imported{}) },
	}
	rapid.Check(t, func(rt *rapid.T) {
		d := mixed()
		d.steps = []Step{{Title: "a file", Edits: []Edit{{Path: ".gitignore", New: ".env\n"}}}, {Title: "a text", Text: "to read"}}
		sizes := rapid.SampledFrom([]size{{80, 24}, {200, 60}, {60, 16}})
		x := newTerminal(t, d, sizes.Draw(rt, "size"), plain, first[rapid.SampledFrom(slices.Sorted(maps.Keys(first))).Draw(rt, "first")])
		x.settle()
		for range rapid.IntRange(1, 40).Draw(rt, "keys") {
			keys := allKeys()
			if bindings := x.now.keys(); len(bindings) > 0 && rapid.IntRange(0, 9).Draw(rt, "any") > 0 {
				keys = nil
				for _, b := range bindings {
					keys = append(keys, b.Keys()...)
				}
			}
			x.press(rapid.SampledFrom(keys).Draw(rt, "key"))
			if x.ended {
				break
			}
			if rapid.IntRange(0, 9).Draw(rt, "resize") == 0 {
				s := sizes.Draw(rt, "size")
				x.resize(s.width, s.height)
				x.settle()
			}
			if v, ok := x.now.(*inventory); !ok || v.revealed == nil {
				x.hidesValues(d.swept.Plan)
			}
		}
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// TestHostileTexts shows that nothing that was read gets at the terminal: each line is as wide
// as it should be, and has no character that isn't printed.
func TestHostileTexts(t *testing.T) {
	hostile := []string{
		"\x1b[2J\x1b]0;title\x07", "a\nb\rc\td", "\u202egnp.exe", "日本語の名前がとても長いファイル", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "שלום עולם", "e\u0301\u0301\u0301\u0301",
		"\xff\xfe\x00", "\u200b\u200d\ufeff", strings.Repeat("x", 5000), "\u009b31m", "",
	}
	var all []scanner.Finding
	for i, text := range hostile {
		f := found(i, text)
		f.Why = text
		p := &f.Places[0]
		p.Path, p.Commit = text+"/"+text, &place.Version{ID: text + "0123456789", Name: text, Email: text, Title: text}
		if i%2 == 0 {
			p.Kind, p.Message = place.Chat, &place.Message{Channel: text, User: text, Link: text}
		}
		all = append(all, f)
	}
	items := itemList{}
	for i, text := range hostile {
		items = append(items, importers.Item{Name: text, Parent: text, Env: text, Note: text, From: text, Value: secret.New(fmt.Sprint("a value, number ", i)),
			At: place.Place{Kind: place.File, Path: text, WorkTree: true, Span: spanAt(1)}})
	}
	setup := func() *doors {
		d := newDoors(0)
		d.swept = &Swept{Plan: planFrom(importers.Findings(all), items), Problems: hostile}
		d.lines = func(place.Place) []Line {
			var lines []Line
			for i, text := range hostile {
				lines = append(lines, Line{i, text, i%2 == 0})
			}
			return lines
		}
		return d
	}
	for _, s := range []size{{80, 24}, {200, 60}, {60, 16}} {
		look := func(x *terminal) {
			t.Helper()
			for _, line := range strings.Split(x.screen(), "\n") {
				if got := safe(line); got != line {
					t.Fatalf("%v: the screen has %q", s, line)
				}
			}
		}
		x := newTerminal(t, setup(), s, plain, newInventory)
		x.settle()
		look(x)
		v := x.now.(*inventory)
		if len(v.lines) < len(hostile) {
			t.Fatalf("%d rows", len(v.lines))
		}
		for range v.lines {
			x.press("enter")
			look(x)
			x.press("end", "ctrl+r")
			look(x)
			x.press("x", "i") // which says its name
			look(x)
			x.press("esc")
			if x.now != v || v.open {
				x.press("esc")
			}
			x.press("a")
			look(x)
			x.press("esc", "down")
		}
		for range groupings() {
			x.press("g")
			look(x)
		}
		x.press("P", "end")
		look(x)
		x.press("esc")

	}
}
