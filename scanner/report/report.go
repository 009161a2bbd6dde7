// Package report writes what a scan found, in the formats that people, scripts
// and other tools read, and reads a saved JSON report back.
//
// A scan goes into a [Report], which is the JSON format (docs/report.md); every
// other format is made from it, and can be made from a saved one.
//
// A report holds no secret's text. The only way to one is [Options.Show], which
// masks unless showing was asked for; and where a value also stands in a path, a
// commit's title or any other text of the report, what Show makes of it stands
// there instead.
//
// A report holds no time of its own: the same input gives the same bytes.
//
// What was scanned is hostile text. Characters that a terminal might act on or
// that mislead the eye are written as escapes: by the format's own rules where
// it has some (JSON's \u001b reads back as what it was), else as Go writes them.
package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// Options are what a report needs to know besides the findings.
type Options struct {
	// Show gives what may be seen of a value; nil masks.
	Show func(secret.Value) string
	// Version is that of secretsweep; "" is written as "(devel)".
	Version string

	Color bool // text: use colours
	Width int  // text: columns of the terminal; 0: no terminal, lines are not wrapped
}

// format is a way to write a report. Its errors are those of the encoder; what
// the writer returns is kept by the bufio.Writer that it is.
type format struct {
	name  string
	write func(*bufio.Writer, *Report, Options) error
}

func formats() []format {
	return []format{
		{"text", writeText},
		{"json", writeReport},
		{"jsonl", writeLines},
		{"sarif", writeSARIF},
		{"csv", writeCSV},
		{"junit", writeJUnit},
		{"gitlab", writeGitLab},
		{"gitleaks", writeGitleaks},
	}
}

// Formats lists the names that [New] and [Report.Write] know.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

func formatNamed(name string) (format, error) {
	for _, f := range formats() {
		if f.name == name {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("report format %q: not one of %s", name, strings.Join(Formats(), ", "))
}

// New makes a sink that writes a report to w. It writes everything when it is
// Done and nothing before, so a scan that breaks off leaves no half report.
func New(name string, w io.Writer, o Options) (scanner.Sink, error) {
	f, err := formatNamed(name)
	if err != nil {
		return nil, err
	}
	return &sink{format: f, w: w, options: o, Collector: NewCollector(o)}, nil
}

// Write writes the report in the named format. Of the options it uses those of
// the text format; the others were settled when the report was made.
func (r *Report) Write(name string, w io.Writer, o Options) error {
	f, err := formatNamed(name)
	if err != nil {
		return err
	}
	return f.writeTo(w, r, o)
}

func (f format) writeTo(w io.Writer, r *Report, o Options) error {
	b := bufio.NewWriter(w)
	err := f.write(b, r, o)
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("write %s report: %w", f.name, err)
	}
	return nil
}

// sink writes the report that it collects.
type sink struct {
	format  format
	w       io.Writer
	options Options
	*Collector
}

var _ scanner.Sink = (*sink)(nil)

func (s *sink) Done(sum scanner.Summary) error {
	if err := s.Collector.Done(sum); err != nil {
		return err
	}
	return s.format.writeTo(s.w, s.Report(), s.options)
}
