package checklist

import (
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault/rotation"
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

// publicConsumers names what was found by a sweep, and counts who has read the vault, and
// copies: these are among the places, without the folders of somebody's machine. Names are
// code, in which nobody is mentioned.
func (i Item) publicConsumers() string {
	var b strings.Builder
	all, moved := make(map[bool]int), make(map[bool]int) // by whether they are copies
	for _, c := range i.Consumers {
		if c.kind == rotation.ByName {
			fmt.Fprintf(&b, "- %s`%s`\n", box(c.done), printable.Code(c.Name))
			continue
		}
		copied := c.kind == rotation.ByCopy
		all[copied]++
		if c.done {
			moved[copied]++
		}
	}
	for _, one := range []struct {
		copied bool
		text   string
	}{{false, "that read the vault have moved"}, {true, "files with a copy have moved"}} {
		if n, done := all[one.copied], moved[one.copied]; n > 0 {
			fmt.Fprintf(&b, "- %s%d of %d %s\n", box(done == n), done, n, one.text)
		}
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
