package cleanup

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/internal/format"
)

// gitlab is GitLab CI. A job's before_script and its script are run by one shell: see
// docs.gitlab.com/ci/yaml.
func gitlab() platform {
	return platform{
		name: "GitLab CI",
		is: func(p string) bool {
			base := path.Base(p)
			return strings.HasSuffix(base, ".gitlab-ci.yml") || strings.HasSuffix(base, ".gitlab-ci.yaml")
		},
		job: func(p []string) string {
			if len(p) != 3 || p[1] != "variables" || slices.Contains([]string{"default", "workflow", "spec"}, p[0]) {
				return ""
			}
			return p[0]
		},
		filled: "$",
		fetch:  fetchOnGitLab,
		store: func(token string) string {
			return "the variable " + token + " in Settings, CI/CD, Variables: masked, not expanded, and protected if only protected branches have these jobs"
		},
		about: "secretsweep has to be in the job's image, as one static program, and a Unix shell. Nothing masks what is fetched: see that no command prints it.",
	}
}

// Why a job isn't changed.
var (
	errInherits  = errors.New("it may get its before_script from elsewhere, which one of its own would replace")
	errTemplate  = errors.New("other jobs take from it, and may have a before_script of their own")
	errElsewhere = errors.New("something beside its commands has the name of a variable in it, and wouldn't get that")
	errServices  = errors.New("its services get the variables too, and before it fetches any")
	errFetches   = errors.New("it fetches secrets already; add the name there")
	errShells    = errors.New("its hooks or its after_script are run by other shells, which wouldn't get what is fetched")
	errNoScript  = errors.New("it has no script of its own")
)

func fetchOnGitLab(d *document, f fetch) error {
	variables := []string{f.job, "variables"}
	ofJob := func(path []string) bool { return hasPrefix(path, []string{f.job}) }
	// has tells whether the job has a setting, of its own or by default.
	has := func(key string) bool {
		return d.has([]string{f.job, key}) || d.has([]string{key}) || d.has([]string{"default", key})
	}
	strategy, own := d.value(append(slices.Clone(variables), "GIT_STRATEGY"))
	if !own {
		strategy, _ = d.value([]string{"variables", "GIT_STRATEGY"})
	}
	switch {
	case strings.HasPrefix(f.job, ".") || d.taken(f.job):
		return errTemplate
	case !slices.Contains([]string{"", "fetch", "clone"}, strategy):
		return errNoCheckout
	case has("services"):
		return errServices
	case has("after_script") || has("hooks"):
		return errShells
	case !d.has([]string{f.job, "script"}):
		return errNoScript
	case d.differ(f.vars, ofJob): // such as in rules
		return errDiffer
	case len(f.vars) == 0:
		return errFlow
	}
	for _, name := range []string{tokenVariable, bundleVariable} {
		if d.has(append(slices.Clone(variables), name)) {
			return errFetches
		}
		d.added = append(d.added, append(slices.Clone(variables), name))
	}
	first := d.entries[f.vars[0]]
	indent := indentAt(d.text, lineStart(d.text, first.Start))
	if first.Style == format.Block {
		indent = indentAt(d.text, lineStart(d.text, lineStart(d.text, first.Start)-1))
	}
	instead := d.indented(fmt.Sprintf("%s: $%s\n%s: %s\n", tokenVariable, f.token(), bundleVariable, scalar(f.bundle())), indent)
	for _, entry := range f.vars {
		if err := d.take(entry, instead); err != nil {
			return err
		}
		instead = ""
	}
	// The shell of these commands is the only one that has the variables then.
	elsewhere := func(path []string) bool {
		return ofJob(path) && len(path) > 1 && path[1] != "script" && path[1] != "before_script"
	}
	if d.names(f.names, elsewhere) {
		return errElsewhere
	}
	commands := []string{f.remark() + "- secrets=$(secretsweep pull" + flags("--only", f.secrets) + " --format shell -)\n", "- eval \"$secrets\"; unset secrets " + tokenVariable + "\n"}
	script := []string{f.job, "before_script"}
	if d.has(script) {
		indent, from, _, ok := d.element(script, 0)
		if !ok {
			return errNoSteps
		}
		d.insert(script, 0, from, indent, commands...)
		return nil
	}
	if d.has([]string{"before_script"}) || d.has([]string{"default", "before_script"}) || d.has([]string{"include"}) || d.has([]string{f.job, "extends"}) {
		return errInherits
	}
	head := d.keyOf(f.vars[0])
	at := indentAt(d.text, head)
	text := d.indented("before_script:\n", at) + d.indented(strings.Join(commands, ""), at+2)
	d.splices = append(d.splices, splice{head, head, text})
	d.added = append(d.added, script)
	return nil
}

// taken tells whether another job takes settings from a job.
func (d *document) taken(job string) bool {
	return slices.ContainsFunc(d.entries, func(e format.Entry) bool {
		extends := len(e.Path) > 1 && e.Path[1] == "extends"
		return !e.Comment && e.Value == job && (extends || e.Tag == "!reference" || strings.Contains(d.lineAt(lineStart(d.text, e.Start)), "!reference"))
	})
}
