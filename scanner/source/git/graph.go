package git

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

// objects is an object database: package odb's own reader, or the git binary.
// Objects are numbered in the order of their ids; where few are looked up, in the
// order in which they are found, and Len grows.
type objects interface {
	Len() int
	ID(i int) odb.ID
	Find(id odb.ID) (int, bool)
	FindAs(id []byte, t odb.Type) (int, bool)
	Type(i int) odb.Type
	Size(i int) int64
	Read(ctx context.Context, i int) ([]byte, error)
	Sweep(ctx context.Context, workers int, want func(i int) bool, visit func(odb.Object)) error
	Problems() []odb.Problem
	Close() error
}

// none stands where there is no object, commit or run.
const none = int32(-1)

// commit is a commit as far as the walk over history needs it. Commits are
// numbered so that parents come before their children.
type commit struct {
	object  int32
	tree    int32   // object number; none if it is missing
	parents []int32 // commit numbers; parents that are missing are left out
	time    int64   // the committer's, seconds since 1970
	reach   reach

	author, committer int32 // in graph.people
}

// reach says by which kinds of ref a commit is reached.
type reach uint8

const (
	byRef   reach = 1 << iota // any ref but the stash; HEAD of this working tree too
	byCode                    // of these, any but notes
	byStash                   // the stash, or another working tree's detached HEAD
)

// graph is the commits, tags and trees of a repository.
type graph struct {
	db      objects
	commits []commit
	number  map[int32]int32 // object → commit
	tags    map[int32]int32 // tag object → what it tags
	trees   treeTable

	people   []string // authors and committers ("Name <address>")
	personNo map[string]int32

	torn      []int32 // commits and tags that name an object which is missing
	malformed []int32 // commits, trees or tags that make no sense
}

