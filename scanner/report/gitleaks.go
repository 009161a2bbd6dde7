package report

import (
	"bufio"
	"fmt"
	"time"
)

// gitleaksFinding has the fields of that tool's JSON report, in its order.
type gitleaksFinding struct {
	RuleID      string
	Description string
	StartLine   int
	EndLine     int
	StartColumn int
	EndColumn   int
	Match       string // the secret again: a report holds no line of the source
	Secret      string
	File        string
	SymlinkFile string // always empty: links are not followed
	Commit      string
	Entropy     float64 // always 0: it would be a hint to the value
	Author      string
	Email       string
	Date        string
	Message     string // the first line
	Tags        []string
	Fingerprint string // [commit:]file:rule:line
}

// writeGitleaks writes a gitleaks JSON array, one element for each place of the
// findings that are not in the baseline: that tool's reports leave those out too.
func writeGitleaks(w *bufio.Writer, r *Report, _ Options) error {
	out := []gitleaksFinding{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == StatusKnown {
			continue
		}
		for j := range f.Places {
			p := &f.Places[j]
			g := gitleaksFinding{
				RuleID:      f.Rule.ID,
				Description: f.Rule.Description,
				StartLine:   p.Start.Line,
				EndLine:     p.End.Line,
				StartColumn: p.Start.Column,
				EndColumn:   p.End.Column,
				Match:       f.Secret,
				Secret:      f.Secret,
				File:        r.path(p),
				Tags:        []string{},
			}
			for _, tag := range []string{f.vault(), f.verdict()} {
				if tag != "" {
					g.Tags = append(g.Tags, tag)
				}
			}
			g.Fingerprint = fmt.Sprintf("%s:%s:%d", g.File, g.RuleID, g.StartLine)
			if c := p.Commit; c != nil {
				g.Commit, g.Author, g.Email, g.Message = c.ID, c.Name, c.Email, c.Title
				g.Date = c.Date.Format(time.RFC3339)
				g.Fingerprint = c.ID + ":" + g.Fingerprint
			}
			out = append(out, g)
		}
	}
	return encode(w, out, " ")
}
