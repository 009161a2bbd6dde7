package importers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// Decision is what somebody chose for a value, without the value.
type Decision struct {
	Value   secret.Fingerprint `toml:"value"`
	Choice  Choice             `toml:"choice"`
	Until   time.Time          `toml:"until,omitempty"` // a day, in UTC
	Reason  string             `toml:"reason,omitempty"`
	Done    bool               `toml:"done,omitempty"` // it was written to the vault, see [Plan.Written]
	Targets []Destination      `toml:"to,omitempty"`   // of Import; none for what is suggested
	// Declined are targets that were suggested and not taken: they aren't suggested again.
	Declined []Destination `toml:"not,omitempty"`
	// ByHand is of an entry that somebody made, with what they said of it: no source has it.
	ByHand bool   `toml:"by_hand,omitempty"`
	Note   string `toml:"note,omitempty"`
}

// Destination is a target without the value.
type Destination struct {
	Env     string   `toml:"environment"`
	Name    string   `toml:"name"`
	Aliases []string `toml:"aliases,omitempty"`
	// Text is which text around the value goes there, of a value that stands in several:
	// a password by itself, and in an address.
	Text *secret.Fingerprint `toml:"text,omitempty"`
}

// planFile is a file of decisions.
type planFile struct {
	Version int        `toml:"version"`
	Secrets []Decision `toml:"secret"`
}

// planVersion rises when a field changes its meaning or goes away.
const planVersion = 1

// Decisions gives what is chosen for each row, suggestions included or not.
func (p *Plan) Decisions(suggested bool) []Decision {
	var all []Decision
	for _, row := range p.Rows {
		if !row.Decided && !suggested {
			continue
		}
		all = append(all, row.decision())
	}
	return all
}

// decision gives what is chosen for a row.
func (r *Row) decision() Decision {
	d := Decision{Value: r.Key, Choice: r.Choice, Until: r.Until, Reason: r.Reason, Done: r.Earlier}
	if r.byHand() {
		d.ByHand, d.Note = true, r.Items[0].Note
	}
	if r.Choice != Import {
		return d
	}
	for _, t := range r.Targets {
		if !t.Lost {
			d.Targets = append(d.Targets, Destination{t.Env, t.Name, t.Aliases, r.textOf(&t)})
		}
	}
	for _, t := range r.offered {
		if !d.names(t.Ref) {
			d.Declined = append(d.Declined, Destination{Env: t.Env, Name: t.Name})
		}
	}
	return d
}

// names tells whether a decision says something of a target, yes or no.
func (d *Decision) names(ref Ref) bool {
	return slices.ContainsFunc(slices.Concat(d.Targets, d.Declined), func(to Destination) bool { return to.Env == ref.Env && to.Name == ref.Name })
}

// Restore makes earlier decisions again, for rows that are there. What is in the vault and
// is now suggested for another environment, too, is asked about again, and so is what was
// accepted until a day that is past. Of two decisions about a value the later one counts; one
// that says the same was written as well: who was stopped just then has no note of it.
func (p *Plan) Restore(all []Decision) {
	rows := make(map[secret.Fingerprint]*Row)
	claimed := make(map[Ref][]*Row)
	for _, row := range p.Rows {
		rows[row.Key] = row
		for _, t := range row.Targets {
			claimed[t.Ref] = append(claimed[t.Ref], row)
		}
	}
	for _, d := range all {
		row := rows[d.Value]
		if row == nil {
			p.restoreEntry(&d)
			continue
		}
		if d.Choice == Accept && p.now.After(d.Until.AddDate(0, 0, 1)) {
			continue
		}
		d.Done = d.Done || row.Earlier && row.follows(d)
		row.Verdict, row.Why, row.Decided, row.Earlier = Verdict{d.Choice, d.Until, d.Reason}, "", true, d.Done
		if d.Choice != Import || len(d.Targets) == 0 {
			continue
		}
		targets := row.destined(p.Project, d)
		for _, t := range targets {
			for _, other := range claimed[t.Ref] {
				if other != row {
					other.lose([]Target{t})
				}
			}
			claimed[t.Ref] = append(claimed[t.Ref], row)
		}
		for _, t := range row.offered {
			if !d.names(t.Ref) && d.Done {
				targets = append(targets, t)
				row.Why, row.Decided, row.Earlier = "it is in the vault, and used elsewhere, too", false, false
			}
		}
		row.Targets = targets
	}
}

// follows tells whether a row is as a decision says.
func (r *Row) follows(d Decision) bool {
	if r.Choice != d.Choice || r.Reason != d.Reason || !r.Until.Equal(d.Until) {
		return false
	}
	return d.Choice != Import || len(r.Targets) == len(d.Targets) &&
		!slices.ContainsFunc(r.Targets, func(t Target) bool { return !d.names(t.Ref) })
}

// destined gives the targets of a decision, with their values.
func (r *Row) destined(project string, d Decision) []Target {
	var targets []Target
	for _, to := range d.Targets {
		t := Target{Ref: Ref{project, to.Env, to.Name}, Aliases: to.Aliases, Value: r.valueFor(to)}
		targets = append(targets, t)
	}
	targets, _ = distinct(targets) // of one environment all have one value
	return targets
}

// textOf tells which text around the value a target gets; nil if there is but one.
func (r *Row) textOf(t *Target) *secret.Fingerprint {
	for i := range r.Items {
		if !r.Items[i].Value.Equal(t.Value) {
			text := t.Value.Fingerprint()
			return &text
		}
	}
	return nil
}

