// Package mess builds what a small team has before it has a vault: a repository with
// its history, files that are in no commit, and an export of Slack, with secrets in
// all of them. It says, too, what an import of all that has to come to.
//
// It is for tests alone. The mess is in testdata/migrate, whose README.md describes
// the files; no secret stands in it, and Build makes them.
package mess

import (
	"archive/zip"
	"encoding/base64"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/rules/sample"
)

// Mess is one that was built.
type Mess struct {
	Repo   string            // the folder of the repository, with its files
	Export string            // the ZIP file that Slack exports
	Values map[string]string // by the names of their placeholders
}

// Build makes the mess in a folder, which has to be there. It runs git. The same seed
// gives the same values, and commits of the same ids.
func Build(dir string, seed uint64) (Mess, error) {
	data, err := folder()
	if err != nil {
		return Mess{}, err
	}
	m := Mess{Repo: filepath.Join(dir, "shop"), Export: filepath.Join(dir, "slack.zip")}
	if m.Values, err = makeValues(filepath.Join(data, "values.txt"), seed); err != nil {
		return Mess{}, err
	}
	if err := m.commit(filepath.Join(data, "history")); err != nil {
		return Mess{}, err
	}
	disk, err := m.read(filepath.Join(data, "disk.txtar"))
	if err != nil {
		return Mess{}, err
	}
	if err := m.write(disk.Files); err != nil {
		return Mess{}, err
	}
	slack, err := m.read(filepath.Join(data, "slack.txtar"))
	if err != nil {
		return Mess{}, err
	}
	return m, pack(m.Export, slack.Files)
}

// folder finds testdata/migrate from whatever folder of the module a test runs in.
func folder() (string, error) {
	at, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return filepath.Join(at, "testdata", "migrate"), nil
		}
		above := filepath.Dir(at)
		if above == at {
			return "", errors.New("no go.mod in this folder, nor above it")
		}
		at = above
	}
}

// rows gives the lines of a file that say something, without comments. A comment
// begins with # at the line's begin or after two blanks.
func rows(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []string
	for line := range strings.Lines(string(data)) {
		line, _, _ = strings.Cut("  "+line, "  #")
		if line = strings.TrimSpace(line); line != "" {
			rows = append(rows, line)
		}
	}
	return rows, nil
}

func makeValues(path string, seed uint64) (map[string]string, error) {
	set, err := rules.Builtin()
	if err != nil {
		return nil, err
	}
	lines, err := rows(path)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string)
	for _, line := range lines {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return nil, fmt.Errorf("%s: %q is no name, kind and template", path, line)
		}
		name, kind, template := fields[0], fields[1], fields[2]
		if _, twice := values[name]; twice {
			return nil, fmt.Errorf("%s: %s is there twice", path, name)
		}
		// Each has its own numbers, so that one more changes none of the others.
		hash := fnv.New64a()
		hash.Write([]byte(name))
		rng := rand.New(rand.NewPCG(seed, hash.Sum64()))
		switch kind {
		case "rule":
			_, values[name], err = set.Sample(template, rng)
		case "text":
			values[name], err = sample.Expand(template, rng, nil)
		default:
			err = fmt.Errorf("unknown kind %q", kind)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, name, err)
		}
	}
	return values, nil
}

var (
	placeholder = regexp.MustCompile(`\{\{([a-z0-9_]+)\}\}`)
	encoded     = regexp.MustCompile(`\{\{base64 (.+?)\}\}`)
)

// Expand puts the values in the place of their placeholders.
func (m Mess) Expand(text string) (string, error) {
	var unknown error
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		value, ok := m.Values[p[2:len(p)-2]]
		if !ok {
			unknown = fmt.Errorf("placeholder %s has no value", p)
		}
		return value
	})
	text = encoded.ReplaceAllStringFunc(text, func(p string) string {
		return base64.StdEncoding.EncodeToString([]byte(encoded.FindStringSubmatch(p)[1]))
	})
	return text, unknown
}

