package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/scanner/report"
)

// table is a screen of the dashboard: a list that comes through a door and is searched, and
// beside or below it what is known of the line under the cursor.
type table[T any] struct {
	*board
	self    screen // what is seen: the table, or what it is a part of
	tab     string // on which it is
	what    string // it is a list of; "" for what the tab says
	back    screen // where it came from; nil for a tab itself
	none    string // what is said where there is nothing
	load    func(context.Context) ([]T, error)
	keep    func(T) bool // whether an item is shown at all; nil: all are
	words   func(T) string
	summary func(width int) string // what is said above the list
	heads   func(width int) string
	line    func(item T, width int) string
	detail  func(item T, s size) []string
	own     func() []action // what else can be done, also while the detail is looked at
	looks   bool            // enter shows all of the detail

	all, shown []T
	window     window
	page       window // of the detail, while it is looked at
	looking    bool
	search     input
	searching  bool
	loading    bool
	loaded     bool
	err        error // of the last loading
}

var _ tab = (*table[int])(nil)

func (t *table[T]) label() string { return t.tab }
func (t *table[T]) title() string { return t.place(t.tab, t.what) }
func (t *table[T]) typing() bool  { return t.searching }

// reload fetches the list.
func (t *table[T]) reload() tea.Cmd { return t.loadThen(func() {}) }

// loadThen fetches the list, and does something when it is there.
func (t *table[T]) loadThen(then func()) tea.Cmd {
	if t.loading {
		return nil
	}
	t.loading = true
	return ask(t.board, t.load, func(all []T, err error) tea.Cmd {
		t.loading, t.loaded, t.err = false, true, err
		if err == nil {
			t.all = all
		}
		t.refresh()
		then()
		return nil
	})
}

// refresh finds out which items are shown.
func (t *table[T]) refresh() {
	wanted := strings.Fields(strings.ToLower(t.search.value()))
	t.shown = slices.DeleteFunc(slices.Clone(t.all), func(item T) bool {
		if t.keep != nil && !t.keep(item) {
			return true
		}
		if len(wanted) == 0 {
			return false
		}
		text := strings.ToLower(t.words(item))
		return slices.ContainsFunc(wanted, func(w string) bool { return !strings.Contains(text, w) })
	})
	t.window.resize(len(t.shown), t.window.height)
}

// current gives the item under the cursor; false if there is none.
func (t *table[T]) current() (item T, ok bool) {
	if t.window.cursor >= len(t.shown) {
		return item, false
	}
	return t.shown[t.window.cursor], true
}

func (t *table[T]) actions() []action {
	if t.searching {
		return []action{
			on("enter", "look at what was found", func(string) (screen, tea.Cmd) { t.searching = false; return t.self, nil }),
			on("esc", "everything again", func(string) (screen, tea.Cmd) { t.find(""); return t.self, nil }),
		}
	}
	var all []action
	if t.looks && !t.looking {
		all = append(all, on("enter", "all of it", func(string) (screen, tea.Cmd) {
			t.looking, t.page = true, window{}
			return t.self, nil
		}).when(len(t.shown) > 0))
	}
	if t.own != nil {
		all = append(all, t.own()...)
	}
	leave := on("q", "leave", func(string) (screen, tea.Cmd) { return nil, nil })
	if t.looking {
		all = append(all, on("esc", "back", func(string) (screen, tea.Cmd) { t.looking = false; return t.self, nil }), leave)
		return append(append(all, t.switching(t.tab)...), scrolling(t.self, &t.page)...)
	}
	all = append(all,
		on("/", "search", func(string) (screen, tea.Cmd) { t.searching = true; return t.self, nil }),
		on("r", "read again", func(string) (screen, tea.Cmd) { return t.self, t.reload() }),
	)
	switch {
	case t.search.value() != "":
		all = append(all, on("esc", "everything again", func(string) (screen, tea.Cmd) { t.find(""); return t.self, nil }))
	case t.back != nil:
		all = append(all, on("esc", "back", func(string) (screen, tea.Cmd) { return t.back, nil }))
	}
	all = append(all, leave)
	return append(append(all, t.switching(t.tab)...), moving(t.self, &t.window)...)
}

