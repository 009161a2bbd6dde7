package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/importers"
	"github.com/secretsweep/secretsweep/internal/secret"
	"github.com/secretsweep/secretsweep/rules"
	"github.com/secretsweep/secretsweep/scanner"
	"github.com/secretsweep/secretsweep/vault"
	"github.com/secretsweep/secretsweep/vault/rotation"
)

// intake is the vault as something is imported into one of its projects.
type intake struct {
	*door
	draft
	project string
	current map[vault.Ref]int // versions, when the plan at hand was made
	roots   rootNames

	// unseen says that nobody looks at the plan. What others ask for isn't in it then: they
	// may not write there, and would have found who does it for them.
	unseen bool
	passed []secret.Fingerprint // what they ask for, and the sources at hand don't have
}

// newIntake gives it. paths are what is imported from: a new project is called after them.
func newIntake(sh shell, d *door, project string, paths []string) (*intake, error) {
	if d.who.token {
		return nil, misuse("a token only reads", "unset $"+tokenName+", and import as yourself")
	}
	if project == "" {
		var err error
		if project, err = projectOf(sh, d, paths); err != nil {
			return nil, err
		}
	}
	if err := checkProject(project); err != nil {
		return nil, err
	}
	kept, err := newDraft(sh, d.vault.ID(), d.who, project)
	return &intake{door: d, draft: kept, project: project, current: make(map[vault.Ref]int), roots: make(rootNames)}, err
}

func checkProject(project string) error {
	if err := vault.CheckLabel(project); err != nil {
		return misuse("the project "+project+": "+err.Error(), "name one with --project")
	}
	return nil
}

// projectOf is the project that the folder says, or the only one that there is, or one
// that is called after what is imported. A folder that is called otherwise than the only one
// may well be another project: it has to be said.
func projectOf(sh shell, d *door, paths []string) (string, error) {
	if folder, err := acceptedFolder(sh, "."); err == nil && folder.Project != "" {
		return folder.Project, nil
	}
	name, isFolder := "", false
	for _, p := range paths {
		if name, isFolder = projectNamed(p); name != "" {
			break
		}
	}
	if d == nil || len(d.Projects()) != 1 {
		return cmp.Or(name, "project"), nil
	}
	only := d.Projects()[0]
	if isFolder && name != only {
		return "", misuse(fmt.Sprintf("which project is this for? The vault has %s, and the folder is called %s", only, name), "name it with --project")
	}
	return only, nil
}

// projectNamed calls a project after what lies at a path; "" if there is no name in that.
func projectNamed(p string) (label string, isFolder bool) {
	if p == "-" || p == slackPath {
		return "", false
	}
	abs, err := filepath.Abs(p)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil {
		return "", false
	}
	info, err := os.Stat(abs)
	if err != nil {
		return "", false
	}
	label = strings.Map(func(c rune) rune {
		if vault.CheckLabel(string(c)) != nil {
			return '-'
		}
		return c
	}, strings.ToLower(path.Base(filepath.ToSlash(abs))))
	if label = strings.Trim(label, "-."); vault.CheckLabel(label) != nil {
		return "", false
	}
	return label, info.IsDir()
}

// plan puts items together with what waits in the vault, and with what was decided about them
// earlier. env is the environment of everything, whatever the items say; "" for what they say.
func (in *intake) plan(ctx context.Context, items []importers.Item, env string) (*importers.Plan, error) {
	o := importers.Options{Project: in.project, Environments: in.environments(), Env: env, Now: time.Now()}
	known, err := in.Known(ctx, in.project)
	if err != nil {
		return nil, err
	}
	clear(in.current)
	had, held := make(map[vault.Ref]bool), make(map[vault.Ref]secret.Value)
	for _, k := range known {
		had[k.Ref] = true
		if k.State == vault.Current {
			in.current[k.Ref], held[k.Ref] = k.Version, k.Value
		}
		o.Kept = append(o.Kept, importers.Kept{Ref: refOf(k.Ref), Value: k.Value, Current: k.State == vault.Current})
	}
	if in.CanReadLeaks(in.project) {
		leaks, err := in.Leaks(ctx, in.project)
		if err != nil {
			return nil, err
		}
		recorded := make(map[secret.Fingerprint]bool)
		for i := range leaks {
			recorded[leaks[i].Value.Fingerprint()] = true
		}
		for i := range items {
			items[i].Recorded = recorded[valueOf(&items[i]).Fingerprint()]
		}
		for i := range leaks {
			l := &leaks[i]
			l.Asked = slices.DeleteFunc(l.Asked, func(a vault.Asked) bool { return held[a.Ref].Equal(a.Value) })
			if in.unseen && len(l.Asked) > 0 {
				in.passed = append(in.passed, l.Value.Fingerprint())
			} else {
				items = append(items, askedFor(l)...)
			}
			if d, ok := decisionOf(rotation.Fold(*l, o.Now)); ok {
				o.Decided = append(o.Decided, d)
			}
		}
	}
	own, err := in.draft.read()
	if err == nil {
		err = in.doubt(ctx, own, had)
	}
	if err != nil {
		return nil, err
	}
	o.Decided = append(o.Decided, own...)
	plan := importers.NewPlan(items, o)
	there := make(map[secret.Fingerprint]bool)
	for _, row := range plan.Rows {
		there[row.Key] = true
	}
	in.others = slices.DeleteFunc(own, func(d importers.Decision) bool { return there[d.Value] })
	in.passed = slices.DeleteFunc(in.passed, func(value secret.Fingerprint) bool { return there[value] })
	return plan, nil
}

