package importers

import (
	"fmt"

	"github.com/secretsweep/secretsweep/internal/format"
)

// dotenv reads .env files. What is commented out isn't imported.
func dotenv() Format {
	return Format{
		Name:    "dotenv",
		About:   ".env files",
		Accepts: func(path string, _ []byte) bool { return isEnvironmentFile(path) },
		Read: func(path string, text []byte) ([]Item, error) {
			var items []Item
			for e := range format.Dotenv(text) {
				if e.Comment {
					continue
				}
				at := placeIn(path, text, e.Start, e.End)
				if e.Value == "" {
					continue
				}
				items = append(items, Item{Name: e.Name(), Value: valueOf(e.Value), At: at})
			}
			if len(items) == 0 {
				return nil, fmt.Errorf("1: it assigns nothing")
			}
			return items, nil
		},
	}
}
