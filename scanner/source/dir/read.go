package dir

import (
	"context"
	"io"
	"path/filepath"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// ReadFile feeds the regular file to the visitor (see
// [scanner.Feed]) and counts it. What can't be read is a Problem; what is longer
// than maxSize bytes (0: no limit), or has turned into something else than a
// regular file, is a LeftOut. An error is ctx's.
//
// Of a file that grows meanwhile, as much is read as it had when it was opened;
// of one that shrinks, what is left.
func ReadFile(ctx context.Context, v scanner.Visitor, file string, c detectors.Chunk, maxSize int64) error {
	what := name(c)
	f, err := openFile(file)
	if isLink(err) {
		v.LeftOut(scanner.LeftOut{Reason: scanner.Special, What: what})
		return nil
	}
	if err != nil {
		v.Problem(scanner.Problem{What: what, Err: cause(err)})
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		v.Problem(scanner.Problem{What: what, Err: cause(err)})
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
	if err := feed(ctx, v, c, io.LimitReader(f, size), info.Size()); err != nil && ctx.Err() == nil {
		v.Problem(scanner.Problem{What: what, Err: cause(err)})
	}
	return ctx.Err()
}

// name is how problems call a chunk.
func name(c detectors.Chunk) string {
	if c.At.Kind == place.Stdin {
		return "standard input"
	}
	return filepath.ToSlash(filepath.Join(c.At.Root, c.At.Path))
}
