package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/report"
)

// verifyFlags say whether providers are asked about what is found. Nothing else does: no
// config, and no variable of the environment.
type verifyFlags struct {
	askFlags
	verify bool
}

func (v *verifyFlags) check() error {
	if !v.verify && len(v.hosts) > 0 {
		return misuse("--allow-host is of use with --verify only", "add --verify, or leave it out")
	}
	return v.askFlags.check()
}

// before puts a sink that asks before another one, if that is wanted. set is what the scan goes
// by: what is scanned has no say in how it asks (rules.Repository).
func (v *verifyFlags) before(ctx context.Context, sh shell, next scanner.Sink, set *rules.Set, line *progress) scanner.Sink {
	if !v.verify {
		return next
	}
	return &verifier{Sink: next, ctx: ctx, sh: sh, client: v.client(set), line: line}
}

// mostAsked is how many values are asked about, of very many the first.
const mostAsked = 1_000

// verifier is a sink that asks providers about findings before it passes them on.
type verifier struct {
	scanner.Sink
	ctx    context.Context // of the scan: a sink's methods have none
	sh     shell
	client *provider.Client
	line   *progress
	found  []scanner.Finding // that are still to be passed on
}

var _ scanner.Sink = (*verifier)(nil)

func (v *verifier) Finding(f scanner.Finding) error {
	v.found = append(v.found, f)
	return nil
}

func (v *verifier) Reference(r scanner.Reference) error {
	if err := v.pass(); err != nil {
		return err
	}
	return v.Sink.Reference(r)
}

func (v *verifier) Done(s scanner.Summary) error {
	if err := v.pass(); err != nil {
		return err
	}
	return v.Sink.Done(s)
}

// pass asks, and passes on what was found.
func (v *verifier) pass() error {
	found := v.found
	v.found = nil
	if len(found) == 0 {
		return nil
	}
	v.line.clear()
	v.ask(found)
	for _, f := range found {
		if err := v.Sink.Finding(f); err != nil {
			return err
		}
	}
	return nil
}

// ask gives findings the answers of their providers.
func (v *verifier) ask(found []scanner.Finding) {
	var about []*scanner.Finding
	var creds []provider.Credential
	known, examples := 0, 0
	for i := range found {
		switch f := &found[i]; {
		case !v.client.Can(f.Rule.ID):
		case f.Known:
			known++
		case isExample(f):
			examples++
		default:
			about = append(about, f)
			creds = append(creds, credentialOf(f))
		}
	}
	leave := func(n int, why string) {
		if n > 0 {
			v.sh.say("not asked about: %s%s", report.Plural(n, "value"), why)
		}
	}
	leave(known, " in the baseline")
	leave(examples, " in tests and examples alone")
	if more := len(creds) - mostAsked; more > 0 {
		leave(more, fmt.Sprintf(" more than %s", report.Number(mostAsked)))
		about, creds = about[:mostAsked], creds[:mostAsked]
	}
	leave(sayWhom(v.sh, v.client, creds), "; the report says why")
	for i, a := range answers(v.ctx, v.client, creds, v.line) {
		about[i].Answer = &scanner.Answer{Verdict: scanner.Verdict(a.Verdict), Why: a.Why, Host: a.Host}
	}
}

// isExample tells whether a value lies in tests and examples alone. What is in use isn't among
// those, and what anybody has written there may be meant for anybody.
func isExample(f *scanner.Finding) bool {
	return !slices.ContainsFunc(f.Places, func(p place.Place) bool {
		return p.Kind != place.File || !detectors.Exemplary(p.Path)
	})
}

// credentialOf gives what is asked about a finding.
func credentialOf(f *scanner.Finding) provider.Credential {
	c := provider.Credential{Rule: f.Rule.ID, Value: f.Value, Carrier: f.Carrier}
	for _, p := range partsOf(f) {
		c.Parts = append(c.Parts, provider.Part{Name: p.Name, Value: p.Value})
	}
	return c
}

// partsOf gives what was found near a value, and the other addresses in which a password of
// databases stands: each may be that of a server that still takes it.
func partsOf(f *scanner.Finding) []detectors.Part {
	if f.Rule.ID != provider.DatabaseURL {
		return f.Parts
	}
	all := slices.Clip(f.Parts)
	known := []secret.Value{f.Value, f.Carrier}
	for _, n := range f.Namings {
		if !n.Carrier.IsEmpty() && !slices.ContainsFunc(known, n.Carrier.Equal) {
			known = append(known, n.Carrier)
			all = append(all, detectors.Part{Name: provider.AnotherAddress, Value: n.Carrier})
		}
	}
	return all
}
