package importers

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// maxItems is how many items a file may have.
const maxItems = 100_000

// list is the items of a file while that is read.
type list struct {
	path  string
	text  []byte
	items []listed
	err   error // the first
}

// listed is an item with what has yet to be made of it.
type listed struct {
	Item
	value      string
	start, end int
	scope      string // where its name has to be the only one, beside its environment
}

// reading makes what reads a format of what reads its documents and what takes items of
// one.
func reading(read func([]byte) ([]*node, error), take func(*list, *node)) func(string, []byte) ([]Item, error) {
	return func(path string, text []byte) ([]Item, error) {
		documents, err := read(text)
		if err != nil {
			return nil, err
		}
		l := &list{path: path, text: text}
		for _, n := range documents {
			take(l, n)
		}
		return l.done()
	}
}

// add adds an item whose value lies at n. A value that is empty is to be filled in by
// somebody.
func (l *list) add(item Item, value string, n *node) {
	l.put(listed{Item: item, value: value, start: n.start, end: n.end})
}

func (l *list) put(i listed) {
	fail := func(format string, args ...any) { l.fail(i.start, format, args...) }
	switch {
	case i.Name == "":
		fail("a value has no name")
	case strings.IndexByte(i.value, 0) >= 0 || !utf8.ValidString(i.value):
		fail("the value of %s is binary", i.Name)
	case strings.ContainsRune(i.value, utf8.RuneError) && !strings.ContainsRune(string(l.text[i.start:i.end]), utf8.RuneError):
		fail("the value of %s has half a character in it", i.Name)
	case len(l.items) == maxItems:
		fail("it has more than %d values", maxItems)
	default:
		l.items = append(l.items, i)
	}
}

// fail notes what is wrong at a byte of the text. The first fault counts.
func (l *list) fail(at int, format string, args ...any) {
	if l.err == nil {
		l.err = faultAt(l.text, at, format, args...)
	}
}

// done gives the items in the text's order.
func (l *list) done() ([]Item, error) {
	slices.SortStableFunc(l.items, func(a, b listed) int { return cmp.Compare(a.start, b.start) })
	seen := make(map[[4]string]string)
	at := position{text: l.text}
	var items []Item
	for _, i := range l.items {
		key := [4]string{i.scope, i.Env, i.Parent, i.Name}
		if earlier, ok := seen[key]; ok && earlier != i.value {
			l.fail(i.start, "%s is there twice, with different values", i.Name)
		}
		seen[key] = i.value
		i.Value = secret.New(i.value)
		i.At = place.Place{Kind: place.File, Path: strings.ReplaceAll(l.path, "\\", "/"), WorkTree: true, Span: at.span(i.start, i.end)}
		items = append(items, i.Item)
	}
	if l.err != nil {
		return nil, l.err
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("1: it has no value to import")
	}
	return items, nil
}

// position goes through a text, so that of all spans together it is counted once.
type position struct {
	text []byte
	at   int
	place.Position
}

// to goes on to a byte.
func (p *position) to(at int) place.Position {
	if p.Line == 0 || at < p.at {
		p.at, p.Position = 0, place.Position{Line: 1, Column: 1}
	}
	p.Position, p.at = p.After(p.text[p.at:at]), at
	return p.Position
}

// span gives where the bytes of a stretch lie; an empty one where it begins.
func (p *position) span(start, end int) place.Span {
	s := place.Span{Start: p.to(start)}
	s.End = s.Start
	if end > start {
		last := end - 1
		for last > start && !utf8.RuneStart(p.text[last]) {
			last--
		}
		s.End = s.Start.After(p.text[start:last])
	}
	return s
}

// faultAt says what is wrong at a byte of a text.
func faultAt(text []byte, at int, format string, args ...any) error {
	return fmt.Errorf("%d: "+format, append([]any{lineAt(text, at)}, args...)...)
}

// lineAt gives the line of a byte, which counts from 1.
func lineAt(text []byte, at int) int { return 1 + bytes.Count(text[:at], []byte("\n")) }

// isSetting tells that what stands among secrets is none: neither its name nor its value
// says that it is one. Of files that are nothing but lists of what programs are given all is
// wanted, whatever it looks like.
func isSetting(name, value string) bool {
	switch judge.NameOf(name) {
	case judge.Key, judge.Password:
		return false
	}
	const long = 200 // a key, a document, a certificate
	if len(value) > long || strings.ContainsRune(value, '\n') || holdsPassword.MatchString(value) {
		return false
	}
	_, secret := judge.Look(value, judge.Quoted(name, value))
	return !secret
}

// holdsPassword finds addresses and lists of settings with a password in them.
var holdsPassword = regexp.MustCompile(`(?i)://[^/@]*:[^/@]+@|\b(?:password|pwd)=|key=`)
