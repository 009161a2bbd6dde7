package tui

import (
	"context"
	"time"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/vault"
)

// Board is what the dashboard acts through. The methods of its interfaces are called from
// commands, and several may run at once. A vault.Session has most of them.
type Board struct {
	Vault string // where it is, for the title; "" if there is none, and then nothing else counts

	Leaks   Leaks
	Secrets Secrets
	Values  Values
	Log     Log
	People  People
}

// Leaks has what leaked.
type Leaks interface {
	// Leaks gives the leak records of all projects whose records the person may read, none
	// if there is no such project.
	Leaks(ctx context.Context) ([]Leak, error)
}

// Leak is a leak record as it is shown.
type Leak struct {
	Project  string
	Value    secret.Value
	Rule     string
	Severity rules.Severity
	Name     string      // "" if it had none
	Places   []string    // in words
	More     int         // places beside these
	Decision string      // "undecided", "revoke only", …
	Reason   string      // of the decision
	Until    time.Time   // of the decision; zero for no end
	Refs     []vault.Ref // where it went, or is to go
	Found    time.Time   // when it was first reported
	Open     bool        // something is still to be done
}

// Secrets has the names of secrets, and what is known of them beside their values.
type Secrets interface {
	Environments() []vault.Pattern
	List(ctx context.Context, project, environment string) ([]vault.Listed, error)
	Look(ctx context.Context, ref vault.Ref) (vault.Listed, error)
}

// Values sets, shows and compares values.
type Values interface {
	// Set gives a secret a new value, and gives its version.
	Set(ctx context.Context, c vault.Change) (int, error)
	// Show gives the text of a version, and writes down that it was read.
	Show(ctx context.Context, ref vault.Ref, version int) (string, error)
	Diff(ctx context.Context, from, to vault.Side) ([]vault.Difference, error)
}

// Log has who did what.
type Log interface {
	Log(ctx context.Context, f vault.Filter, visit func(vault.Logged) error) error
}

// People has who there is, and what they do.
type People interface {
	Members(ctx context.Context) ([]vault.Member, error)
	Uses(ctx context.Context) (map[string]map[vault.Pattern]vault.Use, error)
}
