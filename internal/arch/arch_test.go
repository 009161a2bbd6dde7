package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/secretsweep/secretsweep"

// floors has every package. A package imports only what stands on a lower floor,
// which here means above it.
var floors = [][]string{
	{"internal/growth", "internal/hush"},
	{"internal/arch", "internal/ascii", "internal/format", "internal/inflate", "internal/place", "internal/printable", "internal/provider/pgtest", "internal/secret", "rules/check", "rules/sample", "vault/store"},
	{"internal/template", "rules", "scanner/source/git/odb", "vault/audit", "vault/identity", "vault/store/badger", "vault/store/storetest"},
	{"detectors/judge", "internal/mess", "internal/provider", "vault"},
	{"detectors/match", "vault/rotation"},
	{"detectors", "vault/rotation/checklist", "vault/rotation/drivertest"},
	{"detectors/known", "scanner"},
	{"scanner/baseline", "scanner/ignore", "scanner/report", "scanner/source/dir", "scanner/source/sourcetest"},
	{"scanner/source/archive", "scanner/source/git", "scanner/source/home", "scanner/source/slack"},
	{"importers"},
	{"importers/cleanup"},
	{"tui"},
	{"cmd/secretsweep"},
}

// homes has the packages that may import a library, by the beginning of its path.
// Of two beginnings the longer one counts. What is not listed has no home.
var homes = map[string][]string{
	"filippo.io/age":                                        {"vault", "vault/audit", "vault/identity"},
	"github.com/bmatcuk/doublestar":                         {"scanner"},
	"github.com/charmbracelet":                              {"tui"},
	"github.com/muesli/termenv":                             {"tui"},
	"github.com/dgraph-io/badger":                           {"vault/store/badger"},
	"github.com/go-git/go-billy":                            {"scanner/source/git"},
	"github.com/go-git/go-git":                              {"scanner/source/git"},
	"github.com/go-git/go-git/v5/plumbing/format/gitignore": {"scanner/source/dir", "scanner/source/git"},
	"github.com/gofrs/flock":                                {"cmd/secretsweep", "vault/store/badger"},
	"github.com/jackc/pgx/v5/pgproto3":                      {"internal/provider"},
	"github.com/klauspost/compress":                         {"scanner/source/git/odb"},
	"github.com/klauspost/compress/gzip":                    {"scanner/source/archive"},
	"github.com/klauspost/compress/zstd":                    {"scanner/source/archive"},
	"github.com/pelletier/go-toml":                          {"importers", "rules"},
	"github.com/slack-go":                                   {"scanner/source/slack"},
	"github.com/spf13":                                      {"cmd/secretsweep"},
	"github.com/google/go-cmp":                              {"scanner/source/sourcetest", "vault/store/storetest"},
	"go.uber.org/goleak":                                    {"scanner/source/sourcetest", "vault/store/storetest"},
	"github.com/therootcompany/xz":                          {"scanner/source/archive"},
	"github.com/xdg-go/stringprep":                          {"internal/provider"},
	"github.com/zalando/go-keyring":                         {"vault/identity"},
	"golang.org/x/crypto":                                   {"vault", "vault/audit", "vault/identity"},
	"golang.org/x/mod":                                      {"vault/audit"},
	"golang.org/x/sys":                                      {"cmd/secretsweep", "vault/store/badger", "vault/store/storetest"},
	"golang.org/x/sys/cpu":                                  {"detectors/match"},
	"golang.org/x/term":                                     {"cmd/secretsweep"},
	"golang.org/x/tools":                                    {"internal/mess"},
	"pgregory.net/rapid":                                    {"vault/store/storetest"},
}

// revealers may see the text of a secret.Value. Of these, scanner/source/slack sees none
// but the token that it asks Slack with, and internal/provider those that it is told to ask
// about.
var revealers = []string{"internal/secret", "detectors", "detectors/known", "detectors/match", "internal/provider", "scanner", "scanner/source/slack", "vault", "vault/identity", "cmd/secretsweep"}

// vagueNames say nothing of what a package provides.
var vagueNames = []string{"base", "common", "helper", "helpers", "misc", "shared", "types", "util", "utils"}

