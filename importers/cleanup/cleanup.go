package cleanup

import (
	"context"
	"fmt"
	"strings"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// Options say what is cleaned up.
type Options struct {
	// Roots are what was swept. Nothing is changed outside of its folders, those of its
	// files, and the repositories that they lie in. What isn't on disk is passed over.
	Roots []string
	Plan  *importers.Plan
	// Secrets are those of the plan that the vault has: of an imported batch.
	Secrets []importers.Secret
	// Others are what else the vault has: programs that get an environment get it, too.
	Others []importers.Secret
	// Show gives a value's text: for the file of replacements, and to hide its lines.
	Show func(secret.Value) string
	// Replacements is where that file goes, outside of repositories; "" for nowhere.
	Replacements string
	// Git tells of a file in a repository whether git tracks it, and whether it ignores it.
	// Nil if git can't be asked.
	Git func(ctx context.Context, folder, base string) (tracked, ignored bool, err error)
}

// Kind is the sort of thing that a step does.
type Kind string

const (
	Example   Kind = "example"
	Ignore    Kind = "gitignore"
	Dotenv    Kind = "dotenv"
	CI        Kind = "ci"
	History   Kind = "history"
	Baseline  Kind = "baseline"
	Checklist Kind = "checklist"
)

// Step is something that can be done. All its texts are printable.
type Step struct {
	Kind  Kind
	Title string
	About string // what it does, in a sentence or two
	Edits []Edit // of different files, ordered by path
	Text  string // what is to be known or run by hand, of lines; "" if nothing is
}

// Done tells that there is nothing to do.
func (s *Step) Done() bool { return len(s.Edits) == 0 && s.Text == "" }

// Apply writes all edits, or none if one of them is refused. Each file is written as a
// whole: whatever stops it between two files, each is as it was or as it is to be.
func (s *Step) Apply(ctx context.Context) error {
	for i := range s.Edits {
		if _, err := s.Edits[i].check(); err != nil {
			return err
		}
	}
	for i := range s.Edits {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.Edits[i].Apply(); err != nil {
			return err
		}
	}
	return nil
}

// Steps gives the steps in the order in which they make sense. No two of them change one
// file, so that they can be done in any order.
func Steps(ctx context.Context, o Options) ([]Step, error) {
	w := newWork(o)
	var steps []Step
	for _, make := range []func(context.Context) (Step, error){
		w.example, w.ignore, w.dotenv, w.ci, w.history, w.baseline, w.checklist,
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s, err := make(ctx)
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// notes are lines for people.
type notes struct{ b strings.Builder }

// add adds a line, whose arguments may be hostile.
func (n *notes) add(format string, args ...any) {
	n.b.WriteString(printable.Lines(fmt.Sprintf(format, args...)) + "\n")
}

// gap leaves a line free, unless there is nothing above it.
func (n *notes) gap() {
	if n.b.Len() > 0 {
		n.b.WriteByte('\n')
	}
}

func (n *notes) String() string { return n.b.String() }
