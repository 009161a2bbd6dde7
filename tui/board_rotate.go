package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// rotate is the tab of what is to be rotated: for each record what comes next, and the keys
// by which that is done.
type rotate struct {
	*table[*rotation.Record]
	settled bool // those that are over are shown, too
}

// goTo is a message: a screen is to be seen next, if the one that asked for it still is.
type goTo struct{ screen }

func newRotate(b *board) *rotate {
	t := &rotate{}
	t.table = &table[*rotation.Record]{
		board: b, self: t, tab: "Rotate", looks: true,
		none:   "Nothing is to be rotated. \"secretsweep migrate\" finds what leaked, and brings it here; records are for the maintainers of a project.",
		load:   func(ctx context.Context) ([]*rotation.Record, error) { return b.Records.Records(ctx, "*") },
		keep:   func(r *rotation.Record) bool { return t.settled || r.State.Open() },
		words:  recordWords,
		heads:  func(width int) string { return recordLine(width, "STATE", "DUE", "SECRET", "OWNER", "NEXT") },
		line:   t.recordLine,
		detail: t.recordDetail,
		own:    t.steps,
	}
	t.summary = func(int) string { return t.count() }
	return t
}

func (t *rotate) update(msg tea.Msg) (screen, tea.Cmd) {
	if msg, ok := msg.(goTo); ok {
		return msg.screen, nil
	}
	return t.table.update(msg)
}

// soon is how long before its day a record counts as due this week.
const soon = 7 * 24 * time.Hour

// count says how many records there are to do something about.
func (t *rotate) count() string {
	now := t.options.Now()
	open, overdue, near := 0, 0, 0
	for _, r := range t.all {
		switch {
		case !r.State.Open():
			continue
		case r.Overdue(now):
			overdue++
		case !r.Due.IsZero() && r.Due.Before(now.Add(soon)):
			near++
		}
		open++
	}
	text := fmt.Sprintf("%s open", report.Number(open))
	if overdue > 0 {
		text += ", " + t.theme.bad.Render(report.Number(overdue)+" overdue")
	}
	if near > 0 {
		text += ", " + t.theme.warn.Render(report.Number(near)+" due this week")
	}
	if over := len(t.all) - open; over > 0 && !t.settled {
		text += t.theme.dim.Render(fmt.Sprintf(", and %s settled: s shows them", report.Number(over)))
	}
	return text
}

func (t *rotate) recordLine(r *rotation.Record, width int) string {
	state, due := string(r.State), ""
	if r.Blocked != "" && r.State.Open() {
		state = t.theme.warn.Render("blocked")
	}
	if r.State.Open() && !r.Due.IsZero() {
		due = t.dueStyled(r, shortly(t.options.Now(), r.Due))
	}
	return recordLine(width, state, due, safe(r.Title()), safe(r.Owner), nextWords(r))
}

// dueStyled shows when a record is due as urgent as that is.
func (t *rotate) dueStyled(r *rotation.Record, text string) string {
	switch now := t.options.Now(); {
	case r.Overdue(now):
		return t.theme.bad.Render(text)
	case r.Due.Before(now.Add(soon)):
		return t.theme.warn.Render(text)
	}
	return text
}

// daysUntil counts the days from one to another, by the calendar.
func daysUntil(now, then time.Time) int {
	const day = 24 * time.Hour
	return int(then.UTC().Truncate(day).Sub(now.UTC().Truncate(day)) / day)
}

// shortly says in few letters when something is due.
func shortly(now, due time.Time) string {
	switch days := daysUntil(now, due); {
	case days < 0:
		return fmt.Sprintf("%dd late", -days)
	case days > 0:
		return fmt.Sprintf("in %dd", days)
	}
	return "today"
}

// dueWords says it in words.
func dueWords(now, due time.Time) string {
	switch days := daysUntil(now, due); {
	case days < 0:
		return "overdue: " + report.Plural(-days, "day")
	case days > 0:
		return "due in " + report.Plural(days, "day")
	}
	return "due today"
}

// recordLine shares a width out. Where there is little room, what comes next is said, and not
// how things stand.
func recordLine(width int, state, due, title, owner, next string) string {
	states, owners := 18, 10
	const dues, nexts = 9, 12
	if width < 70 {
		states, owners = 0, 0
	}
	rest := width - dues - nexts - 2*2
	for _, w := range []int{states, owners} {
		if w > 0 {
			rest -= w + 2
		}
	}
	return line(column{state, states}, column{due, dues}, column{title, rest}, column{owner, owners}, column{next, nexts})
}

// nextWords says in two words what comes next.
func nextWords(r *rotation.Record) string {
	switch r.Next() {
	case rotation.Own:
		return "take it on"
	case rotation.Replace:
		return "store new"
	case rotation.MoveAll:
		if n := len(r.Waits()); n > 0 {
			return fmt.Sprintf("move %d", n)
		}
		return "all moved?"
	case rotation.Revoke:
		return "revoke old"
	case rotation.Ask:
		return "verify"
	case rotation.Attest:
		return "is it dead?"
	case rotation.Clean:
		return "clean up"
	case rotation.Close:
		return "close"
	case rotation.Unblock:
		return "unblock"
	}
	return ""
}

// recordWords are those by which a record is searched for.
func recordWords(r *rotation.Record) string {
	words := []string{r.ID(), r.Project, r.Title(), r.Name, r.Rule, r.Provider, r.Severity, string(r.State), string(r.Way), r.Owner, nextWords(r), r.Blocked}
	for i := range r.Sites {
		words = append(words, placeName(&r.Sites[i].Place))
	}
	return strings.Join(words, " ")
}

// put takes a record as it is now.
func (t *rotate) put(now *rotation.Record) {
	i := slices.IndexFunc(t.all, func(r *rotation.Record) bool { return r.Leak.ID == now.Leak.ID })
	if i < 0 {
		return
	}
	t.all[i] = now
	t.refresh()
	if r, ok := t.current(); !ok || r != now {
		t.looking = false // what was looked at isn't shown any more
	}
}

// again reads a record again.
func (t *rotate) again(ctx context.Context, r *rotation.Record) (*rotation.Record, error) {
	all, err := t.Records.Records(ctx, r.Project)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(now *rotation.Record) bool { return now.Leak.ID == r.Leak.ID })
	if i < 0 {
		return nil, &vault.NotFoundError{What: "record", Name: r.ID()}
	}
	return all[i], nil
}
