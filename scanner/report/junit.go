package report

import (
	"bufio"
	"encoding/xml"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/printable"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Name     string     `xml:"name,attr"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Errors   int        `xml:"errors,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
	Output   junitText   `xml:"system-out"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

type junitText struct {
	Text string `xml:",cdata"`
}

// writeJUnit writes a test suite: a failure for each new finding, a skipped test
// for each other one, an error for each problem, and a test that passes if there
// is none of these, because some readers take a suite without tests for a fault.
func writeJUnit(w *bufio.Writer, r *Report, _ Options) error {
	suite := junitSuite{Name: r.Tool.Name}
	for _, p := range r.Problems {
		suite.Errors++
		what := printable.Text(p.What)
		suite.Cases = append(suite.Cases, junitCase{Class: "scan", Name: "not scanned: " + what, Error: &junitOutcome{
			Message: printable.Text(p.Why), Text: "not scanned: " + what + ": " + printable.Text(p.Why),
		}})
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		// Readers drop a test that has the name of another, so the name holds
		// the fingerprint.
		c := junitCase{Class: printable.Text(f.Rule.ID), Name: f.title() + " " + f.Fingerprint.String()}
		if p := &f.Places[0]; p.Kind == place.File {
			c.File = printable.Text(r.path(p))
		}
		outcome := &junitOutcome{Message: f.title() + " " + printable.Text(f.Secret) + " (" + f.state() + ")", Type: string(f.Severity)}
		switch f.Status {
		case StatusNew:
			suite.Failures++
			lines := []string{f.identity()}
			for _, more := range []string{f.verdict(), f.vault(), r.history(f)} {
				if more != "" {
					lines = append(lines, more)
				}
			}
			for j := range f.Places {
				lines = append(lines, r.Where(&f.Places[j]))
			}
			outcome.Text = strings.Join(lines, "\n")
			c.Failure = outcome
		case StatusKnown:
			suite.Skipped++
			c.Skipped = &junitOutcome{Message: "known, in the baseline"}
		case StatusLocal:
			suite.Skipped++
			c.Skipped = &junitOutcome{Message: "on this machine alone"}
		}
		suite.Cases = append(suite.Cases, c)
	}
	if len(suite.Cases) == 0 {
		suite.Cases = append(suite.Cases, junitCase{Class: "scan", Name: "no leaks found"})
	}
	suite.Tests = len(suite.Cases)
	_, lines := verdict(r)
	suite.Output.Text = "scanned " + scanned(&r.Summary) + "\n" + strings.Join(lines, "\n")

	w.WriteString(xml.Header)
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{Name: suite.Name, Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Suite: suite}); err != nil {
		return err
	}
	return w.WriteByte('\n')
}
