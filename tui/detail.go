package tui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// detail is all that is known of a row: facts, and then every place, of which the one that
// keys act on has the lines around it.
type detail struct {
	row    *importers.Row
	places []place.Place
	at     int    // the place that keys act on
	window window // of all lines
	seek   bool   // the place is to be visible
	around around // of the place, once it was read
}

// around is a message: what lies around a place of a row.
type around struct {
	row   *importers.Row
	at    int
	lines []Line
	err   error
}

// detailOf gives the detail of a row; nil for none.
func detailOf(row *importers.Row) detail {
	d := detail{row: row}
	if row == nil {
		return d
	}
	seen := make(map[string]bool)
	for i := range row.Items {
		at := &row.Items[i].At
		if id := fmt.Sprint(at.Text(), at.Start); !seen[id] {
			seen[id] = true
			d.places = append(d.places, *at)
		}
	}
	return d
}

// look has the lines around the place under the cursor read, unless they were. While others
// are being read it waits for these: of the places that a cursor runs over the last alone is
// worth it.
func (v *inventory) look() tea.Cmd {
	d := &v.detail
	if d.row == nil || v.looking || !v.open && !v.wide() || d.around.row == d.row && d.around.at == d.at {
		return nil
	}
	v.looking = true
	row, at, p := d.row, d.at, d.places[d.at]
	return v.work(func(ctx context.Context) tea.Msg {
		v.reading.Lock()
		defer v.reading.Unlock()
		lines, err := v.Places.Context(ctx, p)
		return around{row, at, lines, err}
	})
}

// looked takes what was read. The cursor may be elsewhere by now.
func (v *inventory) looked(a around) tea.Cmd {
	v.looking = false
	if d := &v.detail; a.row == d.row && a.at == d.at {
		d.around = a
	}
	return v.look()
}

// move carries out a key that moves.
func (d *detail) move(key string) {
	to, last := d.at, len(d.places)-1
	switch key {
	case "up", "k":
		to--
	case "down", "j":
		to++
	case "end":
		to = last
	case "home":
		to, d.at = 0, 0
	}
	to = max(0, min(to, last))
	if d.seek = to != d.at; d.seek {
		d.at = to
		return
	}
	d.window.turn(key)
}

// revealed is a message, and what is shown of it: a value whose text somebody asked to see.
type revealed struct {
	row  *importers.Row
	text string
	err  error
}

// hide is a message: what was revealed is to be hidden.
type hide struct{ of *revealed }

// shownFor is how long a value is shown.
const shownFor = 10 * time.Second

// ask has the value of the row shown, unless a key is pressed before it comes.
func (v *inventory) ask() tea.Cmd {
	row := v.detail.row
	v.wanted = row
	return v.work(func(ctx context.Context) tea.Msg {
		v.reading.Lock()
		defer v.reading.Unlock()
		text, err := v.Places.Show(ctx, row)
		return revealed{row, text, err}
	})
}

// reveal shows a value, if one still looks at its row.
func (v *inventory) reveal(r revealed) tea.Cmd {
	switch {
	case r.err != nil:
		return v.workFailed(r.err)
	case r.row != v.wanted:
		return nil
	}
	v.wanted, v.revealed = nil, &r
	return v.later(shownFor, hide{&r})
}

// revealedLines draws a value that is shown.
func (v *inventory) revealedLines(s size) []string {
	if v.revealed == nil {
		return nil
	}
	lines := []string{v.theme.warn.Render("The value, until a key is pressed:")}
	text := strings.Split(ansi.Hardwrap(printable.Lines(v.revealed.text), s.width-2, true), "\n")
	room := max(1, min(s.height/2, s.height-4))
	for i, t := range text {
		if i == room-1 && len(text) > room {
			lines = append(lines, v.theme.dim.Render("  and "+report.Plural(len(text)-i, "more line")))
			break
		}
		lines = append(lines, "  "+t)
	}
	return append(lines, "")
}

// detailLines draws the detail.
func (v *inventory) detailLines(s size) []string {
	d := &v.detail
	if d.row == nil {
		return nil
	}
	lines := v.revealedLines(s)
	facts, remedy := v.factLines(s.width), v.remedyLines(s.width)
	beneath := v.aroundLines(s.width)
	const each = 2 // lines of a place
	begin := len(facts) + each*d.at
	end := len(facts) + each*len(d.places) + len(beneath)
	d.window.resize(end+len(remedy), s.height-len(lines))
	if d.seek {
		d.window.to(begin + each + len(beneath) - 1)
		d.window.to(begin)
	}
	from, to := d.window.visible()
	for i := from; i < to; i++ {
		switch {
		case i < len(facts):
			lines = append(lines, facts[i])
		case i >= end:
			lines = append(lines, remedy[i-end])
		case i >= begin+each && i < begin+each+len(beneath):
			lines = append(lines, beneath[i-begin-each])
		default:
			n := i - len(facts)
			if i >= begin+each {
				n -= len(beneath)
			}
			lines = append(lines, v.placeLine(n/each, n%each == 0, s.width))
		}
	}
	return lines
}

