package tui

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// fakeRecords are the records of a fake vault, by the real tracker.
type fakeRecords struct {
	*rotation.Tracker
	f   *fakeBoard
	set *rules.Set
}

func newFakeRecords(f *fakeBoard) *fakeRecords {
	set := &rules.Set{Rules: kinds()}
	t, err := rotation.New(context.Background(), f, rotation.Options{Rules: set, Checkable: checkable, Now: func() time.Time { return today }})
	if err != nil {
		panic("tui: " + err.Error())
	}
	return &fakeRecords{t, f, set}
}

// checkable tells of which rule the provider can be asked.
func checkable(rule string) bool { return rule == "stripe-live-key" || rule == "slack-bot-token" }

func (r *fakeRecords) Self() string { return r.f.Self() }

func (r *fakeRecords) Records(ctx context.Context, project string) ([]*rotation.Record, error) {
	if err := r.f.called("Records"); err != nil {
		return nil, err
	}
	return r.Tracker.Records(ctx, project)
}

func (r *fakeRecords) Do(ctx context.Context, one *rotation.Record, steps func(*rotation.Record) ([]rotation.Step, error)) (*rotation.Record, error) {
	if err := r.f.called("Do"); err != nil {
		return nil, err
	}
	return r.Tracker.Do(ctx, one, steps)
}

func (r *fakeRecords) Guide(one *rotation.Record) rotation.Guide { return rotation.GuideOf(r.set, one) }

func (r *fakeRecords) Hosts(one *rotation.Record) ([]string, error) {
	return []string{"api." + one.Provider + ".example"}, r.f.fail["Hosts"]
}

func (r *fakeRecords) Ask(ctx context.Context, one *rotation.Record) (*rotation.Record, error) {
	if err := r.f.called("Ask"); err != nil {
		return nil, err
	}
	host := "api." + one.Provider + ".example"
	r.f.asked = append(r.f.asked, host)
	return r.Tracker.Do(ctx, one, rotation.Once(rotation.Asked(provider.Answer{Verdict: provider.Dead, Why: "status 401, invalid_key\x1b[31m", Host: host})))
}

// What the tracker needs of a vault.

var _ rotation.Vault = (*fakeBoard)(nil)

func (f *fakeBoard) Self() string             { return "ada" }
func (f *fakeBoard) Projects() []string       { return []string{"api", "web"} }
func (f *fakeBoard) CanReadLeaks(string) bool { return true }

func (f *fakeBoard) Leaks(_ context.Context, project string) ([]vault.Leak, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []vault.Leak
	for _, l := range f.leaks {
		if l.Project == project {
			l.Events = slices.Clone(l.Events)
			all = append(all, l)
		}
	}
	return all, nil
}

func (f *fakeBoard) Track(_ context.Context, _ string, reports ...vault.LeakReport) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range reports {
		i := slices.IndexFunc(f.leaks, func(l vault.Leak) bool { return l.Value.Equal(r.Value) })
		if i < 0 {
			return errors.New("no such leak")
		}
		if r.After != nil && *r.After != f.leaks[i].Newest {
			return &vault.ChangedError{What: "the leak"}
		}
		f.happens(&f.leaks[i], today, "ada", r.LeakEvent)
	}
	return nil
}

// happens adds an event to a leak.
func (f *fakeBoard) happens(l *vault.Leak, at time.Time, by string, e vault.LeakEvent) {
	e.At, e.By = at, by
	e.Decides = !slices.Contains([]vault.LeakKind{vault.Found, vault.Noted, vault.Tracked}, e.Kind)
	l.Events = append(l.Events, e)
	l.Newest++
	l.Places = append(l.Places, e.Places...)
	if e.Decides {
		l.Decision, l.Refs = e.Kind, e.Refs
	}
}

func (f *fakeBoard) Known(context.Context, string) ([]vault.Known, error) { return f.known, nil }

func (f *fakeBoard) Consumers(context.Context, []vault.Ref) ([]vault.Consumer, error) {
	return f.readers, f.fail["Consumers"]
}

