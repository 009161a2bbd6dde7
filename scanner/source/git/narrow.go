package git

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
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

	names   *blobNames      // the paths at which blobs changed
	changed map[int32]bool  // paths; of a folder that was removed, what is below it, too
	absent  map[uint32]bool // entries of trees that changed and whose object the database lacks
}

func (s *sweep) newScope() *scope {
	return &scope{
		commits: map[int32]bool{}, base: map[int32]bool{}, blobs: map[int32]bool{}, baseBlobs: map[int32]bool{},
		within: map[int32]bool{}, changed: map[int32]bool{}, absent: map[uint32]bool{}, names: newBlobNames(s.graph),
	}
}

// enters tells whether a tree is looked into at a path. Trees that multiply paths
// are not, at some point.
func (c *scope) enters(tree, path int32) bool {
	return c.names.note(tree, path) || c.names.has(tree, path)
}

// add takes a blob in.
func (c *scope) add(blob, path int32, base bool) {
	c.names.note(blob, path)
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
	head := map[int32]int32{}
	if s.head != none {
		if tree := s.graph.commits[s.head].tree; tree != none {
			if err := s.flatten(ctx, c, tree, 0, head); err != nil {
				return nil, err
			}
		}
		c.follow, c.base[s.head] = []int32{s.head}, true
	}
	for _, path := range s.index.paths {
		blobs := s.index.files[path].blobs
		at := c.names.paths.of(path)
		old, was := head[at]
		delete(head, at)
		if was && len(blobs) == 1 && blobs[0] == old {
			if !onlyChanges {
				c.names.note(old, at) // its file is swept in its place
			}
			continue
		}
		for _, b := range blobs {
			c.add(b, at, false)
		}
		if was {
			c.add(old, at, true)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(head)) { // what the index no longer has
		c.add(head[at], at, true)
	}
	return c, nil
}

// flatten lists all files of a tree by their paths.
func (s *sweep) flatten(ctx context.Context, c *scope, tree, at int32, files map[int32]int32) error {
	if !c.enters(tree, at) {
		return nil
	}
	if err := s.graph.trees.load(ctx, tree); err != nil {
		return err
	}
	c.within[tree] = true
	for _, n := range s.graph.trees.list(tree) {
		e := s.graph.trees.entries[n]
		switch {
		case e.child == none:
		case e.kind == treeEntry:
			if err := s.flatten(ctx, c, e.child, c.names.paths.join(at, e.name), files); err != nil {
				return err
			}
		default:
			files[c.names.paths.join(at, e.name)] = e.child
		}
	}
	return nil
}

// narrowToCommits takes what the tips reach and the base doesn't. What was there
// before is what the base has, and the commits at which the two parted.
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
	if !c.base[base] {
		c.base[base] = true
		c.follow = append(c.follow, base)
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
	for _, n := range slices.Sorted(maps.Keys(c.base)) {
		if t := g.commits[n].tree; t != none {
			if err := s.addBase(ctx, c, t, 0, false); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// compare takes in every blob of a tree that no parent has at the same path, and
// every path that a parent has and the tree doesn't.
func (s *sweep) compare(ctx context.Context, c *scope, tree int32, parents []int32, at int32) error {
	if !c.enters(tree, at) {
		return nil
	}
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
			if e.kind != submoduleEntry {
				c.absent[n] = true
			}
			continue
		}
		k := key{e.name, e.kind == treeEntry}
		was := before[k]
		delete(before, k)
		if slices.Contains(was, e.child) {
			continue
		}
		path := c.names.paths.join(at, e.name)
		if e.kind == blobEntry {
			c.add(e.child, path, false)
		} else if err := s.compare(ctx, c, e.child, was, path); err != nil {
			return err
		}
	}
	for k := range before { // removed
		c.changed[c.names.paths.join(at, k.name)] = true
	}
	return nil
}

// addBase takes in the blobs that a base commit has at the paths that changed;
// all is set below a folder that was removed.
func (s *sweep) addBase(ctx context.Context, c *scope, tree, at int32, all bool) error {
	if !c.enters(tree, at) {
		return nil
	}
	t := &s.graph.trees
	if err := t.load(ctx, tree); err != nil {
		return err
	}
	c.within[tree] = true
	for _, n := range t.list(tree) {
		e := t.entries[n]
		path, ok := c.names.paths.number[pathNode{at, e.name}]
		if all && !ok {
			path, ok = c.names.paths.join(at, e.name), true
		}
		switch {
		case !ok: // nothing changed in there
		case e.kind == treeEntry && e.child != none:
			if err := s.addBase(ctx, c, e.child, path, all || c.changed[path]); err != nil {
				return err
			}
		case !all && !c.changed[path] || e.kind == submoduleEntry:
		case e.child == none:
			c.absent[n] = true
		default:
			c.add(e.child, path, true)
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
			return s.graph.commitByID(s.refs[i].target)
		}
	}
	if id, err := odb.ParseID(name); err == nil {
		return s.graph.commitByID(id)
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
