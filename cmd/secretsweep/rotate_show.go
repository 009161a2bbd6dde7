package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

func newRotateShow(sh shell, v *vaultFlags) *cobra.Command {
	o := rotateFlags{vaultFlags: v}
	var format string
	cmd := &cobra.Command{
		Use:   "show RECORD",
		Short: "Show all that is known of a record",
		Long: `Shows where a record stands and how it came there: what comes next, what proves that
the old value is dead, who uses it and has moved, where it lies, all that was done about
it, and how its provider has it replaced. The value is masked.

Steps that were not possible where the record stood are listed apart; they count for
nothing.`,
		Example: `  secretsweep rotate show STRIPE_KEY
  secretsweep rotate show 1a2b3c4d -f json`,
		Args: oneArgument,
		RunE: func(cmd *cobra.Command, args []string) error {
			return rotateHint(o.show(cmd.Context(), sh, args[0], format))
		},
	}
	o.register(cmd)
	registerTableFormat(cmd, &format)
	return cmd
}

func (o *rotateFlags) show(ctx context.Context, sh shell, name, format string) (err error) {
	if err := checkTableFormat(format); err != nil {
		return err
	}
	r, err := o.enter(ctx, sh)
	if err != nil {
		return err
	}
	defer r.close(ctx, &err)
	record, err := r.record(ctx, name)
	if err != nil {
		return err
	}
	if format == "json" {
		return writeJSON(sh.stdout, recordViewOf(record, rotation.GuideOf(r.rules, record), time.Now()))
	}
	s := recordScreen{record, rotation.GuideOf(r.rules, record), time.Now(), new(strings.Builder)}
	s.head()
	s.line()
	s.evidence()
	s.next()
	s.consumers()
	s.places()
	s.history()
	s.steps()
	_, err = io.WriteString(sh.stdout, s.String())
	return err
}

// recordScreen is a record as people read it.
type recordScreen struct {
	*rotation.Record
	guide rotation.Guide
	now   time.Time
	*strings.Builder
}

func (s *recordScreen) String() string { return s.Builder.String() }

// say writes what something is, unless there is nothing to say.
func (s *recordScreen) say(what, text string) {
	if text != "" {
		s.WriteString(wrapped(13, fmt.Sprintf("  %-11s", what+":"), printable.Text(text)))
	}
}

func (s *recordScreen) head() {
	fmt.Fprintf(s, "%s  %s\n", s.ID(), printable.Text(s.Title()))
	s.say("kind", strings.Join(compact(s.guide.Provider, s.Rule, s.Severity), ", "))
	s.say("value", masked(s.Value))
	s.say("project", s.Project)
	s.say("found", day(s.Begun))
	s.say("owner", s.Owner)
	if s.State.Open() {
		s.say("due", untilText(s.Due, s.now))
	}
	if s.Way == rotation.RevokeOnly {
		s.say("way", "only to be revoked: nothing needs it")
	}
	s.say("blocked", s.Blocked)
	if o := s.Reopened; o != nil {
		var where []string
		for i := range o.Places {
			where = append(where, whereAt(&o.Places[i]))
		}
		s.say("reopened", strings.Join(compact(day(o.At)+": "+o.Why, strings.Join(where, ", ")), ": "))
	}
	if s.State == rotation.Accepted {
		s.say("accepted", "until "+moment(s.Until))
	}
	for _, n := range s.Successors {
		text := fmt.Sprintf("%s, version %d", n.Ref, n.Version)
		if n.Version == 0 {
			text = n.Ref.String() + " was removed"
		}
		s.say("successor", text)
	}
	if g := s.Stage; g != nil {
		s.say("driver", fmt.Sprintf("%s has come to %q", g.Driver, string(g.Name)))
	}
}

// compact drops what is empty.
func compact(all ...string) []string {
	var some []string
	for _, s := range all {
		if s != "" {
			some = append(some, s)
		}
	}
	return some
}

// line shows where the record stands among all states.
func (s *recordScreen) line() {
	var all []string
	for _, state := range rotation.States() {
		switch {
		case state == s.State:
			all = append(all, "["+string(state)+"]")
		case s.Way == rotation.RevokeOnly && slices.Contains([]rotation.State{rotation.Replaced, rotation.Moving, rotation.Moved}, state):
		case state != rotation.FalsePositive && state != rotation.Accepted:
			all = append(all, string(state))
		}
	}
	at := strings.Join(all, " → ")
	if s.State == rotation.FalsePositive || s.State == rotation.Accepted {
		at = "[" + string(s.State) + "], beside the line of states"
	}
	s.WriteString("\n" + wrapped(2, "", at))
}

