package odb

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// reader of all objects, as package git has it.
type objects interface {
	Len() int
	ID(i int) ID
	Find(id ID) (int, bool)
	FindAs(id []byte, t Type) (int, bool)
	Type(i int) Type
	Size(i int) int64
	Read(ctx context.Context, i int) ([]byte, error)
	Sweep(ctx context.Context, workers int, want func(i int) bool, visit func(Object)) error
	Problems() []Problem
	Close() error
}

var (
	_ objects = (*DB)(nil)
	_ objects = (*Lookup)(nil)
	_ objects = (*Git)(nil)
)

// repo is a bare repository made with the git binary.
type repo struct {
	t   testing.TB
	dir string
}

func newRepo(t testing.TB, args ...string) *repo {
	t.Helper()
	r := &repo{t, filepath.Join(t.TempDir(), "repo.git")}
	r.run(nil, append([]string{"init", "-q", "--bare", r.dir}, args...)...)
	return r
}

func (r *repo) objects() string { return filepath.Join(r.dir, "objects") }

// git runs git in the repository and gives its output.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	return r.run(nil, append([]string{"-C", r.dir}, args...)...)
}

func (r *repo) run(stdin []byte, args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE=1700000000 +0000")
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// fill commits versions of a few files, and a tag, through fast-import, which
// writes one pack.
func (r *repo) fill(seed uint64, versions int) {
	r.t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 0))
	var in bytes.Buffer
	files := make([][]string, 5)
	data := func(text string) { fmt.Fprintf(&in, "data %d\n%s\n", len(text), text) }
	for v := range versions {
		fmt.Fprintf(&in, "commit refs/heads/main\nmark :%d\ncommitter A <a@example.com> %d +0000\n", v+1, 1700000000+v)
		data(fmt.Sprintf("version %d of %d", v, seed))
		for f := range files {
			for range 1 + rnd.IntN(40) {
				line := fmt.Sprintf("%x %x", rnd.Uint64(), rnd.Uint64())
				at := rnd.IntN(len(files[f]) + 1)
				files[f] = append(files[f][:at], append([]string{line}, files[f][at:]...)...)
			}
			fmt.Fprintf(&in, "M 100644 inline dir%d/file%d\n", f%2, f)
			data(strings.Join(files[f], "\n"))
		}
	}
	fmt.Fprintf(&in, "tag v%d\nfrom :%d\ntagger A <a@example.com> 1700000000 +0000\n", seed, versions)
	data("a tag")
	r.run(in.Bytes(), "-C", r.dir, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
}

// loosen turns all packs into loose objects.
func (r *repo) loosen() {
	r.t.Helper()
	for _, pack := range r.packs() {
		data := r.read(pack)
		for _, f := range r.glob(strings.TrimSuffix(pack, "pack") + "*") {
			r.remove(f)
		}
		r.run(data, "-C", r.dir, "unpack-objects", "-q")
	}
}

func (r *repo) packs() []string { r.t.Helper(); return r.glob("pack/pack-*.pack") }

// glob gives the files of the objects folder that match, as paths within it.
func (r *repo) glob(pattern string) []string {
	r.t.Helper()
	paths, err := filepath.Glob(filepath.Join(r.objects(), pattern))
	if err != nil || len(paths) == 0 {
		r.t.Fatalf("no files %s: %v", pattern, err)
	}
	for i := range paths {
		paths[i], _ = filepath.Rel(r.objects(), paths[i])
	}
	return paths
}

func (r *repo) read(path string) []byte {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.objects(), path))
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}

