package detectors

import (
	"bytes"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/secretsweep/secretsweep/detectors/judge"
	"github.com/secretsweep/secretsweep/internal/format"
)

// inDocument gives the references of files of which the structure alone tells who takes
// what.
func inDocument(c *Chunk, paths []string) []Reference {
	var all []Reference
	if slices.ContainsFunc(paths, isOfCircle) {
		all = append(all, contexts(c.Data)...)
	}
	if bytes.HasPrefix(c.Data, []byte("services:")) || bytes.Contains(c.Data, []byte("\nservices:")) {
		all = append(all, composed(c.Data, paths)...)
	}
	if bytes.Contains(c.Data, []byte("secretKeyRef")) || bytes.Contains(c.Data, []byte("Secret")) && hasSecret.Match(c.Data) {
		all = append(all, objects(c.Data)...)
	}
	if bytes.Contains(c.Data, []byte("alueFrom")) {
		all = append(all, tasks(c.Data)...)
		for _, m := range inHCL.FindAllSubmatchIndex(c.Data, -1) {
			all = append(all, Reference{"env", string(c.Data[m[2]:m[3]]), m[2], m[3]})
		}
	}
	return all
}

var hasSecret = regexp.MustCompile(`kind["']?:[ \t]*["']?(?:Sealed|External)?Secret\b`)

// isDocument tells whether a path is that of a file in YAML, JSON or HCL, or of a template.
func isDocument(p string) bool {
	return isYAML(p) || slices.Contains([]string{".json", ".tpl", ".tf"}, path.Ext(p))
}

// contexts gives the contexts that jobs of CircleCI take their secrets from: the one, or
// each of a list.
func contexts(text []byte) []Reference {
	var all []Reference
	for e := range format.YAML(text) {
		if n := len(e.Path); (e.Name() == "context" || n > 1 && e.Path[n-2] == "context") && e.Start < e.End {
			all = append(all, Reference{"circleci", e.Value, e.Start, e.End})
		}
	}
	return all
}

// composed gives what the services of Docker Compose take: variables that are passed on
// without a value, files of them, and secrets, which may be variables in their turn. A file
// is called by its path from where all paths begin.
func composed(text []byte, paths []string) []Reference {
	var all []Reference
	for e := range inUse(text) {
		service, n := e.Path[0] == "services" && len(e.Path) > 3, len(e.Path)
		switch {
		case service && e.Path[2] == "environment" && isIndex(e.Name()) && judge.MayHold(e.Value) && !strings.Contains(e.Value, "="):
			all = append(all, Reference{"env", e.Value, e.Start, e.End})
		case e.Path[0] == "services" && n > 2 && e.Path[2] == "env_file" && (n == 3 || isIndex(e.Name()) || e.Name() == "path"):
			for _, p := range paths {
				name := e.Value
				if !path.IsAbs(name) {
					name = path.Join(path.Dir(p), name)
				}
				all = append(all, Reference{"env-file", name, e.Start, e.End})
			}
		case service && slices.Contains(e.Path[2:n-1], "secrets") && (isIndex(e.Name()) || e.Name() == "source"):
			all = append(all, Reference{"docker", e.Value, e.Start, e.End})
		case n == 3 && e.Path[0] == "secrets" && e.Name() == "environment":
			all = append(all, Reference{"env", e.Value, e.Start, e.End})
		}
	}
	return append(all, passedOn(text)...)
}

// passedOn gives the variables that a table names without a value, which the reader leaves
// out.
func passedOn(text []byte) []Reference {
	var all []Reference
	for _, m := range withoutValue.FindAllSubmatchIndex(text, -1) {
		indent, name := m[3]-m[2], string(text[m[4]:m[5]])
		next := text[m[1]:]
		isTable := len(next)-len(bytes.TrimLeft(next, " ")) > indent
		if !isTable && judge.MayHold(name) {
			all = append(all, Reference{"env", name, m[4], m[5]})
		}
	}
	return all
}

var withoutValue = regexp.MustCompile(`(?m)^( +)([A-Z][A-Z0-9_]*):[ \t]*\r?\n`)

// inUse reads a text without what is commented out in it.
func inUse(text []byte) iter.Seq[format.Entry] {
	return func(yield func(format.Entry) bool) {
		for e := range format.YAML(text) {
			if !e.Comment && e.Start < e.End && !yield(e) {
				return
			}
		}
	}
}

