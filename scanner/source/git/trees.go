package git

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"sync"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// treeTable keeps trees in four bytes per entry. Most entries (a name with a
// child) stand in many versions of a tree, so each distinct one is kept once and
// a tree is a list of their numbers.
type treeTable struct {
	db   objects
	seed maphash.Seed

	mu      sync.RWMutex // guards all below while trees are added
	number  map[entryKey]uint32
	entries []entry
	names   []string
	nameNo  map[string]uint32
	lists   lists             // the entries of each tree
	at      []uint32          // object number → its list; 0: not read
	read    int               // trees
	absent  map[uint32]odb.ID // entries without their object, and its id
}

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
	t.number, t.nameNo = map[entryKey]uint32{}, map[string]uint32{}
	t.absent = map[uint32]odb.ID{}
	t.at = make([]uint32, db.Len())
}

// rawEntry is an entry as a tree object has it.
type rawEntry struct {
	key    entryKey
	kind   entryKind
	name   []byte
	id     []byte
	number uint32 // once it is known
}

// rawEntries keeps the memory in which trees are taken apart.
var rawEntries = sync.Pool{New: func() any { return new([]rawEntry) }}

// parseTree calls each for the entries of a tree object and tells whether it is
// well-formed. See gitformat-pack(5): mode, space, name, NUL, id.
func parseTree(data []byte, hashSize int, each func(mode, name, id, whole []byte)) bool {
	for len(data) > 0 {
		space := bytes.IndexByte(data, ' ')
		if space < 1 {
			return false
		}
		nul := bytes.IndexByte(data, 0)
		if nul < space+2 || nul+1+hashSize > len(data) {
			return false
		}
		end := nul + 1 + hashSize
		each(data[:space], data[space+1:nul], data[nul+1:end], data[:end])
		data = data[end:]
	}
	return true
}

// add takes a tree object in. It may be called from many goroutines.
func (t *treeTable) add(object int32, data []byte) (ok bool) {
	scratch := rawEntries.Get().(*[]rawEntry)
	defer rawEntries.Put(scratch)
	raw := (*scratch)[:0]
	hashSize := len(t.db.ID(int(object)))
	ok = parseTree(data, hashSize, func(mode, name, id, whole []byte) {
		kind := blobEntry
		switch string(mode) {
		case "40000", "040000":
			kind = treeEntry
		case "160000":
			kind = submoduleEntry
		}
		key := entryKey{binary.LittleEndian.Uint64(id), maphash.Bytes(t.seed, whole)}
		raw = append(raw, rawEntry{key: key, kind: kind, name: name, id: id})
	})
	*scratch = raw
	unknown := false
	t.mu.RLock()
	for k := range raw {
		n, known := t.number[raw[k].key]
		raw[k].number, unknown = n, unknown || !known
	}
	t.mu.RUnlock()

	t.mu.Lock()
	defer t.mu.Unlock()
	t.read++
	handle, list := t.lists.add(len(raw))
	t.at[object] = handle
	for k, e := range raw {
		if unknown {
			e.number = t.intern(e)
		}
		list[k] = e.number
	}
	return ok
}

func (t *treeTable) intern(e rawEntry) uint32 {
	if n, ok := t.number[e.key]; ok {
		return n
	}
	child := none
	if e.kind != submoduleEntry {
		want := odb.Blob
		if e.kind == treeEntry {
			want = odb.Tree
		}
		if i, ok := t.db.FindBytes(e.id); ok && t.db.Type(i) == want {
			child = int32(i)
		} else {
			t.absent[uint32(len(t.entries))] = odb.ID(e.id)
		}
	}
	n := uint32(len(t.entries))
	t.entries = append(t.entries, entry{t.nameNumber(string(e.name)), child, e.kind})
	t.number[e.key] = n
	return n
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
	if t.at[object] == 0 {
		return nil
	}
	return t.lists.get(t.at[object])
}

// load reads a tree unless it was read before. It is for one goroutine.
func (t *treeTable) load(ctx context.Context, object int32) error {
	if t.at[object] != 0 {
		return nil
	}
	data, err := t.db.Read(ctx, int(object))
	if err != nil {
		return fmt.Errorf("read tree: %w", err)
	}
	if !t.add(object, data) {
		return fmt.Errorf("read tree %s: malformed object", t.db.ID(int(object)))
	}
	return nil
}
