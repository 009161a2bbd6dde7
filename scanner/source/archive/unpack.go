package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// Options say what to unpack.
type Options struct {
	History     bool // archives that only git history has, too
	Filter      scanner.Filter
	MaxFileSize int64 // of a member, in bytes; 0: no limit
	AllFiles    bool  // leave nothing out by policy
	Limits      Limits

	// Other gives the source of a ZIP on disk that is more than an archive of files; nil
	// where it is none. Nil: all are archives.
	Other func(file string) scanner.Source
}

// Unpacking makes the source of what another one gives, with what is packed in it. So
// are the sources that the other one comes upon.
func Unpacking(s scanner.Source, o Options) scanner.Source {
	o.Limits = o.Limits.orDefault()
	return &source{s, o}
}

type source struct {
	inner   scanner.Source
	options Options
}

func (s *source) Sweep(ctx context.Context, v scanner.Visitor) error {
	return s.inner.Sweep(ctx, &visitor{v, ctx, s.options})
}

// Locate asks for each value of an archive once, and gives every place of the archive for
// each member that has it.
func (s *source) Locate(ctx context.Context, hits []scanner.Hit, found func(int, place.Place)) error {
	type text struct {
		at    string
		value secret.Fingerprint
	}
	var outer []scanner.Hit
	var members [][]int // hits, by those of outer
	known := map[text]int{}
	for i, h := range hits {
		if h.At.Member != "" {
			h.At.Member, h.At.Layer, h.At.Field, h.At.Span, h.At.Also = "", nil, "", place.Span{}, nil
		}
		key := text{h.At.Text(), h.Value}
		n, ok := known[key]
		if !ok {
			n = len(outer)
			known[key] = n
			outer, members = append(outer, h), append(members, nil)
		}
		members[n] = append(members[n], i)
	}
	return s.inner.Locate(ctx, outer, func(n int, p place.Place) {
		for _, i := range members[n] {
			at, in := p, hits[i].At
			if in.Member != "" {
				at.Member, at.Layer, at.Field, at.Span, at.Also = in.Member, in.Layer, in.Field, in.Span, in.Also
			}
			found(i, at)
		}
	})
}

// visitor unpacks what a source gives, and passes on the rest.
type visitor struct {
	scanner.Visitor
	ctx     context.Context
	options Options
}

func (v *visitor) Source(path string, s scanner.Source) {
	v.Visitor.Source(path, &source{s, v.options})
}

func (v *visitor) Unpack(p scanner.PackedText) bool {
	k, open := kindOf(p.Head)
	inHistory := !p.At.WorkTree && p.At.Kind != place.Stdin
	switch {
	case k == none:
		return false
	case inHistory && !v.options.History && k == tarred:
		return false // there is text in it as it is
	case inHistory && !v.options.History:
		v.LeftOut(scanner.LeftOut{Reason: scanner.Archived, What: scanner.NameOf(&p.At)})
		return true
	}
	if k == zipped && p.At.Kind == place.File && p.At.WorkTree && v.options.Other != nil {
		file := filepath.Join(p.At.Root, filepath.FromSlash(p.At.Path))
		if s := v.options.Other(file); s != nil {
			v.Source(file, s)
			return true
		}
	}
	b := &budget{Limits: v.options.Limits}
	if p.ReaderAt != nil {
		b.packed = p.Size
	}
	p.Reader = &packedReader{ctx: v.ctx, r: p.Reader, budget: b}
	u := &unpacker{Visitor: v.Visitor, ctx: v.ctx, options: v.options, budget: b}
	u.finish(scanner.NameOf(&p.At), u.unpack(k, open, p))
	return true
}

// unpacker is the visitor of what lies in one archive: it unpacks further ones there, one
// after the other, and these share its budget.
type unpacker struct {
	scanner.Visitor // takes what isn't packed
	ctx             context.Context
	options         Options
	budget          *budget
	depth           int   // of archives around this one
	failed          error // why it is given up, with all that is around it
}

func (u *unpacker) Unpack(p scanner.PackedText) bool {
	k, open := kindOf(p.Head)
	if k == none {
		return false
	}
	inner := *u
	inner.depth++
	if inner.depth == u.options.Limits.Depth {
		u.problem(&p.Chunk, fmt.Errorf("an archive within %d others, which was not unpacked", inner.depth))
		return true
	}
	err := inner.unpack(k, open, p)
	if errors.Is(err, errLimit) || u.ctx.Err() != nil {
		u.failed = err
		return true
	}
	if err != nil {
		u.problem(&p.Chunk, err)
	}
	return true
}

func (u *unpacker) unpack(k kind, open decompressor, p scanner.PackedText) error {
	switch k {
	case zipped:
		return u.zip(p)
	case tarred:
		return u.tar(&p.Chunk, p.Reader, p.ReaderAt, p.Size)
	}
	return u.compressed(open, p)
}

