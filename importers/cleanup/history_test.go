package cleanup_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/importers/cleanup"
)

// gone are the values that history is to have no more, by their names.
func (d *tidied) gone(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, row := range d.options.Plan.Rows {
		if row.Finding == nil || row.Choice != importers.Import && row.Choice != importers.Revoke {
			continue
		}
		for name, value := range d.Values {
			if row.Value.Reveal() == value {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	if len(names) < 40 {
		t.Fatalf("only %d values", len(names))
	}
	return names
}

// objects gives the contents of all objects of a repository.
func objects(t *testing.T, repository string) []byte {
	t.Helper()
	cmd := exec.Command("git", "-C", repository, "cat-file", "--batch", "--batch-all-objects")
	out, err := cmd.Output()
	if err != nil || len(out) < 10_000 {
		t.Fatalf("%d bytes of objects: %v", len(out), err)
	}
	return out
}

// showing gives the names of values that a text has, as they are or in base64.
func (d *tidied) showing(names []string, text []byte) []string {
	var all []string
	for _, name := range names {
		encoded := encodings(d.Values[name], name)[0]
		if bytes.Contains(text, []byte(d.Values[name])) || bytes.Contains(text, []byte(encoded)) {
			all = append(all, name)
		}
	}
	return all
}

// replaced does with a text what git filter-repo's manual says that it does with the file
// of replacements: literals go before expressions.
func replaced(t *testing.T, text, replacements []byte) []byte {
	t.Helper()
	lines := slices.Collect(bytes.Lines(replacements))
	isExpression := func(line []byte) int { return len(line) - len(bytes.TrimPrefix(line, []byte("regex:"))) }
	slices.SortStableFunc(lines, func(a, b []byte) int { return isExpression(a) - isExpression(b) })
	for _, line := range lines {
		line = bytes.TrimRight(line, "\r\n")
		i := bytes.LastIndex(line, []byte("==>"))
		if i < 0 {
			t.Fatal("a line without what comes in the place of a value")
		}
		pattern, by := line[:i], line[i+len("==>"):]
		if literal, ok := bytes.CutPrefix(pattern, []byte("literal:")); ok {
			text = bytes.ReplaceAll(text, literal, by)
		} else if expr, ok := bytes.CutPrefix(pattern, []byte("regex:")); ok {
			text = regexp.MustCompile(string(expr)).ReplaceAllLiteral(text, by)
		} else {
			t.Fatal("a line of no kind")
		}
	}
	return text
}

// TestReplacements shows that the file takes all values out of everything in history.
func TestReplacements(t *testing.T) {
	d := tidy(t)
	s := d.steps(t)[cleanup.History]
	if len(s.Edits) != 1 {
		t.Fatalf("%d edits", len(s.Edits))
	}
	names, before := d.gone(t), objects(t, d.Repo)
	if n := len(d.showing(names, before)); n < 30 {
		t.Fatalf("history has only %d of the values before", n)
	}
	for _, name := range d.showing(names, replaced(t, before, s.Edits[0].After)) {
		t.Errorf("%s is left", name)
	}
	if mode := s.Edits[0].Mode; mode != 0o600 {
		t.Errorf("mode is %v", mode)
	}
}

// TestRewriting carries out the commands of the text.
func TestRewriting(t *testing.T) {
	if exec.Command("git", "filter-repo", "--version").Run() != nil {
		t.Skip("no git filter-repo")
	}
	d := tidy(t)
	dir := filepath.Dir(d.Repo)
	run(t, dir, "git clone -q --mirror shop origin.git")
	s := d.steps(t)[cleanup.History]
	if err := s.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	names, origin := d.gone(t), filepath.Join(dir, "origin.git")
	if n := len(d.showing(names, objects(t, origin))); n < 30 {
		t.Fatalf("the origin has only %d of the values before", n)
	}
	var commands []string
	for line := range strings.Lines(s.Text) {
		if command, ok := strings.CutPrefix(line, "    "); ok && !strings.HasPrefix(line, "     ") {
			commands = append(commands, strings.TrimSuffix(command, "\n"))
		}
	}
	push := slices.IndexFunc(commands, func(c string) bool { return strings.Contains(c, " push ") })
	run(t, t.TempDir(), strings.Join(commands[:push+1], "\n"))
	run(t, dir, "git clone -q --mirror --no-local origin.git fresh.git")
	fresh := objects(t, filepath.Join(dir, "fresh.git"))
	for _, name := range d.showing(names, fresh) {
		t.Errorf("%s is left", name)
	}
	if !bytes.Contains(fresh, []byte("***REMOVED***-GITLAB_TOKEN")) {
		t.Error("the message of the last commit wasn't rewritten")
	}
	if len(d.showing(names, objects(t, filepath.Join(dir, "shop-backup.git")))) < 30 {
		t.Error("the backup is none")
	}
}

// TestRewritingWithoutOrigin shows that the commands leave alone whatever folder they are
// run in, also if one fails: here a clone that is as fresh as git filter-repo wants it.
func TestRewritingWithoutOrigin(t *testing.T) {
	if exec.Command("git", "filter-repo", "--version").Run() != nil {
		t.Skip("no git filter-repo")
	}
	d := tidy(t)
	dir := filepath.Dir(d.Repo)
	run(t, dir, "git clone -q --mirror --no-local shop other.git; git -C shop remote remove origin")
	s := d.steps(t)[cleanup.History]
	if err := s.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	var commands strings.Builder
	for line := range strings.Lines(s.Text) {
		if strings.HasPrefix(line, "    ") {
			commands.WriteString(line)
		}
	}
	refs := func() string {
		out, err := exec.Command("git", "-C", filepath.Join(dir, "other.git"), "for-each-ref").Output()
		if err != nil || len(out) == 0 {
			t.Fatalf("no refs (%v)", err)
		}
		return string(out)
	}
	before := refs()
	cmd := exec.Command("sh", "-c", commands.String())
	cmd.Dir = filepath.Join(dir, "other.git")
	if err := cmd.Run(); err == nil {
		t.Error("they worked without an origin")
	}
	if after := refs(); after != before {
		t.Errorf("another repository was rewritten:\n%s", after)
	}
}

func run(t *testing.T, dir, script string) {
	t.Helper()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
