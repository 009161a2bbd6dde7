package importers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/place"
)

// rereader reads again the lines that reports name: of files in the report's folder or in
// the working directory, and of no others.
type rereader struct {
	roots []*os.Root
	files map[string]*lined
	kept  int // bytes of files
}

// lined is a file's text with what stands in its lines.
type lined struct {
	text     []byte
	starts   []int
	assigned map[int][]candidate // by line, from 0
}

// candidate is a text that may be a value, with the name that it is assigned to.
type candidate struct {
	name, parent string
	value        string
	carrier      string // the address that it is a part of; "" for none
	start, end   int    // in the file
	whole        bool   // all that is assigned
}

const (
	maxReread = 16 << 20 // bytes of a file
	maxKept   = 64 << 20 // bytes of files at a time
	maxLine   = 64 << 10 // bytes of a line; a longer one says nothing
)

func newRereader(report string) *rereader {
	r := &rereader{files: make(map[string]*lined)}
	for _, folder := range []string{filepath.Dir(report), "."} {
		if root, err := os.OpenRoot(folder); err == nil {
			r.roots = append(r.roots, root)
		}
	}
	return r
}

func (r *rereader) close() {
	for _, root := range r.roots {
		root.Close()
	}
}

// file reads a file.
func (r *rereader) file(name string) (*lined, error) {
	if f := r.files[name]; f != nil {
		return f, nil
	}
	fault := errMissing
	for _, root := range r.roots {
		text, err := readIn(root, filepath.FromSlash(name))
		if err == nil {
			f := newLined(text)
			if r.kept += len(text); r.kept > maxKept {
				clear(r.files)
				r.kept = len(text)
			}
			r.files[name] = f
			return f, nil
		}
		if fault == errMissing {
			fault = err
		}
	}
	return nil, fault
}

var (
	errMissing = errors.New("there is no such file")
	errOutside = errors.New("it lies outside of the report's folder and of this one")
	errUnread  = errors.New("it can't be read")
)

func readIn(root *os.Root, name string) ([]byte, error) {
	if filepath.IsAbs(name) {
		within, err := filepath.Abs(root.Name())
		if err != nil {
			return nil, err
		}
		if name, err = filepath.Rel(within, name); err != nil {
			return nil, errOutside
		}
	}
	if !filepath.IsLocal(name) {
		return nil, errOutside
	}
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errMissing
	case err != nil:
		return nil, errUnread
	case !info.Mode().IsRegular() || info.Size() > maxReread:
		return nil, errors.New("it is no file, or a large one")
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, errUnread
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxReread))
}

func newLined(text []byte) *lined {
	f := &lined{text: text, starts: []int{0}, assigned: make(map[int][]candidate)}
	for i, c := range text {
		if c == '\n' {
			f.starts = append(f.starts, i+1)
		}
	}
	readers := []format.Reader{
		format.Dotenv, format.YAML, format.JSON, format.TOML, format.INI, format.Properties, format.XML,
		format.HCL, format.Dockerfile, format.Shell, format.Source,
	}
	for _, read := range readers {
		line := 0
		for e := range read(text) {
			for line > 0 && f.starts[line] > e.Start {
				line--
			}
			for line+1 < len(f.starts) && f.starts[line+1] <= e.Start {
				line++
			}
			c := candidate{name: strings.Clone(e.Name()), value: e.Value, start: e.Start, end: e.End, whole: true}
			if len(e.Path) > 1 {
				c.parent = strings.Clone(e.Path[len(e.Path)-2])
			}
			f.assigned[line] = append(f.assigned[line], c)
		}
	}
	return f
}

var (
	inQuotes  = regexp.MustCompile("\"[^\"]*\"|'[^']*'|`[^`]*`")
	inAddress = regexp.MustCompile(`://[^/@\s:]*:([^@\s]+)@`)
)

