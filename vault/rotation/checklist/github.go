package checklist

import (
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/internal/printable"
)

// Issue is what a tracker of issues gets of an item.
type Issue struct {
	Title string // which names the secret; one line
	Body  string // Markdown, with boxes
}

// Issue writes an item for a tracker that others may read: without owner and reasons, which
// people gave for themselves, and without who has read the vault. A secret's name and the
// paths at which it lies are in it.
func (i Item) Issue() Issue {
	var b strings.Builder
	line := func(what, text string) {
		if text != "" {
			fmt.Fprintf(&b, "- %s: %s\n", what, printable.Markdown(text))
		}
	}
	line("Record", i.ID)
	line("Severity", i.Severity)
	line("State", i.State)
	line("Due", i.dueText())
	b.WriteString(i.managed())
	b.WriteString("\n### Steps\n\n" + i.boxes())
	if users := i.publicConsumers(); users != "" {
		b.WriteString("\n### Who uses it\n\n" + users)
	}
	if places := i.publicPlaces(); places != "" {
		b.WriteString("\n### Where it lies\n\n" + places)
	}
	return Issue{"Rotate " + printable.Text(i.Title), b.String()}
}

// publicConsumers names what was found by a sweep, and counts who has read the vault.
func (i Item) publicConsumers() string {
	var b strings.Builder
	readers, moved := 0, 0
	for _, c := range i.Consumers {
		switch {
		case !c.logged:
			fmt.Fprintf(&b, "- %s%s\n", box(c.done), printable.Markdown(c.Name))
		case c.done:
			moved++
			fallthrough
		default:
			readers++
		}
	}
	if readers > 0 {
		fmt.Fprintf(&b, "- %s%d of %d that read the vault have moved\n", box(moved == readers), moved, readers)
	}
	return b.String()
}

// publicPlaces names paths, and counts what people wrote in chats.
func (i Item) publicPlaces() string {
	var b strings.Builder
	chats, clean := 0, 0
	for _, p := range i.Places {
		done := p.Status != "lies"
		switch {
		case !p.chat:
			fmt.Fprintf(&b, "- %s`%s`\n", box(done), printable.Code(p.Where))
		case done:
			clean++
			fallthrough
		default:
			chats++
		}
	}
	if chats > 0 {
		fmt.Fprintf(&b, "- %s%d of %d messages in chats are cleaned\n", box(clean == chats), clean, chats)
	}
	if i.More > 0 {
		fmt.Fprintf(&b, "- and %d places more\n", i.More)
	}
	return b.String()
}
