package cleanup

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// github is GitHub Actions. A job's step puts variables into the file $GITHUB_ENV, from
// which later steps have them, and tells the log to mask them: see "Workflow commands" in
// docs.github.com/en/actions/using-workflows.
func github() platform {
	return platform{
		name: "GitHub Actions",
		is: func(p string) bool {
			ext := path.Ext(p)
			return strings.HasSuffix("/"+path.Dir(p), "/.github/workflows") && (ext == ".yml" || ext == ".yaml")
		},
		job: func(p []string) string {
			ofJob := len(p) == 4 && p[2] == "env"
			ofStep := len(p) == 6 && p[2] == "steps" && p[4] == "env"
			if p[0] != "jobs" || !ofJob && !ofStep || isGitHubs(p[len(p)-1]) {
				return ""
			}
			return p[1]
		},
		filled: "${{",
		fetch:  fetchOnGitHub,
		store:  func(token string) string { return "gh secret set " + token + ", which asks for the token" },
		about:  "the step builds secretsweep with Go, which GitHub's runners have; a container needs it in its image. All later steps of the job have the variables. Secrets aren't given to pull requests from forks, nor to Dependabot's.",
	}
}

// isGitHubs tells whether a variable can't be set by way of $GITHUB_ENV.
func isGitHubs(name string) bool {
	return strings.HasPrefix(name, "GITHUB_") || strings.HasPrefix(name, "RUNNER_") || name == "CI" || name == "NODE_OPTIONS"
}

// called is the event of a workflow that others call. As a rule it has no value.
var called = regexp.MustCompile(`(?m)^[^#\n]*\bworkflow_call\b`)

// errCalled refuses such a workflow, which has no more secrets than it is given.
var errCalled = errors.New("other workflows call its workflow, and would have to give it the token")

func fetchOnGitHub(d *document, f fetch) error {
	if called.Match(d.text) {
		return errCalled
	}
	// What $GITHUB_ENV says goes before the variables of jobs and of the workflow, which
	// steps have unless they have their own.
	ofSteps := slices.DeleteFunc(slices.Clone(f.vars), func(entry int) bool { return len(d.entries[entry].Path) == 4 })
	around := func(path []string) bool {
		return hasPrefix(path, []string{"env"}) || hasPrefix(path, []string{"jobs", f.job, "env"})
	}
	if d.differ(ofSteps, around) {
		return errDiffer
	}
	folder := "" // that steps are run in, if it isn't the top
	if d.has([]string{"defaults", "run", "working-directory"}) || d.has([]string{"jobs", f.job, "defaults", "run", "working-directory"}) {
		folder = "  working-directory: .\n"
	}
	return d.fetchInStep(f, "actions/checkout@", func(bundle string) string {
		return fmt.Sprintf(`- name: Secrets from the vault
  shell: bash
%s  env:
    %s: ${{ secrets.%s }}
    %s: %s
  run: |
    go install github.com/secretsweep/secretsweep/cmd/secretsweep@latest
    "$(go env GOPATH)/bin/secretsweep" run%s -- bash -c '
      set -euo pipefail
      for name; do
        printenv "$name" | sed -n "s/%%/%%25/g; s/^..../::add-mask::&/p"
        end=$(od -An -N16 -tx1 /dev/urandom | tr -d " \n")
        { echo "$name<<$end"; printenv "$name"; echo "$end"; } >>"$GITHUB_ENV"
      done' bash %s
`, folder, tokenVariable, f.token(), bundleVariable, scalar(bundle), flags("--only", f.secrets), strings.Join(f.names, " "))
	})
}
