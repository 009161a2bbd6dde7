package checklist

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// writeMarkdown writes a section for each record.
func writeMarkdown(w io.Writer, l List) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Leaked secrets to rotate\n\n%d open, %d overdue, as of %s.\n", l.Open, l.Overdue, l.Made.Format(time.DateOnly))
	for _, item := range l.Items {
		fmt.Fprintf(&b, "\n## %s\n\n", printable.Markdown(item.Title))
		line := func(what, text string) {
			if text != "" {
				fmt.Fprintf(&b, "- %s: %s\n", what, printable.Markdown(text))
			}
		}
		line("Record", item.ID)
		line("Severity", item.Severity)
		line("State", item.State)
		line("Blocked", item.Blocked)
		line("Owner", item.Owner)
		line("Due", item.dueText())
		b.WriteString(item.managed())
		b.WriteString("\n### Steps\n\n")
		b.WriteString(item.boxes())
		if len(item.Consumers) > 0 {
			b.WriteString("\n### Who uses it\n\n")
		}
		for _, c := range item.Consumers {
			fmt.Fprintf(&b, "- %s%s: %s\n", box(c.done), printable.Markdown(c.Name), printable.Markdown(c.Status))
		}
		if len(item.Places) > 0 {
			b.WriteString("\n### Where it lies\n\n")
		}
		for _, p := range item.Places {
			fmt.Fprintf(&b, "- %s`%s`: %s\n", box(p.Status != "lies"), printable.Code(p.Where), printable.Markdown(p.text()))
		}
		if item.More > 0 {
			fmt.Fprintf(&b, "- and %d places more\n", item.More)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// managed says in Markdown who issued a value, and where it is managed.
func (i Item) managed() string {
	switch {
	case i.Provider == "":
		return ""
	case i.Console == "":
		return fmt.Sprintf("- Provider: %s\n", printable.Markdown(i.Provider))
	}
	return fmt.Sprintf("- Provider: %s, managed at %s\n", printable.Markdown(i.Provider), address(i.Console))
}

// address writes an address as one that leads there, if nothing in it could end that early.
func address(s string) string {
	if printable.Text(s) != s || strings.ContainsAny(s, "<> \\`") {
		return "`" + printable.Code(s) + "`"
	}
	return "<" + s + ">"
}

// boxes writes the steps in Markdown.
func (i Item) boxes() string {
	var b strings.Builder
	for _, s := range i.Steps {
		fmt.Fprintf(&b, "- %s%s\n", box(s.Done), printable.Markdown(s.Text))
		for n, part := range s.Guide {
			fmt.Fprintf(&b, "  %d. %s\n", n+1, printable.Markdown(part))
		}
	}
	return b.String()
}

func box(done bool) string {
	if done {
		return "[x] "
	}
	return "[ ] "
}