// key is a key of a Secret of Kubernetes that something takes, or gives.
type key struct {
	object, name string
	start, end   int
}

// objects gives what manifests of Kubernetes say of the keys of Secrets: containers take
// them, as variables of their own names, and objects of several kinds make them. An
// ExternalSecret takes them from elsewhere. A key is called by its object's name and its own.
func objects(text []byte) []Reference {
	keys := make(map[string]*key) // by where they are taken
	kinds, labels := make(map[string]string), make(map[string]string)
	var order, variables []string
	taken := func(at string) *key {
		if keys[at] == nil {
			keys[at] = new(key)
			order = append(order, at)
		}
		return keys[at]
	}
	names := make(map[string]format.Entry)
	type made struct {
		at string
		key
	}
	var makes []made
	for e := range inUse(text) {
		n := len(e.Path) - 1
		at, isPlain := placeOf(&e, n), !strings.Contains(e.Value, "{{")
		switch name := e.Name(); {
		case n > 0 && e.Path[n-1] == "secretKeyRef":
			k := taken(at)
			if n > 1 && e.Path[n-2] == "valueFrom" {
				variables = append(variables, placeOf(&e, n-2))
			}
			switch {
			case name == "name" && isPlain:
				k.object = e.Value
			case name == "key" && isPlain:
				k.name = e.Value
			}
			if name == "name" || name == "key" {
				k.start, k.end = e.Start, e.End
			}
		case name == "name" && n > 0 && isIndex(e.Path[n-1]):
			names[at] = format.Entry{Value: e.Value, Start: e.Start, End: e.End}
		case name == "kind":
			kinds[at] = e.Value
		case name == "name" && n > 0 && (e.Path[n-1] == "metadata" || e.Path[n-1] == "target"):
			root := n - 1
			if e.Path[n-1] == "target" && n > 1 {
				root-- // spec
			}
			labels[placeOf(&e, root)] = e.Value
		case n > 0 && (e.Path[n-1] == "data" || e.Path[n-1] == "stringData") && judge.MayHold(name):
			makes = append(makes, made{placeOf(&e, n-1), key{name: strings.Clone(name), start: e.Start, end: e.End}})
		case n > 1 && e.Path[n-1] == "encryptedData" && judge.MayHold(name):
			makes = append(makes, made{placeOf(&e, n-2), key{name: strings.Clone(name), start: e.Start, end: e.End}})
		case n > 2 && e.Path[n-2] == "data" && name == "secretKey" && isPlain:
			makes = append(makes, made{placeOf(&e, n-3), key{name: e.Value, start: e.Start, end: e.End}})
		}
	}
	var all []Reference
	for _, at := range order {
		if k := keys[at]; k.object != "" {
			all = append(all, k.reference())
		}
	}
	slices.Sort(variables)
	for _, at := range slices.Compact(variables) {
		if e, ok := names[at]; ok && e.Value != "" {
			all = append(all, Reference{"env", e.Value, e.Start, e.End})
		}
	}
	for _, m := range makes {
		if m.object = labels[m.at]; m.object != "" && strings.HasSuffix(kinds[m.at], "Secret") && !strings.Contains(m.object, "{{") {
			all = append(all, m.reference())
		}
	}
	return all
}

func (k *key) reference() Reference {
	return Reference{"kubernetes", strings.TrimSuffix(k.object+"/"+k.name, "/"), k.start, k.end}
}

// inHCL matches a variable of a task, as Terraform writes it.
var inHCL = regexp.MustCompile(`name"?\s*=\s*"(\w+)"\s*,?\s*"?valueFrom"?\s*=`)

// tasks gives the variables of tasks of Amazon ECS that are secrets: each has a name, and
// where its value is from.
func tasks(text []byte) []Reference {
	from := make(map[string]bool)
	type named struct {
		at string
		Reference
	}
	var names []named
	for e := range inUse(text) {
		n := len(e.Path) - 1
		if n < 2 || !isIndex(e.Path[n-1]) || !strings.EqualFold(e.Path[n-2], "secrets") {
			continue
		}
		switch at := placeOf(&e, n); strings.ToLower(e.Name()) {
		case "valuefrom":
			from[at] = true
		case "name":
			names = append(names, named{at, Reference{"env", e.Value, e.Start, e.End}})
		}
	}
	var all []Reference
	for _, one := range names {
		if from[one.at] {
			all = append(all, one.Reference)
		}
	}
	return all
}
