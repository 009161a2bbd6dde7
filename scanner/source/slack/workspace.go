package slack

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
)

// workspace is what is known of one beside its messages.
type workspace struct {
	name   string            // what reports call it
	domain string            // the first part of NAME.slack.com; "" if it isn't known: then there are no links
	names  map[string]string // of users and channels, by their ids, as others see them
}

// channel is a conversation of any kind: a channel, a group, direct messages.
type channel struct {
	id   string
	name string // as people see it: "#general", or who takes part
}

// message is one as Slack has it, and where it was.
type message struct {
	root, path string // of the place
	channel    *channel
	raw        json.RawMessage
}

// link gives the address that opens a message, if all that it is made of is Slack's. A
// thread is the ID of the message that it answers to, if it does.
func (w *workspace) link(channel, id, thread string) string {
	if w.domain == "" || !anyID.MatchString(channel) || !isTimestamp(id) {
		return ""
	}
	link := "https://" + w.domain + ".slack.com/archives/" + channel + "/p" + strings.ReplaceAll(id, ".", "")
	if thread != id && isTimestamp(thread) {
		link += "?thread_ts=" + thread + "&cid=" + channel
	}
	return link
}

// anyID is the form of ids.
var anyID = regexp.MustCompile(`^[A-Z0-9]+$`)

func isTimestamp(s string) bool {
	_, err := parseMoment(s)
	return err == nil
}

// at gives the place of a message. ID is its timestamp, which tells it from the
// channel's others, user the id of who wrote it.
func (w *workspace) at(m message, id, thread, user string) place.Place {
	if thread == id {
		thread = "" // it begins one
	}
	return place.Place{Kind: place.Chat, Root: m.root, Path: m.path, Message: &place.Message{
		Workspace: w.name,
		Channel:   m.channel.name,
		ChannelID: m.channel.id,
		User:      w.names[user],
		UserID:    user,
		Time:      timeOf(id),
		ID:        id,
		Thread:    thread,
		Link:      w.link(m.channel.id, id, thread),
	}}
}

// timeOf reads Slack's timestamps, such as "1712345678.000200": seconds, and a number
// that makes them unique in their channel. It is the zero time if it is none.
func timeOf(id string) time.Time {
	seconds, _, _ := strings.Cut(id, ".")
	n, err := json.Number(seconds).Int64()
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
