package importers

import "strconv"

// github reads lists of the secrets and variables of GitHub Actions, from "gh secret list
// --json name,updatedAt", "gh variable list --json name,value,updatedAt" and "gh api" of
// actions/secrets and actions/variables. Nobody can read a secret there: it is to be filled
// in.
//
//   - https://cli.github.com/manual/gh_secret_list
//   - https://cli.github.com/manual/gh_variable_list
//   - https://docs.github.com/en/rest/actions/secrets
//   - https://docs.github.com/en/rest/actions/variables
func github() Format {
	return Format{
		Name:  "github",
		About: "lists of secrets and variables of GitHub Actions, as JSON",
		Accepts: func(_ string, text []byte) bool {
			if d := jsonOf(text, "name", "updatedAt"); len(d) == 1 {
				return d[0].isList() && d[0].nodes[0].has("name", "updatedAt")
			}
			d := jsonOf(text, "total_count", "name", "created_at")
			return len(d) > 0 && d[0].has("total_count") && d[0].any("secrets", "variables").isList()
		},
		Read: reading(readPages, func(l *list, n *node) {
			all := n
			if n.has("total_count") {
				all = n.any("secrets", "variables")
			}
			for _, c := range all.elements() {
				l.githubVariable(c)
			}
		}),
	}
}

// readPages reads an answer that may have come in pages. All have to be there.
func readPages(text []byte) ([]*node, error) {
	documents, err := readJSON(text)
	total, got := 0, 0
	for _, n := range documents {
		if count := n.child("total_count"); count != nil {
			total, _ = strconv.Atoi(count.value)
			got += len(n.any("secrets", "variables").elements())
		}
	}
	if err == nil && got < total {
		return nil, faultAt(text, 0, "it has %d of %d: ask for all, with --paginate", got, total)
	}
	return documents, err
}

func (l *list) githubVariable(c *node) {
	name, value := c.child("name").text(), c.child("value")
	switch {
	case name == "":
		l.fail(c.start, "a variable has no name")
	case value == nil:
		l.add(Item{Name: name}, "", c.child("name"))
	case !value.isString():
		l.fail(value.start, "the value of %s is no text", name)
	default:
		l.add(Item{Name: name}, value.value, value)
	}
}
