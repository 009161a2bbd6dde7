package dir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/scanner"
)

// noted keeps what a walk or a sweep gives.
type noted struct {
	onChunk func(*detectors.Chunk) // may be nil
	drop    bool                   // keep no chunks

	mu       sync.Mutex
	chunks   []detectors.Chunk
	problems []string
	sources  []string // paths
	leftOut  []string
	counts   map[scanner.Counter]int64
}

func (n *noted) Chunk(c *detectors.Chunk) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.onChunk != nil {
		n.onChunk(c)
	}
	if !n.drop {
		kept := *c
		kept.Data = bytes.Clone(c.Data)
		n.chunks = append(n.chunks, kept)
	}
}

// texts gives the texts by their paths. Parts of one come in order.
func (n *noted) texts() map[string]string {
	texts := make(map[string]string)
	for _, c := range n.chunks {
		texts[c.At.Path] += string(c.Data[c.From:c.To])
	}
	return texts
}

func (n *noted) Problem(p scanner.Problem) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.problems = append(n.problems, fmt.Sprintf("%s: %v", p.What, p.Err))
}

func (*noted) Unpack(scanner.PackedText) bool { return false }

func (n *noted) LeftOut(l scanner.LeftOut) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.leftOut = append(n.leftOut, fmt.Sprintf("%s: %d %s", l.Reason, max(l.Count, 1), l.What))
}

func (n *noted) Count(what scanner.Counter, count int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.counts == nil {
		n.counts = make(map[scanner.Counter]int64)
	}
	n.counts[what] += count
}

func (n *noted) Progress(string, int64, int64)        {}
func (n *noted) Source(path string, _ scanner.Source) { n.sources = append(n.sources, path) }

