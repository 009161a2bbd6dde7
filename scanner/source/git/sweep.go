package git

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// sweep is one repository while it is swept, and what is kept of it to say
// afterwards where the hits lie.
type sweep struct {
	*repository
	options Options
	prefix  string // the only folder of the repository that is swept; "" for all of it

	db    objects
	refs  []ref
	head  int32 // the commit that is checked out, or none
	graph *graph
	names *blobNames
	index *staged
	scope *scope // what is left of it by --staged, --since, --range and --no-history; nil: everything
	work  workTree

	noteRefs map[int32]string // commit that only a notes ref reaches → that ref
	tagRefs  map[int32]string // tag object → the ref that names it
}

// run gives the repository to the visitor.
func (s *sweep) run(ctx context.Context, v scanner.Visitor) error {
	if err := s.prepare(ctx, v); err != nil {
		return err
	}
	if err := s.sweepPresent(ctx, v); err != nil {
		return err
	}
	if err := s.sweepObjects(ctx, v); err != nil {
		return err
	}
	if s.scope == nil && s.prefix == "" {
		s.sweepPeople(v)
		s.sweepRefNames(v)
	}
	for _, p := range s.db.Problems() {
		v.Problem(scanner.Problem(p))
	}
	return nil
}

// prepare opens the objects and reads what leads to them.
func (s *sweep) prepare(ctx context.Context, v scanner.Visitor) error {
	var err error
	if s.db, err = s.objects(ctx); err != nil {
		return err
	}
	if s.refs, err = s.repository.refs(ctx); err != nil {
		// Every object is swept all the same; what is lost is which of them
		// are reached.
		s.problem(v, err)
	}
	cut, err := s.shallow()
	if err != nil {
		s.problem(v, err)
	}
	if len(cut) > 0 {
		v.LeftOut(scanner.LeftOut{Reason: scanner.Shallow, What: s.root, Count: int64(len(cut))})
	}
	progress := func(done, total int64) { v.Progress(s.root+": commits and folders", done, total) }
	progress(0, 0)
	if s.options.Staged || s.options.NoHistory {
		s.graph, err = loadCommit(ctx, s.db, s.headID())
	} else {
		s.graph, err = loadGraph(ctx, s.db, s.options.Workers, s.options.wholeHistory(), cut, progress)
	}
	if err != nil {
		return err
	}
	s.reachCommits()
	if s.index, err = s.readIndex(ctx, s.db); err != nil {
		s.problem(v, err)
		s.index = &staged{}
	}
	if !s.options.wholeHistory() {
		s.scope, err = s.narrow(ctx, len(cut) > 0)
		return err
	}
	s.graph.problems(s.root, s.partial, v.Problem)
	s.names = nameBlobs(s.graph)
	if s.names.curtailed {
		s.problem(v, fmt.Errorf("a folder or file has more than %d paths: places of further ones were not looked for", mostPaths))
	}
	s.nameStaged()
	return nil
}

// headID is the id of the commit that is checked out; "" if there is none yet.
func (s *sweep) headID() odb.ID {
	i, ok := slices.BinarySearchFunc(s.refs, headName, func(r ref, name string) int { return strings.Compare(r.name, name) })
	if !ok {
		return ""
	}
	return s.refs[i].target
}

// objects opens the object database, by the git binary if it takes that.
func (s *sweep) objects(ctx context.Context) (objects, error) {
	if s.native {
		return odb.Open(ctx, filepath.Join(s.common, "objects"), s.hashSize)
	}
	db, err := odb.OpenGit(ctx, s.gitDir)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", s.root, s.foreign, err)
	}
	return db, nil
}

func (s *sweep) problem(v scanner.Visitor, err error) {
	v.Problem(scanner.Problem{What: s.root, Err: err})
}

// reachCommits marks every commit with the kinds of refs that reach it.
func (s *sweep) reachCommits() {
	s.head, s.noteRefs, s.tagRefs = none, map[int32]string{}, map[int32]string{}
	for _, r := range s.refs {
		if i, ok := s.db.Find(r.target); ok && s.db.Type(i) == odb.Tag {
			s.tagRefs[int32(i)] = r.name
		}
		n, ok := s.graph.commitOf(r.target)
		if !ok {
			continue
		}
		switch {
		case r.name == headName:
			s.head = n
			s.graph.mark(n, byRef|byCode)
		case r.name == stashName || strings.HasPrefix(r.name, otherHeads):
			s.graph.mark(n, byStash)
		case strings.HasPrefix(r.name, notesTree):
			s.graph.mark(n, byRef)
			for todo := []int32{n}; len(todo) > 0; {
				n, todo = todo[0], todo[1:]
				if s.noteRefs[n] == "" {
					s.noteRefs[n] = r.name
					todo = append(todo, s.graph.commits[n].parents...)
				}
			}
		default:
			s.graph.mark(n, byRef|byCode)
		}
	}
}

// nameStaged gives blobs of the index their paths there.
func (s *sweep) nameStaged() {
	for _, path := range s.index.paths {
		for _, b := range s.index.files[path].blobs {
			s.names.note(b, s.names.paths.of(path))
		}
	}
}

