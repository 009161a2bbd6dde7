package rules

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Severity is how much a leaked value would open.
type Severity string

const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Severities gives all of them, the lesser first.
func Severities() []Severity { return []Severity{Low, Medium, High, Critical} }

// Compare orders severities, the lesser first and an unknown one before all.
func (s Severity) Compare(t Severity) int {
	all := Severities()
	return cmp.Compare(slices.Index(all, s), slices.Index(all, t))
}

// Confidence is how sure a match is a secret.
type Confidence string

const (
	Unlikely Confidence = "low"
	Likely   Confidence = "medium"
	Sure     Confidence = "high"
)

// LeastConfidence is what is reported from, unless another one is asked for.
const LeastConfidence = Likely

// Confidences gives all of them, the lesser first.
func Confidences() []Confidence { return []Confidence{Unlikely, Likely, Sure} }

// ParseConfidence reads one of the three words.
func ParseConfidence(text string) (Confidence, error) {
	c := Confidence(text)
	if !slices.Contains(Confidences(), c) {
		return "", fmt.Errorf("confidence %q: want low, medium or high", text)
	}
	return c, nil
}

// Compare orders confidences, the lesser first and an unknown one before all.
func (c Confidence) Compare(d Confidence) int {
	all := Confidences()
	return cmp.Compare(slices.Index(all, c), slices.Index(all, d))
}

// Provider is who issues a kind of secret, and what its owner does about a
// leaked one.
type Provider struct {
	ID      string        // "github"
	Name    string        // "GitHub"
	Console string        // address of the page where the secret is managed
	Rotate  string        // how to rotate, in short steps
	Cadence time.Duration // default time between rotations; 0: none
}

// Rule is one shape of secret. Rules are immutable once loaded.
type Rule struct {
	ID          string
	Provider    *Provider
	Description string
	Severity    Severity
	Confidence  Confidence // of a match that passes everything below

	// Pattern finds it (RE2 syntax). The value is what [ValueSpan] gives. The
	// group "name", if there is one, is the name that the value was assigned to,
	// and the group "carrier" what the value is a part of, such as an address.
	Pattern *Pattern
	// Literals: every match contains at least one of them, in any case. They
	// are taken from the pattern where a rule gives none.
	Literals []string
	// Path, if set, must match the path (forward slashes). A rule with a Path
	// and no Pattern is about the file itself.
	Path *Pattern
	// Structured: it has no pattern, but is found by reading files by their formats
	// (package detectors).
	Structured bool

	Entropy float64 // least Shannon entropy of the value, bits per character; 0: any
	Random  bool    // the value must look random: no placeholder, reference, UUID, file hash, word
	Chosen  bool    // or it looks like a password that a person chose, under a name that means one, if it has a name
	Check   string  // offline check of the value, one of package check's; "": none
	// Lenient: a value that fails the check is reported with less confidence
	// rather than dropped.
	Lenient bool
	Parts   []Part  // what belongs to it and must or may be near
	Allow   []Allow // what it never reports

	Source  string   // the vendor's page for the format
	Match   []string // samples that must match, as templates (see Expand)
	NoMatch []string // samples that must not
}

// The rules that are found by reading files by their formats (Rule.Structured).
const (
	ConfigPassword = "config-password"
	ConfigSecret   = "config-secret"
)

// Part is another value that a secret is of no use without, such as the id of
// a key: it is looked for near the match.
type Part struct {
	Name     string
	Pattern  *Pattern // the part is what ValueSpan gives
	Within   int      // lines before and after the match, at most WholeText
	Required bool     // no part, no match
}

// WholeText as a Part's Within looks in the whole text.
const WholeText = 1 << 20

// ValueSpan gives where the value lies in a match of the pattern, of which loc are
// the submatch indices: it is the group named "value", else the first group but
// "name" and "carrier" that matched any text, else the whole match.
func ValueSpan(pattern *Pattern, loc []int) (start, end int) {
	if i := pattern.Group("value"); i > 0 && loc[2*i] >= 0 {
		return loc[2*i], loc[2*i+1]
	}
	name, carrier := pattern.Group("name"), pattern.Group("carrier")
	for i := 1; i < len(loc)/2; i++ {
		if i != name && i != carrier && loc[2*i] < loc[2*i+1] {
			return loc[2*i], loc[2*i+1]
		}
	}
	return loc[0], loc[1]
}

// Allow names what is not reported. All conditions that are set must hold if
// All is true, else any of them suffices.
type Allow struct {
	Description string
	All         bool
	Rules       []string   // rule ids that it applies to, in order; none: every rule
	Paths       []*Pattern // the path
	Values      []*Pattern // the text that Target names
	Target      Target
	StopWords   []string // substrings of the value, in any case
	Commits     []string // commit ids, whole
}

// IsFor tells whether an Allow applies to a rule.
func (a *Allow) IsFor(rule string) bool {
	_, named := slices.BinarySearch(a.Rules, rule)
	return named || len(a.Rules) == 0
}

// HoldsAt tells whether a pending Allow holds at a place: one of which all other
// conditions hold already (All), or none does (any).
func (a *Allow) HoldsAt(path, commit string) bool {
	inPath := slices.ContainsFunc(a.Paths, func(p *Pattern) bool { return p.MatchString(path) })
	inCommit := commit != "" && slices.Contains(a.Commits, commit)
	if a.All {
		return (inPath || len(a.Paths) == 0) && (inCommit || len(a.Commits) == 0)
	}
	return inPath || inCommit
}

// Target is the text that an Allow's Values look at.
type Target string

const (
	TargetValue Target = ""      // the value
	TargetMatch Target = "match" // the whole match of the pattern
	TargetLine  Target = "line"  // the line that it stands on; of a long one, 4 KiB on either side
)

// Set is all rules of a scan.
type Set struct {
	Rules     []*Rule // ordered by id
	Providers []*Provider
	Verifies  []*Verify // ordered by their first rule
	Allow     []Allow   // for every rule, or those that each names
}

// Rule finds a rule by id.
func (s *Set) Rule(id string) (*Rule, bool) {
	i := slices.IndexFunc(s.Rules, func(r *Rule) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return s.Rules[i], true
}

// Provider finds a provider by id.
func (s *Set) Provider(id string) (*Provider, bool) {
	i := slices.IndexFunc(s.Providers, func(p *Provider) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return s.Providers[i], true
}
