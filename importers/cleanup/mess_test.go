package cleanup_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/importers/cleanup"
	"github.com/secretsweep/secretsweep/internal/mess"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/scanner/source/archive"
	"github.com/secretsweep/secretsweep/scanner/source/git"
	"github.com/secretsweep/secretsweep/scanner/source/slack"
)

var update = flag.Bool("update", false, "write the golden files")

// tidied is a mess whose secrets are in a vault as expected.txt has it.
type tidied struct {
	mess.Mess
	options cleanup.Options
}

func tidy(t *testing.T) tidied {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no git")
		}
		t.Skip("no git")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := mess.Build(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "-C", m.Repo, "remote", "add", "origin", filepath.Join(dir, "origin.git")).CombinedOutput()
	if err != nil {
		t.Fatalf("git remote: %v: %s", err, out)
	}
	d := tidied{Mess: m}
	d.options = cleanup.Options{
		Roots:        []string{m.Repo},
		Show:         secret.Value.Reveal,
		Replacements: filepath.Join(dir, "replacements.txt"),
		Git:          askGit,
	}
	d.plan(t)
	return d
}

// plan makes the plan that expected.txt says, from what a sweep finds now.
func (d *tidied) plan(t *testing.T) {
	t.Helper()
	want, err := d.Expected()
	if err != nil {
		t.Fatal(err)
	}
	targets := make(map[string][]importers.Target)
	d.options.Secrets = nil
	for _, s := range want.Import {
		ref := importers.Ref{Project: s.Project, Env: s.Env, Name: s.Name}
		v := secret.New(s.Value)
		d.options.Secrets = append(d.options.Secrets, importers.Secret{Ref: ref, Aliases: s.Aliases, Value: v})
		for _, name := range slices.Sorted(maps.Keys(d.Values)) {
			if strings.Contains(s.Template, "{{"+name+"}}") {
				targets[d.Values[name]] = append(targets[d.Values[name]], importers.Target{Ref: ref, Aliases: s.Aliases, Value: v})
			}
		}
	}
	d.options.Plan = importers.NewPlan(d.items(t), importers.Options{Project: "shop"})
	for _, row := range d.options.Plan.Rows {
		// What expected.txt doesn't have is no secret.
		row.Verdict, row.Targets, row.Decided = importers.Verdict{Choice: importers.False}, nil, true
		for value, to := range targets {
			if row.Value.Reveal() == value {
				row.Choice, row.Targets = importers.Import, to
			}
		}
		for _, name := range want.Revoke {
			if row.Value.Reveal() == d.Values[name] {
				row.Choice = importers.Revoke
			}
		}
		if row.Value.Reveal() == d.Values["qa_bot"] {
			row.Verdict = importers.Verdict{Choice: importers.Accept, Until: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC), Reason: "a robot of no rights"}
		}
	}
}

// items collects what a sweep finds, and what .env files on disk assign.
func (d *tidied) items(t *testing.T) []importers.Item {
	t.Helper()
	set, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	detector, err := detectors.New(set)
	if err != nil {
		t.Fatal(err)
	}
	repository, err := git.Open(d.Repo, git.Options{})
	if err != nil {
		t.Fatal(err)
	}
	export, ok := slack.OpenExport(d.Export, slack.Options{})
	if !ok {
		t.Fatal("the export is none")
	}
	sources := []scanner.Source{archive.Unpacking(repository, archive.Options{}), archive.Unpacking(export, archive.Options{})}
	var found sink
	if err := scanner.Scan(t.Context(), sources, detector, scanner.Options{Roots: []string{d.Repo, d.Export}}, scanner.Confident(&found, rules.LeastConfidence)); err != nil {
		t.Fatal(err)
	}
	all := []importers.Importer{importers.Findings(found)}
	for _, name := range []string{".env", ".env.staging", ".env.production"} {
		if file, err := importers.Open(filepath.Join(d.Repo, name), "dotenv"); err == nil {
			all = append(all, file)
		}
	}
	// A file of settings alone has nothing to import; that isn't what is tried here.
	var items []importers.Item
	for _, one := range all {
		if some, err := importers.Collect(t.Context(), one); err == nil {
			items = append(items, some...)
		}
	}
	return items
}

type sink []scanner.Finding

func (s *sink) Problem(p scanner.Problem) error     { return fmt.Errorf("%s: %w", p.What, p.Err) }
func (s *sink) Finding(f scanner.Finding) error     { *s = append(*s, f); return nil }
func (s *sink) Reference(r scanner.Reference) error { return nil }
func (s *sink) Done(scanner.Summary) error          { return nil }