// candidates gives what may be a value in a line, which counts from 1: what it assigns,
// what is in quotes, the password of an address, and each word.
func (f *lined) candidates(line int) []candidate {
	if line < 1 || line > len(f.starts) {
		return nil
	}
	from, to := f.starts[line-1], len(f.text)
	if line < len(f.starts) {
		to = f.starts[line] - 1
	}
	if to-from > maxLine {
		return nil
	}
	all, text := f.assigned[line-1], f.text[from:to]
	add := func(start, end int) {
		if end > start {
			all = append(all, candidate{value: string(text[start:end]), start: from + start, end: from + end})
		}
	}
	for _, m := range inQuotes.FindAllIndex(text, -1) {
		add(m[0]+1, m[1]-1)
	}
	for _, m := range inAddress.FindAllSubmatchIndex(text, -1) {
		add(m[2], m[3])
	}
	const aroundWord = "\"'`,;:=()[]{}<>"
	at := 0
	for _, word := range bytes.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t\r=,;", c) }) {
		at += bytes.Index(text[at:], word)
		trimmed := bytes.TrimLeft(word, aroundWord)
		start := at + len(word) - len(trimmed)
		add(start, start+len(bytes.TrimRight(trimmed, aroundWord)))
		at += len(word)
	}
	return all
}

// span gives where the bytes of a stretch lie that begins in a line.
func (f *lined) span(line, start, end int) place.Span {
	at := position{text: f.text, at: f.starts[line-1], Position: place.Position{Line: line, Column: 1}}
	return at.span(start, end)
}

// find gives the value of a place. Of what may be one, all that fit have to be the same.
func (r *rereader) find(file string, line int, fits func(*candidate) bool) (candidate, *lined, error) {
	f, err := r.file(file)
	if err != nil {
		return candidate{}, nil, err
	}
	var found candidate
	for _, c := range f.candidates(line) {
		switch {
		case c.value == "" || !fits(&c):
		case found.value == "":
			found = c
		case found.value != c.value:
			return candidate{}, nil, errors.New("several texts in the line could be it")
		case found.name == "":
			found = c
		}
	}
	if found.value == "" {
		return candidate{}, nil, errors.New("nothing in the line can be it")
	}
	for _, c := range f.candidates(line) { // the address that it is a part of
		if c.whole && c.start < found.start && c.end > found.end && strings.Contains(c.value, "://") && strings.Contains(c.value, found.value) {
			found.name, found.parent, found.carrier = c.name, c.parent, c.value
			break
		}
	}
	return found, f, nil
}

// mask is what a report shows of a value that it hides: how it begins and ends.
type mask struct{ begin, end string }

// maskOf tells whether a text is a mask.
func maskOf(text string) (mask, bool) {
	switch text {
	case "", "REDACTED", "[redacted]":
		return mask{}, true
	}
	const stars = "***"
	if first, last := strings.Index(text, stars), strings.LastIndex(text, stars); first >= 0 {
		return mask{strings.TrimRight(text[:first], "*"), strings.TrimLeft(text[last:], "*")}, true
	}
	if before, after, ok := strings.Cut(text, "…"); ok {
		return mask{before, after}, true
	}
	if before, ok := strings.CutSuffix(text, "..."); ok {
		return mask{begin: before}, true
	}
	return mask{}, false
}

// fits tells whether a mask may be that of a value.
func (m mask) fits(value string) bool {
	return len(value) > len(m.begin)+len(m.end) && strings.HasPrefix(value, m.begin) && strings.HasSuffix(value, m.end)
}

// missing gathers the places whose values can't be had.
type missing struct {
	line  int // in the report, of the first
	lines []string
	more  int
}

func (m *missing) add(file string, at int, err error) {
	const most = 20
	if len(m.lines) == most {
		m.more++
		return
	}
	m.lines = append(m.lines, fmt.Sprintf("%s:%d: %v", file, at, err))
}

func (m *missing) err() error {
	if len(m.lines) == 0 {
		return nil
	}
	text := strings.Join(m.lines, "\n\t")
	if m.more > 0 {
		text += fmt.Sprintf("\n\tand %d more", m.more)
	}
	return fmt.Errorf("%d: the report doesn't have these values, and they can't be read where they were found:\n\t%s", m.line, text)
}
