package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// inventory is the screen where one sees what there is, and decides what is to become of it:
// a list, and the detail of a row. Where there is room they stand beside each other.
type inventory struct {
	*flow
	listing
	window   window // of the listing's lines
	selected map[*importers.Row]bool
	search   *input // that is typed into; nil: none is
	open     bool   // keys act on the detail
	detail   detail
	looking  bool           // lines around a place are being read
	wanted   *importers.Row // whose value is to be shown
	revealed *revealed      // the value that is shown; nil: none is
}

// newInventory gives the flow's inventory, as it was left.
func newInventory(f *flow) screen {
	if f.inventory == nil {
		f.inventory = &inventory{flow: f, selected: make(map[*importers.Row]bool)}
		f.inventory.folded = make(map[string]bool)
	}
	return f.inventory
}

// aside is the width from which list and detail stand beside each other.
const aside = 120

func (v *inventory) wide() bool { return v.size.width >= aside }

// where says where a place is, fit for a terminal.
func (f *flow) where(p *place.Place) string {
	return (&report.Report{Summary: report.Summary{Roots: f.Paths}}).Where(p)
}

func (v *inventory) title() string { return v.titleAt("Decide") }
func (v *inventory) typing() bool  { return v.search != nil || v.revealed != nil }

func (v *inventory) update(msg tea.Msg) (screen, tea.Cmd) {
	switch msg := msg.(type) {
	case started:
		v.looking = false // the answer went to another screen
		v.gather()
		return v, v.look()
	case tea.WindowSizeMsg:
		return v, v.look()
	case around:
		return v, v.looked(msg)
	case revealed:
		return v, v.reveal(msg)
	case hide:
		if msg.of == v.revealed {
			v.revealed = nil
		}
	case tea.MouseMsg:
		return v, v.turn(msg)
	case tea.KeyMsg:
		return v.key(msg)
	}
	return v, nil
}

// gather takes from the plan what it is now: another screen may have changed it.
func (v *inventory) gather() {
	row := v.row()
	if v.facts == nil {
		v.facts = make([]fact, len(v.plan.Rows))
	}
	for i, r := range v.plan.Rows {
		if k := &v.facts[i]; k.row == nil || k.old() {
			*k = factOf(r)
		}
	}
	v.relist(row)
}

// relist makes the list anew, with the cursor on a row if it is still there.
func (v *inventory) relist(row *importers.Row) {
	v.renew()
	if at := v.find(row); at >= 0 {
		v.window.cursor = at
	}
	v.window.resize(len(v.lines), v.listHeight())
	v.follow()
}

// row is the one under the cursor; nil if it is on a heading, or there is none.
func (v *inventory) row() *importers.Row {
	if v.window.cursor < len(v.lines) && v.lines[v.window.cursor].fact != nil {
		return v.lines[v.window.cursor].row
	}
	return nil
}

// follow has the detail show the row under the cursor.
func (v *inventory) follow() {
	row := v.row()
	if row != v.detail.row {
		v.detail = detailOf(row)
		v.wanted, v.revealed = nil, nil
	}
	v.open = v.open && row != nil
}

func (v *inventory) key(msg tea.KeyMsg) (screen, tea.Cmd) {
	v.wanted = nil
	switch {
	case v.revealed != nil:
		v.revealed = nil
		return v, nil
	case v.search != nil && v.search.update(msg):
		v.words = strings.ToLower(v.search.value())
		v.relist(v.row())
		return v, v.look()
	}
	if next, cmd, ok := carryOut(v.actions(), msg); ok {
		return next, cmd
	}
	return v, nil
}

// move carries out a key that moves.
func (v *inventory) move(pressed string) (screen, tea.Cmd) {
	if v.open {
		v.detail.move(pressed)
	} else {
		v.window.move(pressed)
		v.follow()
	}
	return v, v.look()
}

