package dir

import (
	"context"
	"path/filepath"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// Text makes the source of the one file that a place is in, for [scanner.Reread]. A link
// is followed, wherever the file is.
func Text(file string, p place.Place) scanner.Source { return text{file: file, at: p.Outer()} }

type text struct {
	scanner.Here
	file string
	at   place.Place
}

func (t text) Sweep(ctx context.Context, v scanner.Visitor) error {
	target, err := filepath.EvalSymlinks(t.file)
	if err != nil {
		return Cause(err)
	}
	return ReadFile(ctx, v, target, detectors.Chunk{At: t.at, Names: []string{t.at.Path}}, 0)
}