func (t *table[T]) keys() []key.Binding { return bindings(t.actions()) }

// find searches for a text; "" ends the search.
func (t *table[T]) find(text string) {
	t.search, t.searching = newInput(text), text != ""
	t.refresh()
}

func (t *table[T]) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case started:
		if !t.loaded {
			return t.self, t.reload()
		}
	case tea.MouseMsg:
		if t.looking {
			t.page.scroll(wheelLines(msg))
			break
		}
		wheel(&t.window, msg)
	case tea.KeyMsg:
		if next, cmd, ok := carryOut(t.actions(), msg); ok {
			return next, cmd
		}
		if t.searching && t.search.update(msg) {
			t.refresh()
		}
	}
	return t.self, nil
}

// wide is from which width on the detail stands beside the list.
const wide = 120

func (t *table[T]) view(s size) []string {
	if t.looking {
		return t.page.show(t.below(size{s.width, 1 << 16}), s.height)
	}
	if s.width >= wide {
		left := s.width * 3 / 5
		right := s.width - left - 3
		return beside(block(t.list(size{left, s.height}), left, s.height), block(t.below(size{right, s.height}), right, s.height))
	}
	about := min(7, s.height*2/5)
	lines := block(t.list(size{s.width, s.height - about - 1}), s.width, s.height-about-1)
	lines = append(lines, t.theme.dim.Render(strings.Repeat("─", s.width)))
	return append(lines, block(t.below(size{s.width, about}), s.width, about)...)
}

// list gives the lines of the list, with what is above it.
func (t *table[T]) list(s size) []string {
	lines := []string{t.above(s.width)}
	switch {
	case !t.loaded:
		return append(lines, "", "Reading…")
	case t.err != nil:
		for _, l := range wrap(t.say(t.err), s.width) {
			lines = append(lines, t.theme.bad.Render(l))
		}
		return append(lines, "", "r tries again.")
	case len(t.shown) == 0 && t.search.value() != "":
		return append(lines, "", "Nothing has all of these words.")
	case len(t.shown) == 0:
		return append(append(lines, ""), wrap(t.none, s.width)...)
	}
	lines = append(lines, "  "+t.theme.dim.Render(fit(t.heads(s.width-2), s.width-2)))
	t.window.resize(len(t.shown), s.height-len(lines))
	from, to := t.window.visible()
	for i := from; i < to; i++ {
		text := fit(t.line(t.shown[i], s.width-2), s.width-2)
		if i == t.window.cursor {
			lines = append(lines, t.theme.chosen.Render("▸ "+ansi.Strip(text)))
			continue
		}
		lines = append(lines, "  "+text)
	}
	return lines
}

// above is the line over the list: what is searched for, or what there is.
func (t *table[T]) above(width int) string {
	if t.searching {
		return "/ " + t.search.view(width-2, true)
	}
	var parts []string
	if t.search.value() != "" {
		parts = append(parts, fmt.Sprintf("%d of %d have", len(t.shown), len(t.all)), t.theme.bold.Render(safe(t.search.value())))
	} else if t.loaded && t.err == nil && t.summary != nil {
		parts = append(parts, t.summary(width))
	}
	if t.loaded && t.loading {
		parts = append(parts, t.theme.dim.Render("reading…"))
	}
	return strings.Join(parts, " ")
}

// below gives what is known of the item under the cursor, as much as there is room for.
func (t *table[T]) below(s size) []string {
	item, ok := t.current()
	if !ok || t.err != nil {
		return nil
	}
	lines := t.detail(item, s)
	if more := len(lines) - (s.height - 1); more > 1 {
		lines = append(lines[:s.height-1], t.theme.dim.Render("and "+report.Plural(more, "line")+" more"))
	}
	return lines
}

// pairs are lines of a detail: what something is called, and what it is. What is empty is
// left out.
func (b *board) pairs(width int, all ...[2]string) []string {
	const label = 12
	var lines []string
	for _, p := range all {
		if p[1] == "" {
			continue
		}
		for i, text := range wrap(p[1], width-label) {
			name := ""
			if i == 0 {
				name = safe(p[0])
			}
			lines = append(lines, b.theme.dim.Render(fit(name, label))+text)
		}
	}
	return lines
}
