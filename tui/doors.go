package tui

import (
	"context"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/vault"
)

// What the screens act through. All methods are called from commands, so they may take
// their time and are cancelled by their context; none is called while another one of the
// same interface runs. An error is shown to the person as it is.

// Migration is what the flow of migrate acts through.
type Migration struct {
	Paths    []string // what is swept, as it was given
	Project  string   // that everything goes to
	Founder  Founder  // nil if there is a vault already
	Founding Founding // what the form of a new vault begins with
	Known    bool     // who makes it has an identity already: no passphrase is asked for
	Sweeper  Sweeper
	Places   Places
	Drafts   Drafts
	Vault    Vault
	After    After
}

// Founder makes a vault.
type Founder interface {
	// Found makes it, and gives the recovery key as it is to be written down: it is shown
	// once. An empty passphrase protects the identity with none.
	Found(ctx context.Context, f Founding) (recovery []string, err error)
	// CheckPassphrase refuses one that is guessed at once, at once itself.
	CheckPassphrase(passphrase string) error
}

// Founding is what a person says of a new vault.
type Founding struct {
	Name         string // their own
	Environments []string
	Passphrase   string
}

// Sweeper finds what there is to decide about.
type Sweeper interface {
	// Sweep reads the paths, and puts a plan together with what was decided earlier. progress
	// is called from any goroutine, many times a second.
	Sweep(ctx context.Context, progress func(Progress)) (*Swept, error)
}

// Progress is how far a sweep has come.
type Progress struct {
	What        string // that is being read
	Done, Total int64  // of What, in bytes or objects; Total is 0 if that isn't known
	Values      int    // different ones that were found so far
	// Found is what was found since the last call, in few words and without the value:
	// "Stripe live key  api/config.py:12".
	Found []string
}

// Swept is what a sweep came to.
type Swept struct {
	Plan     *importers.Plan
	Problems []string // what wasn't read, and why
	LeftOut  int      // places that were left out on purpose
}

// Places reads again what lies around a value.
type Places interface {
	// Context gives the lines around a place, with every known value masked; marked are
	// those that the value is in.
	Context(ctx context.Context, p place.Place) ([]Line, error)
	// Show gives a value's text, and writes down that it was shown.
	Show(ctx context.Context, row *importers.Row) (string, error)
}

// Line is a line of a file, or of what is said about it.
type Line struct {
	Number int // 0 for what is no line of the file
	Text   string
	Marked bool
}

// Drafts keeps decisions, sealed, so that the flow can be left and taken up again.
type Drafts interface {
	Keep(ctx context.Context, all []importers.Decision) error
}

// Vault is the vault as an import sees it.
type Vault interface {
	// Access gives where the person may write, and who else there is.
	Access(ctx context.Context) (importers.Access, []Person, error)
	// Import writes a batch, all of it or nothing, and then the grants.
	Import(ctx context.Context, b importers.Batch, grants []Grant) (Imported, error)
}

// Person is somebody who uses the vault.
type Person struct {
	Name  string
	Self  bool
	Owner bool                  // of everything
	Roles map[string]vault.Role // by environment of the project
}

// Grant gives somebody a role in an environment of the project.
type Grant struct {
	Person string
	Env    string
	Role   vault.Role
}

// Imported is what an import did.
type Imported struct {
	Added, Updated, Same int
	Leaks, Waiting       int
}

// After is what can be done once values are in the vault.
type After interface {
	// Steps gives what can be done, with what it would change.
	Steps(ctx context.Context, plan *importers.Plan) ([]Step, error)
	// Do carries out a step. Its text is said once more when the program ends, where it can
	// be copied.
	Do(ctx context.Context, s Step) error
}

// Step is something that can be done after an import.
type Step struct {
	Title string
	About string
	// Edits are the files that it changes; none for one that only shows text.
	Edits []Edit
	Text  string // what to read or to run, such as commands
	Done  bool   // there is nothing to do any more
}

// Edit is a change of a file.
type Edit struct {
	Path string
	Old  string // "" for a file that isn't there; values are masked
	New  string // likewise
}