// turn takes what the mouse's wheel does.
func (v *inventory) turn(msg tea.MouseMsg) tea.Cmd {
	if v.open {
		v.detail.seek = false
		v.detail.window.scroll(wheelLines(msg))
		return nil
	}
	wheel(&v.window, msg)
	v.follow()
	return v.look()
}

// frame of the list: two lines of what is shown, the columns' heads, and what is suggested.
const listFrame = 4

func (v *inventory) listHeight() int { return max(1, v.size.height-frame-listFrame) }

func (v *inventory) view(s size) []string {
	if len(v.facts) == 0 {
		return append([]string{v.theme.bold.Render("Nothing was found."), "",
			"There is no secret in what was read, and no file that could be imported."}, v.unread()...)
	}
	if !v.wide() {
		if v.open {
			return v.detailLines(s)
		}
		return v.list(s)
	}
	right := max(40, s.width*2/5-16)
	left := s.width - right - 3
	return beside(block(v.list(size{left, s.height}), left, s.height), block(v.detailLines(size{right, s.height}), right, s.height))
}

// list draws the list: the lines that are visible, and no others.
func (v *inventory) list(s size) []string {
	v.window.resize(len(v.lines), s.height-listFrame)
	c := columnsFor(s.width)
	lines := []string{v.counts(), v.hidden(), v.theme.dim.Render(c.heads())}
	from, to := v.window.visible()
	for i := from; i < to; i++ {
		lines = append(lines, v.line(c, v.lines[i], i == v.window.cursor, s.width))
	}
	if len(v.lines) == 0 {
		none := "There is nothing new: all of it was decided earlier."
		if v.words != "" {
			none = "Nothing has all of these words."
		}
		lines = append(lines, none)
	}
	for len(lines) < s.height-1 {
		lines = append(lines, "")
	}
	return append(lines, v.why())
}

// counts says how many there are.
func (v *inventory) counts() string {
	parts := []string{report.Plural(len(v.facts), "value"), v.theme.bold.Render(report.Number(v.undecided)) + " to decide about"}
	if len(v.selected) > 0 {
		parts = append(parts, v.theme.marked.Render(report.Plural(len(v.selected), "row")+" selected"))
	}
	if by := groupings()[v.group].name; by != "" {
		parts = append(parts, v.theme.dim.Render("by "+by))
	}
	return strings.Join(append(parts, v.theme.dim.Render("sorted by "+orderings()[v.order].name)), " · ")
}

// hidden says what isn't shown, and which keys show it.
func (v *inventory) hidden() string {
	if v.search != nil {
		return "/" + v.search.view(max(1, v.size.width/2), true)
	}
	parts := v.unread()
	add := func(text string) { parts = append(parts, v.theme.dim.Render(text)) }
	if v.words != "" {
		add("only " + safe(v.words) + ": esc")
	}
	if v.hiddenEarlier > 0 {
		add(report.Plural(v.hiddenEarlier, "value") + " decided earlier: e")
	}
	if v.hiddenSettings > 0 {
		add(report.Plural(v.hiddenSettings, "setting") + ": o")
	}
	return strings.Join(parts, v.theme.dim.Render(" · "))
}

// unread says how much wasn't read.
func (v *inventory) unread() []string {
	if n := len(v.swept.Problems); n > 0 {
		return []string{v.theme.warn.Render(report.Plural(n, "part") + " not read: P")}
	}
	return nil
}

// why says what is suggested for the row under the cursor, and why.
func (v *inventory) why() string {
	row := v.row()
	switch {
	case row == nil:
		return ""
	case !row.Decided:
		return v.theme.dim.Render("suggested: " + word(row.Choice) + ", as " + safe(row.Why))
	case row.Choice == importers.Accept:
		return v.theme.dim.Render("accepted until " + row.Until.Format(dateLayout) + ": " + safe(row.Reason))
	}
	return v.theme.dim.Render("decided: " + word(row.Choice))
}

func (v *inventory) keys() []key.Binding { return bindings(v.actions()) }
