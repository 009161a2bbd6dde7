package importers

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
)

// genericJSON reads any JSON of which each value has a name: a table, tables in tables, or
// lists of pairs of a name and a value.
func genericJSON() Format {
	return generic("json", "JSON with names and values", readJSON, ".json")
}

// genericYAML is [genericJSON] for YAML.
func genericYAML() Format {
	read := func(text []byte) ([]*node, error) { return readYAML(text, false) }
	return generic("yaml", "YAML with names and values", read, ".yaml", ".yml")
}

// genericTOML is [genericJSON] for TOML.
func genericTOML() Format {
	return generic("toml", "TOML with names and values", readTOML, ".toml")
}

// isTemplate finds what a template fills in: {{ .Values.x }}, {{ vault_password }}, <%= x %>.
var isTemplate = regexp.MustCompile(`^\s*(?:\{\{.*\}\}|<%.*%>)\s*$`)

func generic(name, about string, read func([]byte) ([]*node, error), extensions ...string) Format {
	return Format{
		Name:  name,
		About: about,
		Accepts: func(p string, _ []byte) bool {
			return slices.Contains(extensions, strings.ToLower(path.Ext(p)))
		},
		Read: reading(read, func(l *list, n *node) { l.table(n, nil, "") }),
	}
}

// table takes all values of a table or list, to which some names lead.
func (l *list) table(n *node, parents []string, env string) {
	for _, c := range n.nodes {
		switch {
		case c.scalar && n.isList():
			l.fail(c.start, "an element of a list has no name")
		case c.scalar:
			if value := c.text(); isTemplate.MatchString(value) {
				l.fail(c.start, "the value of %s is filled in by a template", c.name)
			} else if value != "" {
				l.add(Item{Name: c.name, Parent: strings.Join(parents, "."), Env: env}, value, c)
			}
		case n.isList() && isPair(c):
			l.pair(c, parents, env)
		case n.isList() && isPair(n.nodes[0]):
			l.fail(c.start, "it is no name with a value, as those before it")
		case n.isList() && c.any(nameColumns...) != nil && ofPair(c):
			l.fail(c.start, "%s has no value", c.any(nameColumns...).text())
		case n.isList() && len(n.nodes) == 1, containers[screaming(c.name)]:
			l.table(c, parents, env)
		case detectors.Environment(c.name) != "":
			l.table(c, parents, c.name)
		default:
			l.table(c, append(slices.Clip(parents), c.name), env)
		}
	}
}

// The columns of lists of pairs, and of tables as in CSV.
var (
	nameColumns  = []string{"name", "key", "variable"}
	valueColumns = []string{"value"}
	envColumns   = []string{"environment", "env"}
	noteColumns  = []string{"note", "description", "comment"}
)

// isPair tells whether a table is a name and its value, and what is said of these.
func isPair(n *node) bool {
	return n.any(nameColumns...) != nil && n.any(valueColumns...) != nil && ofPair(n)
}

// ofPair tells whether a table has nothing that a pair hasn't.
func ofPair(n *node) bool {
	known := slices.Concat(nameColumns, valueColumns, envColumns, noteColumns)
	return !slices.ContainsFunc(n.nodes, func(c *node) bool { return !slices.Contains(known, c.name) })
}

func (l *list) pair(n *node, parents []string, env string) {
	name, value := n.any(nameColumns...), n.any(valueColumns...)
	if !name.scalar || !value.scalar {
		l.fail(value.start, "the value of %s is a table or list", name.text())
		return
	}
	if own := n.any(envColumns...).text(); own != "" {
		env = own
	}
	if text := value.text(); text != "" {
		l.add(Item{
			Name: name.text(), Parent: strings.Join(parents, "."), Env: env,
			Note: n.any(noteColumns...).text(),
		}, text, value)
	}
}