// valueFor gives what programs get by a name, where a value stands in several texts: the one
// that was decided, else what others get in that environment.
func (r *Row) valueFor(to Destination) secret.Value {
	if to.Text != nil {
		for i := range r.Items {
			if v := r.Items[i].Value; v.Fingerprint() == *to.Text {
				return v
			}
		}
	}
	for _, suits := range []func(*Target) bool{
		func(t *Target) bool { return t.Env == to.Env && t.Name == to.Name },
		func(t *Target) bool { return t.Env == to.Env },
		func(t *Target) bool { return true },
	} {
		if i := slices.IndexFunc(r.Targets, func(t Target) bool { return suits(&t) }); i >= 0 {
			return r.Targets[i].Value
		}
	}
	return r.Items[0].Value
}

// WritePlan writes decisions as a file that somebody can read and change. It has no values;
// where says what a place is called.
func (p *Plan) WritePlan(w io.Writer, where func(*place.Place) string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What is to become of each value. Change it, and give it to \"secretsweep import --plan\".\n")
	fmt.Fprintf(&b, "# choice: import, revoke, false-positive, accept (with until and reason) or leave.\n\nversion = %d\n", planVersion)
	decisions := p.Decisions(true)
	for i, row := range p.Rows {
		b.WriteString("\n")
		for _, line := range row.comment(where) {
			fmt.Fprintf(&b, "# %s\n", printable.Text(line))
		}
		text, err := toml.Marshal(planFile{Secrets: decisions[i : i+1]})
		if err != nil {
			return fmt.Errorf("plan: %w", err)
		}
		_, block, _ := strings.Cut(string(text), "[[secret]]")
		b.WriteString("[[secret]]" + block)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteDecisions writes decisions for [ReadPlan], without a word for people.
func WriteDecisions(w io.Writer, all []Decision) error {
	return toml.NewEncoder(w).Encode(planFile{planVersion, all})
}

// comment says for people what a row is.
func (r *Row) comment(where func(*place.Place) string) []string {
	what := "no known leak"
	if r.Finding != nil {
		what = r.Finding.Rule.Description
	}
	lines := []string{what + ", " + r.Value.Mask()}
	var places []string
	seen := make(map[string]bool)
	for i := range r.Items {
		if at := where(&r.Items[i].At); at != "" && !seen[at] {
			seen[at] = true
			places = append(places, at)
		}
	}
	const named = 4
	if n := len(places); n > named {
		places = append(places[:named-1], fmt.Sprintf("and %d more places", n-named+1))
	}
	lines = append(lines, places...)
	if r.Why != "" {
		lines = append(lines, "suggested: "+r.Why)
	}
	for _, t := range r.Targets {
		if r.Choice != Import {
			lines = append(lines, "to import it as suggested: "+t.Env+" "+t.Name)
		}
	}
	return lines
}

// ReadPlan reads decisions.
func ReadPlan(r io.Reader) ([]Decision, error) {
	const most = 64 << 20
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("plan: %w", err)
	case len(text) > most:
		return nil, fmt.Errorf("plan: it is larger than %d MB", most>>20)
	}
	var f planFile
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&f); err != nil {
		return nil, fmt.Errorf("plan: %w", faultOfTOML(err))
	}
	if f.Version != planVersion {
		return nil, fmt.Errorf("plan: version %d; this program knows %d", f.Version, planVersion)
	}
	places := make(map[secret.Fingerprint]int) // behind which they stand
	at := 0
	for i := range f.Secrets {
		d := &f.Secrets[i]
		if d.Value == (secret.Fingerprint{}) {
			return nil, fmt.Errorf("plan: secret %d of %d says of no value what is to become of it", i+1, len(f.Secrets))
		}
		if n := bytes.Index(text[at:], []byte(d.Value.String())); n >= 0 {
			at += n + 1
		}
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("plan: line %d: %w", lineAt(text, at), err)
		}
		if earlier, ok := places[d.Value]; ok {
			return nil, fmt.Errorf("plan: line %d: the value of line %d is there twice", lineAt(text, at), lineAt(text, earlier))
		}
		places[d.Value] = at
	}
	return f.Secrets, nil
}

// check tells whether a decision says all that it has to. A day is one in UTC, however it is
// written.
func (d *Decision) check() error {
	if !d.Until.IsZero() {
		year, month, day := d.Until.Date()
		d.Until = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	if err := (Verdict{d.Choice, d.Until, d.Reason}).check(); err != nil {
		return err
	}
	for _, to := range slices.Concat(d.Targets, d.Declined) {
		if to.Env == "" || to.Name == "" {
			return errors.New("a target without environment or name")
		}
	}
	return nil
}

// faultOfTOML says where what is wrong.
func faultOfTOML(err error) error {
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		line, _ := unknown.Errors[0].Position()
		return fmt.Errorf("line %d: there is no field %q", line, strings.Join(unknown.Errors[0].Key(), "."))
	}
	at, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return err
	}
	line, column := at.Position()
	if strings.Contains(at.Error(), "struct field") { // of a Go type, which says nothing to whoever wrote it
		return fmt.Errorf("line %d, column %d: %s has a value of another kind", line, column, strings.Join(at.Key(), "."))
	}
	return fmt.Errorf("line %d, column %d: %w", line, column, at)
}
