package git

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// scope is what is looked at when not everything is: a few commits, the blobs
// that they changed, and the base's blobs at the same paths, which tell what is
// new. Trees are read only where something changed.
type scope struct {
	commits   map[int32]bool // commit objects whose messages are swept
	follow    []int32        // commits to follow values through, parents first
	base      map[int32]bool // of these, the base's
	blobs     map[int32]bool // blobs to sweep
	baseBlobs map[int32]bool // of these, the base's
	within    map[int32]bool // trees that were looked into

	paths     *pathTable
	blobPaths map[int32][]int32
	changed   map[int32]bool // paths
}

func (s *sweep) newScope() *scope {
	return &scope{
		commits: map[int32]bool{}, base: map[int32]bool{}, blobs: map[int32]bool{}, baseBlobs: map[int32]bool{},
		within: map[int32]bool{}, blobPaths: map[int32][]int32{}, changed: map[int32]bool{},
		paths: newPathTable(&s.graph.trees),
	}
}

// names spells the paths at which a blob changed.
func (c *scope) names(blob int32) []string {
	var names []string
	for _, p := range c.blobPaths[blob] {
		names = append(names, c.paths.text(p))
	}
	slices.Sort(names)
	return names
}

// add takes a blob in.
func (c *scope) add(blob, path int32, base bool) {
	if !slices.Contains(c.blobPaths[blob], path) {
		c.blobPaths[blob] = append(c.blobPaths[blob], path)
	}
	c.blobs[blob] = true
	if base {
		c.baseBlobs[blob] = true
	}
	c.changed[path] = true
}

// narrow works out the scope that the options ask for.
func (s *sweep) narrow(ctx context.Context, shallow bool) (*scope, error) {
	switch o := s.options; {
	case o.Staged:
		return s.narrowToIndex(ctx, true)
	case o.NoHistory:
		return s.narrowToIndex(ctx, false)
	case o.Range != "":
		from, to, ok := strings.Cut(o.Range, "..")
		if !ok || strings.HasPrefix(to, ".") {
			return nil, fmt.Errorf("range %q: want A..B", o.Range)
		}
		base, err := s.resolve(from, shallow)
		if err != nil {
			return nil, err
		}
		tip, err := s.resolve(to, shallow)
		if err != nil {
			return nil, err
		}
		return s.narrowToCommits(ctx, base, []int32{tip})
	default:
		base, err := s.resolve(o.Since, shallow)
		if err != nil {
			return nil, err
		}
		if s.head == none {
			return nil, &UnknownRevisionError{headName, shallow}
		}
		return s.narrowToCommits(ctx, base, []int32{s.head})
	}
}

// narrowToIndex compares the index with HEAD.
func (s *sweep) narrowToIndex(ctx context.Context, onlyChanges bool) (*scope, error) {
	c := s.newScope()
	head := map[string]int32{}
	if s.head != none {
		if tree := s.graph.commits[s.head].tree; tree != none {
			if err := s.flatten(ctx, c, tree, "", head); err != nil {
				return nil, err
			}
		}
		c.follow, c.base[s.head] = []int32{s.head}, true
	}
	for _, path := range s.index.paths {
		blobs := s.index.files[path].blobs
		old, was := head[path]
		delete(head, path)
		if was && len(blobs) == 1 && blobs[0] == old {
			if !onlyChanges {
				c.blobPaths[old] = append(c.blobPaths[old], c.paths.of(path)) // its file is swept in its place
			}
			continue
		}
		at := c.paths.of(path)
		for _, b := range blobs {
			c.add(b, at, false)
		}
		if was {
			c.add(old, at, true)
		}
	}
	for path, old := range head { // what the index no longer has
		c.add(old, c.paths.of(path), true)
	}
	return c, nil
}

// flatten lists all files of a tree.
func (s *sweep) flatten(ctx context.Context, c *scope, tree int32, at string, files map[string]int32) error {
	if err := s.graph.trees.load(ctx, tree); err != nil {
		return err
	}
	c.within[tree] = true
	for _, n := range s.graph.trees.list(tree) {
		e := s.graph.trees.entries[n]
		path := at + s.graph.trees.names[e.name]
		switch {
		case e.child == none:
		case e.kind == treeEntry:
			if err := s.flatten(ctx, c, e.child, path+"/", files); err != nil {
				return err
			}
		default:
			files[path] = e.child
		}
	}
	return nil
}

