package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// taking gives the steps to make about a record, as it is by then.
type taking = func(now *rotation.Record) ([]rotation.Step, error)

// steps are the actions on the record under the cursor: one for each step that is possible
// where it stands.
func (t *rotate) steps() []action {
	var all []action
	if r, ok := t.current(); ok {
		all = t.stepsOf(r)
	}
	if !t.looking {
		all = append(all, on("s", "settled ones, too", func(string) (screen, tea.Cmd) {
			t.settled = !t.settled
			t.refresh()
			return t, nil
		}).when(slices.ContainsFunc(t.all, func(r *rotation.Record) bool { return !r.State.Open() })))
	}
	return all
}

func (t *rotate) stepsOf(r *rotation.Record) []action {
	can := func(s rotation.Step) bool {
		s.Reason = "some reason"
		return r.Can(&s) == nil
	}
	open := r.State.Open()
	return []action{
		on("n", doneWords(r), func(string) (screen, tea.Cmd) { return t.done(r) }).when(r.Next() != "" && r.Next() != rotation.Unblock),
		on("g", "the guide", func(string) (screen, tea.Cmd) { return t.text("guide", r, t.guideText), nil }),
		on("v", "verify", func(string) (screen, tea.Cmd) { return t.verify(r) }).when(r.Checkable),
		on("o", "give it an owner", func(string) (screen, tea.Cmd) { return t.give(r), nil }).when(open),
		on("o", "open it again", t.saying(r, "Open it again", rotation.Reopen)).when(!open),
		on("m", "consumers", func(string) (screen, tea.Cmd) { return newConsumers(t, r), nil }).when(len(r.Consumers) > 0),
		on("c", "places", func(string) (screen, tea.Cmd) { return newSites(t, r), nil }).when(len(r.Sites) > 0),
		on("b", "block", t.saying(r, "Block it: nothing can be done", rotation.Block)).when(open && r.Blocked == ""),
		on("b", "unblock", func(string) (screen, tea.Cmd) {
			return t, t.take(r, rotation.Once(rotation.Step{Act: rotation.Unblock}), nil)
		}).when(can(rotation.Step{Act: rotation.Unblock})),
		on("a", "accept until a date", func(string) (screen, tea.Cmd) {
			return t.accepting(t, safe(r.Title()), func(until time.Time, reason string) tea.Cmd {
				return t.take(r, rotation.Once(rotation.Step{Act: rotation.Accept, Until: until, Reason: reason}), nil)
			}), nil
		}).when(can(rotation.Step{Act: rotation.Accept, Until: t.options.Now()})),
		on("f", "false positive", t.saying(r, "It is no secret", rotation.Dismiss)).
			when(r.State != rotation.FalsePositive && can(rotation.Step{Act: rotation.Dismiss})),
		on("x", "revoked in an emergency", func(string) (screen, tea.Cmd) { return t.emergency(r), nil }).
			when(!can(rotation.Step{Act: rotation.Revoke}) && can(rotation.Step{Act: rotation.Revoke, Emergency: true})),
		on("h", "history", func(string) (screen, tea.Cmd) { return t.text("history", r, t.historyText), nil }),
	}
}

// doneWords say that what comes next is done.
func doneWords(r *rotation.Record) string {
	switch r.Next() {
	case rotation.Own:
		return "take it on"
	case rotation.Replace:
		return "store the new one"
	case rotation.MoveAll:
		return "all have moved"
	case rotation.Revoke:
		return "the old one is revoked"
	case rotation.Ask:
		return "ask its provider"
	case rotation.Attest:
		return "it is dead"
	case rotation.Clean:
		return "all places are clean"
	}
	return "close it"
}

// text is a screen of text about a record.
func (t *rotate) text(what string, r *rotation.Record, lines func(*rotation.Record, int) []string) screen {
	return &page{board: t.board, back: t, tab: t.tab, what: r.Title() + " " + what, text: func(width int) []string { return lines(r, width) }}
}

