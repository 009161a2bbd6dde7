package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/vault"
)

// oddStatus is a status of a vault where everything is odd.
func oddStatus() vault.Status {
	dev, prod := vault.Pattern{Project: "web", Environment: "dev"}, vault.Pattern{Project: "web", Environment: "prod"}
	past := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	return vault.Status{
		Self: "alice", Entries: 7,
		Environments: []vault.EnvironmentStatus{
			{Pattern: dev, Revision: 3, Secrets: 2, Readers: []string{"alice", "bob"}},
			{Pattern: prod, Revision: -1, Secrets: -1},
		},
		Shared:  []vault.SharedValue{{Secrets: []vault.Ref{{Project: "web", Environment: "dev", Name: "A"}, {Project: "web", Environment: "prod", Name: "A"}}}},
		Overdue: []vault.Listed{{Ref: vault.Ref{Project: "web", Environment: "dev", Name: "B"}, Info: vault.Info{RotateBy: past}}},
		Ended:   []vault.Granted{{To: "bob", Wanted: vault.Wanted{Pattern: dev, Role: vault.Reader, Until: past}}},
		Leaks: []vault.LeakStatus{
			{Project: "api", Decision: vault.Undecided, Leaks: 2}, {Project: "api", Decision: vault.RevokeOnly, Leaks: 1}, {Project: "web", Decision: vault.Waiting, Leaks: 3},
		},
		EndedTokens: []string{"ci"},
		Invited:     []string{"dora"},
		Problems:    []vault.Problem{{What: "a statement of entry 5 of the log", Err: errors.New("made by \x1b[31m, who was no owner of that")}},
	}
}

func TestStatusText(t *testing.T) {
	var out bytes.Buffer
	if err := writeStatus(&out, oddStatus()); err != nil {
		t.Fatal(err)
	}
	want := `ENVIRONMENT  REVISION  SECRETS  READ BY
web/dev      3         2        alice, bob
web/prod     -         -        -

production: web/prod can be read by nobody
leaks: api has 2 undecided, 1 revoke only
leaks: web has 3 waiting
warning: the same value in different environments: web/dev A, web/prod A
warning: web/dev B was to have a new value by 2026-01-31
warning: bob still holds the keys of web/dev, though the grant ended on 2026-01-31T12:00Z: secretsweep access revoke bob web/dev
warning: the token ci has ended, and whoever has it still holds keys: secretsweep token revoke ci
warning: dora was invited, and hasn't joined yet
problem: a statement of entry 5 of the log: made by \x1b[31m, who was no owner of that
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// The JSON has a list for everything that there is none of, and reads back.
func TestStatusJSON(t *testing.T) {
	for _, st := range []vault.Status{{}, oddStatus()} {
		var out bytes.Buffer
		if err := writeJSON(&out, statusViewOf(st)); err != nil {
			t.Fatal(err)
		}
		// Only the two numbers of an environment that can't be read are null.
		if got, want := strings.Count(out.String(), "null"), min(2, len(st.Environments)); got != want {
			t.Errorf("%d times null, want %d:\n%s", got, want, out.String())
		}
		var back statusView
		if err := json.Unmarshal(out.Bytes(), &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(statusViewOf(st), back); diff != "" {
			t.Error(diff)
		}
	}
}
