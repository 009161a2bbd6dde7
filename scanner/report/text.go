package report

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
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

// leastRoom is how much of a line a text is given in the narrowest terminal.
const leastRoom = 20

// maxName bounds names, which whoever wrote them may have made of any length.
const maxName = 40

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
	t.findings(r, StatusNew, Plural(r.Summary.New, "new leak"), "")
	t.findings(r, StatusLocal, Plural(r.Summary.Local, "leak")+" on this machine alone",
		"In untracked files, stashes or objects that nobody else has; they fail nothing.")
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
				t.lines(0, dim, note)
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
	head := f.title() + "  " + printable.Text(f.Secret)
	state, stateStyle := f.state(), dim
	if f.Live {
		stateStyle = alarm
	}
	t.label(severityStyle(f.Severity), string(f.Severity))
	if gap := t.width - column - utf8.RuneCountInString(head) - len(state); gap >= 2 {
		fmt.Fprintf(t, "%s%*s%s\n", t.paint(bold, head), gap, "", t.paint(stateStyle, state))
	} else {
		t.lines(column, bold, head)
		t.indented(stateStyle, state)
	}
	if verdict := f.verdict(); verdict != "" {
		t.indented(verdictStyle(f.Answer.Verdict), verdict)
	}
	if vault := f.vault(); vault != "" {
		t.indented(bold, vault)
	}
	first, others := &f.Places[0], f.Places[1:]
	where := r.Where(first)
	if n := len(first.Also); n > 0 {
		where += fmt.Sprintf(" (%s)", Plural(n+1, "time"))
	}
	if f.Name != "" {
		where += "  " + clip(printable.Text(f.Name), maxName)
	}
	t.indented(plain, where)
	if len(others) > 0 {
		t.indented(plain, "and "+more(others))
	}
	if history := r.history(f); history != "" {
		t.indented(plain, history)
	}
	for _, p := range f.Parts {
		t.indented(plain, "with "+printable.Text(p.Name)+" "+printable.Text(p.Secret))
	}
	t.indented(dim, f.identity())
}

// more counts the places that are not named.
func more(places []place.Place) string {
	live := 0
	for i := range places {
		if places[i].Live() {
			live++
		}
	}
	text := Plural(len(places), "more place")
	switch {
	case live == 0:
		return text
	case len(places) == 1:
		return text + ", still there"
	}
	return text + ", " + Number(live) + " of them still there"
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

func verdictStyle(v scanner.Verdict) style {
	switch v {
	case scanner.Live, scanner.Restricted:
		return alarm
	case scanner.Dead:
		return green
	}
	return yellow
}

func (t *textWriter) problems(r *Report) {
	for _, p := range r.Problems {
		fmt.Fprintf(t, "%s ", t.paint(alarm, "not scanned:"))
		t.lines(len("not scanned: "), plain, printable.Text(p.What)+": "+printable.Text(p.Why))
	}
	if len(r.Problems) > 0 {
		fmt.Fprintln(t)
	}
}

func (t *textWriter) summary(r *Report) {
	s := &r.Summary
	t.label(plain, "scanned")
	t.lines(column, plain, scanned(s))

	label := "left out"
	for _, l := range s.LeftOut {
		text := printable.Text(string(l.Reason))
		if l.What != "" {
			text += " (" + printable.Text(l.What) + ")"
		}
		t.amount(label, l.Count, text)
		label = ""
	}

	label = "not shown"
	if s.Known > 0 {
		t.amount(label, int64(s.Known), "known, in the baseline")
		label = ""
	}
	for _, q := range s.Silenced {
		t.amount(label, int64(q.Count), "by "+printable.Text(q.By))
		label = ""
	}
	for _, c := range slices.Backward(rules.Confidences()) {
		if n := s.Unsure[c]; n > 0 {
			t.amount(label, int64(n), fmt.Sprintf("of %s confidence; --confidence %s shows them", c, c))
			label = ""
		}
	}

	if text := verdicts(r); text != "" {
		t.label(plain, "verdicts")
		t.lines(column, plain, text)
	}

	if n := s.References; n > 0 {
		noun := "secret"
		if n > 1 {
			noun += "s"
		}
		t.amount("refers to", int64(n), noun+" kept elsewhere: -f json lists them, and what takes them")
	}

	label = "stale"
	for _, f := range s.Stale {
		t.label(plain, label)
		t.lines(column, plain, f.String()+" in the baseline, occurs no more")
		label = ""
	}
	for _, u := range s.Unused {
		t.label(plain, label)
		t.lines(column, plain, fmt.Sprintf("%s:%d: %s silences nothing", printable.Text(u.File), u.Line, printable.Text(u.Text)))
		label = ""
	}

	label = "rotate"
	for _, p := range providers(r) {
		t.label(plain, label)
		t.lines(column, plain, printable.Text(p.Name)+": "+printable.Text(p.Console))
		label = ""
	}

	style, lines := verdict(r)
	label = "result"
	for _, line := range lines {
		t.label(plain, label)
		t.lines(column, style, line)
		label = ""
	}
}

// amount writes a number of things in the summary.
func (t *textWriter) amount(label string, n int64, text string) {
	const digits = 7
	t.label(plain, label)
	fmt.Fprintf(t, "%*s  ", digits, Number(n))
	t.lines(column+digits+2, plain, text)
}

// verdicts counts what providers said of values that are shown; "" if nobody was asked.
func verdicts(r *Report) string {
	counts := map[scanner.Verdict]int{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Answer != nil && f.Status != StatusKnown {
			counts[f.Answer.Verdict]++
		}
	}
	var parts []string
	for _, v := range scanner.Verdicts() {
		if n := counts[v]; n > 0 {
			parts = append(parts, Number(n)+" "+string(v))
		}
	}
	return strings.Join(parts, ", ")
}

// providers lists those of the new findings that have an address to go to.
func providers(r *Report) []*Provider {
	var all []*Provider
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status != StatusNew || f.Provider == nil || link(f.Provider.Console) == "" {
			continue
		}
		if !slices.ContainsFunc(all, func(p *Provider) bool { return *p == *f.Provider }) {
			all = append(all, f.Provider)
		}
	}
	return all
}

