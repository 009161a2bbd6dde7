package git

import "strings"

// pathTable numbers paths. A path is its parent's number and a name, so that a
// deep path costs no more than a shallow one. Number 0 is the top folder.
type pathTable struct {
	nodes  []pathNode
	number map[pathNode]int32
	trees  *treeTable // whose names they are made of
}

type pathNode struct {
	parent int32
	name   uint32
}

func newPathTable(trees *treeTable) *pathTable {
	return &pathTable{nodes: make([]pathNode, 1), number: map[pathNode]int32{}, trees: trees}
}

func (p *pathTable) join(parent int32, name uint32) int32 {
	node := pathNode{parent, name}
	n, ok := p.number[node]
	if !ok {
		n = int32(len(p.nodes))
		p.nodes = append(p.nodes, node)
		p.number[node] = n
	}
	return n
}

// of gives the number of a path that is spelled with forward slashes.
func (p *pathTable) of(text string) int32 {
	n := int32(0)
	for name := range strings.SplitSeq(text, "/") {
		n = p.join(n, p.trees.nameNumber(name))
	}
	return n
}

// text spells a path, with forward slashes.
func (p *pathTable) text(n int32) string {
	var parts []string
	size := 0
	for ; n != 0; n = p.nodes[n].parent {
		name := p.trees.names[p.nodes[n].name]
		parts = append(parts, name)
		size += len(name) + 1
	}
	var b strings.Builder
	b.Grow(size)
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
		if i > 0 {
			b.WriteByte('/')
		}
	}
	return b.String()
}

// mostPaths is the largest number of paths that one tree or blob is followed to.
// It stops trees that refer to the same subtree over and over ("git bombs") from
// making more paths than there is memory for.
const mostPaths = 1000

// blobNames is all paths at which commits have each blob.
type blobNames struct {
	paths *pathTable
	first []int32           // object → its first path; none
	more  map[int32][]int32 // object → its further paths
	// curtailed: an object has more than mostPaths paths.
	curtailed bool
}

// nameBlobs walks the trees of all commits, entering each tree once per path
// that it has, and notes every blob's paths.
func nameBlobs(g *graph) *blobNames {
	t := &g.trees
	b := &blobNames{
		paths: newPathTable(t),
		first: make([]int32, g.db.Len()),
		more:  map[int32][]int32{},
	}
	for i := range b.first {
		b.first[i] = none
	}
	// Where an entry was met last: the same entry in the next version of the same
	// folder, which is nearly all of them, is nothing new.
	met := make([]int32, len(t.entries))
	for i := range met {
		met[i] = none
	}
	var enter func(tree, at int32)
	enter = func(tree, at int32) {
		if !b.note(tree, at) {
			return
		}
		for _, n := range t.list(tree) {
			if met[n] == at {
				continue
			}
			met[n] = at
			switch e := t.entries[n]; {
			case e.child == none:
			case e.kind == treeEntry:
				enter(e.child, b.paths.join(at, e.name))
			default:
				b.note(e.child, b.paths.join(at, e.name))
			}
		}
	}
	for _, c := range g.commits {
		if c.tree != none {
			enter(c.tree, 0)
		}
	}
	for _, root := range g.looseTrees() {
		enter(root, 0)
	}
	return b
}

// note adds a path to an object's; it tells whether the path is new.
func (b *blobNames) note(object, path int32) bool {
	switch b.first[object] {
	case none:
		b.first[object] = path
		return true
	case path:
		return false
	}
	more := b.more[object]
	for _, p := range more {
		if p == path {
			return false
		}
	}
	if len(more) >= mostPaths {
		b.curtailed = true
		return false
	}
	b.more[object] = append(more, path)
	return true
}

// of spells all paths of a blob, in the order they were met.
func (b *blobNames) of(object int32) []string {
	if b.first[object] == none {
		return nil
	}
	names := []string{b.paths.text(b.first[object])}
	for _, p := range b.more[object] {
		names = append(names, b.paths.text(p))
	}
	return names
}

// looseTrees are trees that neither a commit nor another tree leads to, such as
// what is left of a stash that was dropped and pruned in part.
func (g *graph) looseTrees() []int32 {
	led := make([]bool, g.db.Len())
	for _, c := range g.commits {
		if c.tree != none {
			led[c.tree] = true
		}
	}
	for _, e := range g.trees.entries {
		if e.kind == treeEntry && e.child != none {
			led[e.child] = true
		}
	}
	var roots []int32
	for i, at := range g.trees.at {
		if at != 0 && !led[i] {
			roots = append(roots, int32(i))
		}
	}
	return roots
}
