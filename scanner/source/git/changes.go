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
// path: its content where B left A (empty if it was not there, one after the
// other if B left A more than once), and in B.
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
	after := map[string]int32{}
	if err := s.flatten(ctx, s.scope, tree, "", after); err != nil {
		return err
	}
	before := map[string][]int32{}
	for _, blob := range slices.Sorted(maps.Keys(s.scope.baseBlobs)) {
		for _, name := range s.scope.names(blob) {
			before[name] = append(before[name], blob)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		blob := after[name]
		if !s.scope.blobs[blob] || !s.scope.changed[s.scope.paths.of(name)] || slices.Contains(before[name], blob) {
			continue
		}
		now, err := s.db.Read(ctx, int(blob))
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		var was [][]byte
		for _, old := range before[name] {
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

// nobody is a visitor who does not listen: a comparison is no scan.
type nobody struct{}

var _ scanner.Visitor = nobody{}

func (nobody) Chunk(*detectors.Chunk)        {}
func (nobody) Problem(scanner.Problem)       {}
func (nobody) LeftOut(scanner.LeftOut)       {}
func (nobody) Count(scanner.Counter, int64)  {}
func (nobody) Progress(string, int64, int64) {}
