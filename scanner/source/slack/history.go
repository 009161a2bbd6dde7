package slack

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/secretsweep/secretsweep/scanner"
)

// perPage is how many messages are asked for. Slack may give fewer, and does to apps
// that are sold outside of its marketplace: those get fewest at most.
const (
	perPage = 200
	fewest  = 15
)

// page is an answer with messages, which stay as they are.
type page struct {
	Messages []json.RawMessage `json:"messages"`
	HasMore  bool              `json:"has_more"`
	Limited  bool              `json:"is_limited"` // there are older ones, which the workspace's plan hides
	Metadata struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// parsePage reads an answer with messages, and where the next one begins: "" after the
// last.
func parsePage(r *http.Response) (p page, next string, err error) {
	if json.NewDecoder(r.Body).Decode(&p) != nil {
		return page{}, "", errBroken
	}
	if p.HasMore && p.Metadata.Cursor == "" {
		return page{}, "", errors.New("an answer that has more, and does not say where")
	}
	return p, p.Metadata.Cursor, nil
}

// follow reads the pages of a list. Read takes the cursor of one and gives that of the
// next, "" after the last.
func follow(read func(cursor string) (next string, err error)) error {
	seen := make(map[[sha256.Size]byte]bool) // by their hash: Slack says how long they are
	for cursor := ""; ; {
		next, err := read(cursor)
		if err != nil || next == "" {
			return err
		}
		hash := sha256.Sum256([]byte(next))
		if seen[hash] {
			return errors.New("pages that lead back to where they came from")
		}
		seen[hash] = true
		cursor = next
	}
}

// head is what has to be known of a message to find the others.
type head struct {
	TS, Subtype string
	Thread      string `json:"thread_ts"`
}

// headOf reads a message as far as it can be read: a field of the wrong type is not there.
func headOf(raw json.RawMessage) (h head, at moment, err error) {
	_ = json.Unmarshal(raw, &h)
	at, err = parseMoment(h.TS)
	return h, at, err
}

// history reads the messages of a conversation within a gap, from the newest on, and
// the threads that they begin. After each page it notes how far it came.
func (w *visit) history(ctx context.Context, c *conversation, r *reach, g gap) error {
	read := span{Oldest: g.before, Newest: g.before - 1}
	if g.before == w.within.before {
		read.Newest = g.after // nobody knows yet how new the newest one is
	}
	return follow(func(cursor string) (string, error) {
		p, next, err := w.call(ctx, "conversations.history", url.Values{
			"channel": {c.id},
			"oldest":  {g.after.String()},
			"latest":  {g.before.String()}, // without it, Slack would begin with the oldest
			"cursor":  {cursor},
		})
		if err != nil {
			return "", err
		}
		var threads []moment
		for _, raw := range p.Messages {
			h, at, err := headOf(raw)
			if err != nil {
				w.problem(c.name+", when a message was written", err)
			} else if at <= g.after || at >= g.before {
				continue
			} else {
				read = span{min(read.Oldest, at), max(read.Newest, at)}
			}
			w.give(c, raw)
			if err == nil && h.Thread == h.TS {
				threads = append(threads, at)
				r.Threads[at] = at
			}
		}
		if next == "" {
			read.Oldest = g.after + 1
			if p.Limited {
				w.leaveOut(c.name+", messages that the workspace's plan hides", slack.SlackErrorResponse{})
			}
		}
		r.cover(read)
		return next, w.threads(ctx, c, r, threads)
	})
}

// threads reads what was answered to some messages of a conversation. A thread that
// can't be read is no reason to leave out others.
func (w *visit) threads(ctx context.Context, c *conversation, r *reach, begun []moment) error {
	for _, first := range begun {
		err := w.replies(ctx, c, r, first)
		if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok && e.Err == "thread_not_found" {
			err = nil // it was deleted since
		}
		if err == nil {
			delete(r.Threads, first)
		} else if err = w.settle(fmt.Sprintf("%s, replies to the message of %s", c.name, first.day()), err); err != nil {
			return err
		}
	}
	return nil
}

// pending gives the threads that an earlier sweep has begun, or left for later.
func (r *reach) pending() []moment { return slices.Sorted(maps.Keys(r.Threads)) }

// replies reads a thread, from the oldest reply on: Slack gives no thread in another
// order. The message that begins it comes with each page. A reply that was sent to the
// channel too is one of its messages, and read as that.
func (w *visit) replies(ctx context.Context, c *conversation, r *reach, first moment) error {
	known := r.Threads[first]
	return follow(func(cursor string) (string, error) {
		p, next, err := w.call(ctx, "conversations.replies", url.Values{
			"channel": {c.id},
			"ts":      {first.String()},
			"oldest":  {known.String()},
			"cursor":  {cursor},
		})
		if err != nil {
			return "", err
		}
		for _, raw := range p.Messages {
			h, at, err := headOf(raw)
			if err != nil {
				w.problem(c.name+", when a reply was written", err)
			} else if at <= known {
				continue
			}
			if h.Subtype != slack.MsgSubTypeThreadBroadcast {
				w.give(c, raw)
			}
			r.Threads[first] = max(r.Threads[first], at)
		}
		return next, nil
	})
}

// give gives a message of a conversation.
func (w *visit) give(c *conversation, raw json.RawMessage) {
	w.visitor.Count(scanner.Messages, 1)
	w.workspace.give(w.visitor, message{root: w.root, path: c.name, channel: &c.channel, raw: raw})
}

// call asks for a page of messages. The library's own calls don't do, since their types
// drop what they don't know of a message. What is empty is not sent.
func (w *visit) call(ctx context.Context, method string, arguments url.Values) (page, string, error) {
	maps.DeleteFunc(arguments, func(_ string, v []string) bool { return v[0] == "" })
	arguments.Set("limit", strconv.Itoa(w.perPage))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.API+method, strings.NewReader(arguments.Encode()))
	if err != nil {
		return page{}, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+w.Token.Reveal())
	response, err := w.client.Do(req)
	if refused, _ := errors.AsType[slack.SlackErrorResponse](err); refused.Err == "invalid_limit" && w.perPage > fewest {
		w.perPage = fewest
		return w.call(ctx, method, arguments)
	}
	if err != nil {
		return page{}, "", err
	}
	return parsePage(response)
}
