package importers

import (
	"encoding/base64"
	"path"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
)

// secretsManager reads what "aws secretsmanager" prints for get-secret-value and
// batch-get-secret-value, and the names of list-secrets. A secret that is a JSON object of
// texts, as the console makes them, gives an item for each of its keys.
//
//   - https://docs.aws.amazon.com/cli/latest/reference/secretsmanager/get-secret-value.html
//   - https://docs.aws.amazon.com/cli/latest/reference/secretsmanager/batch-get-secret-value.html
//   - https://docs.aws.amazon.com/cli/latest/reference/secretsmanager/list-secrets.html
func secretsManager() Format {
	return Format{
		Name:  "aws-secrets-manager",
		About: "secrets of AWS Secrets Manager, as JSON",
		Accepts: func(_ string, text []byte) bool {
			d := jsonOf(text, "ARN", "Name")
			return len(d) == 1 && (d[0].has("ARN", "Name", "VersionId") || d[0].has("SecretValues") || d[0].has("SecretList"))
		},
		Read: reading(readJSON, (*list).secretsManager),
	}
}

func (l *list) secretsManager(n *node) {
	l.refusePart(n)
	switch {
	case n.has("SecretValues"):
		for _, c := range n.child("SecretValues").nodes {
			l.secretValue(c)
		}
	case n.has("SecretList"):
		for _, c := range n.child("SecretList").nodes {
			item := itemOfPath(c.child("Name").text())
			item.Note = c.child("Description").text()
			l.add(item, "", c)
		}
	default:
		l.secretValue(n)
	}
}

// refusePart refuses an answer that isn't the whole.
func (l *list) refusePart(n *node) {
	if e := n.any("Errors", "InvalidParameters"); e != nil {
		l.fail(e.start, "not all that was asked for could be had")
	}
	if next := n.any("NextToken", "nextToken"); next.text() != "" {
		l.fail(next.start, "there are more than it lists")
	}
}

// itemOfPath makes an item of a name that is a path: prod/web/db is db, of web, of prod.
func itemOfPath(name string) Item {
	parent := path.Base(path.Dir(name))
	if parent == "." || parent == "/" || detectors.Environment(parent) != "" {
		parent = ""
	}
	return Item{Name: path.Base(name), Parent: parent, Env: detectors.Environment(name)}
}

func (l *list) secretValue(n *node) {
	item := itemOfPath(n.child("Name").text())
	if binary := n.child("SecretBinary"); binary != nil {
		value, err := base64.StdEncoding.DecodeString(binary.value)
		if err != nil {
			l.fail(binary.start, "the value of %s isn't base64", item.Name)
			return
		}
		l.add(item, string(value), binary)
		return
	}
	value := n.child("SecretString")
	if n.child("Name").text() == "" || !value.isString() || value.value == "" {
		l.fail(n.start, "a secret has no name or no value")
		return
	}
	keys := keysOf(value.value)
	if len(keys) == 0 {
		l.add(item, value.value, value)
		return
	}
	for _, k := range keys {
		if k.value != "" {
			l.add(Item{Name: k.name, Parent: item.Name, Env: item.Env}, k.value, value)
		}
	}
}

// keysOf gives what a JSON object assigns, if it assigns nothing but texts and numbers.
func keysOf(text string) []*node {
	if !strings.HasPrefix(text, "{") {
		return nil
	}
	documents, err := readJSON([]byte(text))
	if err != nil || len(documents) != 1 {
		return nil
	}
	for _, c := range documents[0].nodes {
		if !c.scalar || c.name == "" || c.isNull() {
			return nil
		}
	}
	return documents[0].nodes
}

// parameterStore reads what "aws ssm" prints for get-parameter, get-parameters and
// get-parameters-by-path. A parameter's name is the last part of its path.
//
//   - https://docs.aws.amazon.com/cli/latest/reference/ssm/get-parameters-by-path.html
//   - https://docs.aws.amazon.com/cli/latest/reference/ssm/get-parameter.html
func parameterStore() Format {
	return Format{
		Name:  "aws-ssm",
		About: "parameters of AWS Systems Manager, as JSON",
		Accepts: func(_ string, text []byte) bool {
			d := jsonOf(text, "Name", "Type", "Value")
			return len(d) == 1 && (d[0].child("Parameter").has("Name", "Type", "Value") ||
				d[0].child("Parameters").isList() && d[0].child("Parameters").nodes[0].has("Name", "Type", "Value"))
		},
		Read: reading(readJSON, func(l *list, n *node) {
			l.refusePart(n)
			if one := n.child("Parameter"); one != nil {
				l.parameter(one)
			}
			for _, c := range n.child("Parameters").elements() {
				l.parameter(c)
			}
		}),
	}
}

func (l *list) parameter(n *node) {
	item := itemOfPath(n.child("Name").text())
	value := n.child("Value")
	if n.child("Name").text() == "" || !value.isString() || value.value == "" {
		l.fail(n.start, "a parameter has no name or no value")
		return
	}
	switch n.child("Type").text() {
	case "SecureString":
		if isCiphertext(value.value) {
			l.fail(value.start, "the value of %s is encrypted: get it with --with-decryption", item.Name)
		}
	case "String", "StringList":
	default:
		l.fail(n.start, "the type of %s isn't known", item.Name)
	}
	l.add(item, value.value, value)
}

// isCiphertext tells whether a value is what AWS's key service encrypted: in base64, after
// bytes that say that it is.
func isCiphertext(value string) bool {
	const least = 100
	_, err := base64.StdEncoding.DecodeString(value)
	return err == nil && len(value) > least && (strings.HasPrefix(value, "AQICAH") || strings.HasPrefix(value, "AQECAH"))
}
