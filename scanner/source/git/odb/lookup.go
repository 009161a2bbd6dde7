package odb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Lookup is a database of which few objects are wanted. It asks the packs' indexes
// for each, and reads the first copy that it comes upon, with only what that one is
// made of. Objects are numbered from 0 in the order in which they are found.
//
// Of an index only what is asked for is read, and its checksum is not. Instead, the
// content of an object has to hash to its id; and before an object counts as
// missing, the indexes are checked after all, and whether packs have come since.
// Where that fails, or an object can't be read, all is learned that [DB] knows, and
// the answer is a DB's. Only FindAs and Size take an index at its word: what it
// said wrong shows when the object is read.
//
// Its methods may be called from several goroutines at once.
type Lookup struct {
	db      *DB // packs, and what is wrong with them; it lists no objects
	packs   []indexedPack
	folders []folder

	mu      sync.Mutex // guards the next four, and the indexes' find
	objects []known    // by number
	numbers map[ID]int
	checked bool // the indexes are
	unsure  bool // one of them can't be used

	learning sync.Mutex // guards what follows; taken inside mu
	all      *DB        // nil until it is needed
	allErr   error
	lost     map[int]bool // objects that not even that has
}

// folder is an objects folder.
type folder struct {
	loose   *source
	changed time.Time // when a pack was added or removed
}

type indexedPack struct {
	*source
	index *indexFile
}

// known is an object that was found: in a pack at a position of its index, loose
// if there is no index, or only by a DB if there is no source either.
type known struct {
	id ID
	indexedPack
	at int
}

// OpenLookup is [Open], without what that learns of every object.
func OpenLookup(ctx context.Context, objectsDir string, hashSize int) (*Lookup, error) {
	return open(objectsDir, hashSize, func(again bool) (*Lookup, error) {
		l := &Lookup{db: newDB(objectsDir, hashSize), numbers: map[ID]int{}, lost: map[int]bool{}}
		if err := l.open(ctx, again); err != nil {
			_ = l.Close()
			return nil, err
		}
		return l, nil
	})
}

func (l *Lookup) open(ctx context.Context, again bool) error {
	paths, err := l.db.folders(l.db.dir)
	if err != nil {
		return err
	}
	for _, path := range paths {
		l.folders = append(l.folders, folder{&source{path: path}, packsChanged(path)})
		err := l.db.eachPack(ctx, path, again, func(path string, indexed bool) error {
			s, err := openSource(path + ".pack")
			if err != nil {
				return err
			}
			if _, err := l.db.addSource(s); err != nil {
				return errors.Join(err, s.pack.Close())
			}
			var index *indexFile
			if indexed {
				index, err = openIndexFile(path+".idx", l.db.ids.width)
			}
			switch {
			case isGone(err):
				return err
			case index == nil:
				l.unsure = true
			default:
				l.unsure = l.unsure || index.count() != s.count
				l.packs = append(l.packs, indexedPack{s, index})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// packsChanged gives when a pack was added to an objects folder, or removed.
func packsChanged(folder string) time.Time {
	info, err := os.Stat(filepath.Join(folder, "pack"))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// learn gives the database with all that there is to know of it.
func (l *Lookup) learn(ctx context.Context) (*DB, error) {
	l.learning.Lock()
	defer l.learning.Unlock()
	if l.all == nil && l.allErr == nil {
		l.all, l.allErr = Open(ctx, l.db.dir, l.db.ids.width)
	}
	return l.all, l.allErr
}

// learned gives that database, and an object's number in it.
func (l *Lookup) learned(ctx context.Context, i int) (*DB, int, error) {
	db, err := l.learn(ctx)
	if err != nil {
		return nil, 0, err
	}
	k, ok := db.Find(l.ID(i))
	if !ok {
		return nil, 0, fmt.Errorf("read %s: %w", l.ID(i), errNoCopy)
	}
	return db, k, nil
}

// Close closes the packs.
func (l *Lookup) Close() error {
	errs := []error{l.db.Close()}
	for _, p := range l.packs {
		errs = append(errs, p.index.Close())
	}
	if l.all != nil {
		errs = append(errs, l.all.Close())
	}
	return errors.Join(errs...)
}

// Len is the number of objects that were found so far.
func (l *Lookup) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.objects)
}

// get gives what was found.
func (l *Lookup) get(i int) known {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.objects[i]
}

// ID is as in [DB].
func (l *Lookup) ID(i int) ID { return l.get(i).id }

// Find is as in [DB].
func (l *Lookup) Find(id ID) (int, bool) { return l.FindAs([]byte(id), Unknown) }

// FindAs is as in [DB], but what should be a blob is taken for one unseen.
func (l *Lookup) FindAs(id []byte, t Type) (int, bool) {
	i, ok := l.number(id)
	return i, ok && (t == Unknown || t == Blob || l.seems(i) == t || l.Type(i) == t)
}

// number gives the number of an object, a new one if need be.
func (l *Lookup) number(id []byte) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i, ok := l.numbers[ID(id)]; ok {
		return i, true
	}
	f, ok := l.search(ID(id))
	if !ok && !l.complete() {
		if db, err := l.learn(context.Background()); err == nil {
			_, ok = db.Find(f.id)
		}
	}
	if !ok {
		return 0, false
	}
	i := len(l.objects)
	l.objects = append(l.objects, f)
	l.numbers[f.id] = i
	return i, true
}

// search looks for an object's first copy. Its caller holds mu.
func (l *Lookup) search(id ID) (known, bool) {
	if len(id) != l.db.ids.width {
		return known{id: id}, false
	}
	for _, p := range l.packs {
		at, ok, err := p.index.find([]byte(id))
		if ok {
			return known{id, p, at}, true
		}
		l.unsure = l.unsure || err != nil
	}
	for _, f := range l.folders {
		if _, err := os.Lstat(loosePath(f.loose.path, []byte(id))); err == nil {
			return known{id: id, indexedPack: indexedPack{source: f.loose}}, true
		}
	}
	return known{id: id}, false
}

// complete tells whether what was not found isn't there. Its caller holds mu.
func (l *Lookup) complete() bool {
	if !l.checked {
		l.checked = true
		for _, p := range l.packs {
			if _, err := p.index.readAll(); err != nil {
				l.unsure = true
			}
		}
	}
	return !l.unsure && !slices.ContainsFunc(l.folders, folder.isOther)
}

// isOther tells whether other packs are in a folder than were opened.
func (f folder) isOther() bool { return !f.changed.Equal(packsChanged(f.loose.path)) }

// lose counts an object that an index names and no pack has.
func (l *Lookup) lose(i int) {
	l.learning.Lock()
	defer l.learning.Unlock()
	l.lost[i] = true
}

// Problems are the parts that were not read so far. What was not asked for is not
// among them.
func (l *Lookup) Problems() []Problem {
	l.learning.Lock()
	defer l.learning.Unlock()
	if l.all == nil {
		return l.db.Problems()
	}
	problems := l.all.Problems()
	if n := len(l.lost); n > 0 {
		problems = append(problems, Problem{l.db.dir, fmt.Errorf("objects not read, of which nothing is left: %s", thousands(n))})
	}
	return problems
}
