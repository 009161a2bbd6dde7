package cleanup

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// document is a YAML text that is being changed, by lines of it that are cut out and
// lines that are put in between. It knows what a reader has to find in it afterwards.
type document struct {
	text    []byte
	entries []format.Entry // as they are in text
	splices []splice
	cut     map[int]bool // entries that leave
	added   [][]string   // what leads to what is new
	moved   []move
}

// splice puts lines in the place of lines.
type splice struct {
	from, to int
	text     string
}

// move says that elements of a list have other numbers.
type move struct {
	list  []string // the path of the list
	first int      // of its elements that are moved
	by    int
}

func newDocument(text []byte) *document {
	d := &document{text: text, cut: make(map[int]bool)}
	for e := range format.YAML(text) {
		e.Path = slices.Clone(e.Path)
		d.entries = append(d.entries, e)
	}
	return d
}

// clone gives a document that can be changed further without changing this one.
func (d *document) clone() *document {
	c := *d
	c.splices, c.added, c.moved = slices.Clone(d.splices), slices.Clone(d.added), slices.Clone(d.moved)
	c.cut = make(map[int]bool)
	for i := range d.cut {
		c.cut[i] = true
	}
	return &c
}

// errFlow refuses to take out what isn't in lines of its own.
var errFlow = errors.New("a variable doesn't stand in lines of its own")

// value gives what is assigned at a path.
func (d *document) value(path []string) (string, bool) {
	for _, e := range d.entries {
		if !e.Comment && slices.Equal(e.Path, path) {
			return e.Value, true
		}
	}
	return "", false
}

// has tells whether something is assigned at a path, or below it.
func (d *document) has(path []string) bool {
	return slices.ContainsFunc(d.entries, func(e format.Entry) bool { return !e.Comment && hasPrefix(e.Path, path) })
}

// names tells whether a value that stays, of an entry that is asked about, has one of some
// names in it.
func (d *document) names(names []string, asked func(path []string) bool) bool {
	for i := range d.entries {
		e := &d.entries[i]
		if e.Comment || d.cut[i] || !asked(e.Path) {
			continue
		}
		if mentions([]byte(e.Value), names) {
			return true
		}
	}
	return false
}

// errDiffer refuses a variable that has several values.
var errDiffer = errors.New("a variable of it has another value elsewhere, in whose place would be what is fetched")

// differ tells whether one of some variables has another value where that is asked about.
func (d *document) differ(vars []int, asked func(path []string) bool) bool {
	for _, i := range vars {
		v := &d.entries[i]
		if slices.ContainsFunc(d.entries, func(e format.Entry) bool {
			return !e.Comment && asked(e.Path) && slices.Contains(e.Path, v.Name()) && e.Value != v.Value
		}) {
			return true
		}
	}
	return false
}

// take cuts the lines of a mapping's entry out, and puts text in their place.
func (d *document) take(entry int, text string) error {
	e := &d.entries[entry]
	from, to := lineStart(d.text, e.Start), lineAfter(d.text, max(e.Start, e.End-1))
	if e.Style == format.Block {
		from = lineStart(d.text, from-1) // it begins in the line after its key's
	}
	key, rest, _ := strings.Cut(strings.TrimSpace(string(d.text[from:max(from, e.Start)])), ":")
	if strings.Trim(key, `"'`) != e.Name() || e.Style != format.Block && strings.Trim(rest, " \t\"'") != "" {
		return errFlow
	}
	if tail := strings.TrimSpace(string(d.text[max(e.Start, e.End):to])); strings.Trim(tail, `"'`) != "" && !isComment(strings.TrimLeft(tail, `"'`)) {
		return errFlow
	}
	if slices.ContainsFunc(d.splices, func(s splice) bool { return from < s.to && s.from < to }) {
		return errFlow
	}
	d.cut[entry] = true
	d.splices = append(d.splices, splice{from, to, text})
	return nil
}

// takes tells whether an entry can be cut out, and then the key of its mapping if that is
// empty.
func (d *document) takes(entry int) bool {
	return d.clone().take(entry, "") == nil && !strings.HasPrefix(strings.TrimSpace(d.lineAt(d.keyOf(entry))), "-")
}

func isComment(s string) bool { return strings.HasPrefix(strings.TrimLeft(s, " \t"), "#") }

// takeEmpty cuts out the line of the key that an entry's mapping is the value of, if
// nothing but comments is left of the mapping.
func (d *document) takeEmpty(entry int) error {
	head := d.keyOf(entry)
	indent := indentAt(d.text, head)
	for line := lineAfter(d.text, head); line < len(d.text); line = lineAfter(d.text, line) {
		if isBlank(d.lineAt(line)) {
			continue
		}
		if indentAt(d.text, line) <= indent {
			break
		}
		if !slices.ContainsFunc(d.splices, func(s splice) bool { return s.from <= line && line < s.to }) {
			return nil
		}
	}
	path := d.entries[entry].Path
	key, rest, _ := strings.Cut(strings.TrimSpace(d.lineAt(head)), ":")
	if key != path[len(path)-2] || strings.TrimSpace(rest) != "" && !isComment(rest) {
		return errFlow
	}
	d.splices = append(d.splices, splice{head, lineAfter(d.text, head), ""})
	return nil
}

// keyOf gives where the line begins of the key that an entry's mapping is the value of.
func (d *document) keyOf(entry int) int {
	at := lineStart(d.text, d.splicedFrom(entry))
	column := indentAt(d.text, at)
	for at > 0 {
		at = lineStart(d.text, at-1)
		if !isBlank(d.lineAt(at)) && indentAt(d.text, at) < column {
			break
		}
	}
	return at
}