// loadGraph reads every commit and tag, and every tree if withTrees is set; else
// trees are read as they are asked for. Progress counts objects.
func loadGraph(ctx context.Context, db objects, workers int, withTrees bool, cut map[odb.ID]bool, progress func(done, total int64)) (*graph, error) {
	g := &graph{db: db, number: map[int32]int32{}, tags: map[int32]int32{}, personNo: map[string]int32{}}
	g.trees.init(db)
	type rawCommit struct {
		commit
		parentObjects []int32
	}
	var mu sync.Mutex
	var raw []rawCommit
	var total int64
	want := func(i int) bool {
		t := db.Type(i)
		wanted := t == odb.Commit || t == odb.Tag || t == odb.Tree && withTrees
		if wanted {
			total++
		}
		return wanted
	}
	var read atomic.Int64
	err := db.Sweep(ctx, workers, want, func(o odb.Object) {
		if done := read.Add(1); done%progressStep == 0 {
			progress(done, total)
		}
		i := int32(o.Index)
		switch o.Type {
		case odb.Tree:
			base, _ := o.BaseState.(*treeTrace)
			var trace *treeTrace
			if o.Kept != nil {
				trace = &treeTrace{}
				*o.Kept = trace
			}
			if !g.trees.add(i, o.Data, base, o.Copied, trace) {
				mu.Lock()
				g.malformed = append(g.malformed, i)
				mu.Unlock()
			}
		case odb.Commit:
			h, ok := parseCommit(o.Data)
			c := rawCommit{commit: commit{object: i, tree: g.find(h.tree, odb.Tree), time: h.time}}
			torn := c.tree == none
			for _, p := range h.parents {
				if k := g.find(p, odb.Commit); k != none {
					c.parentObjects = append(c.parentObjects, k)
				} else if !cut[db.ID(o.Index)] {
					torn = true
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if !ok {
				g.malformed = append(g.malformed, i)
				return
			}
			c.author, c.committer = g.person(h.author), g.person(h.committer)
			if torn {
				g.torn = append(g.torn, i)
			}
			raw = append(raw, c)
		case odb.Tag:
			target, ok := parseTagTarget(o.Data)
			mu.Lock()
			defer mu.Unlock()
			switch k := g.find(target, odb.Unknown); {
			case !ok:
				g.malformed = append(g.malformed, i)
			case k == none:
				g.torn = append(g.torn, i)
			default:
				g.tags[i] = k
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("read commits and trees: %w", err)
	}
	if withTrees {
		g.trees.settle()
	}

	// Number the commits: oldest first among those whose parents all have one,
	// so that the order depends on the repository alone.
	slices.SortFunc(raw, func(a, b rawCommit) int { return int(a.object) - int(b.object) })
	at := make(map[int32]int32, len(raw))
	for k, c := range raw {
		at[c.object] = int32(k)
	}
	waiting := make([]int32, len(raw)) // parents without a number
	children := make([][]int32, len(raw))
	var ready []int32
	for k, c := range raw {
		for _, p := range c.parentObjects {
			if pk, ok := at[p]; ok { // a malformed parent has no place
				children[pk] = append(children[pk], int32(k))
				waiting[k]++
			}
		}
		if waiting[k] == 0 {
			ready = append(ready, int32(k))
		}
	}
	g.commits = make([]commit, 0, len(raw))
	for len(ready) > 0 {
		k := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		c := raw[k].commit
		for _, p := range raw[k].parentObjects {
			if n, ok := g.number[p]; ok {
				c.parents = append(c.parents, n)
			}
		}
		g.number[c.object] = int32(len(g.commits))
		g.commits = append(g.commits, c)
		for _, ch := range children[k] {
			if waiting[ch]--; waiting[ch] == 0 {
				ready = append(ready, ch)
			}
		}
	}
	for k, c := range raw {
		if waiting[k] > 0 { // it is its own ancestor, under an id that isn't its own
			g.malformed = append(g.malformed, c.object)
		}
	}
	slices.Sort(g.malformed)
	slices.Sort(g.torn)
	return g, nil
}

// loadCommit reads one commit, and takes it for the whole history.
func loadCommit(ctx context.Context, db objects, id odb.ID) (*graph, error) {
	g := &graph{db: db, number: map[int32]int32{}}
	i, ok := db.FindAs([]byte(id), odb.Commit)
	g.trees.init(db) // once there is an object, for the length of its id
	if !ok {
		return g, nil // an unborn branch's
	}
	data, err := db.Read(ctx, i)
	if err != nil {
		return nil, err
	}
	h, ok := parseCommit(data)
	if !ok {
		g.malformed = []int32{int32(i)}
		return g, nil
	}
	g.commits = []commit{{object: int32(i), tree: g.find(h.tree, odb.Tree), time: h.time}}
	if g.commits[0].tree == none {
		g.torn = []int32{int32(i)}
	}
	g.number[int32(i)] = 0
	return g, nil
}

// person gives the number of an author or committer.
func (g *graph) person(who []byte) int32 {
	n, ok := g.personNo[string(who)]
	if !ok {
		n = int32(len(g.people))
		g.people = append(g.people, string(who))
		g.personNo[string(who)] = n
	}
	return n
}

// find gives the number of an object of a type (Unknown: any), from its id in hex.
func (g *graph) find(hexID []byte, t odb.Type) int32 {
	var raw [32]byte
	n, err := hex.Decode(raw[:], hexID[:min(len(hexID), hex.EncodedLen(len(raw)))])
	if err != nil {
		return none
	}
	if i, ok := g.db.FindAs(raw[:n], t); ok {
		return int32(i)
	}
	return none
}

// commitOf follows an object, through tags, to a commit. On the way it passes
// tags, or something else to which no commit leads.
func (g *graph) commitOf(object int32, pass func(object int32)) (int32, bool) {
	for range len(g.tags) + 1 {
		if n, ok := g.number[object]; ok {
			return n, true
		}
		pass(object)
		next, ok := g.tags[object]
		if !ok {
			break
		}
		object = next
	}
	return none, false
}

// commitByID follows an id, through tags, to a commit.
func (g *graph) commitByID(id odb.ID) (int32, bool) {
	i, ok := g.db.Find(id)
	if !ok {
		return none, false
	}
	return g.commitOf(int32(i), func(int32) {})
}

// mark sets a reach on a commit and all its ancestors.
func (g *graph) mark(from int32, bits reach) {
	todo := []int32{from}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if c := &g.commits[n]; c.reach&bits != bits {
			c.reach |= bits
			todo = append(todo, c.parents...)
		}
	}
}

// later tells whether commit a is to be named rather than b as the last one of
// several: one that refs reach, then the newer one. A stash or what an amendment
// left behind has most files of the commit under it; nobody looks for them there.
func (g *graph) later(a, b int32) bool {
	if ra, rb := g.commits[a].reach&byRef, g.commits[b].reach&byRef; ra != rb {
		return ra != 0
	}
	return g.older(b, a)
}

// earlier is the same for the first one.
func (g *graph) earlier(a, b int32) bool {
	if ra, rb := g.commits[a].reach&byRef, g.commits[b].reach&byRef; ra != rb {
		return ra != 0
	}
	return g.older(a, b)
}

// older tells whether commit a is before b, by committer time, then id.
func (g *graph) older(a, b int32) bool {
	if ta, tb := g.commits[a].time, g.commits[b].time; ta != tb {
		return ta < tb
	}
	return g.commits[a].object < g.commits[b].object // objects are in the order of their ids
}

// commitHeader is what a commit says of itself; the slices point into it.
type commitHeader struct {
	tree              []byte
	parents           [][]byte
	author, committer []byte // "Name <address>"
	time              int64
	extra             []byte // any other headers but signatures
	message           []byte
}

// parseCommit reads a commit object. See gitformat-commit(5) and git's commit.c.
func parseCommit(data []byte) (h commitHeader, ok bool) {
	rest := data
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if len(line) == 0 {
			h.message = after
			break
		}
		// A header goes on over lines that begin with a space.
		for len(after) > 0 && after[0] == ' ' {
			end := bytes.IndexByte(after, '\n') + 1
			if end == 0 {
				end = len(after)
			}
			line, after = rest[:len(line)+1+end], after[end:]
		}
		rest = after
		key, value, _ := bytes.Cut(line, []byte(" "))
		switch string(key) {
		case "tree":
			h.tree = value
		case "parent":
			h.parents = append(h.parents, value)
		case "author":
			h.author, _ = splitSignature(value)
		case "committer":
			h.committer, h.time = splitSignature(value)
		case "gpgsig", "gpgsig-sha256", "encoding":
		default:
			h.extra = append(append(h.extra, bytes.TrimSuffix(line, []byte("\n"))...), '\n')
		}
	}
	return h, h.tree != nil
}

// splitSignature takes "Name <address> seconds zone" apart. A time that makes no
// sense counts as 0.
func splitSignature(sig []byte) (who []byte, seconds int64) {
	end := bytes.LastIndexByte(sig, '>')
	if end < 0 {
		return sig, 0
	}
	digits, _, _ := bytes.Cut(bytes.TrimLeft(sig[end+1:], " "), []byte(" "))
	seconds, err := strconv.ParseInt(string(digits), 10, 64)
	const year10000 = 253402300800 // which no calendar of four digits has
	if err != nil || seconds < 0 || seconds >= year10000 {
		seconds = 0
	}
	return sig[:end+1], seconds
}

// parseTagTarget reads the id of what a tag object tags.
func parseTagTarget(data []byte) (target []byte, ok bool) {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return bytes.CutPrefix(line, []byte("object "))
}

// splitTag gives the tagger and the message of a tag object.
func splitTag(data []byte) (tagger, message []byte) {
	head, message, _ := bytes.Cut(data, []byte("\n\n"))
	for line := range bytes.Lines(head) {
		if value, ok := bytes.CutPrefix(line, []byte("tagger ")); ok {
			tagger, _ = splitSignature(bytes.TrimSuffix(value, []byte("\n")))
		}
	}
	return tagger, message
}

// problems reports what of the graph could not be made sense of. of tells which
// commits and tags matter; absent are the entries of trees whose object is missing.
func (g *graph) problems(root string, partial bool, of func(object int32) bool, absent iter.Seq[uint32], report func(scanner.Problem)) {
	for _, i := range g.malformed {
		report(scanner.Problem{
			What: fmt.Sprintf("%s: %s %s", root, g.db.Type(int(i)), g.db.ID(int(i))),
			Err:  errors.New("malformed object"),
		})
	}
	for _, i := range g.torn {
		if of(i) {
			report(scanner.Problem{
				What: fmt.Sprintf("%s: %s %s", root, g.db.Type(int(i)), g.db.ID(int(i))),
				Err:  errors.New("what it leads to is missing from the object database"),
			})
		}
	}
	missing := map[odb.ID]string{} // and the first of its names
	for n := range absent {
		id, name := g.trees.absent[n], g.trees.names[g.trees.entries[n].name]
		if first, ok := missing[id]; !ok || name < first {
			missing[id] = name
		}
	}
	if len(missing) > 0 {
		first := slices.Min(slices.Collect(maps.Keys(missing)))
		why := "files and folders that trees name are missing from the object database: %d, such as %s (%s)"
		if partial {
			why = "partial clone: files and folders that trees name were never fetched: %d, such as %s (%s); git fetch --refetch --no-filter brings them"
		}
		report(scanner.Problem{What: root, Err: fmt.Errorf(why, len(missing), missing[first], first)})
	}
}
