package importers

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"

	"github.com/secretsweep/secretsweep/detectors"
)

// kubernetes reads the Secrets of manifests, in YAML or JSON: data, which is in base64,
// and stringData. What Docker logs in with is kept whole. Objects of other kinds are passed
// over: a SealedSecret or an ExternalSecret has no values; nor are the records of Helm's
// releases secrets.
//
// https://kubernetes.io/docs/concepts/configuration/secret/
func kubernetes() Format {
	return Format{
		Name:  "kubernetes",
		About: "Secret manifests of Kubernetes",
		Accepts: func(_ string, text []byte) bool {
			return isSecretKind.Match(text) && bytes.Contains(text, []byte("apiVersion"))
		},
		Read: reading(readObjects, (*list).object),
	}
}

var isSecretKind = regexp.MustCompile(`(?m)^[\s{,-]*"?kind"?\s*:\s*["']?(?:Secret|SecretList|SealedSecret|ExternalSecret)["']?[\s,}]*$|"kind"\s*:\s*"(?:Secret|SecretList|SealedSecret|ExternalSecret)"`)

// readObjects reads JSON if a text begins so, else YAML.
func readObjects(text []byte) ([]*node, error) {
	if start := bytes.TrimSpace(text); len(start) > 0 && start[0] == '{' {
		return readJSON(text)
	}
	return readYAML(text, false)
}

// object takes the values of a Secret, or of the Secrets of a list.
func (l *list) object(n *node) {
	switch kind := n.child("kind").text(); kind {
	case "List", "SecretList":
		for _, item := range n.child("items").elements() {
			if kind == "SecretList" && !item.has("kind") || item.child("kind").text() == "Secret" {
				l.secretObject(item)
			}
		}
	case "Secret":
		l.secretObject(n)
	}
}

func (l *list) secretObject(n *node) {
	if n.child("type").text() == "helm.sh/release.v1" {
		return
	}
	meta := n.child("metadata")
	scope := strconv.Itoa(n.start) // two objects may have the same names
	item := Item{Parent: meta.child("name").text()}
	if space := meta.child("namespace").text(); detectors.Environment(space) != "" {
		item.Env = space
	}
	written := make(map[string]bool) // stringData is written over data
	for _, c := range n.child("stringData").elements() {
		if item.Name = c.name; !c.scalar {
			l.fail(c.start, "the value of %s is no text", c.name)
		} else if written[c.name] = true; c.value != "" {
			l.put(listed{Item: item, value: c.value, start: c.start, end: c.end, scope: scope})
		}
	}
	for _, c := range n.child("data").elements() {
		if item.Name = c.name; written[c.name] || c.scalar && c.text() == "" {
			continue
		}
		value, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(c.value), ""))
		if err != nil || !c.scalar {
			l.fail(c.start, "the value of %s isn't base64", c.name)
		} else if len(value) > 0 {
			l.put(listed{Item: item, value: string(value), start: c.start, end: c.end, scope: scope})
		}
	}
}
