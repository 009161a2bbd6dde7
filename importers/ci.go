package importers

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
	"github.com/secretsweep/secretsweep/detectors/judge"
)

// ci reads the variables that files of CI systems and of Docker Compose set. References,
// such as ${{ secrets.X }}, are no values but tell who needs one, and are passed over; as
// is what is encrypted.
//
//   - https://docs.github.com/en/actions/reference/workflow-syntax-for-github-actions
//   - https://docs.gitlab.com/ci/yaml/#variables
//   - https://circleci.com/docs/configuration-reference/
//   - https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/variables
//   - https://docs.docker.com/reference/compose-file/services/#environment
func ci() Format {
	return Format{
		Name:    "ci",
		About:   "files of CI systems and of Docker Compose",
		Accepts: func(path string, _ []byte) bool { return isCI(path) },
		Read: reading(
			func(text []byte) ([]*node, error) { return readYAML(text, true) },
			func(l *list, n *node) { l.jobs(n, nil, environmentOf(n)) },
		),
	}
}

// isCI tells whether a path is that of a file that ci reads.
func isCI(p string) bool {
	p = strings.ToLower(strings.ReplaceAll(p, "\\", "/"))
	if ext := path.Ext(p); ext != ".yml" && ext != ".yaml" {
		return false
	}
	base, folder := path.Base(p), path.Base(path.Dir(p))
	switch folder {
	case "workflows":
		return slices.Contains([]string{".github", ".gitea", ".forgejo"}, path.Base(path.Dir(path.Dir(p))))
	case ".circleci", ".woodpecker", ".buildkite":
		return true
	}
	switch name := strings.TrimSuffix(base, path.Ext(base)); name {
	case ".drone", ".woodpecker", "bitbucket-pipelines", "appveyor", ".appveyor", ".cirrus", "codemagic", "buildspec", "cloudbuild":
		return true
	default:
		return strings.HasSuffix(name, ".gitlab-ci") || strings.HasPrefix(name, "azure-pipelines") || isCompose(base)
	}
}

// environmentOf gives the environment that a job says it deploys to. One that is told
// only when the job runs is none.
func environmentOf(job *node) string {
	at := job.child("environment")
	name := at.text()
	if at.has("name") {
		name = at.child("name").text()
	}
	if _, refers := judge.Refers(name); refers {
		return ""
	}
	return name
}

// jobs takes the variables of what lies below a node, to which some names lead, of an
// environment if they don't say another.
func (l *list) jobs(n *node, parents []string, env string) {
	for _, c := range n.elements() {
		switch c.name {
		case "environment":
			if c.scalar || c.has("name") && c.child("name").scalar {
				continue
			}
			l.variables(c, parents, env)
		case "env", "variables", "env_variables":
			l.variables(c, parents, env)
		default:
			below := parents
			if !n.isList() && !containers[screaming(c.name)] {
				below = append(slices.Clip(parents), c.name)
			}
			l.jobs(c, below, cmp.Or(environmentOf(c), detectors.Environment(c.name), env))
		}
	}
}

// variables takes those of a table, or of a list of assignments or of pairs. A name has one
// value there; in another job it may have another.
func (l *list) variables(n *node, parents []string, env string) {
	scope := strconv.Itoa(n.start)
	for _, c := range n.elements() {
		name, value := c.name, c
		note := ""
		switch {
		case c.scalar && n.isList():
			before, after, ok := strings.Cut(c.value, "=")
			if !ok {
				continue // a variable that is passed on
			}
			at := *c
			at.value = after
			if at.end-at.start == len(c.value) {
				at.start += len(before) + 1
			}
			name, value = before, &at
		case c.has("name", "value"):
			name, value = c.child("name").text(), c.child("value")
		case c.has("value"):
			value, note = c.child("value"), c.child("description").text()
		case c.name == "vars" || c.name == "variables" || c.name == "shared": // of Codemagic, of CodeBuild
			l.variables(c, parents, env)
			continue
		}
		if !value.scalar || value.text() == "" || value.tag != "" && value.tag != "!!str" {
			continue
		}
		if _, refers := judge.Refers(value.value); refers || name == "secure" || name == "from_secret" {
			continue
		}
		item := Item{Name: name, Parent: strings.Join(parents, "."), Env: env, Note: note, Setting: isSetting(name, value.value)}
		l.put(listed{Item: item, value: value.value, start: value.start, end: value.end, scope: scope})
	}
}
