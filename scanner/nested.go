package scanner

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/secretsweep/secretsweep/internal/place"
)

// Nested is the sources that another source came upon while it was swept, such
// as the repositories in a folder. Each owns the hits whose Root is its path or
// lies below it.
type Nested struct {
	paths    []string
	locators []locator
}

// locator is what is left to do for a source that was swept.
type locator interface {
	Locate(ctx context.Context, hits []Hit, found func(int, place.Place)) error
}

// Sweep sweeps a source that lies at path. If it can't be swept, that is a
// Problem of the outer one, and what it gave until then is where it said; an
// error is ctx's.
func (n *Nested) Sweep(ctx context.Context, v Visitor, path string, s Source) error {
	var l locator = s
	if err := s.Sweep(ctx, v); err != nil && ctx.Err() == nil {
		v.Problem(Problem{What: path, Err: err})
		l = Here{}
	}
	n.paths = append(n.paths, path)
	n.locators = append(n.locators, l)
	return ctx.Err()
}

// Locate lets each source locate its own hits, and own the rest.
func (n *Nested) Locate(ctx context.Context, hits []Hit, found func(int, place.Place),
	own func(context.Context, []Hit, func(int, place.Place)) error,
) error {
	numbers := make([][]int, len(n.locators)+1) // of the hits of each; the last are own
	for i, h := range hits {
		owner := n.owner(h.At.Root)
		numbers[owner] = append(numbers[owner], i)
	}
	for k, mine := range numbers {
		locate := own
		if k < len(n.locators) {
			locate = n.locators[k].Locate
		}
		some := make([]Hit, len(mine))
		for i, h := range mine {
			some[i] = hits[h]
		}
		if err := locate(ctx, some, func(i int, p place.Place) { found(mine[i], p) }); err != nil {
			return err
		}
	}
	return nil
}

// owner is the number of the innermost source that root belongs to, or their count.
func (n *Nested) owner(root string) int {
	owner, longest := len(n.locators), -1
	for k, path := range n.paths {
		if len(path) > longest && (root == path || strings.HasPrefix(root, path+string(filepath.Separator))) {
			owner, longest = k, len(path)
		}
	}
	return owner
}
