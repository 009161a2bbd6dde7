package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// Version is the version of the JSON format. It rises when a field changes its
// meaning or goes away; a field that is added leaves it alone.
const Version = 1

// Report is a scan's result. Its JSON form is described in docs/report.md.
type Report struct {
	Version    int         `json:"version"`
	Tool       Tool        `json:"tool"`
	Problems   []Problem   `json:"problems"`
	Findings   []Finding   `json:"findings"`
	References []Reference `json:"references"`
	Summary    Summary     `json:"summary"`
}

// Tool is what made the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Problem is a part that was meant to be read and could not be.
type Problem struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Finding is one secret value, with every place where it lies.
type Finding struct {
	Fingerprint secret.Fingerprint `json:"fingerprint"`
	Status      Status             `json:"status"`
	Severity    rules.Severity     `json:"severity"`
	Confidence  rules.Confidence   `json:"confidence"`
	Why         string             `json:"why,omitempty"` // what made it that confidence; "" if the rule alone did
	Rule        Rule               `json:"rule"`
	Provider    *Provider          `json:"provider,omitempty"`
	Also        []string           `json:"also,omitempty"`        // ids of other rules that matched the value
	Secret      string             `json:"secret"`                // the value, as Options.Show shows it
	Carrier     string             `json:"carrier,omitempty"`     // what it is a part of, such as a URL, likewise
	Name        string             `json:"name,omitempty"`        // what it was assigned to
	Environment string             `json:"environment,omitempty"` // that it is for: prod, staging, dev or test
	Parts       []Part             `json:"parts,omitempty"`
	Vault       []Entry            `json:"vault,omitempty"`  // what it is in a vault, ordered by detectors.Entry.Compare
	Answer      *Answer            `json:"answer,omitempty"` // what its provider said of it, if somebody asked
	Live        bool               `json:"live"`             // some place is in the present
	Since       *time.Time         `json:"since,omitempty"`  // when the oldest commit brought it
	Places      []place.Place      `json:"places"`           // ordered by place.Compare
}

// Status says what a finding means for the exit status.
type Status string

const (
	StatusNew   Status = "new"   // makes it 1
	StatusKnown Status = "known" // in the baseline
	StatusLocal Status = "local" // a baseline is in force, and all places lie on this machine alone
)

// Rule is what found a value.
type Rule struct {
	ID          string `json:"id"`
	Description string `json:"description"`
	Source      string `json:"source,omitempty"` // the vendor's page for the format
}

// Provider is who issued a value.
type Provider struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Console     string `json:"console,omitempty"`      // where it is managed
	Rotate      string `json:"rotate,omitempty"`       // how to rotate it
	CadenceDays int    `json:"cadence_days,omitempty"` // how often to
}

// Part is a value that was found near and belongs to it.
type Part struct {
	Name   string `json:"name"`
	Secret string `json:"secret"` // as Options.Show shows it
}

// Entry is a version of a secret in a vault.
type Entry struct {
	Project string `json:"project"`
	Env     string `json:"environment"`
	Name    string `json:"name"`
	Version int    `json:"version"`
	State   string `json:"state,omitempty"` // of the version
}

// Answer is what a provider said when it was asked whether a value still works.
type Answer struct {
	Verdict scanner.Verdict `json:"verdict"`
	Why     string          `json:"why"`            // the mark by which it is known, or why nobody knows
	Host    string          `json:"host,omitempty"` // who was asked; "" if nobody was
}

// Reference is one secret that is kept elsewhere, with every place in the present that
// takes it from there. It is no leak.
type Reference struct {
	System string        `json:"system"` // who keeps it
	Name   string        `json:"name"`   // what it is called there
	Places []place.Place `json:"places"` // ordered by place.Compare
}

// Summary is what was scanned and what was not.
type Summary struct {
	Complete   bool                      `json:"complete"` // there is no problem
	Roots      []string                  `json:"roots"`
	Findings   int                       `json:"findings"`
	New        int                       `json:"new"`
	Known      int                       `json:"known"`
	Local      int                       `json:"local"`
	References int                       `json:"references"`
	Problems   int                       `json:"problems"`
	Counts     map[scanner.Counter]int64 `json:"counts"`
	LeftOut    []LeftOut                 `json:"left_out"`
	Silenced   []Silenced                `json:"silenced"`
	Unsure     map[rules.Confidence]int  `json:"unsure"`
	Stale      []secret.Fingerprint      `json:"stale"`
	Unused     []Unused                  `json:"unused"`
}

// LeftOut is what was not read, by choice.
type LeftOut struct {
	Reason scanner.Reason `json:"reason"`
	What   string         `json:"what,omitempty"`
	Count  int64          `json:"count"`
}

// Silenced is what was found and not reported.
type Silenced struct {
	By    string `json:"by"`
	Count int    `json:"count"`
}

// Unused is a line of an ignore file that silenced nothing.
type Unused struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

func writeReport(w *bufio.Writer, r *Report, _ Options) error { return encode(w, r, "  ") }

// Read reads a JSON report. It is strict about the version and about what the
// rest of the program relies on; fields that it does not know are passed over.
func Read(r io.Reader) (*Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	// The version decides how the rest is to be understood, so it comes first.
	var head struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	if head.Version == nil {
		return nil, errors.New("read report: no version: not a secretsweep JSON report")
	}
	if *head.Version != Version {
		return nil, fmt.Errorf("read report: version %d: only version %d can be read", *head.Version, Version)
	}
	rep := new(Report)
	if err := json.Unmarshal(data, rep); err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	for i := range rep.Findings {
		if err := rep.Findings[i].check(); err != nil {
			return nil, fmt.Errorf("read report: finding %d: %w", i+1, err)
		}
	}
	for i := range rep.References {
		if err := rep.References[i].check(); err != nil {
			return nil, fmt.Errorf("read report: reference %d: %w", i+1, err)
		}
	}
	return rep, nil
}

func (r *Reference) check() error {
	switch {
	case r.System == "":
		return errors.New("no system")
	case r.Name == "":
		return errors.New("no name")
	case len(r.Places) == 0:
		return errors.New("no place")
	}
	return nil
}

func (f *Finding) check() error {
	switch {
	case f.Fingerprint == secret.Fingerprint{}:
		return errors.New("no fingerprint")
	case !slices.Contains([]Status{StatusNew, StatusKnown, StatusLocal}, f.Status):
		return fmt.Errorf("unknown status %q", f.Status)
	case f.Severity == "":
		return errors.New("no severity")
	case f.Confidence == "":
		return errors.New("no confidence")
	case !slices.Contains(rules.Severities(), f.Severity):
		return fmt.Errorf("unknown severity %q", f.Severity)
	case !slices.Contains(rules.Confidences(), f.Confidence):
		return fmt.Errorf("unknown confidence %q", f.Confidence)
	case f.Rule.ID == "":
		return errors.New("no rule")
	case len(f.Places) == 0:
		return errors.New("no place")
	case f.Answer != nil && !slices.Contains(scanner.Verdicts(), f.Answer.Verdict):
		return fmt.Errorf("unknown verdict %q", f.Answer.Verdict)
	}
	return nil
}

// encode writes v as JSON and a line feed. Characters that are not printable
// become \u escapes: the JSON stays the same, and is harmless to look at.
func encode(w *bufio.Writer, v any, indent string) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(buf.Bytes()))
	return err
}