// finish tells what there is to tell of an archive as a whole: why it was given up, if it
// was, and how many problems were not told.
func (u *unpacker) finish(what string, err error) {
	if err != nil && u.ctx.Err() == nil {
		u.Visitor.Problem(scanner.Problem{What: what, Err: err})
	}
	if more := u.budget.problems - mostProblems; more > 0 {
		u.Visitor.Problem(scanner.Problem{What: what, Err: fmt.Errorf("%d more problems", more)})
	}
	u.Count(scanner.Members, int64(u.budget.members))
}

// problem tells the first problems of an archive, and counts the others.
func (u *unpacker) problem(c *detectors.Chunk, err error) {
	if u.budget.problems++; u.budget.problems <= mostProblems {
		u.Visitor.Problem(scanner.Problem{What: scanner.NameOf(&c.At), Err: err})
	}
}

// mostProblems bounds how many of an archive's problems are told one by one: each of a
// million files may be encrypted.
const mostProblems = 100

// member gives one of an archive's files: its name there, how long it is said to be (-1:
// nothing is said) and what it holds. An error is ctx's, or ends the archive.
func (u *unpacker) member(archive *detectors.Chunk, name string, size int64, r io.Reader) error {
	if err := u.ctx.Err(); err != nil {
		return err
	}
	if err := u.budget.member(); err != nil {
		return err
	}
	name, inside := cleanName(name)
	if len(name) > mostName {
		c := within(archive, shortened(name))
		u.problem(&c, fmt.Errorf("its name has more than %d bytes", mostName))
		return nil
	}
	c := within(archive, name)
	what := scanner.NameOf(&c.At)
	switch {
	case !inside:
		u.problem(&c, errors.New("its name leads out of the archive"))
		return nil
	case u.options.Filter.Excludes(c.At.Name()):
		u.LeftOut(scanner.LeftOut{Reason: scanner.Filtered, What: what})
		return nil
	case !u.options.AllFiles && dir.InDependency(name):
		u.LeftOut(scanner.LeftOut{Reason: scanner.Dependency, What: what})
		return nil
	}
	if u.budget.members%progressStep == 0 {
		u.Progress(scanner.NameOf(&archive.At), int64(u.budget.members), 0)
	}
	return u.feed(c, r, size)
}

// special leaves out what an archive has that is no file.
func (u *unpacker) special(archive *detectors.Chunk, name string) error {
	c := within(archive, shortened(name))
	u.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: scanner.NameOf(&c.At)})
	return u.budget.member()
}

// feed gives a text. An error is ctx's, or ends the archive.
func (u *unpacker) feed(c detectors.Chunk, r io.Reader, size int64) error {
	if u.options.MaxFileSize > 0 && size > u.options.MaxFileSize {
		u.LeftOut(scanner.LeftOut{Reason: scanner.TooLarge, What: scanner.NameOf(&c.At)})
		return nil
	}
	err := scanner.Feed(u.ctx, u, c, u.metered(r), size)
	switch {
	case u.failed != nil:
		return u.failed
	case errors.Is(err, errLimit), u.ctx.Err() != nil:
		return err
	case err != nil:
		u.problem(&c, err)
	}
	return nil
}

// progressStep is how many members go by between two words of progress.
const progressStep = 1000

// within is the chunk of an archive's member, without its text. Nothing that texts tell
// each other holds of it.
func within(archive *detectors.Chunk, name string) detectors.Chunk {
	c := detectors.Chunk{At: archive.At}
	c.At.Span, c.At.Also = place.Span{}, nil
	if c.At.Member != "" {
		c.At.Member += "!/"
	}
	c.At.Member += name
	for _, outer := range archive.Names[:min(len(archive.Names), mostNames)] {
		c.Names = append(c.Names, outer+"!/"+name)
	}
	if len(c.Names) == 0 {
		c.Names = []string{name}
	}
	return c
}

// mostName is how long a member's name may be: as long as a path on Linux. Each place in
// the member holds it.
const mostName = 4096

// shortened is a member's name, or as much of one that is too long as tells which it is.
func shortened(name string) string {
	if len(name) > mostName {
		return name[:100] + "…"
	}
	return name
}

// mostNames bounds the names of a member: an archive in git may have had hundreds.
const mostNames = 8

// cleanName gives a member's path, and tells whether it stays inside. Programs for
// Windows write backslashes.
func cleanName(name string) (clean string, inside bool) {
	if !strings.Contains(name, "/") {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	clean = strings.TrimLeft(path.Clean(name), "/")
	return clean, clean != "" && clean != "." && clean != ".." && !strings.HasPrefix(clean, "../")
}
