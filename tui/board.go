package tui

import (
	"context"

	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// Board is what the dashboard acts through. The methods of its interfaces are called from
// commands, and several may run at once. A vault.Session has most of them.
type Board struct {
	Vault string // where it is, for the title; "" if there is none, and then nothing else counts

	Records   Records
	Providers Providers
	Secrets   Secrets
	Values    Values
	Log       Log
	People    People
}

// Records has where each value stands that is to be rotated, and takes what is done about it.
// A rotation.Tracker has both but Self.
type Records interface {
	// Self gives the name of the person at the keys, at once.
	Self() string
	// Records gives the records of a project, the most urgent first; for "*" those of all
	// projects whose records the person may read.
	Records(ctx context.Context, project string) ([]*rotation.Record, error)
	// Do makes steps about a record, all of them or none, and gives the record as it is then.
	// If somebody else has changed it meanwhile, steps is called again with what there is.
	Do(ctx context.Context, r *rotation.Record, steps func(*rotation.Record) ([]rotation.Step, error)) (*rotation.Record, error)
	// Due gives by when records are to be done with, and secrets of environments to have a new
	// value: as somebody said, or the policy does.
	Due(ctx context.Context, records []*rotation.Record, readable []vault.Pattern) ([]rotation.Due, error)
}

// Providers has those who issued the values of records.
type Providers interface {
	// Guide gives how a value is rotated, at once.
	Guide(r *rotation.Record) rotation.Guide
	// Hosts gives who would be asked whether a value still works, in order, or why nobody can
	// be, at once. Nothing is sent.
	Hosts(r *rotation.Record) ([]string, error)
	// Ask asks them, and gives the record that has the answer.
	Ask(ctx context.Context, r *rotation.Record) (*rotation.Record, error)
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
