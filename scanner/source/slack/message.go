package slack

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// give gives a message to the visitor. One that is no JSON is a Problem.
func (w *workspace) give(v scanner.Visitor, m message) {
	if err := w.tell(v, m); err != nil {
		what := cmp.Or(filepath.ToSlash(filepath.Join(m.root, m.path)), m.channel.name)
		v.Problem(scanner.Problem{What: what, Err: fmt.Errorf("read a message of %s: %w", m.channel.name, err)})
	}
}

// tell gives a message to the visitor: one text, with all that its readers see. An error
// is that of JSON that is none.
func (w *workspace) tell(v scanner.Visitor, m message) error {
	value, err := decode(m.raw)
	if err != nil {
		return err
	}
	fields, _ := value.(map[string]any)
	of := subject(fields)
	id, user := stringOf(of["ts"]), cmp.Or(stringOf(of["user"]), stringOf(of["bot_id"]))
	at := w.at(m, id, stringOf(of["thread_ts"]), user)
	if at.Message.User == "" {
		at.Message.User = author(of)
	}
	p := prose{workspace: w}
	p.tell("", value)
	p.feed(v, at)
	return nil
}

// about gives what a channel says of itself, such as its topic. The field is what that
// is called, m only where it was.
func (w *workspace) about(v scanner.Visitor, m message, field string, tell func(p *prose)) {
	p := prose{workspace: w}
	tell(&p)
	at := w.at(m, "", "", "")
	at.Field = field
	p.feed(v, at)
}

// feed gives the text to the visitor.
func (p *prose) feed(v scanner.Visitor, at place.Place) {
	scanner.FeedBytes(v, detectors.Chunk{At: at, Names: []string{likeDocument}}, []byte(p.text.String()))
}

// likeDocument is a name that tells what to expect of a message: sentences, and lines of
// settings, commands and code among them.
const likeDocument = "message.md"

// decode gives any JSON as it is, so that a part that is malformed spoils no other.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // timestamps that a tool has made numbers keep their digits
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text after it")
	}
	return value, nil
}

// subject gives the message that an event is about: that of an edit or a deletion is
// in a field of the event's.
func subject(fields map[string]any) map[string]any {
	for _, key := range []string{"message", "previous_message"} {
		if of, ok := fields[key].(map[string]any); ok && stringOf(of["ts"]) != "" {
			return of
		}
	}
	return fields
}

// author gives the name that a message itself has for who wrote it: that of a bot, or
// of somebody from another workspace.
func author(fields map[string]any) string {
	profile, _ := fields["user_profile"].(map[string]any)
	bot, _ := fields["bot_profile"].(map[string]any)
	return cmp.Or(
		stringOf(fields["username"]),
		stringOf(profile["display_name"]), stringOf(profile["real_name"]), stringOf(profile["name"]),
		stringOf(bot["name"]),
	)
}

// stringOf gives a string or the digits of a number, and "" for anything else.
func stringOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
