package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// ref is a name for an object. HEAD is one, too.
type ref struct {
	name   string
	target odb.ID
}

const (
	headName  = "HEAD"
	stashName = "refs/stash"
	notesTree = "refs/notes/"
	// otherHeads precedes the names of the HEADs of other working trees.
	otherHeads = "worktrees/"
)

// refs reads all refs and HEAD, ordered by name. Symbolic refs are followed; one
// that leads nowhere (an unborn branch) is left out.
func (r *repository) refs(ctx context.Context) ([]ref, error) {
	if r.foreign != "" {
		return r.refsByGit(ctx)
	}
	iter, err := r.store().IterReferences()
	if err != nil {
		return nil, fmt.Errorf("read refs: %w", err)
	}
	targets, symbolic := map[string]odb.ID{}, map[string]string{}
	err = iter.ForEach(func(p *plumbing.Reference) error {
		if p.Type() == plumbing.SymbolicReference {
			symbolic[p.Name().String()] = p.Target().String()
		} else {
			h := p.Hash()
			targets[p.Name().String()] = odb.ID(h[:])
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read refs: %w", err)
	}
	if err := r.otherWorkTrees(targets, symbolic); err != nil {
		return nil, err
	}
	for name, to := range symbolic {
		const deepest = 5 // as git's own limit
		for range deepest {
			if id, ok := targets[to]; ok {
				targets[name] = id
				break
			}
			to = symbolic[to]
		}
	}
	return sortRefs(targets), nil
}

// otherWorkTrees reads the HEADs of the main working tree's linked ones.
func (r *repository) otherWorkTrees(targets map[string]odb.ID, symbolic map[string]string) error {
	entries, err := os.ReadDir(filepath.Join(r.common, "worktrees"))
	if os.IsNotExist(err) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read refs: %w", err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(r.common, "worktrees", e.Name(), headName))
		if os.IsNotExist(err) {
			continue // removed by hand
		} else if err != nil {
			return fmt.Errorf("read refs: %w", err)
		}
		name, text := otherHeads+e.Name()+"/"+headName, strings.TrimSpace(string(b))
		if to, ok := strings.CutPrefix(text, "ref: "); ok {
			symbolic[name] = to
		} else if targets[name], err = odb.ParseID(text); err != nil {
			return fmt.Errorf("read HEAD of working tree %s: %w", e.Name(), err)
		}
	}
	return nil
}

// refsByGit asks the git binary, for what go-git can't read.
func (r *repository) refsByGit(ctx context.Context) ([]ref, error) {
	out, err := r.git(ctx, "for-each-ref", "--format=%(objectname) %(refname)")
	if err != nil {
		return nil, fmt.Errorf("read refs (%s): %w", r.foreign, err)
	}
	targets := map[string]odb.ID{}
	for line := range strings.Lines(string(out)) {
		hex, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if targets[name], err = odb.ParseID(hex); err != nil {
			return nil, fmt.Errorf("read refs (%s): %w", r.foreign, err)
		}
	}
	// An unborn HEAD is no error; any other reason has shown itself above.
	if out, err := r.git(ctx, "rev-parse", "--verify", "--quiet", headName); err == nil {
		if targets[headName], err = odb.ParseID(strings.TrimSpace(string(out))); err != nil {
			return nil, fmt.Errorf("read HEAD (%s): %w", r.foreign, err)
		}
	}
	return sortRefs(targets), nil
}

func sortRefs(targets map[string]odb.ID) []ref {
	refs := make([]ref, 0, len(targets))
	for name, id := range targets {
		refs = append(refs, ref{name, id})
	}
	slices.SortFunc(refs, func(a, b ref) int { return strings.Compare(a.name, b.name) })
	return refs
}

// shallow reads the commits at which a shallow clone was cut off.
func (r *repository) shallow() (map[odb.ID]bool, error) {
	b, err := os.ReadFile(filepath.Join(r.common, "shallow"))
	if os.IsNotExist(err) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("read shallow boundary: %w", err)
	}
	cut := map[odb.ID]bool{}
	for _, hex := range strings.Fields(string(b)) {
		id, err := odb.ParseID(hex)
		if err != nil {
			return nil, fmt.Errorf("read shallow boundary: %w", err)
		}
		cut[id] = true
	}
	return cut, nil
}
