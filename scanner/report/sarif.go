package report

import (
	"bufio"
	"cmp"
	"net/url"
	"path"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
)

// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
// Section numbers below are that document's.

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifRoot   = "%SRCROOT%" // the name that GitHub gives to the repository's top

	// sarifLocations is how many locations of a result GitHub takes; it refuses
	// a file with more:
	// https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
	sarifLocations = 1000
)

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool                `json:"tool"`
	Invocations []sarifInvocation        `json:"invocations"`
	ColumnKind  string                   `json:"columnKind"`
	Bases       map[string]sarifLocation `json:"originalUriBaseIds"`
	Results     []sarifResult            `json:"results"`
	Properties  map[string]any           `json:"properties"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID            string             `json:"id"`
	Short         sarifText          `json:"shortDescription"`
	Full          sarifText          `json:"fullDescription"`
	Help          sarifText          `json:"help"`
	HelpURI       string             `json:"helpUri,omitempty"`
	Configuration sarifConfiguration `json:"defaultConfiguration"`
	Properties    map[string]any     `json:"properties"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	RuleID              string             `json:"ruleId"`
	RuleIndex           int                `json:"ruleIndex"`
	Level               string             `json:"level"`
	Message             sarifText          `json:"message"`
	Locations           []sarifPlace       `json:"locations"`
	PartialFingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions        []sarifSuppression `json:"suppressions"`
	Properties          map[string]any     `json:"properties"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

type sarifPlace struct {
	Physical   sarifPhysical  `json:"physicalLocation"`
	Message    sarifText      `json:"message"`
	Properties map[string]any `json:"properties"`
}

type sarifPhysical struct {
	Artifact sarifLocation `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifLocation struct {
	URI         string     `json:"uri,omitempty"`
	Base        string     `json:"uriBaseId,omitempty"`
	Description *sarifText `json:"description,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"` // of the character after the last one
}

func writeSARIF(w *bufio.Writer, r *Report, _ Options) error {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name:           r.Tool.Name,
			Version:        r.Tool.Version,
			InformationURI: "https://github.com/secretsweep/secretsweep",
			Rules:          []sarifRule{},
		}},
		Invocations: []sarifInvocation{{Successful: r.Summary.Complete, Notifications: []sarifNotification{}}},
		ColumnKind:  "unicodeCodePoints",
		Bases:       map[string]sarifLocation{sarifRoot: {Description: &sarifText{"What was scanned."}}},
		Results:     []sarifResult{},
		Properties:  map[string]any{"summary": r.Summary},
	}
	invocation := &run.Invocations[0]
	for _, p := range r.Problems {
		invocation.Notifications = append(invocation.Notifications,
			sarifNotification{"error", sarifMessage("not scanned: " + p.What + ": " + p.Why)})
	}
	index := map[string]int{} // rule id to its place in the list
	for i := range r.Findings {
		f := &r.Findings[i]
		at, ok := index[f.Rule.ID]
		if !ok {
			at = len(run.Tool.Driver.Rules)
			index[f.Rule.ID] = at
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(f))
		}
		run.Results = append(run.Results, r.sarifResult(f, at))
	}
	return encode(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}}, "  ")
}

// sarifRuleOf describes a finding's rule. GitHub wants all three texts:
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
func sarifRuleOf(f *Finding) sarifRule {
	help := "Revoke it where it was issued: taking it out of the files does not undo the leak."
	if p := f.Provider; p != nil {
		for _, s := range []string{p.Rotate, link(p.Console)} {
			if s != "" {
				help += " " + s
			}
		}
	}
	rule := sarifRule{
		ID:            f.Rule.ID,
		Short:         sarifMessage(f.title()),
		Full:          sarifMessage(f.title() + ", which whoever can read the repository can use."),
		Help:          sarifMessage(help),
		Configuration: sarifConfiguration{sarifLevel(f.Severity)},
		Properties: map[string]any{
			"tags":              []string{"security", "secret"},
			"precision":         f.Confidence,
			"security-severity": sarifScore(f.Severity), // GitHub's: a number from 0 to 10, as a string
		},
	}
	if u, err := url.Parse(link(f.Rule.Source)); err == nil {
		rule.HelpURI = u.String()
	}
	return rule
}

