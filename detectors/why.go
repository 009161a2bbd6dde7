package detectors

import (
	"fmt"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// because adds a reason for a match's confidence.
func (m *Match) because(reason string) {
	if m.Why != "" {
		m.Why += "; "
	}
	m.Why += reason
}

// lower takes one step off a match's confidence, for a reason.
func (m *Match) lower(because string) {
	m.Confidence = lower(m.Confidence)
	m.because("lowered, because " + because)
}

// why says what makes an entry a secret, and how sure that is.
func (r *reading) why(e *format.Entry, name, value string) string {
	look, _ := judge.Look(value, judge.Quoted(name, value))
	why := means(r.meaning(name), name) + "; the value " + look
	if r.role == keeps {
		why += "; the file is one of a client that keeps passwords"
	}
	if e.Comment {
		why += "; it stands in a comment"
	}
	return why
}

// means says what a name means.
func means(m judge.Meaning, name string) string {
	switch m {
	case judge.Password:
		return fmt.Sprintf("%q means a password", name)
	case judge.Key:
		return fmt.Sprintf("%q means a key or token", name)
	case judge.Public:
		return fmt.Sprintf("%q means something that is no secret itself", name)
	}
	return fmt.Sprintf("%q does not mean a secret", name)
}

// Passed is a value that a file assigns and that is not taken for a secret.
type Passed struct {
	Name       string
	Value      secret.Value
	Start, End int    // in the chunk's Data
	Why        string // it is none
}

// Passed gives the values that a chunk assigns, as far as its format is read, and that
// are not taken for secrets.
func (d *Rules) Passed(c *Chunk) []Passed {
	f := fileOf(c.paths())
	if d.configured.names == nil || c.Binary || !c.Whole || f.read == nil {
		return nil
	}
	var all []Passed
	r := newReading(d.configured, f, c.Data)
	for e := range r.entries() {
		before := len(r.found)
		r.take(&e)
		name := r.nameOf(&e)
		switch {
		case e.Start == e.End:
		case len(r.found) == before:
			all = append(all, Passed{name, secret.New(e.Value), e.Start, e.End, r.passes(&e, name)})
		case r.role == exemplifies:
			all = append(all, Passed{name, secret.New(e.Value), e.Start, e.End, "the path is that of an example or a test"})
		}
	}
	return all
}

// passes says why an entry is no secret.
func (r *reading) passes(e *format.Entry, name string) string {
	meaning := r.meaning(name)
	_, refers := judge.Refers(e.Value)
	switch {
	case isSealed(e):
		return "what leads to it says that it is encrypted"
	case isScript(e):
		return "it is a script, and assigns no secret"
	case meaning == judge.Nothing, meaning == judge.Public:
		return means(meaning, name)
	case e.Tag != "" && e.Tag != "!!str" && !refers:
		return "its type is " + e.Tag
	}
	look, like := judge.Look(e.Value, judge.Quoted(name, e.Value))
	if like {
		look += ", and an allow holds or no rule asks for it"
	}
	return means(meaning, name) + "; the value " + look
}
