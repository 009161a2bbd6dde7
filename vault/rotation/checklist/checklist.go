// Package checklist writes what is to be done about leaks as a list to hand round: on paper,
// in a spreadsheet, in a tracker of issues.
//
// In go records; out comes one of [Formats], which has for each record that is open where it
// stands, who looks after it and by when, the steps with boxes that are ticked as far as they
// are done, the provider's guide among them, who uses the value, and where it lies. There is
// no value in it, not even a masked one. Every text is escaped for where it goes. The issues
// of "github" leave out what the audit log and people have told: they may be public.
package checklist

import (
	"io"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// List is what is to be done at a time. Its texts may be hostile.
type List struct {
	Made    time.Time `json:"made"`
	Open    int       `json:"open"`
	Overdue int       `json:"overdue"`
	Items   []Item    `json:"items"`
}

// Item is what is to be done about a record.
type Item struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Severity  string     `json:"severity,omitempty"`
	State     string     `json:"state"`
	Blocked   string     `json:"blocked,omitempty"` // why
	Owner     string     `json:"owner,omitempty"`
	Due       time.Time  `json:"due"`
	Overdue   bool       `json:"overdue"`
	Provider  string     `json:"provider,omitempty"`
	Console   string     `json:"console,omitempty"`
	Steps     []Step     `json:"steps"`
	Consumers []Consumer `json:"consumers"`
	Places    []Place    `json:"places"`
	More      int        `json:"more_places"`
}

// Step is one of those that lead to the end.
type Step struct {
	Text  string   `json:"text"`
	Done  bool     `json:"done"`
	Guide []string `json:"guide,omitempty"` // how it is done at the provider
}

// Consumer is who uses a value, or may use it.
type Consumer struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	kind   rotation.ConsumerKind
	done   bool
}

// Place is where a value lies, or lay.
type Place struct {
	Where  string `json:"where"`
	Status string `json:"status"` // lies, gone, left
	Why    string `json:"why,omitempty"`
	chat   bool
}

// Format is a way to write a list.
type Format struct {
	Name  string
	Write func(io.Writer, List) error
}

// Formats gives those in which a list is one text. That of "github" is several: see
// [Item.Issue].
func Formats() []Format {
	return []Format{{"md", writeMarkdown}, {"csv", writeCSV}, {"json", writeJSON}, {"html", writeHTML}}
}

// Of gives what is to be done about those records that are open. where says in few words
// where a place is.
func Of(records []*rotation.Record, set *rules.Set, where func(*place.Place) string, now time.Time) List {
	l := List{Made: now.UTC(), Items: []Item{}}
	for _, r := range records {
		if !r.State.Open() {
			continue
		}
		l.Open++
		if r.Overdue(now) {
			l.Overdue++
		}
		l.Items = append(l.Items, itemOf(r, rotation.GuideOf(set, r), where, now))
	}
	return l
}

func itemOf(r *rotation.Record, g rotation.Guide, where func(*place.Place) string, now time.Time) Item {
	item := Item{
		ID: r.ID(), Title: r.Title(), Severity: r.Severity, State: string(r.State), Blocked: r.Blocked, Owner: r.Owner,
		Due: r.Due.UTC(), Overdue: r.Overdue(now), Provider: g.Provider, Console: g.Console,
		Steps: stepsOf(r, g), Consumers: []Consumer{}, Places: []Place{}, More: r.MorePlaces,
	}
	for _, c := range r.Consumers {
		done := c.Status == rotation.Ready || c.Status == rotation.Said
		item.Consumers = append(item.Consumers, Consumer{c.Name, string(c.Status), c.Kind, done})
	}
	for i := range r.Sites {
		s := &r.Sites[i]
		one := Place{where(&s.Place), string(s.Status), s.Why, s.Kind == place.Chat}
		if s.Status == rotation.Lies {
			one.Status = "lies"
		}
		item.Places = append(item.Places, one)
	}
	return item
}

// stepsOf gives the steps of a record, with each part of the guide at the first of them that
// it belongs to.
func stepsOf(r *rotation.Record, g rotation.Guide) []Step {
	var all []Step
	told := make(map[rotation.GuideStep]bool)
	for _, m := range r.Line() {
		s := Step{Text: m.Text, Done: m.Done}
		for _, part := range g.Of(m.Act) {
			if !told[part] {
				told[part] = true
				s.Guide = append(s.Guide, part.Text)
			}
		}
		all = append(all, s)
	}
	return all
}

// dueText says by when something is to be done.
func (i Item) dueText() string {
	if i.Overdue {
		return i.Due.Format(time.DateOnly) + ", overdue"
	}
	return i.Due.Format(time.DateOnly)
}

// text says what has become of a place.
func (p Place) text() string {
	if p.Why != "" {
		return p.Status + ": " + p.Why
	}
	return p.Status
}
