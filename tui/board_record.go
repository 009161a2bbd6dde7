package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// recordDetail is what is known of a record: what comes next first, as there may be room for
// little else.
func (t *rotate) recordDetail(r *rotation.Record, s size) []string {
	lines := t.recordPairs(r, s.width)
	if r.State.Open() {
		lines = append(lines, t.section(t.guideHead(r), t.guideLines(r, s.width))...)
	}
	lines = append(lines, t.section("Consumers", t.consumerLines(r, s.width))...)
	return append(lines, t.section("Places", t.siteLines(r, s.width))...)
}

// section puts a heading over lines, if there are any.
func (b *board) section(head string, lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	return append([]string{"", b.theme.bold.Render(head)}, lines...)
}

func (t *rotate) recordPairs(r *rotation.Record, width int) []string {
	owner, record := safe(nameOr(r.Owner, "nobody")), r.ID()+", found "+date(r.Begun)+" in "+report.Plural(len(r.Sites)+r.MorePlaces, "place")
	if r.State.Open() && !r.Due.IsZero() {
		owner += ", " + t.dueStyled(r, dueWords(t.options.Now(), r.Due))
		record += ", due " + date(r.Due)
	}
	var reopened, accepted, emergency, stage, answer string
	if why := r.Reopened; why != nil {
		reopened = "on " + date(why.At) + by(why.By) + ": " + safe(why.Why)
		for i := range why.Places {
			reopened += ", in " + safe(spot(&why.Places[i]))
		}
	}
	if r.State == rotation.Accepted {
		accepted = "until " + date(r.Until)
	}
	if r.Emergency {
		emergency = "it was revoked before its consumers had moved"
	}
	if r.Stage != nil {
		stage = fmt.Sprintf("%s has come to: %s", safe(r.Stage.Driver), safe(string(r.Stage.Name)))
	}
	if a := r.Last; a != nil && (r.Evidence == nil || !r.Evidence.Proven) {
		answer = fmt.Sprintf("%s on %s%s: %s", a.Verdict, date(a.At), by(safe(a.Host)), safe(a.Why))
	}
	next := r.NextText()
	if next == "" {
		next = "nothing: it is over since " + date(r.Ended)
	}
	return t.pairs(width,
		[2]string{"next", t.theme.bold.Render(safe(next))},
		[2]string{"secret", safe(r.Title())},
		[2]string{"owner", owner},
		[2]string{"state", t.path(r)},
		[2]string{"blocked", safe(r.Blocked)},
		[2]string{"reopened", reopened},
		[2]string{"accepted", accepted},
		[2]string{"emergency", emergency},
		[2]string{"driver", stage},
		[2]string{"evidence", t.evidence(r)},
		[2]string{"last answer", answer},
		[2]string{"value", safe(r.Value.Mask()) + "  " + safe(r.Severity+"  "+r.Rule)},
		[2]string{"record", record},
	)
}

// by says who did something, if anybody is known.
func by(who string) string {
	if who == "" {
		return ""
	}
	return " by " + safe(who)
}

// evidence says how it is known that a value is dead.
func (t *rotate) evidence(r *rotation.Record) string {
	switch e := r.Evidence; {
	case e == nil && r.State.Open():
		return "none yet that it is dead"
	case e == nil:
		return ""
	case e.Proven:
		return t.theme.good.Render("proven") + fmt.Sprintf(" on %s, asked%s: %s says %s", date(e.At), by(e.By), safe(e.Host), safe(e.Why))
	default:
		return t.theme.warn.Render("attested") + fmt.Sprintf(" on %s%s: %s", date(e.At), by(e.By), safe(e.Why))
	}
}

// path is the line of states with where a record stands. States that aren't on its way are
// left out, and those that it has come past without them are in parentheses.
func (t *rotate) path(r *rotation.Record) string {
	here := t.theme.bold.Render("[" + string(r.State) + "]")
	if r.State == rotation.FalsePositive || r.State == rotation.Accepted {
		return string(rotation.Found) + " → " + here
	}
	missed := missed(r)
	var all []string
	passed := true
	for _, s := range rotation.States() {
		switch {
		case s == r.State:
			all, passed = append(all, here), false
		case s == rotation.FalsePositive || s == rotation.Accepted || r.Way == rotation.RevokeOnly && slices.Contains(betweenStates(), s):
		case !passed:
			all = append(all, t.theme.dim.Render(string(s)))
		case slices.Contains(missed, s):
			all = append(all, t.theme.warn.Render("("+string(s)+")"))
		default:
			all = append(all, string(s))
		}
	}
	return strings.Join(all, " → ")
}

// betweenStates are those of what needs a value until something else does.
func betweenStates() []rotation.State {
	return []rotation.State{rotation.Replaced, rotation.Moving, rotation.Moved}
}

// missed gives the states of what isn't done about a record, wherever it stands.
func missed(r *rotation.Record) []rotation.State {
	var all []rotation.State
	for _, m := range r.Line() {
		switch {
		case m.Done:
		case m.Act == rotation.Own:
			all = append(all, rotation.Owned)
		case m.Act == rotation.Replace:
			all = append(all, betweenStates()...)
		case m.Act == rotation.MoveAll:
			all = append(all, rotation.Moved)
		}
	}
	return all
}

func (t *rotate) consumerLines(r *rotation.Record, width int) []string {
	var lines []string
	for _, c := range r.Consumers {
		lines = append(lines, "  "+t.consumerLine(c, width-2))
	}
	if r.Blind {
		lines = append(lines, wrap("  Who reads it is for owners of the vault to know.", width)...)
	}
	return lines
}

