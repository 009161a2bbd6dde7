package importers

import (
	"bytes"
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
)

// leak is what a report of another scanner says of a value at a place.
type leak struct {
	rule, about string
	at          place.Place
	candidate   // what stands there now; its value alone if that couldn't be read
}

// report is the leaks of a report while that is read.
type report struct {
	*rereader
	text    []byte
	leaks   []leak
	missing missing
	err     error
}

// readingReport is [reading] for reports, which are in JSON.
func readingReport(take func(*report, *node)) func(string, []byte) ([]Item, error) {
	return func(path string, text []byte) ([]Item, error) {
		documents, err := readJSON(text)
		if err != nil {
			return nil, err
		}
		r := &report{rereader: newRereader(path), text: text}
		defer r.close()
		for _, n := range documents {
			take(r, n)
		}
		return r.done()
	}
}

func (r *report) fail(at int, format string, args ...any) {
	if r.err == nil {
		r.err = faultAt(r.text, at, format, args...)
	}
}

// take takes a leak of which the report has the value, or else what fits to it at its
// place. n is where the report says so.
func (r *report) take(n *node, l leak, known bool, fits func(*candidate) bool) {
	if len(r.leaks) == maxItems {
		r.fail(n.start, "it has more than %d values", maxItems)
		return
	}
	l.at.Kind = place.File
	l.at.Path = path.Clean(strings.ReplaceAll(l.at.Path, "\\", "/"))
	l.at.End = l.at.Start
	if known {
		value := l.value
		fits = func(c *candidate) bool { return c.value == value }
	}
	found, file, err := r.find(l.at.Path, l.at.Start.Line, fits)
	switch {
	case err == nil:
		l.candidate = found
		l.at.Span, l.at.WorkTree = file.span(l.at.Start.Line, found.start, found.end), true
	case !known:
		if r.missing.line == 0 {
			r.missing.line = lineAt(r.text, n.start)
		}
		r.missing.add(l.at.Path, l.at.Start.Line, err)
		return
	case l.at.Commit == nil:
		l.at.WorkTree = true
	default: // it may have moved
		if file, err := r.file(l.at.Path); err == nil {
			l.at.WorkTree = bytes.Contains(file.text, []byte(l.value))
		}
	}
	r.leaks = append(r.leaks, l)
}

// done gives an item for each leak, and one finding for all of one value.
func (r *report) done() ([]Item, error) {
	if r.err != nil {
		return nil, r.err
	}
	if err := r.missing.err(); err != nil {
		return nil, err
	}
	if len(r.leaks) == 0 {
		return nil, faultAt(r.text, 0, "it has no leak")
	}
	findings := make(map[secret.Fingerprint]*scanner.Finding)
	var items []Item
	for _, l := range r.leaks {
		value := secret.New(l.value)
		carrier := secret.New(cmp.Or(l.carrier, l.value))
		key := value.Fingerprint()
		f := findings[key]
		if f == nil {
			f = &scanner.Finding{
				Rule:     &rules.Rule{ID: l.rule, Description: l.about},
				Severity: rules.Medium, Confidence: rules.Likely,
				Value: value, Carrier: carrier, Fingerprint: key, Name: l.name,
			}
			findings[key] = f
		}
		i, there := slices.BinarySearchFunc(f.Places, l.at, place.Compare)
		if !there {
			f.Places = slices.Insert(f.Places, i, l.at)
			f.Namings = slices.Insert(f.Namings, i, scanner.Naming{Name: l.name, Parent: l.parent, Carrier: carrier})
		}
		items = append(items, Item{Name: l.name, Parent: l.parent, Value: carrier, Finding: f, At: l.at})
	}
	return items, nil
}

// lineOf gives the number of a line that a report names.
func lineOf(n *node) int {
	line, err := strconv.Atoi(n.text())
	if err != nil || line < 0 {
		return 0
	}
	return line
}

// idOf makes a rule's id of what a scanner calls a kind of secret.
func idOf(name string) string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, func(c rune) bool { return !isNameRune(c) }), "-"))
}