// doubt makes decisions anew what they were before they were carried out, where the vault
// has nothing of that: an older one was put back. What somebody removed since it still
// tells of.
func (in *intake) doubt(ctx context.Context, all []importers.Decision, had map[vault.Ref]bool) error {
	listed := make(map[string]bool)
	has := func(to importers.Destination) (bool, error) {
		at := vault.Ref{Project: in.project, Environment: to.Env, Name: to.Name}
		if had[at] || listed[to.Env] || !slices.Contains(in.environments(), to.Env) {
			return had[at], nil
		}
		found, err := in.List(ctx, in.project, to.Env)
		for _, l := range found {
			had[l.Ref] = true
		}
		listed[to.Env] = true
		return had[at], err
	}
	for i := range all {
		for _, to := range all[i].Targets {
			if !all[i].Done || !in.CanWrite(in.project, to.Env) {
				continue // what waits for a maintainer needn't be there
			}
			there, err := has(to)
			if err != nil {
				return err
			}
			all[i].Done = there
		}
	}
	return nil
}

// valueOf gives the value that an item is about.
func valueOf(i *importers.Item) secret.Value {
	if i.Finding != nil {
		return i.Finding.Value
	}
	return i.Value
}

// askedFor gives what others want to have imported who may not write there, as items.
func askedFor(l *vault.Leak) []importers.Item {
	var items []importers.Item
	for _, a := range l.Asked {
		found := &scanner.Finding{
			Rule:        &rules.Rule{ID: l.Rule, Description: l.Rule},
			Severity:    rules.Severity(l.Severity),
			Value:       l.Value,
			Carrier:     a.Value,
			Fingerprint: l.Value.Fingerprint(),
			Places:      l.Places,
			Namings:     make([]scanner.Naming, len(l.Places)),
		}
		item := importers.Item{Name: a.Name, Env: a.Environment, Value: a.Value, Finding: found, Recorded: true, Asked: true, From: "asked for by " + a.By}
		if len(l.Places) > 0 {
			item.At = l.Places[0]
		}
		items = append(items, item)
	}
	return items
}

func (in *intake) environments() []string {
	return environmentsOf(in.door, in.project)
}

// environmentsOf gives those of a project.
func environmentsOf(d *door, project string) []string {
	var all []string
	for _, p := range d.Environments() {
		if p.Project == project {
			all = append(all, p.Environment)
		}
	}
	return all
}

// decisionOf gives what was decided about a leak. What is open again, and may still work, is
// to be decided anew; of what is dead no more is to be made than that it goes.
func decisionOf(r *rotation.Record) (importers.Decision, bool) {
	d := importers.Decision{Value: r.Value.Fingerprint(), Done: true}
	for _, ref := range r.Leak.Refs {
		d.Targets = append(d.Targets, importers.Destination{Env: ref.Environment, Name: ref.Name})
	}
	switch {
	case r.State == rotation.FalsePositive:
		d.Choice = importers.False
	case r.State == rotation.Accepted:
		d.Choice, d.Until = importers.Accept, r.Until.Truncate(24*time.Hour)
		for _, c := range r.History {
			if c.Step != nil && c.Step.Act == rotation.Accept {
				d.Reason = c.Step.Reason
			}
		}
	case r.State.Open() && r.Reopened != nil && r.Evidence != nil, r.Way == rotation.RevokeOnly && r.Reopened == nil:
		d.Choice = importers.Revoke
	case r.State.Open() && r.Reopened != nil, r.Way != rotation.Rotate:
		return d, false
	case len(d.Targets) > 0:
		d.Choice = importers.Import
	case len(r.Successors) > 0 || r.State == rotation.Closed:
		d.Choice = importers.Revoke
	default: // somebody has taken it on, and the vault doesn't have it
		return d, false
	}
	if d.Choice != importers.Import {
		d.Targets = nil
	}
	return d, true
}

// access says where this person may write.
func (in *intake) access() importers.Access {
	there := in.environments()
	return importers.Access{
		Has:      func(r importers.Ref) bool { return r.Project == in.project && slices.Contains(there, r.Env) },
		CanWrite: func(r importers.Ref) bool { return in.CanWrite(r.Project, r.Env) },
	}
}

