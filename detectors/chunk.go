package detectors

import (
	"cmp"
	"fmt"

	"github.com/secretsweep/secretsweep/detectors/match"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// Chunk is a text, or a part of a long one, and where it is from.
type Chunk struct {
	Data []byte
	At   place.Place // where Data lies; its Start is the position of Data[0]
	// Names are all distinct paths that this content has; that of At, with the way
	// within an archive, is one of them. Git content that no path leads to has none.
	Names []string
	// Binary: Data is not text. Only rules that can't match by chance apply.
	Binary bool
	// Whole is false for a part of a longer text. Parts overlap, and each owns
	// the matches that begin in Data[From:To].
	Whole    bool
	From, To int

	// Base, Copied and Trace are what whole chunks tell each other (see [match.Text]):
	// what was learned of another chunk, which of its pieces this one has, and where
	// to put what is learned of this one. They change the cost, not the result.
	Base   *match.Trace
	Copied []match.Copy
	Trace  *match.Trace
}

// Match is a secret found in a chunk. Start and End are the value's span in the
// chunk's Data.
type Match struct {
	Rule       *rules.Rule
	Start, End int
	Value      secret.Value   // the credential itself, decoded
	Carrier    secret.Value   // the whole assigned value, such as the URL around a password; else equal to Value
	Name       string         // what it was assigned to, if that can be told
	Parent     string         // what leads to the name in a file that has levels, such as "mail" in mail.password
	Env        string         // the environment that the text says it is for, as a section's name does: "prod", "staging", "dev" or "test"; "" if it doesn't say
	Parts      []Part         // what belongs to it (Rule.Parts) and was found near
	Severity   rules.Severity // the rule's, or less if the value tells that it opens little
	Confidence rules.Confidence
	Why        string   // what made it that confidence and severity, in few words; "" if the rule alone did
	Also       []string // ids of less specific rules whose matches this one covers
	Vault      []Entry  // what it is in a vault, ordered by [Entry.Compare]; nil if that isn't known
	// Pending are allows that hold if the place's path or commit is theirs too.
	// One content has many paths, so they are settled when its places are known.
	Pending []*rules.Allow
	// Truncated: the rule (or one of Also) matches further on in the chunk, too,
	// but gives no more than [match.MaxFound]. That is a problem to report.
	Truncated bool
}

// Entry is a version of a secret that a vault keeps. It says which one a value is, and
// nothing of the value.
type Entry struct {
	Project, Env, Name string
	Version            int
	State              string // of the version, such as "current" or "revoked"; "" if it has none
}

// Compare orders entries: by project, environment and name, the newest version first.
func (e Entry) Compare(f Entry) int {
	return cmp.Or(
		cmp.Compare(e.Project, f.Project),
		cmp.Compare(e.Env, f.Env),
		cmp.Compare(e.Name, f.Name),
		-cmp.Compare(e.Version, f.Version),
		cmp.Compare(e.State, f.State),
	)
}

// String gives it for people: "web/prod DATABASE_PASSWORD (version 3, current)".
func (e Entry) String() string {
	s := fmt.Sprintf("%s/%s %s (version %d", e.Project, e.Env, e.Name, e.Version)
	if e.State != "" {
		s += ", " + e.State
	}
	return s + ")"
}

// Part is a value that was found near a match and belongs to it.
type Part struct {
	Name  string
	Value secret.Value
}

// Found is what a chunk holds: secrets, ordered by Start, End and rule id, and
// references to secrets.
type Found struct {
	Matches    []Match
	References []Reference
}

// Detector finds secrets. Detect does no I/O, keeps none of the chunk's bytes,
// and is safe for concurrent use.
type Detector interface {
	Detect(c *Chunk) Found
}
