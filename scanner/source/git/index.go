package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	goindex "github.com/go-git/go-git/v5/plumbing/format/index"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// staged is the index: what the next commit would hold.
type staged struct {
	files     map[string]*stagedFile
	paths     []string // of files, in order
	modules   []string // paths of submodules
	writtenAt time.Time
	absent    int // files that the object database lacks
}

// stagedFile is a path in the index.
type stagedFile struct {
	blobs []int32 // object numbers; more than one while a merge is in conflict, none if the object is missing
	id    odb.ID  // of the only blob
	size  int64   // the file's size and time when it was last compared
	mtime time.Time
	link  bool
}

// readIndex reads the index of this working tree. A bare repository has none.
func (r *repository) readIndex(ctx context.Context, db objects) (*staged, error) {
	s := &staged{files: map[string]*stagedFile{}}
	file, err := os.Open(r.index)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	} else if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	s.writtenAt = info.ModTime()
	if r.foreign != "" || r.hashSize != len(plumbing.ZeroHash) {
		if err := r.readIndexByGit(ctx, db, s); err != nil {
			return nil, fmt.Errorf("read index: %w", err)
		}
		return s, nil
	}
	var idx goindex.Index
	if err := goindex.NewDecoder(bufio.NewReader(file)).Decode(&idx); err != nil {
		// A split or sparse index, which go-git doesn't know.
		if err2 := r.readIndexByGit(ctx, db, s); err2 != nil {
			return nil, fmt.Errorf("read index: %w (and by the git program: %w)", err, err2)
		}
		return s, nil
	}
	for _, e := range idx.Entries {
		s.add(db, e)
	}
	return s, nil
}

const (
	modeLink   = 0o120000
	modeModule = 0o160000

	emptyBlob    = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
	emptyBlob256 = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
)

func (s *staged) add(db objects, e *goindex.Entry) {
	s.put(db, e.Name, uint32(e.Mode), odb.ID(e.Hash[:]), int64(e.Size), e.ModifiedAt)
}

func (s *staged) put(db objects, path string, mode uint32, id odb.ID, size int64, mtime time.Time) {
	if mode == modeModule {
		s.modules = append(s.modules, path)
		return
	}
	f := s.files[path]
	if f == nil {
		f = &stagedFile{id: id, size: size, mtime: mtime, link: mode == modeLink}
		s.files[path] = f
		s.paths = append(s.paths, path)
	}
	if i, ok := db.Find(id); ok {
		f.blobs = append(f.blobs, int32(i))
	} else if hex := id.String(); hex != emptyBlob && hex != emptyBlob256 { // which "add --intent-to-add" names
		s.absent++
	}
}

// readIndexByGit asks the git binary. It gives no file times, so that every file
// counts as changed.
func (r *repository) readIndexByGit(ctx context.Context, db objects, s *staged) error {
	out, err := r.git(ctx, "ls-files", "--stage", "-z")
	if err != nil {
		return err
	}
	return parseStaged(string(out), func(mode uint32, id odb.ID, path string) {
		s.put(db, path, mode, id, -1, time.Time{})
	})
}

// parseStaged reads what "git ls-files --stage -z" says: for each file its mode,
// id and stage, then a tab and the path.
func parseStaged(out string, each func(mode uint32, id odb.ID, path string)) error {
	for record := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if record == "" {
			continue
		}
		head, path, ok := strings.Cut(record, "\t")
		fields := strings.Fields(head)
		if !ok || len(fields) != 3 {
			return fmt.Errorf("read git ls-files: %q is no entry", head)
		}
		mode, err := strconv.ParseUint(fields[0], 8, 32)
		if err != nil {
			return fmt.Errorf("read git ls-files: %w", err)
		}
		id, err := odb.ParseID(fields[1])
		if err != nil {
			return fmt.Errorf("read git ls-files: %w", err)
		}
		each(uint32(mode), id, path)
	}
	return nil
}

// unchanged tells, from the file's size and time alone, whether a file on disk is
// still what the index has. As in git, a file as young as the index itself may
// have been changed since and counts as changed.
func (f *stagedFile) unchanged(info os.FileInfo, writtenAt time.Time, blobSize int64) bool {
	return len(f.blobs) == 1 && info.Mode().IsRegular() &&
		info.Size() == f.size && info.ModTime().Equal(f.mtime) && f.mtime.Before(writtenAt) &&
		f.size == blobSize // else a filter (line ends, encryption) stands between the two
}
