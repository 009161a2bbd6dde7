package git

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
)

// A run is one value at one path over an unbroken stretch of history: every
// commit of it holds the value there, and each is the parent or child of another.
// It is what a person sees as one place.
type run struct {
	path   int32 // in tracer.paths
	value  int32
	blob   int32 // the blob that holds it in the first commit
	first  int32 // the oldest commit of those that brought it; none in what is not committed
	newest int32 // the last commit that has it
	reach  reach // by what the commits that have it are reached
	base   bool  // a base commit has it: the run is older than what is looked at
	head   bool
	index  bool
	work   bool

	joined int32 // the run that it turned out to be a part of; itself if none
}

// tracer follows values through history. Only trees on the way to a blob that
// holds a value matter, and what didn't change between two commits is shared, so
// the cost is that of the changes to files with findings.
type tracer struct {
	g      *graph
	paths  *pathTable
	values map[int32][]int32 // blob → the values in it, ascending
	within map[int32]bool    // trees to look into; nil: all

	shapes  []shape // by number; number 0 is the empty one
	shapeNo map[string]int32
	shapeOf []int32          // tree → its shape, or one of the two below
	barren  []bool           // entry of a tree → it leads to no value, for all that is known
	states  []*state         // in the order they were made: children before parents
	at      map[int32]*state // commit → the state of its tree
	runs    []run
	traced  map[int32]bool // blobs whose values have runs

	leaves map[int32]int // shape → blobs under it, counting each path
}

// What stands in shapeOf for a tree without a shape.
const (
	shapeUnknown = -1 - iota
	shapePending // it is being computed
)

// mostLeaves bounds the places that one commit can have. Trees that refer to the
// same subtree over and over can promise any number of them; a value of which no
// place is left is reported without a path.
const mostLeaves = 1 << 17

// shape is the part of a tree that leads to values.
type shape []limb

// limb is a name in a shape. It leads to a blob, or to a folder's shape.
type limb struct {
	name  uint32
	blob  int32 // none for a folder
	shape int32
}

// state is a shape at one path in one stretch of history, with its runs. States
// are shared by all commits between which nothing in them changed.
type state struct {
	shape int32
	blob  int32 // none for a folder
	kids  []*state
	runs  []int32 // a blob's, parallel to its values

	newest int32
	reach  reach
	base   bool
	head   bool
}

func newTracer(g *graph, paths *pathTable, values map[int32][]int32, within map[int32]bool) *tracer {
	t := &tracer{
		g: g, paths: paths, values: values, within: within,
		shapes: make([]shape, 1), shapeNo: map[string]int32{}, shapeOf: make([]int32, g.db.Len()),
		barren: make([]bool, len(g.trees.entries)),
		at:     map[int32]*state{}, traced: map[int32]bool{}, leaves: map[int32]int{},
	}
	for i := range t.shapeOf {
		t.shapeOf[i] = shapeUnknown
	}
	for n, e := range g.trees.entries {
		t.barren[n] = e.child == none || e.kind != treeEntry && len(values[e.child]) == 0
	}
	return t
}

// shapeTree computes the shape of a tree.
func (t *tracer) shapeTree(ctx context.Context, tree int32, depth uint16) (int32, error) {
	if n := t.shapeOf[tree]; n >= 0 {
		return n, nil
	}
	if depth > deepest || t.shapeOf[tree] == shapePending || t.within != nil && !t.within[tree] {
		return 0, nil // pending is a forged tree that holds itself
	}
	t.shapeOf[tree] = shapePending
	if err := t.g.trees.load(ctx, tree); err != nil {
		return 0, err
	}
	var s shape
	leaves := 0
	add := func(l limb, more int) {
		if leaves+more <= mostLeaves {
			s, leaves = append(s, l), leaves+more
		}
	}
	for _, n := range t.g.trees.list(tree) {
		known := int(n) < len(t.barren) // else it was loaded since
		if known && t.barren[n] {
			continue
		}
		e := t.g.trees.entries[n]
		switch {
		case e.child == none:
		case e.kind == treeEntry:
			sub, err := t.shapeTree(ctx, e.child, depth+1)
			if err != nil {
				return 0, err
			}
			if sub != 0 {
				add(limb{e.name, none, sub}, t.leaves[sub])
			} else if known {
				t.barren[n] = t.shapeOf[e.child] == 0
			}
		case len(t.values[e.child]) > 0:
			add(limb{e.name, e.child, 0}, 1)
		}
	}
	n := t.intern(s, leaves)
	t.shapeOf[tree] = n
	return n, nil
}

func (t *tracer) intern(s shape, leaves int) int32 {
	if len(s) == 0 {
		return 0
	}
	slices.SortFunc(s, func(a, b limb) int { // a forged tree may have a name twice
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.blob, b.blob), cmp.Compare(a.shape, b.shape))
	})
	key := make([]byte, 0, 12*len(s))
	for _, l := range s {
		key = binary.LittleEndian.AppendUint32(key, l.name)
		key = binary.LittleEndian.AppendUint32(key, uint32(l.blob))
		key = binary.LittleEndian.AppendUint32(key, uint32(l.shape))
	}
	n, ok := t.shapeNo[string(key)]
	if !ok {
		n = int32(len(t.shapes))
		t.shapes = append(t.shapes, s)
		t.shapeNo[string(key)] = n
		t.leaves[n] = leaves
	}
	return n
}

