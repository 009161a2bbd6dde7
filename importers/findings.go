package importers

import (
	"context"
	"iter"

	"github.com/secretsweep/secretsweep/scanner"
)

// Findings imports what a sweep found: an item for each place of each value, and each of
// the names that it has there.
type Findings []scanner.Finding

var _ Importer = Findings(nil)

// FromFindings is the name of [Findings].
const FromFindings = "findings"

// Items gives the items in the order of the findings and their places.
func (f Findings) Items(context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for i := range f {
			found := &f[i]
			for j, n := range found.Namings {
				for _, n := range append([]scanner.Naming{n}, n.Also...) {
					item := Item{Name: n.Name, Parent: n.Parent, Env: n.Env, Value: n.Carrier, Finding: found, At: found.Places[j], From: FromFindings}
					if item.Value.IsEmpty() {
						item.Value = found.Value
					}
					if !yield(item, nil) {
						return
					}
				}
			}
		}
	}
}