func sarifLevel(s rules.Severity) string {
	switch s {
	case rules.Critical, rules.High:
		return "error"
	case rules.Medium:
		return "warning"
	}
	return "note"
}

func sarifScore(s rules.Severity) string {
	switch s {
	case rules.Critical:
		return "9.5"
	case rules.High:
		return "8.0"
	case rules.Medium:
		return "5.5"
	}
	return "2.0"
}

func (r *Report) sarifResult(f *Finding, rule int) sarifResult {
	message := f.title() + " " + f.Secret + ", " + f.state()
	for _, more := range []string{r.history(f), f.vault(), f.verdict()} {
		if more != "" {
			message += ", " + more
		}
	}
	result := sarifResult{
		RuleID:    f.Rule.ID,
		RuleIndex: rule,
		Level:     sarifLevel(f.Severity),
		Message:   sarifMessage(message),
		// The value alone decides what is the same: GitHub knows a result by the
		// first of these, and would else make it up from the line's text.
		PartialFingerprints: map[string]string{
			"primaryLocationLineHash": f.Fingerprint.String(),
			"secretValue/v1":          f.Fingerprint.String(),
		},
		Suppressions: []sarifSuppression{}, // empty says that it is not suppressed (3.27.23)
		Properties: map[string]any{
			"severity":   f.Severity,
			"confidence": f.Confidence,
			"status":     f.Status,
			"live":       f.Live,
			"secret":     f.Secret,
			"places":     len(f.Places),
		},
	}
	if len(f.Vault) > 0 {
		result.Properties["vault"] = f.Vault
	}
	if f.Answer != nil {
		result.Properties["answer"] = f.Answer
	}
	switch f.Status {
	case StatusKnown:
		result.Suppressions = append(result.Suppressions, sarifSuppression{"external", "accepted", "in the baseline"})
	case StatusLocal:
		result.Suppressions = append(result.Suppressions, sarifSuppression{"external", "accepted", "on this machine alone"})
	}
	// All of them: the value must go from each before it is gone (3.27.12).
	for i := range f.Places[:min(len(f.Places), sarifLocations)] {
		result.Locations = append(result.Locations, r.sarifPlace(&f.Places[i]))
	}
	return result
}

func (r *Report) sarifPlace(p *place.Place) sarifPlace {
	out := sarifPlace{
		Physical: sarifPhysical{Artifact: sarifArtifact(r.path(p))},
		Message:  sarifMessage(r.Where(p)),
		Properties: map[string]any{
			"kind": p.Kind, "head": p.Head, "index": p.Index, "worktree": p.WorkTree, "local": p.Local,
		},
	}
	if p.Member != "" {
		out.Properties["member"] = p.Member
	}
	if p.Layer != nil {
		out.Properties["layer"] = p.Layer
	}
	if p.Message != nil {
		out.Properties["message"] = p.Message
	}
	if p.Start.Line > 0 {
		region := &sarifRegion{StartLine: p.Start.Line, StartColumn: p.Start.Column}
		if p.End.Line >= p.Start.Line {
			region.EndLine = p.End.Line
		}
		if region.EndLine > 0 && p.End.Column > 0 {
			region.EndColumn = p.End.Column + 1
		}
		out.Physical.Region = region
	}
	for name, value := range map[string]string{"object": p.Object, "ref": p.Ref, "annotated": p.Annotated, "field": p.Field} {
		if value != "" {
			out.Properties[name] = value
		}
	}
	for name, v := range map[string]*place.Version{"commit": p.Commit, "lastCommit": p.Last} {
		if v != nil {
			out.Properties[name] = v
		}
	}
	return out
}

// sarifArtifact makes a path a reference: relative to the base, or a file
// address if the path is absolute.
func sarifArtifact(name string) sarifLocation {
	if path.IsAbs(name) {
		return sarifLocation{URI: (&url.URL{Scheme: "file", Path: path.Clean(name)}).String()}
	}
	return sarifLocation{URI: (&url.URL{Path: cmp.Or(path.Clean(name), ".")}).String(), Base: sarifRoot}
}

// sarifMessage makes a text stand for itself in a plain text message, where
// braces are placeholders (3.11.5) and brackets links (3.11.6).
func sarifMessage(s string) sarifText {
	return sarifText{strings.NewReplacer("{", "{{", "}", "}}", "[", `\[`, "]", `\]`).Replace(printable.Text(s))}
}