// narrowToCommits takes what the tips reach and the base doesn't.
func (s *sweep) narrowToCommits(ctx context.Context, base int32, tips []int32) (*scope, error) {
	c := s.newScope()
	g := s.graph
	old := map[int32]bool{}
	for todo := []int32{base}; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !old[n] {
			old[n] = true
			todo = append(todo, g.commits[n].parents...)
		}
	}
	seen := map[int32]bool{}
	for todo := tips; len(todo) > 0; {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[n] || old[n] {
			continue
		}
		seen[n] = true
		c.follow = append(c.follow, n)
		c.commits[g.commits[n].object] = true
		for _, p := range g.commits[n].parents {
			if old[p] && !c.base[p] {
				c.base[p] = true
				c.follow = append(c.follow, p)
			}
			todo = append(todo, p)
		}
	}
	slices.Sort(c.follow) // parents have the smaller numbers
	for _, n := range c.follow {
		if c.base[n] {
			continue
		}
		var before []int32
		for _, p := range g.commits[n].parents {
			if t := g.commits[p].tree; t != none {
				before = append(before, t)
			}
		}
		if t := g.commits[n].tree; t != none {
			if err := s.compare(ctx, c, t, before, 0); err != nil {
				return nil, err
			}
		}
	}
	for n := range c.base {
		if t := g.commits[n].tree; t != none {
			if err := s.addBase(ctx, c, t, 0); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// compare takes in every blob of a tree that no parent has at the same path, and
// every path that a parent has and the tree doesn't.
func (s *sweep) compare(ctx context.Context, c *scope, tree int32, parents []int32, at int32) error {
	t := &s.graph.trees
	type key struct {
		name   uint32
		isTree bool
	}
	before := map[key][]int32{}
	for _, p := range parents {
		if p == tree {
			return nil
		}
		if err := t.load(ctx, p); err != nil {
			return err
		}
		c.within[p] = true
		for _, n := range t.list(p) {
			if e := t.entries[n]; e.child != none {
				k := key{e.name, e.kind == treeEntry}
				before[k] = append(before[k], e.child)
			}
		}
	}
	if err := t.load(ctx, tree); err != nil {
		return err
	}
	c.within[tree] = true
	for _, n := range t.list(tree) {
		e := t.entries[n]
		if e.child == none {
			continue
		}
		k := key{e.name, e.kind == treeEntry}
		was := before[k]
		delete(before, k)
		if slices.Contains(was, e.child) {
			continue
		}
		path := c.paths.join(at, e.name)
		if e.kind == blobEntry {
			c.add(e.child, path, false)
		} else if err := s.compare(ctx, c, e.child, was, path); err != nil {
			return err
		}
	}
	for k, was := range before { // removed
		path := c.paths.join(at, k.name)
		c.changed[path] = true
		if k.isTree {
			for _, gone := range was {
				if err := s.markRemoved(ctx, c, gone, path); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// markRemoved notes all paths of a folder that was removed.
func (s *sweep) markRemoved(ctx context.Context, c *scope, tree, at int32) error {
	t := &s.graph.trees
	if err := t.load(ctx, tree); err != nil {
		return err
	}
	for _, n := range t.list(tree) {
		e := t.entries[n]
		path := c.paths.join(at, e.name)
		c.changed[path] = true
		if e.kind == treeEntry && e.child != none {
			if err := s.markRemoved(ctx, c, e.child, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// addBase takes in the blobs that a base commit has at the paths that changed.
func (s *sweep) addBase(ctx context.Context, c *scope, tree, at int32) error {
	t := &s.graph.trees
	if err := t.load(ctx, tree); err != nil {
		return err
	}
	c.within[tree] = true
	for _, n := range t.list(tree) {
		e := t.entries[n]
		node, ok := c.paths.number[pathNode{at, e.name}]
		switch {
		case !ok || e.child == none: // nothing changed in there
		case e.kind == treeEntry:
			if err := s.addBase(ctx, c, e.child, node); err != nil {
				return err
			}
		case c.changed[node]:
			c.add(e.child, node, true)
		}
	}
	return nil
}

// resolve finds the commit that a revision names: a ref, an id or the beginning of
// one, followed by any number of ~N and ^N. See gitrevisions(7).
func (s *sweep) resolve(rev string, shallow bool) (int32, error) {
	unknown := &UnknownRevisionError{rev, shallow}
	name, steps := rev, ""
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		name, steps = rev[:i], rev[i:]
	}
	n, ok := s.resolveName(name)
	if !ok {
		return none, unknown
	}
	for steps != "" {
		op := steps[0]
		end := 1
		for end < len(steps) && steps[end] >= '0' && steps[end] <= '9' {
			end++
		}
		count := 1
		if end > 1 {
			var err error
			if count, err = strconv.Atoi(steps[1:end]); err != nil {
				return none, unknown
			}
		}
		if op != '~' && op != '^' {
			return none, unknown
		}
		steps = steps[end:]
		parents := s.graph.commits[n].parents
		switch {
		case op == '^' && count > len(parents):
			return none, unknown
		case op == '^' && count > 0:
			n = parents[count-1]
		case op == '~':
			for range count {
				if parents := s.graph.commits[n].parents; len(parents) > 0 {
					n = parents[0]
				} else {
					return none, unknown
				}
			}
		}
	}
	return n, nil
}

// resolveName follows the rules by which git completes a short ref name, then
// tries it as an id.
func (s *sweep) resolveName(name string) (int32, bool) {
	if name == "" || name == "@" {
		name = headName
	}
	for _, format := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		full := fmt.Sprintf(format, name)
		i, ok := slices.BinarySearchFunc(s.refs, full, func(r ref, name string) int { return strings.Compare(r.name, name) })
		if ok {
			return s.graph.commitOf(s.refs[i].target)
		}
	}
	if id, err := odb.ParseID(name); err == nil {
		return s.graph.commitOf(id)
	}
	return s.resolvePrefix(strings.ToLower(name))
}

// resolvePrefix finds the one commit whose id begins with prefix.
func (s *sweep) resolvePrefix(prefix string) (int32, bool) {
	const shortest = 4 // as git's
	if len(prefix) < shortest || strings.Trim(prefix, "0123456789abcdef") != "" {
		return none, false
	}
	found := none
	for n, c := range s.graph.commits {
		id := s.db.ID(int(c.object))
		if strings.HasPrefix(hex.EncodeToString([]byte(id)), prefix) {
			if found != none {
				return none, false
			}
			found = int32(n)
		}
	}
	return found, found != none
}
