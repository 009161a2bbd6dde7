package cleanup

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/format"
)

// platform is a CI system whose configuration is rewritten.
type platform struct {
	name string
	is   func(path string) bool // with forward slashes
	// job gives the job that has a variable, from the path that leads to it; "" if it
	// is no variable of a job.
	job func(path []string) string
	// filled is what a value has in it that the platform puts others into. One that comes
	// from the vault stays as it is.
	filled string
	// fetch makes the job fetch the variables. Its error says why it can't.
	fetch func(d *document, f fetch) error
	// store says how a token becomes a secret of the CI system.
	store func(token string) string
	about string // what to know besides
}

// platforms gives all of them.
func platforms() []platform { return []platform{github(), gitlab(), circleci()} }

// otherCI tells whether a path is that of another CI system's configuration.
func otherCI(p string) bool {
	base := strings.ToLower(path.Base(p))
	return slices.Contains([]string{
		"jenkinsfile", "bitbucket-pipelines.yml", ".travis.yml", ".drone.yml", ".woodpecker.yml", "appveyor.yml", ".appveyor.yml",
		"buildspec.yml", "cloudbuild.yaml", "cloudbuild.yml", ".cirrus.yml", "codemagic.yaml", "bitrise.yml",
	}, base) || strings.HasPrefix(base, "azure-pipelines") || strings.Contains("/"+p, "/.buildkite/") || strings.Contains("/"+p, "/.woodpecker/")
}

// fetch is what a job is to fetch: variables of one environment.
type fetch struct {
	job string
	scope
	vars    []int    // the entries that it has been given them by
	names   []string // of the variables
	secrets []string // that they are, each once
}

// token is the name of the CI system's secret that has the token.
func (s scope) token() string {
	return tokenVariable + "_" + strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			return c
		}
		return '_'
	}, s.project+"_"+s.env)
}

// bundle is the file in the repository that has the environment's secrets, sealed.
func (s scope) bundle() string { return ".secretsweep/" + s.project + "-" + s.env + ".bundle" }

// forToken is the vault's name of the token.
func (s scope) forToken() string { return "ci-" + s.project + "-" + s.env }

// bundling is the command that makes the bundle, also anew.
func (s scope) bundling() string {
	return "secretsweep vault bundle " + word(s.bundle()) + " --for " + word(s.forToken()) + " --expires 30d --force"
}

// remark says in a configuration how its bundle is made: whoever changes a value has to.
func (s scope) remark() string { return "# The bundle is made by: " + s.bundling() + "\n" }

// flags gives a flag for each name.
func flags(flag string, names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(" " + flag + " " + word(name))
	}
	return b.String()
}

// ci makes CI jobs fetch what their configuration has.
func (w *work) ci(ctx context.Context) (Step, error) {
	s := Step{
		Kind:  CI,
		Title: "Let CI fetch secrets at run time",
		About: "Variables of jobs that the vault has leave the configuration. A job fetches them from a bundle: a file that is sealed to a token, which the CI system keeps.",
	}
	var before, after notes
	wanted := make(map[scope]*want)
	var used []platform
	for _, p := range platforms() {
		changed := false
		for _, path := range w.files(p.is) {
			edit, fetches, err := w.fetching(ctx, p, path, &after)
			if ctx.Err() != nil {
				return s, ctx.Err()
			}
			if err != nil {
				after.add("%s stays as it is: %v", w.shown(path), err)
				continue
			}
			if edit != nil {
				s.Edits = append(s.Edits, *edit)
				changed = true
			}
			for _, f := range fetches {
				w.want(wanted, f.scope, p, f.secrets)
			}
		}
		if changed {
			used = append(used, p)
		}
	}
	for _, path := range w.files(otherCI) {
		spots := w.left(path, nil)
		if len(spots) == 0 {
			continue
		}
		var refs [][]importers.Ref
		for _, s := range spots {
			refs = append(refs, w.vault.values[s.item.Value.Fingerprint()])
		}
		if to, ok := scopeFor(refs, path); ok {
			store := func(token string) string { return "the secret " + token + ", as the system keeps them" }
			var names []string
			for _, of := range refs {
				if name := to.in(of); name != "" {
					names = append(names, name)
				}
			}
			w.want(wanted, to, platform{name: w.shown(path), store: store}, names)
			after.add("%s isn't rewritten. Give the job %s, from that secret, and %s=%s, and run its commands by: secretsweep run -- COMMAND",
				w.shown(path), tokenVariable, bundleVariable, word(to.bundle()))
		} else {
			after.add("%s isn't rewritten:", w.shown(path))
		}
		w.list(&after, spots)
	}
	w.prepare(&before, wanted, used)
	if after.b.Len() > 0 {
		before.gap()
		before.b.WriteString(after.String())
	}
	slices.SortFunc(s.Edits, func(a, b Edit) int { return cmp.Compare(a.Path, b.Path) })
	s.Text = before.String()
	return s, nil
}

const (
	tokenVariable  = "SECRETSWEEP_TOKEN"
	bundleVariable = "SECRETSWEEP_BUNDLE"
)

// want is what jobs want of an environment.
type want struct {
	by      []platform
	secrets []string
}

// want adds what a platform's jobs want, by names or aliases.
func (w *work) want(all map[scope]*want, of scope, by platform, names []string) {
	if all[of] == nil {
		all[of] = &want{}
	}
	a := all[of]
	if !slices.ContainsFunc(a.by, func(p platform) bool { return p.name == by.name }) {
		a.by = append(a.by, by)
	}
	for _, name := range names {
		a.secrets = append(a.secrets, w.vault.secrets[importers.Ref{Project: of.project, Env: of.env, Name: name}])
	}
	slices.Sort(a.secrets)
	a.secrets = slices.Compact(a.secrets)
}

