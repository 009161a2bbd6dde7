package git

import (
	"strings"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// pathTable numbers paths. A path is its parent's number and a name, so that a
// deep path costs no more than a shallow one. Number 0 is the top folder.
type pathTable struct {
	nodes  []pathNode
	depth  []uint16 // folders above each, up to deepest
	number map[pathNode]int32
	trees  *treeTable // whose names they are made of
}

type pathNode struct {
	parent int32
	name   uint32
}

func newPathTable(trees *treeTable) *pathTable {
	return &pathTable{nodes: make([]pathNode, 1), depth: make([]uint16, 1), number: map[pathNode]int32{}, trees: trees}
}

func (p *pathTable) join(parent int32, name uint32) int32 {
	node := pathNode{parent, name}
	n, ok := p.number[node]
	if !ok {
		n = int32(len(p.nodes))
		p.nodes = append(p.nodes, node)
		p.depth = append(p.depth, min(p.depth[parent]+1, deepest+1))
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

// Limits for trees that refer to the same subtree over and over ("git bombs") or
// go ever deeper: they can make more paths than there is memory for.
const (
	mostPaths   = 1 << 14 // that one tree or blob is followed to
	mostFurther = 1 << 22 // in all, beyond each object's first
	deepest     = 2048    // folders within each other; git's own limit
)

// blobNames is all paths at which commits have each tree and blob.
type blobNames struct {
	db    objects
	paths *pathTable
	first table[int32]      // object → its first path, plus one; 0: none
	more  map[int32][]int32 // object → its further paths
	known map[objectPath]bool
	// curtailed: a tree has more paths than it was followed to. A blob with
	// more is found all the same, and at all of them.
	curtailed bool
}

// objectPath is one of an object's further paths.
type objectPath struct{ object, path int32 }

func newBlobNames(g *graph) *blobNames {
	return &blobNames{
		db:    g.db,
		paths: newPathTable(&g.trees),
		first: make(table[int32], g.db.Len()),
		more:  map[int32][]int32{},
		known: map[objectPath]bool{},
	}
}

// nameBlobs walks the trees of all commits, entering each tree once per path
// that it has, and notes every blob's paths.
func nameBlobs(g *graph) *blobNames {
	t := &g.trees
	b := newBlobNames(g)
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
	if b.has(object, path) {
		return false
	}
	isTree := func() bool { return b.db.Type(int(object)) == odb.Tree }
	if len(b.more[object]) >= mostPaths || len(b.known) >= mostFurther || b.paths.depth[path] > deepest && isTree() {
		b.curtailed = b.curtailed || isTree()
		return false
	}
	if b.first.get(object) == 0 {
		b.first.set(object, path+1)
		return true
	}
	b.more[object] = append(b.more[object], path)
	b.known[objectPath{object, path}] = true
	return true
}

// has tells whether a path is noted as one of an object's.
func (b *blobNames) has(object, path int32) bool {
	return b.first.get(object) == path+1 || b.known[objectPath{object, path}]
}

// at gives all paths of an object, in the order they were met.
func (b *blobNames) at(object int32) []int32 {
	first := b.first.get(object)
	if first == 0 {
		return nil
	}
	return append([]int32{first - 1}, b.more[object]...)
}

// of spells all paths of an object.
func (b *blobNames) of(object int32) []string {
	var names []string
	for _, p := range b.at(object) {
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