// scanned says what was read.
func scanned(s *Summary) string {
	var parts []string
	add := func(what scanner.Counter, word string) {
		if n, ok := s.Counts[what]; ok {
			parts = append(parts, Plural(n, word))
		}
	}
	add(scanner.Commits, "commit")
	add(scanner.Objects, "git object")
	add(scanner.Files, "file")
	add(scanner.Members, "packed file")
	add(scanner.Messages, "message")
	if n, ok := s.Counts[scanner.Bytes]; ok {
		parts = append(parts, size(n))
	}
	if len(parts) == 0 {
		parts = append(parts, "nothing")
	}
	var roots []string
	for i, root := range s.Roots {
		if i == mostRoots && len(s.Roots) > mostRoots+1 {
			roots = append(roots, fmt.Sprintf("and %d more", len(s.Roots)-i))
			break
		}
		roots = append(roots, printable.Text(root))
	}
	text := strings.Join(parts, ", ")
	if len(roots) > 0 {
		text += " in " + strings.Join(roots, ", ")
	}
	return text
}

// mostRoots bounds the paths that are named of those that were scanned.
const mostRoots = 5

// verdict is how the report ends.
func verdict(r *Report) (style, []string) {
	s := &r.Summary
	var text string
	switch {
	case s.New > 0:
		text = Plural(s.New, "new leak") + ": " + tally(r)
	case s.Known+s.Local > 0:
		text = "no new leaks found"
	default:
		text = "no leaks found"
	}
	switch {
	case !s.Complete:
		return alarm, []string{text, "NOT COMPLETE: " + Plural(s.Problems, "part") + " not scanned, see above"}
	case s.New > 0:
		return alarm, []string{text}
	}
	return green, []string{text}
}

// tally counts the new findings by severity, and those that are still there.
func tally(r *Report) string {
	counts, live := map[rules.Severity]int{}, 0
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status == StatusNew {
			counts[f.Severity]++
			if f.Live {
				live++
			}
		}
	}
	var parts []string
	for _, s := range slices.Backward(rules.Severities()) {
		if n := counts[s]; n > 0 {
			parts = append(parts, Number(n)+" "+string(s))
		}
	}
	still := "none"
	if live > 0 {
		still = Number(live)
	}
	return strings.Join(parts, ", ") + "; " + still + " still there"
}

// label fills the first column.
func (t *textWriter) label(s style, text string) {
	fmt.Fprintf(t, "%s%*s", t.paint(s, text), max(1, column-len(text)), "")
}

// indented writes a text right of the first column.
func (t *textWriter) indented(s style, text string) {
	t.label(plain, "")
	t.lines(column, s, text)
}

// lines writes a text that begins at the indent, and breaks it between words
// where the terminal ends. A word that is too long, such as a path, stays whole:
// it is there to be copied.
func (t *textWriter) lines(indent int, s style, text string) {
	room := max(t.wrap-indent, leastRoom)
	for t.wrap > 0 && utf8.RuneCountInString(text) > room {
		end := breakAt(text, room)
		if end < 0 {
			break
		}
		fmt.Fprintf(t, "%s\n%*s", t.paint(s, strings.TrimRight(text[:end], " ")), indent, "")
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
