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
		fetch: fetchOnGitLab,
		store: func(token string) string {
			return "the variable " + token + " in Settings, CI/CD, Variables: masked, protected, not expanded"
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
)

func fetchOnGitLab(d *document, f fetch) error {
	variables := []string{f.job, "variables"}
	switch strategy, _ := d.value(append(slices.Clone(variables), "GIT_STRATEGY")); {
	case strings.HasPrefix(f.job, "."):
		return errTemplate
	case strategy == "none":
		return errNoCheckout
	case d.has([]string{"services"}) || d.has([]string{"default", "services"}) || d.has([]string{f.job, "services"}):
		return errServices
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
		return hasPrefix(path, []string{f.job}) && len(path) > 1 && path[1] != "script" && path[1] != "before_script"
	}
	if d.names(f.names, elsewhere) {
		return errElsewhere
	}
	commands := []string{"- secrets=$(secretsweep pull" + f.only() + " --format shell -)\n", "- eval \"$secrets\"; unset secrets " + tokenVariable + "\n"}
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
