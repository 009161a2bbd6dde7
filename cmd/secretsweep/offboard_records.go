package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner/report"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// current gives what somebody may know and is current, what was seen first, and of that what is
// for production, as it is to be rotated.
func (e exposure) current() []exposedRow {
	return slices.DeleteFunc(slices.Concat(e.Seen, e.CouldHave), func(r exposedRow) bool { return r.Rotate == 0 })
}

// urgency says how soon somebody's leaving makes it necessary to rotate what they may know.
func (r exposedRow) urgency() rules.Severity {
	production := vault.IsProduction(r.Environment)
	switch {
	case r.Times > 0 && production:
		return rules.Critical
	case r.Times > 0:
		return rules.High
	case production:
		return rules.Medium
	}
	return rules.Low
}

// why says it in words.
func (e exposure) why(r exposedRow) string {
	left := e.Name + " has left, and "
	switch {
	case r.Times == 0:
		return left + "could have read it"
	case r.Times == 1:
		return left + "had read it on " + r.LastSeen.UTC().Format(time.DateOnly)
	}
	return fmt.Sprintf("%shad read it %s times, last on %s", left, report.Number(r.Times), r.LastSeen.UTC().Format(time.DateOnly))
}

// openRecords opens a record for each value that somebody who has left may know and that is
// current. It takes a maintainer of the projects; where the person is none it says so.
func (e exposure) openRecords(ctx context.Context, sh shell, d *door) error {
	c, err := loadConfig(sh, "", target{})
	if err != nil {
		return err
	}
	t, err := newTracker(ctx, d, c.set)
	if err != nil {
		return err
	}
	looking, err := detectors.New(c.set)
	if err != nil {
		return err
	}
	rows := make(map[string][]exposedRow)
	var projects, refused []string
	for _, r := range e.current() {
		if len(rows[r.Project]) == 0 {
			projects = append(projects, r.Project)
		}
		rows[r.Project] = append(rows[r.Project], r)
	}
	opened, all := 0, 0
	for _, project := range projects {
		if !d.CanReadLeaks(project) {
			refused = append(refused, project)
			continue
		}
		openings, err := e.openings(ctx, d, looking, project, rows[project])
		if err != nil {
			return err
		}
		_, n, err := t.OpenAll(ctx, project, openings)
		if err != nil {
			return fmt.Errorf("records of %s: %w", project, err)
		}
		opened, all = opened+n, all+len(openings)
	}
	if all > 0 {
		text := fmt.Sprintf("%s opened of what %s may know", report.Plural(opened, "record"), e.Name)
		if open := all - opened; open > 0 {
			text += fmt.Sprintf(", %s open already", report.Number(open))
		}
		sh.say(`%s: "secretsweep rotate list" shows them`, text)
	}
	if len(refused) > 0 {
		sh.say("no records opened in %s: that takes a maintainer of the whole project", listOf(refused))
	}
	return nil
}

// openings gives the values of a project that are to have a successor, each once, the most
// urgent first.
func (e exposure) openings(ctx context.Context, d *door, looking detectors.Detector, project string, rows []exposedRow) ([]rotation.Opening, error) {
	known, err := d.Known(ctx, project)
	if err != nil {
		return nil, err
	}
	kinds, err := kindsOf(ctx, d, project)
	if err != nil {
		return nil, err
	}
	current := make(map[vault.Ref]secret.Value)
	for _, k := range known {
		if k.State == vault.Current {
			current[k.Ref] = k.Value
		}
	}
	var all []rotation.Opening
	for _, r := range rows {
		ref := vault.Ref{Project: r.Project, Environment: r.Environment, Name: r.Name}
		value, is := current[ref]
		if !is { // removed since, or not for this person to read
			continue
		}
		leaked := leakedIn(looking, ref, value, kinds[ref])
		at := slices.IndexFunc(all, func(o rotation.Opening) bool { return o.Value.Equal(leaked.Value) })
		if at >= 0 {
			all[at].Refs = append(all[at].Refs, ref)
			continue
		}
		leaked.Severity = string(r.urgency())
		all = append(all, rotation.Opening{Leaked: leaked, Refs: []vault.Ref{ref}, Reason: e.why(r)})
	}
	return all, nil
}

// kindsOf gives what is said of what the secrets of a project are.
func kindsOf(ctx context.Context, d *door, project string) (map[vault.Ref]string, error) {
	kinds := make(map[vault.Ref]string)
	for _, at := range d.Environments() {
		if at.Project != project {
			continue
		}
		listed, err := d.List(ctx, at.Project, at.Environment)
		if _, denied := errors.AsType[*vault.DeniedError](err); err != nil && !denied {
			return nil, err
		}
		for _, l := range listed {
			kinds[l.Ref] = l.Kind
		}
	}
	return kinds, nil
}

// leakedIn gives what a sweep would have kept of a secret of the vault, had it come upon it:
// the same value has one record, whether it leaked or not. kind is what the vault says of what
// the secret is.
func leakedIn(looking detectors.Detector, ref vault.Ref, value secret.Value, kind string) vault.Leaked {
	l := vault.Leaked{Value: value, Provider: cut(kind), Name: ref.Name, Env: ref.Environment}
	text := value.Reveal()
	for _, data := range []string{text, ref.Name + "=" + text + "\n", fmt.Sprintf("%s = %q\n", ref.Name, text)} {
		found := looking.Detect(&detectors.Chunk{Data: []byte(data), Whole: true, To: len(data)})
		for _, m := range found.Matches {
			if !m.Value.Equal(value) && !m.Carrier.Equal(value) {
				continue
			}
			l.Value, l.Rule, l.Parts = m.Value, m.Rule.ID, leakParts(m.Parts)
			if m.Rule.Provider != nil {
				l.Provider = m.Rule.Provider.ID
			}
			if !m.Value.Equal(value) && len(text) <= maxBeside {
				l.Carrier = value
			}
			return l
		}
	}
	return l
}
