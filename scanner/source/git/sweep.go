package git

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/match"
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
	// Objects that refs reach by themselves, not through a commit: tags, and what
	// tags and refs name. → the ref
	named map[int32]string
}

// run gives the repository to the visitor. Its objects stay open for locate,
// unless it fails.
func (s *sweep) run(ctx context.Context, v scanner.Visitor) (err error) {
	defer func() {
		if err != nil && s.db != nil {
			_ = s.db.Close()
		}
	}()
	if err := s.prepare(ctx, v); err != nil {
		return err
	}
	if err := s.sweepPresent(ctx, v); err != nil {
		return err
	}
	if err := s.sweepObjects(ctx, v); err != nil {
		return err
	}
	if s.prefix == "" && (s.scope == nil || s.options.commitsOnly()) {
		s.sweepPeople(v)
	}
	if s.prefix == "" && s.scope == nil {
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
	// Without a ref every object is swept all the same; what is lost is which of
	// them it reaches.
	readRefs := s.repository.refs
	if s.options.indexOnly() {
		readRefs = s.repository.onlyHead
	}
	s.refs = readRefs(ctx, func(err error) { s.problem(v, err) })
	cut, err := s.shallow()
	if err != nil {
		s.problem(v, err)
	}
	if len(cut) > 0 {
		v.LeftOut(scanner.LeftOut{Reason: scanner.Shallow, What: s.root, Count: int64(len(cut))})
	}
	progress := func(done, total int64) { v.Progress(s.root+": commits and folders", done, total) }
	progress(0, 0)
	if s.options.indexOnly() {
		s.graph, err = loadCommit(ctx, s.db, s.headID())
	} else {
		s.graph, err = loadGraph(ctx, s.db, s.options.Workers, s.options.wholeHistory(), cut, progress)
	}
	if err != nil {
		return err
	}
	s.reachCommits(v)
	if s.index, err = s.readIndex(ctx, s.db); err != nil {
		s.problem(v, err)
		s.index = &staged{}
	}
	if n := s.index.absent; n > 0 && !(s.partial && s.options.Staged) { // git fetches all but what HEAD has, too
		s.problem(v, fmt.Errorf("%d files of the index are missing from the object database", n))
	}
	matters, absent := func(int32) bool { return true }, maps.Keys(s.graph.trees.absent)
	if s.options.wholeHistory() {
		s.names = nameBlobs(s.graph)
		s.nameStaged()
	} else {
		if s.scope, err = s.narrow(ctx, len(cut) > 0); err != nil {
			return err
		}
		s.names = s.scope.names
		absent = maps.Keys(s.scope.absent)
		if s.options.commitsOnly() {
			matters = func(object int32) bool { return s.scope.commits[object] }
		}
	}
	s.graph.problems(s.root, s.partial, matters, absent, v.Problem)
	if s.names.curtailed {
		s.problem(v, fmt.Errorf("a folder has more than %d paths, or lies in more than %d others: places in further ones were not looked for", mostPaths, deepest))
	}
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
	dir := filepath.Join(s.common, "objects")
	switch {
	case s.native && s.options.indexOnly():
		return asObjects(odb.OpenLookup(ctx, dir, s.hashSize))
	case s.native:
		return asObjects(odb.Open(ctx, dir, s.hashSize))
	}
	db, err := odb.OpenGit(ctx, s.gitDir)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", s.root, s.foreign, err)
	}
	return db, nil
}

// asObjects keeps a nil pointer from becoming an interface that isn't nil.
func asObjects[T objects](db T, err error) (objects, error) {
	if err != nil {
		return nil, err
	}
	return db, nil
}

func (s *sweep) problem(v scanner.Visitor, err error) {
	v.Problem(scanner.Problem{What: s.root, Err: err})
}

