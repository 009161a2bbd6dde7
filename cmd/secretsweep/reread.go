package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/archive"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
	"github.com/secretsweep/secretsweep/scanner/source/git"
	"github.com/secretsweep/secretsweep/tui"
)

// rereader reads again what lies around the values that a sweep found, and hides all values
// in it. One goroutine uses it.
type rereader struct {
	job    job      // as it swept
	within []string // the paths that were swept; nothing outside of them is read
	known  map[secret.Fingerprint]bool
	find   func([]byte) []secret.Occurrence
	texts  []*rereadText // the last ones, the latest first
}

// newRereader makes one for the paths of a sweep, from which the values are.
func newRereader(j *job, paths []string, values []secret.Value) *rereader {
	r := &rereader{job: *j, known: make(map[secret.Fingerprint]bool), find: secret.Finder(values)}
	for _, path := range paths {
		r.within = append(r.within, realPath(path))
	}
	for _, v := range values {
		r.known[v.Fingerprint()] = true
	}
	return r
}

// valuesOf gives the values of a plan, and of what belongs to them. A value stands in
// more than itself at times, such as a URL, of which the rest is worth reading.
func valuesOf(plan *importers.Plan) []secret.Value {
	var all []secret.Value
	for _, row := range plan.Rows {
		all = append(all, row.Value)
		whole := []secret.Value{}
		if f := row.Finding; f != nil {
			whole = append(whole, f.Carrier)
			for _, p := range f.Parts {
				all = append(all, p.Value)
			}
		}
		for i := range row.Items {
			whole = append(whole, row.Items[i].Value)
		}
		find := secret.Finder([]secret.Value{row.Value})
		for _, v := range whole {
			if len(find([]byte(v.Reveal()))) == 0 {
				all = append(all, v)
			}
		}
	}
	slices.SortFunc(all, func(a, b secret.Value) int { return a.Fingerprint().Compare(b.Fingerprint()) })
	return slices.CompactFunc(all, secret.Value.Equal)
}

// context gives the line that a place begins on, and as many around it. Those that the value
// is in are marked; if it isn't there any more, none is, and the first line, which has no
// number, says so.
func (r *rereader) context(ctx context.Context, p place.Place, around int) ([]tui.Line, error) {
	if p.Span == (place.Span{}) {
		return nil, fmt.Errorf("nothing says where in %s it is", scanner.NameOf(&p))
	}
	t, err := r.text(ctx, p)
	if err != nil {
		return nil, err
	}
	return t.lines(p, around), nil
}

// mostTexts and mostKept bound how many texts are kept for the next place, and how many
// bytes they have: many places are in one.
const mostTexts, mostKept = 8, 64 << 20

// text gives the text that a place is in.
func (r *rereader) text(ctx context.Context, p place.Place) (*rereadText, error) {
	for i, t := range r.texts {
		if t.key == p.Text() && scanner.Owns(&t.Chunk, p.Start) {
			r.texts = slices.Insert(slices.Delete(r.texts, i, i+1), 0, t)
			return t, nil
		}
	}
	c, err := r.read(ctx, p)
	if err != nil {
		return nil, err
	}
	t := r.hide(p.Text(), c)
	r.texts = slices.Insert(r.texts, 0, t)
	size := 0
	for i, t := range r.texts {
		if size += len(t.Data); i > 0 && size > mostKept || i == mostTexts {
			r.texts = slices.Delete(r.texts, i, len(r.texts))
			break
		}
	}
	return t, nil
}

// read reads the text that a place is in.
func (r *rereader) read(ctx context.Context, p place.Place) (detectors.Chunk, error) {
	if p.Kind == place.Ref { // its name is all there is, and values in it are hidden already
		text := []byte(p.Ref)
		return detectors.Chunk{Data: text, At: place.Place{Kind: p.Kind, Span: place.Span{Start: place.Position{Line: 1, Column: 1}}}, Whole: true, To: len(text)}, nil
	}
	var c detectors.Chunk
	s, err := r.source(p)
	if err == nil {
		c, err = scanner.Reread(ctx, s, p)
	}
	if err != nil && strings.Contains(p.Root+p.Name(), hidden) {
		return c, errors.New("a value is part of its name, by which it can't be found again")
	}
	return c, err
}

// source gives the source of a place's text, as narrow as there is one.
func (r *rereader) source(p place.Place) (scanner.Source, error) {
	if p.Kind == place.Stdin {
		return nil, errors.New("standard input can't be read again")
	}
	if !r.swept(p) {
		if p.Kind == place.Chat {
			return nil, errors.New("a workspace isn't asked again; the link leads to the message")
		}
		return nil, fmt.Errorf("%s is not in what was swept", scanner.NameOf(&p))
	}
	narrow := r.job
	narrow.source.Filter = scanner.Filter{}.Within(p.Path)
	narrow.source.MaxFileSize = 0
	packed := narrow.packed()
	packed.History, packed.Other, packed.Filter = true, nil, scanner.Filter{}
	file := filepath.Join(p.Root, filepath.FromSlash(p.Path))
	info, err := os.Stat(p.Root)
	switch {
	case p.Root == "": // a file by itself
		return archive.Unpacking(dir.Text(file, p), packed), nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read %s again: %w", scanner.NameOf(&p), scanner.ErrGone)
	case err != nil:
		return nil, fmt.Errorf("read %s again: %w", scanner.NameOf(&p), dir.Cause(err))
	}
	if export := narrow.export(p.Root); export != nil {
		return archive.Unpacking(export, packed), nil
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("read %s again: %w", scanner.NameOf(&p), scanner.ErrGone)
	}
	if archive.IsLayout(p.Root) && p.Object == "" {
		return archive.Layout(p.Root, packed), nil
	}
	s, err := git.Text(p)
	if _, none := errors.AsType[*git.NoRepositoryError](err); none && p.Object == "" {
		s, err = dir.Text(file, p), nil
	}
	if err != nil {
		return nil, err
	}
	return archive.Unpacking(s, packed), nil
}

// swept tells whether a place lies in what was swept. One that somebody else noted in the
// vault may lie anywhere.
func (r *rereader) swept(p place.Place) bool {
	at := filepath.Join(realPath(p.Root), filepath.FromSlash(p.Path))
	if p.Root == "" {
		at = realPath(filepath.FromSlash(p.Path))
	}
	return slices.ContainsFunc(r.within, func(path string) bool {
		rel, err := filepath.Rel(path, at)
		return err == nil && filepath.IsLocal(rel)
	})
}

// realPath is a path without links, as far as it leads somewhere.
func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return path
}
