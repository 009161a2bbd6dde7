package slack

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// prose is the text of a message as it comes together.
//
// Slack says many things twice: text and blocks, a preview and the text that it is one
// of, a title and a file's name. What has been said is not said again, so that a value
// has as many spans as its readers see.
type prose struct {
	workspace *workspace
	text      strings.Builder
	gist      strings.Builder // the gist of the text, a space before and after each part of it
	compared  int             // bytes of it that were searched for what may have been said
}

// maxCompared bounds the time that a message takes whose parts are many and long.
// Beyond it, what was said may be said again.
const maxCompared = 256 << 20

// say adds a text as lines of its own, if it hasn't been said.
func (p *prose) say(text string) { p.sayOf("", text) }

// sayOf adds a text after what it is called, if that hasn't been said of it.
func (p *prose) sayOf(name, text string) {
	if gistOf(text) == "" {
		return
	}
	if name != "" {
		text = name + ": " + text
	}
	gist := gistOf(text)
	if p.said(gist) {
		return
	}
	p.text.WriteString(text)
	if !strings.HasSuffix(text, "\n") {
		p.text.WriteByte('\n')
	}
	if p.gist.Len() == 0 {
		p.gist.WriteByte(' ')
	}
	p.gist.WriteString(gist)
	p.gist.WriteByte(' ')
}

func (p *prose) said(gist string) bool {
	if p.gist.Len() < len(gist) || p.compared > maxCompared {
		return false
	}
	p.compared += p.gist.Len()
	return strings.Contains(p.gist.String(), " "+gist+" ")
}

// gistOf gives a text as words with one space between, without what formats it.
func gistOf(text string) string {
	return strings.Join(strings.Fields(formats.Replace(text)), " ")
}

var formats = strings.NewReplacer("*", "", "_", "", "~", "", "`", "", ">", "", "•", "", "◦", "", "▪", "")

// tell says what a value of a message has: one that is known in the order in which
// people read it, and of any other all strings.
func (p *prose) tell(key string, v any) {
	switch v := v.(type) {
	case string:
		p.tellString(key, v)
	case []any:
		for _, e := range v {
			p.tell(key, e)
		}
	case map[string]any:
		switch {
		case isRichText(v):
			p.tellRichText(v)
		case key == "metadata":
			p.tellData(key, v)
		default:
			p.tellFields(v)
		}
	}
}

// tellData says all strings of what an app has put into a message for apps to read.
func (p *prose) tellData(key string, v any) {
	switch v := v.(type) {
	case string:
		p.sayOf(key, typed(v))
	case []any:
		for _, e := range v {
			p.tellData(key, e)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			p.tellData(key, v[key])
		}
	}
}

func (p *prose) tellString(key, s string) {
	if verbatim[key] {
		p.say(typed(s))
		return
	}
	r := p.read(s, marked[key])
	if _, known := order[key]; known || key == "" {
		p.say(r.text)
	} else {
		p.sayOf(key, r.text)
	}
	for _, target := range r.targets {
		p.say(target)
	}
}

func (p *prose) tellFields(fields map[string]any) {
	fields = withoutPlumbing(fields)
	title, isTitle := fields["title"].(string)
	if value, ok := fields["value"].(string); ok && isTitle && title != "" {
		// A field of an attachment: its title tells what its value is.
		delete(fields, "title")
		delete(fields, "value")
		defer p.tellTitled(title, value)
	}
	if kind := fields["type"]; kind == "plain_text" || kind == "raw_text" {
		p.tell("plain_text", fields["text"])
		delete(fields, "text")
	}
	delete(fields, "type")
	for _, key := range slices.SortedFunc(maps.Keys(fields), byOrder) {
		p.tell(key, fields[key])
	}
}

// tellTitled says a value with its title on the same line, if it is one.
func (p *prose) tellTitled(title, value string) {
	t, v := p.read(title, true), p.read(value, true)
	separator := ": "
	if strings.Contains(v.text, "\n") {
		separator = "\n"
	}
	p.say(t.text + separator + v.text)
	for _, target := range slices.Concat(t.targets, v.targets) {
		p.say(target)
	}
}

// byOrder orders fields as they are read: those that are known, any others, and last
// what stands in for the rest where that can't be shown.
func byOrder(a, b string) int {
	rank := func(key string) int {
		if at, ok := order[key]; ok {
			return at
		}
		return order[others]
	}
	return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b))
}

// order has the fields that people read, by where they do. Blocks are before the text,
// since it is made of them for who can't show them, with marks that may stand
// within a word. Likewise a text is before its preview, which is its beginning.
var order = ranks(
	"message", "pretext", "author_name", "title", "blocks", "text", "elements", "fields", "value", "label", "name", "subject",
	"attachments", "files", "file", "plain_text", "preview_plain_text", "preview", "initial_comment", "comment",
	"topic", "purpose", "old_name", "alt_text", "url", "image_url", "title_link", "from_url", "original_url", "footer",
	"url_private", "url_private_download", "permalink", "permalink_public",
	"username", "bot_profile", "room", "root", "previous_message",
	others, "fallback",
)

// others stands for the fields that are not known, where they are in the order.
const others = ""

func ranks(keys ...string) map[string]int {
	at := make(map[string]int, len(keys))
	for i, key := range keys {
		at[key] = i
	}
	return at
}

// marked are the fields whose text has Slack's marks for bold and the like.
var marked = map[string]bool{"text": true, "pretext": true, "value": true, "comment": true, "topic": true, "purpose": true, "fallback": true}

// verbatim are the fields whose text has no markup at all: what is in a file, and what
// an app wants to be shown as it is.
var verbatim = map[string]bool{"plain_text": true, "preview_plain_text": true, "preview": true}

// withoutPlumbing gives fields without those that no reader sees: ids, times, how
// things look, who reacted. The type is kept.
func withoutPlumbing(fields map[string]any) map[string]any {
	kept := make(map[string]any, len(fields))
	for key, v := range fields {
		if !plumbing[key] && !strings.HasPrefix(key, "thumb_") && !strings.HasSuffix(key, "_icon") {
			kept[key] = v
		}
	}
	return kept
}

var plumbing = func() map[string]bool {
	all := make(map[string]bool)
	for _, key := range strings.Fields(`
		id subtype ts thread_ts event_ts deleted_ts latest_reply last_read created updated timestamp date edited style color
		user users user_profile user_team source_team team parent_user_id inviter reply_users replies reactions members pinned_to
		client_msg_id bot_id app_id team_id user_id channel_id author_id block_id action_id callback_id file_id trigger_id workflow_id
		channel channels groups ims shares icons mode mimetype filetype pretty_type media_display_type external_type file_access
		mrkdwn_in preview_highlight participants participant_history created_by media_server avatar_hash item_type
		language unicode format timezone`) {
		all[key] = true
	}
	return all
}()
