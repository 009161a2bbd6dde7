// Package odb reads a git object database, fast and completely: packs, loose
// objects and alternates.
//
// [Open] lists every object and learns its type; [DB.Sweep] reads any number of
// them in the order in which packs store them, each object and each delta base
// once; [DB.Read] reads one. [OpenLookup] gives the same for those who want a few
// objects of many: it learns nothing of the others. [OpenGit] gives it through the
// git binary, for repositories in a format that this package doesn't know.
//
// # Damage
//
// An object may be stored several times, and whichever copy (of it, or of a
// delta base under it) can be read is used. What can't be read at all is counted
// in [DB.Problems], one for each pack. Whether a copy is good is judged by zlib's
// checksum and the delta's sizes, as git cat-file does; objects are not hashed but
// by a [Lookup], which does not check indexes.
//
// # Memory
//
// The tables take about 50 bytes an object with SHA-1 ids, and about as much again
// while they are built; a sweep adds 10 bytes. While sweeping, a worker keeps one
// path of a delta tree, at most log2 of the tree's objects, because the heaviest
// branch comes last and its base is let go of before. All workers together keep at
// most 1 GiB of such bases; what they would be needed for is read by itself at the
// end. What visitors keep of an object ([Object.Kept]) is held as long. Each
// worker also has the object that is being visited, its delta, and up to 32 MiB of
// buffers for reuse. Blobs over 64 MiB that are stored whole, and that no wanted
// object is a delta of, are given as a stream; any other object over 1 GiB is not
// read and is a problem. Nothing over 1 MiB is allocated on the word of a header
// alone: buffers grow as data comes, and what a delta makes is added up before.
//
// The formats are described in git's gitformat-pack(5).
package odb

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
)

// ID is an object's id: 20 raw bytes for SHA-1, 32 for SHA-256.
type ID string

// String gives the id in hexadecimal.
func (id ID) String() string { return hex.EncodeToString([]byte(id)) }

// ParseID reads an id of 40 or 64 hexadecimal digits.
func ParseID(s string) (ID, error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != 20 && len(raw) != 32 {
		return "", fmt.Errorf("object id %q: want 40 or 64 hexadecimal digits", s)
	}
	return ID(raw), nil
}

// Type is what an object is.
type Type uint8

// The types, by their numbers in packs. Unknown is an object that is listed but
// can't be read, because its pack is damaged.
const (
	Unknown Type = iota
	Commit
	Tree
	Blob
	Tag
)

var typeNames = [...]string{"unknown", "commit", "tree", "blob", "tag"}

// String gives git's name of the type.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return fmt.Sprintf("type %d", uint8(t))
}

func parseType(name []byte) Type {
	for t := Commit; t <= Tag; t++ {
		if string(name) == typeNames[t] {
			return t
		}
	}
	return Unknown
}

// Object is one object as [DB.Sweep] gives it. Data, Reader and Copied are valid
// during the visit only.
type Object struct {
	Index int
	Type  Type
	Size  int64 // inflated, in bytes

	Data   []byte
	Reader io.Reader // the content of a blob that is given as a stream; then Data is nil

	// Base is the number of the object that this one is stored as a delta of, or
	// -1. If it was wanted too, it was visited before, by the same goroutine.
	Base int
	// Copied are the ranges of Data that are taken from Base, in order,
	// neighbours merged.
	Copied []Copy
	// BaseState is what the visit of Base has put into Kept; nil if nothing.
	BaseState any
	// Kept, unless it is nil, is where the visitor may put what it wants to be given
	// when it visits the objects that are deltas of this one. It is nil if there are
	// none. A state is held as long as Data is.
	Kept *any
}

// Copy is a range of bytes that an object shares with its delta base.
type Copy struct {
	At, From, Len int // position in the object, in the base, and length
}

// Problem is a part of the database that could not be read.
type Problem struct {
	What string // a path
	Err  error
}

// DB is an open object database. Its methods may be called from several
// goroutines at once.
type DB struct {
	dir     string
	sources []*source
	ids     idTable
	types   []Type // by object
	forest
	held int64 // bytes of delta bases that a sweep keeps at most

	mu       sync.Mutex
	lost     map[int]bool // objects that are counted in their source's lost
	problems []Problem

	readers sync.Pool // of *reader, for Read and Size

	reopen sync.Once
	newer  *DB // the database as it is now, if files of this one have gone
}

