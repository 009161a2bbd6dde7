package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
	"github.com/secretsweep/secretsweep/rules"
)

// GitLab's secret detection report, from its JSON schema:
// https://gitlab.com/gitlab-org/security-products/security-report-schemas

const gitlabVersion = "15.0.2"

// noTime stands where the schema wants to know when the scan began and ended,
// because the same input must give the same bytes.
const noTime = "1970-01-01T00:00:00"

// noCommit stands where the schema wants a commit and there is none; git itself
// writes it for what is not committed.
const noCommit = "0000000000000000000000000000000000000000"

type gitlabReport struct {
	Version         string                `json:"version"`
	Scan            gitlabScan            `json:"scan"`
	Vulnerabilities []gitlabVulnerability `json:"vulnerabilities"`
}

type gitlabScan struct {
	Analyzer  gitlabTool      `json:"analyzer"`
	Scanner   gitlabTool      `json:"scanner"`
	Type      string          `json:"type"`
	StartTime string          `json:"start_time"`
	EndTime   string          `json:"end_time"`
	Status    string          `json:"status"`
	Messages  []gitlabMessage `json:"messages"`
}

type gitlabTool struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Version string       `json:"version"`
	Vendor  gitlabVendor `json:"vendor"`
}

type gitlabVendor struct {
	Name string `json:"name"`
}

type gitlabMessage struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type gitlabVulnerability struct {
	ID          string             `json:"id"`
	Category    string             `json:"category"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Severity    string             `json:"severity"`
	Solution    string             `json:"solution,omitempty"`
	Extract     string             `json:"raw_source_code_extract"`
	Scanner     gitlabScanner      `json:"scanner"`
	Location    gitlabLocation     `json:"location"`
	Identifiers []gitlabIdentifier `json:"identifiers"`
	Links       []gitlabLink       `json:"links,omitempty"`
}

type gitlabScanner struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type gitlabLocation struct {
	File      string       `json:"file"`
	StartLine int          `json:"start_line,omitempty"`
	EndLine   int          `json:"end_line,omitempty"`
	Commit    gitlabCommit `json:"commit"`
}

type gitlabCommit struct {
	Author  string `json:"author,omitempty"`
	Date    string `json:"date,omitempty"`
	Message string `json:"message,omitempty"`
	SHA     string `json:"sha"`
}

type gitlabIdentifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type gitlabLink struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// writeGitLab writes one vulnerability for each place, the baseline's too: by
// comparing two reports GitLab tells for itself what is new, and takes what is
// missing for resolved.
func writeGitLab(w *bufio.Writer, r *Report, _ Options) error {
	tool := gitlabTool{ID: r.Tool.Name, Name: r.Tool.Name, Version: r.Tool.Version, Vendor: gitlabVendor{r.Tool.Name}}
	out := gitlabReport{
		Version: gitlabVersion,
		Scan: gitlabScan{
			Analyzer:  tool,
			Scanner:   tool,
			Type:      "secret_detection",
			StartTime: noTime,
			EndTime:   noTime,
			Status:    "success",
			Messages:  []gitlabMessage{},
		},
		Vulnerabilities: []gitlabVulnerability{},
	}
	if !r.Summary.Complete {
		out.Scan.Status = "failure"
	}
	for _, p := range r.Problems {
		out.Scan.Messages = append(out.Scan.Messages, gitlabMessage{"warn", "not scanned: " + printable.Text(p.What) + ": " + printable.Text(p.Why)})
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		v := r.vulnerability(f)
		for j := range f.Places {
			v.ID, v.Location = gitlabID(f, &f.Places[j]), r.gitlabLocation(&f.Places[j])
			out.Vulnerabilities = append(out.Vulnerabilities, v)
		}
	}
	return encode(w, out, "  ")
}

// vulnerability is what all places of a finding have in common.
func (r *Report) vulnerability(f *Finding) gitlabVulnerability {
	const maxName, maxSolution = 255, 7000 // the schema's limits
	more := ""
	if n := len(f.Places); n > 1 {
		more = fmt.Sprintf(" This is one of %d places where the secret lies.", n)
	}
	for _, text := range []string{f.vault(), f.verdict()} {
		if text != "" {
			more += " " + printable.Markdown(text) + "."
		}
	}
	v := gitlabVulnerability{
		Category: "secret_detection",
		Name:     clip(f.title(), maxName),
		Description: fmt.Sprintf("%s: `%s` (%s).%s Fingerprint: `%s`.",
			printable.Markdown(f.title()), printable.Code(f.Secret), f.state(), more, f.Fingerprint),
		Severity: gitlabSeverity(f.Severity),
		Extract:  f.Secret,
		Scanner:  gitlabScanner{r.Tool.Name, r.Tool.Name},
		Identifiers: []gitlabIdentifier{{
			Type:  r.Tool.Name + "_rule_id",
			Name:  r.Tool.Name + " rule " + f.Rule.ID,
			Value: f.Rule.ID,
			URL:   link(f.Rule.Source),
		}},
	}
	if f.Provider != nil {
		v.Solution = clip(printable.Lines(f.Provider.Rotate), maxSolution)
		if url := link(f.Provider.Console); url != "" {
			v.Links = append(v.Links, gitlabLink{"Where " + printable.Text(f.Provider.Name) + " manages it", url})
		}
	}
	return v
}

func (r *Report) gitlabLocation(p *place.Place) gitlabLocation {
	l := gitlabLocation{File: r.path(p), StartLine: p.Start.Line, EndLine: p.End.Line, Commit: gitlabCommit{SHA: noCommit}}
	if c := p.Commit; c != nil {
		l.Commit = gitlabCommit{Author: c.Name, Date: c.Date.Format(time.RFC3339), Message: c.Title, SHA: cmp.Or(c.ID, noCommit)}
	}
	return l
}

func gitlabSeverity(s rules.Severity) string {
	switch s {
	case rules.Critical:
		return "Critical"
	case rules.High:
		return "High"
	case rules.Medium:
		return "Medium"
	case rules.Low:
		return "Low"
	}
	return "Unknown"
}

// gitlabID makes an id in the form of a UUID (RFC 9562, version 8: one's own
// content) from what tells a value at a place from any other.
func gitlabID(f *Finding, p *place.Place) string {
	commit := ""
	if p.Commit != nil {
		commit = p.Commit.ID
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%s %q %q %q %d:%d %q %q %q %q", f.Fingerprint,
		p.Kind, p.Root, p.Path, p.Start.Line, p.Start.Column, commit, p.Object, p.Ref, p.Field))
	id := h[:16]
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