// placeLine draws the first or the second line of a place.
func (v *inventory) placeLine(n int, first bool, width int) string {
	p := &v.detail.places[n]
	if !first {
		return v.theme.dim.Render("    " + state(p))
	}
	mark := "  "
	if n == v.detail.at {
		mark = "> "
	}
	text := v.where(p)
	if over := ansi.StringWidth(text) + 2 - width; over > 0 {
		text = ansi.TruncateLeft(text, over+1, "…")
	}
	if n == v.detail.at && v.open {
		return v.theme.chosen.Render(fit(mark+text, width))
	}
	return mark + text
}

// state says how present a place is, since when, and by whom.
func state(p *place.Place) string {
	text := "in history"
	switch {
	case p.Live() && p.Local:
		text = "live, on this machine only"
	case p.Live():
		text = "live"
	case p.Local:
		text = "in this machine's history"
	}
	if c := p.Commit; c != nil {
		text += ", since " + c.Date.UTC().Format(dateLayout)
		if by := cmp.Or(c.Name, c.Email); by != "" {
			text += " by " + safe(by)
		}
		text += ", commit " + safe(c.ID[:min(8, len(c.ID))]) + " " + safe(c.Title)
	}
	return text
}

// aroundLines draws the lines around the place under the cursor.
func (v *inventory) aroundLines(width int) []string {
	d := &v.detail
	switch {
	case d.around.row != d.row || d.around.at != d.at:
		return []string{v.theme.dim.Render("    reading…")}
	case d.around.err != nil:
		var lines []string
		for _, text := range wrap(v.say(d.around.err), width-4) {
			lines = append(lines, "    "+v.theme.bad.Render(text))
		}
		return lines
	}
	var lines []string
	for _, l := range d.around.lines {
		text := fmt.Sprintf("%6d  %s", l.Number, safe(strings.ReplaceAll(l.Text, "\t", "    ")))
		if l.Marked {
			text = v.theme.marked.Render("▸" + text[1:])
		}
		lines = append(lines, text)
	}
	return lines
}

// labelled draws a text of one or more lines beside its label.
func (v *inventory) labelled(label, text string, width int) []string {
	const labels = 10
	var lines []string
	for part := range strings.SplitSeq(text, "\n") {
		for _, t := range wrap(safe(part), width-labels) {
			lines = append(lines, v.theme.dim.Render(fit(label, labels))+t)
			label = ""
		}
	}
	return lines
}

// remedyLines draws what is to be done where the row's value comes from.
func (v *inventory) remedyLines(width int) []string {
	f := v.detail.row.Finding
	if f == nil || f.Rule.Provider == nil {
		return nil
	}
	lines := []string{""}
	if text := f.Rule.Provider.Console; text != "" {
		lines = append(lines, v.labelled("console", text, width)...)
	}
	if text := f.Rule.Provider.Rotate; text != "" {
		lines = append(lines, v.labelled("rotate", text, width)...)
	}
	return lines
}

// factLines draws what is known of the row.
func (v *inventory) factLines(width int) []string {
	row := v.detail.row
	var lines []string
	add := func(label, text string) { lines = append(lines, v.labelled(label, text, width)...) }
	lines = append(lines, v.theme.bold.Render(safe(row.Name()))+"  "+row.Value.Mask())
	if row.Value.IsEmpty() {
		lines[0] = v.theme.bold.Render(safe(row.Name())) + "  no value yet"
	}
	what := "not known to have leaked"
	if f := row.Finding; f != nil {
		what = cmp.Or(f.Rule.Description, f.Rule.ID)
		lines = append(lines, v.theme.severity(f.Severity).Render(string(f.Severity))+"  "+safe(what))
		if f.Why != "" {
			add("because", f.Why)
		}
	} else {
		lines = append(lines, what)
	}
	switch {
	case !row.Decided:
		add("suggested", word(row.Choice)+", as "+row.Why)
	case row.Choice == importers.Accept:
		add("decided", "accept until "+row.Until.Format(dateLayout)+": "+row.Reason)
	default:
		add("decided", string(row.Choice))
	}
	for _, t := range row.Targets {
		text := t.Env + " " + t.Name
		if len(t.Aliases) > 0 {
			text += ", also " + strings.Join(t.Aliases, ", ")
		}
		if t.Lost {
			text += "; another value has the name"
		} else if t.Why != "" {
			text += "; because of " + t.Why
		}
		add("goes to", text)
	}
	if names := otherNames(row); len(names) > 0 {
		add("is called", strings.Join(names, ", "))
	}
	for i := range row.Items {
		if note := row.Items[i].Note; note != "" {
			add("note", note)
			break
		}
	}
	if f := row.Finding; f != nil {
		if since, ok := f.Since(); ok {
			add("age", age(since, v.options.Now())+", since "+since.UTC().Format(dateLayout))
		}
	}
	return append(lines, "", v.theme.bold.Render(report.Plural(len(v.detail.places), "place")))
}

// otherNames are those that sources have for a row and that it doesn't go by.
func otherNames(row *importers.Row) []string {
	var names []string
	for i := range row.Items {
		name := row.Items[i].Name
		known := slices.ContainsFunc(row.Targets, func(t importers.Target) bool { return t.Name == name || slices.Contains(t.Aliases, name) })
		if name != "" && !known && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// age says how long ago something was.
func age(since, now time.Time) string {
	days := int(now.Sub(since).Hours() / 24)
	switch {
	case days < 1:
		return "today"
	case days < 60:
		return report.Plural(days, "day")
	case days < 730:
		return report.Plural(days/30, "month")
	}
	return report.Plural(days/365, "year")
}