// Open opens the database whose objects folder is given. Damaged parts are
// [DB.Problems]; an error means that nothing could be read at all.
//
// Files are opened once and stay readable if the repository is repacked meanwhile.
func Open(ctx context.Context, objectsDir string, hashSize int) (*DB, error) {
	return open(objectsDir, hashSize, func(again bool) (*DB, error) {
		return tryOpen(ctx, objectsDir, hashSize, again)
	})
}

// errVanished: a pack was listed, and was gone when it was to be opened.
var errVanished = errors.New("pack vanished")

// open opens a database in either way.
func open[T any](dir string, hashSize int, try func(again bool) (*T, error)) (*T, error) {
	if hashSize != 20 && hashSize != 32 {
		return nil, fmt.Errorf("open object database %s: unknown hash of %d bytes", dir, hashSize)
	}
	db, err := try(false)
	if errors.Is(err, errVanished) {
		// Repacked between listing and opening. What was in the pack is in
		// another one now.
		db, err = try(true)
	}
	if err != nil {
		return nil, fmt.Errorf("open object database %s: %w", dir, err)
	}
	return db, nil
}

func newDB(dir string, hashSize int) *DB {
	return &DB{dir: dir, ids: idTable{width: hashSize}, held: heldLimit, lost: make(map[int]bool)}
}

func tryOpen(ctx context.Context, dir string, hashSize int, again bool) (_ *DB, err error) {
	db := newDB(dir, hashSize)
	defer func() {
		if err != nil {
			_ = db.Close()
		}
	}()
	folders, err := db.folders(dir)
	if err != nil {
		return nil, err
	}
	var lists []list
	for _, folder := range folders {
		err := db.eachPack(ctx, folder, again, func(path string, indexed bool) error {
			l, err := db.openPack(ctx, path, indexed)
			if err == nil {
				lists = append(lists, l)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		loose, err := db.listLoose(folder, hashSize)
		if err != nil {
			return nil, err
		}
		if len(loose.ids) > 0 {
			lists = append(lists, loose)
		}
	}
	objects := db.ids.merge(hashSize, lists)
	return db, db.plant(ctx, lists, objects)
}

// Close closes the packs.
func (db *DB) Close() error {
	var errs []error
	for _, s := range db.sources {
		if s.pack != nil {
			errs = append(errs, s.pack.Close())
		}
	}
	if db.newer != nil {
		errs = append(errs, db.newer.Close())
	}
	return errors.Join(errs...)
}

// Len is the number of objects. They are numbered from 0 in the order of their ids.
func (db *DB) Len() int { return db.ids.len() }

// ID is the id of an object.
func (db *DB) ID(i int) ID { return ID(db.ids.at(i)) }

// Find gives the number of an object.
func (db *DB) Find(id ID) (int, bool) { return db.ids.find([]byte(id)) }

// FindAs gives the number of the object with the raw id, if it is of the type;
// Unknown stands for any.
func (db *DB) FindAs(id []byte, t Type) (int, bool) {
	i, ok := db.ids.find(id)
	return i, ok && (t == Unknown || db.types[i] == t)
}

// Type is the type of an object.
func (db *DB) Type(i int) Type { return db.types[i] }

// Problems are the parts that were not read so far, those of Open included, in a
// stable order.
func (db *DB) Problems() []Problem {
	db.mu.Lock()
	defer db.mu.Unlock()
	problems := slices.Clone(db.problems)
	for _, s := range db.sources {
		if s.lost > 0 {
			problems = append(problems, Problem{s.path, s.loss()})
		}
	}
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.What, b.What) })
	return problems
}

func (db *DB) problem(what string, err error) {
	db.problems = append(db.problems, Problem{what, err})
}

// lose counts an object that no copy of could be read.
func (db *DB) lose(obj int, s *source, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.lost[obj] {
		return
	}
	db.lost[obj] = true
	s.lost++
	s.hurt(err)
}

// blame notes what is wrong with a source, if nothing was yet.
func (db *DB) blame(s *source, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	s.hurt(err)
}

// current is the database opened anew, for objects whose files have gone since.
func (db *DB) current(ctx context.Context) *DB {
	db.reopen.Do(func() {
		// If it can't be opened, the object stays lost with its first error.
		db.newer, _ = Open(ctx, db.dir, db.ids.width)
	})
	return db.newer
}

func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