// sweepObjects gives blobs with their paths, and what commits and tags say.
func (s *sweep) sweepObjects(ctx context.Context, v scanner.Visitor) error {
	var reached int64
	for _, c := range s.graph.commits {
		if c.reach != 0 && (s.scope == nil || s.scope.commits[c.object]) {
			reached++
		}
	}
	v.Count(scanner.Commits, reached)

	messages := s.prefix == ""
	var total, filtered int64
	wanted := make([]bool, s.db.Len())
	for i := range wanted {
		o := int32(i)
		switch s.db.Type(i) {
		case odb.Blob:
			if s.scope != nil && !s.scope.blobs[o] {
				continue
			}
			if !slices.ContainsFunc(s.namesOf(o), s.options.Filter.Admits) {
				filtered++
				continue
			}
			wanted[i] = true
		case odb.Commit, odb.Tag:
			wanted[i] = messages && (s.scope == nil || s.scope.commits[o])
		}
		if wanted[i] {
			total++
		}
	}
	if filtered > 0 {
		v.LeftOut(scanner.LeftOut{Reason: scanner.Filtered, What: s.root + ": versions of files", Count: filtered})
	}
	if !messages {
		v.LeftOut(scanner.LeftOut{Reason: scanner.Filtered, What: s.root + ": commit messages, tags and ref names, which have no path"})
	}
	if s.scope == nil {
		v.Count(scanner.Objects, int64(s.graph.trees.read)) // read with the graph
	}

	var objects, bytes, lfs atomic.Int64
	err := s.db.Sweep(ctx, s.options.Workers, func(i int) bool { return wanted[i] }, func(o odb.Object) {
		switch o.Type {
		case odb.Blob:
			if most := s.options.MaxFileSize; most > 0 && o.Size > most {
				v.LeftOut(scanner.LeftOut{Reason: scanner.TooLarge, What: s.namesOf(int32(o.Index))[0]})
				return
			}
			if isLFSPointer(o.Data) {
				lfs.Add(1)
			}
			s.giveBlob(ctx, v, o)
		case odb.Commit:
			s.giveCommit(v, o)
		case odb.Tag:
			s.giveTag(v, o)
		}
		bytes.Add(o.Size)
		if done := objects.Add(1); done%progressStep == 0 {
			v.Progress(s.root+": history", done, total)
		}
	})
	v.Count(scanner.Objects, objects.Load())
	v.Count(scanner.Bytes, bytes.Load())
	if n := lfs.Load(); n > 0 {
		v.LeftOut(scanner.LeftOut{Reason: scanner.LFS, What: s.root, Count: n})
	}
	if err != nil {
		return fmt.Errorf("sweep %s: %w", s.root, err)
	}
	return nil
}

// progressStep is how many objects go by between two words of progress.
const progressStep = 1000

// namesOf gives the paths of a blob; a blob without any has the empty path, so
// that filters decide about it too.
func (s *sweep) namesOf(blob int32) []string {
	if s.scope != nil {
		return s.scope.names(blob)
	}
	if names := s.names.of(blob); len(names) > 0 {
		return names
	}
	return []string{""}
}

func (s *sweep) giveBlob(ctx context.Context, v scanner.Visitor, o odb.Object) {
	names := s.namesOf(int32(o.Index))
	c := detectors.Chunk{At: place.Place{
		Kind: place.Object, Root: s.root, Path: names[0], Object: s.db.ID(o.Index).String(),
	}}
	if names[0] != "" {
		c.Names = names
	}
	if o.Reader == nil {
		scanner.FeedBytes(v, c, o.Data)
		return
	}
	// An error is ctx's, or the object database's, which counts it itself.
	_ = scanner.Feed(ctx, v, c, o.Reader, o.Size)
}

// giveCommit gives the message and what other tools wrote into a commit's head.
// Identities are given once each, by sweepPeople.
func (s *sweep) giveCommit(v scanner.Visitor, o odb.Object) {
	h, _ := parseCommit(o.Data)
	at := place.Place{Kind: place.Commit, Root: s.root, Object: s.db.ID(o.Index).String()}
	for _, part := range []struct {
		field string
		text  []byte
	}{{fieldMessage, h.message}, {fieldHeader, h.extra}} {
		at.Field = part.field
		scanner.FeedBytes(v, detectors.Chunk{At: at}, part.text)
	}
}

func (s *sweep) giveTag(v scanner.Visitor, o odb.Object) {
	tagger, message := splitTag(o.Data)
	at := place.Place{Kind: place.Tag, Root: s.root, Object: s.db.ID(o.Index).String(), Ref: s.tagRefs[int32(o.Index)]}
	at.Field = fieldMessage
	scanner.FeedBytes(v, detectors.Chunk{At: at}, message)
	at.Field = fieldTagger
	scanner.FeedBytes(v, detectors.Chunk{At: at}, tagger)
}

// The values of place.Place.Field.
const (
	fieldMessage   = "message"
	fieldAuthor    = "author"
	fieldCommitter = "committer"
	fieldTagger    = "tagger"
	fieldHeader    = "header"
)

// sweepPeople gives each author and committer once, at the oldest commit that
// names them.
func (s *sweep) sweepPeople(v scanner.Visitor) {
	for id, at := range s.graph.people {
		scanner.FeedBytes(v, detectors.Chunk{At: place.Place{
			Kind: place.Commit, Root: s.root, Field: id.field,
			Object: s.db.ID(int(at.object)).String(),
		}}, []byte(id.who))
	}
}

func (s *sweep) sweepRefNames(v scanner.Visitor) {
	for _, r := range s.refs {
		scanner.FeedBytes(v, detectors.Chunk{At: place.Place{Kind: place.Ref, Root: s.root, Ref: r.name}}, []byte(r.name))
	}
}

// isLFSPointer tells whether a blob stands for content that Git LFS keeps
// elsewhere. See git-lfs's docs/spec.md.
func isLFSPointer(data []byte) bool {
	return len(data) < 1024 && strings.HasPrefix(string(data), "version https://git-lfs.github.com/spec/")
}
