package slack

import (
	"cmp"
	"maps"
	"strconv"
	"strings"
)

// isRichText tells whether it is a block of rich text, or one of the parts that are on
// lines of their own: sections, lists, quotes, code. One of a type that is not known
// is taken for one, too.
func isRichText(fields map[string]any) bool {
	kind, _ := fields["type"].(string)
	return strings.HasPrefix(kind, "rich_text")
}

// tellRichText says a block of rich text as one text.
func (p *prose) tellRichText(block map[string]any) {
	r := richText{prose: p}
	r.part(block)
	p.say(r.text.String())
	for _, target := range r.targets {
		p.say(target)
	}
	for _, fields := range r.rest {
		p.tellFields(fields)
	}
}

// richText is a block of rich text as it comes together. What is bold, a link or a
// mention is an element of its own, so that a value may be in several: they are
// joined as they are.
type richText struct {
	prose   *prose
	text    strings.Builder
	targets []string         // of links, as far as they aren't seen
	rest    []map[string]any // what of the elements is not known
}

// part adds a block, or a part of it that begins a line.
func (r *richText) part(fields map[string]any) {
	fields = maps.Clone(fields)
	number := 1
	if offset, err := strconv.Atoi(stringOf(fields["offset"])); err == nil {
		number += offset
	}
	ordered := fields["type"] == "rich_text_list" && fields["style"] == "ordered"
	elements, ok := fields["elements"].([]any)
	if ok {
		delete(fields, "elements")
	}
	for _, e := range elements {
		element, ok := e.(map[string]any)
		switch {
		case !ok:
			r.rest = append(r.rest, map[string]any{"text": e})
		case isRichText(element):
			r.beginLine()
			if ordered {
				r.text.WriteString(strconv.Itoa(number) + ". ")
				number++
			}
			r.part(element)
			r.beginLine()
		default:
			r.element(element)
		}
	}
	r.rest = append(r.rest, fields)
}

// beginLine begins a line, if none has just begun.
func (r *richText) beginLine() {
	if text := r.text.String(); text != "" && !strings.HasSuffix(text, "\n") {
		r.text.WriteByte('\n')
	}
}

// element adds what readers see of an element.
func (r *richText) element(fields map[string]any) {
	fields = maps.Clone(fields)
	text, url := take(fields, "text"), take(fields, "url")
	switch fields["type"] {
	case "user":
		id := take(fields, "user_id")
		text = "@" + cmp.Or(r.prose.workspace.names[id], id)
	case "channel":
		id := take(fields, "channel_id")
		text = "#" + cmp.Or(r.prose.workspace.names[id], id)
	case "usergroup":
		text = "@" + take(fields, "usergroup_id")
	case "broadcast":
		text = "@" + take(fields, "range")
	case "emoji":
		text = ":" + take(fields, "name") + ":"
		if tone := stringOf(fields["skin_tone"]); tone != "" {
			delete(fields, "skin_tone")
			text += ":skin-tone-" + tone + ":"
		}
	case "date":
		text = take(fields, "fallback")
	case "color":
		text = take(fields, "value")
	}
	shown, target := cmp.Or(text, url), ""
	if url != "" {
		shown, target = link(url, text)
	}
	if target != "" {
		r.targets = append(r.targets, typed(target))
	}
	r.text.WriteString(typed(shown))
	r.rest = append(r.rest, fields)
}

// take takes a string out of fields; it leaves what is none.
func take(fields map[string]any, key string) string {
	s, ok := fields[key].(string)
	if ok {
		delete(fields, key)
	}
	return s
}
