package format

import (
	"encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"
)

// documentReaders read an object or a mapping of strings.
var documentReaders = []struct {
	name, format string
	read         func(t *testing.T, text string) map[string]string
}{
	{"encoding/json", "json", func(t *testing.T, text string) map[string]string {
		return fromJSON(t, []byte(text))
	}},
	{"Node", "json", func(t *testing.T, text string) map[string]string {
		return fromJSON(t, program(t, "node", "-e",
			`process.stdout.write(JSON.stringify(JSON.parse(require("fs").readFileSync(process.argv[1]))))`, fileOf(t, text)))
	}},
	{"go-yaml", "yaml", readGoYAML},
	{"go-yaml of JSON", "json", func(t *testing.T, text string) map[string]string { return readGoYAML(t, text) }},
	{"PyYAML", "yaml", func(t *testing.T, text string) map[string]string {
		needs(t, "yaml", "python3", "-c", "import yaml")
		return fromJSON(t, program(t, "python3", "-c",
			`import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1], "rb")), sys.stdout)`, fileOf(t, text)))
	}},
	{"js-yaml", "yaml", func(t *testing.T, text string) map[string]string {
		needs(t, "js-yaml", "node", "-e", `require("js-yaml")`)
		return fromJSON(t, program(t, "node", "-e",
			`process.stdout.write(JSON.stringify(require("js-yaml").load(require("fs").readFileSync(process.argv[1], "utf8"))))`, fileOf(t, text)))
	}},
}

func readGoYAML(t *testing.T, text string) map[string]string {
	t.Helper()
	var got map[string]string
	if err := yaml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func fromJSON(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var got map[string]string
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestDocumentsRead(t *testing.T) {
	vars := only(nastyVars(), isText)
	// What YAML takes for something else without quotes.
	for _, name := range []string{"NO", "y", "~", "null", "1.5", "2001-01-01", "a/b.c-d", "- x", "? x", "#", `"`, `\`, "é", "\U0001f511", "a: b"} {
		vars = append(vars, Var{name, name})
	}
	for _, r := range documentReaders {
		t.Run(r.name, func(t *testing.T) {
			vars := vars
			if r.name == "go-yaml of JSON" {
				vars = []Var{{"NO", "é\U0001f511"}, {"a", "b\n'\"\\\t"}}
			}
			wantVars(t, vars, r.read(t, written(t, writerNamed(t, r.format), vars)))
		})
	}
}
