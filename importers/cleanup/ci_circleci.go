package cleanup

import (
	"fmt"
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
		fetch: fetchOnCircleCI,
		store: func(token string) string {
			return "the variable " + token + " in the project's settings, or in a context"
		},
		about: "secretsweep has to be in the job's image, as one static program. Nothing masks what is fetched: see that no step prints it.",
	}
}

func fetchOnCircleCI(d *document, f fetch) error {
	return d.fetchInStep(f, "checkout", func(bundle string) string {
		return fmt.Sprintf(`- run:
    name: Secrets from the vault
    environment:
      %s: %s
    command: %s="$%s" secretsweep pull%s --format shell - >>"$BASH_ENV"
`, bundleVariable, scalar(bundle), tokenVariable, f.token(), f.only())
	})
}
