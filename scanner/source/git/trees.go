package git

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// treeTable keeps trees in four bytes per entry. Most entries (a name with a
// child) stand in many versions of a tree, so each distinct one is kept once and
// a tree is a list of their numbers.
type treeTable struct {
	db       objects
	hashSize int
	seed     maphash.Seed

	known [shards]shard // the numbers of entries, by key

	mu      sync.Mutex // guards all below while trees are added; taken inside that of a shard
	entries []entry
	names   []string
	nameNo  map[string]uint32
	lists   lists             // the entries of each tree
	at      table[uint32]     // object number → its list; 0: not read
	read    int               // trees
	absent  map[uint32]odb.ID // entries without their object, and its id
}

// shard is a part of a map that many goroutines ask and few times wait for.
type shard struct {
	mu     sync.Mutex
	number map[entryKey]uint32
}

const shards = 64

// entry is a name in a tree and the object that it leads to.
type entry struct {
	name  uint32
	child int32 // object number; none for a submodule or a missing object
	kind  entryKind
}

type entryKind uint8

const (
	blobEntry entryKind = iota
	treeEntry
	submoduleEntry
)

// entryKey identifies an entry by 128 bits, 64 of them from the object's id and
// 64 from a hash of the whole, seeded anew in each process.
type entryKey [2]uint64

func (t *treeTable) init(db objects) {
	t.db, t.seed = db, maphash.MakeSeed()
	t.nameNo = map[string]uint32{}
	t.settle()
	t.absent = map[uint32]odb.ID{}
	t.at = make([]uint32, db.Len())
	if db.Len() > 0 {
		t.hashSize = len(db.ID(0))
	}
}

// rawEntry is an entry as a tree object has it.
type rawEntry struct {
	start  int // in the object
	key    entryKey
	kind   entryKind
	name   []byte
	id     []byte
	number uint32
	known  bool // the number is
}

// treeTrace is where the entries of a tree begin, and their numbers. A tree that is
// stored as a delta of it has most of them, too.
type treeTrace struct {
	starts []int // and the tree's length
	list   []uint32
}

// inherit adds the entries which begin at a place in a tree and lie in a piece that
// is copied from a traced one. It gives where they end.
func (t *treeTrace) inherit(into []rawEntry, at int, c odb.Copy) ([]rawEntry, int) {
	k, ok := slices.BinarySearch(t.starts, at-c.At+c.From)
	for ; ok && k < len(t.list) && t.starts[k+1] <= c.From+c.Len; k++ {
		into = append(into, rawEntry{start: at, number: t.list[k], known: true})
		at += t.starts[k+1] - t.starts[k]
	}
	return into, at
}

// rawEntries keeps the memory in which trees are taken apart.
var rawEntries = sync.Pool{New: func() any { return new([]rawEntry) }}

// parseEntry takes the first entry of a tree object apart; end is 0 if it is not
// well-formed. See gitformat-pack(5): mode, space, name, NUL, id.
func parseEntry(data []byte, hashSize int) (mode, name, id []byte, end int) {
	space := bytes.IndexByte(data, ' ')
	if space < 1 {
		return nil, nil, nil, 0
	}
	nul := bytes.IndexByte(data, 0)
	if nul < space+2 || nul+1+hashSize > len(data) {
		return nil, nil, nil, 0
	}
	end = nul + 1 + hashSize
	return data[:space], data[space+1 : nul], data[nul+1 : end], end
}