// take writes a batch, all of it in one act. It refuses to write where somebody else has
// written since the plan was made.
func (in *intake) take(ctx context.Context, b importers.Batch, source string) error {
	all := vault.Intake{Source: source}
	there := in.environments()
	for _, e := range b.Environments {
		there = append(there, e.Env)
		all.Environments = append(all.Environments, vault.Pattern{Project: e.Project, Environment: e.Env})
	}
	if len(there) == 0 && len(b.Leaks) > 0 {
		return withHint(fmt.Errorf("there is no project %s yet", in.project), "an owner makes it: secretsweep vault env create %s/dev", in.project)
	}
	for _, s := range b.Secrets {
		all.Changes = append(all.Changes, in.change(s))
	}
	decides := slices.ContainsFunc(there, func(env string) bool { return in.CanWrite(in.project, env) })
	for i := range b.Leaks {
		l := &b.Leaks[i]
		if len(l.Waiting) > 0 && l.Row.Value.IsEmpty() {
			return withHint(fmt.Errorf("%s has no value yet that could wait for a maintainer", l.Waiting[0]), "somebody who may write there imports it")
		}
		all.Leaks = append(all.Leaks, in.report(l, decides))
	}
	versions, err := in.Import(ctx, all)
	for i, version := range versions {
		in.current[all.Changes[i].Ref] = version
	}
	return err
}

// change is what a secret gets.
func (in *intake) change(s importers.Secret) vault.Change {
	at := vaultRef(s.Ref)
	version := in.current[at]
	return vault.Change{Ref: at, Value: s.Value, Blank: s.Value.IsEmpty(), If: &version, Edit: func(i *vault.Info) {
		for _, alias := range s.Aliases {
			if !slices.Contains(i.Aliases, alias) {
				i.Aliases = append(i.Aliases, alias)
			}
		}
		i.Kind = cmp.Or(i.Kind, cut(s.Kind))
		i.Description = cmp.Or(i.Description, cut(s.Note))
	}}
}

// cut shortens what a source says to what a vault has room for.
func cut(text string) string {
	const more = "…"
	if len(text) <= vault.MaxText {
		return text
	}
	return strings.ToValidUTF8(text[:vault.MaxText-len(more)], "") + more
}

// report is what the vault keeps of a leak. Who may decide nothing there says what they
// think, and leaves it to others.
func (in *intake) report(l *importers.Leak, decides bool) vault.LeakReport {
	r := vault.LeakReport{Project: in.project, Leaked: leakedOf(l.Row)}
	r.Reason = l.Reason
	if !l.Until.IsZero() {
		r.Until = l.Until.AddDate(0, 0, 1).Add(-time.Second) // that day is the last
	}
	if f := l.Row.Finding; f != nil {
		r.Places = in.roots.places(f.Places)
	} else {
		for i := range l.Row.Items {
			r.Places = append(r.Places, in.roots.place(l.Row.Items[i].At))
		}
	}
	for _, t := range l.Row.Targets {
		if slices.Contains(l.Waiting, t.Ref) {
			r.Asked = append(r.Asked, vault.Asked{Ref: vaultRef(t.Ref), Value: t.Value})
		}
	}
	switch {
	case len(l.Refs) > 0:
		r.Kind, r.Refs = vault.Imported, vaultRefs(l.Refs)
	case len(l.Waiting) > 0:
		r.Kind = vault.Waiting
	case l.Choice == importers.Import || l.Choice == importers.Revoke: // an import to names that other values have
		r.Kind = vault.RevokeOnly
	case !decides:
		r.Kind = vault.Noted
		r.Reason = strings.TrimSpace(string(l.Choice) + ": " + l.Reason)
	case l.Choice == importers.False:
		r.Kind = vault.FalsePositive
	case l.Choice == importers.Accept:
		r.Kind = vault.Accepted
	}
	return r
}

// maxBeside is how many bytes something that stands around a leak, or beside it, may have to
// be kept with it. Addresses and halves of keys have less.
const maxBeside = 4 << 10

// leakParts gives what belongs to a leak, as far as a vault has room for it.
func leakParts(found []detectors.Part) (all []vault.LeakPart) {
	for _, p := range found {
		if n := len(p.Value.Reveal()); n > 0 && n <= maxBeside && len(all) < vault.MaxLeakParts {
			all = append(all, vault.LeakPart{Name: cut(p.Name), Value: p.Value})
		}
	}
	return all
}

func refOf(r vault.Ref) importers.Ref {
	return importers.Ref{Project: r.Project, Env: r.Environment, Name: r.Name}
}

func vaultRef(r importers.Ref) vault.Ref {
	return vault.Ref{Project: r.Project, Environment: r.Env, Name: r.Name}
}

func vaultRefs(all []importers.Ref) []vault.Ref {
	var refs []vault.Ref
	for _, r := range all {
		refs = append(refs, vaultRef(r))
	}
	return refs
}
