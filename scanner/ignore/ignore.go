// Package ignore silences what someone has decided not to hear of: findings and
// places that an ignore file names.
//
// Our own file is [File]. A line of it is one of
//
//	v1:0123456789abcdef0123456789abcdef   the value with this fingerprint, wherever it is
//	path: docs/examples/**                all that lies at paths that match the glob
//	# a comment
//
// Globs are those of [scanner.Filter]. A comment may also follow a fingerprint.
// A line that is none of these is an error, and one that silences nothing is
// reported.
//
// The files of gitleaks are honoured too: [GitleaksFile] and its JSON report,
// which is its baseline. They name a place by commit, file and line and also a
// rule, which is not looked at, since our rules have other names. What they
// name more than there is isn't reported, because every line moves in time.
package ignore

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
)

// Names of ignore files, at the top of what is scanned.
const (
	File         = ".secretsweepignore"
	GitleaksFile = ".gitleaksignore"
)

// List is what one file silences. It is immutable, and safe for concurrent use.
type List struct {
	name   string                     // the file's
	rules  []rule                     // the lines of our own file
	values map[secret.Fingerprint]int // rule by value
	globs  []glob
	named  map[version][]lines // by gitleaks files
}

// rule is a line of our own file.
type rule struct {
	line int
	text string
}

// glob is a path: line.
type glob struct {
	scanner.Filter // which excludes what the glob matches
	rule           int
}

// version is the version of a file in which a gitleaks file names lines. Without a
// commit it is any.
type version struct{ commit, path string }

// lines is a range of them, both ends included.
type lines struct{ first, last int }

// Read reads a file in the format of [File]. Errors name file and line.
func Read(file string) (*List, error) { return read(file, parse) }

// ReadGitleaks reads a file in the format of [GitleaksFile]. Errors name file and
// line.
func ReadGitleaks(file string) (*List, error) { return read(file, parseGitleaks) }

// ReadGitleaksReport reads a JSON report of gitleaks, as its users give it as a
// baseline. Neither secrets nor matches in it are looked at, so it may be redacted.
func ReadGitleaksReport(file string) (*List, error) { return read(file, parseGitleaksReport) }

func read(file string, parse func(*List, []byte) error) (*List, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read ignore file: %w", err)
	}
	l := newList(filepath.Base(file))
	if err := parse(l, data); err != nil {
		return nil, fmt.Errorf("read ignore file: %s:%w", file, err)
	}
	return l, nil
}

func newList(name string) *List {
	return &List{name: name, values: make(map[secret.Fingerprint]int), named: make(map[version][]lines)}
}

// eachLine calls do with every line that is neither blank nor a comment, without
// the space around it. An error begins with the line's number.
func eachLine(data []byte, do func(number int, text string) error) error {
	number := 0
	for text := range strings.Lines(string(data)) {
		number++
		text = strings.TrimSpace(text)
		if number == 1 {
			text = strings.TrimPrefix(text, "\uFEFF")
		}
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if err := do(number, text); err != nil {
			return fmt.Errorf("%d: %w", number, err)
		}
	}
	return nil
}

// parse reads our own format.
func parse(l *List, data []byte) error {
	return eachLine(data, func(number int, text string) error {
		this := len(l.rules)
		if path, ok := strings.CutPrefix(text, "path:"); ok {
			if path = strings.TrimSpace(path); path == "" {
				return fmt.Errorf("%q: no glob", text)
			}
			filter, err := scanner.NewFilter(nil, []string{path})
			if err != nil {
				return err
			}
			l.globs = append(l.globs, glob{filter, this})
		} else {
			before, _, _ := strings.Cut(text, "#")
			value, err := secret.ParseFingerprint(strings.TrimSpace(before))
			if err != nil {
				return fmt.Errorf("%w; want a fingerprint, or path: and a glob", err)
			}
			if _, twice := l.values[value]; !twice { // the second silences nothing
				l.values[value] = this
			}
		}
		l.rules = append(l.rules, rule{number, text})
		return nil
	})
}

// silences tells which of the list's rules silence a value at a place. It tells
// them all, so that a rule counts as used even beside another one.
func (l *List) silences(value secret.Fingerprint, p *place.Place) []int {
	var by []int
	if rule, ok := l.values[value]; ok {
		by = append(by, rule)
	}
	for _, g := range l.globs {
		if p.Path != "" && !g.Admits(p.Path) {
			by = append(by, g.rule)
		}
	}
	return by
}

// names tells whether a gitleaks file names a line of a span at a place.
func (l *List) names(p *place.Place, span place.Span) bool {
	if p.Path == "" || len(l.named) == 0 {
		return false
	}
	commits := []string{""}
	if p.Commit != nil {
		commits = append(commits, p.Commit.ID)
	}
	for _, commit := range commits {
		// gitleaks gives paths from where it was called, or from the top.
		for _, file := range []string{p.Path, path.Join(filepath.ToSlash(p.Root), p.Path)} {
			if slices.ContainsFunc(l.named[version{commit, file}], func(at lines) bool {
				return at.first <= span.End.Line && span.Start.Line <= at.last
			}) {
				return true
			}
		}
	}
	return false
}

// Reason gives the line of the file, or else the file, that silences a value at a span
// of a place; "" if none does.
func (l *List) Reason(value secret.Fingerprint, p *place.Place, at place.Span) string {
	if by := l.silences(value, p); len(by) > 0 {
		r := l.rules[slices.Min(by)]
		return fmt.Sprintf("%s:%d: %s", l.name, r.line, r.text)
	}
	if l.names(p, at) {
		return l.name
	}
	return ""
}
