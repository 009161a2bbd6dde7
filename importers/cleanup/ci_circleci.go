package cleanup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// circleci is CircleCI. A job's step adds commands to the file $BASH_ENV, which each later
// step runs first: see circleci.com/docs/set-environment-variable.
func circleci() platform {
	return platform{
		name: "CircleCI",
		is:   func(p string) bool { return strings.HasSuffix("/"+p, "/.circleci/config.yml") },
		job: func(p []string) string {
			ofJob := len(p) == 4 && p[2] == "environment"
			ofStep := len(p) == 7 && p[2] == "steps" && p[4] == "run" && p[5] == "environment"
			if p[0] != "jobs" || !ofJob && !ofStep {
				return ""
			}
			return p[1]
		},
		filled: "<<",
		fetch:  fetchOnCircleCI,
		store: func(token string) string {
			return "the variable " + token + " in the project's settings, or in a context"
		},
		about: "secretsweep has to be in the job's image, as one static program, and bash. Pull requests from forks don't get the token. Nothing masks what is fetched: see that no step prints it.",
	}
}

// errShell refuses what doesn't read $BASH_ENV.
var errShell = errors.New("a shell of it isn't bash, and wouldn't get what is fetched")

func fetchOnCircleCI(d *document, f fetch) error {
	job := []string{"jobs", f.job}
	executor, _ := d.value(append(job, "executor"))
	if executor == "" {
		executor, _ = d.value(append(job, "executor", "name"))
	}
	ofJob := func(path []string) bool { return hasPrefix(path, job) }
	for _, e := range d.entries {
		shell := e.Name() == "shell" && (ofJob(e.Path) || hasPrefix(e.Path, []string{"executors", executor}))
		if shell && !e.Comment && !strings.Contains(e.Value, "bash") {
			return errShell
		}
		named := func(name string) bool { return strings.Contains(e.Value, ".Environment."+name) }
		if ofJob(e.Path) && slices.ContainsFunc(f.names, named) {
			return errElsewhere // such as the key of a cache
		}
	}
	// What $BASH_ENV says goes before all other variables.
	if d.differ(f.vars, ofJob) {
		return errDiffer
	}
	return d.fetchInStep(f, "checkout", func(bundle string) string {
		return fmt.Sprintf(`- run:
    name: Secrets from the vault
    environment:
      %s: %s
    command: %s="$%s" secretsweep pull%s --format shell - >>"$BASH_ENV"
`, bundleVariable, scalar(bundle), tokenVariable, f.token(), flags("--only", f.secrets))
	})
}