// done is what n does: it says that what comes next is done, or has the vault or the provider
// say so, where they can.
func (t *rotate) done(r *rotation.Record) (screen, tea.Cmd) {
	behind := slices.ContainsFunc(r.Consumers, func(c rotation.Consumer) bool { return c.Status == rotation.Behind })
	switch next := r.Next(); {
	case next == rotation.Replace:
		return t, t.replace(r)
	case next == rotation.MoveAll && behind:
		return newConsumers(t, r), nil
	case next == rotation.MoveAll:
		return t.asking(r, "Have all moved?", checkReason, "how you know", r.NextText()), nil
	case next == rotation.Revoke:
		return t.asking(r, "Is the old one revoked?", optional, "whatever is to be known of it", t.revokeAbout(r)...), nil
	case next == rotation.Ask:
		return t.verify(r)
	case next == rotation.Attest:
		return t.asking(r, "Is it dead?", checkReason, "how you know", "Nobody can be asked, or they gave no answer that proves anything: so a person has to say why it is of no use any more."), nil
	case next == rotation.Clean:
		return t.asking(r, "Is it gone from all places?", optional, "nothing if it is; or why it is left there", "The key c marks single places."), nil
	}
	return t, t.take(r, t.nextOf(r, ""), nil)
}

// optional takes any text.
func optional(string) error { return nil }

// asking asks for a reason, with which what comes next is done.
func (t *rotate) asking(r *rotation.Record, title string, check func(string) error, hint string, about ...string) screen {
	for i, text := range about {
		about[i] = safe(text)
	}
	return &question{
		app: t.app, from: t,
		form: form{title: title, about: about, fields: []field{{"reason", hint, newInput(""), check}}},
		take: func(values []string) (tea.Cmd, error) { return t.take(r, t.nextOf(r, values[0]), nil), nil },
	}
}

func (t *rotate) revokeAbout(r *rotation.Record) []string {
	g := t.Providers.Guide(r)
	about := []string{"Revoke it where it was issued; this only writes down that you did."}
	if g.Console != "" {
		about = append(about, g.Console)
	}
	return about
}

// nextOf says that what comes next for a record is done, if that is still what comes next.
func (t *rotate) nextOf(r *rotation.Record, reason string) taking {
	return func(now *rotation.Record) ([]rotation.Step, error) {
		if now.Next() != r.Next() {
			return nil, fmt.Errorf("somebody else has changed it meanwhile: it is %s now", now.State)
		}
		return now.Doing(t.Records.Self(), reason)
	}
}

// saying gives what asks for a reason, and makes a step with it.
func (t *rotate) saying(r *rotation.Record, title string, act rotation.Act) func(string) (screen, tea.Cmd) {
	return func(string) (screen, tea.Cmd) {
		return t.because(t, title, []string{safe(r.Title())}, func(reason string) tea.Cmd {
			return t.take(r, rotation.Once(rotation.Step{Act: act, Reason: reason}), nil)
		}), nil
	}
}

// take makes steps about a record, and shows it as it is then. then is told of it, too, if it
// isn't nil.
func (t *rotate) take(r *rotation.Record, steps taking, then func(*rotation.Record)) tea.Cmd {
	return t.change(r, "writing "+r.ID()+"…", func(ctx context.Context) (*rotation.Record, error) {
		// Who leaves at once has done it nevertheless.
		return t.Records.Do(context.WithoutCancel(ctx), r, steps)
	}, then)
}

// change goes through a door that changes a record.
func (t *rotate) change(r *rotation.Record, meanwhile string, door func(context.Context) (*rotation.Record, error), then func(*rotation.Record)) tea.Cmd {
	work := ask(t.board, door, func(now *rotation.Record, err error) tea.Cmd {
		if err != nil {
			if _, changed := errors.AsType[*vault.ChangedError](err); changed {
				err = fmt.Errorf("%w: look at it as it is now, and try again", err)
			}
			return tea.Batch(t.workFailed(err), t.reload())
		}
		t.put(now)
		if then != nil {
			then(now)
		}
		return tell(told(now))
	})
	t.notice, t.failed = meanwhile, false // until the answer is there
	return work
}