// splicedFrom gives where the lines of an entry begin that were cut out.
func (d *document) splicedFrom(entry int) int {
	for _, s := range d.splices {
		if e := &d.entries[entry]; s.from <= e.Start && e.Start < s.to {
			return s.from
		}
	}
	return d.entries[entry].Start
}

func (d *document) lineAt(start int) string { return string(d.text[start:lineAfter(d.text, start)]) }

// isBlank tells whether a line says nothing.
func isBlank(line string) bool { return strings.TrimSpace(line) == "" || isComment(line) }

// indentAt gives the number of blanks that a line begins with.
func indentAt(text []byte, line int) int {
	return len(text[line:]) - len(bytes.TrimLeft(text[line:], " "))
}

// element gives the number of blanks before the "-" of a list's element, and where its
// lines begin and end. false if it isn't there in lines of its own.
func (d *document) element(list []string, number int) (indent, from, to int, ok bool) {
	path := append(slices.Clone(list), strconv.Itoa(number))
	i := slices.IndexFunc(d.entries, func(e format.Entry) bool { return !e.Comment && hasPrefix(e.Path, path) })
	if i < 0 {
		return 0, 0, 0, false
	}
	from = lineStart(d.text, d.entries[i].Start)
	for !strings.HasPrefix(strings.TrimLeft(d.lineAt(from), " "), "- ") {
		if from == 0 {
			return 0, 0, 0, false
		}
		from = lineStart(d.text, from-1)
	}
	indent = indentAt(d.text, from)
	to = lineAfter(d.text, from)
	for line := to; line < len(d.text); line = lineAfter(d.text, line) {
		if strings.TrimSpace(d.lineAt(line)) == "" {
			continue
		}
		if indentAt(d.text, line) <= indent {
			break
		}
		to = lineAfter(d.text, line)
	}
	return indent, from, to, true
}

// insert puts elements into a list, of which the first gets a number. The lines are
// indented as the list is.
func (d *document) insert(list []string, number, at, indent int, elements ...string) {
	var b strings.Builder
	if at > 0 && d.text[at-1] != '\n' {
		b.WriteString(lineEnd(d.text))
	}
	for i, element := range elements {
		b.WriteString(d.indented(element, indent))
		d.added = append(d.added, append(slices.Clone(list), strconv.Itoa(number+i)))
	}
	d.splices = append(d.splices, splice{at, at, b.String()})
	d.moved = append(d.moved, move{list, number, len(elements)})
}

// indented gives lines with blanks before them and the text's line ends.
func (d *document) indented(lines string, indent int) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		b.WriteString(strings.Repeat(" ", indent) + strings.TrimSuffix(line, "\n") + lineEnd(d.text))
	}
	return b.String()
}

// cuts tells whether a line of the text, counted from 1, is cut out.
func (d *document) cuts(line int) bool {
	at := 0
	for range line - 1 {
		at = lineAfter(d.text, at)
	}
	return slices.ContainsFunc(d.splices, func(s splice) bool { return s.from <= at && at < s.to })
}

// result gives the text as it is then, and refuses it if a reader doesn't find in it what
// is left of the entries and what is new.
func (d *document) result() ([]byte, error) {
	all := slices.Clone(d.splices)
	slices.SortStableFunc(all, func(a, b splice) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := 0
	for _, s := range all {
		if s.from < at {
			return nil, errUnsure
		}
		out = append(append(out, d.text[at:s.from]...), s.text...)
		at = s.to
	}
	out = append(out, d.text[at:]...)
	var want, got []format.Entry
	for i, e := range d.entries {
		if !d.cut[i] && !e.Comment {
			e.Path = d.pathNow(e.Path)
			want = append(want, e)
		}
	}
	for e := range format.YAML(out) {
		isNew := slices.ContainsFunc(d.added, func(path []string) bool { return hasPrefix(e.Path, path) })
		if !e.Comment && !isNew {
			e.Path = slices.Clone(e.Path)
			got = append(got, e)
		}
	}
	if !slices.EqualFunc(want, got, func(a, b format.Entry) bool {
		return slices.Equal(a.Path, b.Path) && a.Value == b.Value && a.Style == b.Style && a.Tag == b.Tag && a.Document == b.Document
	}) {
		return nil, errUnsure
	}
	return out, nil
}

// pathNow gives what leads to an entry once elements were put into lists.
func (d *document) pathNow(path []string) []string {
	path = slices.Clone(path)
	for _, m := range d.moved {
		if !hasPrefix(path, m.list) || len(path) == len(m.list) {
			continue
		}
		if n, err := strconv.Atoi(path[len(m.list)]); err == nil && n >= m.first {
			path[len(m.list)] = strconv.Itoa(n + m.by)
		}
	}
	return path
}

func hasPrefix(path, prefix []string) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}

// link is an anchor, an alias or a merge, outside of values.
var link = regexp.MustCompile(`(?m)(?:^|[\s\[{,:-])(?:[&*][A-Za-z0-9_]|<<[ \t]*:)`)

// linked tells whether the document may have anchors, aliases or merges.
func (d *document) linked() bool {
	var b []byte
	at := 0
	for _, e := range d.entries {
		if e.Start >= at {
			b = append(append(b, d.text[at:e.Start]...), 'v')
			at = e.End
		}
	}
	b = append(b, d.text[at:]...)
	for line := range strings.Lines(string(b)) {
		if !isComment(line) && link.MatchString(line) {
			return true
		}
	}
	return false
}