// askGit asks git of a file.
func askGit(ctx context.Context, folder, base string) (tracked, ignored bool, err error) {
	ask := func(args ...string) bool {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = folder
		e := cmd.Run()
		if exit := (*exec.ExitError)(nil); e != nil && (!errors.As(e, &exit) || exit.ExitCode() != 1) {
			err = errors.Join(err, e)
		}
		return e == nil
	}
	tracked = ask("ls-files", "--error-unmatch", "--", base)
	ignored = ask("check-ignore", "--quiet", "--", base)
	return tracked, ignored, err
}

// steps gives the steps, by their kinds.
func (d *tidied) steps(t *testing.T) map[cleanup.Kind]cleanup.Step {
	t.Helper()
	all, err := cleanup.Steps(t.Context(), d.options)
	if err != nil {
		t.Fatal(err)
	}
	byKind := make(map[cleanup.Kind]cleanup.Step)
	for _, s := range all {
		byKind[s.Kind] = s
	}
	return byKind
}

// named puts the names of values in their places, and of their masks.
func (d *tidied) named(text string) string {
	var pairs []string
	for _, name := range slices.SortedFunc(maps.Keys(d.Values), func(a, b string) int { return len(d.Values[b]) - len(d.Values[a]) }) {
		pairs = append(pairs, d.Values[name], "{{"+name+"}}")
		if mask := secret.New(d.Values[name]).Mask(); len(mask) > 4 {
			pairs = append(pairs, mask, "{{mask "+name+"}}")
		}
	}
	for _, s := range d.options.Secrets {
		pairs = append(pairs, encodings(s.Value.Reveal(), "URL or value of "+s.Name)...)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		pairs = append(pairs, encodings(d.Values[name], name)...)
		pairs = append(pairs, secret.New(d.Values[name]).Fingerprint().String(), "{{fingerprint "+name+"}}")
	}
	text = strings.NewReplacer(pairs...).Replace(text)
	return strings.ReplaceAll(text, filepath.Dir(d.Repo), "$DIR")
}

// encodings gives a value's forms in base64, with what stands for them.
func encodings(value, name string) []string {
	return []string{
		base64.StdEncoding.EncodeToString([]byte(value)), "{{base64 " + name + "}}",
		base64.StdEncoding.EncodeToString([]byte(value + "\n")), "{{base64 " + name + ", line end}}",
	}
}

// written gives a step as a text.
func (d *tidied) written(s *cleanup.Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", s.Title, s.About)
	for i := range s.Edits {
		e := &s.Edits[i]
		fmt.Fprintf(&b, "\n-- %s (%v, was there: %v) --\n%s", e.Path, e.Mode, e.Before != nil, e.After)
	}
	if s.Text != "" {
		fmt.Fprintf(&b, "\n-- text --\n%s", s.Text)
	}
	return d.named(b.String())
}

// TestMess shows what every step comes to on a mess, and that it has nothing to do once it
// was done.
func TestMess(t *testing.T) {
	d := tidy(t)
	steps := d.steps(t)
	if len(steps) != 7 {
		t.Fatalf("%d steps", len(steps))
	}
	for kind, s := range steps {
		written := d.written(&s)
		switch kind {
		case cleanup.Baseline: // in the order of their fingerprints
			lines := strings.Split(written, "\n")
			slices.Sort(lines)
			written = strings.Join(lines, "\n")
		case cleanup.Checklist: // what follows is the providers'
			written, _, _ = strings.Cut(written, "\n## ")
		}
		golden(t, string(kind), written)
		for i := range s.Edits {
			before, after := s.Edits[i].Masked()
			for name, value := range d.Values {
				isSecret := !slices.Contains([]string{"aws_id_prod", "stripe_publishable", "sentry_key", "fixture_secret", "fixture_password", "release_commit"}, name)
				if isSecret && (strings.Contains(before+after, value) || strings.Contains(s.Text+s.About, value)) {
					t.Errorf("%s: %s shows", kind, name)
				}
			}
		}
		if err := s.Apply(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range s.Edits {
			if text, err := os.ReadFile(s.Edits[i].Path); err != nil || !bytes.Equal(text, s.Edits[i].After) {
				t.Errorf("%s: %s isn't what it is to be (%v)", kind, s.Edits[i].Path, err)
			}
		}
	}
	d.plan(t)
	for kind, s := range d.steps(t) {
		if slices.Contains([]cleanup.Kind{cleanup.Example, cleanup.Ignore, cleanup.Dotenv, cleanup.Baseline}, kind) && !s.Done() {
			t.Errorf("%s isn't done: %s", kind, d.named(s.Text))
		}
		for _, e := range s.Edits {
			t.Errorf("%s once more changes %s:\n%s", kind, e.Path, d.named(string(e.After)))
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: want (-), got (+):\n%s", path, diff)
	}
}