// read reads an archive and expands its texts.
func (m Mess) read(path string) (*txtar.Archive, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text, err := m.Expand(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return txtar.Parse([]byte(text)), nil
}

func (m Mess) write(files []txtar.File) error {
	for _, f := range files {
		path := filepath.Join(m.Repo, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// commit makes the repository, with a commit for each archive in the order of their
// names.
func (m Mess) commit(folder string) error {
	archives, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		return err
	}
	if len(archives) == 0 {
		return fmt.Errorf("no commits in %s", folder)
	}
	if err := os.MkdirAll(m.Repo, 0o755); err != nil {
		return err
	}
	g := repository{dir: m.Repo, branch: "main"}
	g.run("init", "-q", "-b", g.branch)
	for _, path := range archives {
		a, err := m.read(path)
		if err != nil {
			return err
		}
		c, err := parseCommit(string(a.Comment))
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		g.be(c)
		g.switchTo(c.branch)
		if c.merge != "" {
			g.run("merge", "-q", "--no-ff", "-m", c.message, c.merge)
			continue
		}
		if g.err == nil {
			g.err = m.write(a.Files)
		}
		for _, f := range a.Files {
			g.run("add", "-f", "--", f.Name)
		}
		if c.remove != "" {
			g.run("rm", "-q", "--", c.remove)
		}
		g.run("commit", "-q", "-m", c.message)
		if g.err != nil {
			return fmt.Errorf("%s: %w", path, g.err)
		}
	}
	g.switchTo("main")
	return g.err
}

// commit is what is before the first file of an archive.
type commit struct {
	name, email                          string
	date, branch, merge, remove, message string
}

func parseCommit(head string) (commit, error) {
	var c commit
	var author string
	head, c.message, _ = strings.Cut(head, "message: ")
	c.message = strings.TrimSpace(c.message)
	keys := map[string]*string{"author": &author, "date": &c.date, "branch": &c.branch, "merge": &c.merge, "remove": &c.remove}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if keys[key] == nil {
			return commit{}, fmt.Errorf("unknown %q", line)
		}
		*keys[key] = value
	}
	var ok bool
	c.name, c.email, ok = strings.Cut(strings.TrimSuffix(author, ">"), " <")
	if _, err := time.Parse(time.RFC3339, c.date); err != nil || !ok || c.message == "" {
		return commit{}, errors.New("no author, date or message")
	}
	return c, nil
}

// repository runs git. Once it went wrong, it does nothing more.
type repository struct {
	dir      string
	branch   string // that is checked out
	branches []string
	environ  []string
	err      error
}

// be takes the name and the time of whoever commits.
func (g *repository) be(c commit) {
	g.environ = []string{
		"GIT_AUTHOR_NAME=" + c.name, "GIT_AUTHOR_EMAIL=" + c.email, "GIT_AUTHOR_DATE=" + c.date,
		"GIT_COMMITTER_NAME=" + c.name, "GIT_COMMITTER_EMAIL=" + c.email, "GIT_COMMITTER_DATE=" + c.date,
	}
}

// switchTo checks out a branch, which is made from main if there is none. No name is
// the branch that is checked out.
func (g *repository) switchTo(branch string) {
	switch {
	case branch == "" || branch == g.branch:
		return
	case branch == "main" || slices.Contains(g.branches, branch):
		g.run("checkout", "-q", branch)
	default:
		g.run("checkout", "-q", "-b", branch, "main")
		g.branches = append(g.branches, branch)
	}
	g.branch = branch
}

func (g *repository) run(args ...string) {
	if g.err != nil {
		return
	}
	cmd := exec.Command("git", args...)
	cmd.Dir = g.dir
	cmd.Env = slices.Concat(own(os.Environ()), g.environ, []string{
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_SYSTEM=" + os.DevNull, "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=core.autocrlf", "GIT_CONFIG_VALUE_0=false",
	})
	if out, err := cmd.CombinedOutput(); err != nil {
		g.err = fmt.Errorf("git %s: %w: %s", args[0], err, out)
	}
}

// own leaves out what a git that runs the tests, as a hook, says of its repository.
func own(environ []string) []string {
	return slices.DeleteFunc(environ, func(v string) bool { return strings.HasPrefix(v, "GIT_") })
}

// pack writes a ZIP file.
func pack(path string, files []txtar.File) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	for _, f := range files {
		w, err := z.Create(f.Name)
		if err != nil {
			return err
		}
		if _, err := w.Write(f.Data); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return out.Close()
}
