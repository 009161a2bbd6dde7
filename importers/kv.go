package importers

import "strings"

// keyValue reads what the CLIs of HashiCorp Vault and of OpenBao print of a secret of the
// key/value engine, in both of its versions: "vault kv get -format=json". Of "vault kv
// list -format=json", which has to be named, it takes the names; not those of folders.
//
//   - https://developer.hashicorp.com/vault/docs/commands/kv/get
//   - https://openbao.org/docs/commands/kv/get
func keyValue() Format {
	return Format{
		Name:  "vault",
		About: "secrets of HashiCorp Vault or OpenBao, as JSON",
		Accepts: func(_ string, text []byte) bool {
			d := jsonOf(text, "request_id", "lease_duration", "data")
			return len(d) == 1 && d[0].has("request_id", "lease_duration")
		},
		Read: reading(readJSON, (*list).keyValue),
	}
}

func (l *list) keyValue(n *node) {
	if n.isList() {
		for _, c := range n.nodes {
			if !c.isString() {
				l.fail(c.start, "it is no list of names")
			} else if !strings.HasSuffix(c.value, "/") {
				l.add(Item{Name: c.value}, "", c)
			}
		}
		return
	}
	data := n.child("data")
	if meta := data.child("metadata"); meta.has("created_time", "version") { // the second version
		data = data.child("data") // null of a deleted one; it may also have a time at which it will be
		if meta.child("destroyed").isTrue() || data == nil || data.scalar {
			l.fail(meta.start, "the secret was deleted")
			return
		}
	}
	l.fields(data, nil)
}

// fields takes the fields of a secret, and those of tables in it.
func (l *list) fields(data *node, parents []string) {
	for _, c := range data.elements() {
		switch {
		case data.isList():
			l.fail(c.start, "an element of a list has no name")
		case !c.scalar:
			l.fields(c, append(parents[:len(parents):len(parents)], c.name))
		case c.text() != "":
			l.add(Item{Name: c.name, Parent: strings.Join(parents, ".")}, c.value, c)
		}
	}
}