// follow takes commits, parents before children, and finds the runs in them. Of
// parents that are not among them nothing is known. isBase marks commits that
// are looked at only to tell what was there before.
func (t *tracer) follow(ctx context.Context, commits []int32, isBase func(int32) bool) error {
	for _, n := range commits {
		if err := ctx.Err(); err != nil {
			return err
		}
		c := t.g.commits[n]
		if c.tree == none {
			continue
		}
		shape, err := t.shapeTree(ctx, c.tree, 0)
		if err != nil {
			return fmt.Errorf("follow commit %s: %w", t.g.db.ID(int(c.object)), err)
		}
		if shape == 0 {
			continue
		}
		var parents []*state
		for _, p := range c.parents {
			if s := t.at[p]; s != nil {
				parents = append(parents, s)
			}
		}
		s := t.carry(limb{shape: shape, blob: none}, 0, parents, n)
		t.at[n] = s
		if s.newest == none || t.g.later(n, s.newest) {
			s.newest = n
		}
		s.reach |= c.reach
		s.base = s.base || isBase(n)
	}
	return nil
}

// carry makes the state of l at path in commit n from the states that the
// commit's parents have there.
func (t *tracer) carry(l limb, path int32, parents []*state, n int32) *state {
	parents = distinct(parents)
	if len(parents) == 1 && parents[0].shape == l.shape && parents[0].blob == l.blob {
		return parents[0] // nothing changed
	}
	s := &state{shape: l.shape, blob: l.blob, newest: none}
	if l.blob != none {
		s.runs = t.carryRuns(l.blob, path, parents, n)
	} else {
		s.kids = make([]*state, len(t.shapes[l.shape]))
		for k, sub := range t.shapes[l.shape] {
			var before []*state
			for _, p := range parents {
				if kid := t.kid(p, sub.name); kid != nil && (kid.blob == none) == (sub.blob == none) {
					before = append(before, kid)
				}
			}
			s.kids[k] = t.carry(sub, t.paths.join(path, sub.name), before, n)
		}
	}
	t.states = append(t.states, s)
	return s
}

// carryRuns goes on with the runs that the parents have of a blob's values, and
// begins one where none has.
func (t *tracer) carryRuns(blob, path int32, parents []*state, n int32) []int32 {
	t.traced[blob] = true
	runs := make([]int32, len(t.values[blob]))
	for k, value := range t.values[blob] {
		mine := none
		for _, p := range parents {
			if i, ok := slices.BinarySearch(t.values[p.blob], value); ok {
				mine = t.join(mine, p.runs[i])
			}
		}
		if mine == none {
			mine = t.begin(run{path: path, value: value, blob: blob, first: n})
		}
		runs[k] = mine
	}
	return runs
}

func (t *tracer) begin(r run) int32 {
	n := int32(len(t.runs))
	r.newest, r.joined = none, n
	t.runs = append(t.runs, r)
	return n
}

// join makes one run of two that meet in a merge; it begins where the older does.
func (t *tracer) join(a, b int32) int32 {
	if b = t.whole(b); a == none {
		return b
	}
	if a = t.whole(a); a == b {
		return a
	}
	if t.g.older(t.runs[b].first, t.runs[a].first) {
		a, b = b, a
	}
	t.runs[b].joined = a
	return a
}

// whole is the run that a run became a part of.
func (t *tracer) whole(n int32) int32 {
	for t.runs[n].joined != n {
		t.runs[n].joined = t.runs[t.runs[n].joined].joined // halve the way for the next time
		n = t.runs[n].joined
	}
	return n
}

// kid is the state of a name in a folder's state.
func (t *tracer) kid(s *state, name uint32) *state {
	if s.blob != none {
		return nil
	}
	i, ok := slices.BinarySearchFunc(t.shapes[s.shape], name, func(l limb, name uint32) int { return cmp.Compare(l.name, name) })
	if !ok {
		return nil
	}
	return s.kids[i]
}

// runsAt gives the runs at a path in a commit, by value.
func (t *tracer) runsAt(commit int32, path []string) map[int32]int32 {
	s := t.at[commit]
	for _, name := range path {
		no, ok := t.g.trees.nameNo[name]
		if s == nil || !ok {
			return nil
		}
		s = t.kid(s, no)
	}
	if s == nil || s.blob == none {
		return nil
	}
	runs := map[int32]int32{}
	for k, value := range t.values[s.blob] {
		runs[value] = t.whole(s.runs[k])
	}
	return runs
}

// settle tells every run what the commits that share its states know. head is the
// commit that is checked out, or none.
func (t *tracer) settle(head int32) {
	if s := t.at[head]; s != nil {
		s.head = true
	}
	for i := len(t.states) - 1; i >= 0; i-- {
		s := t.states[i]
		for _, kid := range s.kids {
			if kid.newest == none || s.newest != none && t.g.later(s.newest, kid.newest) {
				kid.newest = s.newest
			}
			kid.reach |= s.reach
			kid.base = kid.base || s.base
			kid.head = kid.head || s.head
		}
		for _, n := range s.runs {
			r := &t.runs[t.whole(n)]
			if r.newest == none || t.g.later(s.newest, r.newest) {
				r.newest = s.newest
			}
			r.reach |= s.reach
			r.base = r.base || s.base
			r.head = r.head || s.head
		}
	}
}

func distinct(states []*state) []*state {
	switch len(states) {
	case 0, 1:
		return states
	case 2:
		if states[0] == states[1] {
			return states[:1]
		}
		return states
	}
	var out []*state
	for _, s := range states {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
