package audit

import "golang.org/x/mod/sumdb/tlog"

// frontier is as much of the tree of some first entries as it takes to add more.
type frontier struct {
	next  int64  // the sequence of the entry that comes next
	roots []Hash // of the complete trees that those before it make up, the largest first
}

// frontierAt gives the frontier of the entries before one, by what stored says that the
// tree's hashes are.
func frontierAt(seq int64, stored func(index int64) (Hash, error)) (frontier, error) {
	f := frontier{next: seq}
	for level := 62; level >= 0; level-- {
		if seq>>level&1 == 0 {
			continue
		}
		h, err := stored(tlog.StoredHashIndex(level, seq>>level-1))
		if err != nil {
			return frontier{}, err
		}
		f.roots = append(f.roots, h)
	}
	return f, nil
}

// add adds the next leaf, and gives the hashes that it completes: itself, and those of ever
// larger trees, in the order in which they are stored.
func (f *frontier) add(leaf Hash) []Hash {
	completed := []Hash{leaf}
	for n := f.next; n&1 == 1; n >>= 1 {
		last := len(f.roots) - 1
		leaf, f.roots = tlog.NodeHash(f.roots[last], leaf), f.roots[:last]
		completed = append(completed, leaf)
	}
	f.roots = append(f.roots, leaf)
	f.next++
	return completed
}

// root gives the hash of the tree of the entries before next.
func (f *frontier) root() Hash {
	if len(f.roots) == 0 {
		empty, _ := tlog.TreeHash(0, nil) // reads no hash
		return empty
	}
	last := len(f.roots) - 1
	h := f.roots[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(f.roots[i], h)
	}
	return h
}
