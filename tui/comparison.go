package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// comparison is the values that claim one name, side by side: those of rows, and the vault's
// last if it has one.
type comparison struct {
	importers.Conflict
	at int // the value that keys act on
}

func (m *mapping) compare(string) (screen, tea.Cmd) {
	m.f.looked[m.ref()] = true
	m.compared = &comparison{Conflict: *m.cell().conflict}
	return m, nil
}

func (m *mapping) compareActions() []action {
	c := m.compared
	most := min(len(c.Rows), 9)
	numbers := make([]string, most)
	for i := range numbers {
		numbers[i] = strconv.Itoa(i + 1)
	}
	shown := "1"
	if most > 1 {
		shown = "1-" + numbers[most-1]
	}
	return []action{
		on(shown, "gets the name", func(pressed string) (screen, tea.Cmd) {
			n, _ := strconv.Atoi(pressed)
			return m.give(n - 1)
		}, numbers...),
		on("0", "the vault's stays", func(string) (screen, tea.Cmd) { return m.give(len(c.Rows)) }, "0").when(c.Kept != nil),
		on("enter", "the marked one", func(string) (screen, tea.Cmd) { return m.give(c.at) }, "enter"),
		on("← → h l", "mark another", func(pressed string) (screen, tea.Cmd) {
			step := 1
			if pressed == "left" || pressed == "h" {
				step = -1
			}
			c.at = max(0, min(c.at+step, c.Claims()-1))
			return m, nil
		}, "left", "right", "h", "l").when(c.Claims() > 1),
		on("e", "rename the marked one", func(string) (screen, tea.Cmd) {
			return m.open(c.Rows[c.at], nameField)
		}, "e").when(c.at < len(c.Rows)),
		on("esc", "back", func(string) (screen, tea.Cmd) {
			m.compared = nil
			return m, nil
		}, "esc"),
	}
}

// give gives the name to one of the values; after the rows comes the vault's own.
func (m *mapping) give(i int) (screen, tea.Cmd) {
	c := m.compared
	m.compared = nil
	if i == len(c.Rows) {
		m.f.plan.Resolve(c.Conflict, nil)
		return m.changed("%s stays as the vault has it", c.Ref)
	}
	m.f.plan.Resolve(c.Conflict, c.Rows[i])
	return m.changed("%s gets %s", c.Ref, masked(c.Rows[i].Target(c.Ref)))
}

func (c *comparison) view(f *flow, s size) []string {
	lines := []string{f.theme.bold.Render(safe(c.Ref.String())) + ": " + report.Plural(c.Claims(), "value"), ""}
	const least, gap = 24, 3
	visible := max(1, min(c.Claims(), (s.width+gap)/(least+gap)))
	width := min((s.width+gap)/visible-gap, 60)
	first := max(0, c.at-visible+1)
	var columns [][]string
	height := 0
	for i := first; i < first+visible; i++ {
		one := c.candidate(f, i, width)
		columns = append(columns, one)
		height = max(height, len(one))
	}
	all := block(columns[0], width, height)
	for _, one := range columns[1:] {
		all = beside(all, block(one, width, height))
	}
	if hidden := c.Claims() - visible; hidden > 0 {
		lines[0] += f.theme.dim.Render(fmt.Sprintf(", %d to %d of them here", first+1, first+visible))
	}
	return append(lines, all...)
}

// candidate says what there is to know of a value that claims the name.
func (c *comparison) candidate(f *flow, i, width int) []string {
	mark, style := "  ", f.theme.dim
	if i == c.at {
		mark, style = "> ", f.theme.chosen
	}
	head := func(number int, what string) string { return style.Render(fmt.Sprintf("%s%d  %s", mark, number, what)) }
	gets := func(text string) []string {
		return append([]string{f.theme.good.Render("gets the name")}, wrap(safe(text), width)...)
	}
	if i == len(c.Rows) {
		lines := []string{head(0, "the vault's value"), "", f.theme.marked.Render(c.Kept.Value.Mask())}
		if c.Won() == nil {
			lines = append(append(lines, ""), gets(c.Why())...)
		}
		return lines
	}
	row := c.Rows[i]
	t := row.Target(c.Ref)
	what := "no known leak"
	if row.Finding != nil {
		what = row.Finding.Rule.Description
	}
	lines := []string{head(i+1, string(row.Choice)), "", f.theme.marked.Render(masked(t)), safe(what), ""}
	const most = 4
	for n := range row.Items {
		at := &row.Items[n].At
		if n == most {
			lines = append(lines, fmt.Sprintf("and %s more", report.Plural(len(row.Items)-most, "place")))
			break
		}
		when := day(at)
		if !at.Live() {
			when += ", history only"
		}
		lines = append(lines, f.where(at), f.theme.dim.Render("  "+when))
	}
	if aliases := strings.Join(t.Aliases, " "); aliases != "" {
		lines = append(lines, "also called "+safe(aliases))
	}
	lines = append(lines, "")
	if row == c.Won() {
		return append(lines, gets(c.Why())...)
	}
	return append(lines, f.theme.dim.Render("doesn't get it"))
}