func TestModule(t *testing.T) {
	packages, err := read(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, p := range packages {
		files += len(p.files)
	}
	if files < 50 {
		t.Fatalf("found %d files, too few to be the whole module", files)
	}
	for _, fault := range check(packages) {
		t.Error(fault)
	}
	for _, path := range slices.Concat(floors...) {
		if packages[path] == nil {
			t.Errorf("%s is on a floor, and there is no such package", path)
		}
	}
}

// TestCheck shows that check finds what it looks for.
func TestCheck(t *testing.T) {
	tests := []struct {
		name, file, source string
		want               []string
	}{
		{"clean", "scanner/a.go", `// Package scanner is documented.
package scanner
import _ "` + module + `/rules"
import _ "github.com/bmatcuk/doublestar/v4"
import _ "net/http"`, nil},
		{"upward", "rules/a.go", "// Package rules is documented.\npackage rules\nimport _ \"" + module + "/scanner\"",
			[]string{"rules/a.go:3: imports scanner, which is not on a lower floor"}},
		{"sideways", "scanner/report/a.go", "// Package report is documented.\npackage report\nimport _ \"" + module + "/scanner/ignore\"",
			[]string{"scanner/report/a.go:3: imports scanner/ignore, which is not on a lower floor"}},
		{"on no floor", "attic/a.go", "// Package attic is documented.\npackage attic",
			[]string{"attic: is on no floor"}},
		{"imports what is on no floor", "scanner/a.go", "// Package scanner is documented.\npackage scanner\nimport _ \"" + module + "/attic\"",
			[]string{"scanner/a.go:3: imports attic, which is not on a lower floor"}},
		{"a library out of its home", "rules/a.go", "// Package rules is documented.\npackage rules\nimport _ \"github.com/spf13/cobra\"",
			[]string{"rules/a.go:3: imports github.com/spf13/cobra, whose home is [cmd/secretsweep]"}},
		{"the longer beginning counts", "scanner/source/dir/a.go", `// Package dir is documented.
package dir
import _ "github.com/go-git/go-git/v5/plumbing/format/gitignore"
import _ "github.com/go-git/go-git/v5/plumbing"`,
			[]string{"scanner/source/dir/a.go:4: imports github.com/go-git/go-git/v5/plumbing, whose home is [scanner/source/git]"}},
		{"a library without a home", "rules/a.go", "// Package rules is documented.\npackage rules\nimport _ \"gopkg.in/yaml.v3\"",
			[]string{"rules/a.go:3: imports gopkg.in/yaml.v3, whose home is []"}},
		{"a method called Reveal", "rules/a.go", "// Package rules is documented.\npackage rules\nvar f = v.Reveal\nvar g = v.Reveal()",
			[]string{"rules/a.go:3: reveals a secret", "rules/a.go:4: reveals a secret"}},
		{"init", "rules/a.go", "// Package rules is documented.\npackage rules\nfunc init() {}\nfunc (x) init() {}",
			[]string{"rules/a.go:3: has a func init"}},
		{"no doc", "rules/a.go", "package rules", []string{"rules: has no package comment"}},
		{"a vague name", "scanner/a.go", "// Package utils is documented.\npackage utils",
			[]string{"scanner/a.go:2: package utils: name it for what it provides"}},
		{"tests may do what they like", "scanner/a_test.go", "package scanner\nimport _ \"" + module + "/cmd/secretsweep\"\nvar _ = v.Reveal()",
			nil},
		{"test data is none of ours", "scanner/testdata/a.go", "package utils", nil},
		{"nor is another module", "tools/a.go", "package utils", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			packages, err := read(fstest.MapFS{
				tt.file:        {Data: []byte(tt.source)},
				"go.mod":       {},
				"tools/go.mod": {},
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, check(packages)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// pkg is the files of a package that are not tests.
type pkg struct {
	set   *token.FileSet
	files []*ast.File
}

// read parses the module's files. It asks no go command, whose answer the test
// cache would not notice to be old.
func read(module fs.FS) (map[string]*pkg, error) {
	packages := make(map[string]*pkg)
	err := fs.WalkDir(module, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name == "." {
				return nil
			}
			_, err := fs.Stat(module, path.Join(name, "go.mod"))
			if base := entry.Name(); err == nil || base == "testdata" || base[0] == '.' || base[0] == '_' {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(module, name)
		if err != nil {
			return err
		}
		p := packages[path.Dir(name)]
		if p == nil {
			p = &pkg{set: token.NewFileSet()}
			packages[path.Dir(name)] = p
		}
		file, err := parser.ParseFile(p.set, name, source, parser.ParseComments|parser.SkipObjectResolution)
		p.files = append(p.files, file)
		return err
	})
	return packages, err
}

// check gives what is wrong, in order.
func check(packages map[string]*pkg) []string {
	var faults []string
	for name, p := range packages {
		if floorOf(name) < 0 {
			faults = append(faults, name+": is on no floor")
		}
		if !slices.ContainsFunc(p.files, func(f *ast.File) bool { return f.Doc != nil }) {
			faults = append(faults, name+": has no package comment")
		}
		for _, f := range p.files {
			faults = append(faults, checkFile(name, p.set, f)...)
		}
	}
	slices.Sort(faults)
	return faults
}

func checkFile(name string, set *token.FileSet, f *ast.File) []string {
	var faults []string
	fault := func(at ast.Node, format string, args ...any) {
		pos := set.Position(at.Pos())
		faults = append(faults, fmt.Sprintf("%s:%d: ", pos.Filename, pos.Line)+fmt.Sprintf(format, args...))
	}
	if slices.Contains(vagueNames, f.Name.Name) {
		fault(f.Name, "package %s: name it for what it provides", f.Name.Name)
	}
	for _, spec := range f.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // the parser has seen to it
		if own, ok := strings.CutPrefix(imported, module+"/"); ok {
			if floor := floorOf(own); floor < 0 || floorOf(name) <= floor {
				fault(spec, "imports %s, which is not on a lower floor", own)
			}
		} else if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
			if home := homeOf(imported); !slices.Contains(home, name) {
				fault(spec, "imports %s, whose home is %v", imported, home)
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if n.Sel.Name == "Reveal" && !slices.Contains(revealers, name) {
				fault(n, "reveals a secret")
			}
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				fault(n, "has a func init")
			}
		}
		return true
	})
	return faults
}

func floorOf(name string) int {
	return slices.IndexFunc(floors, func(floor []string) bool { return slices.Contains(floor, name) })
}

func homeOf(library string) []string {
	longest := ""
	for prefix := range homes {
		if strings.HasPrefix(library+"/", prefix+"/") && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	return homes[longest]
}
