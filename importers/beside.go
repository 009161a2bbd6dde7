package importers

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"path/filepath"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
)

// Beside imports the .env files on disk in which a sweep found secrets, whole: what stands
// beside a secret there is a setting, or a secret that looks like none.
type Beside []scanner.Finding

var _ Importer = Beside(nil)

// Items gives the items by the order in which the files are first found in.
func (b Beside) Items(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		seen := make(map[string]bool)
		for i := range b {
			for j := range b[i].Places {
				at := &b[i].Places[j]
				path := filepath.Join(at.Root, filepath.FromSlash(at.Path))
				if at.Kind != place.File || !at.WorkTree || at.Member != "" || !isEnvironmentFile(at.Path) || seen[path] {
					continue
				}
				seen[path] = true
				if !besideIn(ctx, path, at, yield) {
					return
				}
			}
		}
	}
}

// besideIn gives the items of a file that a place is in.
func besideIn(ctx context.Context, path string, at *place.Place, yield func(Item, error) bool) bool {
	file, err := Open(path, "dotenv")
	if errors.Is(err, fs.ErrNotExist) {
		return true // it is gone since the sweep
	}
	if err != nil {
		return yield(Item{}, err)
	}
	for item, err := range file.Items(ctx) {
		item.Setting = true
		item.At.Root, item.At.Path, item.At.Head, item.At.Local = at.Root, at.Path, at.Head, at.Local
		if !yield(item, err) || err != nil {
			return false
		}
	}
	return true
}
