package dir

import (
	"cmp"
	"context"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
)

// Readers starts workers that read files as [ReadFile] does, and tell the visitor
// how far they are. What read is given is queued; wait ends the workers once the
// queue is empty, or at once if ctx ends.
func Readers(ctx context.Context, v scanner.Visitor, workers int, maxSize int64) (read func(file string, c detectors.Chunk), wait func()) {
	type job struct {
		file  string
		chunk detectors.Chunk
	}
	jobs := make(chan job, 16*workers)
	var (
		running sync.WaitGroup
		done    atomic.Int64
	)
	for range workers {
		running.Go(func() {
			for j := range jobs {
				_ = ReadFile(ctx, v, j.file, j.chunk, maxSize) // ctx's error, which whoever queues meets too
				v.Progress(name(j.chunk), done.Add(1), 0)
			}
		})
	}
	read = func(file string, c detectors.Chunk) { jobs <- job{file, c} }
	return read, func() { close(jobs); running.Wait() }
}

// ReadFile feeds the regular file to the visitor (see
// [scanner.Feed]) and counts it. What can't be read is a Problem; what is longer
// than maxSize bytes (0: no limit), or has turned into something else than a
// regular file, is a LeftOut. An error is ctx's.
//
// Of a file that grows meanwhile, as much is read as it had when it was opened;
// of one that shrinks, what is left.
func ReadFile(ctx context.Context, v scanner.Visitor, file string, c detectors.Chunk, maxSize int64) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	what := name(c)
	f, err := openFile(file)
	if isLink(err) {
		v.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: what})
		return nil
	}
	if err != nil {
		v.Problem(scanner.Problem{What: what, Err: Cause(err)})
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		v.Problem(scanner.Problem{What: what, Err: Cause(err)})
		return nil
	case !info.Mode().IsRegular():
		v.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: what})
		return nil
	case maxSize > 0 && info.Size() > maxSize:
		v.LeftOut(scanner.LeftOut{Reason: scanner.TooLarge, What: what})
		return nil
	}
	size := info.Size()
	if size == 0 {
		size = scanner.MaxChunk // the files of /proc have text, but say 0
	}
	if err := Feed(ctx, v, c, io.NewSectionReader(f, 0, size), info.Size()); err != nil && ctx.Err() == nil {
		v.Problem(scanner.Problem{What: what, Err: Cause(err)})
	}
	return ctx.Err()
}

// name is how a problem calls a chunk: by its path, or "stdin".
func name(c detectors.Chunk) string {
	return cmp.Or(filepath.ToSlash(filepath.Join(c.At.Root, c.At.Path)), string(c.At.Kind))
}

// Feed feeds a text (see [scanner.Feed]) and counts it as a file, if it wasn't left out.
func Feed(ctx context.Context, v scanner.Visitor, c detectors.Chunk, r io.Reader, size int64) error {
	left := &leftOut{Visitor: v}
	counted := &counter{r: r}
	text := io.Reader(counted)
	if at, ok := r.(io.ReaderAt); ok && size > 0 {
		text = counterAt{counted, at}
	}
	err := scanner.Feed(ctx, left, c, text, size)
	if err == nil && !left.out {
		v.Count(scanner.Files, 1)
		v.Count(scanner.Bytes, counted.n)
	}
	return err
}

// leftOut notes whether a text was left out.
type leftOut struct {
	scanner.Visitor
	out bool
}

func (l *leftOut) LeftOut(what scanner.LeftOut) {
	l.out = true
	l.Visitor.LeftOut(what)
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// counterAt is the counter of what is read from anywhere: it counts how far that goes.
type counterAt struct {
	*counter
	at io.ReaderAt
}

func (c counterAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.at.ReadAt(p, off)
	c.n = max(c.n, off+int64(n))
	return n, err
}