// prepare says what has to be done before jobs can fetch from the environments that are
// wanted. A token reads what they want, and no more.
func (w *work) prepare(n *notes, wanted map[scope]*want, used []platform) {
	if len(wanted) == 0 {
		return
	}
	n.add("First, in the repository, for each environment a token, and a bundle that is sealed to it:")
	n.add("    mkdir -p .secretsweep")
	scopes := slices.SortedFunc(maps.Keys(wanted), func(a, b scope) int { return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.env, b.env)) })
	for _, s := range scopes {
		n.add("")
		if w.bundled(s) {
			n.add("    secretsweep token list      # there is %s: what it reads has to be named below, too", s.forToken())
			n.add("    secretsweep token revoke %s", word(s.forToken()))
		}
		n.add("    secretsweep token create %s -p %s -e %s%s --expires 90d", word(s.forToken()), word(s.project), word(s.env), flags("--secret", wanted[s].secrets))
		for _, p := range wanted[s].by {
			n.add("        %s: %s", p.name, p.store(s.token()))
		}
		n.add("    %s", s.bundling())
		n.add("    git add %s", word(s.bundle()))
	}
	n.gap()
	n.add("Make the bundles again before they end, and whenever a value changes. What is read from one is in no log.")
	for _, p := range used {
		n.add("%s: %s", p.name, p.about)
	}
}

// bundled tells whether there is a bundle of an environment already, and so a token.
func (w *work) bundled(s scope) bool {
	return slices.ContainsFunc(w.tops, func(top string) bool {
		_, err := os.Lstat(filepath.Join(top, filepath.FromSlash(s.bundle())))
		return err == nil
	})
}

// left gives the places of secrets in a file that are left once a document is changed,
// but for those that may stay; nil for a file that isn't changed.
func (w *work) left(path string, d *document) []spot {
	var all []spot
	for _, s := range w.places[path] {
		// Several importers may have read it there.
		again := slices.ContainsFunc(all, func(x spot) bool { return x.row == s.row && x.item.At.Start == s.item.At.Start })
		if s.row.Choice != importers.Accept && !again && (d == nil || !d.cuts(s.item.At.Start.Line)) {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b spot) int { return a.item.At.Start.Compare(b.item.At.Start) })
	return all
}

// list lists places of one file by their lines.
func (w *work) list(n *notes, spots []spot) {
	for _, s := range spots {
		why := ""
		_, whole := w.vault.called(s.item.Value)
		if _, ok := w.vault.called(s.row.Value); !ok && !whole {
			why = ", a value that the vault doesn't have"
		}
		n.add("    line %d: %s%s", s.item.At.Start.Line, cmp.Or(s.item.Name, s.row.Name()), why)
	}
}

// fetching makes the edit of a configuration, nil for none, and notes what has to be done
// by hand.
func (w *work) fetching(ctx context.Context, p platform, path string, n *notes) (*Edit, []fetch, error) {
	f, err := read(path)
	if err != nil || f == nil {
		return nil, nil, err
	}
	d := newDocument(f.text)
	linked := d.linked()
	var fetches []fetch
	var refused []string
	for _, job := range w.jobs(p, d) {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		changed := d.clone()
		err := p.fetch(changed, job)
		if err == nil {
			_, err = changed.result()
		}
		if linked {
			err = errLinkedNodes
		}
		if err != nil {
			refused = append(refused, fmt.Sprintf("    job %s: %v", job.job, err))
			continue
		}
		d = changed
		fetches = append(fetches, job)
	}
	after, err := d.result()
	if err != nil {
		return nil, nil, err
	}
	if left := w.left(path, d); len(left) > 0 {
		n.add("%s: to be taken out by hand, as it is no variable of one job, or is filled in, or the job can't be changed:", w.shown(path))
		for _, line := range refused {
			n.add("%s", line)
		}
		w.list(n, left)
	}
	if bytes.Equal(after, f.text) {
		return nil, nil, nil
	}
	e := w.edit(f, after, format.YAML)
	return &e, fetches, nil
}

// errLinkedNodes refuses what has one text in several places.
var errLinkedNodes = errors.New("it has anchors, aliases or merges, so that a change at one place is one at others")

// jobs gives what each job is to fetch, in the order of the file. It is nothing for one
// whose variables can't be taken out.
func (w *work) jobs(p platform, d *document) []fetch {
	entries := make(map[string][]int)
	var order []string
	for i, e := range d.entries {
		job := p.job(e.Path)
		if job == "" || e.Comment || strings.Contains(e.Value, p.filled) || len(w.vault.refs(e.Name(), e.Value)) == 0 {
			continue
		}
		if entries[job] == nil {
			order = append(order, job)
		}
		entries[job] = append(entries[job], i)
	}
	var all []fetch
	for _, job := range order {
		var refs [][]importers.Ref
		for _, i := range entries[job] {
			refs = append(refs, w.vault.refs(d.entries[i].Name(), d.entries[i].Value))
		}
		to, _ := scopeFor(refs, job) // there is one: each has a secret
		f := fetch{job: job, scope: to}
		for k, i := range entries[job] {
			name := to.in(refs[k])
			if name == "" || !d.takes(i) {
				continue
			}
			f.vars = append(f.vars, i)
			if v := d.entries[i].Name(); !slices.Contains(f.names, v) {
				f.names = append(f.names, v)
			}
			if !slices.Contains(f.secrets, name) {
				f.secrets = append(f.secrets, name)
			}
		}
		all = append(all, f)
	}
	return all
}
