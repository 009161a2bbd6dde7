package report

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// The text format is for the person who has to act on it: what leaked and
// whether it is still there on the first line of each entry, then where, since
// when and by whom, and how to ignore it. The verdict comes last, because that
// is what stays on the screen.

// column is where the text of an entry begins, right of its severity or label.
const column = 10

// An entry's state stands at the right end of its line, at the terminal's edge
// but no farther than can be read across.
const (
	defaultWidth = 80
	widest       = 120
)

type textWriter struct {
	*bufio.Writer
	width int // of a line that is laid out
	wrap  int // column at which lines are broken; 0: nowhere
	color bool
}

func writeText(w *bufio.Writer, r *Report, o Options) error {
	t := &textWriter{Writer: w, width: defaultWidth, wrap: o.Width, color: o.Color}
	if o.Width > 0 {
		t.width = min(o.Width, widest)
	}
	t.findings(r, StatusNew, plural(r.Summary.New, "new leak"), "")
	t.findings(r, StatusLocal, plural(r.Summary.Local, "leak")+" on this machine alone",
		"In files, stashes or objects that nothing tracked or pushed reaches; not a failure.")
	t.problems(r)
	t.summary(r)
	return nil
}

// style is an ANSI SGR sequence's parameters.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	alarm  style = "1;31"
	yellow style = "33"
	green  style = "1;32"
)

func (t *textWriter) paint(s style, text string) string {
	if !t.color || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func (t *textWriter) findings(r *Report, status Status, heading, note string) {
	first := true
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != status {
			continue
		}
		if first {
			fmt.Fprintf(t, "%s\n", t.paint(bold, heading))
			if note != "" {
				t.text(0, dim, note)
			}
			first = false
		}
		fmt.Fprintln(t)
		t.finding(r, f)
	}
	if !first {
		fmt.Fprintln(t)
	}
}

func (t *textWriter) finding(r *Report, f *Finding) {
	severity, state := string(f.Severity), f.state()
	head := f.title() + "  " + printable(f.Secret)
	if f.Name != "" {
		head += "  " + clip(printable(f.Name), 40)
	}
	stateStyle := dim
	if f.Live {
		stateStyle = alarm
	}
	label := t.paint(severityStyle(f.Severity), severity) + strings.Repeat(" ", max(1, column-len(severity)))
	if gap := t.width - column - utf8.RuneCountInString(head) - len(state); gap >= 2 {
		fmt.Fprintf(t, "%s%s%s%s\n", label, t.paint(bold, head), strings.Repeat(" ", gap), t.paint(stateStyle, state))
	} else {
		t.labelled(label, bold, head)
		t.text(column, stateStyle, state)
	}
	t.text(column, plain, r.where(f))
	t.text(column, plain, f.history())
	for _, p := range f.Parts {
		t.text(column, plain, "with "+printable(p.Name)+" "+printable(p.Secret))
	}
	t.text(column, dim, f.identity())
}

func severityStyle(s rules.Severity) style {
	switch s {
	case rules.Critical:
		return alarm
	case rules.High:
		return red
	case rules.Medium:
		return yellow
	}
	return plain
}

func (t *textWriter) problems(r *Report) {
	if len(r.Problems) == 0 {
		return
	}
	fmt.Fprintf(t, "%s\n\n", t.paint(bold, plural(len(r.Problems), "part")+" not scanned"))
	for _, p := range r.Problems {
		t.labelled(t.paint(alarm, "problem")+"   ", plain, "not scanned: "+printable(p.What)+": "+printable(p.Why))
	}
	fmt.Fprintln(t)
}