func (s *recordScreen) evidence() {
	s.WriteString("\n")
	switch e := s.Evidence; {
	case e == nil:
		s.say("dead", "nothing says so yet")
	case e.Proven:
		s.say("dead", fmt.Sprintf("proven by %s: %s (asked by %s on %s)", e.Host, e.Why, e.By, day(e.At)))
	default:
		s.say("dead", fmt.Sprintf("attested by %s on %s: %s", e.By, day(e.At), e.Why))
	}
	if a := s.Last; a != nil {
		s.say("asked", fmt.Sprintf("on %s: %s", day(a.At), strings.Join(compact(string(a.Verdict), a.Why, a.Host), ", ")))
	}
	if s.Emergency {
		s.say("emergency", "it was revoked before its consumers had moved")
	}
}

func (s *recordScreen) next() {
	if s.NextText() == "" {
		return
	}
	s.say("next", s.NextText())
	for _, c := range nextCommands(s.Record) {
		fmt.Fprintf(s, "               %s\n", c)
	}
}

// table writes a list under its name, if it isn't empty.
func (s *recordScreen) table(name string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(s, "\n%s\n", name)
	for _, row := range rows {
		for i := range row {
			row[i] = printable.Text(row[i])
		}
		row[0] = "  " + row[0]
	}
	_ = writeFitted(s, 0, rows) // a Builder takes all
}

func (s *recordScreen) consumers() {
	var rows [][]string
	for _, c := range s.Consumers {
		what := ""
		if c.Version > 0 {
			what = fmt.Sprintf("version %d on %s", c.Version, day(c.Last))
		}
		rows = append(rows, []string{string(c.Status), c.Name, what})
	}
	s.table("Consumers", rows)
	if s.Blind {
		s.WriteString("\n  who reads it, owners of the vault can see\n")
	}
}

func (s *recordScreen) places() {
	var rows [][]string
	for i := range s.Sites {
		site := &s.Sites[i]
		rows = append(rows, []string{site.Key, siteText(site), whereAt(&site.Place)})
	}
	if s.MorePlaces > 0 {
		rows = append(rows, []string{"", siteText(&s.Rest), fmt.Sprintf("%d places more", s.MorePlaces)})
	}
	s.table("Places", rows)
}

// siteText says what has become of a place.
func siteText(s *rotation.Site) string {
	switch s.Status {
	case rotation.Lies:
		return "lies there"
	case rotation.Left:
		return "left: " + s.Why
	}
	return string(s.Status)
}

func (s *recordScreen) history() {
	s.WriteString("\nHistory\n")
	for i := range s.History {
		c := &s.History[i]
		s.change(c, string(c.State))
	}
	if len(s.Refused) > 0 {
		s.WriteString("\nNot possible, and counted for nothing\n")
	}
	for i := range s.Refused {
		c := &s.Refused[i]
		s.change(&c.Change, c.Err.Error())
	}
}

// change writes what happened when, and what came of it.
func (s *recordScreen) change(c *rotation.Change, came string) {
	text := changeText(c)
	if text != came {
		text += " → " + came
	}
	s.WriteString(wrapped(21, "  "+c.At.UTC().Format("2006-01-02T15:04Z")+"  ", printable.Text(c.By+": "+text)))
}

// changeText says what has happened.
func changeText(c *rotation.Change) string {
	if c.Step == nil {
		return strings.ReplaceAll(string(c.Kind), "-", " ")
	}
	if c.Step.Reason == "" {
		return c.Step.Told()
	}
	return c.Step.Told() + ": " + c.Step.Reason
}

func (s *recordScreen) steps() {
	s.WriteString("\n")
	writeGuide(s, s.guide, s.guide.Steps)
}

// writeGuide writes some of the steps of a guide, with their numbers in it.
func writeGuide(w io.Writer, g rotation.Guide, some []rotation.GuideStep) {
	head := "How it is replaced"
	if g.Console != "" {
		head += fmt.Sprintf(" at %s: %s", printable.Text(g.Provider), printable.Text(g.Console))
	}
	fmt.Fprintln(w, head)
	for i, step := range g.Steps {
		for _, one := range some {
			if one == step {
				io.WriteString(w, wrapped(5, fmt.Sprintf("  %d. ", i+1), printable.Text(step.Text)))
			}
		}
	}
}
