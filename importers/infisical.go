package importers

import "strings"

// infisical reads what Infisical's CLI exports as JSON, and what its API lists, which also
// has the secrets that are imported from other folders. Its exports as dotenv and YAML are
// read by the formats of that name.
//
//   - https://infisical.com/docs/cli/commands/export
//   - https://infisical.com/docs/api-reference/endpoints/secrets/list
func infisical() Format {
	return Format{
		Name:  "infisical",
		About: "secrets from Infisical, as JSON",
		Accepts: func(_ string, text []byte) bool {
			if d := jsonOf(text, "secretKey", "secretValue"); len(d) == 1 {
				return d[0].child("secrets").isList()
			}
			d := jsonOf(text, "key", "value", "type", "workspace")
			return len(d) == 1 && d[0].isList() && d[0].nodes[0].has("key", "value", "type", "workspace")
		},
		Read: reading(readJSON, func(l *list, n *node) { l.infisical(n, "") }),
	}
}

func (l *list) infisical(n *node, env string) {
	all := n
	if n.has("secrets") {
		all = n.child("secrets")
	}
	for _, c := range all.elements() {
		name, value := c.any("key", "secretKey"), c.any("value", "secretValue")
		item := Item{Name: name.text(), Env: env, Note: c.any("comment", "secretComment").text()}
		item.Parent = strings.ReplaceAll(strings.Trim(c.any("secretPath").text(), "/"), "/", ".")
		if own := c.child("environment").text(); own != "" {
			item.Env = own
		}
		switch {
		case !name.isString() || value == nil || !value.scalar:
			l.fail(c.start, "a secret has no key or no value")
		case value.isNull() || c.child("secretValueHidden").isTrue():
			l.add(item, "", value)
		case !value.isString():
			l.fail(value.start, "the value of %s is no text", item.Name)
		case value.value != "":
			l.add(item, value.value, value)
		}
	}
	for _, c := range n.child("imports").elements() {
		l.infisical(c, c.child("environment").text())
	}
}
