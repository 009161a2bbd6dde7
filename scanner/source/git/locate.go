package git

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/secretsweep/secretsweep/internal/place"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// located are the hits of one sweep, sorted by what they are in.
type located struct {
	*sweep
	hits    []scanner.Hit
	numbers map[secret.Fingerprint]int32 // values are numbered, for speed
	inBlob  map[blobValue]int            // hits in blobs
	inFile  map[string]map[int32]int     // hits in changed files of the working tree, by path and value
	old     map[int32]bool               // values that the base has
	found   func(int, place.Place)

	versions map[int32]*place.Version // by commit object
}

type blobValue struct{ blob, value int32 }

// locate turns hits into places: blobs into runs of history, and files on disk
// into runs' last versions.
func (s *sweep) locate(ctx context.Context, hits []scanner.Hit, found func(int, place.Place)) error {
	defer s.db.Close()
	l := &located{
		sweep: s, hits: hits, found: found,
		numbers: map[secret.Fingerprint]int32{}, inBlob: map[blobValue]int{},
		inFile: map[string]map[int32]int{}, old: map[int32]bool{}, versions: map[int32]*place.Version{},
	}
	values := l.sort()
	if s.options.newOnly() {
		for blob := range s.scope.baseBlobs {
			for _, value := range values[blob] {
				l.old[value] = true
			}
		}
	}

	var within map[int32]bool
	var commits []int32
	isBase := func(int32) bool { return false }
	if s.scope != nil {
		within, commits = s.scope.within, s.scope.follow
		isBase = func(n int32) bool { return s.scope.base[n] }
	} else {
		for n := range s.graph.commits {
			commits = append(commits, int32(n))
		}
	}
	t := newTracer(s.graph, s.names.paths, values, within)
	if err := t.follow(ctx, commits, isBase); err != nil {
		return err
	}
	t.settle(s.head)
	l.addIndex(t)
	l.addRuns(ctx, t)
	l.addRest(ctx, t)
	return ctx.Err()
}

// sort numbers the values, and sorts the hits by what they are in. It gives the
// values in each blob, ascending. A hit in something else has its place at once.
func (l *located) sort() map[int32][]int32 {
	values := map[int32][]int32{}
	for i, h := range l.hits {
		value, ok := l.numbers[h.Value]
		if !ok {
			value = int32(len(l.numbers))
			l.numbers[h.Value] = value
		}
		switch h.At.Kind {
		case place.Object:
			blob := l.object(h.At.Object)
			l.inBlob[blobValue{blob, value}] = i
			if at, ok := slices.BinarySearch(values[blob], value); !ok {
				values[blob] = slices.Insert(values[blob], at, value)
			}
		case place.File:
			if l.inFile[h.At.Path] == nil {
				l.inFile[h.At.Path] = map[int32]int{}
			}
			l.inFile[h.At.Path][value] = i
		}
	}
	return values
}

func (l *located) object(hex string) int32 {
	id, err := odb.ParseID(hex)
	if err == nil {
		if i, ok := l.db.Find(id); ok {
			return int32(i)
		}
	}
	panic("git: hit in an object that was never given: " + hex)
}

// addIndex takes the index as the version after HEAD, and the working tree as the
// version after the index.
func (l *located) addIndex(t *tracer) {
	if l.options.HistoryOnly || l.options.commitsOnly() {
		return
	}
	for _, path := range l.index.paths {
		file := l.index.files[path]
		inFile := l.inFile[path]
		var inHead map[int32]int32
		if l.head != none && (len(inFile) > 0 || slices.ContainsFunc(file.blobs, func(b int32) bool { return len(t.values[b]) > 0 })) {
			inHead = t.runsAt(l.head, strings.Split(path, "/"))
		}
		runs := map[int32]int32{} // value → its run up to here
		for _, b := range file.blobs {
			t.traced[b] = true
			for _, value := range t.values[b] {
				n, ok := inHead[value]
				if !ok {
					if n, ok = runs[value]; !ok {
						n = t.begin(run{path: t.paths.of(path), value: value, blob: b, first: none})
					}
				}
				t.runs[n].index = true
				t.runs[n].work = t.runs[n].work || l.work.clean[path]
				runs[value] = n
			}
		}
		for value := range inFile {
			n, ok := runs[value]
			if !ok {
				n, ok = inHead[value]
			}
			if ok {
				t.runs[n].work = true
				delete(inFile, value)
			}
		}
	}
}

