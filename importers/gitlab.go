package importers

import "strings"

// gitlab reads lists of GitLab's CI/CD variables, from "glab variable list -F json" or the
// API. A hidden one has no value to read: it is to be filled in.
//
//   - https://docs.gitlab.com/api/project_level_variables/
//   - https://docs.gitlab.com/ci/environments/#limit-the-environment-scope-of-a-cicd-variable
func gitlab() Format {
	return Format{
		Name:  "gitlab",
		About: "lists of CI/CD variables of GitLab, as JSON",
		Accepts: func(_ string, text []byte) bool {
			d := jsonOf(text, "key", "variable_type")
			return len(d) == 1 && d[0].isList() && d[0].nodes[0].has("key", "variable_type")
		},
		Read: reading(readJSON, func(l *list, n *node) {
			for _, c := range n.nodes {
				l.gitlabVariable(c)
			}
		}),
	}
}

func (l *list) gitlabVariable(c *node) {
	value := c.child("value")
	item := Item{Name: c.child("key").text(), Env: scoped(c.child("environment_scope").text()), Note: c.child("description").text()}
	switch {
	case item.Name == "":
		l.fail(c.start, "a variable has no key")
	case value == nil || value.isNull() || c.child("hidden").isTrue():
		l.add(item, "", c.child("key"))
	case !value.isString():
		l.fail(value.start, "the value of %s is no text", item.Name)
	default:
		l.add(item, value.value, value)
	}
}

// scoped gives the environment of a scope: review of review/*, and none of *.
func scoped(scope string) string {
	return strings.TrimRight(strings.TrimSuffix(scope, "*"), "/-")
}
