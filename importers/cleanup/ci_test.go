package cleanup

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/format"
	"github.com/secretsweep/secretsweep/internal/secret"
)

// TestCI rewrites the configurations in testdata/ci. Under "vault" there are the secrets
// that the vault has, a line each: environment, name and value. -update writes what comes
// out of it behind what goes in.
func TestCI(t *testing.T) {
	paths, err := filepath.Glob("testdata/ci/*.txtar")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d archives (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p := newProject(t, nil)
			got := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if f.Name != "said" && !strings.HasSuffix(f.Name, " then") {
					got.Files = append(got.Files, f)
				}
			}
			inputs := got.Files[1:]
			for _, f := range inputs {
				p.write(f.Name, string(f.Data))
			}
			for line := range strings.Lines(string(got.Files[0].Data)) {
				env, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
				name, value, _ := strings.Cut(rest, " ")
				p.everywhere(inputs, env, name, strings.ReplaceAll(value, `\n`, "\n"))
			}
			s := p.does(CI)
			for _, f := range inputs {
				if after := p.text(f.Name); after != string(f.Data) {
					got.Files = append(got.Files, txtar.File{Name: f.Name + " then", Data: []byte(after)})
				}
			}
			got.Files = append(got.Files, txtar.File{Name: "said", Data: []byte(s.Text)})
			if flag.Lookup("update").Value.String() == "true" {
				if err := os.WriteFile(path, txtar.Format(got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

// everywhere says that the vault has a value, and that a sweep found it in every line
// that has it.
func (p *project) everywhere(files []txtar.File, env, name, value string) {
	first, _, _ := strings.Cut(value, "\n")
	for i, f := range files {
		for n, line := range strings.Split(string(f.Data), "\n") {
			if i == 0 && n == 0 {
				p.keeps(f.Name, name, value, env)
				p.Plan.Rows[len(p.Plan.Rows)-1].Items = nil
			}
			if !strings.Contains(line, first) {
				continue
			}
			row := p.has(f.Name, name, value)
			row.Items[0].At.Start.Line = n + 1
		}
	}
}

// TestGitHubScript runs the script of a step, and reads what it tells the runner.
func TestGitHubScript(t *testing.T) {
	for _, program := range []string{"bash", "sed", "od", "printenv"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("no " + program)
		}
	}
	values := map[string]string{"ONE": "first%0Avalue \"$x'", "PEM": "of more\n\nlines\n", "PIN": "12"}
	p := newProject(t, map[string]string{".github/workflows/a.yml": "jobs:\n  a:\n    env:\n      ONE: 'first%0Avalue \"$x'''\n      PEM: |\n        of more\n\n        lines\n      PIN: '12'\n    steps:\n      - uses: actions/checkout@v5\n"})
	for _, name := range []string{"ONE", "PEM", "PIN"} {
		p.keeps(".github/workflows/a.yml", name, values[name], "prod")
	}
	p.does(CI)
	script := ""
	for e := range format.YAML([]byte(p.text(".github/workflows/a.yml"))) {
		if e.Name() == "run" {
			script = e.Value
		}
	}
	// Programs in the place of go and of secretsweep, which sets what it is asked for.
	bin := filepath.Join(filepath.Dir(p.dir), "bin")
	p.write("../bin/go", "#!/bin/sh\n[ \"$1\" = env ] && dirname '"+bin+"' || :\n")
	fake := "#!/bin/sh\n[ \"$1\" = run ] && shift\nwhile [ \"$1\" = --only ]; do export \"$2=$(printenv SAID_$2; echo x)\"; eval \"$2=\\${$2%?x}\"; shift 2; done\nshift\nexec \"$@\"\n"
	p.write("../bin/secretsweep", fake)
	for _, name := range []string{"go", "secretsweep"} {
		if err := os.Chmod(filepath.Join(bin, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "GITHUB_ENV="+p.path("env"))
	for name, value := range values {
		cmd.Env = append(cmd.Env, "SAID_"+name+"="+value)
	}
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	if want := "::add-mask::first%250Avalue \"$x'\n::add-mask::of more\n::add-mask::lines\n"; string(out) != want {
		t.Errorf("it prints:\n%s\nwant:\n%s", out, want)
	}
	got := make(map[string]string)
	for rest := p.text("env"); rest != ""; {
		head, after, _ := strings.Cut(rest, "\n")
		name, end, _ := strings.Cut(head, "<<")
		value, tail, ok := strings.Cut(after, "\n"+end+"\n")
		if len(end) != 32 || !ok {
			t.Fatalf("the file has no end of %s", name)
		}
		got[name], rest = value, tail
	}
	if diff := cmp.Diff(values, got); diff != "" {
		t.Errorf("variables: want (-), got (+):\n%s", diff)
	}
}

// workflows gives a workflow with variables, some of which the vault has.
func workflows(t *rapid.T) (text string, vault vaulted) {
	var secrets []importers.Secret
	var b strings.Builder
	end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
	line := func(indent int, text string) { b.WriteString(strings.Repeat(" ", indent) + text + end) }
	between := func(indent int) {
		if s := rapid.SampledFrom([]string{"", "", "blank", "# a comment", "# A: b"}).Draw(t, "between"); s == "blank" {
			line(0, "")
		} else if s != "" {
			line(indent, s)
		}
	}
	variables := func(indent int) {
		line(indent, "env:")
		for i := range rapid.IntRange(1, 4).Draw(t, "variables") {
			between(indent + 2)
			name := "V" + string(rune('A'+i))
			value := rapid.StringMatching(`[a-z:#' "-]{0,8}`).Draw(t, "value")
			quoted, err := format.QuoteYAML(value)
			if err != nil {
				t.Fatal(err)
			}
			line(indent+2, name+": "+quoted+rapid.SampledFrom([]string{"", " # why"}).Draw(t, "comment"))
			if value != "" && rapid.Bool().Draw(t, "imported") {
				env := rapid.SampledFrom([]string{"dev", "prod"}).Draw(t, "environment")
				secrets = append(secrets, importers.Secret{Ref: importers.Ref{Project: "web", Env: env, Name: name}, Value: secret.New(value)})
			}
		}
	}
	line(0, "on: push")
	if rapid.Bool().Draw(t, "top") {
		variables(0)
	}
	line(0, "jobs:")
	for i := range rapid.IntRange(1, 3).Draw(t, "jobs") {
		between(2)
		line(2, "job"+string(rune('a'+i))+":")
		variables(4)
		indent := rapid.SampledFrom([]int{4, 6}).Draw(t, "indentation")
		line(4, "steps:")
		steps := rapid.IntRange(1, 4).Draw(t, "steps")
		checkout := rapid.IntRange(0, steps).Draw(t, "checkout")
		for n := range steps {
			between(indent)
			switch {
			case n == checkout:
				line(indent, "- uses: actions/checkout@v5")
			case rapid.Bool().Draw(t, "script"):
				line(indent, "- run: |")
				line(indent+4, "make all")
				line(0, "")
				line(indent+4, "# no comment: here")
			default:
				line(indent, "- name: one")
				variables(indent + 2)
				line(indent+2, "run: make")
			}
		}
	}
	return b.String(), newVaulted(secrets, nil)
}

// TestFetching shows that a job's variables are what leaves a configuration, and that all
// else stays, byte for byte.
func TestFetching(t *testing.T) {
	changed := 0
	rapid.Check(t, func(t *rapid.T) {
		text, vault := workflows(t)
		if rewrittenAsPlanned(t, github(), []byte(text), vault) {
			changed++
		}
	})
	if changed == 0 {
		t.Error("nothing was ever changed")
	}
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// rewrittenAsPlanned rewrites a configuration. It tells whether that changed anything.
func rewrittenAsPlanned(t failer, p platform, text []byte, vault vaulted) bool {
	t.Helper()
	w := &work{vault: vault}
	d := newDocument(text)
	for _, job := range w.jobs(p, d) {
		next := d.clone()
		if p.fetch(next, job) == nil {
			if _, err := next.result(); err == nil {
				d = next
			}
		}
	}
	after, err := d.result()
	if err != nil {
		t.Fatalf("refused after all: %v", err)
	}
	// Lines that stay are lines that were there.
	var kept []byte
	at := 0
	splices := slices.Clone(d.splices)
	slices.SortStableFunc(splices, func(a, b splice) int { return a.from - b.from })
	for _, s := range splices {
		kept = append(kept, text[at:s.from]...)
		at = s.to
	}
	if kept = append(kept, text[at:]...); !isPartOf(kept, text) {
		t.Fatalf("other lines:\n%q\nof\n%q", kept, text)
	}
	// Values that left are in the vault, and the others are there, in order.
	var want, got []string
	for i, e := range d.entries {
		switch in := len(vault.refs(e.Name(), e.Value)) > 0; {
		case d.cut[i] && !in:
			t.Fatalf("lost %s, which isn't in the vault:\n%s", e.Name(), text)
		case !d.cut[i] && !e.Comment:
			want = append(want, e.Name()+"="+e.Value)
		}
	}
	for e := range format.YAML(after) {
		isNew := slices.ContainsFunc(d.added, func(path []string) bool { return hasPrefix(e.Path, path) })
		if !e.Comment && !isNew {
			got = append(got, e.Name()+"="+e.Value)
		}
	}
	shifted := func(s string) bool { return len(s) > 1 && s[1] == '=' } // an element's number
	if diff := cmp.Diff(slices.DeleteFunc(want, shifted), slices.DeleteFunc(got, shifted)); diff != "" {
		t.Fatalf("assigned: want (-), got (+):\n%s\nof:\n%s\nto:\n%s", diff, text, after)
	}
	return !bytes.Equal(after, text)
}

// FuzzFetching shows the same for any text.
func FuzzFetching(f *testing.F) {
	paths, err := filepath.Glob("testdata/ci/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(file.Data, ^uint64(0))
			f.Add(file.Data, uint64(0x5555))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, imported uint64) {
		if len(text) > 4096 {
			return
		}
		for _, p := range platforms() {
			var secrets []importers.Secret
			for i, e := range newDocument(text).entries {
				if imported>>(i%64)&1 == 1 && e.Value != "" {
					secrets = append(secrets, importers.Secret{Ref: importers.Ref{Project: "web", Env: "dev", Name: e.Name()}, Value: secret.New(e.Value)})
				}
			}
			rewrittenAsPlanned(t, p, text, newVaulted(secrets, nil))
		}
	})
}

// TestCIAliases shows that a variable which is an alias is asked for by that: with the
// secret's name alone, programs wouldn't get it. A token is for secrets by their names.
func TestCIAliases(t *testing.T) {
	const file = ".circleci/config.yml"
	p := newProject(t, map[string]string{file: "jobs:\n  a:\n    environment:\n      OLD_NAME: first value\n    steps:\n      - checkout\n"})
	p.keeps(file, "NEW", "first value", "prod")
	p.Secrets[0].Aliases = []string{"OLD.NAME"}
	s := p.does(CI)
	if got := p.text(file); !strings.Contains(got, " --only OLD.NAME --format") {
		t.Errorf("it is asked for in another way:\n%s", got)
	}
	if !strings.Contains(s.Text, " -e prod --secret NEW --expires") {
		t.Errorf("the token isn't for the secret by its name:\n%s", s.Text)
	}
}

// TestCIAgain shows what is said where there is a token from before.
func TestCIAgain(t *testing.T) {
	const file, command = ".circleci/config.yml", "    secretsweep token revoke ci-web-prod\n    secretsweep token create ci-web-prod "
	p := newProject(t, map[string]string{file: "jobs:\n  a:\n    environment:\n      A: first value\n    steps:\n      - checkout\n"})
	p.keeps(file, "A", "first value", "prod")
	if s := p.step(CI); strings.Contains(s.Text, "revoke") {
		t.Errorf("it says:\n%s", s.Text)
	}
	p.write(".secretsweep/web-prod.bundle", "")
	if s := p.step(CI); !strings.Contains(s.Text, command) {
		t.Errorf("it says:\n%s", s.Text)
	}
}

// TestCIProjects shows that environments of two projects don't share a bundle.
func TestCIProjects(t *testing.T) {
	const file = ".circleci/config.yml"
	job := func(name, value string) string {
		return "  " + name + ":\n    environment:\n      TOKEN: " + value + "\n    steps:\n      - checkout\n"
	}
	p := newProject(t, map[string]string{file: "jobs:\n" + job("web", "first value") + job("api", "second value")})
	p.keeps(file, "TOKEN", "first value", "prod")
	p.keeps(file, "TOKEN", "second value", "prod")
	p.Secrets[1].Project = "api"
	s := p.does(CI)
	for _, bundle := range []string{"web-prod.bundle", "api-prod.bundle"} {
		if !strings.Contains(p.text(file), "/"+bundle) || !strings.Contains(s.Text, "/"+bundle+" --for ci-"+strings.TrimSuffix(bundle, ".bundle")) {
			t.Errorf("no %s:\n%s\n%s", bundle, p.text(file), s.Text)
		}
	}
	if !strings.Contains(p.text(file), "$SECRETSWEEP_TOKEN_WEB_PROD") || !strings.Contains(p.text(file), "$SECRETSWEEP_TOKEN_API_PROD") {
		t.Errorf("no two tokens:\n%s", p.text(file))
	}
}