func (t *textWriter) summary(r *Report) {
	s := &r.Summary
	t.field("scanned", scanned(s))
	var left []string
	for _, l := range s.LeftOut {
		line := fmt.Sprintf("%7s  %s", number(l.Count), l.Reason)
		if l.What != "" {
			line += " (" + printable(l.What) + ")"
		}
		left = append(left, line)
	}
	t.field("left out", left...)
	var quiet []string
	if s.Known > 0 {
		quiet = append(quiet, fmt.Sprintf("%7s  known, in the baseline", number(int64(s.Known))))
	}
	for _, q := range s.Silenced {
		quiet = append(quiet, fmt.Sprintf("%7s  by %s", number(int64(q.Count)), printable(q.By)))
	}
	t.field("not shown", quiet...)
	var stale []string
	for _, f := range s.Stale {
		stale = append(stale, f.String()+" is in the baseline and occurs no more")
	}
	t.field("stale", stale...)
	style, verdict := verdict(r)
	t.labelled(fmt.Sprintf("%-*s", column, "result"), style, verdict)
}

// field writes lines under a label.
func (t *textWriter) field(label string, lines ...string) {
	for _, line := range lines {
		t.labelled(fmt.Sprintf("%-*s", column, label), plain, line)
		label = ""
	}
}

// scanned says what was read.
func scanned(s *Summary) string {
	var parts []string
	add := func(what scanner.Counter, word string) {
		if n, ok := s.Counts[what]; ok {
			parts = append(parts, plural(n, word))
		}
	}
	add(scanner.Commits, "commit")
	add(scanner.Objects, "git object")
	add(scanner.Files, "file")
	if n, ok := s.Counts[scanner.Bytes]; ok {
		parts = append(parts, size(n))
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing")
	}
	var roots []string
	for _, root := range s.Roots {
		roots = append(roots, printable(root))
	}
	text := strings.Join(parts, ", ")
	if len(roots) > 0 {
		text += " in " + strings.Join(roots, ", ")
	}
	return text
}

// verdict is the closing line.
func verdict(r *Report) (style, string) {
	s := &r.Summary
	var text string
	if s.New == 0 {
		text = "no leaks"
		if s.Known+s.Local > 0 {
			text = "no new leaks"
		}
	} else {
		text = plural(s.New, "new leak") + ": " + tally(r)
	}
	switch {
	case !s.Complete:
		return alarm, fmt.Sprintf("%s in what was scanned; NOT COMPLETE, %s not scanned", text, plural(s.Problems, "part"))
	case s.New > 0:
		return alarm, text
	}
	return green, text
}

// tally counts the new findings by severity, and those that are still there.
func tally(r *Report) string {
	counts, live := map[rules.Severity]int{}, 0
	for _, f := range r.Findings {
		if f.Status != StatusNew {
			continue
		}
		counts[f.Severity]++
		if f.Live {
			live++
		}
	}
	var parts []string
	for _, s := range severities() {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", number(int64(n)), s))
		}
	}
	return fmt.Sprintf("%s; %s still there", strings.Join(parts, ", "), number(int64(live)))
}

// labelled writes a text behind a label that fills the first column.
func (t *textWriter) labelled(label string, s style, text string) {
	t.WriteString(label)
	t.lines(column, s, text)
}

// text writes a text that is indented.
func (t *textWriter) text(indent int, s style, text string) {
	t.WriteString(strings.Repeat(" ", indent))
	t.lines(indent, s, text)
}

// lines writes a text that begins at the indent, and breaks it between words
// where the terminal ends. A word that is too long, such as a path, stays whole:
// it is there to be copied.
func (t *textWriter) lines(indent int, s style, text string) {
	for t.wrap > indent && utf8.RuneCountInString(text) > t.wrap-indent {
		end := breakAt(text, t.wrap-indent)
		if end < 0 {
			break
		}
		fmt.Fprintf(t, "%s\n%s", t.paint(s, text[:end]), strings.Repeat(" ", indent))
		text = strings.TrimLeft(text[end:], " ")
	}
	fmt.Fprintln(t, t.paint(s, text))
}

// breakAt gives the offset of the last space within the width, else of the
// first one after it, else -1. Spaces that a line begins with don't count.
func breakAt(text string, width int) int {
	best, seen := -1, false
	n := 0
	for i, r := range text {
		if r == ' ' && seen {
			if n <= width {
				best = i
			} else if best < 0 {
				return i
			}
		}
		seen = seen || r != ' '
		if n++; n > width && best >= 0 {
			break
		}
	}
	return best
}
