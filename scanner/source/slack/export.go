package slack

import (
	"context"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/dir"
)

// Options say how to sweep an export.
type Options struct {
	Domain      string         // what is before .slack.com in the workspace's address, which an export doesn't have; without it places have no links
	Filter      scanner.Filter // of paths in the export
	MaxFileSize int64          // bytes; 0 is no limit
	Workers     int            // how many files are read at once; 0 is one per processor
}

// OpenExport makes the source of a Slack export: the ZIP that Slack gives, or the folder
// that it was unpacked to. It is false if the path leads to anything else, which takes
// few looks to tell, or to a folder with a git repository, whose history is worth more
// than links to messages.
//
// Places have the Root as it was given, and the path in the export. What in an export
// is no message is given as files are: the rest of its lists, and whatever a backup
// tool has put there.
func OpenExport(root string, o Options) (scanner.Source, bool) {
	b, err := openBox(root)
	if err != nil {
		return nil, false
	}
	defer b.Close()
	base, ok := findBase(b)
	if !ok {
		return nil, false
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &export{Options: o, root: root, base: base}, true
}

type export struct {
	scanner.Here
	Options
	root, base string
}

func (e *export) Sweep(ctx context.Context, v scanner.Visitor) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	b, err := openBox(e.root)
	if err != nil {
		return fmt.Errorf("scan %s: %w", e.root, dir.Cause(err))
	}
	defer b.Close()
	s := &sweep{export: e, ctx: ctx, visitor: v}
	members := b.list(s)
	l := newLayout(s, members)
	s.total = int64(len(members))

	jobs := make(chan func())
	var workers sync.WaitGroup
	for range e.Workers {
		workers.Go(func() {
			for read := range jobs {
				read()
			}
		})
	}
	for _, m := range members {
		if ctx.Err() != nil {
			break
		}
		jobs <- s.job(l, m)
	}
	close(jobs)
	workers.Wait()
	return ctx.Err()
}

// sweep is one Sweep of an export. Its methods may be called from many goroutines at
// once.
type sweep struct {
	*export
	ctx     context.Context
	visitor scanner.Visitor
	done    atomic.Int64 // files that were read
	total   int64
}

// job gives what there is to do for a file of the export.
func (s *sweep) job(l *layout, m member) func() {
	t, name := l.split(m.path)
	what, read := m.path, func() { s.file(m) }
	switch {
	case slices.Contains(conversationLists, name):
		read = func() {} // the layout has done it
	case l.isDay(t, name):
		c := l.channelOf(t, path.Dir(name))
		what, read = c.name, func() { s.day(t, c, m) }
	}
	return func() {
		read()
		s.visitor.Progress(what, s.done.Add(1), s.total)
	}
}

// admits tells whether a file is to be read, and says so if it isn't.
func (s *sweep) admits(m member) bool {
	switch {
	case !s.Filter.Admits(m.path):
		s.visitor.LeftOut(scanner.LeftOut{Reason: scanner.Filtered, What: s.name(m.path)})
	case s.MaxFileSize > 0 && m.size > s.MaxFileSize:
		s.visitor.LeftOut(scanner.LeftOut{Reason: scanner.TooLarge, What: s.name(m.path)})
	default:
		return true
	}
	return false
}

// day reads the messages of a conversation's day.
func (s *sweep) day(t *team, c *channel, m member) {
	if !s.admits(m) {
		return
	}
	var given, broken int64
	var why error
	isList := s.elements(m, true, func(raw []byte) {
		if err := t.tell(s.visitor, message{root: s.root, path: m.path, channel: c, raw: raw}); err == nil {
			given++
		} else if broken++; broken == 1 {
			why = fmt.Errorf("read message %d: %w", given+1, err)
		}
	})
	if broken > 1 {
		why = fmt.Errorf("%w; %d more can't be read", why, broken-1)
	}
	if why != nil {
		s.problem(m.path, why)
	}
	s.visitor.Count(scanner.Messages, given)
	if !isList {
		s.file(m)
	}
}

// elements reads a file that is a list, and counts it if it is to count. It is false if
// the file is something else, and could be read as such.
func (s *sweep) elements(m member, counts bool, each func(raw []byte)) bool {
	r, err := m.open()
	if err != nil {
		s.problem(m.path, err)
		return true
	}
	defer r.Close()
	read := &counted{r: r, ctx: s.ctx}
	isList, err := readElements(read, each)
	if err != nil {
		s.problem(m.path, err)
	}
	if isList && counts {
		s.visitor.Count(scanner.Files, 1)
		s.visitor.Count(scanner.Bytes, read.n)
	}
	return isList || err != nil
}

// file reads a file that has no messages.
func (s *sweep) file(m member) {
	if !s.admits(m) {
		return
	}
	r, err := m.open()
	if err != nil {
		s.problem(m.path, err)
		return
	}
	defer r.Close()
	c := detectors.Chunk{
		At:    place.Place{Kind: place.File, Root: s.root, Path: m.path, WorkTree: true},
		Names: []string{m.path},
	}
	if path.Base(m.path) == "integration_logs.json" {
		c.At.Field = "integration log"
	}
	if err := dir.Feed(s.ctx, s.visitor, c, r, m.size); err != nil {
		s.problem(m.path, err)
	}
}

// problem tells of a path that could not be read, unless ctx's end is why.
func (s *sweep) problem(path string, err error) {
	if s.ctx.Err() == nil {
		s.visitor.Problem(scanner.Problem{What: s.name(path), Err: dir.Cause(err)})
	}
}

// name is a path in the export for a person.
func (s *sweep) name(path string) string { return filepath.ToSlash(filepath.Join(s.root, path)) }

// counted counts the bytes that are read, until ctx ends.
type counted struct {
	r   io.Reader
	ctx context.Context
	n   int64
}

func (c *counted) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
