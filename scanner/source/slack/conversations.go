package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/secretsweep/secretsweep/scanner"
)

// conversation is a channel that the token may see.
type conversation struct {
	channel
	kind           kind
	topic, purpose string
	open           bool // whether the token may read it, as far as the list tells
}

// kind is one of the kinds of conversations that Slack tells apart. Each has scopes of
// its own, so each is asked for by itself.
type kind struct{ id, name string }

const public = "public_channel"

var kinds = []kind{
	{public, "public channels"},
	{"private_channel", "private channels"},
	{"mpim", "group messages"},
	{"im", "direct messages"},
}

// readUsers reads the names of users. Without them, ids remain.
func (w *visit) readUsers(ctx context.Context) error {
	p := w.slack.GetUsersPaginated(slack.GetUsersOptionLimit(perPage), slack.GetUsersOptionIncludeLocale(false))
	err := follow(func(string) (next string, err error) {
		if p, err = p.Next(ctx); err != nil {
			return "", err
		}
		for _, u := range p.Users {
			w.workspace.names[u.ID] = cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name)
		}
		return p.Cursor, nil
	})
	return w.settle("names of users", err)
}

// conversations gives those to read, in order.
func (w *visit) conversations(ctx context.Context) ([]*conversation, error) {
	all := make(map[string]*conversation)
	for _, k := range kinds {
		err := follow(func(cursor string) (string, error) {
			channels, next, err := w.slack.GetConversationsContext(ctx, &slack.GetConversationsParameters{
				Types: []string{k.id}, Limit: perPage, Cursor: cursor,
			})
			for _, c := range channels {
				all[c.ID] = w.conversation(k, c)
			}
			return next, err
		})
		if err := w.settle(k.name, err); err != nil {
			return nil, err
		}
	}
	return w.choose(slices.SortedFunc(maps.Values(all), func(a, b *conversation) int {
		return cmp.Or(
			cmp.Compare(slices.Index(kinds, a.kind), slices.Index(kinds, b.kind)),
			cmp.Compare(a.name, b.name),
			cmp.Compare(a.id, b.id),
		)
	})), nil
}

// groupName matches what Slack calls a conversation of several people.
var groupName = regexp.MustCompile(`^mpdm-(.+)-\d+$`)

func (w *visit) conversation(k kind, c slack.Channel) *conversation {
	name := "#" + c.Name
	if c.IsIM {
		name = cmp.Or(w.workspace.names[c.User], c.User)
	} else if group := groupName.FindStringSubmatch(c.Name); group != nil {
		name = strings.ReplaceAll(group[1], "--", ", ")
	}
	w.workspace.names[c.ID] = c.Name
	return &conversation{
		channel: channel{id: c.ID, name: name},
		kind:    k,
		topic:   c.Topic.Value,
		purpose: c.Purpose.Value,
		// A bot sees public channels that it may not read. People may read all they see.
		open: c.IsMember || k.id != public || !w.bot,
	}
}

// choose gives the conversations that were asked for, by name or id.
func (w *visit) choose(all []*conversation) []*conversation {
	if len(w.Channels) == 0 {
		return all
	}
	var chosen []*conversation
	for _, c := range all {
		if slices.ContainsFunc(w.Channels, c.isCalled) {
			chosen = append(chosen, c)
		}
	}
	for _, name := range w.Channels {
		if !slices.ContainsFunc(all, func(c *conversation) bool { return c.isCalled(name) }) {
			w.problem(name, errors.New("the token sees no such conversation"))
		}
	}
	if left := len(all) - len(chosen); left > 0 {
		w.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Filtered, What: w.root, Count: int64(left)})
	}
	return chosen
}

// isCalled tells whether a name that was given means this conversation.
func (c *conversation) isCalled(name string) bool {
	return name == c.id || strings.TrimPrefix(name, "#") == strings.TrimPrefix(c.name, "#")
}

// read reads a conversation, as far as it was not read before.
func (w *visit) read(ctx context.Context, c *conversation) error {
	r := w.account[c.id]
	if r == nil {
		r = new(reach)
		w.account[c.id] = r
		w.giveAbout(c, "topic", c.topic)
		w.giveAbout(c, "purpose", c.purpose)
	}
	if r.Threads == nil {
		r.Threads = make(map[moment]moment)
	}
	if refused, ok := w.closed[c.kind]; ok || !c.open {
		w.leaveOut(c.name, refused)
		return nil
	}
	what, err := c.name, w.threads(ctx, c, r, r.pending())
	for _, g := range r.gaps(w.within) {
		if err != nil {
			break
		}
		err = w.history(ctx, c, r, g)
		// What is left of the gap are its older messages.
		if left := r.gaps(g); err != nil && len(left) > 0 && left[len(left)-1].before < w.within.before {
			what += ", messages before " + left[len(left)-1].before.day()
		}
	}
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok && refused.Err == "missing_scope" {
		w.closed[c.kind] = refused
	}
	return w.settle(what, err)
}

// giveAbout gives what a channel says of itself. The field is its name.
func (w *visit) giveAbout(c *conversation, field, text string) {
	at := message{root: w.root, path: c.name, channel: &c.channel}
	w.workspace.about(w.visitor, at, field, func(p *prose) { p.tell(field, text) })
}

// settle takes what came of reading a part. It gives the error back if nothing more can
// be read.
func (w *visit) settle(what string, err error) error {
	refused, _ := errors.AsType[slack.SlackErrorResponse](err)
	switch {
	case err == nil || w.ends(err):
		return err
	case slices.Contains(noAccess, refused.Err):
		w.leaveOut(what, refused)
	default:
		w.problem(what, err)
	}
	return nil
}

// noAccess are the errors that say that the token may not do something. Another one
// could.
var noAccess = []string{"missing_scope", "not_in_channel", "no_permission", "access_denied", "not_allowed_token_type"}

func (w *visit) leaveOut(what string, refused slack.SlackErrorResponse) {
	if refused.Needed != "" {
		what += fmt.Sprintf(" (needs %s)", refused.Needed)
	}
	w.visitor.LeftOut(scanner.LeftOut{Reason: scanner.NoAccess, What: what})
}

func (w *visit) problem(what string, err error) {
	w.unread = true
	w.visitor.Problem(scanner.Problem{What: what, Err: err})
}
