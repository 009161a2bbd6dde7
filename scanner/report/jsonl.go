package report

import "bufio"

// writeLines writes an object a line, which "type" tells apart: every problem,
// every finding, every reference, and last the summary, which also holds the report's own fields.
// A file that does not end in a summary was cut off.
func writeLines(w *bufio.Writer, r *Report, _ Options) error {
	for _, p := range r.Problems {
		err := encode(w, struct {
			Type string `json:"type"`
			Problem
		}{"problem", p}, "")
		if err != nil {
			return err
		}
	}
	for _, f := range r.Findings {
		err := encode(w, struct {
			Type string `json:"type"`
			Finding
		}{"finding", f}, "")
		if err != nil {
			return err
		}
	}
	for _, f := range r.References {
		err := encode(w, struct {
			Type string `json:"type"`
			Reference
		}{"reference", f}, "")
		if err != nil {
			return err
		}
	}
	return encode(w, struct {
		Type    string `json:"type"`
		Version int    `json:"version"`
		Tool    Tool   `json:"tool"`
		Summary
	}{"summary", r.Version, r.Tool, r.Summary}, "")
}
