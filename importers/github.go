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
		Read: func(path string, text []byte) ([]Item, error) {
			documents, err := readJSON(text)
			if err != nil {
				return nil, err
			}
			l := &list{path: path, text: text}
			total := 0
			for _, n := range documents {
				all := n
				if count := n.child("total_count"); count != nil {
					all = n.any("secrets", "variables")
					total, _ = strconv.Atoi(count.value)
				}
				for _, c := range all.elements() {
					l.githubVariable(c)
				}
			}
			if len(l.items) < total {
				l.fail(0, "it has %d of %d: ask for all, with --paginate", len(l.items), total)
			}
			return l.done()
		},
	}
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
		l.add(Item{Name: name, Setting: value.value != "" && isSetting(name, value.value)}, value.value, value)
	}
}