// addRuns gives the place of every run.
func (l *located) addRuns(ctx context.Context, t *tracer) {
	for n := range t.runs {
		r := &t.runs[n]
		if t.whole(int32(n)) != int32(n) || !l.wanted(r) {
			continue
		}
		path := t.paths.text(r.path)
		if !l.options.Filter.Admits(path) {
			continue
		}
		hit := l.inBlob[blobValue{r.blob, r.value}]
		p := l.hits[hit].At
		p.Kind, p.Path = place.File, path
		p.Head, p.Index, p.WorkTree = r.head, r.index, r.work
		p.Local = r.reach&byRef == 0 && !r.index
		if r.first != none && !r.base {
			p.Commit = l.version(ctx, l.graph.commits[r.first].object)
			p.Last = l.version(ctx, l.graph.commits[r.newest].object)
			if r.reach&byRef != 0 && r.reach&byCode == 0 {
				p.Kind, p.Ref, p.Annotated = place.Note, l.noteRefs[r.newest], strings.ReplaceAll(path, "/", "")
			}
		}
		l.found(hit, p)
	}
}

// wanted tells whether a run is to be reported at all.
func (l *located) wanted(r *run) bool {
	switch {
	case l.options.Staged:
		return r.index && !l.old[r.value]
	case l.options.NoHistory:
		return r.index || r.work
	case l.options.newOnly():
		return !r.base && !l.old[r.value]
	}
	return true
}

// addRest gives the places of all hits that no run accounts for: blobs that no
// commit leads to, files that git doesn't have like this, and what is no file.
func (l *located) addRest(ctx context.Context, t *tracer) {
	for i, h := range l.hits {
		p := h.At
		value := l.numbers[h.Value]
		switch p.Kind {
		case place.Object:
			blob := l.object(p.Object)
			if l.scope != nil || t.traced[blob] {
				continue
			}
			p.Ref = l.named[blob]
			p.Local = p.Ref == ""
		case place.File:
			if _, ok := l.inFile[p.Path][value]; !ok {
				continue // the index or HEAD has it
			}
		case place.Commit:
			o := l.object(p.Object)
			n, ok := l.graph.number[o] // a malformed one has none
			p.Commit = l.version(ctx, o)
			p.Local = !ok || l.graph.commits[n].reach&byRef == 0
		case place.Tag:
			o := l.object(p.Object)
			if n, ok := l.graph.commitOf(o, func(int32) {}); ok {
				p.Commit = l.version(ctx, l.graph.commits[n].object)
			}
			p.Local = l.named[o] == ""
		}
		if l.old[value] {
			continue
		}
		l.found(i, p)
	}
}

// version reads what people need to know of a commit.
func (l *located) version(ctx context.Context, object int32) *place.Version {
	if v := l.versions[object]; v != nil {
		return v
	}
	v := &place.Version{ID: l.db.ID(int(object)).String()}
	l.versions[object] = v
	// It was read before; should it have become unreadable, its id is what remains.
	if data, err := l.db.Read(ctx, int(object)); err == nil {
		h, _ := parseCommit(data)
		v.Name, v.Email = splitIdentity(h.author)
		v.Date = time.Unix(h.time, 0).UTC()
		title, _, _ := bytes.Cut(bytes.TrimLeft(h.message, "\n"), []byte("\n"))
		v.Title = clip(string(title))
	}
	return v
}

// splitIdentity takes "Name <address>" apart.
func splitIdentity(who []byte) (name, email string) {
	before, after, _ := bytes.Cut(who, []byte("<"))
	return string(bytes.TrimSpace(before)), string(bytes.TrimSuffix(after, []byte(">")))
}

// clip bounds a title, which may be a whole message on one line.
func clip(title string) string {
	const most = 200
	if len(title) <= most {
		return title
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(title[cut]) {
		cut--
	}
	return title[:cut]
}
