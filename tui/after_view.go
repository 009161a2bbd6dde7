package tui

import (
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/scanner/report"
)

// stepDetail is what a step would do, as lines. They are made anew for another step and
// another width.
type stepDetail struct {
	step, width int
	lines       []string
	window      window
}

func (a *after) view(s size) []string {
	imported, left := a.result()
	lines := append([]string{a.f.theme.good.Render(imported)}, wrap(a.f.theme.warn.Render(left), s.width)...)
	lines = append(lines, "")
	switch {
	case a.loading:
		return append(lines, "looking at what can be done now …")
	case a.failed:
		return append(lines, wrap("What can be done now couldn't be found out. Press r to look again, or q to end.", s.width)...)
	case len(a.steps) == 0:
		return append(lines, "There is nothing more to do here.")
	}
	rest := s.height - len(lines)
	const wide = 120
	if s.width >= wide {
		const gap = 3
		left := s.width/3 - gap
		return append(lines, beside(block(a.list(left, rest), left, rest), block(a.about(s.width-left-gap, rest), s.width-left-gap, rest))...)
	}
	height := min(len(a.steps), rest/3)
	lines = append(lines, block(a.list(s.width, height), s.width, height)...)
	lines = append(lines, a.f.theme.dim.Render(strings.Repeat("─", s.width)))
	return append(lines, a.about(s.width, rest-height-1)...)
}

func (a *after) list(width, height int) []string {
	a.window.resize(len(a.steps), height)
	var lines []string
	from, to := a.window.visible()
	for i := from; i < to; i++ {
		mark, done, style := "  ", "[ ] ", a.f.theme.marked
		if a.steps[i].Done {
			done, style = "[x] ", a.f.theme.dim
		}
		if i == a.window.cursor {
			mark, style = "> ", a.f.theme.chosen
		}
		lines = append(lines, fit(mark+done+style.Render(safe(a.steps[i].Title)), width))
	}
	return lines
}

// about shows what the step that keys act on would do.
func (a *after) about(width, height int) []string {
	s := a.step()
	var lines []string
	switch {
	case a.asking:
		lines = []string{a.f.theme.warn.Render(fmt.Sprintf("Change %s as shown? y does it, esc doesn't.", report.Plural(len(s.Edits), "file")))}
	case a.doing:
		lines = []string{a.f.theme.warn.Render("doing it …")}
	}
	d := &a.detail
	if d.step != a.window.cursor || d.width != width || d.lines == nil {
		*d = stepDetail{step: a.window.cursor, width: width, lines: a.f.theme.describe(s, width)}
	}
	d.window.resize(len(d.lines), height-len(lines))
	from, to := d.window.visible()
	return append(lines, d.lines[from:to]...)
}

// describe gives what a step would do as lines.
func (t *theme) describe(s *Step, width int) []string {
	lines := wrap(safe(s.About), width)
	for _, e := range s.Edits {
		head := e.Path
		if e.Old == "" {
			head += " (new)"
		}
		lines = append(lines, "", t.bold.Render(safe(head)))
		for _, l := range diff(e.Old, e.New) {
			switch text := spaced(l.text); l.kind {
			case '+':
				lines = append(lines, t.added.Render("+"+text))
			case '-':
				lines = append(lines, t.removed.Render("-"+text))
			case ' ':
				lines = append(lines, " "+text)
			default:
				lines = append(lines, t.dim.Render(text))
			}
		}
	}
	if s.Text != "" {
		lines = append(lines, "")
		for text := range strings.Lines(s.Text) {
			lines = append(lines, wrap(spaced(strings.TrimSuffix(text, "\n")), width)...)
		}
	}
	return lines
}

// spaced is [safe] for a line of a file, with blanks for its tabs.
func spaced(text string) string { return safe(strings.ReplaceAll(text, "\t", "    ")) }