// told says what was done about a record last, and what comes next.
func told(r *rotation.Record) string {
	text := r.ID()
	if n := len(r.History); n > 0 && r.History[n-1].Step != nil {
		last := r.History[n-1].Step
		text += ": " + last.Told()
		if last.Act == rotation.Ask {
			text += " (" + last.Answer.Why + ")"
		}
	}
	if next := r.NextText(); next != "" {
		return text + ". Next: " + next
	}
	return text + ". It is over"
}

// replace goes to where the secret gets its new value.
func (t *rotate) replace(r *rotation.Record) tea.Cmd {
	if len(r.Refs) != 1 {
		return complain(errors.New(r.NextText()))
	}
	return ask(t.board, func(ctx context.Context) (vault.Listed, error) { return t.Secrets.Look(ctx, r.Refs[0]) },
		func(l vault.Listed, err error) tea.Cmd {
			if err != nil {
				return t.workFailed(err)
			}
			return answerer(goTo{newSetting(t.board, t, t.reload, l)})
		})
}

// verify asks whether the provider is to be asked.
func (t *rotate) verify(r *rotation.Record) (screen, tea.Cmd) {
	hosts, err := t.Providers.Hosts(r)
	if err != nil {
		return t, complain(fmt.Errorf("nobody was asked: %w", err))
	}
	host := safe(strings.Join(hosts, ", and then "))
	return &sure{
		board: t.board, back: t, head: "Ask " + host + " whether it still works?", yes: "ask " + host,
		about: []string{r.Title(), "A request with the value leaves this machine. What is answered becomes part of the record."},
		do: func() tea.Cmd {
			return t.change(r, "asking "+host+"…", func(ctx context.Context) (*rotation.Record, error) { return t.Providers.Ask(ctx, r) }, nil)
		},
	}, nil
}

// emergency asks whether it was revoked although something needs it.
func (t *rotate) emergency(r *rotation.Record) screen {
	about := []string{r.Title(), "What needs it breaks. Nothing is forgotten: it has to be replaced, and consumers have to move, all the same."}
	var names []string
	for _, c := range r.Waits() {
		names = append(names, c.Name)
	}
	if len(names) > 0 {
		about = append(about, "It may be needed by: "+strings.Join(names, ", "))
	}
	return &sure{
		board: t.board, back: t, head: "Was it revoked, before its consumers have moved?", about: append(about, t.revokeAbout(r)...), yes: "it was revoked",
		do: func() tea.Cmd {
			return t.take(r, rotation.Once(rotation.Step{Act: rotation.Revoke, Emergency: true}), nil)
		},
	}
}

// give asks who is to look after a record, by when, and what is to become of it if that wasn't
// decided.
func (t *rotate) give(r *rotation.Record) screen {
	fields := []field{
		{"owner", "who looks after it", newInput(nameOr(r.Owner, t.Records.Self())), checkName},
		{"due", "a day; nothing for the policy's", newInput(""), func(text string) error {
			if text == "" {
				return nil
			}
			return t.checkDay(text)
		}},
	}
	if r.Way == "" {
		fields = append(fields, field{"way", "rotate, or revoke-only if nothing needs it", newInput(string(rotation.Rotate)), checkWay})
	}
	return &question{
		app: t.app, from: t,
		form: form{title: "Who looks after it?", about: []string{safe(r.Title())}, fields: fields},
		take: func(values []string) (tea.Cmd, error) {
			due, err := time.Parse(dateLayout, values[1])
			if err != nil && values[1] != "" {
				return nil, err
			}
			way := r.Way
			if len(values) > 2 {
				way = rotation.Way(values[2])
			}
			return t.take(r, func(now *rotation.Record) ([]rotation.Step, error) {
				steps := now.Taking(values[0], way)
				steps[len(steps)-1].Due = due
				return steps, nil
			}, nil), nil
		},
	}
}

func checkName(text string) error {
	if text == "" {
		return errors.New("it needs a name")
	}
	return nil
}

func checkWay(text string) error {
	if way := rotation.Way(text); way != rotation.Rotate && way != rotation.RevokeOnly {
		return fmt.Errorf("write %s or %s", rotation.Rotate, rotation.RevokeOnly)
	}
	return nil
}
