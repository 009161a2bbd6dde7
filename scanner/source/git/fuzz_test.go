package git

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/scanner/source/git/odb"
)

var hexID = strings.Repeat("0a", 20)

func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{hexID + "\n", hexID, "ref: refs/heads/main\n", "ref:x", "ref: ", "", "\n", "garbage", hexID + "\tnot-for-merge"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, to, ok := parseRef(text, 20)
		if ok != (target != "" || to != "") || target != "" && to != "" {
			t.Errorf("%q: got target %q, ref %q and ok %t, want one of the two if ok", text, target, to, ok)
		}
		if target != "" && (len(target) != 20 || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), target.String())) {
			t.Errorf("%q: target %s is not what it begins with", text, target)
		}
		if !strings.Contains(text, to) || to != strings.TrimSpace(to) {
			t.Errorf("%q: ref %q", text, to)
		}
	})
}

func FuzzParsePackedRefs(f *testing.F) {
	f.Add("# pack-refs with: peeled fully-peeled sorted\n" + hexID + " refs/heads/main\n" + hexID + " refs/tags/v1\n^" + hexID + "\n")
	f.Add(hexID + " \n" + hexID + "\nx y\r\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		var again []string
		lost := parsePackedRefs(text, 20, func(name string, target odb.ID) { again = append(again, target.String()+" "+name) })
		var lines []string
		for line := range strings.Lines(text) {
			if line = strings.TrimRight(line, "\r\n"); line != "" && line[0] != '#' && line[0] != '^' {
				lines = append(lines, line)
			}
		}
		if len(again)+lost != len(lines) {
			t.Errorf("got %d refs and %d lost lines, want %d", len(again), lost, len(lines))
		}
		for _, line := range again {
			if !slices.ContainsFunc(lines, func(l string) bool { return strings.EqualFold(l, line) }) {
				t.Errorf("%q is no line of %q", line, text)
			}
		}
	})
}

func FuzzParseShallow(f *testing.F) {
	f.Add(hexID + "\n" + strings.Repeat("1", 40) + "\n")
	f.Add("garbage")
	f.Fuzz(func(t *testing.T, text string) {
		cut, err := parseShallow(text)
		if err != nil {
			return
		}
		for _, word := range strings.Fields(text) {
			raw, err := hex.DecodeString(word)
			if err != nil || !cut[odb.ID(raw)] {
				t.Errorf("%q is missing", word)
			}
		}
	})
}

func FuzzParseGitFile(f *testing.F) {
	for _, seed := range []string{"gitdir: ../.git/modules/x\n", "gitdir:C:/x/.git", "gitdir: \n", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, ok := parseGitFile(text)
		if ok != (target != "" && strings.HasPrefix(text, "gitdir:")) || !strings.HasSuffix(strings.TrimSpace(text), target) {
			t.Errorf("%q: got %q, %t", text, target, ok)
		}
	})
}

func FuzzParseStaged(f *testing.F) {
	f.Add("100644 " + hexID + " 0\ta b\x00160000 " + hexID + " 0\tmod\x00100755 " + hexID + " 2\tsub/x\ty\x00")
	f.Add("100644 0\tx\x00")
	f.Add("\x00\x00")
	f.Fuzz(func(t *testing.T, out string) {
		records := 0
		err := parseStaged(out, func(mode uint32, id odb.ID, path string) {
			records++
			if !strings.Contains(out, "\t"+path) || !strings.Contains(strings.ToLower(out), id.String()) || strings.Contains(path, "\x00") {
				t.Errorf("%q: got %o %s %q", out, mode, id, path)
			}
		})
		want := len(slices.DeleteFunc(strings.Split(out, "\x00"), func(r string) bool { return r == "" }))
		if err == nil && records != want {
			t.Errorf("%q: got %d entries, want %d", out, records, want)
		}
	})
}

// FuzzResolve has any text for a revision, on a history of which each commit's
// first parent is known.
func FuzzResolve(f *testing.F) {
	for _, seed := range []string{"HEAD", "main~2^2", "^", "~~~", "main^0", "x", "@", "0a0a", "HEAD~99999999999999999999", "refs/heads/main^1"} {
		f.Add(seed)
	}
	s := lineOf(5)
	f.Fuzz(func(t *testing.T, rev string) {
		n, err := s.resolve(rev, false)
		if err != nil {
			return
		}
		if n < 0 || int(n) >= len(s.graph.commits) {
			t.Fatalf("%q: commit %d", rev, n)
		}
		if parent, err := s.resolve(rev+"~", false); (err == nil) != (n > 0) || err == nil && parent != n-1 {
			t.Errorf("%q: got commit %d, and %d (%v) before it", rev, n, parent, err)
		}
	})
}

// lineOf makes a history of commits, each the child of the one before.
func lineOf(commits int) *sweep {
	db := &idsOnly{}
	g := &graph{db: db, number: map[int32]int32{}, tags: map[int32]int32{}}
	for n := range int32(commits) {
		db.ids = append(db.ids, odb.ID(bytes.Repeat([]byte{byte(n)}, 20)))
		c := commit{object: n, tree: none}
		if n > 0 {
			c.parents = []int32{n - 1}
		}
		g.commits = append(g.commits, c)
		g.number[n] = n
	}
	tip := db.ids[commits-1]
	return &sweep{db: db, graph: g, refs: []ref{{headName, tip}, {"refs/heads/main", tip}}}
}

// idsOnly is an object database of which only ids are asked.
type idsOnly struct {
	objects
	ids []odb.ID
}

func (d *idsOnly) ID(i int) odb.ID { return d.ids[i] }

func (d *idsOnly) Find(id odb.ID) (int, bool) {
	i := slices.Index(d.ids, id)
	return i, i >= 0
}
