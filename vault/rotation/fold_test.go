package rotation

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/provider"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/vault"
)

var day0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// life is a leak to which something happens.
type life struct {
	t testing.TB
	vault.Leak
}

func born(t testing.TB) *life {
	l := &life{t, vault.Leak{Project: "web", Leaked: vault.Leaked{Value: secret.New("made up"), Severity: "high"}}}
	l.add(vault.LeakEvent{Kind: vault.Found, Places: []place.Place{at("deploy.sh")}})
	return l
}

func at(path string) place.Place {
	return place.Place{Kind: place.File, Root: ".", Path: path, WorkTree: true}
}

func (l *life) add(e vault.LeakEvent) {
	e.At, e.By = day0.Add(time.Duration(len(l.Events))*time.Hour), "ann"
	l.Events = append(l.Events, e)
}

// do adds steps, and gives the record.
func (l *life) do(all ...Step) *Record {
	l.t.Helper()
	data, err := json.Marshal(all)
	if err != nil {
		l.t.Fatal(err)
	}
	l.add(vault.LeakEvent{Kind: vault.Tracked, Data: data})
	return Fold(l.Leak, day0.Add(1000*time.Hour))
}

var successor = []Successor{{vault.Ref{Project: "web", Environment: "prod", Name: "KEY"}, 2}}

// TestLife leads a leak through all states.
func TestLife(t *testing.T) {
	l := born(t)
	for _, tt := range []struct {
		step Step
		want State
	}{
		{Step{Act: Triage, Way: Rotate}, Triaged},
		{Step{Act: Own, Owner: "ann"}, Owned},
		{Step{Act: Replace, Successor: successor}, Replaced},
		{Step{Act: Move, Consumer: "ci"}, Moving},
		{Step{Act: MoveAll}, Moved},
		{Step{Act: Revoke}, Revoked},
		{Step{Act: Ask, Answer: &Answer{Verdict: provider.Unknown}}, Revoked},
		{Step{Act: Ask, Answer: &Answer{Verdict: provider.Dead, Why: "invalid_auth"}}, Dead},
		{Step{Act: Clean}, Cleaned},
		{Step{Act: Close}, Closed},
	} {
		r := l.do(tt.step)
		if r.State != tt.want || len(r.Refused) > 0 {
			t.Fatalf("after %s: %s (%v), want %s", tt.step.Act, r.State, r.Refused, tt.want)
		}
	}
	l.add(vault.LeakEvent{Kind: vault.Found, Places: []place.Place{at("copy.sh")}})
	if r := Fold(l.Leak, day0); r.State != Dead || r.Reopened == nil || r.Reopened.Places[0].Path != "copy.sh" {
		t.Errorf("found again: %s, reopened %v", r.State, r.Reopened)
	}
}