// write replaces a file of the objects folder.
func (r *repo) write(path string, data []byte) {
	r.t.Helper()
	full := filepath.Join(r.objects(), path)
	_ = os.Remove(full)
	if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(full, data, 0o666); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) remove(path string) {
	r.t.Helper()
	if err := os.Remove(filepath.Join(r.objects(), path)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) open() *DB {
	r.t.Helper()
	return openDB(r.t, r.objects(), r.hashSize())
}

func (r *repo) hashSize() int {
	if r.git("rev-parse", "--show-object-format") == "sha256" {
		return 32
	}
	return 20
}

func openDB(t testing.TB, dir string, hashSize int) *DB {
	t.Helper()
	db, err := Open(t.Context(), dir, hashSize)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// listing is what git cat-file --batch-check says of all objects.
func listing(t testing.TB, gitDir string) string {
	t.Helper()
	r := &repo{t, gitDir}
	return r.git("cat-file", "--batch-all-objects", "--batch-check")
}

func describe(db objects) string {
	var lines []string
	for i := range db.Len() {
		lines = append(lines, fmt.Sprintf("%s %s %d", db.ID(i), db.Type(i), db.Size(i)))
	}
	return strings.Join(lines, "\n")
}

// idOf hashes an object's content, so that equal ids mean equal contents.
func idOf(t Type, data []byte, hashSize int) ID {
	h := newHash(hashSize)
	fmt.Fprintf(h, "%s %d\x00", t, len(data))
	h.Write(data)
	return ID(h.Sum(nil))
}

// checkSweep sweeps what is wanted, and checks what comes: each object once, its
// content the one that its id names, copied ranges that are in its base, and the
// state that was kept at the base's visit.
func checkSweep(t *testing.T, db objects, workers int, want func(i int) bool) (seen map[int]bool) {
	t.Helper()
	var mu sync.Mutex
	contents := map[int][]byte{}
	err := db.Sweep(t.Context(), workers, want, func(o Object) {
		data := o.Data
		if o.Reader != nil {
			var err error
			if data, err = io.ReadAll(o.Reader); err != nil {
				return // and counted as not read, so it isn't seen
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if _, twice := contents[o.Index]; twice {
			t.Errorf("%s was visited twice", db.ID(o.Index))
		}
		if !want(o.Index) {
			t.Errorf("%s was visited and isn't wanted", db.ID(o.Index))
		}
		if id := db.ID(o.Index); idOf(o.Type, data, len(id)) != id || o.Type != db.Type(o.Index) || o.Size != int64(len(data)) {
			t.Errorf("visit of %s gives another object: %s of %d bytes", id, o.Type, o.Size)
		}
		contents[o.Index] = bytes.Clone(data)
		if o.Kept != nil {
			*o.Kept = o.Index
		}
		if o.Base < 0 || !want(o.Base) {
			if o.BaseState != nil {
				t.Errorf("%s has the state %v, and its base was not visited", db.ID(o.Index), o.BaseState)
			}
			return
		}
		if o.BaseState != o.Base {
			t.Errorf("%s: got the state of %v, want that of %d", db.ID(o.Index), o.BaseState, o.Base)
		}
		base, ok := contents[o.Base]
		if !ok {
			t.Errorf("%s was visited before its base", db.ID(o.Index))
			return
		}
		end := 0
		for _, c := range o.Copied {
			if c.At < end || c.Len <= 0 || !bytes.Equal(data[c.At:c.At+c.Len], base[c.From:c.From+c.Len]) {
				t.Errorf("%s: copied range %+v is wrong", db.ID(o.Index), c)
			}
			end = c.At + c.Len
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	seen = map[int]bool{}
	for i := range contents {
		seen[i] = true
	}
	return seen
}

func all(int) bool { return true }

// check compares a database with what git says of the repository, every way that
// there is to read it.
func check(t *testing.T, db objects, gitDir string) {
	t.Helper()
	want := listing(t, gitDir)
	if want == "" {
		t.Fatal("the repository has no objects to test with")
	}
	if diff := cmp.Diff(want, describe(db)); diff != "" {
		t.Errorf("objects (-git +odb):\n%s", diff)
	}
	for _, workers := range []int{1, 4} {
		if got := len(checkSweep(t, db, workers, all)); got != db.Len() {
			t.Errorf("sweep with %d workers visited %d of %d objects", workers, got, db.Len())
		}
	}
	for i := range db.Len() {
		if at, ok := db.Find(db.ID(i)); !ok || at != i {
			t.Errorf("find %s: got %d %v, want %d", db.ID(i), at, ok, i)
		}
		data, err := db.Read(t.Context(), i)
		if err != nil || idOf(db.Type(i), data, len(db.ID(i))) != db.ID(i) {
			t.Errorf("read %s: got another content, error %v", db.ID(i), err)
		}
	}
	if got := db.Problems(); len(got) > 0 {
		t.Errorf("problems: %v", got)
	}
}

func TestLayouts(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		make func(r *repo)
	}{
		{name: "loose", make: func(r *repo) {
			r.fill(1, 8)
			r.loosen()
		}},
		{name: "one pack", make: func(r *repo) {
			r.fill(1, 60)
			r.git("repack", "-adfq", "--depth=250")
		}},
		{name: "packs with the same objects, and loose ones", make: func(r *repo) {
			r.fill(1, 20)
			r.git("repack", "-adq")
			first := r.packs()[0]
			kept := map[string][]byte{}
			for _, f := range r.glob(strings.TrimSuffix(first, "pack") + "*") {
				kept[f] = r.read(f)
			}
			r.fill(2, 20)
			r.git("repack", "-adfq", "--window=50", "--depth=3")
			for f, data := range kept {
				r.write(f, data)
			}
			r.write(strings.TrimSuffix(first, "pack")+"keep", nil)
			r.write(strings.TrimSuffix(first, "pack")+"promisor", nil)
			r.write("pack/tmp_pack_abcdef", []byte("PACK"))
			r.fill(3, 2)
			r.run([]byte("dangling"), "-C", r.dir, "hash-object", "-w", "--stdin")
		}},
		{name: "multi-pack index", make: func(r *repo) {
			for seed := range uint64(3) {
				r.fill(seed+1, 3)
			}
			r.git("multi-pack-index", "write")
		}},
		{name: "bases by id", make: func(r *repo) {
			r.fill(1, 40)
			r.git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")
		}},
		{name: "thin pack, completed", make: func(r *repo) {
			r.fill(1, 30)
			r.git("repack", "-adfq")
			r.git("tag", "base", "main~3")
			thin := r.run([]byte("main\n^base\n"), "-C", r.dir, "pack-objects", "--revs", "--thin", "--stdout", "-q")
			other := newRepo(r.t)
			other.git("fetch", "-q", r.dir, "tag", "base")
			other.run([]byte(thin+"\n"), "-C", other.dir, "index-pack", "--stdin", "--fix-thin")
			r.dir = other.dir
		}},
		{name: "index version 1", make: func(r *repo) {
			r.fill(1, 30)
			r.git("-c", "pack.indexVersion=1", "repack", "-adfq")
			if magic := r.read(r.glob("pack/*.idx")[0])[:4]; bytes.Equal(magic, idxMagic) {
				r.t.Fatal("the index isn't of version 1")
			}
		}},
		{name: "64-bit offsets", make: func(r *repo) {
			r.fill(1, 30)
			r.git("repack", "-adfq")
			pack := r.packs()[0]
			r.git("index-pack", "--index-version=2,0x40", filepath.Join(r.objects(), pack))
		}},
		{name: "SHA-256", args: []string{"--object-format=sha256"}, make: func(r *repo) {
			r.fill(1, 30)
			r.git("repack", "-adfq")
			r.fill(2, 3)
			r.run([]byte("loose"), "-C", r.dir, "hash-object", "-w", "--stdin")
		}},
		{name: "large blobs", make: func(r *repo) {
			noise := make([]byte, 3*wholeLimit)
			rnd := rand.NewChaCha8([32]byte{})
			_, _ = rnd.Read(noise)
			for i, blob := range [][]byte{noise, noise[:2*wholeLimit], noise[100:], make([]byte, streamLimit+1)} {
				args := []string{"-C", r.dir, "hash-object", "-w", "--stdin"}
				if i == 0 {
					args = append([]string{"-c", "core.compression=0"}, args...)
				}
				r.run(blob, args...)
			}
			ids := r.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) name")
			r.run([]byte(ids+"\n"), "-C", r.dir, "pack-objects", "-q", filepath.Join(r.objects(), "pack", "pack"))
			r.run(append(noise, "loose"...), "-C", r.dir, "hash-object", "-w", "--stdin")
		}},
		{name: "alternates", make: func(r *repo) {
			r.fill(1, 5)
			middle, far := newRepo(r.t), newRepo(r.t)
			middle.fill(2, 5)
			far.fill(3, 5)
			far.loosen()
			relative, err := filepath.Rel(r.objects(), middle.objects())
			if err != nil {
				r.t.Fatal(err)
			}
			r.write("info/alternates", []byte("# a comment\n"+filepath.ToSlash(relative)+"\n"))
			middle.write("info/alternates", fmt.Appendf(nil, "%q\n", filepath.ToSlash(far.objects())))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRepo(t, test.args...)
			test.make(r)
			check(t, r.open(), r.dir)
			t.Run("looked up", func(t *testing.T) {
				l := lookUp(t, r.objects(), r.hashSize())
				check(t, l, r.dir)
				if l.all != nil && test.name != "large blobs" { // which are streamed
					t.Error("it learned of all objects")
				}
			})
			t.Run("by git", func(t *testing.T) {
				g, err := OpenGit(t.Context(), r.dir)
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				check(t, g, r.dir)
			})
		})
	}
}

// TestRepository compares a large repository with git's listing.
func TestRepository(t *testing.T) {
	dir := largeRepo(t)
	db, err := Open(t.Context(), filepath.Join(dir, "objects"), 20)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got, want := describe(db), listing(t, dir); got != want {
		t.Errorf("%d objects differ from what git lists", db.Len())
	}
	if got := len(checkSweep(t, db, 2, func(i int) bool { return i%7 == 0 })); got != (db.Len()+6)/7 {
		t.Errorf("sweep visited %d of every seventh of %d objects", got, db.Len())
	}
}

// largeRepo is a git directory to measure: the one that SECRETSWEEP_TEST_REPO names,
// or one that is made.
func largeRepo(t testing.TB) string {
	if dir := os.Getenv("SECRETSWEEP_TEST_REPO"); dir != "" {
		return dir
	}
	r := newRepo(t)
	r.fill(1, 120)
	r.git("repack", "-adfq")
	return r.dir
}