func (f *fakeBoard) Policy(context.Context) (json.RawMessage, error)  { return nil, nil }
func (f *fakeBoard) SetPolicy(context.Context, json.RawMessage) error { return nil }

// leak makes the vault's leaks: at each turn of their life one.
func (f *fakeBoard) leak() {
	databaseURL := vault.Ref{Project: "web", Environment: "prod", Name: "DATABASE_URL"}
	at := func(path string, line int, live bool) place.Place {
		return place.Place{Kind: place.File, Root: "shop", Path: path, Span: spanAt(line), WorkTree: live, Head: live}
	}
	add := func(n int, ago int, severity rules.Severity, name string, steps ...rotation.Step) *vault.Leak {
		rule := kinds()[n%4]
		l := vault.Leak{Project: "web", Newest: -1}
		l.ID[0] = byte(n)
		l.Leaked = vault.Leaked{Value: valueOf(n), Rule: rule.ID, Provider: rule.Provider.ID, Severity: string(severity), Name: name}
		f.happens(&l, today.AddDate(0, 0, -ago), "ada", vault.LeakEvent{Kind: vault.Found, Places: []place.Place{at("\x1b[2J.env", 1, true), at("api/config.py", 12, n%2 == 0)}})
		if name == "DATABASE_URL" {
			l.Events[0].Places = append(l.Events[0].Places, at("deploy/settings.yml", 3, true))
		}
		for i, s := range steps {
			data, err := json.Marshal([]rotation.Step{s})
			if err != nil {
				panic("tui: " + err.Error())
			}
			f.happens(&l, today.AddDate(0, 0, i+1-ago), "ada", vault.LeakEvent{Kind: vault.Tracked, Data: data})
		}
		f.leaks = append(f.leaks, l)
		return &f.leaks[len(f.leaks)-1]
	}
	triage := func(way rotation.Way) rotation.Step { return rotation.Step{Act: rotation.Triage, Way: way} }
	own := func(name string) rotation.Step { return rotation.Step{Act: rotation.Own, Owner: name} }

	add(1, 9, rules.Critical, "SLACK_TOKEN")
	add(2, 3, rules.High, "", triage(rotation.RevokeOnly), own("linus"))
	moving := add(3, 6, rules.Medium, "DATABASE_URL", triage(rotation.Rotate), own("ada"), rotation.Step{Act: rotation.Sweep, Takers: []rotation.Taker{
		{System: "github-actions", Name: "DATABASE_URL", Places: []place.Place{at(".github/workflows/ci.yml", 9, true)}}}})
	f.happens(moving, today.AddDate(0, 0, -5), "ada", vault.LeakEvent{Kind: vault.Imported, Refs: []vault.Ref{databaseURL}})
	f.known = []vault.Known{{Ref: databaseURL, Version: 1, Value: valueOf(3), State: vault.Grace}, {Ref: databaseURL, Version: 2, Value: valueOf(200), State: vault.Current}}
	f.readers = []vault.Consumer{
		{Ref: databaseURL, Principal: "ci", Kind: vault.Machine, Program: "secretsweep run", Version: 1, Last: today.AddDate(0, 0, -1), Times: 12},
		{Ref: databaseURL, Principal: "linus", Kind: vault.Person, Program: "secretsweep pull", Version: 2, Last: today, Times: 1},
	}
	add(4, 20, rules.Low, "OLD_KEY", rotation.Step{Act: rotation.Dismiss, Reason: "it is an example"})
	add(5, 30, rules.Low, "BOT", triage(rotation.RevokeOnly), own("ada"), rotation.Step{Act: rotation.Ask, Answer: &rotation.Answer{Verdict: provider.Dead, Why: "status 401, invalid_auth", Host: "api.slack.example"}},
		rotation.Step{Act: rotation.Clean}, rotation.Step{Act: rotation.Close})
	add(6, 1, rules.Low, "MAIL", triage(rotation.RevokeOnly), rotation.Step{Act: rotation.Block, Reason: "the account's owner is away\x1b[31m"})
}
