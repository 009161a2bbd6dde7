package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// safe makes a foreign text fit for a terminal: nothing in it moves the cursor.
func safe(text string) string { return printable.Text(text) }

// fit makes a text exactly that wide: cut off, or filled up with spaces. It may have
// styles in it.
func fit(text string, width int) string {
	if width <= 0 {
		return ""
	}
	text = ansi.Truncate(text, width, "…")
	return text + strings.Repeat(" ", width-ansi.StringWidth(text))
}

// endOf gives a text, or as much of its end as there is room for.
func endOf(text string, width int) string {
	if over := ansi.StringWidth(text) - width; over > 0 {
		return ansi.TruncateLeft(text, over+1, "…")
	}
	return text
}

// column is one of a line's: a text and the width that it may have.
type column struct {
	text  string
	width int
}

// line puts columns beside each other, with two spaces between them.
func line(columns ...column) string {
	var parts []string
	for _, c := range columns {
		if c.width > 0 {
			parts = append(parts, fit(c.text, c.width))
		}
	}
	return strings.Join(parts, "  ")
}

// block makes lines exactly that many and that wide.
func block(lines []string, width, height int) []string {
	all := make([]string, height)
	for i := range all {
		text := ""
		if i < len(lines) {
			text = lines[i]
		}
		all[i] = fit(text, width)
	}
	return all
}

// beside puts two blocks of equal height beside each other.
func beside(left, right []string) []string {
	all := make([]string, len(left))
	for i := range left {
		all[i] = left[i] + " │ " + right[i]
	}
	return all
}

// wrap breaks a text into lines of that width.
func wrap(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(width, 1), " "), "\n")
}

// tally counts several things, and leaves out what there is none of.
type tally []string

func (t *tally) add(n int, one, many string) {
	switch {
	case n == 1:
		*t = append(*t, "1 "+one)
	case n > 1:
		*t = append(*t, report.Number(n)+" "+many)
	}
}

func (t tally) String() string { return strings.Join(t, ", ") }