// reachCommits marks every commit with the kinds of refs that reach it.
func (s *sweep) reachCommits(v scanner.Visitor) {
	s.head, s.noteRefs, s.named = none, map[int32]string{}, map[int32]string{}
	for _, r := range s.refs {
		object, ok := s.db.Find(r.target)
		if !ok && (r.name == headName || s.options.wholeHistory()) {
			v.Problem(scanner.Problem{What: s.root + ": " + r.name, Err: fmt.Errorf("object %s is missing: what it leads to was not scanned", r.target)})
		}
		if !ok {
			continue
		}
		n, ok := s.graph.commitOf(int32(object), func(o int32) { s.name(o, r.name) })
		if !ok {
			continue
		}
		switch {
		case r.name == headName:
			s.head = n
			s.graph.mark(n, byRef|byCode)
		case r.name == stashName || r.name == mainHead || strings.HasPrefix(r.name, otherHeads):
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

// name notes that a ref reaches a tag, a tree with all that is in it, or a blob.
func (s *sweep) name(object int32, ref string) {
	for todo := []int32{object}; len(todo) > 0; {
		o := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.named[o] != "" {
			continue
		}
		s.named[o] = ref
		for _, n := range s.graph.trees.list(o) {
			if e := s.graph.trees.entries[n]; e.child != none {
				todo = append(todo, e.child)
			}
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
	want := func(o int32) {
		wanted[o] = true
		total++
	}
	wantBlob := func(o int32) {
		if slices.ContainsFunc(s.namesOf(o), s.options.Filter.Admits) {
			want(o)
		} else {
			filtered++
		}
	}
	if s.scope == nil {
		for i := range int32(len(wanted)) {
			switch t := s.db.Type(int(i)); {
			case t == odb.Blob:
				wantBlob(i)
			case messages && (t == odb.Commit || t == odb.Tag):
				want(i)
			}
		}
	} else { // little of much
		for o := range s.scope.blobs {
			wantBlob(o)
		}
		for o := range s.scope.commits {
			if messages {
				want(o)
			}
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
				v.LeftOut(scanner.LeftOut{Reason: scanner.TooLarge, What: filepath.ToSlash(filepath.Join(s.root, cmp.Or(s.namesOf(int32(o.Index))[0], s.db.ID(o.Index).String())))})
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
	c.At.WorkTree = s.work.blobs[int32(o.Index)]
	if o.Reader == nil {
		if base, ok := o.BaseState.(*match.Trace); ok {
			c.Base, c.Copied = base, make([]match.Copy, len(o.Copied))
			for i, r := range o.Copied {
				c.Copied[i] = match.Copy(r)
			}
		}
		if o.Kept != nil {
			c.Trace = &match.Trace{}
			*o.Kept = c.Trace
		}
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
	at := place.Place{Kind: place.Tag, Root: s.root, Object: s.db.ID(o.Index).String(), Ref: s.named[int32(o.Index)]}
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

// sweepPeople gives each author and committer once: at the oldest commit that
// names them, of those that refs reach if there are any. Of a range's, only whom
// nobody named before.
func (s *sweep) sweepPeople(v scanner.Visitor) {
	sweep := func(field string, of func(*commit) int32) {
		at := make([]int32, len(s.graph.people)) // commits
		for i := range at {
			at[i] = none
		}
		before := make([]bool, len(at))
		for n := range s.graph.commits {
			n, c := int32(n), &s.graph.commits[n]
			who := of(c)
			before[who] = before[who] || s.scope != nil && !s.scope.commits[c.object]
			if old := at[who]; old == none || s.graph.earlier(n, old) {
				at[who] = n
			}
		}
		for who, n := range at {
			if n == none || before[who] {
				continue
			}
			scanner.FeedBytes(v, detectors.Chunk{At: place.Place{
				Kind: place.Commit, Root: s.root, Field: field,
				Object: s.db.ID(int(s.graph.commits[n].object)).String(),
			}}, []byte(s.graph.people[who]))
		}
	}
	sweep(fieldAuthor, func(c *commit) int32 { return c.author })
	sweep(fieldCommitter, func(c *commit) int32 { return c.committer })
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