func (t *rotate) consumerLine(c rotation.Consumer, width int) string {
	status := string(c.Status)
	switch c.Status {
	case rotation.Behind:
		status = t.theme.bad.Render(status)
	case rotation.Unknown:
		status = t.theme.warn.Render(status)
	}
	version := ""
	if c.Version > 0 {
		version = fmt.Sprintf("version %d", c.Version)
	}
	name := safe(c.Name)
	if names, _ := consumerWidths(width); c.Kind == rotation.ByCopy {
		name = endOf(name, names)
	}
	return consumerLine(width, name, status, version, date(c.Last))
}

// The widths of what is said of a consumer in a line.
const consumerStatus, consumerVersion = 7, 10

// consumerWidths share out the rest. Where there is little room, it isn't said when they last
// read it.
func consumerWidths(width int) (name, last int) {
	name, last = width-consumerStatus-consumerVersion-2*2, 10
	if width < 70 {
		return name, 0
	}
	return name - last - 2, last
}

func consumerLine(width int, name, status, version, last string) string {
	names, lasts := consumerWidths(width)
	return line(column{name, names}, column{status, consumerStatus}, column{version, consumerVersion}, column{last, lasts})
}

func (t *rotate) siteLines(r *rotation.Record, width int) []string {
	var lines []string
	for i := range r.Sites {
		lines = append(lines, "  "+t.siteLine(&r.Sites[i], width-2))
	}
	if r.MorePlaces > 0 {
		lines = append(lines, "  and "+report.Plural(r.MorePlaces, "more place")+siteStatus(&r.Rest))
	}
	return lines
}

func (t *rotate) siteLine(s *rotation.Site, width int) string {
	text := safe(spot(&s.Place))
	if !s.Live() {
		text += t.theme.dim.Render(" (history)")
	}
	return fit(text+t.theme.dim.Render(siteStatus(s)), width)
}

// siteStatus says what has become of a place, if anything has.
func siteStatus(s *rotation.Site) string {
	switch s.Status {
	case rotation.Gone:
		return "  gone"
	case rotation.Left:
		return "  left: " + safe(s.Why)
	}
	return ""
}

func (t *rotate) guideHead(r *rotation.Record) string {
	if name := t.Providers.Guide(r).Provider; name != "" {
		return "Guide: " + safe(name)
	}
	return "Guide"
}

// guideLines are the steps of a record's provider. Those that belong to what comes next are
// marked.
func (t *rotate) guideLines(r *rotation.Record, width int) []string {
	g := t.Providers.Guide(r)
	now := g.Of(r.Next())
	var lines []string
	for i, step := range g.Steps {
		mark := "  "
		if slices.Contains(now, step) {
			mark = "▸ "
		}
		number := fmt.Sprintf("%d. ", i+1)
		for j, text := range wrap(safe(step.Text), width-len(mark)-len(number)) {
			if j > 0 {
				mark, number = "  ", strings.Repeat(" ", len(number))
			}
			lines = append(lines, mark+t.theme.dim.Render(number)+text)
		}
	}
	if g.Console != "" {
		for _, text := range address(g.Console, width-2) {
			lines = append(lines, "  "+text)
		}
	}
	return lines
}

// address breaks one into lines only where there is no room for more.
func address(text string, width int) []string {
	return strings.Split(ansi.Hardwrap(safe(text), width, true), "\n")
}

// guideText is the guide on a screen of its own: all there is to be done about a record, with
// what is done ticked off, and the provider's steps under what they belong to.
func (t *rotate) guideText(r *rotation.Record, width int) []string {
	lines := []string{t.theme.bold.Render(t.guideHead(r)), ""}
	g := t.Providers.Guide(r)
	if g.Console != "" {
		lines = append(append(lines, address(g.Console, width)...), "")
	}
	rest := g.Steps
	for _, m := range r.Line() {
		box := "[ ] "
		if m.Done {
			box = "[x] "
		}
		lines = append(lines, wrap(box+safe(m.Text), width)...)
		for _, step := range g.Of(m.Act) {
			i := slices.Index(rest, step)
			if m.Act == rotation.MoveAll || i < 0 {
				continue // said before
			}
			rest = slices.Delete(slices.Clone(rest), i, i+1)
			for j, text := range wrap(safe(step.Text), width-6) {
				mark := "    - "
				if j > 0 {
					mark = "      "
				}
				lines = append(lines, mark+text)
			}
		}
	}
	return lines
}

// historyText is all that has happened to a record, and what was refused.
func (t *rotate) historyText(r *rotation.Record, width int) []string {
	lines := []string{t.theme.bold.Render("History"), ""}
	for i := range r.History {
		c := &r.History[i]
		lines = append(lines, fit(changeLine(width, minute(c.At), safe(nameOr(c.By, "nobody")), changeWords(c), string(c.State)), width))
		if c.Step != nil && c.Step.Reason != "" {
			for _, text := range wrap(safe(c.Step.Reason), width-4) {
				lines = append(lines, "    "+t.theme.dim.Render(text))
			}
		}
	}
	var refused []string
	for i := range r.Refused {
		c := &r.Refused[i]
		refused = append(refused, fit(changeLine(width, minute(c.At), safe(nameOr(c.By, "nobody")), changeWords(&c.Change), ""), width))
		for _, text := range wrap(safe(c.Err.Error()), width-4) {
			refused = append(refused, "    "+t.theme.dim.Render(text))
		}
	}
	return append(lines, t.section("Not possible where it stood, and counts for nothing", refused)...)
}

func changeWords(c *rotation.Change) string {
	if c.Step != nil {
		return safe(c.Step.Told())
	}
	return safe(string(c.Kind))
}

func changeLine(width int, when, who, what, state string) string {
	const whens, whos, states = 16, 12, 18
	return line(column{when, whens}, column{who, whos}, column{what, width - whens - whos - states - 3*2}, column{state, states})
}
