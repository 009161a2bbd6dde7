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
// beside a secret there is a setting, or a secret that looks like none. There is an importer
// for each file, by the order in which these are first found in.
func Beside(found []scanner.Finding) []Importer {
	seen := make(map[string]bool)
	var all []Importer
	for i := range found {
		for j := range found[i].Places {
			at := &found[i].Places[j]
			path := filepath.Join(at.Root, filepath.FromSlash(at.Path))
			if at.Kind != place.File || !at.WorkTree || at.Member != "" || !isEnvironmentFile(at.Path) || seen[path] {
				continue
			}
			seen[path] = true
			all = append(all, beside{path, at})
		}
	}
	return all
}

// beside is a file in which something was found at a place.
type beside struct {
	path string
	at   *place.Place
}

func (b beside) Items(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		file, err := Open(b.path, "dotenv")
		if errors.Is(err, fs.ErrNotExist) {
			return // it is gone since the sweep
		}
		if err != nil {
			yield(Item{}, err)
			return
		}
		for item, err := range file.Items(ctx) {
			item.Setting = true
			item.At.Root, item.At.Path, item.At.Head, item.At.Local = b.at.Root, b.at.Path, b.at.Head, b.at.Local
			if !yield(item, err) {
				return
			}
		}
	}
}
