package git

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
)

// Changes gives every file of B that a range "A..B" adds or edits, ordered by
// path: its content before (where B left A and in A itself, one after the other
// where they differ; empty if it was in none), and in B.
//
// Its errors are those of [Open], and of an object that can't be read.
func Changes(ctx context.Context, path, revs string, each func(path string, before, after []byte) error) error {
	repo, _, err := find(path)
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if repo == nil {
		return &NoRepositoryError{path}
	}
	s := &sweep{repository: repo, options: Options{Range: revs}}
	err = s.prepare(ctx, nobody{})
	if s.db != nil {
		defer s.db.Close()
	}
	if err != nil {
		return err
	}
	_, to, _ := strings.Cut(revs, "..")
	tip, err := s.resolve(to, false)
	if err != nil {
		return err
	}
	tree := s.graph.commits[tip].tree
	if tree == none {
		return nil
	}
	files := map[int32]int32{}
	if err := s.flatten(ctx, s.scope, tree, 0, files); err != nil {
		return err
	}
	after := map[string]int32{} // paths
	for at := range files {
		after[s.scope.names.paths.text(at)] = at
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		at := after[name]
		blob := files[at]
		if !s.scope.blobs[blob] || !s.scope.changed[at] {
			continue
		}
		before, err := s.baseFiles(ctx, name)
		if err != nil {
			return err
		}
		if slices.Contains(before, blob) {
			continue
		}
		now, err := s.db.Read(ctx, int(blob))
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		var was [][]byte
		for _, old := range before {
			text, err := s.db.Read(ctx, int(old))
			if err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			was = append(was, text)
		}
		if err := each(name, bytes.Join(was, []byte("\n")), now); err != nil {
			return err
		}
	}
	return nil
}

// baseFiles gives the blobs that the base's commits have at a path.
func (s *sweep) baseFiles(ctx context.Context, path string) ([]int32, error) {
	var blobs []int32
	for _, n := range slices.Sorted(maps.Keys(s.scope.base)) {
		blob, err := s.fileAt(ctx, s.graph.commits[n].tree, strings.Split(path, "/"))
		if err != nil {
			return nil, err
		}
		if blob != none && !slices.Contains(blobs, blob) {
			blobs = append(blobs, blob)
		}
	}
	return blobs, nil
}

// fileAt gives the blob at a path of a tree, or none.
func (s *sweep) fileAt(ctx context.Context, tree int32, path []string) (int32, error) {
	t := &s.graph.trees
	if tree == none {
		return none, nil
	}
	if err := t.load(ctx, tree); err != nil {
		return none, err
	}
	for _, n := range t.list(tree) {
		e := t.entries[n]
		switch {
		case t.names[e.name] != path[0]:
		case len(path) > 1 && e.kind == treeEntry:
			return s.fileAt(ctx, e.child, path[1:])
		case len(path) == 1 && e.kind == blobEntry:
			return e.child, nil
		}
	}
	return none, nil
}

// nobody is a visitor who does not listen: a comparison is no scan.
type nobody struct{}

var _ scanner.Visitor = nobody{}

func (nobody) Chunk(*detectors.Chunk)         {}
func (nobody) Problem(scanner.Problem)        {}
func (nobody) Unpack(scanner.PackedText) bool { return false }
func (nobody) LeftOut(scanner.LeftOut)        {}
func (nobody) Source(string, scanner.Source)  {}
func (nobody) Count(scanner.Counter, int64)   {}
func (nobody) Progress(string, int64, int64)  {}
