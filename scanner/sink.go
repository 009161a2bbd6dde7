package scanner

import (
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
)

// Finding is one secret value, with every place where it lies: a row of the
// inventory.
type Finding struct {
	Rule        *rules.Rule // the most specific one
	Also        []string    // ids of other rules that matched the value
	Severity    rules.Severity
	Confidence  rules.Confidence
	Why         string // what made it that confidence and severity, in few words; "" if the rule alone did
	Value       secret.Value
	Carrier     secret.Value
	Fingerprint secret.Fingerprint
	Name        string
	Env         string // the environment that it is for: "prod", "staging", "dev" or "test"; "" if that can't be told
	Parts       []detectors.Part
	Vault       []detectors.Entry // what it is in a vault, in order; nil if that isn't known
	Places      []place.Place     // ordered by place.Compare; at least one
	Namings     []Naming          // what it is called at each of Places
	Answer      *Answer           // what its provider said of it; nil if nobody asked
	// Known: it is in the baseline that is in force, so it fails nothing.
	Known bool
	// Local: a baseline is in force, and all its places lie on this machine
	// alone, so it fails nothing.
	Local bool
}

// Answer is what is known of a value after its provider was asked whether it still works. A
// scan asks nobody: a sink may.
type Answer struct {
	Verdict Verdict
	Why     string // the mark by which it is known, or why nobody knows; never a value
	Host    string // who was asked; "" if nobody was
}

// Verdict is what asking has come to.
type Verdict string

// The verdicts. Unknown is none of the others, and dead least of all.
const (
	Live       Verdict = "live"       // it works
	Restricted Verdict = "restricted" // it is good, and isn't allowed what was asked for
	Dead       Verdict = "dead"       // its provider refuses it
	Unknown    Verdict = "unknown"
)

// Verdicts gives the verdicts, from the worst on.
func Verdicts() []Verdict { return []Verdict{Live, Restricted, Unknown, Dead} }

// Naming is what a value is called at a place.
type Naming struct {
	Name    string       // what it is assigned to there; "" if that can't be told
	Parent  string       // what leads to that name; see detectors.Match
	Env     string       // as in Finding, for this place: what its path says counts before the text
	Carrier secret.Value // the whole that is assigned there
	// Also is what else it is called in the same text, such as for another job. These have
	// names, and none of their own Also; of very many the first are kept.
	Also []Naming
}

// New tells whether the finding makes the exit status 1.
func (f *Finding) New() bool { return !f.Known && !f.Local }

// Since is the oldest committer time at which a commit brought the value;
// false where no place is committed.
func (f *Finding) Since() (time.Time, bool) {
	var t time.Time
	for _, p := range f.Places {
		if p.Commit != nil && (t.IsZero() || p.Commit.Date.Before(t)) {
			t = p.Commit.Date
		}
	}
	return t, !t.IsZero()
}

// Live tells whether the value is still in a present file.
func (f *Finding) Live() bool {
	for i := range f.Places {
		if f.Places[i].Live() {
			return true
		}
	}
	return false
}

// Summary is what a scan did.
type Summary struct {
	Roots    []string // what was scanned, as it was given
	Findings int      // rows that were given to the sink
	New      int      // of these, rows that make the exit status 1
	Known    int      // of these, rows in the baseline
	Local    int      // of these, rows on this machine alone, where a baseline is in force
	// References is how many secrets are kept elsewhere and taken from there.
	References int
	Counts     map[Counter]int64
	Problems   int
	// LeftOut is ordered by reason and what. A reason has few entries that say
	// what, or one that adds up more than are worth listing.
	LeftOut []LeftOut
	// Silenced counts what was found and not reported, by what silenced it. What
	// a rule itself allows is not found in the first place.
	Silenced []Silenced
	// Unsure counts what was found and not reported for its want of confidence.
	Unsure map[rules.Confidence]int
	// Stale are baseline entries that no longer occur.
	Stale []secret.Fingerprint
	// Unused are lines of ignore files that silenced nothing.
	Unused []Unused
}

// Thorough tells whether the scan looked at all that there is to look at, so
// that what it did not find is not there: nothing was unreadable, missing, read before,
// or left out by a flag or for the want of one.
func (s *Summary) Thorough() bool {
	return s.Problems == 0 && !slices.ContainsFunc(s.LeftOut, func(l LeftOut) bool {
		return slices.Contains([]Reason{Narrowed, Filtered, Archived, Shallow, Submodule, NoAccess, Continued}, l.Reason)
	})
}

// Silenced is a number of values that were found and, at some place or at all
// of them, not reported.
type Silenced struct {
	By    string // AllowMarker, AllowMarkerGitleaks, or the name of an ignore file
	Count int
}

// Unused is a line of an ignore file that silenced nothing.
type Unused struct {
	File string
	Line int
	Text string
}

// Sink takes a scan's result. Its methods are called from one goroutine: first
// every Problem, then every Finding in order (by severity, confidence, provider,
// rule, first place and fingerprint), then every Reference (by system and name), then
// Done.
type Sink interface {
	Problem(Problem) error
	Finding(Finding) error
	Reference(Reference) error
	Done(Summary) error
}
