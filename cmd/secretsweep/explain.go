package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/report"
)

type explainOptions struct {
	reading
	baseline string
	report   string
}

func newExplain(sh shell) *cobra.Command {
	var o explainOptions
	cmd := &cobra.Command{
		Use:   "explain FINGERPRINT|FILE:LINE[:COLUMN]",
		Short: "Say why something was reported, or why not",
		Long: `Says why something was reported, or why not.

Of a line it tells what each value there is taken for, by which rule, how sure that
is and why, and what an ignore file, a baseline or a comment says of it; and of what
only looks like a secret, what kept it from being reported. The file is read as it
is now, as a scan of its repository reads it.

Of a fingerprint it tells all that is known: where the value lies, how to rotate it,
how it is reported and how to silence it. The current folder is scanned for that,
with its history, unless a report is given. Exit status 1 if it is not found.`,
		Example: `  secretsweep explain config/settings.yml:12
  secretsweep explain v1:0123456789abcdef0123456789abcdef
  secretsweep explain --report report.json v1:0123456789abcdef0123456789abcdef`,
		Args:       oneArgument,
		SuggestFor: []string{"why", "show", "inspect"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Lstat(args[0]); err != nil && strings.HasPrefix(args[0], "v1:") {
				return o.explainValue(cmd.Context(), sh, args[0])
			}
			if o.report != "" {
				return misuse("--report makes no sense with a line", "a report is asked for a fingerprint")
			}
			return o.explainLine(cmd.Context(), sh, args[0])
		},
	}
	o.reading.register(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.baseline, "baseline", "b", "", "leaks in this `file` are known (default .secretsweep-baseline.json where it exists)")
	f.StringVar(&o.report, "report", "", "look for the fingerprint in this JSON report, and scan nothing")
	return cmd
}

// lineOf is a line of a file, or one spot in it.
type lineOf struct {
	file         string
	line, column int // column 0: the whole line
}

// parseLine reads FILE:LINE or FILE:LINE:COLUMN. Names of files may have colons.
func parseLine(arg string) (lineOf, error) {
	file, last, ok := cutNumber(arg)
	if !ok {
		return lineOf{}, misuse(fmt.Sprintf("%q is neither a fingerprint nor a line of a file", arg), "write FILE:LINE, such as config.yml:12, or v1: and 32 digits")
	}
	at := lineOf{file: file, line: last}
	if before, line, ok := cutNumber(file); ok {
		if _, err := os.Stat(file); err != nil {
			at = lineOf{before, line, last}
		}
	}
	info, err := os.Stat(at.file)
	archive, _, inArchive := strings.Cut(at.file, "!/")
	switch {
	case err != nil && inArchive && checkPaths([]string{archive}) == nil:
		return at, misuse(fmt.Sprintf("%q lies in an archive", at.file), inArchives)
	case err != nil:
		return at, checkPaths([]string{at.file})
	case info.IsDir():
		return at, misuse(fmt.Sprintf("%q is a folder", at.file), `"secretsweep scan" takes folders`)
	}
	return at, nil
}

// cutNumber cuts a number from 1 off that stands after the last colon.
func cutNumber(s string) (before string, n int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 1 {
		return s, 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil && n > 0
}

// covers tells whether a span has a part of the line, or the very spot.
func (l lineOf) covers(s place.Span) bool {
	if l.column == 0 {
		return s.Start.Line <= l.line && l.line <= s.End.Line
	}
	at := place.Position{Line: l.line, Column: l.column}
	return !before(at, s.Start) && !before(s.End, at)
}

func (l lineOf) String() string {
	s := fmt.Sprintf("%s:%d", l.file, l.line)
	if l.column > 0 {
		s += fmt.Sprintf(":%d", l.column)
	}
	return s
}

// sheet is what is said of one thing after another: labels, and texts beside them.
type sheet struct{ bytes.Buffer }

// row adds a text, which may be empty, and breaks it where a terminal may end.
func (s *sheet) row(label, text string) {
	const column, width = 13, 80
	if text == "" {
		return
	}
	room := 0
	for i, word := range strings.Fields(text) {
		n := 1 + utf8.RuneCountInString(word)
		switch {
		case i == 0:
			fmt.Fprintf(s, "%-*s", column, label)
			room = width - column + 1
		case n > room:
			fmt.Fprintf(s, "\n%*s", column, "")
			room = width - column + 1
		default:
			s.WriteByte(' ')
		}
		s.WriteString(word)
		room -= n
	}
	s.WriteByte('\n')
}

// next begins with another thing.
func (s *sheet) next() {
	if s.Len() > 0 {
		s.WriteByte('\n')
	}
}

// sure says how sure a finding is, and why.
func sure(c rules.Confidence, why string) string {
	return string(c) + ": " + cmp.Or(why, "what the rule asks for is confidence enough")
}

// How what is found is reported.
const (
	newOutcome   = "yes, as a new leak"
	knownOutcome = "as known: it is in the baseline, and fails nothing"
	localOutcome = "as on this machine alone: where a baseline is in force, that fails nothing"
)

// outcome says how a finding is reported, or what keeps it from that.
func (s silencers) outcome(f scanner.Finding) (string, error) {
	var left findings
	if err := s.before(&left).Finding(f); err != nil {
		return "", err
	}
	if len(left.all) == 0 {
		return "no: " + s.reason(&f), nil
	}
	how := newOutcome
	switch {
	case left.all[0].Known:
		how = knownOutcome
	case left.all[0].Local:
		how = localOutcome
	}
	if n := len(f.Places) - len(left.all[0].Places); n > 0 {
		how += fmt.Sprintf("; but for %s: %s", report.Plural(n, "place"), s.reason(&f))
	}
	return how, nil
}

// reason tells what silences a finding, at the first of its places where something
// does, or else that it is not sure enough.
func (s silencers) reason(f *scanner.Finding) string {
	for i := range f.Places {
		p := &f.Places[i]
		for _, l := range s.lists {
			if why := l.Reason(f.Fingerprint, p, p.Span); why != "" {
				return why
			}
		}
	}
	return fmt.Sprintf("it is of %s confidence; --confidence %[1]s takes it in", f.Confidence)
}

// silence says how to keep a value from being reported.
func silence(f secret.Fingerprint) string {
	return f.String() + " in .secretsweepignore, or secretsweep:allow in the same line as the value"
}

// job is the scan whose result is explained.
func (o *explainOptions) job(path string) (*job, error) {
	source, err := o.options()
	return &job{paths: []string{path}, source: source, reading: o.reading, baseline: o.baseline, show: secret.Value.Mask, raw: true}, err
}