// parse takes a tree object apart, as far as it is well-formed, and gives how far
// that is. Entries that it has of its base are taken over.
func (t *treeTable) parse(into []rawEntry, data []byte, base *treeTrace, copied []odb.Copy) ([]rawEntry, int) {
	for at := 0; at < len(data); {
		for base != nil && len(copied) > 0 && copied[0].At+copied[0].Len <= at {
			copied = copied[1:]
		}
		if base != nil && len(copied) > 0 && copied[0].At <= at {
			before := at
			if into, at = base.inherit(into, at, copied[0]); at > before {
				continue
			}
		}
		mode, name, id, end := parseEntry(data[at:], t.hashSize)
		if end == 0 {
			return into, at
		}
		kind := blobEntry
		switch string(mode) {
		case "40000", "040000":
			kind = treeEntry
		case "160000":
			kind = submoduleEntry
		}
		key := entryKey{binary.LittleEndian.Uint64(id), maphash.Bytes(t.seed, data[at:at+end])}
		into = append(into, rawEntry{start: at, key: key, kind: kind, name: name, id: id})
		at += end
	}
	return into, len(data)
}

// add takes a tree object in. Base is the trace of the tree that it has copied
// pieces of, or nil; trace becomes its own, unless it is nil. It may be called from
// many goroutines.
func (t *treeTable) add(object int32, data []byte, base *treeTrace, copied []odb.Copy, trace *treeTrace) (ok bool) {
	scratch := rawEntries.Get().(*[]rawEntry)
	defer rawEntries.Put(scratch)
	raw, length := t.parse((*scratch)[:0], data, base, copied)
	*scratch = raw
	t.mu.Lock()
	t.read++
	handle, list := t.lists.add(len(raw))
	t.mu.Unlock()
	t.at.set(object, handle)
	for k := range raw {
		e := &raw[k]
		if !e.known {
			e.number = t.intern(e)
		}
		list[k] = e.number
	}
	if trace != nil {
		trace.list, trace.starts = list, make([]int, 0, len(raw)+1)
		for _, e := range raw {
			trace.starts = append(trace.starts, e.start)
		}
		trace.starts = append(trace.starts, length)
	}
	return length == len(data)
}

// child finds the object that an entry leads to.
func (t *treeTable) child(e *rawEntry) int32 {
	want := odb.Blob
	switch e.kind {
	case submoduleEntry:
		return none
	case treeEntry:
		want = odb.Tree
	}
	if i, ok := t.db.FindAs(e.id, want); ok {
		return int32(i)
	}
	return none
}

// intern gives the number of an entry, a new one if need be.
func (t *treeTable) intern(e *rawEntry) uint32 {
	s := &t.known[e.key[0]%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.number[e.key]
	if ok {
		return n
	}
	child := t.child(e)
	t.mu.Lock()
	defer t.mu.Unlock()
	n = uint32(len(t.entries))
	if child == none && e.kind != submoduleEntry {
		t.absent[n] = odb.ID(e.id)
	}
	t.entries = append(t.entries, entry{t.nameNumber(string(e.name)), child, e.kind})
	s.number[e.key] = n
	return n
}

// settle lets go of what it takes to add many trees, a large part of the table. An
// entry of a tree that is added later has a number of its own.
func (t *treeTable) settle() {
	for i := range t.known {
		t.known[i].number = map[entryKey]uint32{}
	}
}

// nameNumber gives the number of a name, a new one if need be. Its caller sees to
// it that nobody adds trees meanwhile.
func (t *treeTable) nameNumber(name string) uint32 {
	n, ok := t.nameNo[name]
	if !ok {
		n = uint32(len(t.names))
		t.names = append(t.names, name)
		t.nameNo[name] = n
	}
	return n
}

// list gives the numbers of a tree's entries; none where the tree was not read.
func (t *treeTable) list(object int32) []uint32 {
	handle := t.at.get(object)
	if handle == 0 {
		return nil
	}
	return t.lists.get(handle)
}

// load reads a tree unless it was read before. It is for one goroutine.
func (t *treeTable) load(ctx context.Context, object int32) error {
	if t.at.get(object) != 0 {
		return nil
	}
	data, err := t.db.Read(ctx, int(object))
	if err != nil {
		return fmt.Errorf("read tree: %w", err)
	}
	if !t.add(object, data, nil, nil, nil) {
		return fmt.Errorf("read tree %s: malformed object", t.db.ID(int(object)))
	}
	return nil
}
