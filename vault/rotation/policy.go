package rotation

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/rules"
)

// Policy says by when values are to be rotated. What it doesn't say has a default.
type Policy struct {
	Leaked      map[rules.Severity]Days `json:"leaked,omitempty"`      // how long a leaked value may go on, from when it was found
	Database    Days                    `json:"database,omitempty"`    // how long a password of a database may be in use
	Key         Days                    `json:"key,omitempty"`         // how long anything else may
	Provider    map[string]Days         `json:"provider,omitempty"`    // how long what a provider issued may
	Certificate Percent                 `json:"certificate,omitempty"` // of its life, after which a certificate is to be renewed
}

// Days is a number of days; 0 for none said.
type Days int

// Percent is a number of hundredths; 0 for none said.
type Percent int

// Duration gives the days.
func (d Days) Duration() time.Duration { return time.Duration(d) * 24 * time.Hour }

// String gives them as "30d".
func (d Days) String() string { return strconv.Itoa(int(d)) + "d" }

// defaults are what holds where a policy says nothing.
var defaults = Policy{
	Leaked:      map[rules.Severity]Days{rules.Critical: 1, rules.High: 3, rules.Medium: 7, rules.Low: 30},
	Database:    60,
	Key:         90,
	Certificate: 67,
}

// ReadPolicy reads a policy as it is kept; nothing is one that says nothing.
func ReadPolicy(text json.RawMessage) (Policy, error) {
	var p Policy
	if len(text) == 0 {
		return p, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, err
	}
	return p, p.check()
}

func (p *Policy) check() error {
	for severity := range p.Leaked {
		if !slices.Contains(rules.Severities(), severity) {
			return fmt.Errorf("there is no severity %q", string(severity))
		}
	}
	for _, d := range slices.Concat([]Days{p.Database, p.Key}, slices.Collect(maps.Values(p.Leaked)), slices.Collect(maps.Values(p.Provider))) {
		if d < 0 || d > 3650 {
			return fmt.Errorf("%d days: want 1 to 3650", d)
		}
	}
	if p.Certificate < 0 || p.Certificate > 100 {
		return fmt.Errorf("%d hundredths of a certificate's life: want 1 to 100", p.Certificate)
	}
	return nil
}

// Set changes what a policy says of a subject: "leaked.critical", "database", "key",
// "certificate", or "provider.stripe". The text is "30d", or "67%" for certificates; "" makes
// it say nothing of it.
func (p *Policy) Set(subject, text string) error {
	unit, most := "d", 3650
	if subject == "certificate" {
		unit, most = "%", 100
	}
	n := 0
	if text != "" {
		digits, ok := strings.CutSuffix(text, unit)
		var err error
		if n, err = strconv.Atoi(digits); !ok || err != nil || n < 1 || n > most {
			return fmt.Errorf("%s: %q isn't one of 1%s to %d%s", subject, text, unit, most, unit)
		}
	}
	kind, of, _ := strings.Cut(subject, ".")
	switch {
	case subject == "database":
		p.Database = Days(n)
	case subject == "key":
		p.Key = Days(n)
	case subject == "certificate":
		p.Certificate = Percent(n)
	case kind == "leaked" && slices.Contains(rules.Severities(), rules.Severity(of)):
		p.Leaked = with(p.Leaked, rules.Severity(of), Days(n))
	case kind == "provider" && of != "":
		p.Provider = with(p.Provider, of, Days(n))
	default:
		return fmt.Errorf("a policy says nothing of %q: it is of leaked.SEVERITY, database, key, certificate and provider.ID", subject)
	}
	return nil
}

// with gives a map that has a value for a key, or none for 0.
func with[K comparable](m map[K]Days, key K, d Days) map[K]Days {
	m = maps.Clone(m)
	if m == nil {
		m = make(map[K]Days)
	}
	if m[key] = d; d == 0 {
		delete(m, key)
	}
	return m
}

// Line is what a policy says of a subject.
type Line struct {
	Subject string // as [Policy.Set] takes it
	Text    string
	Default bool // nobody said so
}

// Lines gives all that a policy says.
func (p *Policy) Lines() []Line {
	var all []Line
	add := func(subject string, said, otherwise int, unit string) {
		all = append(all, Line{subject, strconv.Itoa(cmp.Or(said, otherwise)) + unit, said == 0})
	}
	for _, severity := range slices.Backward(rules.Severities()) {
		add("leaked."+string(severity), int(p.Leaked[severity]), int(defaults.Leaked[severity]), "d")
	}
	add("database", int(p.Database), int(defaults.Database), "d")
	add("key", int(p.Key), int(defaults.Key), "d")
	add("certificate", int(p.Certificate), int(defaults.Certificate), "%")
	for _, id := range slices.Sorted(maps.Keys(p.Provider)) {
		add("provider."+id, int(p.Provider[id]), 0, "d")
	}
	return all
}

// leakDue gives by when a leaked value is to be dead, counted from when it was found, or
// found not to be over.
func (p *Policy) leakDue(r *Record) time.Time {
	severity := rules.Severity(r.Severity)
	days := cmp.Or(p.Leaked[severity], defaults.Leaked[severity], defaults.Leaked[rules.High])
	since := r.Begun
	if r.Reopened != nil && r.Reopened.At.After(since) {
		since = r.Reopened.At
	}
	return since.Add(days.Duration())
}

// Period gives how long a secret of a kind, which is a provider's or a rule's ID, may be in
// use.
func (p *Policy) Period(kind string, set *rules.Set) time.Duration {
	var provider *rules.Provider
	if set != nil {
		provider, _ = set.Provider(kind)
		if rule, is := set.Rule(kind); provider == nil && is {
			provider = rule.Provider
		}
	}
	switch {
	case provider != nil && p.Provider[provider.ID] > 0:
		return p.Provider[provider.ID].Duration()
	case provider != nil && provider.ID == "database" || strings.Contains(kind, "postgres") || strings.Contains(kind, "mysql"):
		return cmp.Or(p.Database, defaults.Database).Duration()
	case p.Key > 0:
		return p.Key.Duration()
	case provider != nil && provider.Cadence > 0:
		return provider.Cadence
	}
	return defaults.Key.Duration()
}

// renewal gives by when a certificate is to be renewed that is good from one time to another.
func (p *Policy) renewal(from, to time.Time) time.Time {
	return from.Add(to.Sub(from) / 100 * time.Duration(cmp.Or(p.Certificate, defaults.Certificate)))
}