// write makes files in a folder; a path that ends in a slash is an empty folder.
func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for p, text := range files {
		name := filepath.Join(root, filepath.FromSlash(p))
		err := os.MkdirAll(filepath.Dir(name), 0o700)
		switch {
		case err != nil:
		case strings.HasSuffix(p, "/"):
			err = os.MkdirAll(name, 0o700)
		default:
			err = os.WriteFile(name, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func mustFilter(t *testing.T, include, exclude []string) scanner.Filter {
	t.Helper()
	f, err := scanner.NewFilter(include, exclude)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWalk(t *testing.T) {
	tree := func(paths ...string) map[string]string {
		files := make(map[string]string)
		for _, p := range paths {
			files[p] = ""
		}
		return files
	}
	tests := []struct {
		name    string
		files   map[string]string
		outside bool // of git
		options WalkOptions
		tracked []string
		want    []string // entries; "+" is tracked, "-" ignored
		leftOut []string
	}{
		{
			name:    "order of names, folder by folder",
			outside: true,
			files:   tree("b", "a/z", "a/b/c", "a.b", "a-b", "B"),
			want:    []string{"B", "a/b/c", "a/z", "a-b", "a.b", "b"},
		},
		{
			name:    "a plain folder knows no .gitignore",
			outside: true,
			files:   map[string]string{".gitignore": "*", "a": "", "dist/b": "", "d/.env": ""},
			want:    []string{".gitignore", "a", "d/.env", "dist/b"},
		},
		{
			name:    "dependencies in a plain folder",
			outside: true,
			files:   tree("node_modules/a/b", "d/.venv/a", "my/pyvenv.cfg", "my/lib/a", "vendor/bundle/a", "vendor/a", "bundle/a", ".terraform/terraform.tfstate", ".terraform/providers/a"),
			want:    []string{".terraform/terraform.tfstate", "bundle/a", "vendor/a"},
			leftOut: []string{
				"dependencies and build output: 1 .terraform/providers", "dependencies and build output: 1 d/.venv",
				"dependencies and build output: 1 my", "dependencies and build output: 1 node_modules", "dependencies and build output: 1 vendor/bundle",
			},
		},
		{
			name:    "all files of a plain folder",
			outside: true,
			files:   tree("node_modules/a", "my/pyvenv.cfg"),
			options: WalkOptions{AllFiles: true},
			want:    []string{"my/pyvenv.cfg", "node_modules/a"},
		},
		{
			name: "ignored files that look like secrets",
			files: map[string]string{
				".gitignore": "*\n!.gitignore\n!/a\n", "a": "", "b": "", ".env": "", "data/c": "", "data/d": "", "data/deep/down/prod.tfvars": "", "data/server.key": "",
			},
			want:    []string{"-.env", ".gitignore", "a", "-data/deep/down/prod.tfvars", "-data/server.key"},
			leftOut: []string{"ignored by git: 2 data", "ignored by git: 1 "},
		},
		{
			name: "ignored dependencies and build output",
			files: map[string]string{
				".gitignore": "dist/\nnode_modules\n", "dist/.env": "", "node_modules/.env": "", "d/dist/.env": "", "build/a": "",
			},
			want:    []string{".gitignore", "build/a"},
			leftOut: []string{"dependencies and build output: 1 d/dist", "dependencies and build output: 1 dist", "dependencies and build output: 1 node_modules"},
		},
		{
			name:    "all files of a working tree",
			files:   map[string]string{".gitignore": "dist\n*.log\n", "dist/a": "", "b.log": "", "c": ""},
			options: WalkOptions{AllFiles: true},
			want:    []string{".gitignore", "-b.log", "c", "-dist/a"},
		},
		{
			name: "tracked files are never left out",
			files: map[string]string{
				".gitignore": "*\n", "a": "", "b": "", "data/a": "", "data/b": "", "dist/a": "", "dist/d/b": "", "dist/e/c": "", "node_modules/a": "",
				"node_modules/b/c": "", "env/pyvenv.cfg": "", "env/a": "",
			},
			tracked: []string{"a", "data/a", "dist/d/b", "node_modules/a", "env/a"},
			want:    []string{"+a", "+data/a", "+dist/d/b", "+env/a", "+node_modules/a"},
			leftOut: []string{
				"ignored by git: 1 data",
				"dependencies and build output: 1 dist/e", "dependencies and build output: 1 dist",
				"dependencies and build output: 1 env",
				"dependencies and build output: 1 node_modules/b",
				"ignored by git: 2 ",
			},
		},
		{
			name:    "a tracked folder is no repository for having what a bare one has",
			files:   map[string]string{"d/HEAD": "", "d/objects/a": "", "d/refs/": ""},
			tracked: []string{"d/HEAD"},
			want:    []string{"+d/HEAD", "d/objects/a"},
		},
		{
			name:    "filters",
			files:   tree("a.go", "b.md", "d/c.go", "d/e/f.go", "x/a.go", "x/y/b.go"),
			options: WalkOptions{Filter: mustFilter(t, []string{"*.go"}, []string{"x", "d/e/f.go"})},
			want:    []string{"a.go", "d/c.go"},
			leftOut: []string{"left out by a filter: 1 d/e", "left out by a filter: 1 x", "left out by a filter: 1 "},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, root, tt.files)
			o := tt.options
			o.Root = root
			if !tt.outside {
				t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
				t.Setenv("XDG_CONFIG_HOME", root)
				t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
				o.Ignores = GitIgnores(filepath.Join(root, ".git"))
				o.Tracked = func(p string) bool {
					return slices.ContainsFunc(tt.tracked, func(f string) bool { return f == p || strings.HasPrefix(f, p+"/") })
				}
			}
			var got []string
			var v noted
			err := Walk(t.Context(), &v, o, func(e Entry) {
				mark := map[[2]bool]string{{true, false}: "+", {false, true}: "-", {true, true}: "both "}[[2]bool{e.Tracked, e.Ignored}]
				got = append(got, mark+e.Path)
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("entries: want (-), got (+):\n%s", diff)
			}
			for i, l := range v.leftOut {
				l = strings.TrimSuffix(l, filepath.ToSlash(root))
				v.leftOut[i] = strings.Replace(l, filepath.ToSlash(root)+"/", "", 1)
			}
			if diff := cmp.Diff(tt.leftOut, v.leftOut); diff != "" {
				t.Errorf("left out: want (-), got (+):\n%s", diff)
			}
			if len(v.problems) != 0 {
				t.Errorf("problems: %q", v.problems)
			}
		})
	}
}

func TestHoldsSecrets(t *testing.T) {
	for _, p := range []string{
		".env", ".env.local", "a/.ENV.Production", "prod.env", ".envrc", "server.pem", "a/b.key", "id_rsa", "id_ed25519.bak", "AuthKey_X.p8", "store.jks",
		"prod.tfvars", "prod.tfvars.json", "terraform.tfstate", "terraform.tfstate.backup", ".npmrc", ".pypirc", ".netrc", ".git-credentials",
		".pgpass", ".my.cnf", ".htpasswd", "kubeconfig", "kubeconfig.yaml", ".kube/config", "credentials.json", "service-account-prod.json", "secrets.yml",
		"db.secret.yaml", "my-secrets.txt", ".dockercfg", ".docker/config.json", "auth.json", "local.settings.json", "appsettings.Development.json",
		"application-dev.yml", "application.properties", "settings.local.json", "config.local.js", ".dev.vars", "office.ovpn", "wp-config.php",
		"config/database.yml", "config/master.key", "config/credentials.yml.enc", "config.yaml", "settings.py", "local.properties", ".bash_history",
		".ssh/work", "docker-compose.override.yml", "firebase-adminsdk-x.json",
	} {
		if !holdsSecrets(p) {
			t.Errorf("%s: got false, want true", p)
		}
	}
	for _, p := range []string{
		"a.log", "main.o", "environment/a.txt", "keys/readme.md", "tokenizer.json", "config", "local/a.txt", "app.min.js", "photo.jpg", "pem", "debug.log.1",
		"configure.ac", "settings.gradle", "x.envelope", "test.db",
	} {
		if holdsSecrets(p) {
			t.Errorf("%s: got true, want false", p)
		}
	}
}

func TestWalkStops(t *testing.T) {
	root := t.TempDir()
	for i := range 100 {
		write(t, root, map[string]string{fmt.Sprintf("%d/%d", i%10, i): ""})
	}
	ctx, cancel := context.WithCancel(t.Context())
	entries := 0
	err := Walk(ctx, &noted{}, WalkOptions{Root: root}, func(Entry) {
		if entries++; entries == 5 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || entries != 5 {
		t.Errorf("got %v after %d entries, want %v after 5", err, entries, context.Canceled)
	}
}

func BenchmarkWalk(b *testing.B) {
	root := b.TempDir()
	const folders, files = 200, 50
	for i := range folders {
		dir := filepath.Join(root, fmt.Sprint(i))
		if err := os.Mkdir(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		for k := range files {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(k)), nil, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	ignore := strings.Repeat("*.log\n/some/folder/\n[Dd]ebug/\n**/x/*.tmp\nname.txt\n", 40)
	if err := os.WriteFile(filepath.Join(root, ".gitignore"), []byte(ignore), 0o600); err != nil {
		b.Fatal(err)
	}
	for name, ignores := range map[string]*Ignores{"plain": nil, "200 patterns": GitIgnores(root)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				n := 0
				if err := Walk(b.Context(), &noted{}, WalkOptions{Root: root, Ignores: ignores}, func(Entry) { n++ }); err != nil {
					b.Fatal(err)
				}
				if n != folders*files+1 {
					b.Fatalf("%d entries", n)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(folders*files), "ns/file")
		})
	}
}
